"""Files that a form brought before it was right: kept, and offered again with the form.

They are cleaned and in the store (``attachments.prepare``), and no row speaks of them yet. The form
carries a sealed ticket for each, which opens for the person who sent it and for half a day; a file
that is never attached goes with the daily sweep of the store, as those of a transaction that was
rolled back do.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.papers import attachments, refusals
from anlan.kernel.papers import store as disk
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Blob

PURPOSE = "papers/kept"
#: Well below ``store.ORPHAN_SECONDS``: what a ticket names is still there.
KEPT_SECONDS = 43_200
#: A ticket is about a kilobyte; what is longer is none.
TICKET_CHARS_MAX = 4_000
#: Thumbnails stand in the page itself: they have no address before they hang on something.
THUMB_BYTES_MAX = 60_000


@dataclass
class Kept:
    """The files that one field of a form has by now, those kept from before first."""

    ready: list[Prepared] = field(default_factory=list)
    #: Why others aren't among them.
    refused: list[Refusal] = field(default_factory=list)

    def offers(self, by: Actor, at: datetime) -> list[Offer]:
        return [_offer(one, by, at) for one in self.ready]


@dataclass(frozen=True)
class Offer:
    """A kept file, as a form offers it again."""

    ticket: str
    name: str
    #: The picture itself, or nothing.
    thumb: str


def taken(
    tickets: Sequence[str],
    files: Iterable[UploadedFile[Any]],
    *,
    by: Actor,
    at: datetime,
    most: int,
) -> Kept:
    """What a form kept and what it brings anew, ``most`` together; each refused by itself."""
    kept = Kept()
    for ticket in tickets[:most]:
        one = _opened(ticket, by, at)
        if one is None:
            kept.refused.append(refusals.KeptFileGone())
        elif one.id not in {known.id for known in kept.ready}:
            kept.ready.append(one)
    new = list(files)
    if len(kept.ready) + len(new) > most:
        kept.refused.append(refusals.TooManyPhotos(max=most))
        new = new[: max(0, most - len(kept.ready))]
    for file in new:
        try:
            kept.ready.append(attachments.prepare(file, file.name or "photo"))
        except refusals.FileRefused as refusal:
            kept.refused.append(refusal)
    return kept


def _offer(one: Prepared, by: Actor, at: datetime) -> Offer:
    blobs = {"blob": one.blob, "thumbnail": one.thumbnail, "original": one.original}
    told = {
        "at": int(at.timestamp()), "id": str(one.id), "name": one.name, "sum": one.sent_sum,
        "stripped": one.stripped,
        **{name: _told(blob) for name, blob in blobs.items() if blob},
    }  # fmt: skip
    for blob in blobs.values():
        if blob:
            disk.keep(blob.sum)
    ticket = crypto.seal_text(json.dumps(told), _bound(by), PURPOSE)
    return Offer(ticket, one.name, _thumb(one))


def _opened(ticket: str, by: Actor, at: datetime) -> Prepared | None:
    """The file behind a ticket; None where it is another's, too old, or swept meanwhile."""
    if len(ticket) > TICKET_CHARS_MAX:
        return None
    try:
        told = json.loads(crypto.unseal_text(ticket, _bound(by), PURPOSE))
    except (crypto.Tampered, ValueError):
        return None
    if not 0 <= int(at.timestamp()) - told["at"] <= KEPT_SECONDS:
        return None
    blob, thumbnail, original = (
        _blob(told[name], at) if name in told else None
        for name in ("blob", "thumbnail", "original")
    )
    if blob is None or not all(disk.holds(b.sum) for b in (blob, thumbnail, original) if b):
        return None
    return Prepared(
        UUID(told["id"]), told["name"], told["sum"], told["stripped"], blob, thumbnail, original
    )


def _bound(by: Actor) -> str:
    return f"papers.kept:{by.user_id}"


def _told(blob: Blob) -> list[Any]:
    return [blob.sum, blob.kind, blob.size, blob.width, blob.height, blob.sealed]


def _blob(told: Sequence[Any], at: datetime) -> Blob:
    sum_, kind, size, width, height, sealed = told
    return Blob(
        sum=sum_, kind=kind, size=size, width=width, height=height, sealed=sealed, made_at=at
    )


def _thumb(one: Prepared) -> str:
    if one.thumbnail is None or one.thumbnail.size > THUMB_BYTES_MAX:
        return ""
    data = b64encode(disk.get(one.thumbnail.sum)).decode()
    return f"data:{one.thumbnail.kind};base64,{data}"
