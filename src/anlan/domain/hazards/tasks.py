"""What outlives a request: importing, trying out and undoing a batch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.hazards import importing
from anlan.domain.hazards.models import Batch
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run


def _actor(payload: dict[str, Any]) -> Actor:
    """Who asked for it: their name stands on what the job writes."""
    return Actor(payload["user_id"], payload["name"], unit_id=payload["unit_id"], trusted=True)


def payload_of(batch: Batch, by: Actor) -> dict[str, Any]:
    return {"batch": str(batch.pk), "user_id": by.user_id, "name": by.name, "unit_id": by.unit_id}


@queue.task("hazards.import")
def import_batch(run: Run) -> None:
    importing.run(
        UUID(run.payload["batch"]), by=_actor(run.payload),
        progress=run.progress,
        stop=lambda: run.cancelled, save_cursor=run.save_cursor,
    )  # fmt: skip


@queue.task("hazards.try")
def try_batch(run: Run) -> None:
    batch = Batch.objects.select_related("unit__area").get(pk=run.payload["batch"])
    counts = importing.try_out(batch, progress=run.go_on)
    Batch.objects.filter(pk=batch.pk).update(tried=vars(counts))


@queue.task("hazards.undo")
def undo_batch(run: Run) -> None:
    importing.undo(
        UUID(run.payload["batch"]), by=_actor(run.payload), at=timezone.now(),
        progress=run.go_on, save_cursor=run.save_cursor,
    )  # fmt: skip
