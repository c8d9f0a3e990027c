"""Fixtures over stage.py; its imports wait until Django is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.stage import Cast, Stage


@pytest.fixture
def cast(db: None) -> Cast:
    from anlan.domain.hazards.tests.stage import whole

    return whole()


@pytest.fixture
def stage(cast: Cast) -> Callable[..., Stage]:
    """A hazard to be played with, step by step."""
    from anlan.domain.hazards.tests.stage import Stage

    return lambda **given: Stage(cast, **given)


@pytest.fixture
def play(cast: Cast) -> Callable[..., Stage]:
    """A story told as a table; see test_stories.py."""
    from anlan.domain.hazards.tests.stage import told

    return lambda story, **given: told(cast, story, **given)
