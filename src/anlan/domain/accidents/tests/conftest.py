"""The cast of the hazards' stories, with accidents; imports wait for Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of, stage

if TYPE_CHECKING:
    from anlan.domain.accidents.tests.desk import Desk

__all__ = ["cast", "client_of", "desk", "stage"]


@pytest.fixture
def desk(cast: Any, client_of: Any) -> Desk:
    from anlan.domain.accidents.tests.desk import Desk
    from anlan.kernel.accounts.models import Role

    cast.unit("province", "云南省安委办", "committee_office", "530000")
    cast.person("province", "province", Role.OFFICE)
    return Desk(cast, client_of)
