"""Counting whom talks were held with before anybody counted that (migration 0005)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from anlan.base.limits import BATCH_ROWS
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run
from anlan.kernel.loop import engine, talks


@queue.task("supervision.talks")
def count_talks(run: Run) -> None:
    """What is counted isn't counted again, whenever the worker is killed."""
    done, total = 0, talks.uncounted().count()
    while pks := list(talks.uncounted().order_by("pk").values_list("pk", flat=True)[:BATCH_ROWS]):
        with transaction.atomic(durable=True):
            # Behind the lock nobody else counts or merges one meanwhile.
            engine.lock(list(talks.held().filter(pk__in=pks).values_list("case", flat=True)))
            rows = talks.uncounted().filter(pk__in=pks).select_related("case")
            talks.post(list(rows.order_by("pk")), at=timezone.now())
        done += len(pks)
        run.go_on(done, max(total, done))
