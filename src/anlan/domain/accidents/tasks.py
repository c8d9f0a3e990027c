"""What outlives a request: trying, taking in and undoing a register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import importing
from anlan.domain.accidents.models import Batch
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Interrupted, Run

#: What the progress bar says of each.
WORKING: Mapping[str, str | Promise] = {
    "accidents.try": _("Trying what taking it in would do"),
    "accidents.import": _("Taking the rows in"),
    "accidents.undo": _("Undoing the import"),
}


def _told(run: Run) -> Callable[[int, int], None]:
    """Say how far it is, and end early between two batches where somebody wishes so."""

    def told(done: int, total: int) -> None:
        run.progress(done, total)
        if run.cancelled:
            raise Interrupted

    return told


def _batch(run: Run) -> UUID:
    return UUID(run.payload["batch"])


@queue.task("accidents.try")
def try_batch(run: Run) -> None:
    batch = Batch.objects.select_related("unit", "area").get(pk=_batch(run))
    importing.try_out(batch, by=run.by, progress=_told(run))


@queue.task("accidents.import")
def import_batch(run: Run) -> None:
    importing.run(
        _batch(run), by=run.by, progress=lambda done, total: run.progress(done, total),
        stop=lambda: run.cancelled, save_cursor=run.save_cursor,
    )  # fmt: skip


@queue.task("accidents.undo")
def undo_batch(run: Run) -> None:
    importing.undo(
        _batch(run), by=run.by, at=timezone.now(), progress=_told(run),
        save_cursor=run.save_cursor,
    )  # fmt: skip
