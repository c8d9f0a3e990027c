"""Putting measures on the list: to be made, or in the state in which they are already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.hazards.commands.finding import check_own_area
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.models import Item
from anlan.domain.measures.commands.base import day_within, kept, lacks, sectors_of, short, text_of
from anlan.domain.measures.commands.force import Ended, ends, in_force
from anlan.domain.measures.loop import MEASURE
from anlan.domain.measures.models import (
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    Answered,
    Kind,
    Level,
    Measure,
)
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector, Unit
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import engine, plain, settings, told
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Level as Depth
from anlan.kernel.regions.models import Region

#: States in which a measure may come on the list.
ENTERED = ("planned", "drafting", "consulting", "adopted", "in_force", "repealed")
MAKING = ENTERED[:3]
#: Measures of one request.
MEASURES_MAX = 10_000
_BY_DEPTH = {
    Depth.NATION: Level.NATION, Depth.PROVINCE: Level.PROVINCE,
    Depth.PREFECTURE: Level.PREFECTURE, Depth.COUNTY: Level.COUNTY,
}  # fmt: skip


@dataclass(frozen=True)
class NewMeasure:
    """What somebody enters. ``pk`` is made by the client; ``lead`` 0 is the unit that enters it."""

    pk: UUID
    kind: str
    title: str
    area: int
    state: str = "planned"
    number: str = ""
    text: str = ""
    problem: str = ""
    lead: int = 0
    person: str = ""
    sectors: Sequence[str] = ()
    due_on: date | None = None
    adopted_on: date | None = None
    in_force_on: date | None = None
    ended_on: date | None = None
    enterprise: bool = False
    effect: str = ""


@dataclass
class Known:
    """What new measures are checked against, read once for all of them."""

    areas: dict[int, Region]
    leads: dict[int, Unit]
    sectors: set[str] = field(default_factory=set)


def known_for(new: Sequence[NewMeasure]) -> Known:
    areas: dict[int, Region] = {}
    leads: dict[int, Unit] = {}
    for chunk in bulk.slices(sorted({each.area for each in new})):
        areas |= {row.pk: row for row in Region.objects.filter(pk__in=chunk, valid_to=None)}
    for chunk in bulk.slices(sorted({each.lead for each in new if each.lead})):
        leads |= {row.pk: row for row in Unit.objects.filter(pk__in=chunk, valid_to=None)}
    return Known(areas, leads, set(Sector.objects.values_list("pk", flat=True)))


def check(new: NewMeasure, known: Known, today: date) -> None:
    """Raises MeasureIncomplete with the field to be mended."""
    text_of(new.title, "title", _("Write the title."), TITLE_CHARS_MAX)
    short(new.number, "number", NUMBER_CHARS_MAX)
    short(new.person, "person", NAME_CHARS_MAX)
    for name in ("text", "problem", "effect"):
        short(getattr(new, name), name)
    if new.kind not in Kind.values:
        raise lacks("kind", _("Choose what kind of measure it is."))
    if new.state not in ENTERED:
        raise lacks("state", _("Choose how far it is."))
    if new.area not in known.areas:
        raise lacks("area", _("Choose the area from the list."))
    if new.lead and new.lead not in known.leads:
        raise lacks("lead", _("Choose the unit from the list."))
    sectors_of(new.sectors, known.sectors)
    _check_days(new, today)


def _check_days(new: NewMeasure, today: date) -> None:
    if new.state in MAKING:
        if new.due_on is None:
            raise lacks("due_on", _("Set the day by which it is to be adopted."))
        day_within(new.due_on, "due_on")
        if new.adopted_on or new.in_force_on or new.ended_on:
            raise lacks("state", _("It has a day of adoption: say that it is adopted."))
        return
    check_adopted(new.adopted_on, new.in_force_on, today)
    if new.state == "in_force" and (new.in_force_on or today) > today:
        raise lacks("in_force_on", _("That day lies ahead: it is adopted, and not yet in force."))
    if new.state == "repealed":
        if new.ended_on is None:
            raise lacks("ended_on", _("Say from which day it is repealed."))
        if not (new.in_force_on or new.adopted_on or today) <= new.ended_on <= today:
            raise lacks("ended_on", _("It can't be repealed before it is in force, nor ahead."))
    elif new.ended_on:
        raise lacks("state", _("It has a day of repeal; say that it is repealed."))


def check_adopted(adopted_on: date | None, in_force_on: date | None, today: date) -> None:
    if adopted_on is None:
        raise lacks("adopted_on", _("Say on which day it was adopted."))
    for name, day in (("adopted_on", adopted_on), ("in_force_on", in_force_on)):
        day_within(day, name)
    if adopted_on > today:
        raise lacks("adopted_on", _("The day lies ahead; choose today or earlier."))
    if in_force_on and in_force_on < adopted_on:
        raise lacks("in_force_on", _("It can't be in force before it was adopted."))


@transaction.atomic(durable=True)
def enter(
    new: NewMeasure, *, item: UUID | None = None, hazard: UUID | None = None, **call: Unpack[Call]
) -> UUID:
    """Put a measure on the list, and tell the unit that leads its making.

    item, hazard: the problem that it answers; whoever enters it must see that.
    """
    problems = {}
    for name, model, needs, pk in (("item", Item, "lists.view", item),
                                   ("hazard", Hazard, "hazard.view", hazard)):  # fmt: skip
        if pk:
            row: Any = policy.access(
                model.objects.select_related("case"), needs, call["by"], pk, at=call["at"]
            )
            problems[name] = (pk, row.case.number)
    rows = _enter([new], {"problems": problems}, call)
    for row in rows:
        for name, (pk, number) in problems.items():
            Answered.objects.create(
                measure=row, at=call["at"], who=call["by"].name, **{f"{name}_id": pk}
            )
            move = Move(row.case, {}, {"answers": ["", number]})
            engine.take(MEASURE, "link", [move], **call)
    return new.pk


@transaction.atomic(durable=True)
def enter_many(new: Sequence[NewMeasure], **call: Unpack[Call]) -> list[UUID]:
    """The measures of a workbook, all or none; which rows are right was asked with ``check``."""
    assert 0 < len(new) <= MEASURES_MAX, len(new)
    _enter(new, {}, call)
    return [each.pk for each in new]


def _enter(new: Sequence[NewMeasure], more: Mapping[str, Any], call: Call) -> list[Measure]:
    """The rows that were made; none at a repeat."""
    by, at = call["by"], call["at"]
    policy.demand(by, "measures.make", at)
    claim = plain.claim("measures.enter", {"new": [asdict(each) for each in new], **more}, **call)
    if claim.repeated:
        return []
    known, today = known_for(new), timezone.localdate(at)
    for each in new:
        check(each, known, today)
    for area in known.areas.values():
        check_own_area(area, by, JUDGES)
    own = _own_unit(new, known, by)
    cases = engine.open_cases(MEASURE, [_case(each, known, own, today) for each in new], **call)
    wanted = {each.pk: each for each in new}
    rows = [_row(wanted[case.pk], own, today) for case in cases]
    for row, case in zip(rows, cases, strict=True):
        row.case = case
    bulk.insert(rows)
    _parties(rows, own, call)
    standing = [row for row in rows if row.case.state == "in_force"]
    in_force([(row.case, row.in_force_on or today) for row in standing], at=at)
    ends("repeal", [Ended(row, wanted[row.pk].ended_on or today) for row in standing
                    if wanted[row.pk].state == "repealed"], **call)  # fmt: skip
    claim.keep([new[0].pk])
    return rows


def _own_unit(new: Sequence[NewMeasure], known: Known, by: Actor) -> Unit:
    """For which unit it is entered; the command line does so for the unit in the lead."""
    if by.trusted and new[0].lead:
        return known.leads[new[0].lead]
    return main_unit(by, JUDGES)


def _level(new: NewMeasure, area: Region) -> str:
    if new.enterprise:
        return Level.ENTERPRISE
    return _BY_DEPTH.get(Depth(area.level), Level.TOWNSHIP)


def _case(new: NewMeasure, known: Known, own: Unit, today: date) -> NewCase:
    area, made = known.areas[new.area], new.state not in MAKING
    begins = (new.in_force_on or new.adopted_on) if made else None
    state = new.state
    if made:
        state = "in_force" if begins and begins <= today else "adopted"
    return NewCase(
        pk=new.pk, area_id=area.pk, path=area.path, unit_id=own.pk,
        opened_on=min(today, new.adopted_on) if new.adopted_on else today,
        sector=new.sectors[0] if new.sectors else None, grade=new.kind, source=_level(new, area),
        due_on=new.due_on if not made else None, state="" if state == "planned" else state,
        settled_on=new.adopted_on if made else None,
        closed_on=begins if state == "in_force" else None,
    )  # fmt: skip


def _row(new: NewMeasure, own: Unit, today: date) -> Measure:
    made = new.state not in MAKING
    return Measure(
        case_id=new.pk, title=new.title.strip(), number=new.number.strip(), text=new.text.strip(),
        problem=new.problem.strip(), lead_id=new.lead or own.pk, person=new.person.strip(),
        sectors=kept(new.sectors), effect=new.effect.strip(),
        adopted_on=new.adopted_on if made else None,
        in_force_on=(new.in_force_on or new.adopted_on) if made else None,
    )  # fmt: skip


def _parties(rows: Sequence[Measure], own: Unit, call: Call) -> None:
    """The lead unit has its part; another one than whoever enters it signs for receipt."""
    at = call["at"]
    due = settings.current(MEASURE.kind).due("receipt", "", at)
    given = [row for row in rows if row.lead_id != own.pk and row.case.unsettled]
    waiting = {row.pk for row in given}
    today = timezone.localdate(at)
    bulk.insert(
        [
            Party(
                case_id=row.pk, role=PartyRole.RECTIFIER, unit_id=row.lead_id, since=today,
                receipt_due_on=due.on if due and row.pk in waiting else None,
                received_at=None if row.pk in waiting else at,
            )
            for row in rows
        ]
    )  # fmt: skip
    told.units([(row.case, [row.lead_id]) for row in given], "measures.given", at=at)
