"""The list of batches: where each stands and what it counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from anlan.domain.hazards.models import Batch
from anlan.kernel.jobs.models import LIVE, Job
from anlan.kernel.papers.batches import MIDWAY, tone
from anlan.ui.figures import number
from anlan.ui.lists import Column
from anlan.ui.parts import part

#: A job that runs, by its task: what the bar says.
WORKING: Mapping[str, str | Promise] = {
    "hazards.try": gettext_lazy("Trying what taking it in would do"),
    "hazards.import": gettext_lazy("Taking the rows in"),
    "hazards.undo": gettext_lazy("Undoing the import"),
}


def columns(jobs: Mapping[UUID, Job]) -> list[Column]:
    def state(batch: Batch) -> Any:
        job = jobs.get(batch.job_id) if batch.job_id else None
        live = job is not None and job.state in LIVE
        if job is not None and not live and batch.status in MIDWAY:
            return part("state", _("stopped on the way"), "failed")
        if batch.status == Batch.Status.PLANNED and not batch.tried:
            words = _("being tried") if live else _("columns to be confirmed")
            return part("state", words, "running" if live else "draft")
        return part("state", batch.get_status_display(), tone(batch.status))

    return [
        Column("files", _("Workbooks"), kind="text",
               cell=lambda row: "、".join(file.name for file in row.files.all()),
               link=lambda row: reverse("hazards:batch", args=[row.pk])),
        Column("status", _("State"), cell=state),
        Column("rows", _("Rows"), cell=_rows, kind="number"),
        Column("created", _("New"), cell=_count("created"), kind="number"),
        Column("updated", _("Moved on"), cell=_count("updated"), kind="number", phone=False),
        Column("rejected", _("Rejected"), cell=_count("rejected"), kind="number"),
        Column("made", _("Sent"), cell="made_at", kind="moment"),
        Column("by", _("By"), cell="made_by", phone=False),
    ]  # fmt: skip


def _count(name: str) -> Callable[[Batch], Any]:
    """What was taken in; before that what the dry run counted, marked so; nothing before both."""

    def cell(batch: Batch) -> Any:
        if batch.status != Batch.Status.PLANNED:
            return getattr(batch, name)
        return _tried(batch.tried[name]) if name in batch.tried else None

    return cell


def _rows(batch: Batch) -> Any:
    if batch.status != Batch.Status.PLANNED:
        return batch.rows
    return _tried(batch.rows_tried) if batch.tried else None


def _tried(rows: int) -> Markup:
    said = _("dry run: %(rows)s") % {"rows": number(rows)}
    return Markup(f'<span class="muted nowrap">{escape(said)}</span>')  # noqa: S704
