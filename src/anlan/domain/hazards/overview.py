"""An area's figures for a period. Every number comes from the ledger.

Three readings make a page, whatever the area: one of the area itself (tiles, comparisons,
sectors), one by the areas below it, one by month. While nothing is posted they are read once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from anlan.base.actor import Actor
from anlan.base.memory import Memory as Written
from anlan.base.paths import below
from anlan.base.refusal import Unreadable
from anlan.base.statements import Kept
from anlan.domain.hazards import queries
from anlan.domain.hazards.loop import LOOPS
from anlan.kernel.accounts import policy, readers
from anlan.kernel.calendar import periods as calendar
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import figures as ledger
from anlan.kernel.facts.figures import Cell, Query
from anlan.kernel.facts.kinds import Measure, declared, known
from anlan.kernel.facts.models import Coverage, Expected
from anlan.kernel.facts.remembered import Memory
from anlan.kernel.indicators import arithmetic
from anlan.kernel.loop.models import Case
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Level, Region

FOUND, RECTIFIED, SETTLED = "hazard.found", "hazard.rectified", "hazard.found_settled"
OPEN, OVERDUE, LISTED = "hazard.open", "hazard.overdue", "hazard.listed"
DUE, DUE_MET = "hazard.due", "hazard.due_met"
MAJOR = "major"

#: Months that the chart shows: the same month a year ago stands at its left.
MONTHS = 13
LATE_MAX = 10
#: Pieces of pages that are kept with a reading: of each language, order and measure.
WRITTEN_MAX = 40

_DAY = timedelta(days=1)


@dataclass
class Counts:
    """Sums of facts by kind. None is missing, and ``why`` says so."""

    sums: dict[str, int | None] = field(default_factory=dict)
    why: str = ""

    def add(self, kind: str, value: int | None, missing: str = "") -> None:
        before = self.sums.get(kind, 0)
        self.sums[kind] = None if value is None or before is None else before + value
        self.why = self.why or missing

    def __getitem__(self, kind: str) -> int | None:
        return self.sums.get(kind, 0)

    def ratio(self, part: str, whole: str) -> Decimal | None:
        """As a fraction; None over nothing."""
        return arithmetic.ratio(self[part], self[whole], 4)

    @property
    def rate(self) -> Decimal | None:
        return self.ratio(SETTLED, FOUND)

    @property
    def overdue_share(self) -> Decimal | None:
        return self.ratio(OVERDUE, OPEN)

    @property
    def on_time(self) -> Decimal | None:
        return self.ratio(DUE_MET, DUE)

    @property
    def is_zero(self) -> bool:
        return not any(self.sums.values()) and None not in self.sums.values()


@dataclass
class Row:
    """A sub-area. ``own`` is what was counted at the area itself (本级): so the parts add up."""

    region: Region
    counts: Counts
    own: bool = False


@dataclass
class Reading:
    """Everything that the ledger says on one page."""

    now: Counts
    year_ago: Counts
    before: Counts
    #: Deadlines that have run out in the period, a year earlier and in the period before.
    due: tuple[Counts, Counts, Counts]
    #: Major ones: now, a year earlier, in the period before.
    major: tuple[Counts, Counts, Counts]
    #: By sector code; the empty one is not stated.
    sectors: dict[str, Counts]
    rows: list[Row]
    months: list[tuple[Period, Counts]]
    #: What pages wrote of it, which holds as long as it does.
    written: Written[Markup] = field(default_factory=lambda: Written(WRITTEN_MAX))


@dataclass(frozen=True)
class Sides:
    """The periods of one page. Where the period isn't over, like is compared with like."""

    asked: Period
    year_ago: Period
    before: Period
    due: Period | None
    months: Period

    @classmethod
    def of(cls, period: Period, today: date) -> Sides:
        begun = period.start <= today
        now = period.up_to(today) if begun else period
        passed = min(period.end, today - _DAY)
        due = None
        if period.start <= passed:
            due = period if passed == period.end else calendar.span(period.start, passed)
        last = calendar.month(now.end)
        first = last
        for _step in range(MONTHS - 1):
            first = first.previous()
        return cls(
            period, now.year_ago(), _before(period, now), due,
            calendar.span(first.start, last.end),
        )  # fmt: skip


def _before(period: Period, now: Period) -> Period:
    """As much of the period before as ``now`` is of this one."""
    before = period.previous()
    if now == period:
        return before
    return calendar.span(before.start, min(before.start + (now.end - now.start), before.end))


def read(area: Region, period: Period, sectors: Sequence[str] | None, at: datetime) -> Reading:
    """The figures of a page, exact at once: an earlier reading counts while nothing is posted."""
    today = timezone.localdate(at)
    children = regions.children(area, ended=True)
    sides = Sides.of(period, today)
    key = (
        tuple(child.pk for child in children), period.code,
        None if sectors is None else tuple(sectors), today,
    )  # fmt: skip
    return _memory.read(area, key, lambda: _read(area, children, sides, sectors, at))


_memory: Memory[Reading] = Memory()


def forget() -> None:
    """Needed where the database under a running process is replaced."""
    _memory.forget()


def _read(
    area: Region,
    children: Sequence[Region],
    sides: Sides,
    sectors: Sequence[str] | None,
    at: datetime,
) -> Reading:
    common: dict[str, Any] = {
        "areas": [area.pk], "at": at, "where": readers.where_of(sectors),
        "coverage": Coverage.objects.exists() or Expected.objects.exists(),
    }  # fmt: skip
    # A period that isn't over is read whole: nothing is counted ahead, and months are quicker.
    # Each reading asks for no more labels than it needs: the ledger keeps sums without labels
    # and by sector, and only grades need the finest ones.
    stood = [OPEN, OVERDUE, LISTED]
    kinds = [FOUND, RECTIFIED, SETTLED, *stood]
    three = (sides.asked, sides.year_ago, sides.before)
    passed = None
    if sides.due:
        passed = (sides.due, sides.due.year_ago(), _before(sides.asked, sides.due))
    graded = {**common, "where": {**common["where"], "grade": [MAJOR]}}
    asked: dict[str, Query] = {
        "whole": Query(kinds=kinds, periods=[sides.asked], by=("sector",), **common),
        "others": Query(kinds=[FOUND, RECTIFIED, *stood], periods=_once(three[1:]), **common),
        "major": Query(kinds=[OPEN], periods=_once(three), **graded),
        "months": Query(kinds=[FOUND, RECTIFIED, OVERDUE], periods=sides.months.months(), **common),
    }
    if passed:
        asked["due"] = Query(kinds=[DUE, DUE_MET], periods=_once(passed), **common)
    if children:
        parts = [FOUND, RECTIFIED, SETTLED, OPEN, OVERDUE]
        asked["rows"] = Query(kinds=parts, periods=[sides.asked], by=("region",), **common)
    read = dict(zip(asked, ledger.figures_of(list(asked.values())), strict=True))
    whole = read["whole"]
    if common["coverage"] and not whole:
        # Nothing to break down: whether that is zero or silence is said of the whole.
        whole = ledger.figures(Query(kinds=kinds, periods=[sides.asked], **common))
    others, major = _by_period(read["others"]), _by_period(read["major"])
    due = _by_period(read["due"]) if passed else {}
    return Reading(
        now=_sum(whole), year_ago=others[sides.year_ago], before=others[sides.before],
        due=_three(due, passed) if passed else (Counts(), Counts(), Counts()),
        major=_three(major, three),
        sectors=_by_sector(read["whole"]),
        rows=_rows(read["rows"], area, children) if children else [],
        months=list(_by_period(read["months"]).items()),
    )  # fmt: skip


def _once(periods: Iterable[Period]) -> list[Period]:
    return list(dict.fromkeys(periods))


def _three(
    found: Mapping[Period, Counts], periods: tuple[Period, Period, Period]
) -> tuple[Counts, Counts, Counts]:
    return found[periods[0]], found[periods[1]], found[periods[2]]


def _by_period(cells: Iterable[Cell]) -> dict[Period, Counts]:
    found: dict[Period, Counts] = defaultdict(Counts)
    for cell in cells:
        found[cell.period].add(cell.kind, cell.value, cell.missing)
    return found


def _sum(cells: Sequence[Cell]) -> Counts:
    """The whole of a breakdown: missing only where nothing of it is known.

    A sector that nobody counted in is no gap in a whole that somebody did count.
    """
    counts = Counts()
    for cell in cells:
        if cell.value is not None:
            counts.add(cell.kind, cell.value)
    for cell in cells:
        if cell.kind not in counts.sums:
            counts.add(cell.kind, None, cell.missing)
    return counts


def _by_sector(cells: Iterable[Cell]) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(Counts)
    for cell in cells:
        found[cell.labels["sector"]].add(cell.kind, cell.value, cell.missing)
    return {code: counts for code, counts in found.items() if not counts.is_zero}


def _rows(cells: Iterable[Cell], area: Region, children: Sequence[Region]) -> list[Row]:
    found: dict[tuple[int, bool], Counts] = defaultdict(Counts)
    for cell in cells:
        found[cell.area_id, cell.own].add(cell.kind, cell.value, cell.missing)
    rows = []
    for child in children:
        counts = found.get((child.pk, False), Counts())
        if child.valid_to is None or not counts.is_zero:
            rows.append(Row(child, counts))
    own = found.get((area.pk, True))
    if own is not None and not own.is_zero:
        rows.append(Row(area, own, own=True))
    return rows


# What is late


def nothing_yet(reading: Reading, area: Region, sectors: Sequence[str] | None) -> bool:
    """Whether no figure and no case was ever registered there, as on an installation's first day.

    Cases are only asked for where all figures are zero, so that other days cost no statement.
    """
    if not all(counts.is_zero for counts in (reading.now, *(one for _m, one in reading.months))):
        return False
    rows = Case.objects.filter(below(area.path), kind__in=LOOPS)
    return not (rows if sectors is None else rows.filter(sector__in=sectors)).exists()


def late(area: Region, sectors: Sequence[str] | None, today: date) -> list[Any]:
    """The hazards that have been overdue for longest, of an area that the reader covers.

    Whoever covers an area, or sectors of it, may see each of their cases, so no rule is asked.
    """
    wide = area.level <= Level.PREFECTURE

    def build() -> QuerySet[Case, tuple[UUID]]:
        rows = Case.objects.overdue(today)
        if wide:
            # Many are late there: the deadlines' own index finds ten at once. Other conditions are
            # written so that no index serves them, since a database would take theirs and read
            # it all.
            rows = rows.annotate(inside=Left("path", len(area.path)), of_kind=Left("kind", 20))
            rows = rows.filter(Q(inside=area.path), Q(of_kind="hazard"))
        else:
            rows = rows.filter(below(area.path), kind="hazard")
        if sectors is not None:
            rows = rows.filter(sector__in=sectors)
        return rows.order_by("due_on", "pk").values_list("pk")[:LATE_MAX]

    key = (area.path, wide, None if sectors is None else tuple(sectors), today)
    ids = [pk for (pk,) in _late.one(key, build, in_order=wide).rows()]
    found = {row.pk: row for row in queries.rows_of(ids)}
    return [found[pk] for pk in ids if pk in found]


_late = Kept(500)


# For programs

#: What figures may be broken down by; topics overlap, so they aren't added up (有交叉).
API_BY = ("region", "month", "sector", "grade", "source", "topics", "claim")


def api_figures(
    by_whom: Actor,
    area: Region,
    period: Period,
    *,
    by: Sequence[str],
    kinds: Sequence[str],
    at: datetime,
) -> dict[str, Any]:
    """Figures of an area for a program, under the same rights as the pages."""
    policy.demand(by_whom, "hazard.view", at)
    sectors = readers.demand(by_whom, area, at)
    ours = [code for code in declared() if code.split(".")[0] in LOOPS]
    for name in by:
        if name not in API_BY:
            raise Unreadable(field="by", reason=_("choose among %s") % ", ".join(API_BY))
    for code in kinds:
        if code not in ours:
            raise Unreadable(field="kind", reason=_("%s is no kind of fact here") % code)
    cells = ledger.figures(
        Query(
            kinds=kinds or [code for code in ours if known(code).measure is not Measure.DISTINCT],
            areas=[area.pk], periods=[period], at=at, by=list(dict.fromkeys(by)),
            where=readers.where_of(sectors),
        )
    )  # fmt: skip
    codes = dict(
        Region.objects.filter(pk__in={cell.area_id for cell in cells}).values_list("pk", "code")
    )
    return {
        "region": area.code, "period": period.code, "as_known_at": at,
        "cells": [
            {
                "region": codes[cell.area_id], "period": cell.period.code, "kind": cell.kind,
                "labels": {**cell.labels, **({"own": "1"} if cell.own else {})},
                "value": cell.value, "missing": cell.missing,
            }
            for cell in cells
        ],
    }  # fmt: skip
