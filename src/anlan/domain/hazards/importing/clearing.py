"""What is thrown away of an import once its time is over: workbooks, rows as they came, the index.

What became of the rows stays: the cases with their history, and how many rows there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.hazards import search
from anlan.domain.hazards.models import Batch, BatchFile, Hazard, HazardObject, Leftover, Sighting
from anlan.kernel.audit import trail
from anlan.kernel.papers import batches

#: Batches of one call; the clock comes again.
BATCHES_AT_ONCE = 200
#: What a workbook told of a hazard that was taken out again, by column of Hazard.
TOLD = (
    "place", "found_by", "measure", "responsible_unit", "responsible_person", "contingency",
    "result", "verifier", "remarks", "basis", "category",
)  # fmt: skip
#: A row that was cleared still has a line in lists and in its case's history.
CLEARED = "—"


def clear_taken_in(before: datetime, *, by: Actor, at: datetime) -> int:
    """Workbooks and source rows of imports that ended before then."""
    found = Batch.objects.filter(status=Batch.Status.DONE, finished_at__lt=before)
    return _clear(found.filter(files__isnull=False), by=by, at=at)


def clear_taken_out(before: datetime, *, by: Actor, at: datetime) -> int:
    """The same of imports that were undone, or tried and never taken in; and what they left."""
    undone = Batch.objects.filter(status=Batch.Status.UNDONE, finished_at__lt=before)
    tried = Batch.objects.filter(status=Batch.Status.PLANNED, made_at__lt=before)
    return _clear(undone.filter(files__isnull=False), by=by, at=at) + _clear(
        tried.filter(files__isnull=False), by=by, at=at
    )


def _clear(rows: object, *, by: Actor, at: datetime) -> int:
    found = list(rows.distinct().order_by("pk")[:BATCHES_AT_ONCE])  # type: ignore[attr-defined]
    for batch in found:
        with transaction.atomic():
            stored = _clear_rows(batch)
            entry = trail.Entry("batch.cleared", "batch", str(batch.pk))
            trail.record([entry], by=by, at=at)
        # After the rows: a file without a row harms nothing, a row without its file would.
        _unlink(stored)
    return len(found)


def _clear_rows(batch: Batch) -> list[str]:
    stored = list(batch.files.values_list("stored", flat=True))
    batch.files.all().delete()
    Sighting.objects.filter(batch=batch).update(raw={})
    Leftover.objects.filter(batch=batch).update(
        raw={}, data={}, header="", origin="", sheet="", case=None
    )
    Batch.objects.filter(pk=batch.pk).update(plan={"files": []}, cursor={}, doubts=[])
    if batch.status == Batch.Status.UNDONE:
        void = Hazard.objects.filter(
            case__batch_id=batch.pk, case__state="void", made_by_hand=False
        ).exclude(pk__in=Sighting.objects.filter(withdrawn_at=None).values("case"))
        for part in bulk.slices(list(void.values_list("pk", flat=True))):
            _clear_hazards(part)
    return stored


def _clear_hazards(pks: Sequence[UUID]) -> None:
    gone = Hazard.objects.filter(pk__in=pks)
    gone.update(description=CLEARED, object_name="", lon=None, lat=None, **dict.fromkeys(TOLD, ""))
    HazardObject.objects.filter(hazard__in=pks).delete()
    shown = gone.only("pk", "description", "place", "object_name", "responsible_unit")
    search.index((hazard, "") for hazard in shown)


def _unlink(stored: Sequence[str]) -> None:
    used = BatchFile.objects.filter(stored__in=stored).values_list("stored", flat=True)
    batches.unlink(stored, used)
