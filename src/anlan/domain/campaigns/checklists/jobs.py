"""Dropping what a list asked for once it was ended, in the worker: part by part."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from anlan.domain.campaigns.checklists import turns
from anlan.domain.campaigns.checklists.commands import DROP
from anlan.domain.campaigns.models import Checklist
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run


@queue.task(DROP)
def drop(run: Run) -> None:
    """Each part finds what still waits, so a worker that is killed between two costs nothing."""
    row = Checklist.objects.get(pk=UUID(run.payload["list"]))
    at = run.cursor or {"part": 0, "dropped": 0}
    last = turns.DROPPED_AT_ONCE
    while last == turns.DROPPED_AT_ONCE and not run.cancelled:
        with transaction.atomic(durable=True):
            last = turns.drop(
                row, run.payload["reason"], by=run.by, at=timezone.now(),
                request_id=uuid5(run.id, str(at["part"])),
            )  # fmt: skip
            at = {"part": at["part"] + 1, "dropped": at["dropped"] + last}
            run.save_cursor(at)
        run.progress(at["dropped"], None)
    run.result = {"dropped": at["dropped"]}
