"""Reading a law that was handed in: in the worker, its parser in a limited child of its own.

The file lies sealed in the store until it is read; what stays is its text.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.domain.library import commands, reading
from anlan.domain.library.commands import TASK, HandedIn
from anlan.domain.library.models import Edition
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.queue import Run
from anlan.kernel.loop.plain import Call
from anlan.kernel.papers import documents, store
from anlan.kernel.papers.documents import clauses, refusals
from anlan.kernel.papers.documents.refusals import DocumentRefusal

PURPOSE = "library/text"
#: What no database keeps in a text, and what is no character.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
#: What is sent by a page, of one file.
BYTES_MAX = 30_000_000


class FileGone(DocumentRefusal):
    """It lay longer than a day, or the disk lost it."""

    code = "document_gone"
    message = refusals.Broken.message


def kept(file: UploadedFile[Any], pk: UUID) -> HandedIn:
    """The sent file, sealed and whole on the disk before any row speaks of it (F04)."""
    name = Path(file.name or "document").name
    if not file.size:
        raise refusals.Empty(name=name)
    if file.size > BYTES_MAX:
        size, limit = (f"{n / 1_000_000:.0f} MB" for n in (file.size, BYTES_MAX))
        raise refusals.TooBig(name=name, size=size, limit=limit)
    return HandedIn(pk, name, store.put(crypto.seal(file.read(), str(pk), PURPOSE)))


@queue.task(TASK)
def read(run: Run) -> None:
    pk = UUID(run.payload["edition"])
    row = Edition.objects.filter(pk=pk, state=Edition.State.WAITING).first()
    if row is None:
        return  # It was dropped, or read by hand, meanwhile.
    by = Actor(run.by.user_id, run.by.name, run.by.unit_id, trusted=True)
    call: Call = {"by": by, "at": timezone.now(), "request_id": uuid5(pk, TASK)}
    try:
        body = _read(row, run.payload["sum"])
    except DocumentRefusal as refusal:
        commands.keep_failure(pk, refusal, **call)
        return
    commands.keep_reading(pk, body, reading.proposed(body, row.title), **call)


def _read(row: Edition, sum_: str) -> str:
    try:
        data = crypto.unseal(store.get(sum_), str(row.pk), PURPOSE)
    except (store.Rotten, crypto.Tampered):
        raise FileGone(name=row.file) from None
    with tempfile.NamedTemporaryFile(prefix="anlan-in-") as file:
        file.write(data)
        file.flush()
        document = documents.read(file.name, row.file)
    return "\n".join(clauses.lines_of(_NO_TEXT.sub(" ", clauses.body_of(document))))
