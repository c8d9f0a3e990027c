"""The cast of hazards' stories with offices that file; imports wait until Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of, stage

if TYPE_CHECKING:
    from anlan.domain.filings.tests.desk import Desk

__all__ = ["cast", "client_of", "desk", "stage"]


@pytest.fixture
def desk(cast: Any, client_of: Any) -> Desk:
    from anlan.domain.filings.tests.desk import Desk

    return Desk(cast, client_of)
