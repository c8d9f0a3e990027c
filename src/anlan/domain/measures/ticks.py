"""What the clock does for measures: those whose day has come are in force."""

from __future__ import annotations

from datetime import datetime

from anlan.domain.measures import commands
from anlan.kernel.jobs import clock

#: The day changes once a day; a morning's list shall be right.
ENFORCE_SECONDS = 600


@clock.every(ENFORCE_SECONDS, "measures.enforce")
def enforce(now: datetime) -> None:
    commands.enforce_due(now)
