"""What is past its time is thrown away once a day."""

from __future__ import annotations

from datetime import datetime

from anlan.base.actor import CLOCK
from anlan.domain.office import retention
from anlan.kernel.jobs import clock

DAY = 86_400


@clock.every(DAY, "office.retention")
def clear(now: datetime) -> None:
    retention.clear(by=CLOCK, at=now)
