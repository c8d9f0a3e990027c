"""Figures of accidents: by grade, sector and area, against last year and a base year, in streaks.

Every number comes from the ledger, as it is known now or as it was known at a moment, and opens to
the accidents behind it. What isn't known is None and stays None: a fall from nothing is no fall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import law
from anlan.domain.accidents.loop import DEATHS, HAPPENED, LOSS, SERIOUS
from anlan.kernel.accounts import sectors
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.figures import Cell, Query, figures_of
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.compute import falling_months
from anlan.kernel.regions.models import Region

#: The year that the campaign's goals are held against, unless another is asked for.
BASE_YEAR = 2019
#: Months that a streak is looked for in.
MONTHS_MAX = 120
#: Shown of every line, in this order.
SHOWN = (HAPPENED.code, DEATHS.code, SERIOUS.code, LOSS.code)


@dataclass(frozen=True)
class Asked:
    """What a page of statistics is about."""

    area: Region
    period: Period
    scope: str
    #: Sectors that are the reader's to see; None is all of them.
    sectors: Sequence[str] | None
    at: datetime
    known_at: datetime | None = None
    base_year: int = BASE_YEAR

    @property
    def where(self) -> dict[str, list[str]]:
        own = {} if self.sectors is None else {"sector": list(self.sectors)}
        return {"scope": [self.scope], **own}

    @property
    def now(self) -> Period:
        """What has passed of the period."""
        today = timezone.localdate(self.known_at or self.at)
        return self.period.up_to(today) if self.period.start <= today else self.period

    @property
    def ago(self) -> Period:
        return self.now.year_ago()

    @property
    def base(self) -> Period:
        return self.now.years_ago(self.now.end.year - self.base_year)

    def href(self, kind: str, period: Period, **more: str) -> str:
        asked = {"kind": kind, "area": self.area.code, "period": period.code, "scope": self.scope,
                 **more}  # fmt: skip
        if self.known_at is not None:
            asked["known"] = self.known_at.isoformat()
        return f"{reverse('accidents:records')}?{urlencode(asked)}"


@dataclass(frozen=True)
class Figure:
    """A number, where it opens to, and what it is held against."""

    value: int | None
    href: str
    before: int | None = None
    before_href: str = ""
    base: int | None = None
    base_href: str = ""

    @property
    def change(self) -> Decimal | None:
        return arithmetic.change(self.value, self.before)

    @property
    def on_base(self) -> Decimal | None:
        return arithmetic.change(self.value, self.base)

    @property
    def fell(self) -> bool | None:
        """Below last year; as many as last year is no fall."""
        if self.value is None or self.before is None:
            return None
        return self.value < self.before


@dataclass(frozen=True)
class Line:
    """One row of a table: its name, and a figure for each kind that is shown."""

    label: Any
    figures: Mapping[str, Figure]

    @property
    def cells(self) -> list[tuple[str, Figure]]:
        return list(self.figures.items())

    @property
    def double(self) -> bool | None:
        """双下降: accidents and deaths both below last year."""
        return _all(self.figures[HAPPENED.code].fell, self.figures[DEATHS.code].fell)


@dataclass(frozen=True)
class Statistics:
    total: Line
    grades: list[Line]
    sectors: list[Line]
    areas: list[Line]
    types: list[Line]
    larger: Figure
    major: Figure
    #: The groups whose accidents and deaths all fall where 三个双下降 holds.
    groups: list[Line]
    #: Months in a row in which accidents and deaths both fell on a year ago.
    double_months: int
    #: Whole months since the last serious accident; None where the ledger knows of none.
    without_major: int | None
    without_larger: int | None
    months: list[tuple[Period, int | None, int | None]] = field(default_factory=list)

    @property
    def double(self) -> bool | None:
        return self.total.double

    @property
    def triple(self) -> bool | None:
        """三下降: accidents, deaths, and accidents of a graver kind than ordinary."""
        return _all(self.double, self.larger.fell)

    @property
    def three_doubles(self) -> bool | None:
        """三个双下降: accidents and deaths fell in each of the groups."""
        return _all(*(group.double for group in self.groups))


def _all(*holds: bool | None) -> bool | None:
    """False where one doesn't hold, else None where one isn't known."""
    if False in holds:
        return False
    return None if None in holds else True


def read(asked: Asked) -> Statistics:
    """A page of statistics: one reading by label, one by area, one by month."""
    spans = list(dict.fromkeys((asked.now, asked.ago, asked.base)))
    common: dict[str, Any] = {
        "at": asked.at, "as_known_at": asked.known_at, "where": asked.where,
        "areas": [asked.area.pk],
    }  # fmt: skip
    last = periods.month(asked.now.end)
    months = [last]
    while len(months) < MONTHS_MAX:
        months.append(months[-1].previous())
    months.reverse()
    whole, by_grade, by_sector, by_type, by_area, by_month = figures_of(
        [
            Query(kinds=SHOWN, periods=spans, coverage=True, **common),
            Query(kinds=SHOWN, periods=spans, by=["grade"], **common),
            Query(kinds=SHOWN, periods=spans, by=["sector"], **common),
            Query(kinds=SHOWN, periods=spans, by=["type"], **common),
            Query(kinds=SHOWN, periods=spans, by=["region"], **common),
            Query(kinds=[HAPPENED.code, DEATHS.code], periods=months, by=["grade"], **common),
        ]
    )  # fmt: skip
    table = _Table(asked)
    grades = {code: table.line(law.GRADES[code], _only(by_grade, "grade", code), grade=code)
              for code in law.GRADES}  # fmt: skip
    rest = _only(by_grade, "grade", "")
    if any(cell.value for cell in rest):
        grades["none"] = table.line(_("not graded"), rest, grade="none")
    # On its last day a month still runs.
    is_over = last.end < timezone.localdate(asked.known_at or asked.at)
    up_to = last if is_over else last.previous()
    return Statistics(
        total=table.line(_("Total"), whole),
        grades=list(grades.values()),
        sectors=_by_label(table, by_sector, "sector"),
        areas=_by_area(table, by_area, asked),
        types=_by_type(table, by_type),
        larger=_sum(table, by_grade, law.LARGER_UP),
        major=_sum(table, by_grade, law.MAJOR_UP),
        groups=[
            table.line(name, _among(by_grade, codes), grade=",".join(codes)) if codes
            else table.line(name, whole)
            for name, codes in law.fall_groups()
        ],
        double_months=falling_months(
            [HAPPENED.code, DEATHS.code], asked.area.pk, up_to, at=asked.at,
            months=MONTHS_MAX - 12, where=asked.where, as_known_at=asked.known_at,
        ),
        without_major=_without(by_month, months, law.MAJOR_UP, is_over),
        without_larger=_without(by_month, months, law.LARGER_UP, is_over),
        months=_series(by_month, months[-25:]),
    )  # fmt: skip


def _only(cells: Sequence[Cell], name: str, value: str) -> list[Cell]:
    return [cell for cell in cells if cell.labels[name] == value]


def _among(cells: Sequence[Cell], grades: Sequence[str]) -> list[Cell]:
    return [cell for cell in cells if cell.labels["grade"] in grades]


class _Table:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def line(self, label: Any, cells: Sequence[Cell], **more: str) -> Line:
        return Line(label, {kind: self.figure(kind, cells, **more) for kind in SHOWN})

    def figure(self, kind: str, cells: Sequence[Cell], **more: str) -> Figure:
        """The cells of one kind, added up by period."""
        asked = self.asked

        def of(period: Period) -> int | None:
            mine = [cell.value for cell in cells if (cell.kind, cell.period) == (kind, period)]
            return arithmetic.total(mine) if mine else 0

        def open_to(period: Period, value: int | None) -> str:
            return asked.href(kind, period, **more) if value else ""

        now, ago, base = of(asked.now), of(asked.ago), of(asked.base)
        return Figure(
            now, open_to(asked.now, now), ago, open_to(asked.ago, ago), base,
            open_to(asked.base, base),
        )  # fmt: skip


def _sum(table: _Table, cells: Sequence[Cell], grades: Sequence[str]) -> Figure:
    return table.figure(HAPPENED.code, _among(cells, grades), grade=",".join(grades))


def _by_label(table: _Table, cells: Sequence[Cell], name: str) -> list[Line]:
    names = sectors.names()
    found = dict.fromkeys(cell.labels[name] for cell in cells)
    return [
        table.line(names.get(code, code) if code else _("not stated"), _only(cells, name, code),
                   **{name: code or "none"})
        for code in sorted(found, key=lambda code: (not code, code))
    ]  # fmt: skip


def _by_type(table: _Table, cells: Sequence[Cell]) -> list[Line]:
    """Both editions under the names of 2025, so that years of either stand side by side."""
    groups: dict[str, list[str]] = {}
    for key in dict.fromkeys(cell.labels["type"] for cell in cells):
        groups.setdefault(law.group_of(key), []).append(key)
    return [
        table.line(name or _("not stated"), [c for c in cells if c.labels["type"] in keys],
                   type=",".join(key or "none" for key in keys))
        for name, keys in sorted(groups.items(), key=lambda pair: (not pair[0], pair[0]))
    ]  # fmt: skip


def _by_area(table: _Table, cells: Sequence[Cell], asked: Asked) -> list[Line]:
    ids = list(dict.fromkeys(cell.area_id for cell in cells))
    names = Region.objects.in_bulk(ids)
    lines = []
    for pk in ids:
        for own in (False, True):
            mine = [cell for cell in cells if cell.area_id == pk and cell.own is own]
            if not any(cell.value for cell in mine):
                continue
            label = _("%(area)s itself") % {"area": names[pk].name} if own else names[pk].name
            more = {"area": names[pk].code, **({"own": "1"} if own else {})}
            lines.append(table.line(label, mine, **more))
    return lines


def _series(cells: Sequence[Cell], months: Sequence[Period]) -> list[Any]:
    sums: dict[tuple[str, Period], int] = {}
    for cell in cells:
        sums[cell.kind, cell.period] = sums.get((cell.kind, cell.period), 0) + (cell.value or 0)
    return [
        (month, sums.get((HAPPENED.code, month), 0), sums.get((DEATHS.code, month), 0))
        for month in months
    ]


def _without(
    cells: Sequence[Cell], months: Sequence[Period], grades: Sequence[str], is_over: bool
) -> int | None:
    """Whole months since the month of the last such accident; nought in that month itself.

    None where no such accident is known in the months looked at: since when nobody counted here.
    """
    hit = {
        cell.period for cell in cells
        if cell.kind == HAPPENED.code and cell.labels["grade"] in grades and cell.value
    }  # fmt: skip
    for back, month in enumerate(reversed(months)):
        if month in hit:
            # The last month counts only once it is over.
            return back if is_over else max(0, back - 1)
    return None


def last_day(day: date) -> datetime:
    """The end of a day as a moment: figures as they were known in its night."""
    return timezone.make_aware(datetime.combine(day, datetime.max.time()))
