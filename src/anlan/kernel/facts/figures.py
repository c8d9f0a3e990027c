"""Reading the ledger: sums of facts by area, period and label, exact at once.

A figure is read in one statement: cells up to the last fold's mark, plus the facts above it. How
many statements a call makes depends on how many different queries it brings, and on no size.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.paths import ancestors, upper
from anlan.base.refusal import Refusal
from anlan.kernel.calendar.periods import Kind as PeriodKind
from anlan.kernel.calendar.periods import Period, of
from anlan.kernel.facts import intern, sql, territory
from anlan.kernel.facts.fold import fold
from anlan.kernel.facts.kinds import FactKind, Measure, known
from anlan.kernel.facts.models import Coverage, Expected, Fact, Fold, ReportStatus
from anlan.kernel.regions.models import Region

AREAS_MAX = 3_000
PERIODS_MAX = 400
CELLS_MAX = 400_000
#: Cases that a figure opens down to, on a page.
CASES_MAX = 1_000

REGION, MONTH = "region", "month"

_DAY = timedelta(days=1)

#: Why a figure has no value.
MISSING = {
    "not_divisible": _("can't be divided to this period or area"),
    "not_yet": _("the period hasn't begun"),
    "not_on_system": _("nobody there was on the system yet"),
    "not_reported": _("not reported"),
    "not_applicable": _("not applicable"),
}


class NotYetKnown(Refusal):
    """A figure was asked for as it will be known."""

    code = "not_yet_known"
    message = _("%(moment)s lies in the future. Ask for figures as known now or earlier.")


class TooManyFigures(Refusal):
    code = "too_many_figures"
    message = _(
        "That would be %(count)d figures; at most %(max)d can be asked for at once. "
        "Choose fewer areas, periods or kinds."
    )
    status = 413


@dataclass(frozen=True)
class Query:
    """What is asked for.

    areas:        ids of regions; with "region" in ``by``, the regions directly below each
    by:           "region", "month", and names of labels ("sector", "grade", "source", "topics")
    where:        by label, the values that count; "" is a label that isn't there
    at:           the moment of asking: what stands is read on its local day
    as_known_at:  what the ledger knew at that moment, on that day
    territory:    areas as they were "then", or on today's map ("now")
    coverage:     leave zero out where nobody was on the system, or a report is owed
    """

    kinds: Sequence[str]
    areas: Sequence[int]
    periods: Sequence[Period]
    at: datetime
    by: Sequence[str] = ()
    where: Mapping[str, Collection[str]] = field(default_factory=dict)
    as_known_at: datetime | None = None
    territory: Literal["then", "now"] = "then"
    coverage: bool = False


class Cell(NamedTuple):
    """One figure. ``value`` is None where there is none, and ``missing`` says why.

    ``own`` marks what was counted at the area itself and at nothing below it (本级), so that
    the parts add up; ``overlapping`` marks labels of which a case has several (有交叉).
    """

    area_id: int
    period: Period
    kind: str
    labels: Mapping[str, str]
    value: int | None
    missing: str = ""
    own: bool = False
    overlapping: bool = False


def figures(query: Query) -> list[Cell]:
    """The figures asked for: by area, period, kind and labels, in that order.

    Every area, period and kind is there, with every combination of labels that counts anywhere.
    """
    return figures_of([query])[0]


def figures_of(queries: Sequence[Query]) -> list[list[Cell]]:
    """The figures of each query. Those of the same areas, labels and moment share a statement."""
    regions = _regions(queries)
    plans = [_plan(query, regions) for query in queries]
    alike: dict[Any, list[int]] = defaultdict(list)
    for place, (query, plan) in enumerate(zip(queries, plans, strict=True)):
        if plan.areas and plan.periods and plan.kinds:
            where = tuple((name, tuple(values)) for name, values in query.where.items())
            areas = tuple(plan.members) if query.territory == "then" else place
            alike[query.as_known_at, plan.labels, where, areas].append(place)
    answers: list[list[Cell]] = [[] for _query in queries]
    marks: dict[datetime | None, sql.Known] = {}
    kinds = {kind.code for plan in plans for kind in plan.kinds}
    numbers = {code: n for code, n in intern.known_kinds(kinds).items() if code in kinds}
    for places in alike.values():
        together = [(queries[place], plans[place]) for place in places]
        moment = queries[places[0]].as_known_at
        if moment not in marks:
            marks[moment] = _known(queries[places[0]])
        read = _sums(together, numbers, marks[moment])
        for place, (sums, torn) in zip(places, read, strict=True):
            answers[place] = _cells(queries[place], plans[place], sums, torn)
    return answers


def _cells(query: Query, plan: _Plan, sums: _Sums, torn: _Torn) -> list[Cell]:
    found = {group for (_, _, _, group), value in sums.items() if value}
    groups = sorted(found) if plan.labels else [()]
    absent = _absent(query, plan) if query.coverage else None
    count = len(plan.areas) * len(plan.periods) * len(plan.kinds) * len(groups)
    if count > CELLS_MAX:
        raise TooManyFigures(count=count, max=CELLS_MAX)
    cells = []
    for area in plan.areas:
        block = []
        for n, period in enumerate(plan.periods):
            for kind in plan.kinds:
                missing = _missing(query, kind, period)
                if not missing and (kind.code, area.pk, n) in torn:
                    missing = "not_divisible"
                for group in groups:
                    value = sums.get((kind.code, area.pk, n, group), 0)
                    if area.own:
                        value -= sum(
                            sums.get((kind.code, child, n, group), 0) for child in area.children
                        )
                    reason = missing
                    if not reason and not value and absent:
                        reason = absent(kind.code, area.pk, n)
                    block.append(
                        Cell(
                            area.pk, period, kind.code,
                            dict(zip(plan.labels, group, strict=True)),
                            None if reason else value, reason, area.own, plan.overlapping,
                        )
                    )  # fmt: skip
        if not area.optional or any(cell.value for cell in block):
            cells += block
    return cells


# What to read


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
class _Plan:
    kinds: list[FactKind]
    areas: list[_Area]
    periods: list[Period]
    labels: tuple[str, ...]
    members: dict[int, territory.Members]

    @property
    def overlapping(self) -> bool:
        return intern.TOPICS in self.labels


def _plan(query: Query, regions: Sequence[_Region]) -> _Plan:
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
    return _Plan(kinds, areas, periods, labels, members)


class _Region(NamedTuple):
    pk: int
    path: str
    level: int
    parent_id: int | None
    code: str
    valid_to: date | None


def _regions(queries: Sequence[Query]) -> list[_Region]:
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


def _missing(query: Query, kind: FactKind, period: Period) -> str:
    if kind.measure is Measure.DISTINCT and not _is_one(period, kind.period):
        return "not_divisible"
    if kind.measure is Measure.STOCK and period.start > _today(query):
        return "not_yet"
    return ""


def _is_one(period: Period, kind: str) -> bool:
    """A distinct measure's own period: what it counts can be neither divided nor added up."""
    one = of(PeriodKind(kind), period.start)
    return (period.start, period.end) == (one.start, one.end)


def _today(query: Query) -> date:
    return timezone.localdate(query.as_known_at or query.at)


# Cutting periods


def _cut(low: date, high: date) -> Iterator[tuple[bool, date, date]]:
    """[low, high) as whole months and the days left over: (whole, low, high)."""
    first = low if low.day == 1 else _next_month(low)
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


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@dataclass
class _Pieces:
    wholes: list[sql.Whole] = field(default_factory=list)
    parts: list[sql.Part] = field(default_factory=list)
    periods: list[sql.Part] = field(default_factory=list)

    def add(self, kind_id: int, n: int, low: date, high: date) -> None:
        for whole, start, stop in _cut(low, high):
            if whole:
                self.wholes.append(sql.Whole(kind_id, n, start, stop))
            else:
                self.parts.append(sql.Part(kind_id, n, start, stop))


def _steps(query: Query, periods: Sequence[Period]) -> list[date]:
    """The days up to which what stands is summed, one after the other (exclusive)."""
    today = _today(query)
    return sorted({min(period.end, today) + _DAY for period in periods})


#: By kind, area, the period's number and labels.
_Sums = dict[tuple[str, int, int, tuple[str, ...]], int]
#: Kind, area and period's number of what can't be divided.
_Torn = set[tuple[str, int, int]]


def _sums(
    together: Sequence[tuple[Query, _Plan]], numbers: Mapping[str, int], known_facts: sql.Known
) -> list[tuple[_Sums, _Torn]]:
    """The sums of queries that share areas, labels and moment, by one statement.

    Each has numbers of its own for its periods, from its ``base`` on.
    """
    pieces, bases = _Pieces(), [0]
    for query, plan in together:
        base, steps = bases[-1], _steps(query, plan.periods)
        for kind in plan.kinds:
            kind_id = numbers.get(kind.code)
            if kind_id is None:
                continue
            if kind.measure is Measure.STOCK:
                for n, (low, high) in enumerate(zip([date.min, *steps], steps, strict=False)):
                    pieces.add(kind_id, base + n, low, high)
                continue
            for n, period in enumerate(plan.periods):
                if not _missing(query, kind, period):
                    end = period.end + _DAY
                    pieces.add(kind_id, base + n, period.start, end)
                    pieces.periods.append(sql.Part(kind_id, base + n, period.start, end))
        bases.append(base + len(plan.periods))
    rows: list[sql.Read] = []
    if pieces.wholes or pieces.parts:
        query, plan = together[0]
        rows = sql.read(
            pieces.wholes, pieces.parts, pieces.periods, _read_areas(plan), known_facts,
            plan.labels, query.where,
        )  # fmt: skip
    read: list[list[sql.Read]] = [[] for _query in together]
    for row in rows:
        number = bisect_right(bases, row.n) - 1
        read[number].append(row._replace(n=row.n - bases[number]))
    codes = {number: code for code, number in numbers.items()}
    return [
        _summed(query, plan, mine, codes)
        for (query, plan), mine in zip(together, read, strict=True)
    ]


def _summed(
    query: Query, plan: _Plan, rows: Iterable[sql.Read], codes: Mapping[int, str]
) -> tuple[_Sums, _Torn]:
    steps, today = _steps(query, plan.periods), _today(query)
    ends = [min(period.end, today) + _DAY for period in plan.periods]
    at_regions: _Sums = defaultdict(int)
    torn: _Torn = set()
    for row in rows:
        code = codes[row.kind_id]
        if known(code).measure is Measure.STOCK:
            # An entry stands from its step on, in every period that ends there or later.
            for n, end in enumerate(ends):
                if end >= steps[row.n]:
                    at_regions[code, row.area_id, n, row.groups] += row.quantity
            continue
        at_regions[code, row.area_id, row.n, row.groups] += row.quantity
        if row.torn:
            torn.add((code, row.area_id, row.n))
    return _for_areas(plan, at_regions, torn)


def _for_areas(plan: _Plan, at_regions: _Sums, torn: _Torn) -> tuple[_Sums, _Torn]:
    """Put the sums of regions together to those of the areas asked for (see territory.py)."""
    parts_of: dict[int, list[tuple[int, int]]] = defaultdict(list)
    splits_of: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for area, members in plan.members.items():
        for region, factor in members.factors.items():
            parts_of[region].append((area, factor))
        for region, day in members.split.items():
            splits_of[region].append((area, day))
    sums: _Sums = defaultdict(int)
    gaps: _Torn = set()
    for (code, region, n, group), quantity in at_regions.items():
        for area, factor in parts_of[region]:
            sums[code, area, n, group] += factor * quantity
        for area, day in splits_of[region]:
            # What was counted before the split belongs to one side or the other.
            if quantity and plan.periods[n].start < day:
                gaps.add((code, area, n))
    for code, region, n in torn:
        gaps.update((code, area, n) for area, _factor in parts_of[region])
    return sums, gaps


def _read_areas(plan: _Plan) -> list[sql.Area]:
    wanted = {pk for each in plan.members.values() for pk in (*each.factors, *each.split)}
    found = {area.pk: (area.path, area.level) for area in plan.areas}
    others = wanted - found.keys()
    if others:
        rows = Region.objects.filter(pk__in=others).values_list("pk", "path", "level")
        found.update((pk, (path, level)) for pk, path, level in rows)
    return [sql.Area(pk, path, upper(path), level) for pk, (path, level) in sorted(found.items())]


# As known


def _known(query: Query) -> sql.Known:
    """Which facts count: those that a reader sees now, or those that were known at a moment.

    Asked before anything is read: a moment that was asked about must not get a fold any more.
    Known at T is what the last fold until T had taken in. Cells say in which month they learnt
    what they hold; the facts of that one month are added up to that fold's mark, or those after
    it taken off again, whichever are fewer.
    """
    moment, last = query.as_known_at, Fold.objects.order_by("-pk").first()
    if moment is None:
        return sql.Known(None, None, None, None, 1, last.mark if last else 0, None)
    if moment > query.at:
        raise NotYetKnown(moment=timezone.localtime(moment).isoformat(timespec="minutes"))
    if last is None or moment > last.at:
        # From here on every fold is later than the moment: the answer can't change any more.
        fold(query.at, force=True)
    then = Fold.objects.filter(at__lte=moment).order_by("-at").first()
    if then is None:
        return sql.Known(0, 0, 0, None, 1, 0, 0)
    before = Fold.objects.filter(learnt__lt=then.learnt).order_by("-pk").first()
    after = Fold.objects.filter(learnt=then.learnt).order_by("-pk").first()
    assert after is not None
    if then.facts - (before.facts if before else 0) <= after.facts - then.facts:
        low = before.mark if before else 0
        return sql.Known(then.learnt, low, then.mark, None, 1, low, then.mark)
    return sql.Known(then.learnt + 1, then.mark, None, then.learnt, -1, then.mark, then.mark)


# What is missing


def _absent(query: Query, plan: _Plan) -> Callable[[str, int, int], str]:
    """Says why a zero is none: nobody was on the system, or a report is owed or not due."""
    areas = {area.pk: area.path for area in plan.areas}
    statuses = _statuses(query, plan, list(areas))
    covered = _covered(plan, areas)

    def reason(code: str, area: int, n: int) -> str:
        period = plan.periods[n]
        found = statuses.get((code, area, period.start, period.end), set())
        if ReportStatus.EXPECTED in found:
            return "not_reported"
        if found == {ReportStatus.NOT_APPLICABLE}:
            return "not_applicable"
        return "" if found or covered(code, area, period) else "not_on_system"

    return reason


def _statuses(
    query: Query, plan: _Plan, areas: Sequence[int]
) -> dict[tuple[str, int, date, date], set[str]]:
    if not plan.periods:
        return {}
    #: A report may be owed for one kind, or for all that begin alike ("hazard.").
    prefixes = {f"{code.split('.')[0]}." for code in query.kinds}
    rows = Expected.objects.filter(
        kind__in=[*query.kinds, *sorted(prefixes)],
        area_id__in=areas,
        start__gte=min(period.start for period in plan.periods),
        end__lte=max(period.end for period in plan.periods),
    )
    found: dict[tuple[str, int, date, date], set[str]] = defaultdict(set)
    for code, area, start, end, status in rows.values_list(
        "kind", "area_id", "start", "end", "status"
    ):
        for kind in query.kinds if code.endswith(".") else (code,):
            if kind.startswith(code):
                found[kind, area, start, end].add(status)
    return found


def _covered(plan: _Plan, areas: Mapping[int, str]) -> Callable[[str, int, Period], bool]:
    """Whether some unit at the area, above it or below it was on the system in the period."""
    rows = list(Coverage.objects.values_list("area_id", "kinds", "since", "until"))
    if not rows:
        # An office that never stated who is on the system has everybody on it.
        return lambda code, area, period: True
    paths = dict(Region.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", "path"))
    spans: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    for area_id, prefix, since, until in rows:
        if area_id not in paths:
            continue
        for above in ancestors(paths[area_id]):
            spans[above].append((prefix, since, until))
    own: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    for area_id, prefix, since, until in rows:
        own[area_id].append((prefix, since, until))

    def covered(code: str, area: int, period: Period) -> bool:
        above = (each for pk in ancestors(areas[area]) for each in own.get(pk, ()))
        return any(
            code.startswith(prefix)
            and since <= period.end
            and (until is None or until >= period.start)
            for prefix, since, until in (*spans.get(area, ()), *above)
        )

    return covered


# What is behind a figure


def behind(
    kind: str,
    area: Region,
    period: Period,
    *,
    at: datetime,
    where: Mapping[str, Collection[str]] | None = None,
    after: UUID | None = None,
) -> list[tuple[UUID, int]]:
    """The cases that a figure of now is made of, and how much each adds; by id, a page at a time.

    What was posted without a case (a report, a batch) isn't there.
    """
    numbers = intern.known_kinds([kind])
    if kind not in numbers:
        return []
    places = Region.objects.below(area).values("pk")
    rows = Fact.objects.filter(
        kind_id=numbers[kind], area_id__in=places, case_id__isnull=False,
        day__lte=min(period.end, timezone.localdate(at))
        if known(kind).measure is Measure.STOCK
        else period.end,
    )  # fmt: skip
    if known(kind).measure is not Measure.STOCK:
        rows = rows.filter(day__gte=period.start)
    for name, values in (where or {}).items():
        rows = rows.filter(sql.labelled(name, values))
    if after is not None:
        rows = rows.filter(case_id__gt=after)
    sums = rows.values("case_id").annotate(sum=Sum("quantity")).exclude(sum=0).order_by("case_id")
    return [(row["case_id"], row["sum"]) for row in sums[:CASES_MAX] if row["case_id"]]
