"""What is behind a figure of an analysis: the cases that it counts, and what has none.

Cases are shown as far as their own pages would show them; how many more there are is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.statistics import bindings, units
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import behind as facts
from anlan.kernel.facts import territory
from anlan.kernel.facts.figures import Query
from anlan.kernel.facts.kinds import known
from anlan.kernel.facts.models import Fact
from anlan.kernel.indicators.compute import Value
from anlan.kernel.indicators.declare import Indicator
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.worklist import works
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region

#: Cases and other entries on a page, and entries that one figure is opened for at most.
PAGE_ROWS, FACTS_MAX = 50, 50_000


@dataclass(frozen=True)
class Asked:
    """One figure, as its link names it. ``part`` says which of an indicator's counts."""

    indicator: Indicator
    part: int
    area: Region
    period: Period
    #: What the reader narrowed it to, and the sectors that they cover.
    where: Mapping[str, Sequence[str]]
    own: bool = False
    now_map: bool = False
    known_at: datetime | None = None
    #: Of one reporting unit alone; 0 is what names none.
    unit: int | None = None

    @property
    def kind(self) -> str:
        return self.indicator.kinds[self.part]

    @property
    def narrowed(self) -> dict[str, list[str]]:
        """The indicator's own labels and those that were asked for; a whole has none."""
        if known(self.kind).whole:
            return {}
        return units.narrowed(self.indicator, self.part, self.where)


def value_of(asked: Asked, at: datetime) -> Value | None:
    """The figure itself, read as the table reads it."""
    if asked.unit is not None:
        every = units.values([asked.indicator], asked.area, asked.period, asked.where, at,
                             asked.known_at)  # fmt: skip
        return next((v for v in every if v.labels[units.UNIT] == str(asked.unit)), None)
    query = Query(
        kinds=[], areas=[asked.area.pk], periods=[asked.period], at=at,
        by=("region",) if asked.own else (), where=asked.where, as_known_at=asked.known_at,
        territory="now" if asked.now_map else "then",
    )  # fmt: skip
    values = [v for v in bindings.evaluate([asked.indicator], query) if v.own == asked.own]
    return values[0] if values else None


def facts_of(asked: Asked, at: datetime) -> QuerySet[Fact]:
    """The facts that a figure sums; ask for the figure first, which leaves the fold.

    What is stated of an area as a whole is its own alone, whatever the areas below state.
    """
    if known(asked.kind).whole:
        asked = replace(asked, own=True, unit=None, now_map=False)
    if asked.unit is not None:
        rows = units.facts_of(
            asked.kind, asked.area, asked.period, asked.narrowed, at, asked.known_at
        )
        return rows.filter(unit_id=asked.unit or None)
    if isinstance(asked.indicator, bindings.OfCampaign):
        places = Q(area_id=asked.area.pk)
        if not asked.own:
            places = Q(area_id__in=Region.objects.below(asked.area).values("pk"))
        today = timezone.localdate(asked.known_at or at)
        return bindings.facts_of(
            asked.indicator, places, asked.period, asked.narrowed, today, asked.known_at
        )
    own, area = asked.own, asked.area
    if asked.now_map and not own:
        area = regions.nation()
    rows = facts.facts_of(
        facts.Asked(asked.kind, area, asked.period, asked.narrowed, own, asked.known_at),
        asked.known_at or at,
    )
    return rows.filter(_on_todays_map(asked.area)) if area is not asked.area else rows


def _on_todays_map(area: Region) -> Q:
    """The places whose facts are the area's today: what came to it, less what left it."""
    factors = territory.now({area.pk: area.path})[area.pk].factors
    paths = dict(Region.objects.filter(pk__in=factors).values_list("pk", "path"))
    inside, outside = Q(pk__in=[]), Q(pk__in=[])
    for pk, factor in factors.items():
        if factor > 0:
            inside |= below(paths[pk])
        else:
            outside |= below(paths[pk])
    places = Region.objects.filter(inside).exclude(outside)
    return Q(area_id__in=places.values("pk"))


@dataclass(frozen=True)
class Line:
    """One case behind the figure, and how much it adds."""

    title: str
    number: str
    href: str
    what: str
    area: str
    day: Any
    state: str
    adds: int


@dataclass(frozen=True)
class Entry:
    """What was posted without a case: by a report, a sweep, a batch."""

    day: Any
    until: Any
    area: str
    unit: str
    adds: int


@dataclass(frozen=True)
class Behind:
    lines: list[Line]
    #: Cases behind the figure in all, and those on this page that the reader may not see.
    cases: int
    hidden: int
    #: The last case of this page, if more follow.
    more: UUID | None
    entries: list[Entry]
    entered: int
    entries_more: int


def read(asked: Asked, by: Actor, at: datetime, after: UUID | None) -> Behind | None:
    """A page of what is behind; None where that is too much to be listed."""
    rows = facts_of(asked, at)
    if rows.order_by()[: FACTS_MAX + 1].count() > FACTS_MAX:
        return None
    sums = (
        rows.filter(case_id__isnull=False).order_by().values("case_id")
        .annotate(sum=Sum("quantity")).exclude(sum=0)
    )  # fmt: skip
    page = sums.filter(case_id__lt=after) if after else sums
    found = list(page.order_by("-case_id")[: PAGE_ROWS + 1])
    adds = {row["case_id"]: row["sum"] for row in found[:PAGE_ROWS] if row["case_id"]}
    lines = _lines(adds, by)
    entries, entered, more = _entries(rows)
    return Behind(
        lines, sums.count(), len(adds) - len(lines),
        list(adds)[-1] if len(found) > PAGE_ROWS else None, entries, entered, more,
    )  # fmt: skip


def _lines(adds: Mapping[UUID, int], by: Actor) -> list[Line]:
    """The cases that the reader may see, each under its own capability's rule."""
    kinds = dict(Case.objects.filter(pk__in=list(adds)).values_list("pk", "kind"))
    found: dict[UUID, Line] = {}
    for work in works():
        mine = [pk for pk, kind in kinds.items() if kind in work.kinds]
        if not mine:
            continue
        rows = policy.permitted(work.rows.filter(pk__in=mine), work.view, by)
        for row in rows.select_related(*work.related):
            found[row.pk] = Line(
                work.title(row), row.case.number, _page_of(row.case),
                str(work.kinds[row.case.kind]), row.case.area.name, row.case.opened_on,
                work.state(row), adds[row.pk],
            )  # fmt: skip
    return [found[pk] for pk in adds if pk in found]


def _page_of(case: Case) -> str:
    try:
        return reverse(machines()[case.kind].page, args=[case.pk])
    except NoReverseMatch:
        return ""


def _entries(rows: QuerySet[Fact]) -> tuple[list[Entry], int, int]:
    """What has no case, by day, place and unit: the newest, their sum, and how many more."""
    plain = rows.filter(Q(case_id__isnull=True)).order_by()
    groups = plain.values("day", "until", "area_id", "unit_id").annotate(sum=Sum("quantity"))
    shown = list(groups.exclude(sum=0).order_by("-day", "area_id", "unit_id")[:PAGE_ROWS])
    if not shown:
        return [], 0, 0
    count = groups.exclude(sum=0).count()
    areas = dict(Region.objects.filter(pk__in={row["area_id"] for row in shown})
                 .values_list("pk", "name"))  # fmt: skip
    names = dict(Unit.objects.filter(pk__in={row["unit_id"] for row in shown if row["unit_id"]})
                 .values_list("pk", "name"))  # fmt: skip
    entries = [
        Entry(row["day"], row["until"], areas.get(row["area_id"], ""),
              names.get(row["unit_id"] or 0, ""), row["sum"])
        for row in shown
    ]  # fmt: skip
    whole = plain.aggregate(sum=Sum("quantity"))["sum"] or 0
    return entries, whole, count - len(entries)
