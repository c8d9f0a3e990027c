"""Fixtures over stage.py; its imports wait until Django is set up."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

if TYPE_CHECKING:
    from anlan.domain.hazards.tests.desk import Desk
    from anlan.domain.hazards.tests.stage import Cast, Stage


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Writes a workbook, reads it back and tells what became of it."""
    from anlan.domain.hazards.tests.desk import Desk

    return Desk(tmp_path)


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


@pytest.fixture
def client_of(cast: Cast, settings: Any) -> Callable[[str], Client]:
    """A browser in English, signed in as one of the cast: ``client_of("office")``."""
    from django.utils import timezone

    from anlan.kernel.accounts.models import User

    settings.MFA_OFF = True
    # The cast is older than a password may grow.
    User.objects.update(password_changed_at=timezone.now())

    def signed_in(key: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(pk=cast.users[key].pk))
        return client

    return signed_in


@pytest.fixture
def take(db: None, tmp_path: Path) -> Callable[..., Any]:
    """Import rows as one unit's csv; returns the batch."""
    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.tests.taking import AT, HEADER
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.regions.queries import by_code

    root = Actor(None, "test", trusted=True)
    units: dict[str, Any] = {}

    def run(rows: Sequence[Sequence[str]], unit: str = "县安委办", name: str = "台账.csv") -> Any:
        if unit not in units:
            units[unit] = accounts.create_unit(
                f"t{len(units)}", unit, "committee_office", by_code("530100"), by=root, at=AT
            )
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        batch, _ = importing.prepare([(name, path)], unit=units[unit], by=root, at=timezone.now())
        return importing.run(batch.pk, by=root)

    return run
