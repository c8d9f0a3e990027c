"""Reading a document that was handed in: in the worker, its parser in a limited child of its own.

The file lies sealed in the store until it is read. No row speaks of it, so the daily sweep takes it
out afterwards: what stays is its text.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.intake import commands
from anlan.domain.campaigns.intake import model as intake_model
from anlan.domain.campaigns.intake.commands import TASK, HandedIn
from anlan.domain.campaigns.models import Intake
from anlan.domain.campaigns.reading.whole import told
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run
from anlan.kernel.loop.plain import Call
from anlan.kernel.papers import documents, store
from anlan.kernel.papers.documents import refusals
from anlan.kernel.papers.documents.refusals import DocumentRefusal

PURPOSE = "campaigns/intake"
#: What is sent by a page: the reader itself takes more, from a disk.
BYTES_MAX = 50_000_000


class FileGone(DocumentRefusal):
    """It lay longer than a day, or the disk lost it."""

    code = "document_gone"
    message = refusals.Broken.message


def kept(file: UploadedFile[Any]) -> HandedIn:
    """The sent file, sealed and whole on the disk before any row speaks of it (F04)."""
    name = Path(file.name or "document").name
    if not file.size:
        raise refusals.Empty(name=name)
    if file.size > BYTES_MAX:
        size, limit = (f"{n / 1_000_000:.0f} MB" for n in (file.size, BYTES_MAX))
        raise refusals.TooBig(name=name, size=size, limit=limit)
    pk = uuid7()
    return HandedIn(pk, name, store.put(crypto.seal(file.read(), str(pk), PURPOSE)))


@queue.task(TASK)
def read(run: Run) -> None:
    pk = UUID(run.payload["intake"])
    row = Intake.objects.get(pk=pk)
    if row.status != Intake.Status.WAITING:
        return
    by = Actor(run.by.user_id, run.by.name, run.by.unit_id, trusted=True)
    call: Call = {"by": by, "at": timezone.now(), "request_id": uuid5(pk, TASK)}
    try:
        reading = _reading(row, run.payload["sum"])
    except DocumentRefusal as refusal:
        commands.keep_failure(pk, refusal, **call)
        return
    commands.keep_reading(pk, reading, **call)


def _reading(row: Intake, sum_: str) -> dict[str, Any]:
    try:
        data = crypto.unseal(store.get(sum_), str(row.pk), PURPOSE)
    except (store.Rotten, crypto.Tampered):
        raise FileGone(name=row.name) from None
    with tempfile.NamedTemporaryFile(prefix="anlan-in-") as file:
        file.write(data)
        file.flush()
        document = documents.read(file.name, row.name)
    # A space of the same length, so that every place stays where the reader found it.
    reading = told(replace(document, text=intake_model.NO_TEXT.sub(" ", document.text)))
    # Beside our own rules, and only where the operator runs a model; it can't make a reading fail.
    return intake_model.proposed(reading)
