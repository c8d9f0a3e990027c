"""The outbox is emptied by the clock."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.jobs.clock import every
from anlan.kernel.notices import delivering, watch


@every(5, "notices.fan_out")
def fan_out(now: datetime) -> None:
    delivering.fan_out(now)


# Slower than the quick ticks' limit on purpose: a mail server that doesn't answer holds up its
# own thread and not the audit's sealer.
@every(10, "notices.deliver")
def deliver(now: datetime) -> None:
    delivering.deliver(now)


@every(30, "notices.watch")
def look_for_trouble(now: datetime) -> None:
    watch.alarm(now)
