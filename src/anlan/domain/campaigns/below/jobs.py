"""Giving a plan to many units below, in the worker: each unit's part is a transaction of its own.

A worker that is killed between two units costs nothing; the next one goes on with the unit after.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from anlan.domain.campaigns.below.commands import JOB, give_within
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run


@queue.task(JOB)
def give(run: Run) -> None:
    plan, units = UUID(run.payload["plan"]), run.payload["units"]
    at = run.cursor or {"next": 0, "made": 0}
    run.progress(at["next"], len(units))
    for n in range(at["next"], len(units)):
        if run.cancelled:
            break
        with transaction.atomic(durable=True):
            # Who began it must still be allowed to. The id is the unit's own: a repeat is known.
            made = give_within(
                plan, units[n], by=run.by, at=timezone.now(),
                request_id=uuid5(run.id, str(units[n])),
            )  # fmt: skip
            at = {"next": n + 1, "made": at["made"] + (made is not None)}
            run.save_cursor(at)
        run.progress(n + 1, len(units))
    run.result = {"made": at["made"], "units": len(units)}
