"""The house of the problem lists' stories, with measures in it; imports wait for Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of, stage

if TYPE_CHECKING:
    from anlan.domain.measures.tests.desk import Desk

__all__ = ["cast", "client_of", "desk", "stage"]


@pytest.fixture
def desk(cast: Any, client_of: Any) -> Desk:
    from anlan.domain.lists.tests.house import House
    from anlan.domain.measures.tests.desk import Desk

    return Desk(House(cast, client_of))
