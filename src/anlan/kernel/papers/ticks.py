"""The store is summed and swept once a day."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.jobs.clock import every
from anlan.kernel.papers import attachments

DAY = 86_400


@every(DAY, "papers.check")
def check(now: datetime) -> None:
    attachments.check_files()


@every(DAY, "papers.sweep")
def sweep(now: datetime) -> None:
    attachments.sweep()
