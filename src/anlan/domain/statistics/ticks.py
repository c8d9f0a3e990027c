"""What the clock does for analyses: periods that are over, look-backs of drawn hazards."""

from __future__ import annotations

from datetime import datetime

from anlan.domain.statistics import commands
from anlan.domain.statistics.truth import drawing
from anlan.kernel.jobs import clock

#: A period ends at midnight; by the morning everybody has heard of it.
TELL_SECONDS = 600


@clock.every(TELL_SECONDS, "statistics.periods")
def tell_of_periods(now: datetime) -> None:
    commands.tell_over(now)


@clock.every(TELL_SECONDS, "statistics.drawn")
def collect_look_backs(now: datetime) -> None:
    drawing.collect(now)
