"""Who sets the house: heads and staff of three committee offices, and administrators."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import ADMIN_ROLES, Role, Unit, UnitKind, User
from anlan.kernel.regions.models import Region

AT = datetime(2024, 6, 25, 2, tzinfo=UTC)
TODAY = date(2024, 6, 25)
BY = Actor(None, "cli:test", trusted=True)


def region(code: str) -> Region:
    return Region.objects.get(code=code)


def client_of(username: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(username=username))
    return client


def done(answer: Any) -> bool:
    """Whether a form was taken: a redirect, and not to the sign-in page."""
    return answer.status_code == 302 and "/login" not in answer.url


def someone(
    name: str,
    role: str,
    code: str,
    *,
    kind: str = UnitKind.COMMITTEE_OFFICE,
    sector: str | None = None,
    enterprise: int | None = None,
) -> Client:
    """A person in a role at an office of that area, signed in."""
    unit = Unit.objects.filter(code=f"u-{kind}-{code}-{sector}-{enterprise}").first()
    area = region(code)
    if unit is None:
        lands: list[Any] = [] if role in ADMIN_ROLES else [Land(area, sector, enterprise)]
        unit = accounts.create_unit(
            f"u-{kind}-{code}-{sector}-{enterprise}", f"{area.name}{kind}", kind, area,
            by=BY, at=timezone.now(), lands=lands,
        )  # fmt: skip
    user = accounts.create_person(name, name, by=BY, at=timezone.now())
    accounts.grant_post(user.pk, unit, Role(role), by=BY, at=timezone.now())
    return client_of(name)


def offices() -> dict[str, Client]:
    """The head and a member of staff at province, prefecture and county."""
    found = {}
    for key, code in (("yn", "530000"), ("km", "530100"), ("wh", "530102")):
        found[f"{key}.leader"] = someone(f"{key}.leader", Role.LEADER, code)
        found[f"{key}.office"] = someone(f"{key}.office", Role.OFFICE, code)
    return found
