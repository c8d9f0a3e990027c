"""Issuing a transfer or a letter: its number, its parties, and what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import NotFound
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.models import Source
from anlan.domain.supervision.loop import LETTER, LOOPS, TRANSFER
from anlan.domain.supervision.models import (
    SUBJECT_CHARS_MAX,
    WORD_CHARS_MAX,
    Item,
    Letterhead,
    Paper,
    Serial,
)
from anlan.domain.supervision.permissions import OFFICE
from anlan.domain.supervision.refusals import AlreadyTransferred, PaperIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox

#: Cases that one paper is about at most.
ITEMS_MAX = 200
#: What stands before the year where an office has set no words of its own: its name and these.
ENDINGS = {TRANSFER.kind: "移", LETTER.kind: "函"}


@dataclass(frozen=True)
class NewPaper:
    """What somebody enters. ``pk`` is made by the client."""

    pk: UUID
    kind: str
    office: int
    receiver: int
    subject: str
    due_on: date
    hazards: tuple[UUID, ...]
    superior: int | None = None
    text: str = ""


@transaction.atomic(durable=True)
def issue(new: NewPaper, **call: Unpack[Call]) -> UUID:
    """Issue a paper to its receiver with the next number of the office's year."""
    by, at = call["by"], call["at"]
    _demand_office(new.office, by, at)
    claim = plain.claim("paper.issue", {"new": new}, **call)
    if claim.repeated:
        return new.pk
    today = timezone.localdate(at)
    units = Unit.objects.filter(valid_to=None).in_bulk(
        [pk for pk in (new.office, new.receiver, new.superior) if pk]
    )
    _check(new, units, today)
    _check_items(new, by)
    machine, receiver = LOOPS[new.kind], units[new.receiver]
    acting: Call = {**call, "by": replace(by, unit_id=new.office)}
    case = NewCase(
        pk=new.pk, area_id=receiver.area_id, path=receiver.path, unit_id=new.office,
        opened_on=today, due_on=new.due_on,
    )  # fmt: skip
    cases = engine.open_cases(machine, [case], step="find", **acting)
    paper = _write(new, units[new.office], at)
    others = {PartyRole.SUPERVISOR: {new.pk: new.superior}} if new.superior else {}
    loop.assign(
        machine, cases, rectifier={new.pk: new.receiver}, others=others, due_on=new.due_on,
        reason=paper.number, **acting,
    )  # fmt: skip
    if new.superior:
        outbox.post(
            "paper.copied", to_units=[new.superior], about=new.pk, at=at,
            data={"number": paper.number, "unit": receiver.name, "due": str(new.due_on)},
        )  # fmt: skip
    return claim.done(new.pk)


def _demand_office(office: int, by: Actor, at: datetime) -> None:
    policy.demand(by, "paper.issue", at)
    if not by.trusted and office not in policy.units_of(by, OFFICE):
        raise NotFound


def _check(new: NewPaper, units: dict[int, Unit], today: date) -> None:
    wrong = {
        "kind": new.kind not in LOOPS and _("Say what kind of paper it is."),
        "office": new.office not in units and _("Choose one of your own offices."),
        "receiver": (new.receiver not in units or new.receiver == new.office)
        and _("Choose the unit from the list; it can't be your own."),
        "superior": bool(new.superior)
        and (new.superior not in units or new.superior in (new.receiver, new.office))
        and _("Choose another unit, above the receiver, or leave it empty."),
        "subject": not 0 < len(new.subject.strip()) <= SUBJECT_CHARS_MAX
        and _("Write the subject in at most 200 characters."),
        "text": len(new.text) > TEXT_CHARS_MAX and _("Shorten the text to 4,000 characters."),
        "due_on": new.due_on < today and _("The day is in the past; choose a later one."),
        "hazards": not 0 < len(new.hazards) <= ITEMS_MAX
        and _("Choose at least one case, and at most 200."),
    }
    if new.kind == LETTER.kind and not new.superior:
        wrong["superior"] = _("A letter goes to the unit above the receiver as well; choose it.")
    for field, reason in wrong.items():
        if reason:
            raise PaperIncomplete(field=field, reason=reason)


def _check_items(new: NewPaper, by: Actor) -> None:
    """All are there to be seen; a transfer takes findings of unannounced checks, each once."""
    rows = hazards.visible(by).filter(pk__in=new.hazards)
    sources = dict(rows.values_list("pk", "case__source"))
    if set(sources) != set(new.hazards):
        raise NotFound
    if new.kind != TRANSFER.kind:
        return
    if any(source != Source.COVERT for source in sources.values()):
        raise PaperIncomplete(
            field="hazards", reason=_("Only findings of unannounced checks are transferred.")
        )
    _refuse_taken(new.hazards)


def _refuse_taken(pks: Sequence[UUID]) -> None:
    taken = Item.objects.filter(hazard__in=pks, exclusive=True)
    numbers = list(taken.values_list("hazard__case__number", flat=True)[:3])
    if numbers:
        raise AlreadyTransferred(numbers="、".join(numbers))


def _write(new: NewPaper, office: Unit, at: datetime) -> Paper:
    year = timezone.localdate(at).year
    serial = _next(office.pk, new.kind, year)
    paper = Paper.objects.create(
        case_id=new.pk, office=office, receiver_id=new.receiver, superior_id=new.superior,
        kind=new.kind, year=year, serial=serial,
        number=f"{word_of(office, new.kind)}〔{year}〕{serial}号",
        subject=new.subject.strip(), text=new.text.strip(), issued_at=at,
    )  # fmt: skip
    items = [
        Item(paper=paper, hazard_id=pk, order=order, exclusive=new.kind == TRANSFER.kind)
        for order, pk in enumerate(new.hazards, start=1)
    ]
    try:
        with transaction.atomic():
            Item.objects.bulk_create(items)
    except IntegrityError:
        # Somebody else transferred one of them between our look and now.
        _refuse_taken(new.hazards)
        raise
    return paper


def _next(office: int, kind: str, year: int) -> int:
    """The next number of an office's year. Two who ask at once get two numbers, without a gap."""
    Serial.objects.bulk_create(
        [Serial(office_id=office, kind=kind, year=year)], ignore_conflicts=True
    )
    row = Serial.objects.select_for_update().get(office=office, kind=kind, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def word_of(office: Unit, kind: str) -> str:
    """What stands before the year: the office's own words, else its name."""
    row = Letterhead.objects.filter(unit=office).first()
    own = getattr(row, kind) if row else ""
    return own or f"{office.name[: WORD_CHARS_MAX - 1]}{ENDINGS[kind]}"


@transaction.atomic(durable=True)
def set_letterhead(office: int, *, transfer: str, letter: str, by: Actor, at: datetime) -> None:
    """An office's own words (机关代字); numbers that were given stay as they are."""
    _demand_office(office, by, at)
    values = {"transfer": transfer.strip(), "letter": letter.strip()}
    for field, value in values.items():
        if len(value) > WORD_CHARS_MAX:
            raise PaperIncomplete(
                field=field, reason=_("Shorten it to %(n)s characters.") % {"n": WORD_CHARS_MAX}
            )
    before = Letterhead.objects.filter(unit=office).values(*values).first()
    Letterhead.objects.update_or_create(
        unit_id=office, defaults={**values, "set_at": at, "set_by": by.name}
    )
    entry = trail.Entry("paper.letterhead", "unit", str(office), before=before, after=values)
    trail.record([entry], by=by, at=at)
