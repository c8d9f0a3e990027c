"""The store is summed and swept once a day, what is only temporary every quarter of an hour."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.jobs.clock import every
from anlan.kernel.papers import attachments
from anlan.kernel.papers.sheets import scratch

DAY = 86_400
QUARTER = 900


@every(DAY, "papers.check")
def check(now: datetime) -> None:
    attachments.check_files()


@every(DAY, "papers.sweep")
def sweep(now: datetime) -> None:
    attachments.sweep()


@every(QUARTER, "papers.temporary")
def temporary(now: datetime) -> None:
    scratch.sweep_stale()
