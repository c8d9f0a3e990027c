"""What comes round: unused accounts are disabled, ended sessions and counts swept (S04, S18)."""

from __future__ import annotations

from datetime import datetime

from anlan.base.actor import CLOCK
from anlan.kernel.accounts import commands, counts, records, sessions
from anlan.kernel.jobs import clock

HOUR = 3600


@clock.every(HOUR, "accounts.disable_unused")
def disable_unused(now: datetime) -> None:
    commands.disable_unused(by=CLOCK, at=now)


@clock.every(24 * HOUR, "accounts.seals")
def look_at_seals(now: datetime) -> None:
    records.look(now)


@clock.every(HOUR, "accounts.sweep")
def sweep(now: datetime) -> None:
    sessions.sweep(now)
    counts.sweep(now)
