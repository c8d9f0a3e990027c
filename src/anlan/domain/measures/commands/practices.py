"""Good practice: told by a unit, mended or taken back by it, taken up by others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.permissions import JUDGES
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.measures.commands.base import kept, lacks, sectors_of, short, text_of
from anlan.domain.measures.models import TITLE_CHARS_MAX, Practice, TakenUp
from anlan.domain.measures.refusals import AlreadyThere
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call


@dataclass(frozen=True)
class Told:
    """What a practice says. ``pk`` is made by the client."""

    pk: UUID
    title: str
    text: str
    sectors: tuple[str, ...] = ()


@transaction.atomic(durable=True)
def tell(told: Told, **call: Unpack[Call]) -> UUID:
    """Tell others of it, in the area of one's own unit."""
    by, at = call["by"], call["at"]
    policy.demand(by, "practices.make", at)
    claim = plain.claim("practices.tell", {"told": asdict(told)}, **call)
    if claim.repeated:
        return told.pk
    unit = main_unit(by, JUDGES)
    row = Practice.objects.create(
        pk=told.pk, area_id=unit.area_id, path=unit.path, unit=unit, made_at=at, made_by=by.name,
        **_fields(told),
    )  # fmt: skip
    claim.record("practice.put", "practice", row.pk, after={"title": row.title})
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def mend(told: Told, **call: Unpack[Call]) -> UUID:
    rows = Practice.objects.all()
    row, claim = plain.begin(rows, "practices.edit", told.pk, {"told": asdict(told)}, **call)
    if claim.repeated:
        return told.pk
    before = {"title": row.title, "text": row.text}
    for name, value in _fields(told).items():
        setattr(row, name, value)
    row.withdrawn_at = None
    row.save()
    after = {"title": row.title, "text": row.text}
    claim.record("practice.change", "practice", row.pk, before=before, after=after)
    return claim.done(row.pk)


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
