"""The cast of the hazards' stories, for tests about who may not; imports wait for Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def cast(db: None) -> Any:
    from anlan.domain.hazards.tests.stage import whole

    return whole()


@pytest.fixture
def play(cast: Any) -> Callable[..., Any]:
    """A story told as a table; see src/anlan/domain/hazards/tests/test_stories.py."""
    from anlan.domain.hazards.tests.stage import told

    return lambda story, **given: told(cast, story, **given)


@pytest.fixture
def client_of(settings: Any) -> Callable[..., Any]:
    """A browser with somebody in it: ``client_of(user)``."""
    from django.test import Client
    from django.utils import timezone

    from anlan.kernel.accounts.models import User

    settings.MFA_OFF = True

    def signed_in(user: Any) -> Client:
        User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now())
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(pk=user.pk))
        return client

    return signed_in
