"""Indicators worked out for areas and periods, with what they are compared with.

However many indicators, areas, periods and comparisons are asked for, the ledger is read once.
Missing stays missing, a value over nothing is None, and zero is zero (see arithmetic.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from anlan.kernel.calendar import periods as calendar
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import stated
from anlan.kernel.facts.figures import MONTH, REGION, Cell, Query, figures, figures_of
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.declare import Count, Indicator, PerOutput, Ratio

Number = int | Decimal

#: The longest row of months that a streak is looked for in.
STREAK_MONTHS_MAX = 240

# Comparisons

#: 同比: the period of the same name a year earlier.
YEAR_AGO = "year_ago"
#: 环比: the period before.
PREVIOUS = "previous"
#: 累计: the year to date, itself compared with that of a year earlier.
CUMULATIVE = "cumulative"


def base(year: int) -> str:
    """Against the period of the same name in a base year (较基期)."""
    return f"base:{year}"


def mean_of(years: int) -> str:
    """Against the mean of so many years before (与前三年均值相比)."""
    return f"mean:{years}"


class Comparison(NamedTuple):
    """A value beside another one. ``change`` is in percent, ``points`` in the value's own unit.

    Where the period isn't over, both sides cover the same part of it, and ``period`` says which.
    """

    name: str
    #: The period compared with; of a mean the latest, of the year to date that period itself.
    period: Period
    #: What ``value`` and the changes are compared from.
    current: Number | None
    value: Number | None
    change: Decimal | None
    points: Number | None
    #: What was counted then, which the change stands on: of a rate, what it divides.
    base: Number | None = None


@dataclass(frozen=True)
class Value:
    """One indicator in one area and period. ``missing`` says why there is no value."""

    indicator: Indicator
    area_id: int
    period: Period
    labels: Mapping[str, str]
    value: Number | None
    missing: str = ""
    own: bool = False
    overlapping: bool = False
    #: The counts behind it: of a ratio the part and the whole.
    counts: tuple[int | None, ...] = ()
    compared: Mapping[str, Comparison] = field(default_factory=dict)


def evaluate(
    indicators: Sequence[Indicator],
    query: Query,
    compare: Collection[str] = (),
) -> list[Value]:
    """By area, period and labels, in the query's order, the indicators in theirs.

    query:    its kinds are ignored; everything else is as in figures.Query
    compare:  YEAR_AGO, PREVIOUS, CUMULATIVE, base(2019), mean_of(3)
    """
    return evaluate_of(indicators, [query], compare)[0]


def evaluate_of(
    indicators: Sequence[Indicator],
    queries: Sequence[Query],
    compare: Collection[str] = (),
) -> list[list[Value]]:
    """A table with its sums: each query by itself, and one reading of the ledger for all."""
    plans = [_Plan.of(indicators, query, compare) for query in queries]
    flat = figures_of([part for plan in plans for part in plan.parts.values()])
    wholes = _wholes(indicators, queries, flat)
    answers, place = [], 0
    for plan, query in zip(plans, queries, strict=True):
        read = dict(zip(plan.parts, flat[place : place + len(plan.parts)], strict=True))
        place += len(plan.parts)
        answers.append(plan.values(indicators, compare, read, wholes.get(query.as_known_at, {})))
    return answers


#: By kind and area, what was stated there.
_Wholes = Mapping[tuple[str, int], stated.Spans]


def _wholes(
    indicators: Sequence[Indicator], queries: Sequence[Query], read: Sequence[Sequence[Cell]]
) -> dict[datetime | None, _Wholes]:
    """What is stated of areas as wholes, by the moment as of which it is known."""
    kinds = {each.whole for each in indicators if isinstance(each, PerOutput)}
    if not kinds:
        return {}
    areas = {cell.area_id for cells in read for cell in cells if not cell.own}
    moments = dict.fromkeys(query.as_known_at for query in queries)
    return {moment: stated.read(kinds, areas, moment) for moment in moments}


#: Labels that an indicator is narrowed by beside those that were asked for.
_Narrow = tuple[str, ...]


@dataclass(frozen=True)
class _Plan:
    """What has to be read for one query: indicators that are narrowed alike share a part.

    Asked for together, forty indicators would be told apart by every label that any of them is
    narrowed by.
    """

    names: tuple[str, ...]
    asked: list[Period]
    sides: Mapping[tuple[Period, str], tuple[Period, list[Period]]]
    parts: dict[_Narrow, Query]

    @classmethod
    def of(cls, indicators: Sequence[Indicator], query: Query, compare: Collection[str]) -> _Plan:
        asked = list(query.periods)
        if MONTH in query.by:
            asked = list(dict.fromkeys(month for p in asked for month in p.months()))
        today = timezone.localdate(query.as_known_at or query.at)
        sides = {(when, name): _sides(name, when, today) for when in asked for name in compare}
        wanted = dict.fromkeys(asked)
        for now, then in sides.values():
            wanted.update(dict.fromkeys((now, *then)))
        names = [name for name in query.by if name != MONTH]
        kinds: dict[_Narrow, dict[str, None]] = {}
        for each in indicators:
            kinds.setdefault(_narrow(each, names), {}).update(dict.fromkeys(each.summed))
        if any(kinds) and query.coverage:
            # Where nothing fits, only the whole can say whether that is zero or silence.
            kinds.setdefault((), {}).update(dict.fromkeys(k for n in kinds.values() for k in n))
        parts = {
            narrow: replace(query, kinds=list(codes), periods=list(wanted), by=[*names, *narrow])
            for narrow, codes in kinds.items()
        }
        return cls(tuple(names), asked, sides, parts)

    def values(
        self,
        indicators: Sequence[Indicator],
        compare: Collection[str],
        read: Mapping[_Narrow, list[Cell]],
        wholes: _Wholes,
    ) -> list[Value]:
        table = _Table(read, self.names, wholes)
        return [
            _value(each, table, place, period, group, compare, self.sides)
            for place in table.places
            for period in self.asked
            for group in table.groups
            for each in indicators
        ]


def _narrow(each: Indicator, names: Collection[str]) -> _Narrow:
    return tuple(sorted({name for where in each.filters for name in where} - set(names)))


def _value(
    each: Indicator,
    table: _Table,
    place: _Place,
    period: Period,
    group: tuple[str, ...],
    compare: Collection[str],
    sides: Mapping[tuple[Period, str], tuple[Period, list[Period]]],
) -> Value:
    def at(when: Period) -> _Worked:
        return _work(each, table, place, when, group)

    whole = _counts_subjects(each)
    compared = {}
    for name in compare:
        current, others = _sides(name, period, period.end) if whole else sides[period, name]
        compared[name] = _compare(name, each, at, current, others)
    worked = at(period)
    return Value(
        each, place.area_id, period, dict(zip(table.names, group, strict=True)),
        worked.value, worked.missing, place.own, table.overlapping, worked.counts, compared,
    )  # fmt: skip


def sides(each: Indicator, name: str, period: Period, today: date) -> tuple[Period, list[Period]]:
    """The days of a figure that are compared under ``name``, and those that they are held against.

    today: the day on which it is, or was, known.
    """
    return _sides(name, period, period.end if _counts_subjects(each) else today)


def _counts_subjects(each: Indicator) -> bool:
    """Subjects can't be counted in part of a period: such a figure compares whole ones."""
    return any(known(kind).measure is Measure.DISTINCT for kind in each.kinds)


def _sides(name: str, period: Period, today: date) -> tuple[Period, list[Period]]:
    """What is compared, and with what: what has passed of the period, and as much of others."""
    if name == CUMULATIVE:
        now = _passed(period, today).cumulative()
        return now, [now.year_ago()]
    now = _passed(period, today)
    if name == YEAR_AGO:
        return now, [now.year_ago()]
    if name == PREVIOUS:
        before = period.previous()
        if now == period:
            return now, [before]
        end = min(before.start + (now.end - now.start), before.end)
        return now, [calendar.span(before.start, end)]
    what, _, number = name.partition(":")
    if what == "base":
        return now, [now.years_ago(now.end.year - int(number))]
    assert what == "mean", f"no such comparison: {name}"
    return now, [now.years_ago(years) for years in range(1, int(number) + 1)]


def _passed(period: Period, today: date) -> Period:
    return period.up_to(today) if period.start <= today else period


def _compare(
    name: str,
    each: Indicator,
    at: Callable[[Period], _Worked],
    current: Period,
    others: Sequence[Period],
) -> Comparison:
    now = at(current).value
    then = [at(other) for other in others]
    before = [one.value for one in then]
    counted = [one.counts[0] if one.counts else None for one in then]
    digits = max(1, each.digits) if isinstance(each, Ratio) else 1
    if name.startswith("mean:"):
        value: Number | None = arithmetic.mean(before, max(digits, 2))
        change = arithmetic.change_on_mean(now, before)
    else:
        value = before[0]
        change = arithmetic.change(now, value)
    points = None if now is None or value is None else now - value
    period = current if name == CUMULATIVE else others[0]
    return Comparison(name, period, now, value, change, points, arithmetic.mean(counted))


# From cells to values


class _Place(NamedTuple):
    area_id: int
    own: bool


class _Worked(NamedTuple):
    value: Number | None
    missing: str
    counts: tuple[int | None, ...]


#: Narrowed by, place, period, kind, labels.
_Key = tuple[_Narrow, _Place, Period, str, tuple[str, ...]]


class _Table:
    """The cells that were read, by what they are cells of."""

    def __init__(
        self, read: Mapping[_Narrow, Iterable[Cell]], by: Sequence[str], wholes: _Wholes
    ) -> None:
        self.by, self.wholes = tuple(by), wholes
        self.names = tuple(name for name in by if name != REGION)
        self.overlapping = False
        self._narrows: dict[str, _Narrow] = {}
        self._cells: dict[_Key, list[Cell]] = defaultdict(list)
        places: dict[_Place, None] = {}
        groups = set()
        for narrow, cells in read.items():
            for cell in cells:
                place = _Place(cell.area_id, cell.own)
                group = tuple(cell.labels[name] for name in self.names)
                places[place] = None
                groups.add(group)
                self.overlapping |= cell.overlapping
                self._cells[narrow, place, cell.period, cell.kind, group].append(cell)
        self.places = sorted(places, key=lambda place: place.own) if len(read) > 1 else list(places)
        self.groups = sorted(groups) if self.names else [()]

    def narrow(self, each: Indicator) -> _Narrow:
        if each.code not in self._narrows:
            self._narrows[each.code] = _narrow(each, self.by)
        return self._narrows[each.code]

    def count(
        self,
        narrow: _Narrow,
        place: _Place,
        period: Period,
        kind: str,
        group: tuple[str, ...],
        where: Mapping[str, tuple[str, ...]],
    ) -> tuple[int | None, str]:
        """The sum of the cells that fit, or why there is none."""
        whole = self._cells.get(((), place, period, kind, group)) if narrow else None
        if whole and whole[0].missing:
            # Nobody was there to count any of them, so none of this sort is no zero either.
            return None, whole[0].missing
        total = 0
        for cell in self._cells.get((narrow, place, period, kind, group), ()):
            if all(cell.labels[name] in values for name, values in where.items()):
                if cell.value is None and not whole:
                    return None, cell.missing
                # Where others of the kind were counted, none of this sort is a zero.
                total += cell.value or 0
        return total, ""


def _work(
    each: Indicator, table: _Table, place: _Place, period: Period, group: tuple[str, ...]
) -> _Worked:
    narrow = table.narrow(each)
    if isinstance(each, PerOutput):
        return _per_output(each, table, place, period, group)
    found = [
        table.count(narrow, place, period, kind, group, where)
        for kind, where in zip(each.kinds, each.filters, strict=True)
    ]
    counts = tuple(count for count, _ in found)
    missing = next((reason for _, reason in found if reason), "")
    if isinstance(each, Ratio):
        divide = arithmetic.percent if each.form == "percent" else arithmetic.ratio
        part, whole = counts
        return _Worked(divide(part, whole, each.digits), missing, counts)
    assert isinstance(each, Count), each
    return _Worked(counts[0], missing, counts)


def _per_output(
    each: PerOutput, table: _Table, place: _Place, period: Period, group: tuple[str, ...]
) -> _Worked:
    part, missing = table.count(
        table.narrow(each), place, period, each.part, group, each.part_where
    )  # fmt: skip
    spans = {} if place.own else table.wholes.get((each.whole, place.area_id), {})
    whole = stated.of_period(spans, period)
    if not missing and whole is None:
        missing = "not_stated"
    value = None if missing or part is None else arithmetic.ratio(
        part * each.per, whole, each.digits
    )  # fmt: skip
    return _Worked(value, missing, (part, whole))


# Streaks


def falling_months(
    kinds: Sequence[str],
    area_id: int,
    last: Period,
    *,
    at: datetime,
    months: int = 60,
    where: Mapping[str, Collection[str]] | None = None,
    as_known_at: datetime | None = None,
    coverage: bool = False,
) -> int:
    """For how many months up to ``last`` each of ``kinds`` was below the same month a year before.

    连续N个月“双下降” with two kinds. Looks back over ``months`` months, and at most that many are
    counted; a month that isn't known ends the row.
    """
    assert 0 < months <= STREAK_MONTHS_MAX, months
    series = [last]
    while len(series) < months + 12:
        series.append(series[-1].previous())
    series.reverse()
    cells = figures(
        Query(
            kinds=kinds, areas=[area_id], periods=series, at=at, where=where or {},
            as_known_at=as_known_at, coverage=coverage,
        )
    )  # fmt: skip
    values = {(cell.kind, cell.period): cell.value for cell in cells}
    return arithmetic.double_fall_streak(
        *([values[kind, month] for month in series] for kind in kinds)
    )
