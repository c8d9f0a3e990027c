"""How far a target is: what the ledger counted since its line began, against what is wanted.

    figures = measured([Asked(key, target, area, start, due, wanted, base_year), …], at=at)

However many are asked for, the ledger is read in one statement, what counts different subjects
(家) in another, and base years in a few more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone

from anlan.domain.campaigns.models import BaseFigure, Target
from anlan.domain.campaigns.progress.counting import COUNTABLE, Counting, Where, counting_of
from anlan.domain.campaigns.progress.verdicts import Verdict
from anlan.domain.campaigns.queries import number
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import figures as ledger
from anlan.kernel.facts import subjects
from anlan.kernel.facts.figures import Cell, Query
from anlan.kernel.facts.kinds import Measure
from anlan.kernel.facts.kinds import known as kind_of
from anlan.kernel.facts.models import Fact
from anlan.kernel.facts.subjects import Count, Subjects
from anlan.kernel.indicators import arithmetic, goals

#: Years of a series, the newest.
YEARS_MAX = 12
PERCENT = ("%", "％")


@dataclass(frozen=True)
class Asked:
    """One figure: of which target, where, since when, and how much is wanted there."""

    key: Any
    target: Target
    area_id: int
    start: date
    #: The last day in time; None where the plan says none.
    due: date | None
    wanted: Decimal | None
    base_year: int
    #: Counted until then: what is finished counts no further.
    until: date | None = None


class Year(NamedTuple):
    """A year of a series; of the running one, what has passed of it."""

    period: Period
    value: Decimal | None
    #: The same days a year earlier.
    before: Decimal | None
    #: Whether somebody declared it.
    declared: bool = False


@dataclass(frozen=True)
class Figure:
    """What was counted, and how that stands to what is wanted."""

    asked: Asked
    counting: Counting
    period: Period
    verdict: Verdict
    value: Decimal | None = None
    #: Why there is no value.
    missing: str = ""
    #: What lacks; of a ceiling, what is too much.
    short: Decimal | None = None
    base: Decimal | None = None
    base_by: BaseFigure | None = None
    #: Against the base: per cent, or for a target in units, units.
    change: Decimal | None = None
    series: Sequence[Year] = field(default_factory=tuple)

    @property
    def wanted(self) -> Decimal | None:
        return self.asked.wanted

    @property
    def percent(self) -> int | None:
        """How far in whole per cent; a direction and a ceiling have none."""
        target = self.asked.target
        if target.kind != "number" or target.comparator == "<=" or self.value is None:
            return None
        if self.wanted is None or self.wanted <= 0:
            return None
        return max(0, min(100, int(100 * self.value / self.wanted)))


def base_year(target: Target, campaign_base: int | None, start: date) -> int:
    """The year against which it is measured: as the paper says it, else the campaign's."""
    digits = "".join(sign for sign in target.baseline if sign.isdigit())
    if len(digits) == 4:
        return int(digits)
    return campaign_base or start.year - 1


def measured(
    asked: Iterable[Asked], *, at: datetime, known: datetime | None = None
) -> dict[Any, Figure]:
    """By key, the figure of each target that is counted.

    known:  as the ledger knew it at that moment.
    """
    today = timezone.localdate(known or at)
    todo = [
        _Todo(one, counting, _spans(one, today))
        for one in asked
        if one.target.kind in COUNTABLE and (counting := counting_of(one.target))
    ]
    if not todo:
        return {}
    table = _read([each for each in todo if each.spans], at, known)
    bases = _declared([each.asked for each in todo], known)
    return {each.asked.key: _figure(each, table, bases, today) for each in todo}


class _Spans(NamedTuple):
    now: Period
    #: Of a change: the same days of the base year.
    base: Period | None
    #: Of a direction: by year, and for each the year before (same days).
    years: tuple[tuple[Period, Period], ...]


class _Todo(NamedTuple):
    asked: Asked
    counting: Counting
    spans: _Spans | None


def _spans(one: Asked, today: date) -> _Spans | None:
    """The days that have to be read; None where its time hasn't begun."""
    end = min(today, one.until) if one.until else today
    if one.start > end:
        return None
    now = periods.span(one.start, end)
    if one.target.kind == "number":
        return _Spans(now, None, ())
    year = periods.span(date(end.year, 1, 1), end)
    if one.target.kind == "change":
        return _Spans(year, year.years_ago(end.year - one.base_year), ())
    first = max(one.base_year, end.year - YEARS_MAX + 1)
    years = [periods.year(date(n, 1, 1)) for n in range(first, end.year)]
    return _Spans(now, None, tuple((each, each.year_ago()) for each in (*years, year)))


# --- reading -------------------------------------------------------------------------------

#: An area, days, a kind, and labels with the values that count.
_Key = tuple[int, Period, str, tuple[tuple[str, tuple[str, ...]], ...]]


def is_distinct(kind: str) -> bool:
    return kind_of(kind).measure is Measure.DISTINCT


def _frozen(where: Where) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted((name, tuple(values)) for name, values in where.items()))


class _Table:
    """Cells by area, period and kind, and the different subjects of those that count them."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, Period, str], list[Cell]] = defaultdict(list)
        self._subjects: dict[_Key, Count] = {}

    def add_subjects(self, found: Mapping[_Key, Count]) -> None:
        self._subjects.update(found)

    def add(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self._cells[cell.area_id, cell.period, cell.kind].append(cell)

    def value(self, one: Asked, counting: Counting, period: Period) -> tuple[Decimal | None, str]:
        counts = []
        for kind, where in counting.parts:
            count, missing = self._count(one.area_id, period, kind, where)
            if count is None:
                return None, missing
            counts.append(count)
        if counting.is_rate:
            return arithmetic.percent(counts[0], counts[1], counting.digits), ""
        return Decimal(counts[0]), ""

    def _count(self, area: int, period: Period, kind: str, where: Where) -> tuple[int | None, str]:
        if is_distinct(kind):
            return self._subjects[area, period, kind, _frozen(where)]
        total = 0
        for cell in self._cells[area, period, kind]:
            if all(cell.labels[name] in values for name, values in where.items()):
                if cell.value is None:
                    return None, cell.missing
                total += cell.value
        return total, ""


def _read(todo: Sequence[_Todo], at: datetime, known: datetime | None) -> _Table:
    """Everything in one statement: labels are told apart and not filtered, so that all share it.

    Years before are read with an eye on who was on the system then: silence is no zero.
    """
    names = {name for each in todo for _kind, where in each.counting.parts for name in where}
    areas = sorted({each.asked.area_id for each in todo})
    plain: dict[Period, set[str]] = defaultdict(set)
    past: dict[Period, set[str]] = defaultdict(set)
    for _one, counting, spans in todo:
        kinds = {kind for kind, _where in counting.parts if not is_distinct(kind)}
        if spans is None or not kinds:
            continue
        plain[spans.now] |= kinds
        for period in _past(spans):
            past[period] |= kinds
    shared: dict[str, Any] = {"areas": areas, "at": at, "by": sorted(names), "as_known_at": known}
    queries = [
        Query(kinds=sorted(kinds), periods=[each], **shared) for each, kinds in plain.items()
    ]
    if past:
        every = sorted(set[str]().union(*past.values()))
        queries.append(Query(kinds=every, periods=list(past), coverage=True, **shared))
    table, seen = _Table(), set(past)
    for query, cells in zip(queries, ledger.figures_of(queries), strict=True):
        # Of a span that is read both ways, the answer that knows about silence holds.
        table.add(cell for cell in cells if query.coverage or cell.period not in seen)
    table.add_subjects(_subjects(todo, at, known))
    return table


def _past(spans: _Spans) -> list[Period]:
    every = (spans.base, *(each for pair in spans.years for each in pair))
    return [period for period in every if period is not None]


def _subjects(todo: Sequence[_Todo], at: datetime, known: datetime | None) -> dict[_Key, Count]:
    """Of what counts different subjects, each of its spans: one statement for all of them."""
    asked: dict[_Key, Subjects] = {}
    for one, counting, spans in todo:
        if spans is None:
            continue
        for kind, where in counting.parts:
            if not is_distinct(kind):
                continue
            past = _past(spans)
            for period in (spans.now, *past):
                key = (one.area_id, period, kind, _frozen(where))
                silent = period in past or (key in asked and asked[key].coverage)
                asked[key] = Subjects(kind, one.area_id, period, where, coverage=silent)
    found = subjects.counted(list(asked.values()), at=at, as_known_at=known)
    return dict(zip(asked, found, strict=True))


def _declared(
    asked: Sequence[Asked], known: datetime | None
) -> dict[tuple[int, int, int], tuple[BaseFigure, Decimal]]:
    """By target, area and year: what was declared for it, as its facts add up."""
    targets = {one.target.pk for one in asked if one.target.kind != "number"}
    if not targets:
        return {}
    standing, posted = Q(withdrawn_at=None), Q()
    if known is not None:
        standing |= Q(withdrawn_at__gt=known)
        standing &= Q(at__lte=known)
        posted = Q(posted_at__lte=known)
    rows = {
        row.pk: row
        for row in BaseFigure.objects.filter(
            standing, target__in=targets, area__in={one.area_id for one in asked}
        ).select_related("unit")
    }
    if not rows:
        return {}
    facts = Fact.objects.filter(posted, batch_id__in=list(rows)).order_by()
    sums = facts.values_list("batch_id").annotate(sum=Sum("quantity"))
    return {
        (row.target_id, row.area_id, row.year): (row, Decimal(total))
        for pk, total in sums
        if pk is not None and (row := rows[pk])
    }


# --- judging -------------------------------------------------------------------------------


def _figure(
    todo: _Todo, table: _Table, bases: Mapping[tuple[int, int, int], tuple[BaseFigure, Decimal]],
    today: date,
) -> Figure:  # fmt: skip
    one, counting, spans = todo
    if spans is None:
        period = periods.span(one.start, one.start)
        return Figure(one, counting, period, Verdict.NOT_BEGUN, missing="not_yet")
    value, missing = table.value(one, counting, spans.now)
    figure = Figure(one, counting, spans.now, Verdict.UNKNOWN, value, missing)
    over = one.due is not None and today > one.due
    declared = bases.get((one.target.pk, one.area_id, one.base_year))
    if one.target.kind == "number":
        return _numbered(figure, over)
    if one.target.kind == "change":
        return _changed(figure, table, spans, declared, over)
    series = _series(one, counting, table, spans, declared)
    figure = replace(figure, series=series, base_by=declared[0] if declared else None)
    if one.target.kind == "curb":
        if value is None:
            return figure
        return replace(figure, verdict=Verdict.OCCURRED if value > 0 else Verdict.NONE)
    return replace(figure, verdict=_falling(series))


def _numbered(figure: Figure, over: bool) -> Figure:
    wanted, value = figure.wanted, figure.value
    if value is None:
        return figure
    if wanted is None:
        return replace(figure, verdict=Verdict.NO_SHARE)
    if figure.asked.target.comparator == "<=":
        if value > wanted:
            return replace(figure, verdict=Verdict.OVER, short=value - wanted)
        return replace(figure, verdict=Verdict.KEPT if over else Verdict.WITHIN)
    if value >= wanted:
        return replace(figure, verdict=Verdict.REACHED)
    return replace(figure, verdict=Verdict.SHORT if over else Verdict.NOT_YET, short=wanted - value)


def _changed(
    figure: Figure, table: _Table, spans: _Spans,
    declared: tuple[BaseFigure, Decimal] | None, over: bool,
) -> Figure:  # fmt: skip
    """−10 % against 2019: this year so far against the same days of that year."""
    one, value = figure.asked, figure.value
    assert spans.base is not None
    base, _missing = table.value(one, figure.counting, spans.base)
    whole = spans.now.end == date(spans.now.end.year, 12, 31)
    if declared is not None:
        figure, base = replace(figure, base_by=declared[0]), declared[1]
    figure = replace(figure, base=base)
    percent = one.target.unit in PERCENT and not figure.counting.is_rate
    if value is None:
        return figure
    if base is None or (percent and base == 0):
        return replace(figure, verdict=Verdict.NO_BASE)
    sign = -1 if one.target.direction != "increase" else 1
    change = 100 * (value - base) / base if percent else value - base
    change = change.quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
    figure = replace(figure, change=Decimal(f"{change:f}"))
    wanted = one.wanted
    if wanted is None:
        return replace(figure, verdict=Verdict.NO_SHARE)
    allowed = _part_of(base, wanted, sign) if percent else base + sign * wanted
    short = sign * (allowed - value)
    if declared is not None and not whole:
        # A whole year's number says nothing of some of its days: only what is past it is sure.
        passed = short > 0 if sign < 0 else short <= 0
        sure = Verdict.SHORT if sign < 0 else Verdict.REACHED
        return replace(figure, verdict=sure if passed else Verdict.TOO_EARLY,
                       short=short if passed and sign < 0 else None)  # fmt: skip
    if short <= 0:
        return replace(figure, verdict=Verdict.REACHED if whole or over else Verdict.ON_COURSE)
    return replace(figure, short=short, verdict=Verdict.SHORT if over or whole else Verdict.NOT_YET)


def _part_of(base: Decimal, percent: Decimal, sign: int) -> Decimal:
    found = goals.allowed(base, percent, down=sign < 0)
    return Decimal(found.numerator) / Decimal(found.denominator)


def _series(
    one: Asked, counting: Counting, table: _Table, spans: _Spans,
    declared: tuple[BaseFigure, Decimal] | None,
) -> list[Year]:  # fmt: skip
    found: list[Year] = []
    for period, before in spans.years:
        value, _missing = table.value(one, counting, period)
        was, _missing = table.value(one, counting, before)
        of_base = declared is not None and period.start.year == one.base_year
        if declared is not None and of_base:
            value = declared[1]
        if declared is not None and before.start.year == one.base_year:
            was = declared[1] if before.end == date(before.end.year, 12, 31) else None
        found.append(Year(period, value, was, of_base))
    return found


def _falling(series: Sequence[Year]) -> Verdict:
    """Each year since the base year below the year before, the running one on the same days."""
    after = series[1:]
    if not series or series[0].value is None:
        return Verdict.NO_BASE
    if not after:
        return Verdict.TOO_EARLY
    if any(
        each.value is not None and each.before is not None and each.value >= each.before
        for each in after
    ):
        return Verdict.NOT_FALLING
    if any(each.value is None for each in after):
        return Verdict.UNKNOWN
    if any(each.before is None for each in after):
        return Verdict.TOO_EARLY
    return Verdict.FALLING


def day_end(day: date) -> datetime:
    """The last moment of a local day, for ``known``."""
    midnight = datetime.combine(day + timedelta(1), datetime.min.time())
    return timezone.make_aware(midnight) - timedelta(microseconds=1)


def wanted_of(target: Target, quota: int | None, own: bool) -> Decimal | None:
    """How much is wanted: the share, else the whole where the line is the plan's own.

    Shares of numbers of things make the whole; a rate or a direction holds for everybody alike.
    """
    if quota is not None:
        return number(quota, target.digits)
    shared = target.kind == "number" and target.unit not in (*PERCENT, "‰")
    return None if shared and not own else number(target.value, target.digits)
