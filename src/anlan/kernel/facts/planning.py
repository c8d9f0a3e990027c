"""What has to be read for what is asked: which areas, and which pieces of which periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from anlan.base.paths import upper
from anlan.kernel.calendar.dates import DAY, month_after
from anlan.kernel.calendar.periods import Kind as PeriodKind
from anlan.kernel.calendar.periods import Period, of
from anlan.kernel.facts import intern, sql, territory
from anlan.kernel.facts.asking import (
    AREAS_MAX,
    MONTH,
    PERIODS_MAX,
    REGION,
    Query,
    TooManyFigures,
)
from anlan.kernel.facts.kinds import FactKind, Measure, known
from anlan.kernel.regions.models import Region


@dataclass(frozen=True)
class _Area:
    pk: int
    path: str
    level: int
    own: bool = False
    #: For the own row of an area: everything below it.
    children: tuple[int, ...] = ()
    #: Left out where it is all zero: areas that ended, and own rows.
    optional: bool = False


@dataclass(frozen=True)
class Plan:
    kinds: list[FactKind]
    areas: list[_Area]
    periods: list[Period]
    labels: tuple[str, ...]
    members: dict[int, territory.Members]

    @property
    def overlapping(self) -> bool:
        return intern.TOPICS in self.labels


def plan_of(query: Query, regions: Sequence[_Region]) -> Plan:
    periods = list(query.periods)
    if MONTH in query.by:
        periods = list(dict.fromkeys(month for p in periods for month in p.months()))
    labels = tuple(name for name in query.by if name not in (REGION, MONTH))
    areas = _areas(query, periods, regions)
    for number, limit in ((len(areas), AREAS_MAX), (len(periods), PERIODS_MAX)):
        if number > limit:
            raise TooManyFigures(count=number, max=limit)
    paths = {area.pk: area.path for area in areas}
    members = territory.now(paths) if query.territory == "now" else territory.then(paths)
    kinds = [known(code) for code in dict.fromkeys(query.kinds)]
    return Plan(kinds, areas, periods, labels, members)


class _Region(NamedTuple):
    pk: int
    path: str
    level: int
    parent_id: int | None
    code: str
    valid_to: date | None


def regions_of(queries: Sequence[Query]) -> list[_Region]:
    """The regions that are asked for, and those directly below where that is asked; by code."""
    asked = {pk for query in queries for pk in query.areas}
    above = {pk for query in queries if REGION in query.by for pk in query.areas}
    found = Q(pk__in=asked)
    if above:
        found |= Q(parent_id__in=above)
    rows = Region.objects.filter(found).order_by("code").values_list(*_Region._fields)
    return [_Region(*row) for row in rows]


def _areas(query: Query, periods: Sequence[Period], regions: Sequence[_Region]) -> list[_Area]:
    asked = list(dict.fromkeys(query.areas))
    by_pk = {region.pk: region for region in regions}
    assert by_pk.keys() >= set(asked), f"no such areas: {set(asked) - by_pk.keys()}"
    if REGION not in query.by:
        return [_Area(pk, by_pk[pk].path, by_pk[pk].level) for pk in asked]
    first = min((period.start for period in periods), default=date.min)
    areas: list[_Area] = []
    for pk in asked:
        children = [region for region in regions if region.parent_id == pk]
        for child in children:
            ended = child.valid_to is not None and child.valid_to < first
            areas.append(_Area(child.pk, child.path, child.level, optional=ended))
        below = tuple(child.pk for child in children)
        areas.append(_Area(pk, by_pk[pk].path, by_pk[pk].level, True, below, optional=True))
    return areas


def why_none(query: Query, kind: FactKind, period: Period) -> str:
    if kind.measure is Measure.DISTINCT and not _is_one(period, kind.period):
        return "not_divisible"
    if kind.measure is Measure.STOCK and period.start > today_of(query):
        return "not_yet"
    return ""


def _is_one(period: Period, kind: str) -> bool:
    """A distinct measure's own period: what it counts can be neither divided nor added up."""
    one = of(PeriodKind(kind), period.start)
    return (period.start, period.end) == (one.start, one.end)


def today_of(query: Query) -> date:
    return timezone.localdate(query.as_known_at or query.at)


# Cutting periods


def _cut(low: date, high: date) -> Iterator[tuple[bool, date, date]]:
    """[low, high) as whole months and the days left over: (whole, low, high)."""
    first = low if low.day == 1 else month_after(low)
    last = high.replace(day=1)
    if first >= last:
        # At most the ends of two neighbouring months.
        yield False, low, high
        return
    yield True, first, last
    if low < first:
        yield False, low, first
    if last < high:
        yield False, last, high


@dataclass
class Pieces:
    wholes: list[sql.Whole] = field(default_factory=list)
    parts: list[sql.Part] = field(default_factory=list)
    periods: list[sql.Part] = field(default_factory=list)

    def add(self, kind_id: int, n: int, low: date, high: date) -> None:
        for whole, start, stop in _cut(low, high):
            if whole:
                self.wholes.append(sql.Whole(kind_id, n, start, stop))
            else:
                self.parts.append(sql.Part(kind_id, n, start, stop))


def steps_of(query: Query, periods: Sequence[Period]) -> list[date]:
    """The days up to which what stands is summed, one after the other (exclusive)."""
    today = today_of(query)
    return sorted({min(period.end, today) + DAY for period in periods})


def read_areas(plan: Plan) -> list[sql.Area]:
    wanted = {pk for each in plan.members.values() for pk in (*each.factors, *each.split)}
    found = {area.pk: (area.path, area.level) for area in plan.areas}
    others = wanted - found.keys()
    if others:
        rows = Region.objects.filter(pk__in=others).values_list("pk", "path", "level")
        found.update((pk, (path, level)) for pk, path, level in rows)
    return [sql.Area(pk, path, upper(path), level) for pk, (path, level) in sorted(found.items())]
