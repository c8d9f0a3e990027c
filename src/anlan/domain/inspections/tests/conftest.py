"""The cast of the hazards' stories, with firms to visit and a grid worker; imports wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast
    from anlan.domain.inspections.tests.street import Street


@pytest.fixture
def cast(db: None) -> Cast:
    from anlan.domain.hazards.tests.stage import whole
    from anlan.kernel.accounts.models import Role

    made = whole()
    made.person("grid", "office", Role.GRID)
    return made


@pytest.fixture
def street(cast: Cast) -> Street:
    from anlan.domain.inspections.tests.street import Street

    return Street(cast)


@pytest.fixture
def client_of(cast: Cast, settings: Any) -> Callable[[str], Client]:
    from django.utils import timezone

    from anlan.kernel.accounts.models import User

    settings.MFA_OFF = True
    User.objects.update(password_changed_at=timezone.now())

    def signed_in(key: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(pk=cast.users[key].pk))
        return client

    return signed_in
