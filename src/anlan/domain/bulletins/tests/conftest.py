"""The cast of the hazards' stories, with papers; imports wait for Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of, stage

if TYPE_CHECKING:
    from anlan.domain.bulletins.tests.desk import Desk

__all__ = ["cast", "client_of", "desk", "stage"]


@pytest.fixture
def desk(cast: Any, client_of: Any) -> Desk:
    from django.utils import timezone

    from anlan.domain.bulletins.tests.desk import Desk
    from anlan.kernel.accounts.models import Role, User

    # Who writes a paper neither reviews nor signs it.
    cast.person("second", "city", Role.INSPECTOR)
    User.objects.update(password_changed_at=timezone.now())
    return Desk(cast, client_of)
