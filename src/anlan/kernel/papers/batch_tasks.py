"""What outlives a request: trying, taking in and undoing a workbook that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run
from anlan.kernel.papers.batches import SentBatch


def declare(
    app: str, batches: type[SentBatch], importing: ModuleType
) -> Mapping[str, str | Promise]:
    """An app's three tasks, ``app.try``, ``app.import`` and ``app.undo``; what the progress bar
    says of each.

    importing:  has ``try_out``, ``run`` and ``undo``, each of which may be called again.
    """

    @queue.task(f"{app}.try")
    def try_batch(run: Run) -> None:
        every: Any = batches._default_manager  # Area and file are the app's own relations.
        rows = every.select_related("unit", "area", "file")
        importing.try_out(rows.get(pk=_batch(run)), by=run.by, progress=run.go_on)

    @queue.task(f"{app}.import")
    def import_batch(run: Run) -> None:
        importing.run(
            _batch(run), by=run.by, progress=run.progress,
            stop=lambda: run.cancelled, save_cursor=run.save_cursor,
        )  # fmt: skip

    @queue.task(f"{app}.undo")
    def undo_batch(run: Run) -> None:
        importing.undo(
            _batch(run), by=run.by, at=timezone.now(), progress=run.go_on,
            save_cursor=run.save_cursor,
        )  # fmt: skip

    return {
        f"{app}.try": _("Trying what taking it in would do"),
        f"{app}.import": _("Taking the rows in"),
        f"{app}.undo": _("Undoing the import"),
    }


def _batch(run: Run) -> UUID:
    return UUID(run.payload["batch"])
