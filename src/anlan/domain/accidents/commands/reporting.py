"""An accident's first report, one or the many of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import plain as folded
from anlan.domain.accidents import chain, counting, law, search
from anlan.domain.accidents.commands.base import (
    Figures,
    check_figures,
    day_within,
    lacks,
    short,
    shown_everywhere,
    text_of,
)
from anlan.domain.accidents.loop import ACCIDENT
from anlan.domain.accidents.models import (
    KEY_CHARS_MAX,
    NAME_CHARS_MAX,
    PLACE_CHARS_MAX,
    STATED_CHARS_MAX,
    TITLE_CHARS_MAX,
    Accident,
    Nature,
    Report,
)
from anlan.domain.accidents.permissions import REPORTERS
from anlan.domain.accidents.refusals import TooManyAccidents
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Sector, Unit
from anlan.kernel.loop import engine, plain, settings
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.regions.models import Level, Region

declare("accidents.reported", _("Accident reported: %(title)s, %(number)s."), "accidents:page")
declare("accidents.late", _("The report of %(number)s to the level above is late."),
        "accidents:page")  # fmt: skip

#: Accidents of one request.
ACCIDENTS_MAX = 20_000
#: A clock at the place may go a little before ours.
AHEAD_MAX = timedelta(minutes=5)


@dataclass(frozen=True)
class NewAccident:
    """What somebody reports. ``pk`` is made by the client; what isn't known yet stays empty."""

    pk: UUID
    title: str
    happened_at: datetime
    area: int
    place: str = ""
    sector: str = ""
    enterprise: int | None = None
    enterprise_name: str = ""
    nature: str = Nature.GENERAL
    type: str = ""
    figures: Figures = field(default_factory=Figures)
    text: str = ""
    aware_at: datetime | None = None
    received_at: datetime | None = None
    #: Known for long and taken from a register: nobody owes a report of it any more.
    is_history: bool = False
    source_name: str = ""
    source_key: str = ""
    lon: Decimal | None = None
    lat: Decimal | None = None
    #: In another currency, as the source states it.
    loss_stated: str = ""
    #: For which unit the command line enters it; whoever is signed in does so for their own.
    unit: int = 0


@transaction.atomic(durable=True)
def report(new: NewAccident, **call: Unpack[Call]) -> UUID:
    """Enter the first report of an accident; the level above must know of it from now on."""
    report_many([new], **call)
    return new.pk


@transaction.atomic
def report_many(
    new: Sequence[NewAccident], *, batch_id: UUID | None = None, **call: Unpack[Call]
) -> list[UUID]:
    """The accidents of a register, all or none, in the caller's transaction or its own."""
    by, at = call["by"], call["at"]
    if not 0 < len(new) <= ACCIDENTS_MAX:
        raise TooManyAccidents(max=ACCIDENTS_MAX)
    policy.demand(by, "accidents.import" if len(new) > 1 else "accidents.report", at)
    given = {"new": [asdict(each) for each in new]}
    claim = plain.claim("accidents.report", given, **call)
    if claim.repeated:
        return claim.answer
    areas = Region.objects.in_bulk({each.area for each in new})
    known = set(Sector.objects.values_list("pk", flat=True))
    for each in new:
        check_new(each, areas, known, at)
    for area in {each.area for each in new}:
        check_own(areas[area], by)
    _check_firms(new, by)
    unit = _unit(by, areas[new[0].area], new[0].unit)
    rows = _rows(new, areas)
    _open(new, rows, areas, unit, batch_id, call)
    claim.keep([each.pk for each in new])
    return [each.pk for each in new]


def check_new(new: NewAccident, areas: dict[int, Region], sectors: set[str], at: datetime) -> None:
    """Raises AccidentIncomplete with the field to be mended."""
    text_of(new.title, "title", _("Say in a few words what happened."), TITLE_CHARS_MAX)
    short(new.place, "place", PLACE_CHARS_MAX)
    shown_everywhere(new.title, "title")
    shown_everywhere(new.place, "place")
    short(new.enterprise_name, "enterprise_name", NAME_CHARS_MAX)
    short(new.source_key, "source_key", KEY_CHARS_MAX)
    short(new.loss_stated, "loss", STATED_CHARS_MAX)
    short(new.text, "text")
    area = areas.get(new.area)
    if area is None or area.valid_to is not None:
        raise lacks("area", _("Choose the area from the list."))
    if new.sector and new.sector not in sectors:
        raise lacks("sector", _("Choose the sector from the list."))
    if new.nature not in Nature.values:
        raise lacks("nature", _("Choose one from the list."))
    _check_moments(new, at)
    day = timezone.localdate(new.happened_at)
    if new.type and new.type not in {row.key for row in law.types_on(day)}:
        raise lacks("type", _("Choose a type of the edition in force on that day."))
    check_figures(new.figures, _("Write whole numbers, none below zero."))


def _check_moments(new: NewAccident, at: datetime) -> None:
    day_within(new.happened_at, "happened_at")
    if new.happened_at > at + AHEAD_MAX:
        raise lacks("happened_at", _("The time lies ahead; choose now or earlier."))
    if new.aware_at and not new.happened_at <= new.aware_at <= at + AHEAD_MAX:
        raise lacks("aware_at", _("It was learnt of after it happened, and not later than now."))
    if new.received_at and not (new.aware_at or new.happened_at) <= new.received_at:
        raise lacks("received_at", _("The department was told after the firm learnt of it."))
    if new.received_at and new.received_at > at + AHEAD_MAX:
        raise lacks("received_at", _("The time lies ahead; choose now or earlier."))


def check_own(area: Region, by: Actor) -> None:
    """Raises AccidentIncomplete where ``by`` reports nothing from there."""
    own = [grant.path for grant in held.grants(by) if grant.role in REPORTERS]
    if not by.trusted and not any(area.path.startswith(path) for path in own):
        raise lacks(
            "area",
            _("%(area)s is outside your areas; choose one within them."),
            area=area.name,
        )


def _check_firms(new: Sequence[NewAccident], by: Actor) -> None:
    wanted = {each.enterprise for each in new if each.enterprise}
    rows = policy.permitted(Enterprise.objects.all(), "enterprise.view", by)
    there: set[int] = set()
    for chunk in bulk.slices(sorted(wanted)):
        there |= set(rows.filter(pk__in=chunk).values_list("pk", flat=True))
    unseen = wanted - there
    if not unseen:
        return
    # Whoever wrote its name down knows it: a firm that is entered by this very report is nobody's
    # to see yet, and one of another sector's isn't to be left out of the report for that.
    names = dict(Enterprise.objects.filter(pk__in=unseen).values_list("pk", "name"))
    if any(
        each.enterprise in unseen
        and folded(names.get(each.enterprise, "")) != folded(each.enterprise_name)
        for each in new
    ):
        raise lacks("enterprise", _("Choose the enterprise from the list."))


def _unit(by: Actor, area: Region, stated: int) -> Unit:
    if by.trusted and stated:
        return Unit.objects.get(pk=stated)
    units = policy.units_of(by, REPORTERS)
    if units:
        first = by.unit_id if by.unit_id in units else units[0]
        return Unit.objects.get(pk=first)
    # The command line: for the committee office of the place, or of what lies above it.
    office = None
    for level in range(area.level, -1, -1):
        office = office or chain.office_of(Case(path=area.path), level, policy.today_of(by))
    if office is None:
        raise lacks("area", _("No committee office above this area is registered; add it first."))
    return office


def _rows(new: Sequence[NewAccident], areas: dict[int, Region]) -> list[Accident]:
    as_dead = _missing_as_dead()
    return [
        Accident(
            case_id=each.pk, title=each.title.strip(), happened_at=each.happened_at,
            place=each.place.strip(), place_area_id=each.area, nature=each.nature, type=each.type,
            enterprise_name=each.enterprise_name.strip(), deaths=each.figures.deaths,
            serious=each.figures.serious, light=each.figures.light, missing=each.figures.missing,
            loss_fen=each.figures.loss_fen, missing_as_dead=as_dead, aware_at=each.aware_at,
            received_at=each.received_at, source_name=each.source_name, source_key=each.source_key,
            lon=each.lon, lat=each.lat, loss_stated=each.loss_stated,
        )
        for each in new
    ]  # fmt: skip


def _missing_as_dead() -> bool:
    """The law leaves it to the inquiry; ours is a setting."""
    own = settings.current(ACCIDENT.kind).data.get("missing_as_dead")
    return bool(law.law()["missing"]["as_dead"] if own is None else own)


def _open(
    new: Sequence[NewAccident], rows: Sequence[Accident], areas: dict[int, Region], unit: Unit,
    batch_id: UUID | None, call: Call,
) -> None:  # fmt: skip
    at = call["at"]
    cases = engine.open_cases(
        ACCIDENT,
        [
            NewCase(
                pk=row.pk, area_id=each.area, path=areas[each.area].path, unit_id=unit.pk,
                opened_on=timezone.localdate(each.happened_at), sector=each.sector or None,
                grade=row.grade, enterprise_id=each.enterprise, batch_id=batch_id,
                state="concluded" if each.is_history else "",
            )
            for each, row in zip(new, rows, strict=True)
        ],
        **call,
    )  # fmt: skip
    for row, case in zip(rows, cases, strict=True):
        row.case = case
        case.area = areas[case.area_id]
    bulk.insert(rows)
    search.index(rows)
    bulk.insert([_first(row, unit, each.text, call) for each, row in zip(new, rows, strict=True)])
    today = timezone.localdate(at)
    bulk.insert(
        [
            Party(case_id=row.pk, role=PartyRole.TERRITORY, unit_id=unit.pk, since=today,
                  received_at=at)
            for row in rows
        ]
    )  # fmt: skip
    counting.post(rows, at=at, batch_id=batch_id)
    fresh = [(each, row) for each, row in zip(new, rows, strict=True) if not each.is_history]
    for _each, row in fresh:
        _start(row, call)


def _first(row: Accident, unit: Unit, text: str, call: Call) -> Report:
    return Report(
        accident=row, seq=1, kind=Report.Kind.FIRST, at=call["at"], deaths=row.deaths,
        deaths_late=0, serious=row.serious, light=row.light, missing=row.missing,
        loss_fen=row.loss_fen, grade=row.case.grade, text=text.strip(), unit=unit,
        user_id=call["by"].user_id, who=call["by"].name,
    )  # fmt: skip


def _start(row: Accident, call: Call) -> None:
    """The chain of reports begins: the firm's is judged, the first level's runs."""
    by, at = call["by"], call["at"]
    firm = chain.firms(row)
    if firm is not None:
        firm.save()
        if firm.is_late:
            chain.suspect_late(firm, by=by, at=at)
    clock = chain.owed(row, min(row.case.area.level, Level.COUNTY), row.received_at or at)
    if clock is not None:
        clock.save()
        move = Move(row.case, chain.due_fields(clock))
        engine.take(ACCIDENT, "recount", [move], **call)
        above = chain.office_of(row.case, clock.level - 1, timezone.localdate(at))
    else:
        engine.take(ACCIDENT, "arrive", [Move(row.case)], **call)
        above = None
    told = [unit.pk for unit in (clock.unit if clock else None, above) if unit]
    outbox.post(
        "accidents.reported", to_units=told, about=row.pk, at=at,
        data={"title": row.title, "number": row.case.number},
    )  # fmt: skip
