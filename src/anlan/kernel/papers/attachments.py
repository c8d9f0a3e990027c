"""Attachments: taken in under limits, circulated without metadata, kept whole under seal.

    prepared = attachments.prepare(data, name)              # outside a transaction: reads, encodes
    with transaction.atomic():
        attachments.attach(prepared, "hazards.hazard", pk, Role.AFTER, by=by, at=at)

``store`` does both for whoever holds no transaction. Whether somebody may see an attachment is
asked of the object it hangs on, by the page that serves it.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from anlan.base import crypto
from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.kernel.audit import trail
from anlan.kernel.papers import cleaning, refusals
from anlan.kernel.papers import store as disk
from anlan.kernel.papers.models import NAME_CHARS_MAX, Attachment, Blob, Role

MB = 1_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ORIGINAL_PURPOSE = "papers/original"
SCAN_SECONDS_MAX = 60


@dataclass(frozen=True)
class Kind:
    mime: str
    extensions: tuple[str, ...]
    bytes_max: int


KINDS = (
    Kind("image/jpeg", ("jpg", "jpeg"), 20 * MB),
    Kind("image/png", ("png",), 20 * MB),
    Kind("image/webp", ("webp",), 20 * MB),
    Kind("application/pdf", ("pdf",), 50 * MB),
    Kind(DOCX, ("docx",), 20 * MB),
    Kind(XLSX, ("xlsx",), 20 * MB),
    Kind("application/vnd.ms-excel", ("xls",), 20 * MB),
    Kind("text/csv", ("csv",), 20 * MB),
    Kind("video/mp4", ("mp4",), 50 * MB),
)
BYTES_MAX = max(kind.bytes_max for kind in KINDS)


#: What a process of its own rewrites.
ALONE = {"application/pdf": "pdf", "application/vnd.ms-excel": "xls"}


@dataclass(frozen=True)
class Prepared:
    """A file that is checked, cleaned and on the disk; rows are still to speak of it."""

    id: UUID
    name: str
    sent_sum: str
    stripped: bool
    blob: Blob
    thumbnail: Blob | None
    original: Blob | None


def prepare(data: bytes | IO[bytes], name: str, pk: UUID | None = None) -> Prepared:
    """Check, clean and store a file. ``pk`` is the id that the client chose for the attachment.

    Raises KindNotAllowed, KindMismatch, FileTooBig, FileEmpty, ImageTooLarge, FileBroken,
    FileUnsafe; StoreFull where the disk takes no more.
    """
    if not isinstance(data, bytes):
        data = data.read(BYTES_MAX + 1)
    name = clean_name(name)
    kind = _kind(data, name)
    _scan(data, name)
    pk = pk or uuid7()
    now = timezone.now()
    thumbnail = None
    width = height = None
    if kind.mime in cleaning.FORMATS:
        picture, small = cleaning.pictures(data, kind.mime, name)
        circulated, stripped = picture.data, True
        width, height = picture.width, picture.height
        thumbnail = _blob(small.data, small.kind, now, small.width, small.height)
    elif kind.mime in (DOCX, XLSX):
        circulated, stripped = cleaning.office(data, name), True
    elif kind.mime == "video/mp4":
        circulated, stripped = cleaning.video(data, name), True
    elif kind.mime in ALONE:
        circulated, stripped = cleaning.alone(data, ALONE[kind.mime], name), True
    else:
        # A table of text has nothing beside its text.
        circulated, stripped = data, True
    original = None
    if circulated != data:
        sealed = crypto.seal(data, f"papers.original:{pk}", ORIGINAL_PURPOSE)
        original = _blob(sealed, kind.mime, now, sealed=True)
    blob = _blob(circulated, kind.mime, now, width, height)
    return Prepared(pk, name, crypto.digest(data), stripped, blob, thumbnail, original)


def attach(
    prepared: Prepared,
    object_type: str,
    object_id: str | int | UUID,
    role: str,
    *,
    by: Actor,
    at: datetime,
) -> Attachment:
    """Hang a prepared file on an object, in the caller's transaction; repeating changes nothing.

    Raises AttachmentReused if its id is another file's.
    """
    assert role in Role.values, role
    known = Attachment.objects.filter(pk=prepared.id).first()
    if known:
        stated = (prepared.sent_sum, object_type, str(object_id))
        if (known.sent_sum, known.object_type, known.object_id) != stated:
            raise refusals.AttachmentReused
        return known
    blobs = [blob for blob in (prepared.blob, prepared.thumbnail, prepared.original) if blob]
    Blob.objects.bulk_create(blobs, ignore_conflicts=True)
    attachment = Attachment.objects.create(
        id=prepared.id,
        object_type=object_type,
        object_id=str(object_id),
        role=role,
        name=prepared.name,
        blob_id=prepared.blob.pk,
        thumbnail_id=prepared.thumbnail.pk if prepared.thumbnail else None,
        original_id=prepared.original.pk if prepared.original else None,
        sent_sum=prepared.sent_sum,
        stripped=prepared.stripped,
        user_id=by.user_id,
        actor=by.name,
        unit_id=by.unit_id,
        at=at,
    )
    after = {"on": f"{object_type}:{object_id}", "role": role, "sum": prepared.sent_sum}
    entry = trail.Entry("papers.attach", "papers.attachment", prepared.id, after=after)
    trail.record([entry], by=by, at=at)
    return attachment


def store(
    data: bytes | IO[bytes],
    name: str,
    object_type: str,
    object_id: str | int | UUID,
    role: str,
    *,
    by: Actor,
    at: datetime,
    pk: UUID | None = None,
) -> Attachment:
    """``prepare`` and ``attach`` in one."""
    prepared = prepare(data, name, pk)
    with transaction.atomic():
        return attach(prepared, object_type, object_id, role, by=by, at=at)


@transaction.atomic
def withdraw(pk: UUID, *, by: Actor, at: datetime, reason: str) -> Attachment:
    """Take an attachment off its object; the file stays, for whoever asks what was there."""
    attachment = Attachment.objects.filter(pk=pk, withdrawn_at=None).first()
    if attachment is None:
        raise NotFound
    attachment.withdrawn_at = at
    attachment.save(update_fields=["withdrawn_at"])
    entry = trail.Entry("papers.withdraw", "papers.attachment", pk, reason=reason)
    trail.record([entry], by=by, at=at)
    return attachment


def read(attachment: Attachment, *, thumbnail: bool = False) -> tuple[bytes, str]:
    """The bytes that circulate and their kind, summed before they are handed out.

    Raises FileDamaged, which is on record and on the health page from then on (F05).
    """
    blob = attachment.thumbnail if thumbnail else attachment.blob
    if blob is None:
        raise NotFound
    return _read(blob, attachment.name), blob.kind


def original(attachment: Attachment, *, by: Actor, at: datetime, reason: str) -> bytes:
    """The file as it was sent, from under its seal; who asked and why goes on record."""
    if attachment.original is None:
        data = _read(attachment.blob, attachment.name)
    else:
        sealed = _read(attachment.original, attachment.name)
        data = crypto.unseal(sealed, f"papers.original:{attachment.pk}", ORIGINAL_PURPOSE)
    with transaction.atomic():
        entry = trail.Entry("papers.original", "papers.attachment", attachment.pk, reason=reason)
        trail.record([entry], by=by, at=at)
    return data


def serve(attachment: Attachment, *, thumbnail: bool = False) -> HttpResponse:
    """The answer to a request for a file, by a page that has asked whether it may be seen.

    As a download that no browser runs, whatever its bytes are (S55). Images show in pages all the
    same: an <img> doesn't look at the disposition.
    """
    data, kind = read(attachment, thumbnail=thumbnail)
    response = HttpResponse(data, content_type=kind)
    name = quote(attachment.name, safe="")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def clean_name(name: str) -> str:
    """A file name without path, control characters and direction marks, at most 150 long."""
    base = PurePath(name.replace("\\", "/")).name
    base = "".join(c for c in base if c.isprintable() and c not in '<>:"/|?*\u202e\u202d').strip(
        ". "
    )
    stem, dot, extension = base.rpartition(".")
    if len(base) > NAME_CHARS_MAX and dot:
        base = stem[: NAME_CHARS_MAX - len(extension) - 1] + "." + extension
    return base[:NAME_CHARS_MAX] or "file"


def _kind(data: bytes, name: str) -> Kind:
    """The kind that name and content agree on."""
    extension = name.rpartition(".")[2].lower()
    named = next((kind for kind in KINDS if extension in kind.extensions), None)
    if named is None:
        raise refusals.KindNotAllowed(name=name)
    if not data:
        raise refusals.FileEmpty(name=name)
    if len(data) > named.bytes_max:
        size, limit = -(-len(data) // MB), named.bytes_max // MB
        raise refusals.FileTooBig(name=name, size=size, limit=limit)
    if not _looks_like(named.mime, data):
        raise refusals.KindMismatch(name=name)
    return named


def _looks_like(mime: str, data: bytes) -> bool:
    if mime in cleaning.FORMATS:
        return cleaning.picture_kind(data) == mime
    if mime == "application/pdf":
        return data[:5] == b"%PDF-"
    if mime in (DOCX, XLSX):
        part = b"word/" if mime == DOCX else b"xl/"
        return data[:4] == b"PK\x03\x04" and part in data
    if mime == "application/vnd.ms-excel":
        return data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    if mime == "video/mp4":
        return data[4:8] == b"ftyp"
    # Text has no magic; what a browser or a shell would run is no table.
    start = data[:1_000].lstrip().lower()
    return b"\0" not in data[:100_000] and not start.startswith((b"<", b"%pdf", b"#!", b"{\\rtf"))


def _scan(data: bytes, name: str) -> None:
    """Ask the virus scanner, where ANLAN_SCANNER names one: it is given the file's path."""
    command = getattr(settings, "SCANNER", "")
    if not command:
        return
    with tempfile.NamedTemporaryFile(prefix="anlan-scan-") as file:
        file.write(data)
        file.flush()
        try:
            done = subprocess.run(  # noqa: S603  the administrator's command, no shell
                [*command.split(), file.name],
                capture_output=True,
                timeout=SCAN_SECONDS_MAX,
                check=False,
            )
            clean = done.returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            clean = False  # A scanner that doesn't answer has not said that the file is clean.
    if not clean:
        raise refusals.FileUnsafe(name=name)


def _blob(
    data: bytes,
    kind: str,
    at: datetime,
    width: int | None = None,
    height: int | None = None,
    sealed: bool = False,
) -> Blob:
    return Blob(
        sum=disk.put(data),
        kind=kind,
        size=len(data),
        width=width,
        height=height,
        sealed=sealed,
        made_at=at,
    )


def _read(blob: Blob, name: str) -> bytes:
    try:
        data = disk.get(blob.sum)
    except disk.Rotten:
        _report(blob)
        raise refusals.FileDamaged(name=name) from None
    if blob.bad_since is not None:
        Blob.objects.filter(pk=blob.pk).update(bad_since=None)  # A backup has put it right.
    return data


def _report(blob: Blob) -> None:
    """Alarm about a damaged file, once: on record and on the health page."""
    now = timezone.now()
    with transaction.atomic():
        if Blob.objects.filter(pk=blob.pk, bad_since=None).update(bad_since=now):
            entry = trail.Entry("papers.damaged", "papers.blob", blob.sum[:60], result="alarm")
            trail.record([entry], by=CLOCK, at=now)


def health(now: datetime) -> list[str]:
    return ["files_damaged"] if Blob.objects.exclude(bad_since=None).exists() else []


def check_files() -> tuple[int, list[str]]:
    """Sum every file that a row speaks of: how many, and the damaged ones (each is reported)."""
    damaged = []
    count = 0
    for blob in Blob.objects.order_by("sum").iterator():
        count += 1
        try:
            disk.get(blob.sum)
        except disk.Rotten:
            _report(blob)
            damaged.append(blob.sum)
    return count, damaged


def sweep() -> int:
    """Remove files of transactions that were rolled back; returns how many."""
    return disk.sweep(set(Blob.objects.values_list("sum", flat=True)))


def invariants(now: datetime | None = None) -> Iterator[tuple[str, bool, int, str]]:
    """I8: each attachment row has a file with its sum."""
    count, damaged = check_files()
    yield "I8 attachments", not damaged, count, ", ".join(damaged[:10])


def by_object(object_type: str, object_ids: Iterable[object]) -> dict[str, list[Attachment]]:
    """The attachments of several objects in one query, by object id."""
    found: dict[str, list[Attachment]] = {}
    rows = Attachment.objects.filter(
        object_type=object_type, object_id__in=[str(pk) for pk in object_ids], withdrawn_at=None
    )
    for attachment in rows.select_related("blob", "thumbnail").order_by("id"):
        found.setdefault(attachment.object_id, []).append(attachment)
    return found
