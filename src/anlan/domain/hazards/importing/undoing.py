"""Undoing a batch: what nobody else tells of, and nobody has worked on, is taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS
from anlan.domain.hazards.importing.refusals import BatchRunning
from anlan.domain.hazards.importing.rows import Progress
from anlan.domain.hazards.importing.running import SaveCursor
from anlan.domain.hazards.loop import LOOPS
from anlan.domain.hazards.models import Batch, Hazard, Identity, Sighting
from anlan.kernel.audit import trail
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Event
from anlan.kernel.loop.requests import Call

#: Steps that nobody took by hand: they don't count as "advanced by people since".
NOT_BY_HAND = ("rung", "recount")


def undo(
    batch_id: UUID,
    *,
    by: Actor,
    at: datetime,
    progress: Progress | None = None,
    save_cursor: SaveCursor | None = None,
) -> Batch:
    """Withdraw a batch's sightings. Safe to call again after any death.

    A case that no sighting tells of any more, and that nobody made by hand, is taken out with all
    it posted; one that people have since advanced stays and is listed in ``batch.kept``.
    """
    batch = Batch.objects.get(pk=batch_id)
    if batch.status == Batch.Status.PLANNED:
        raise BatchRunning(status=batch.get_status_display())
    if batch.status == Batch.Status.UNDONE:
        return batch  # A worker died after its last commit and before it could say so.
    Batch.objects.filter(pk=batch_id).update(status=Batch.Status.UNDOING)
    done = 0
    while True:
        with transaction.atomic(durable=True):
            rows = list(
                Sighting.objects.filter(batch=batch, withdrawn_at=None).order_by("pk")[:BATCH_ROWS]
            )
            if not rows:
                break
            _withdraw(batch, rows, by=by, at=at)
            if save_cursor:
                save_cursor({"withdrawn": done + len(rows)})
        done += len(rows)
        if progress:
            progress(done, max(done, batch.rows - batch.ignored - batch.rejected))
    with transaction.atomic(durable=True):
        Batch.objects.filter(pk=batch_id).update(
            status=Batch.Status.UNDONE, finished_at=timezone.now()
        )
        trail.record([trail.Entry("hazard.undo", "batch", str(batch_id))], by=by, at=at)
    return Batch.objects.get(pk=batch_id)


def _withdraw(batch: Batch, rows: Sequence[Sighting], *, by: Actor, at: datetime) -> None:
    cases = engine.lock(row.case_id for row in rows)
    Sighting.objects.filter(pk__in=[row.pk for row in rows]).update(withdrawn_at=at)
    told, by_hand, touched = _others(list(cases))
    kept = list(batch.kept)
    void, back = [], []
    for case in cases.values():
        if case.state == "void":
            continue
        if case.pk in touched:
            kept.append(str(case.pk))
        elif case.pk in told or case.pk in by_hand:
            back.append(case)
        else:
            void.append(case)
    call: Call = {"by": by, "at": at, "request_id": uuid7()}
    for machine in LOOPS.values():
        if own := [case for case in void if case.kind == machine.kind]:
            loop.withdraw(machine, own, batch_id=batch.pk, **call)
        _take_back(batch, machine, [case for case in back if case.kind == machine.kind], call)
    _forget(batch, cases, told, {case.pk for case in void})
    if kept != batch.kept:
        batch.kept = kept
        Batch.objects.filter(pk=batch.pk).update(kept=kept)


def _others(pks: Sequence[UUID]) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """Which cases other sightings tell of, which were made by hand, which people have advanced."""
    told: set[UUID] = set()
    by_hand: set[UUID] = set()
    touched: set[UUID] = set()
    for chunk in bulk.slices(pks):
        living = Sighting.objects.filter(case__in=chunk, withdrawn_at=None)
        told.update(living.values_list("case_id", flat=True))
        made = Hazard.objects.filter(pk__in=chunk, made_by_hand=True)
        by_hand.update(made.values_list("pk", flat=True))
        since = Event.objects.filter(case__in=chunk, batch_id=None).exclude(step__in=NOT_BY_HAND)
        touched.update(since.exclude(seq=1).values_list("case_id", flat=True))
    return told, by_hand, touched


def _take_back(batch: Batch, machine: Machine, cases: Sequence[Case], call: Call) -> None:
    """Cases that others tell of, too, go back to the state before this batch's claims."""
    claims: dict[UUID, set[str]] = {}
    for chunk in bulk.slices([case.pk for case in cases]):
        declared = Event.objects.filter(
            case__in=chunk, batch_id=batch.pk, step__startswith="declare_"
        )
        for pk, step in declared.values_list("case_id", "step"):
            claims.setdefault(pk, set()).add(step)
    for state in ("closed", "rectified"):
        moves = [
            Move(case, {}, {}, case.closed_on if state == "closed" else case.settled_on)
            for case in cases
            if f"declare_{state}" in claims.get(case.pk, ()) and case.state == state
        ]
        engine.take(machine, f"withdraw_{state}", moves, batch_id=batch.pk, **call)


def _forget(batch: Batch, cases: Iterable[UUID], told: set[UUID], void: set[UUID]) -> None:
    """Drop index entries that no living sighting stands behind."""
    for chunk in bulk.slices([pk for pk in cases if pk in void]):
        Identity.objects.filter(case__in=chunk).delete()
    for chunk in bulk.slices([pk for pk in cases if pk in told]):
        still = Sighting.objects.filter(
            case__in=chunk, unit=batch.unit_id, withdrawn_at=None
        ).values("case")
        Identity.objects.filter(
            case__in=chunk, unit_id=batch.unit_id, base__startswith="u"
        ).exclude(case__in=still).delete()
