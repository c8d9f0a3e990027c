"""The cast of the hazards' stories with firms to enforce upon; imports wait for Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from anlan.domain.hazards.tests.conftest import cast, client_of

if TYPE_CHECKING:
    from anlan.domain.enforcement.tests.desk import Desk
    from anlan.domain.hazards.tests.stage import Cast

__all__ = ["cast", "client_of", "desk"]


@pytest.fixture
def desk(cast: Cast, client_of: Callable[[str], Client]) -> Desk:
    from anlan.domain.enforcement.tests.desk import Desk

    return Desk(cast, client_of)
