"""Undoing a batch: what nobody has worked on since is taken out again, with all that it counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS
from anlan.domain.accidents.loop import ACCIDENT
from anlan.domain.accidents.models import Accident, Batch, FollowUp, Inquiry, Word
from anlan.kernel.audit import trail
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine
from anlan.kernel.loop.models import Event
from anlan.kernel.papers.batches import BatchBusy


def undo(
    batch_id: UUID, *, by: Actor, at: datetime,
    progress: Callable[[int, int], None] | None = None,
    save_cursor: Callable[[dict[str, Any]], None] | None = None,
) -> Batch:  # fmt: skip
    """Take a batch's accidents out. Safe to call again after any death.

    One that people have since worked on stays, and is listed in ``batch.kept``.
    """
    batch = Batch.objects.get(pk=batch_id)
    if batch.status == Batch.Status.PLANNED:
        raise BatchBusy(status=batch.get_status_display())
    if batch.status == Batch.Status.UNDONE:
        return batch  # A worker died after its last commit and before it could say so.
    this = Batch.objects.filter(pk=batch_id)
    this.update(status=Batch.Status.UNDOING)
    rows = Accident.objects.filter(case__batch_id=batch_id).exclude(case__state="void")
    rows, done = rows.filter(~_touched()).order_by("pk"), 0
    while pks := list(rows.values_list("pk", flat=True)[:BATCH_ROWS]):
        with transaction.atomic(durable=True):
            _take_out(pks, batch_id, by=by, at=at)
            if save_cursor:
                save_cursor({"out": done + len(pks)})
        done += len(pks)
        if progress:
            progress(done, max(done, batch.created))
    kept = Accident.objects.filter(case__batch_id=batch_id).exclude(case__state="void")
    with transaction.atomic(durable=True):
        left = [str(pk) for pk in kept.order_by("pk").values_list("pk", flat=True)]
        this.update(status=Batch.Status.UNDONE, finished_at=timezone.now(), kept=left)
        told = {"out": done, "kept": len(left)}
        entry = trail.Entry("accidents.undo", "accident_batch", str(batch_id), after=told)
        trail.record([entry], by=by, at=at)
    return this.get()


def _touched() -> Q:
    """Something was done to it by hand, or something hangs on it."""
    since = Event.objects.filter(case=OuterRef("case"), batch_id=None).exclude(seq=1)
    hangs = (model.objects.filter(accident=OuterRef("pk")) for model in (Inquiry, FollowUp, Word))
    found = Q(Exists(since))
    for rows in hangs:
        found |= Q(Exists(rows))
    return found


def _take_out(pks: Sequence[UUID], batch_id: UUID, *, by: Actor, at: datetime) -> None:
    cases = engine.lock(pks)
    # Looked at again under the lock: somebody may have begun to work on one.
    still: set[UUID] = set()
    for chunk in bulk.slices(list(cases)):
        rows = Accident.objects.filter(pk__in=chunk).filter(~_touched())
        still.update(rows.values_list("pk", flat=True))
        # The same register may be sent once more, and is new then.
        rows.update(source_key="")
    loop.withdraw(
        ACCIDENT, [case for pk, case in cases.items() if pk in still and case.state != "void"],
        batch_id=batch_id, by=by, at=at, request_id=uuid7(),
    )  # fmt: skip
