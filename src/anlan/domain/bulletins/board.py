"""All that a paper's rules look at, read from the ledger in a handful of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Count
from django.utils.functional import Promise

from anlan.base.paths import below
from anlan.domain.bulletins import comparing
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.accounts import sectors
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.asking import REGION, Query
from anlan.kernel.indicators.compute import (
    PREVIOUS,
    YEAR_AGO,
    Value,
    evaluate,
    falling_months,
)
from anlan.kernel.indicators.declare import indicator
from anlan.kernel.loop.models import Case, Party, PartyRole, Proposal
from anlan.kernel.regions.models import Region

FOUND, RATE, OPEN, OVERDUE = (
    "hazard.found", "hazard.rectification_rate", "hazard.open", "hazard.overdue",
)  # fmt: skip
SHARE, ON_TIME, REBOUNDS = "hazard.overdue_share", "hazard.on_time_rate", "hazard.rebounds"
MAJOR_FOUND, MAJOR_OPEN, LISTED = "hazard.found_major", "hazard.open_major", "hazard.listed"
RECTIFIED = "hazard.rectified"
ACCIDENTS, DEAD, LARGER = "accident.count", "accident.dead", "accident.larger_up"
HAZARDS = (
    FOUND, MAJOR_FOUND, RECTIFIED, RATE, ON_TIME, OPEN, OVERDUE, SHARE, MAJOR_OPEN, LISTED, REBOUNDS
)  # fmt: skip
#: Months of a trend: the same month a year ago stands at its left.
MONTHS = 13
#: Months that a streak is looked for in.
STREAK_MONTHS = 60
UNITS_NAMED = 3

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One area, sector or month with its figures by indicator."""

    name: str | Promise
    values: Mapping[str, Value]
    region: Region | None = None
    sector: str = ""

    def __getitem__(self, code: str) -> Value:
        return self.values[code]

    def number(self, code: str) -> Decimal | None:
        value = self.values[code].value
        return None if value is None else Decimal(value)

    def rise(self, code: str, compare: str = PREVIOUS) -> Decimal | None:
        points = self.values[code].compared[compare].points
        return None if points is None else Decimal(points)


@dataclass(frozen=True)
class Board:
    scope: Scope
    whole: Row
    areas: Sequence[Row]
    months: Sequence[tuple[Period, Row]]
    by_sector: Sequence[Row]
    #: Which other periods anything was recorded of.
    records: comparing.Records
    #: Months in a row in which accidents and deaths both fell on a year ago; None: not looked at.
    double_fall: int | None = None
    late_units: Sequence[tuple[str, int]] = field(default_factory=tuple)
    proposals: int = 0

    @cached_property
    def ranked(self) -> list[Row]:
        """Areas by rate of rectification; of the same rate the one with less overdue first.

        An area that found nothing has no rate, and no rank.
        """
        rated = [row for row in self.areas if row.number(RATE) is not None]
        return sorted(rated, key=_rank)


def _rank(row: Row) -> tuple[Decimal, Decimal, str]:
    return (
        -(row.number(RATE) or Decimal(0)), row.number(SHARE) or Decimal(0),
        row.region.code if row.region else "",
    )  # fmt: skip


def read(scope: Scope) -> Board:
    codes = [*HAZARDS, *((ACCIDENTS, DEAD) if scope.accidents else ())]
    own = [indicator(code) for code in codes]
    hazards = [indicator(code) for code in HAZARDS]
    base = {"kinds": (), "areas": [scope.area.pk], **scope.common}
    whole = evaluate(
        own, Query(periods=[scope.period], coverage=True, **base), [YEAR_AGO, PREVIOUS]
    )
    by_area = evaluate(
        hazards,
        Query(periods=[scope.period], by=[REGION], coverage=True, **base),
        [YEAR_AGO, PREVIOUS],
    )
    by_sector = evaluate(
        hazards, Query(periods=[scope.period], by=["sector"], **base), [YEAR_AGO, PREVIOUS]
    )
    months = _months(scope)
    # Asked with its coverage, so that a month before anybody was on the system is a gap.
    series = evaluate(own, Query(periods=months, coverage=True, **base))
    return Board(
        scope, Row(scope.area.name, _by_code(whole)), _areas(by_area),
        [(month, Row(month.label, _by_code([v for v in series if v.period == month])))
         for month in months],
        _sectors(by_sector), comparing.records(scope, _counters(scope)), _double_fall(scope),
        _late_units(scope), _proposals(scope),
    )  # fmt: skip


def _counters(scope: Scope) -> tuple[str, ...]:
    """What tells whether anything was recorded of other days."""
    return (FOUND, ACCIDENTS) if scope.accidents else (FOUND,)


def _by_code(values: Sequence[Value]) -> dict[str, Value]:
    return {value.indicator.code: value for value in values}


def _months(scope: Scope) -> list[Period]:
    months = [periods.month(scope.passed.end)]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return months[::-1]


def _areas(values: Sequence[Value]) -> list[Row]:
    """The areas below; what was counted at the area itself is no area to rank."""
    found: dict[int, list[Value]] = defaultdict(list)
    for value in values:
        if not value.own:
            found[value.area_id].append(value)
    places = Region.objects.in_bulk(list(found))
    rows = [Row(places[pk].name, _by_code(mine), places[pk]) for pk, mine in found.items()]
    return sorted(rows, key=lambda row: row.region.code if row.region else "")


def _sectors(values: Sequence[Value]) -> list[Row]:
    found: dict[str, list[Value]] = defaultdict(list)
    for value in values:
        found[value.labels["sector"]].append(value)
    names = sectors.names()
    return [
        Row(names.get(code, code), _by_code(mine), sector=code)
        for code, mine in found.items() if code
    ]  # fmt: skip


def _double_fall(scope: Scope) -> int | None:
    if not scope.accidents:
        return None
    last = periods.month(scope.passed.end)
    if last.end >= scope.today:
        # A month that still runs says nothing yet.
        last = last.previous()
    kinds = [indicator(code).kinds[0] for code in (ACCIDENTS, DEAD)]
    where = {**scope.common["where"], "scope": ["work"]}
    return falling_months(
        kinds, scope.area.pk, last, at=scope.at, months=STREAK_MONTHS, where=where,
        as_known_at=scope.known_at, coverage=True,
    )  # fmt: skip


def _late_units(scope: Scope) -> list[tuple[str, int]]:
    """The units with most overdue hazards of those that they rectify, of today."""
    if not scope.period.contains(scope.today):
        return []
    late = Case.objects.overdue(scope.today).filter(below(scope.area.path), kind="hazard")
    if scope.sectors is not None:
        late = late.filter(sector__in=list(scope.sectors))
    rows = Party.objects.filter(role=PartyRole.RECTIFIER, until=None, case__in=late.values("pk"))
    units = rows.values_list("unit__name").annotate(n=Count("case")).order_by("-n", "unit__name")
    return leading(units[: UNITS_NAMED + 1], UNITS_NAMED)


def leading(ordered: Iterable[tuple[T, Any]], most: int) -> list[tuple[T, Any]]:
    """The first of what stands in order; who has as much as one left out isn't named either."""
    found = list(ordered)
    left_out = found[most][1] if len(found) > most else None
    return [(name, value) for name, value in found[:most] if value != left_out]


def _proposals(scope: Scope) -> int:
    rows = Proposal.objects.filter(below(scope.area.path, "case__path"), status="drafted")
    if scope.sectors is not None:
        rows = rows.filter(case__sector__in=list(scope.sectors))
    return rows.count()
