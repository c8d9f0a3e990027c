"""What is wrong with jobs and ticks."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.jobs import clock, worker
from anlan.kernel.jobs.models import Job

#: Some tick comes round every second; a worker that says nothing for this long is not there.
SILENT_SECONDS_MAX = 30


def health(now: datetime) -> list[str]:
    problems = []
    if silent(now, worker.last_tick()):
        problems.append("worker_silent")
    elif clock.late(now):
        problems.append("ticks_late")
    if Job.objects.dead().exists():
        problems.append("jobs_dead")
    return problems


def silent(now: datetime, last: datetime | None) -> bool:
    """Is ``last`` too long ago for a worker that lives?"""
    return last is None or (now - last).total_seconds() > SILENT_SECONDS_MAX
