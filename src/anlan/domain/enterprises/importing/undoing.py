"""Undoing a batch: entries that nobody has worked with since are as they were before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS
from anlan.domain.enterprises.commands import take_back
from anlan.domain.enterprises.models import Batch, Line
from anlan.kernel.audit import trail
from anlan.kernel.papers.batches import BatchBusy


def undo(
    batch_id: UUID, *, by: Actor, at: datetime,
    progress: Callable[[int, int], None] | None = None,
    save_cursor: Callable[[dict[str, Any]], None] | None = None,
) -> Batch:  # fmt: skip
    """Take back what a batch told. Safe to call again after any death.

    An entry that was changed since, or that something was reported of, stays as it is and is named
    in ``batch.kept``.
    """
    batch = Batch.objects.get(pk=batch_id)
    if batch.status == Batch.Status.PLANNED:
        raise BatchBusy(status=batch.get_status_display())
    if batch.status == Batch.Status.UNDONE:
        return batch  # A worker died after its last commit and before it could say so.
    this = Batch.objects.filter(pk=batch_id)
    this.update(status=Batch.Status.UNDOING)
    kept, total, done = list(batch.kept), batch.created + batch.changed, 0
    while pks := _next(batch_id):
        with transaction.atomic(durable=True):
            kept += take_back(batch_id, pks, by=by, at=at)
            this.update(kept=kept)
            if save_cursor:
                save_cursor({"out": done + len(pks)})
        done += len(pks)
        if progress:
            progress(done, max(done, total))
    with transaction.atomic(durable=True):
        this.update(status=Batch.Status.UNDONE, finished_at=timezone.now())
        told = {"out": done - len(kept), "kept": len(kept)}
        entry = trail.Entry("enterprises.undo", "enterprise_batch", str(batch_id), after=told)
        trail.record([entry], by=by, at=at)
    return this.get()


def _next(batch_id: UUID) -> list[int]:
    """Entries that it still holds something of."""
    told = Line.objects.filter(batch=batch_id, version__gt=0, enterprise__isnull=False)
    found = told.order_by("enterprise").values_list("enterprise", flat=True).distinct()
    return [pk for pk in found[:BATCH_ROWS] if pk is not None]
