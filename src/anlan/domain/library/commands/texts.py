"""Texts: entered or handed in, checked, put into the library, amended by a further edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.library.commands.base import (
    EDITIONS_MAX,
    day_within,
    divided,
    kept_sectors,
    lacks,
    locked,
    short,
    text_of,
)
from anlan.domain.library.keeping import put_articles, recount
from anlan.domain.library.models import (
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    Edition,
    Kind,
    Text,
)
from anlan.domain.library.permissions import WRITES
from anlan.domain.library.refusals import DraftWaits, EditionStands
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.jobs import queue
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.papers.documents import clauses

#: What the worker does with a file that was handed in (library/jobs.py).
TASK = "laws.read"
State = Edition.State


@dataclass(frozen=True)
class Terms:
    """What a page states of an edition; ``body`` is its text."""

    title: str
    kind: str = Kind.NORMATIVE
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    effective_on: date | None = None
    note: str = ""
    sectors: tuple[str, ...] = ()
    body: str = field(default="", repr=False)


@dataclass(frozen=True)
class HandedIn:
    """A file as it was kept: its name as sent, and the sum under which the store has it."""

    pk: UUID
    name: str
    sum: str


@transaction.atomic(durable=True)
def write(new: Terms, *, pk: UUID, **call: Unpack[Call]) -> UUID:
    """Begin a text of one's own unit from what was pasted; ``pk`` is made by the client."""
    claim = _claimed("laws.write", {"pk": pk, "new": asdict(new)}, **call)
    if claim.repeated:
        return claim.answer[0]
    found = divided(new.body)
    row = _text(pk, claim)
    edition = Edition(text=row, number_in=1, made_at=claim.at, made_by=claim.by.name)
    _put(edition, row, new)
    row.save(force_insert=True)
    edition.save(force_insert=True)
    articles = put_articles(edition, found)
    claim.record("laws.write", "library_text", pk, after={**_told(edition), "articles": articles})
    return claim.done(edition.pk)


@transaction.atomic(durable=True)
def hand_in(new: HandedIn, *, text: UUID | None = None, **call: Unpack[Call]) -> UUID:
    """Keep that a file waits to be read: of a new text, or a further edition of ``text``."""
    given = {"pk": new.pk, "name": new.name, "text": text}
    claim = _claimed("laws.hand_in", given, **call)
    if claim.repeated:
        return claim.answer[0]
    name = new.name[:TITLE_CHARS_MAX]
    stem = name.rpartition(".")[0] or name
    if text is None:
        row, number = _text(uuid7(), claim), 1
        row.title = stem
        row.save(force_insert=True)
    else:
        policy.access(Text.objects.all(), "laws.edit", claim.by, text, at=claim.at)
        row = locked(text, None)
        number = _next(row)
        row.save(update_fields=["version"])
    edition = Edition.objects.create(
        id=new.pk, text=row, number_in=number, state=State.WAITING, title=stem, file=name,
        made_at=claim.at, made_by=claim.by.name,
    )  # fmt: skip
    payload = {"edition": str(edition.pk), "sum": new.sum}
    queue.enqueue(TASK, payload, claim.by, key=f"{TASK}:{edition.pk}", at=claim.at)
    claim.record("laws.hand_in", "library_text", row.pk, after={"file": name})
    return claim.done(edition.pk)


@transaction.atomic(durable=True)
def keep_reading(
    pk: UUID, body: str, stated: Mapping[str, Any], **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """What the reader found, for a person to check; nothing where it waits no longer."""
    claim = plain.claim(TASK, {"pk": pk}, **call)
    edition = Edition.objects.select_related("text").filter(pk=pk, state=State.WAITING).first()
    if claim.repeated or edition is None:
        return claim.done(pk)
    row = locked(edition.text_id, None)
    try:
        found = divided(body)
    except Refusal as refusal:
        return _failed(edition, refusal, claim)
    edition.state, edition.body = State.DRAFT, body
    edition.title = str(stated["title"]) or edition.title
    edition.number = str(stated["number"])
    edition.issued_on, edition.effective_on = stated["issued_on"], stated["effective_on"]
    edition.save()
    articles = put_articles(edition, found)
    recount(row)
    claim.record(TASK, "library_text", row.pk, after={**_told(edition), "articles": articles})
    return claim.done(pk)


@transaction.atomic(durable=True)
def keep_failure(pk: UUID, refusal: Refusal, **call: Unpack[Call]) -> UUID:
    """Why it couldn't be read, as a code with its data, so that each reader is told in theirs."""
    claim = plain.claim(TASK, {"pk": pk}, **call)
    edition = Edition.objects.filter(pk=pk, state=State.WAITING).first()
    if claim.repeated or edition is None:
        return claim.done(pk)
    return _failed(edition, refusal, claim)


def _failed(edition: Edition, refusal: Refusal, claim: Claim) -> UUID:
    data = {name: str(value) for name, value in refusal.data.items()}
    edition.state = State.FAILED
    edition.why = {"code": refusal.code, "data": data, "said": str(refusal)}
    edition.save(update_fields=["state", "why"])
    claim.record(TASK, "library_text", edition.text_id, after={"failed": refusal.code})
    return claim.done(edition.pk)


@transaction.atomic(durable=True)
def new_edition(text: UUID, *, pk: UUID, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Begin the next edition from the words of the newest one, to be changed by hand."""
    rows = Text.objects.all()
    _row, claim = plain.begin(rows, "laws.edit", text, {"edition": pk}, **call)
    if claim.repeated:
        return claim.answer[0]
    row = locked(text, seen)
    number = _next(row)
    last = row.editions.order_by("-number_in")[0]
    edition = Edition.objects.create(
        id=pk, text=row, number_in=number, title=last.title, number=last.number,
        issuer=last.issuer, body=last.body, made_at=claim.at, made_by=claim.by.name,
    )  # fmt: skip
    put_articles(edition, divided(last.body))
    row.save(update_fields=["version"])
    claim.record("laws.new_edition", "library_text", text, after={"number": number})
    return claim.done(edition.pk)


@transaction.atomic(durable=True)
def put_edition(
    pk: UUID, new: Terms, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """Write a draft anew; its articles follow its text."""
    edition, row, claim = _draft(pk, {"new": asdict(new)}, seen, **call)
    if claim.repeated:
        return pk
    before = _told(edition)
    found = divided(new.body)
    _put(edition, row, new)
    edition.state, edition.why = State.DRAFT, {}
    edition.save()
    articles = put_articles(edition, found)
    recount(row)
    after = {**_told(edition), "articles": articles}
    claim.record("laws.put_edition", "library_text", row.pk, before=before, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def drop_edition(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID | None:
    """Throw a draft away, and its text where it had no other edition: None then."""
    edition, row, claim = _draft(pk, {"drop": True}, seen, **call)
    if claim.repeated:
        return Text.objects.filter(pk=row.pk).values_list("pk", flat=True).first()
    claim.record("laws.drop", "library_text", row.pk, before=_told(edition))
    edition.delete()
    if row.editions.exists():
        recount(row)
        return claim.done(row.pk)
    row.delete()
    claim.keep([])
    return None


@transaction.atomic(durable=True)
def stand(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Put a checked edition into the library: its words stand from then on."""
    edition, row, claim = _draft(pk, {"stand": True}, seen, **call)
    if claim.repeated:
        return row.pk
    if edition.state != State.DRAFT:
        raise lacks("body", _("Its text isn't read yet; enter it by hand or wait."))
    _check(edition, row)
    edition.state = State.STANDS
    edition.stands_since, edition.stands_by = claim.at, claim.by.name
    edition.save()
    recount(row)
    claim.record("laws.stand", "library_text", row.pk, after=_told(edition))
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def correct(
    pk: UUID, new: Terms, *, reason: str, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Correct the data of an edition that stands; its words stay (``new.body`` isn't looked at)."""
    edition = _edition(pk)
    given = {"new": asdict(new), "reason": reason}
    rows = Text.objects.all()
    _row, claim = plain.begin(rows, "laws.edit", edition.text_id, {"edition": pk, **given}, **call)
    if claim.repeated:
        return edition.text_id
    row = locked(edition.text_id, seen)
    edition = _edition(pk)
    if not edition.stands:
        raise lacks("title", _("It isn't in the library yet; edit it instead."))
    why = text_of(reason, "reason", _("Say what was wrong with it."), TITLE_CHARS_MAX)
    before, body = _told(edition), edition.body
    _put(edition, row, new, whole=True)
    edition.body = body
    _check(edition, row)
    edition.save()
    recount(row)
    claim.record(
        "laws.correct", "library_text", row.pk, reason=why, before=before, after=_told(edition)
    )
    return claim.done(row.pk)


# --- what they have in common --------------------------------------------------------------


def _claimed(command: str, given: Mapping[str, Any], **call: Unpack[Call]) -> Claim:
    policy.demand(call["by"], "laws.make", call["at"])
    return plain.claim(command, given, **call)


def _text(pk: UUID, claim: Claim) -> Text:
    unit = main_unit(claim.by, WRITES)
    return Text(
        id=pk, area_id=unit.area_id, path=unit.path, unit=unit, made_at=claim.at,
        made_by=claim.by.name,
    )  # fmt: skip


def _next(row: Text) -> int:
    """The number of the next edition; one at a time is being entered."""
    if row.editions.exclude(state=State.STANDS).exists():
        raise DraftWaits
    number = row.editions.count() + 1
    if number > EDITIONS_MAX:
        raise lacks("file", _("A text has at most %(n)d editions.") % {"n": EDITIONS_MAX})
    return number


def _edition(pk: UUID) -> Edition:
    edition = Edition.objects.select_related("text").filter(pk=pk).first()
    if edition is None:
        raise NotFound
    return edition


def _draft(
    pk: UUID, given: dict[str, Any], seen: int | None, **call: Unpack[Call]
) -> tuple[Edition, Text, Claim]:
    """A draft with its text, locked."""
    edition = Edition.objects.select_related("text").filter(pk=pk).first()
    if edition is None:
        # It was dropped: a repeat of that is answered, anything else finds nothing.
        claim = plain.claim("laws.edit", {"edition": pk, **given}, **call)
        if not claim.repeated:
            raise NotFound
        return Edition(pk=pk), Text(pk=pk), claim
    policy.access(Text.objects.all(), "laws.edit", call["by"], edition.text_id, at=call["at"])
    claim = plain.claim("laws.edit", {"edition": pk, **given}, **call)
    if claim.repeated:
        return edition, edition.text, claim
    row = locked(edition.text_id, seen)
    edition.refresh_from_db()
    if edition.stands:
        raise EditionStands
    return edition, row, claim


def _put(edition: Edition, row: Text, new: Terms, *, whole: bool = False) -> None:
    """``whole``: kind and sectors, too, which are the text's and not one edition's."""
    edition.title = text_of(new.title, "title", _("Write the title."), TITLE_CHARS_MAX)
    edition.number = short(new.number, "number", NUMBER_CHARS_MAX)
    edition.issuer = short(new.issuer, "issuer", TITLE_CHARS_MAX)
    edition.note = short(new.note, "note", TITLE_CHARS_MAX)
    edition.issued_on = day_within(new.issued_on, "issued_on")
    edition.effective_on = day_within(new.effective_on, "effective_on")
    edition.body = new.body
    if whole or edition.number_in == 1:
        if new.kind not in Kind.values:
            raise lacks("kind", _("Choose what kind of text it is."))
        row.kind, row.sectors = new.kind, kept_sectors(new.sectors)
    if edition.number_in == 1 and row.first_on is None:
        row.title, row.number, row.issuer = edition.title, edition.number, edition.issuer


def _check(edition: Edition, row: Text) -> None:
    """Whether it says what a text of the library must say, and its days fit the other editions."""
    text_of(edition.issuer, "issuer", _("Say who issued it."))
    if edition.issued_on is None:
        raise lacks("issued_on", _("Say on which day it was issued."))
    if edition.effective_on is None:
        raise lacks("effective_on", _("Say from which day it is in force."))
    if edition.effective_on < edition.issued_on:
        raise lacks("effective_on", _("It can't be in force before it was issued."))
    if row.ended_on and row.ended_on <= edition.effective_on:
        raise lacks("effective_on", _("The text has ended before that day."))
    others = row.editions.filter(state=State.STANDS).exclude(pk=edition.pk)
    before = others.filter(number_in__lt=edition.number_in).order_by("-number_in").first()
    after = others.filter(number_in__gt=edition.number_in).order_by("number_in").first()
    day = edition.effective_on
    if (before and (before.effective_on or day) >= day) or (
        after and (after.effective_on or day) <= day
    ):
        raise lacks(
            "effective_on", _("Editions follow each other: choose a day between its neighbours'.")
        )


def _told(edition: Edition) -> dict[str, Any]:
    names = ("title", "number", "issuer", "issued_on", "effective_on", "note")
    return {
        "edition": edition.number_in,
        **{name: str(value) for name in names if (value := getattr(edition, name))},
    }


def gaps(edition: Edition) -> list[str]:
    """Numbers that its articles pass over, for whoever checks it."""
    rows = edition.articles.order_by("place").values_list("label", flat=True)
    return clauses.missing([clauses.Clause(label, "", "") for label in rows])
