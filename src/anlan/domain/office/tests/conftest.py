"""The cast and the stage of the hazards' stories, and a browser for administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast, Stage
    from anlan.kernel.accounts.tests.people import Browser


@pytest.fixture
def cast(db: None) -> Cast:
    from anlan.domain.hazards.tests.stage import whole

    return whole()


@pytest.fixture
def play(cast: Cast) -> Callable[..., Stage]:
    from anlan.domain.hazards.tests.stage import told

    return lambda story, **given: told(cast, story, **given)


@pytest.fixture
def signed_in(cast: Cast, settings: Any) -> Callable[..., Browser]:
    """A browser with somebody of the cast, or with a new administrator, in it."""
    from django.utils import timezone

    from anlan.kernel.accounts.tests.people import PASSWORD, Browser, make_person
    from anlan.kernel.regions.models import Region

    settings.MFA_OFF = True
    settings.PASSWORD_HASHERS = ["anlan.kernel.accounts.tests.hashing.QuickArgon2"]

    def sign_in(who: str) -> Browser:
        browser = Browser()
        if who in cast.users:
            user = cast.users[who]
            user.set_password(PASSWORD)
            user.password_changed_at = timezone.now()
            user.save(update_fields=["password", "password_changed_at"])
            name = user.username
        else:
            name = make_person(
                who.replace("_", "-"), who, area=Region.objects.get(level=0)
            ).username
        assert browser.sign_in(name).status_code == 302
        return browser

    return sign_in
