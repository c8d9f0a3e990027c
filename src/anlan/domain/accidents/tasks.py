"""What outlives a request: trying, taking in and undoing a register."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import importing
from anlan.domain.accidents.models import Batch
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run

#: What the progress bar says of each.
WORKING: Mapping[str, str | Promise] = {
    "accidents.try": _("Trying what taking it in would do"),
    "accidents.import": _("Taking the rows in"),
    "accidents.undo": _("Undoing the import"),
}


def _batch(run: Run) -> UUID:
    return UUID(run.payload["batch"])


@queue.task("accidents.try")
def try_batch(run: Run) -> None:
    batch = Batch.objects.select_related("unit", "area").get(pk=_batch(run))
    importing.try_out(batch, by=run.by, progress=run.go_on)


@queue.task("accidents.import")
def import_batch(run: Run) -> None:
    importing.run(
        _batch(run), by=run.by, progress=run.progress,
        stop=lambda: run.cancelled, save_cursor=run.save_cursor,
    )  # fmt: skip


@queue.task("accidents.undo")
def undo_batch(run: Run) -> None:
    importing.undo(
        _batch(run), by=run.by, at=timezone.now(), progress=run.go_on,
        save_cursor=run.save_cursor,
    )  # fmt: skip
