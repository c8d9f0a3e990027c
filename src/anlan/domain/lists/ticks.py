"""What the clock does for problem lists."""

from __future__ import annotations

from datetime import datetime

from anlan.domain.lists import freshness
from anlan.kernel.jobs import clock

#: A list is stale after days, so nobody waits for this.
FRESHNESS_SECONDS = 600


@clock.every(FRESHNESS_SECONDS, "lists.freshness")
def fresh(now: datetime) -> None:
    freshness.gather()
    freshness.remind(now)
