"""Kinds of notices, and those who get them. Django isn't set up when this is read."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext_lazy as _


@pytest.fixture
def declared(monkeypatch) -> None:
    from anlan.kernel.notices import kinds

    monkeypatch.setattr(kinds, "KINDS", {})
    kinds.declare("test.assigned", _("Case %(number)s is yours until %(due)s"), "/cases/%(about)s/")
    kinds.declare("test.alarm", "alarm", urgent=True)
    kinds.declare("test.quiet", "quiet", quiet=True)


@pytest.fixture
def people(db) -> dict[str, int]:
    """Zhang and Wang at the emergency bureau; Li alone; an auditor at the bureau."""
    from anlan.kernel.accounts.models import Unit, User
    from anlan.kernel.notices.tests.stage import hold
    from anlan.kernel.regions.models import Region

    area = Region.objects.get(code="530102")
    unit = Unit.objects.create(
        code="yj", name="应急局", kind="department", area=area, path=area.path
    )
    found = {"unit": unit.pk}
    roles = {"zhang": "inspector", "wang": "office", "li": None, "audit": "auditor"}
    for name, role in roles.items():
        user = User(username=name, name=name, password="!x", email=f"{name}@example.cn")
        user.save()
        if role:
            hold(user, unit, role)
        found[name] = user.pk
    return found


@pytest.fixture
def mailing(settings) -> None:
    settings.NOTICE_MAIL = True
    settings.SITE_URL = "https://anlan.example.cn"
