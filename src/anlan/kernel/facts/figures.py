"""Reading the ledger: sums of facts by area, period and label, exact at once.

A figure is read in one statement: cells up to the last fold's mark, plus the facts above it; asked
again, from what the process carried on (carried.py). How many statements a call makes depends on
how many different queries it brings, and on no size.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from anlan.kernel.calendar.dates import DAY
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import absent, carried, intern, sql, territory
from anlan.kernel.facts.asking import (
    CELLS_MAX,
    MISSING,
    MONTH,
    REGION,
    Cell,
    NotYetKnown,
    Query,
    TooManyFigures,
)
from anlan.kernel.facts.fold import fold
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.models import Fact, Fold
from anlan.kernel.facts.planning import (
    Pieces,
    Plan,
    plan_of,
    read_areas,
    regions_of,
    steps_of,
    today_of,
    why_none,
)
from anlan.kernel.regions.models import Region

#: Whoever asks for figures finds here all that it needs.
__all__ = (
    "MISSING",
    "MONTH",
    "REGION",
    "Cell",
    "NotYetKnown",
    "Query",
    "TooManyFigures",
    "behind",
    "figures",
    "figures_of",
)

#: Cases that a figure opens down to, on a page.
CASES_MAX = 1_000


def figures(query: Query) -> list[Cell]:
    """The figures asked for: by area, period, kind and labels, in that order.

    Every area, period and kind is there, with every combination of labels that counts anywhere.
    """
    return figures_of([query])[0]


def figures_of(queries: Sequence[Query]) -> list[list[Cell]]:
    """The figures of each query. Those of the same areas, labels and moment share a statement."""
    regions = regions_of(queries)
    plans = [plan_of(query, regions) for query in queries]
    alike: dict[Any, list[int]] = defaultdict(list)
    for place, (query, plan) in enumerate(zip(queries, plans, strict=True)):
        if plan.areas and plan.periods and plan.kinds:
            where = tuple((name, tuple(values)) for name, values in query.where.items())
            areas = tuple(plan.members) if query.territory == "then" else place
            alike[query.as_known_at, plan.labels, where, areas].append(place)
    answers: list[list[Cell]] = [[] for _query in queries]
    together = [[(queries[place], plans[place]) for place in places] for places in alike.values()]
    moments = dict.fromkeys(group[0][0].as_known_at for group in together)
    marks = {
        moment: as_known(moment, max(query.at for query in queries))
        for moment in moments if moment is not None
    }  # fmt: skip
    # After the marks: what lies below them may be the first of its kind.
    kinds = {kind.code for plan in plans for kind in plan.kinds}
    numbers = {code: n for code, n in intern.known_kinds(kinds).items() if code in kinds}
    asked = [_Asked.of(group, numbers) for group in together]
    now = [one.question for one in asked if one.moment is None]
    read_now = iter(carried.read(now) if now else [])
    for places, one in zip(alike.values(), asked, strict=True):
        rows = next(read_now) if one.moment is None else sql.read(one.question, marks[one.moment])
        for place, (sums, torn) in zip(places, one.sums(rows), strict=True):
            answers[place] = _cells(queries[place], plans[place], sums, torn)
    return answers


def _cells(query: Query, plan: Plan, sums: _Sums, torn: _Torn) -> list[Cell]:
    found = {group for (_, _, _, group), value in sums.items() if value}
    groups = sorted(found) if plan.labels else [()]
    labelled = [(group, dict(zip(plan.labels, group, strict=True))) for group in groups]
    absent_for = absent.reasons(query, plan) if query.coverage else None
    count = len(plan.areas) * len(plan.periods) * len(plan.kinds) * len(groups)
    if count > CELLS_MAX:
        raise TooManyFigures(count=count, max=CELLS_MAX)
    cells, overlapping = [], plan.overlapping
    for area in plan.areas:
        block = []
        for n, period in enumerate(plan.periods):
            for kind in plan.kinds:
                missing = why_none(query, kind, period)
                if not missing and (kind.code, area.pk, n) in torn:
                    missing = "not_divisible"
                for group, labels in labelled:
                    value = sums.get((kind.code, area.pk, n, group), 0)
                    if area.own:
                        value -= sum(
                            sums.get((kind.code, child, n, group), 0) for child in area.children
                        )
                    reason = missing
                    if not reason and not value and absent_for:
                        reason = absent_for(kind.code, area.pk, n)
                    block.append(
                        Cell(
                            area.pk, period, kind.code, labels,
                            None if reason else value, reason, area.own, overlapping,
                        )
                    )  # fmt: skip
        if not area.optional or any(cell.value for cell in block):
            cells += block
    return cells


#: By kind, area, the period's number and labels.
_Sums = dict[tuple[str, int, int, tuple[str, ...]], int]
#: By the same, how many entries lie half in the period: what they count can't be divided.
_Halves = _Sums
#: Kind, area and period's number of what can't be divided.
_Torn = set[tuple[str, int, int]]


@dataclass
class _Asked:
    """Queries that share areas, labels and moment, as one question.

    Each has numbers of its own for its periods, from its ``base`` on.
    """

    together: Sequence[tuple[Query, Plan]]
    codes: Mapping[int, str]
    bases: list[int]
    question: sql.Question

    @classmethod
    def of(cls, together: Sequence[tuple[Query, Plan]], numbers: Mapping[str, int]) -> _Asked:
        pieces, bases = Pieces(), [0]
        for query, plan in together:
            base, steps = bases[-1], steps_of(query, plan.periods)
            for kind in plan.kinds:
                kind_id = numbers.get(kind.code)
                if kind_id is None:
                    continue
                if kind.measure is Measure.STOCK:
                    for n, (low, high) in enumerate(zip([date.min, *steps], steps, strict=False)):
                        pieces.add(kind_id, base + n, low, high)
                    continue
                for n, period in enumerate(plan.periods):
                    if not why_none(query, kind, period):
                        end = period.end + DAY
                        pieces.add(kind_id, base + n, period.start, end)
                        pieces.periods.append(sql.Part(kind_id, base + n, period.start, end))
            bases.append(base + len(plan.periods))
        query, plan = together[0]
        question = sql.Question(
            tuple(pieces.wholes), tuple(pieces.parts), tuple(pieces.periods),
            tuple(read_areas(plan)), plan.labels,
            tuple((name, tuple(values)) for name, values in query.where.items()),
        )  # fmt: skip
        codes = {number: code for code, number in numbers.items()}
        return cls(together, codes, bases, question)

    @property
    def moment(self) -> datetime | None:
        return self.together[0][0].as_known_at

    def sums(self, rows: Iterable[sql.Read]) -> list[tuple[_Sums, _Torn]]:
        """What was read, for each of the queries."""
        if len(self.together) == 1:
            query, plan = self.together[0]
            return [_summed(query, plan, rows, self.codes)]
        read: list[list[sql.Read]] = [[] for _query in self.together]
        for row in rows:
            number = bisect_right(self.bases, row.n) - 1
            read[number].append(row._replace(n=row.n - self.bases[number]))
        return [
            _summed(query, plan, mine, self.codes)
            for (query, plan), mine in zip(self.together, read, strict=True)
        ]


def _summed(
    query: Query, plan: Plan, rows: Iterable[sql.Read], codes: Mapping[int, str]
) -> tuple[_Sums, _Torn]:
    steps, today = steps_of(query, plan.periods), today_of(query)
    ends = [min(period.end, today) + DAY for period in plan.periods]
    at_regions: _Sums = defaultdict(int)
    halves: _Halves = defaultdict(int)
    stocks = {code for code in codes.values() if known(code).measure is Measure.STOCK}
    for row in rows:
        code = codes[row.kind_id]
        if code in stocks:
            # An entry stands from its step on, in every period that ends there or later.
            for n, end in enumerate(ends):
                if end >= steps[row.n]:
                    at_regions[code, row.area_id, n, row.groups] += row.quantity
            continue
        at_regions[code, row.area_id, row.n, row.groups] += row.quantity
        if row.torn:
            halves[code, row.area_id, row.n, row.groups] += row.torn
    return _for_areas(plan, at_regions, halves)


def _for_areas(plan: Plan, at_regions: _Sums, halves: _Halves) -> tuple[_Sums, _Torn]:
    """Put the sums of regions together to those of the areas asked for (see territory.py)."""
    if all(members == territory.Members({area: 1}) for area, members in plan.members.items()):
        return at_regions, _torn(halves)
    parts_of: dict[int, list[tuple[int, int]]] = defaultdict(list)
    splits_of: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for area, members in plan.members.items():
        for region, factor in members.factors.items():
            parts_of[region].append((area, factor))
        for region, day in members.split.items():
            splits_of[region].append((area, day))
    sums: _Sums = defaultdict(int)
    together: _Halves = defaultdict(int)
    gaps: _Torn = set()
    for (code, region, n, group), quantity in at_regions.items():
        for area, factor in parts_of[region]:
            sums[code, area, n, group] += factor * quantity
        for area, day in splits_of[region]:
            # What was counted before the split belongs to one side or the other.
            if quantity and plan.periods[n].start < day:
                gaps.add((code, area, n))
    # As the sums: what a place that left the area reported over a span is torn there no more.
    for (code, region, n, group), count in halves.items():
        for area, factor in parts_of[region]:
            together[code, area, n, group] += factor * count
    return sums, gaps | _torn(together)


def _torn(halves: _Halves) -> _Torn:
    return {(code, area, n) for (code, area, n, _group), count in halves.items() if count}


# As known


def as_known(moment: datetime, at: datetime) -> sql.Known:
    """Which facts were known at a moment.

    Asked before anything is read: a moment that was asked about must not get a fold any more.
    Known at T is what the last fold until T had taken in. Cells say in which month they learnt
    what they hold; the facts of that one month are added up to that fold's mark, or those after
    it taken off again, whichever are fewer.
    """
    if moment > at:
        raise NotYetKnown(moment=timezone.localtime(moment).isoformat(timespec="minutes"))
    last = Fold.objects.order_by("-pk").first()
    if last is None or moment > last.at:
        # From here on every fold is later than the moment: the answer can't change any more.
        fold(at, force=True)
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
