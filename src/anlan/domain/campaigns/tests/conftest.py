"""The cast of hazards' stories with departments of a city; imports wait until Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of, stage

if TYPE_CHECKING:
    from anlan.domain.campaigns.tests.house import House

__all__ = ["cast", "client_of", "house", "stage"]


@pytest.fixture
def house(cast: Any, client_of: Any) -> House:
    from anlan.domain.campaigns.tests.house import House

    return House(cast, client_of)
