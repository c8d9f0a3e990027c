"""What the clock does for cases."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.jobs import clock
from anlan.kernel.loop import ladder

#: Deadlines are days, so nobody waits for this; often enough that a morning's list is complete.
LADDER_SECONDS = 300


@clock.every(LADDER_SECONDS, "ladder")
def climb(now: datetime) -> None:
    ladder.tick(now)
