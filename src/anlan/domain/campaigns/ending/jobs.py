"""Withdrawing the open tasks of an ended plan, in the worker: a set at a time, each by itself."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from anlan.domain.campaigns.ending.commands import JOB, open_tasks, withdraw_within
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run


@queue.task(JOB)
def withdraw(run: Run) -> None:
    plan, reason = UUID(run.payload["plan"]), run.payload["reason"]
    at = run.cursor or {"sets": 0, "done": 0}
    total = at["done"] + open_tasks(plan).count()
    run.progress(at["done"], total)
    while not run.cancelled:
        with transaction.atomic(durable=True):
            done = withdraw_within(
                plan, reason, by=run.by, at=timezone.now(),
                request_id=uuid5(run.id, str(at["sets"])),
            )  # fmt: skip
            at = {"sets": at["sets"] + 1, "done": at["done"] + done}
            run.save_cursor(at)
        run.progress(at["done"], total)
        if not done:
            break
    run.result = {"withdrawn": at["done"]}
