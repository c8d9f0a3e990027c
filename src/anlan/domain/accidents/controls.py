"""Control targets held against the ledger: how much is used up, what is left, when it breaks.

    held = controls.of_area(area, day, at=at)          # of one area, for the year of ``day``
    rows = controls.of_areas(target, areas, day, …)    # one target, for each of several areas

However many targets or areas are asked for, the ledger is read once. The year counts up to ``day``;
the base is the whole base year, out of the ledger, or as somebody stated it where the ledger has
nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from anlan.base.paths import ancestors
from anlan.domain.accidents.indicators import INDICATORS
from anlan.domain.accidents.loop import DEATHS, HAPPENED, SERIOUS
from anlan.domain.accidents.models import ControlTarget
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.dates import DAY
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.figures import Query
from anlan.kernel.indicators import arithmetic, goals
from anlan.kernel.indicators.compute import Value, evaluate_of
from anlan.kernel.indicators.declare import Count
from anlan.kernel.indicators.goals import Kind, Room, Standing
from anlan.kernel.regions.models import Region

#: Targets that one area is held to at once; what an office sets is refused beyond it.
HELD_MAX = 60
#: Years of a falling series, the newest.
SERIES_MAX = 12
#: What a control target can be of: counts that open to the accidents behind them.
COUNTED: Mapping[str, Count] = {
    each.code: each for each in INDICATORS
    if isinstance(each, Count) and each.kind in (HAPPENED.code, DEATHS.code, SERIOUS.code)
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """A figure that the target is held against, and where it opens to."""

    period: Period
    value: int | None
    href: str = ""
    #: Stated by somebody: no record stands behind it.
    stated: bool = False


@dataclass(frozen=True)
class Held:
    """A target in one area and year."""

    target: ControlTarget
    area: Region
    #: The year so far.
    period: Period
    room: Room
    href: str = ""
    base: Past | None = None
    #: The same days of the base year, or of last year; in per cent against them.
    same_days: Past | None = None
    change: Decimal | None = None
    #: Of a trend: whole years, oldest first, then the year so far against the same days.
    series: Sequence[tuple[Past, Past]] = field(default_factory=tuple)

    @property
    def label(self) -> Any:
        return COUNTED[self.target.indicator].label

    @property
    def falling(self) -> bool | None:
        return goals.falling([(now.value, then.value) for now, then in self.series])


def standing_in(area: Region, year: int, known_at: datetime | None = None) -> list[ControlTarget]:
    """Those that hold in an area and year: its own, and of areas above what is set for each below.

    What holds only from a later year on is among them. Of the same thing the nearest holds: an
    area's own before its province's, in its own years.
    """
    above = [pk for pk in ancestors(area.path) if pk != area.pk]
    rows = (
        ControlTarget.objects.standing(known_at)
        .filter(Q(area=area) | Q(area__in=above, below=True), last_year__gte=year)
        .select_related("area", "unit", "sector")
        .order_by("first_year", "indicator", "made_at", "pk")[: HELD_MAX * (len(above) + 1)]
    )
    same: dict[Any, list[ControlTarget]] = defaultdict(list)
    for row in rows:
        same[row.indicator, row.sector_id, row.kind].append(row)

    def is_replaced(row: ControlTarget) -> bool:
        first = max(row.first_year, year)
        return any(
            len(other.area.path) > len(row.area.path)
            and other.first_year <= first <= other.last_year
            for other in same[row.indicator, row.sector_id, row.kind]
        )

    return [row for row in rows if not is_replaced(row)][:HELD_MAX]


def of_area(
    area: Region, day: date, *, at: datetime, known_at: datetime | None = None,
    targets: Sequence[ControlTarget] | None = None,
) -> list[Held]:  # fmt: skip
    """What an area is held to in the year of ``day``, as it stands at the end of that day."""
    if targets is None:
        targets = standing_in(area, day.year, known_at)
    return [held[0] for held in _held(targets, [area], day, at, known_at)]


def of_areas(
    target: ControlTarget, areas: Sequence[Region], day: date, *, at: datetime,
    known_at: datetime | None = None,
) -> list[Held]:  # fmt: skip
    """One target for each of these areas; what was stated of its base is its own area's alone."""
    return _held([target], areas, day, at, known_at)[0] if areas else []


# --- reading -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Days:
    """The days that one target needs."""

    now: Period
    base: Period | None
    same: Period | None
    series: tuple[tuple[Period, Period], ...]

    def __iter__(self) -> Any:
        yield self.now
        yield from (each for each in (self.base, self.same) if each is not None)
        for pair in self.series:
            yield from pair


def _days(target: ControlTarget, day: date) -> _Days:
    now = periods.year(day).up_to(day)
    if target.kind == Kind.CHANGE and target.base_year is not None:
        same = now.years_ago(day.year - target.base_year) if target.base_year < day.year else None
        return _Days(now, periods.year(date(target.base_year, 1, 1)), same, ())
    if target.kind != Kind.TREND:
        return _Days(now, None, now.year_ago(), ())
    first = max(target.base_year or target.first_year, day.year - SERIES_MAX)
    whole = [periods.year(date(year, 1, 1)) for year in range(first + 1, day.year)]
    pairs = tuple((each, each.year_ago()) for each in whole)
    before = periods.year(date(day.year - 1, 1, 1))
    return _Days(now, before, now.year_ago(), (*pairs, (now, now.year_ago())))


#: By indicator, area, period's code and sector.
_Found = Mapping[tuple[str, int, str, str], Value]


def _held(
    targets: Sequence[ControlTarget], areas: Sequence[Region], day: date, at: datetime,
    known_at: datetime | None,
) -> list[list[Held]]:  # fmt: skip
    known = [row for row in targets if row.indicator in COUNTED]
    found = _read(known, areas, day, at, known_at)
    return [[_of(row, area, _days(row, day), found) for area in areas] for row in known]


def _read(
    targets: Iterable[ControlTarget], areas: Sequence[Region], day: date, at: datetime,
    known_at: datetime | None,
) -> _Found:  # fmt: skip
    spans: dict[str, dict[Period, None]] = defaultdict(dict)
    codes: dict[str, None] = {}
    for row in targets:
        spans[row.sector_id or ""].update(dict.fromkeys(_days(row, day)))
        codes[row.indicator] = None
    sectors = list(spans)
    queries = [
        Query(kinds=[], areas=[area.pk for area in areas], periods=list(spans[sector]), at=at,
              as_known_at=known_at, where={"sector": [sector]} if sector else {}, coverage=True)
        for sector in sectors
    ]  # fmt: skip
    if not queries:
        return {}
    answers = evaluate_of([COUNTED[code] for code in codes], queries)
    return {
        (value.indicator.code, value.area_id, value.period.code, sector): value
        for sector, values in zip(sectors, answers, strict=True)
        for value in values if not value.own
    }  # fmt: skip


def _of(target: ControlTarget, area: Region, days: _Days, found: _Found) -> Held:
    def past(period: Period) -> Past:
        value = found[target.indicator, area.pk, period.code, target.sector_id or ""].value
        assert value is None or isinstance(value, int), target.indicator
        return Past(period, value, href(target, area, period) if value else "")

    now = past(days.now)
    base = past(days.base) if days.base is not None else None
    same = past(days.same) if days.same is not None else None
    if base is not None and not base.value and _is_stated(target, area):
        # Before there was a ledger it has nothing, or nought.
        base = Past(base.period, target.base_value, stated=True)
    day, whole = days.now.end, periods.year(days.now.start)
    before = base.value if base else None
    limit = goals.limit_of(target.kind, aim=target.aim, base=before, before=before)
    if day.year < target.first_year:
        room = Room(Standing.NOT_BEGUN, limit, now.value)
    else:
        # Of a year whose last day is counted nothing is left to come.
        room = goals.pace(limit, now.value, whole, day + DAY if day == whole.end else day)
    return Held(
        target, area, days.now, room, now.href, base, same,
        arithmetic.change(now.value, same.value) if same else None,
        tuple((past(one), past(other)) for one, other in days.series),
    )  # fmt: skip


def _is_stated(target: ControlTarget, area: Region) -> bool:
    of_change = target.kind == Kind.CHANGE
    return of_change and target.base_value is not None and target.area_id == area.pk


def href(target: ControlTarget, area: Region, period: Period) -> str:
    """The accidents behind one of its figures."""
    each = COUNTED[target.indicator]
    asked = {"kind": each.kind, "area": area.code, "period": period.code}
    asked |= {name: ",".join(values) for name, values in each.where.items()}
    if target.sector_id:
        asked["sector"] = target.sector_id
    return f"{reverse('accidents:records')}?{urlencode(asked)}"
