"""The cast of the hazards' stories, and findings of unannounced checks to work with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from anlan.domain.hazards.tests.conftest import cast, client_of

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast

__all__ = ["cast", "client_of", "found"]


@pytest.fixture
def found(cast: Cast) -> Callable[..., list[UUID]]:
    """Makes hazards in a district: ``found(3, source="covert", grade="major")``."""
    from anlan.domain.supervision.tests.acts import find

    return lambda count=1, **given: find(cast, count, **given)
