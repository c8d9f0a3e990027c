"""The house of the hazards' stories, with an assessment in it; imports wait for Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of

if TYPE_CHECKING:
    from anlan.domain.assessments.tests.desk import Desk

__all__ = ["cast", "client_of", "desk"]


@pytest.fixture
def desk(cast: Any, client_of: Any) -> Desk:
    from anlan.domain.assessments.tests.desk import Desk

    return Desk(cast, client_of)
