"""What is thrown away of a workbook that was sent, once its time is over.

What became of its rows stays, with its history, and so does how many rows there were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.base.actor import Actor
from anlan.kernel.audit import trail
from anlan.kernel.papers import batches
from anlan.kernel.papers.batches import SentBatch

#: Batches of one call; the clock comes again.
BATCHES_AT_ONCE = 200


@dataclass(frozen=True)
class Clearing:
    """One app's imports, each of one file.

    object_type:  what the audit calls a batch.
    forget:       throws away what an app keeps of a batch's rows; in the transaction of the rest.
    """

    batches: type[SentBatch]
    object_type: str
    forget: Callable[[Any], None]

    def taken_in(self, before: datetime, *, by: Actor, at: datetime) -> int:
        """Of imports that ended before then."""
        done = {"status": SentBatch.Status.DONE, "finished_at__lt": before}
        return self._clear(done, by=by, at=at)

    def taken_out(self, before: datetime, *, by: Actor, at: datetime) -> int:
        """Of imports that were undone, or tried and never taken in."""
        undone = {"status": SentBatch.Status.UNDONE, "finished_at__lt": before}
        tried = {"status": SentBatch.Status.PLANNED, "made_at__lt": before}
        return sum(self._clear(which, by=by, at=at) for which in (undone, tried))

    def _clear(self, which: dict[str, object], *, by: Actor, at: datetime) -> int:
        every: Any = self.batches._default_manager  # Its file is the app's own relation.
        rows = every.filter(file__isnull=False, **which).select_related("file")
        found = list(rows.order_by("pk")[:BATCHES_AT_ONCE])
        for batch in found:
            file, stored = type(batch.file), batch.file.stored
            with transaction.atomic():
                batch.file.delete()
                self.forget(batch)
                entry = trail.Entry("batch.cleared", self.object_type, str(batch.pk))
                trail.record([entry], by=by, at=at)
            # After the rows: a file without a row harms nothing, a row without its file would.
            used = file.objects.filter(stored=stored).values_list("stored", flat=True)
            batches.unlink([stored], list(used))
        return len(found)
