"""What is thrown away of an import once its time is over: the workbook, and what was to be mended.

The accidents stay with their history, and so does how many rows there were.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.actor import Actor
from anlan.domain.accidents.models import Batch, BatchFile
from anlan.kernel.audit import trail
from anlan.kernel.papers import batches

#: Batches of one call; the clock comes again.
BATCHES_AT_ONCE = 200


def clear_taken_in(before: datetime, *, by: Actor, at: datetime) -> int:
    """Workbooks of imports that ended before then."""
    return _clear({"status": Batch.Status.DONE, "finished_at__lt": before}, by=by, at=at)


def clear_taken_out(before: datetime, *, by: Actor, at: datetime) -> int:
    """The same of imports that were undone, or tried and never taken in."""
    undone = {"status": Batch.Status.UNDONE, "finished_at__lt": before}
    tried = {"status": Batch.Status.PLANNED, "made_at__lt": before}
    return sum(_clear(which, by=by, at=at) for which in (undone, tried))


def _clear(which: dict[str, object], *, by: Actor, at: datetime) -> int:
    rows = Batch.objects.filter(file__isnull=False, **which).select_related("file")
    found = list(rows.order_by("pk")[:BATCHES_AT_ONCE])
    for batch in found:
        stored = batch.file.stored
        with transaction.atomic():
            batch.file.delete()
            batch.leftovers.all().delete()
            # Codes of its columns are words of its rows.
            Batch.objects.filter(pk=batch.pk).update(tried={}, cursor={})
            entry = trail.Entry("batch.cleared", "accident_batch", str(batch.pk))
            trail.record([entry], by=by, at=at)
        # After the rows: a file without a row harms nothing, a row without its file would.
        batches.unlink([stored], _still([stored]))
    return len(found)


def _still(stored: list[str]) -> list[str]:
    used = BatchFile.objects.filter(stored__in=stored).values_list("stored", flat=True)
    return list(used)
