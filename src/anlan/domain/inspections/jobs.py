"""Counting how often enterprises were inspected before that was counted (migration 0008)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anlan.base.limits import BATCH_ROWS
from anlan.domain.inspections import posting
from anlan.domain.inspections.loop import CALL
from anlan.domain.inspections.models import Visit
from anlan.kernel.facts import ledger
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run


@queue.task("inspections.calls")
def count_calls(run: Run) -> None:
    """Visits that were entered before; those after count themselves. Each exactly once."""
    before = datetime.fromisoformat(run.payload["before"])
    at = run.cursor or {"after": None, "done": 0}
    rows = Visit.objects.filter(entered_at__lt=before).order_by("pk")
    total = rows.count()
    while True:
        left = rows.filter(pk__gt=UUID(at["after"])) if at["after"] else rows
        with transaction.atomic(durable=True):
            # Nobody withdraws one of them meanwhile.
            found = list(left.select_for_update(of=("self",)).select_related("target")[:BATCH_ROWS])
            if not found:
                return
            standing = [(row, row.target) for row in found if row.withdrawn_at is None]
            facts = [fact for fact in posting.inspected(standing) if fact.kind == CALL.code]
            if facts:
                ledger.post(facts, at=timezone.now())
            at = {"after": str(found[-1].pk), "done": at["done"] + len(found)}
            run.save_cursor(at)
        run.progress(at["done"], max(total, at["done"]))
