"""Good practice: told by a unit, mended or taken back by it, taken up by others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.measures.commands.base import (
    day_within,
    kept,
    lacks,
    sectors_of,
    short,
    text_of,
)
from anlan.domain.measures.models import TITLE_CHARS_MAX, Practice, TakenUp
from anlan.domain.measures.refusals import AlreadyThere
from anlan.domain.measures.writers import wrote
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare


@dataclass(frozen=True)
class Told:
    """What a practice says. ``pk`` is made by the client."""

    pk: UUID
    title: str
    text: str
    sectors: tuple[str, ...] = ()


declare("measures.practice_told", _("Good practice waits for your review: “%(title)s”."),
        "measures:practice")  # fmt: skip
declare("measures.practice_returned", _("“%(title)s” was sent back: %(reason)s"),
        "measures:practice")  # fmt: skip


@transaction.atomic(durable=True)
def tell(told: Told, **call: Unpack[Call]) -> UUID:
    """Tell of it, in the area of one's own unit; others read it once it was reviewed."""
    by, at = call["by"], call["at"]
    policy.demand(by, "practices.make", at)
    claim = plain.claim("practices.tell", {"told": asdict(told)}, **call)
    if claim.repeated:
        return told.pk
    unit = main_unit(by, JUDGES)
    row = Practice.objects.create(
        pk=told.pk, area_id=unit.area_id, path=unit.path, unit=unit, made_at=at, made_by=by.name,
        user_id=by.user_id, status=Practice.Status.SUBMITTED, **_fields(told),
    )  # fmt: skip
    wrote(by, practice=row)
    _ask(row, at)
    claim.record("practice.put", "practice", row.pk, after={"title": row.title})
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def mend(told: Told, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    rows = Practice.objects.all()
    row, claim = plain.begin(rows, "practices.edit", told.pk, {"told": asdict(told)}, **call)
    if claim.repeated:
        return told.pk
    row = Practice.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if seen not in (None, row.version):
        raise MovedOn
    before = {"title": row.title, "text": row.text}
    row.version += 1
    for name, value in _fields(told).items():
        setattr(row, name, value)
    row.withdrawn_at, row.status, row.user_id = None, Practice.Status.SUBMITTED, claim.by.user_id
    row.save()
    wrote(claim.by, practice=row)
    _ask(row, claim.at)
    after = {"title": row.title, "text": row.text}
    claim.record("practice.change", "practice", row.pk, before=before, after=after)
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def review_practice(
    pk: UUID, *, publish: bool, opinion: str = "", seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Put it into the collection, or send it back with what is to be mended.

    seen: the version that was read. What was mended since nobody has read.
    """
    rows = Practice.objects.filter(withdrawn_at=None)
    given = {"publish": publish, "opinion": opinion}
    row, claim = plain.begin(rows, "practices.review", pk, given, **call)
    if claim.repeated:
        return pk
    locked = Practice.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.status != Practice.Status.SUBMITTED or seen not in (None, locked.version):
        raise MovedOn
    said = short(opinion, "opinion")
    if not publish:
        said = text_of(opinion, "opinion", _("Say what is to be mended."))
    status = Practice.Status.PUBLISHED if publish else Practice.Status.RETURNED
    locked.status, locked.opinion = status, said
    locked.reviewed_at, locked.reviewed_by = claim.at, claim.by.name
    locked.save()
    if not publish:
        data = {"title": locked.title, "reason": said}
        outbox.post("measures.practice_returned", to_units=[locked.unit_id], about=pk, at=claim.at,
                    data=data)  # fmt: skip
    action = "practice.publish" if publish else "practice.return"
    claim.record(action, "practice", pk, reason=said, after={"title": locked.title})
    return claim.done(pk)


def _ask(row: Practice, at: datetime) -> None:
    """Tell the committee office of its area that it waits."""
    offices = Unit.objects.filter(area=row.area_id, kind=UnitKind.COMMITTEE_OFFICE, valid_to=None)
    units = list(offices.values_list("pk", flat=True)) or [row.unit_id]
    outbox.post("measures.practice_told", to_units=units, about=row.pk, at=at,
                data={"title": row.title})  # fmt: skip


@transaction.atomic(durable=True)
def withdraw(pk: UUID, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(Practice.objects.all(), "practices.edit", pk, {"withdraw": 1}, **call)
    if claim.repeated:
        return pk
    Practice.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=claim.at)
    claim.record("practice.withdraw", "practice", pk)
    return claim.done(pk)


@transaction.atomic(durable=True)
def take_up_practice(pk: UUID, *, day: date, note: str = "", **call: Unpack[Call]) -> UUID:
    rows = Practice.objects.filter(withdrawn_at=None)
    given = {"day": day, "note": note}
    row, claim = plain.begin(rows, "practices.take_up", pk, given, **call)
    if claim.repeated:
        return pk
    unit = main_unit(claim.by, ANSWERS)
    day_within(day, "day")
    if day > timezone.localdate(claim.at):
        raise lacks("day", _("The day lies ahead; choose today or earlier."))
    try:
        with transaction.atomic():
            TakenUp.objects.create(
                practice=row, unit=unit, day=day, at=claim.at, who=claim.by.name,
                note=short(note, "note", TITLE_CHARS_MAX),
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyThere(what=unit.name) from None
    claim.record("practice.take_up", "practice", pk, after={"unit": unit.name})
    return claim.done(pk)


def _fields(told: Told) -> dict[str, str]:
    return {
        "title": text_of(told.title, "title", _("Write the title."), TITLE_CHARS_MAX),
        "text": text_of(told.text, "text", _("Tell what you do, and what came of it.")),
        "sectors": kept(sectors_of(told.sectors)),
    }
