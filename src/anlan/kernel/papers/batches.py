"""Workbooks that somebody handed in together, on their way to rows of an app.

An app has a batch and files of its own (``SentBatch``, ``SentFile``), and says in jobs what taking
one in, trying it and undoing it do. What is the same for all of them stands here: how a file is
kept so that a killed job can go on, and what a page says of a batch that runs or has stopped.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base import stored
from anlan.base.ids import uuid7
from anlan.base.refusal import DiskFull, Refusal, disk_is_full
from anlan.kernel.jobs.models import Job, State
from anlan.ui.figures import number

#: Bytes read at once while a file is kept.
COPY_BYTES = 1 << 20
SUFFIX_CHARS_MAX = 8


class SentBatch(models.Model):
    """What one sender handed in together, and how far it is; an app adds what it counts."""

    class Status(models.TextChoices):
        PLANNED = "planned", gettext_lazy("to be confirmed")
        RUNNING = "running", gettext_lazy("running")
        DONE = "done", gettext_lazy("done")
        CANCELLED = "cancelled", gettext_lazy("cancelled")
        FAILED = "failed", gettext_lazy("failed")
        UNDOING = "undoing", gettext_lazy("being undone")
        UNDONE = "undone", pgettext_lazy("import", "undone")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    #: What the reader proposed and a person confirmed.
    plan = models.JSONField(default=dict)
    #: What the dry run counted; empty before it.
    tried = models.JSONField(default=dict)
    #: Up to where the rows are in; moves with each transaction.
    cursor = models.JSONField(default=dict)
    total = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    job_id = models.UUIDField(null=True)
    #: Cases that people had advanced when the batch was undone: listed, not undone.
    kept = models.JSONField(default=list)

    class Meta:
        abstract = True

    @property
    def rows(self) -> int:
        """How many rows are dealt with."""
        raise NotImplementedError

    @property
    def rows_tried(self) -> int:
        """How many rows the dry run counted; 0 before it."""
        raise NotImplementedError


#: Of these the rest can be taken in.
AGAIN = (SentBatch.Status.PLANNED, SentBatch.Status.CANCELLED, SentBatch.Status.RUNNING)


class BatchBusy(Refusal):
    """An import that is at work, or is over, can't be changed, started or undone."""

    code = "batch_busy"
    message = gettext_lazy(
        "The import is “%(status)s”, so this can't be done now. Open its page again."
    )
    status = 409


class SentFile(models.Model):
    """One file, kept as it came (by its SM3), so that a killed import can resume."""

    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    #: Below MEDIA_ROOT.
    stored = models.CharField(max_length=200)
    size = models.BigIntegerField()

    class Meta:
        abstract = True

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.stored


class SentRow(models.Model):
    """A row of a batch by its place, with what is said of it; the row itself stays in its file."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.CharField(max_length=120)
    row = models.IntegerField()
    column = models.CharField(max_length=12, blank=True)
    header = models.CharField(max_length=200, blank=True)
    #: What is wrong and how to mend it, by language.
    reasons = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def reason(self) -> str:
        return stored.read(self.reasons)


# --- files ---------------------------------------------------------------------------------------


@contextmanager
def uploaded(files: Sequence[UploadedFile[Any]]) -> Iterator[list[tuple[str, Path]]]:
    """What a form brought, on disk for as long as it is looked at: (name as sent, path)."""
    with tempfile.TemporaryDirectory(prefix="anlan-in-") as folder:
        found = []
        for place, file in enumerate(files):
            suffix = Path(file.name or "").suffix.lower()[:SUFFIX_CHARS_MAX]
            path = Path(folder) / f"{place}{suffix}"
            with path.open("wb") as target:
                for block in file.chunks():
                    target.write(block)
            found.append((file.name or path.name, path))
        yield found


def keep(path: Path, name: str, *, room: str) -> tuple[Path, str]:
    """A copy under the content's own name, on disk before any row speaks of it (F04).

    room: the app's own folder; what one of them throws away another may still need.

    Returns where it lies, and its digest.
    """
    folder = Path(settings.MEDIA_ROOT) / room
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{uuid7()}"
    digest = hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else hashlib.sha256()
    try:
        with path.open("rb") as source, draft.open("xb") as copy:
            while block := source.read(COPY_BYTES):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        if disk_is_full(error):
            raise DiskFull from error
        raise
    suffix = Path(name).suffix.lower()
    fits = suffix.isascii() and len(suffix) < SUFFIX_CHARS_MAX
    kept = folder / f"{digest.hexdigest()}{suffix if fits else ''}"
    os.replace(draft, kept)
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return kept, digest.hexdigest()


def stored_as(path: Path) -> str:
    return str(path.relative_to(settings.MEDIA_ROOT))


def unlink(stored: Iterable[str], still: Iterable[str]) -> None:
    """Throw files away but those that another batch was made of: the same one lies there once."""
    for name in set(stored) - set(still):
        (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)


# --- what a page says ----------------------------------------------------------------------------

#: Tasks that leave a batch in the midst of it when they end early.
MIDWAY = (SentBatch.Status.RUNNING, SentBatch.Status.UNDOING)
_TONES = {"planned": "draft", "undoing": "running", "undone": "void"}


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


def job_of(batch: SentBatch) -> Job | None:
    return Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None


def jobs_of(batches: Sequence[SentBatch]) -> dict[UUID, Job]:
    """The last job of each batch of a page: one statement."""
    wanted = [batch.job_id for batch in batches if batch.job_id]
    return Job.objects.in_bulk(wanted) if wanted else {}


def is_running(job: Job | None) -> bool:
    return job is not None and job.is_live


def working(job: Job | None, words: Mapping[str, str | Promise]) -> str:
    """What the progress bar stands for; a second attempt says that it is one.

    words: by task, what a job of it does.
    """
    label = str(words.get(job.task, _("Working"))) if job else _("Working")
    if job and job.state == State.QUEUED and job.error_code:
        return _("%(work)s: it stopped and is tried again by itself") % {"work": label}
    return label


def stopped(batch: SentBatch, job: Job | None) -> Stopped | None:
    """What a person has to know where a batch was left in the midst of something."""
    if job is None or job.is_live:
        return None
    if job.state == State.FAILED:
        # A refusal: its sentence was made for people, and says how to mend it.
        return Stopped(_("It can't be done"), job.error, _again(batch))
    if job.state == State.DEAD:
        return Stopped(_("It stopped"), str(_cause(job)), _again(batch), number=job.pk)
    if batch.status in (*MIDWAY, SentBatch.Status.CANCELLED):
        return Stopped(_("Cancelled"), _so_far(batch), _again(batch), tone="amber")
    return None


def _cause(job: Job) -> str:
    code = job.error_code
    if code == "worker_died":
        return _("The server ended the work each time it was tried, as a rule for lack of memory.")
    if code in ("OperationalError", "InterfaceError", "DatabaseError"):
        return _("The database didn't answer in time, each time it was tried.")
    if code in ("FileNotFoundError", "OSError", "PermissionError"):
        return _("The kept workbook can't be read on the server any more.")
    return _("Something failed on our side, each time it was tried; your workbook isn't to blame.")


def _so_far(batch: SentBatch) -> str:
    if batch.status == SentBatch.Status.UNDOING:
        return _("The undoing was cancelled on the way; part of the rows is still in.")
    total = batch.rows_tried or batch.total
    return _("%(rows)s of %(total)s rows are dealt with; the others are outside.") % {
        "rows": number(batch.rows), "total": number(max(total, batch.rows)),
    }  # fmt: skip


def _again(batch: SentBatch) -> str:
    if batch.status == SentBatch.Status.PLANNED:
        return _("Nothing was taken in. Try it once more below, or send the workbook again.")
    if batch.status == SentBatch.Status.UNDOING:
        return _("“Go on undoing” takes the rest out; nothing is counted twice.")
    return _("“Go on” takes in the rest, each row once; “Undo this import” takes out what is in.")
