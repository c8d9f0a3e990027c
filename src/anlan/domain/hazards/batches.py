"""What the pages say of a batch: where it stands, what it counted, why it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from anlan.domain.hazards.models import Batch
from anlan.kernel.jobs.models import LIVE, Job, State
from anlan.ui.figures import number
from anlan.ui.lists import Column
from anlan.ui.parts import part

#: A job that runs, by its task: what the bar says.
WORKING: Mapping[str, str | Promise] = {
    "hazards.try": gettext_lazy("Trying what taking it in would do"),
    "hazards.import": gettext_lazy("Taking the rows in"),
    "hazards.undo": gettext_lazy("Undoing the import"),
}
_TONES = {"planned": "draft", "undoing": "running", "undone": "void"}
#: Tasks that leave a batch in the midst of it when they end early.
_MIDWAY = (Batch.Status.RUNNING, Batch.Status.UNDOING)


@dataclass(frozen=True)
class Stopped:
    """Why nothing goes on by itself, and what to do about it."""

    title: str
    text: str
    advice: str
    tone: str = "red"
    #: For the people on duty, where only they can help.
    number: UUID | None = None


def tone(status: str) -> str:
    return _TONES.get(status, status)


def job_of(batch: Batch) -> Job | None:
    return Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None


def is_running(job: Job | None) -> bool:
    return job is not None and job.is_live


def working(job: Job | None) -> str:
    """What the progress bar stands for; a second attempt says that it is one."""
    label = str(WORKING.get(job.task, _("Working"))) if job else _("Working")
    if job and job.state == State.QUEUED and job.error_code:
        return _("%(work)s: it stopped and is tried again by itself") % {"work": label}
    return label


def stopped(batch: Batch, job: Job | None) -> Stopped | None:
    """What a person has to know where a batch was left in the midst of something."""
    if job is None or job.is_live:
        return None
    if job.state == State.FAILED:
        # A refusal: its sentence was made for people, and says how to mend it.
        return Stopped(_("It can't be done"), job.error, _again(batch))
    if job.state == State.DEAD:
        return Stopped(_("It stopped"), str(_cause(job)), _again(batch), number=job.pk)
    if batch.status in (*_MIDWAY, Batch.Status.CANCELLED):
        return Stopped(_("Cancelled"), _so_far(batch), _again(batch), tone="amber")
    return None


def _cause(job: Job) -> str | Promise:
    code = job.error_code
    if code == "worker_died":
        return _("The server ended the work each time it was tried, as a rule for lack of memory.")
    if code in ("OperationalError", "InterfaceError", "DatabaseError"):
        return _("The database didn't answer in time, each time it was tried.")
    if code in ("FileNotFoundError", "OSError", "PermissionError"):
        return _("The kept workbook can't be read on the server any more.")
    return _("Something failed on our side, each time it was tried; your workbook isn't to blame.")


def _so_far(batch: Batch) -> str:
    if batch.status == Batch.Status.UNDOING:
        return _("The undoing was cancelled on the way; part of the rows is still in.")
    total = sum(batch.tried.values()) or batch.total
    return _("%(rows)s of %(total)s rows are dealt with; the others are outside.") % {
        "rows": number(batch.rows), "total": number(max(total, batch.rows)),
    }  # fmt: skip


def _again(batch: Batch) -> str:
    if batch.status == Batch.Status.PLANNED:
        return _("Nothing was taken in. Try it once more below, or send the workbook again.")
    if batch.status == Batch.Status.UNDOING:
        return _("“Go on undoing” takes the rest out; nothing is counted twice.")
    return _("“Go on” takes in the rest, each row once; “Undo this import” takes out what is in.")


# The list of batches


def jobs_of(batches: Sequence[Batch]) -> dict[UUID, Job]:
    """The last job of each batch of a page: one statement."""
    wanted = [batch.job_id for batch in batches if batch.job_id]
    return Job.objects.in_bulk(wanted) if wanted else {}


def columns(jobs: Mapping[UUID, Job]) -> list[Column]:
    def state(batch: Batch) -> Any:
        job = jobs.get(batch.job_id) if batch.job_id else None
        live = job is not None and job.state in LIVE
        if job is not None and not live and batch.status in _MIDWAY:
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
    return _tried(sum(batch.tried.values())) if batch.tried else None


def _tried(rows: int) -> Markup:
    said = _("dry run: %(rows)s") % {"rows": number(rows)}
    return Markup(f'<span class="muted nowrap">{escape(said)}</span>')  # noqa: S704
