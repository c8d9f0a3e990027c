"""A failing enterprise with open hazards, its safety officer, and the offices around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from anlan.domain.treatment.tests.works import Works


@pytest.fixture
def works(db: None) -> Works:
    from anlan.domain.treatment.tests.works import Works

    return Works()


@pytest.fixture
def client_of(works: Works, settings: Any) -> Callable[[str], Client]:
    from django.utils import timezone

    from anlan.kernel.accounts.models import User

    settings.MFA_OFF = True
    User.objects.update(password_changed_at=timezone.now())

    def signed_in(key: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(pk=works.cast.users[key].pk))
        return client

    return signed_in
