"""Equipment, the levels of an office, and a defect on its way round. One transaction each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.paths import ancestors
from anlan.base.refusal import NotFound
from anlan.domain.enterprises.commands import answering_unit
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.treatment.loop import DEFECT
from anlan.domain.treatment.models import (
    CODE_CHARS_MAX,
    LEVELS,
    NAME_CHARS_MAX,
    TEXT_CHARS_MAX,
    Defect,
    DefectAnswer,
    DefectLevel,
    Equipment,
)
from anlan.domain.treatment.refusals import AnswersMissing, DefectIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.calendar.deadlines import due
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, frame, plain, settings
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.loop.labels import state_label
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.notices import outbox
from anlan.kernel.regions.models import Region

begin = partial(frame.begin, Defect)

#: What may stand on a label: it is part of an address.
CODE = re.compile(r"^[\w.\-]{1,60}$")
UNITS_MAX = 20


@dataclass(frozen=True)
class NewEquipment:
    code: str
    kind: str
    name: str
    enterprise_id: int
    place: str = ""


@dataclass(frozen=True)
class NewDefect:
    """``pk`` is made by the client."""

    pk: UUID
    code: str
    level: int
    description: str
    unit_id: int
    due_on: date | None = None


def _lacks(field: str, reason: object) -> DefectIncomplete:
    return DefectIncomplete(field=field, reason=reason)


@transaction.atomic(durable=True)
def register(new: NewEquipment, *, by: Actor, at: datetime) -> Equipment:
    """Put a piece of equipment into the register, by the code on its label."""
    policy.demand(by, "equipment.keep", at)
    firm = policy.access(Enterprise.objects.all(), "enterprise.view", by, new.enterprise_id, at=at)
    if not CODE.match(new.code):
        raise _lacks("code", _("Letters, digits, dots and hyphens, at most 60, without spaces."))
    for field in ("kind", "name"):
        if not 0 < len(getattr(new, field).strip()) <= NAME_CHARS_MAX:
            raise _lacks(field, _("Fill this in, in 120 characters at most."))
    try:
        with transaction.atomic():
            row = Equipment.objects.create(
                code=new.code, kind=new.kind.strip(), name=new.name.strip(), enterprise=firm,
                area_id=firm.area_id, path=firm.path, sector_id=firm.sector_id,
                place=new.place.strip()[:200], made_at=at, made_by=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise _lacks("code", _("This code is taken; look at the label again.")) from error
    # Asked of the row itself, as every list asks it.
    policy.access(Equipment.objects.all(), "equipment.keep", by, row.pk, at=at)
    entry = trail.Entry("equipment.add", "treatment.equipment", row.pk, after={"code": row.code})
    trail.record([entry], by=by, at=at)
    return row


@transaction.atomic(durable=True)
def set_level(
    area_id: int, level: int, name: str, unit_ids: Sequence[int], *, by: Actor, at: datetime
) -> DefectLevel:
    """Say what a level is called and which departments it notifies; holds for later defects."""
    policy.demand(by, "levels.set", at)
    rule = policy.rule_of("levels.set", by)
    rows = Region.objects.filter(pk=area_id)
    area = (rows if rule == policy.EVERYTHING else rows.filter(rule)).first()
    if area is None:
        raise NotFound
    if level not in LEVELS:
        raise _lacks("level", _("Choose level 1, 2 or 3."))
    if not 0 < len(name.strip()) <= CODE_CHARS_MAX:
        raise _lacks("name", _("Name the level, in 60 characters at most."))
    found = list(Unit.objects.filter(pk__in=unit_ids, valid_to=None))
    if not 0 < len(found) <= UNITS_MAX or len(found) != len(set(unit_ids)):
        raise _lacks("units", _("Choose one to twenty units from the list."))
    row, _made = DefectLevel.objects.update_or_create(
        area=area, level=level,
        defaults={"path": area.path, "name": name.strip(), "set_at": at, "set_by": by.name},
    )  # fmt: skip
    before = list(row.units.order_by("pk").values_list("pk", flat=True))
    row.units.set(found)
    entry = trail.Entry(
        "levels.set", "treatment.level", row.pk, before={"units": before},
        after={"area_id": area.pk, "name": row.name, "units": sorted(unit.pk for unit in found)},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return row


def levels_for(path: str) -> dict[int, DefectLevel]:
    """The levels in force at a place: those of the nearest area that has any."""
    rows = DefectLevel.objects.filter(area__in=ancestors(path)).prefetch_related("units")
    by_area: dict[str, dict[int, DefectLevel]] = {}
    for row in rows:
        by_area.setdefault(row.path, {})[row.level] = row
    nearest = max(by_area, key=len, default="")
    return dict(sorted(by_area.get(nearest, {}).items()))


@transaction.atomic(durable=True)
def file(new: NewDefect, **call: Unpack[Call]) -> UUID:
    """File a defect: the enterprise repairs, the departments of its level sign and answer."""
    by, at = call["by"], call["at"]
    rows = Equipment.objects.select_related("enterprise")
    labelled = rows.filter(code=new.code).first()
    if labelled is None:
        raise NotFound
    row, claim = plain.begin(rows, "equipment.file", labelled.pk, {"new": new}, **call)
    if claim.repeated:
        return new.pk
    level = levels_for(row.path).get(new.level)
    if level is None:
        raise _lacks("level", _("Choose a level that your office has set."))
    if not 0 < len(new.description.strip()) <= TEXT_CHARS_MAX:
        raise _lacks("description", _("Describe the defect, in 1,000 characters at most."))
    if new.due_on and new.due_on < timezone.localdate(at):
        raise _lacks("due_on", _("The deadline is in the past; choose a later day."))
    firm = row.enterprise
    [case] = engine.open_cases(
        DEFECT,
        [
            NewCase(
                pk=new.pk, area_id=row.area_id, path=row.path, unit_id=new.unit_id,
                opened_on=timezone.localdate(at), sector=row.sector_id, enterprise_id=firm.pk,
            )
        ],
        step="find", **call,
    )  # fmt: skip
    Defect.objects.create(
        case=case, equipment=row, level=new.level, level_name=level.name,
        description=new.description.strip(),
    )  # fmt: skip
    own = answering_unit(firm.pk, by=by, at=at).pk
    loop.assign(DEFECT, [case], rectifier={new.pk: own}, due_on=new.due_on, **call)
    _notify(new.pk, level, row, at)
    return claim.done(new.pk)


def _notify(pk: UUID, level: DefectLevel, row: Equipment, at: datetime) -> None:
    """Each department of the level becomes a party that signs and answers."""
    rule = settings.current(DEFECT.kind).deadline("receipt", "")
    ids = [unit.pk for unit in level.units.all()]
    Party.objects.bulk_create(
        Party(
            case_id=pk, role=PartyRole.REGULATOR, unit_id=unit, since=timezone.localdate(at),
            receipt_due_on=due(rule, at).on if rule else None,
        )
        for unit in ids
    )  # fmt: skip
    outbox.post(
        "defect.filed", to_units=ids, about=pk, at=at,
        data={"level": level.name, "equipment": f"{row.name} {row.code}"},
    )  # fmt: skip


@transaction.atomic(durable=True)
def receive_defect(pk: UUID, **call: Unpack[OnOne]) -> list[UUID]:
    """Sign for receipt, for the enterprise or a notified department."""
    work = begin("defect.receive", [pk], {}, **call)
    for machine, case in work.each():
        own = policy.units_of(work.by, ("rectifier", "office", "leader", "inspector"))
        loop.receive(machine, [case], units=own, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def answer(pk: UUID, *, text: str, **call: Unpack[OnOne]) -> list[UUID]:
    """A notified department says what it does about the defect; it may say so again."""
    if not 0 < len(text.strip()) <= TEXT_CHARS_MAX:
        raise _lacks("text", _("Write the answer, in 1,000 characters at most."))
    work = begin("defect.answer", [pk], {"text": text}, **call)
    for machine, case in work.each():
        if not case.is_open:
            raise engine.StepNotPossible(
                number=case.number, state=state_label(case.state), step=_("Give an answer")
            )
        own = policy.units_of(work.by, ("office", "leader", "inspector"))
        parties = Party.objects.filter(
            case=pk, role=PartyRole.REGULATOR, unit__in=own, until=None
        ).order_by("pk")
        for party in parties:
            DefectAnswer.objects.create(
                defect_id=pk, unit_id=party.unit_id, text=text.strip(), at=work.at,
                user_id=work.by.user_id, name=work.by.name,
            )  # fmt: skip
        waiting = parties.filter(received_at=None)
        waiting.update(received_at=work.at, received_by=work.by.user_id)
        engine.take(machine, "amend", [Move(case)], reason=text, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def repair(pk: UUID, *, result: str, **call: Unpack[OnOne]) -> list[UUID]:
    """The enterprise reports the defect repaired."""
    if not 0 < len(result.strip()) <= TEXT_CHARS_MAX:
        raise _lacks("text", _("Say what was done, in 1,000 characters."))
    work = begin("defect.repair", [pk], {"result": result}, **call)
    for machine, case in work.each():
        engine.take(machine, "rectify", [Move(case, {}, {"result": result})], **work.call)
        Defect.objects.filter(pk=pk).update(result=result.strip())
    return work.done()


@transaction.atomic(durable=True)
def accept_defect(pk: UUID, *, opinion: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """Accept the repair and close: by somebody else, once all who were notified have answered."""
    work = begin("defect.accept", [pk], {"opinion": opinion}, **call)
    for machine, case in work.each():
        missing = unanswered(pk)
        if missing:
            raise AnswersMissing(units="、".join(missing))
        engine.take(machine, "verify", [Move(case)], reason=opinion, **work.call)
        loop.close(machine, [case], reason=opinion, **work.call)
    return work.done()


def unanswered(pk: UUID) -> list[str]:
    """The departments that were notified and haven't answered, by name."""
    told = Party.objects.filter(case=pk, role=PartyRole.REGULATOR, until=None)
    answered = DefectAnswer.objects.filter(defect=pk).values("unit")
    return list(told.exclude(unit__in=answered).order_by("pk").values_list("unit__name", flat=True))


@transaction.atomic(durable=True)
def reject_defect(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Return the repair with a reason: a new round and a new deadline."""
    work = begin("defect.accept", [pk], {"reason": reason}, **call)
    for machine, case in work.each():
        loop.reject(machine, [case], reason=reason, **work.call)
    return work.done()
