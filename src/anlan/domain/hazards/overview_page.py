"""What stands on the overview: figures with their words, their basis and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards import indicators, overview
from anlan.domain.hazards.overview import Counts, Reading, Row, Sides
from anlan.kernel.accounts import readers
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.calendar import periods as calendar
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.figures import MISSING as WHY
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators.declare import Indicator
from anlan.kernel.regions.models import Region
from anlan.ui.addresses import address
from anlan.ui.charts import AreaMap, Chart, Place, Series
from anlan.ui.figures import MISSING, Basis, Change, number, percent


def area_url(area: Region, period: Period) -> str:
    return f"{address('overview:area', area.code)}?period={period.code}"


def crumbs(by: Actor, area: Region, period: Period) -> list[tuple[str, str]]:
    """The areas above; those that one may open lead there, with the same period."""
    found = []
    for above in crumbs_of(area)[:-1]:
        try:
            readers.covered(by, above)
        except NotFound:
            found.append((above.name, ""))
        else:
            found.append((above.name, area_url(above, period)))
    return found


@dataclass(frozen=True)
class Cell:
    """A figure and where it leads."""

    value: Any
    href: str = ""
    why: str | Promise = ""


@dataclass(frozen=True)
class Tile:
    label: str | Promise
    cell: Cell
    basis: Basis
    changes: list[Change] = field(default_factory=list)
    unit: str | Promise = ""
    kind: str = "number"
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """A row of the ranking or of the sectors."""

    label: str
    counts: Counts
    found: Cell
    rectified: Cell
    rate: Cell
    open: Cell
    overdue: Cell
    share: Cell
    href: str = ""
    own: bool = False
    rank: int | None = None


MEASURES: Mapping[str, str | Promise] = {
    "overdue": gettext_lazy("Overdue"),
    "found": gettext_lazy("Found"),
    "rectified": gettext_lazy("Rectified"),
    "rate": gettext_lazy("Rectification rate"),
    "open": gettext_lazy("Open"),
    "share": gettext_lazy("Overdue share"),
}
_OF_MEASURE: Mapping[str, Callable[[Counts], Any]] = {
    "overdue": lambda counts: counts[overview.OVERDUE],
    "found": lambda counts: counts[overview.FOUND],
    "rectified": lambda counts: counts[overview.RECTIFIED],
    "rate": lambda counts: counts.rate,
    "open": lambda counts: counts[overview.OPEN],
    "share": lambda counts: counts.overdue_share,
}
_RATIOS = ("rate", "share")


@dataclass
class Page:
    """Figures with their links and words."""

    area: Region
    period: Period
    sides: Sides
    reading: Reading
    sectors_seen: Sequence[str] | None
    today: date
    records_url: str = field(default_factory=lambda: address("overview:records"))
    list_url: str = field(default_factory=lambda: address("hazards:list"))

    # Links

    @property
    def is_current(self) -> bool:
        return self.period.contains(self.today)

    @property
    def late_url(self) -> str:
        now = calendar.day(self.today)
        return self.link(overview.OVERDUE, period=None if self.is_current else now)

    def link(
        self,
        kind: str,
        *,
        area: Region | None = None,
        own: bool = False,
        sector: str | None = None,
        grade: str = "",
        period: Period | None = None,
    ) -> str:
        """Where a figure opens down to just what it counts.

        What stands today is the hazard list with the same filters. What happened in a period, or
        stood at its end, is in the ledger alone: cases have moved on since.
        """
        area, period = area or self.area, period or self.period
        if known(kind).measure is Measure.STOCK and period.contains(self.today) and not own:
            listed = self._list(kind, area, sector, grade)
            if listed:
                return listed
        asked = {
            "kind": kind, "area": area.code, "period": period.code, "grade": grade,
            "sector": "none" if sector == "" else sector, "own": "1" if own else "",
        }  # fmt: skip
        return _address(self.records_url, asked)

    def _list(self, kind: str, area: Region, sector: str | None, grade: str) -> str:
        if sector is None and self.sectors_seen is not None:
            if len(self.sectors_seen) > 1:
                return ""
            sector = self.sectors_seen[0]
        flag = {overview.OPEN: "open", overview.OVERDUE: "late", overview.LISTED: "listed"}[kind]
        asked = {"area": area.code, flag: "1", "grade": grade}
        asked["sector"] = "none" if sector == "" else sector or ""
        return _address(self.list_url, asked)

    def cell(self, counts: Counts, kind: str, **link: Any) -> Cell:
        value = counts[kind]
        if value is None:
            return Cell(MISSING, why=WHY.get(counts.why, ""))
        return Cell(value, self.link(kind, **link))

    # Tiles

    def tiles(self) -> list[Tile]:
        now, year_ago, before = self.reading.now, self.reading.year_ago, self.reading.before
        major = self.reading.major

        def changes(
            value: Callable[[Counts], Any],
            better: str,
            *,
            points: bool = False,
            of: tuple[Counts, Counts, Counts] = (now, year_ago, before),
        ) -> list[Change]:
            return [
                Change(label, value(of[0]), value(was), better, points)  # type: ignore[arg-type]
                for label, was in ((_("on a year ago"), of[1]), (_("on the period before"), of[2]))
            ]

        def count(indicator: Indicator, kind: str, tone: str = "", **more: Any) -> Tile:
            cell = self.cell(now, kind)
            return Tile(
                indicator.label, cell, _basis(indicator), unit=_("items"),
                changes=changes(lambda counts: counts[kind], indicator.better),
                tone=tone if cell.value else "", **more,
            )  # fmt: skip

        of_found = _("%(part)s of %(whole)s found") % {
            "part": number(now[overview.SETTLED]), "whole": number(now[overview.FOUND]),
        }  # fmt: skip
        due = self.reading.due[0]
        of_due = _("%(part)s of %(whole)s due") % {
            "part": number(due[overview.DUE_MET]), "whole": number(due[overview.DUE]),
        }  # fmt: skip
        major_now = major[0]
        return [
            count(indicators.FOUND, overview.FOUND),
            count(indicators.RECTIFIED, overview.RECTIFIED),
            Tile(
                indicators.RATE.label, Cell(now.rate, self.link(overview.SETTLED)),
                # Not compared: what was found earlier has had longer to be rectified.
                _basis(indicators.RATE), kind="percent", note=of_found,
            ),
            Tile(
                indicators.ON_TIME.label,
                Cell(due.on_time, self.link(overview.DUE_MET, period=self.sides.due)
                     if self.sides.due else ""),
                _basis(indicators.ON_TIME), kind="percent", note=of_due,
                changes=changes(
                    lambda counts: counts.on_time, "up", points=True, of=self.reading.due
                ),
            ),
            count(indicators.OPEN, overview.OPEN),
            count(indicators.OVERDUE, overview.OVERDUE, tone="red"),
            Tile(
                indicators.OPEN_MAJOR.label,
                self.cell(major_now, overview.OPEN, grade=overview.MAJOR),
                _basis(indicators.OPEN_MAJOR), unit=_("items"),
                changes=changes(
                    lambda counts: counts[overview.OPEN], "down", of=major
                ),
                tone="red" if major_now[overview.OPEN] else "",
            ),
            count(indicators.LISTED, overview.LISTED),
        ]  # fmt: skip

    # Ranking and sectors

    def _line(self, label: str, counts: Counts, href: str = "", **link: Any) -> Line:
        settled = self.link(overview.SETTLED, **link)
        return Line(
            label, counts,
            self.cell(counts, overview.FOUND, **link),
            self.cell(counts, overview.RECTIFIED, **link),
            Cell(counts.rate, settled),
            self.cell(counts, overview.OPEN, **link),
            self.cell(counts, overview.OVERDUE, **link),
            Cell(counts.overdue_share, self.link(overview.OVERDUE, **link)),
            href=href, own=bool(link.get("own")),
        )  # fmt: skip

    def row(self, row: Row) -> Line:
        if row.own:
            label = _("%(area)s itself") % {"area": row.region.name}
            return self._line(label, row.counts, area=row.region, own=True)
        name = row.region.name
        if row.region.valid_to is not None:
            name = _("%(area)s (until %(day)s)") % {"area": name, "day": row.region.valid_to}
        return self._line(name, row.counts, area_url(row.region, self.period), area=row.region)

    def ranked(self, sort: str) -> list[Line]:
        """Sub-areas by one measure, with their places; ties share a place."""
        lines = [self.row(row) for row in self.reading.rows]
        if sort.lstrip("-") == "name":
            return list(reversed(lines)) if sort.startswith("-") else lines
        measure = _OF_MEASURE[sort.lstrip("-")]
        ranked = [line for line in lines if not line.own and measure(line.counts) is not None]
        ranked.sort(key=lambda line: measure(line.counts), reverse=sort.startswith("-"))
        if not any(measure(line.counts) for line in ranked):
            # Zeros alone make no first place.
            ranked = []
        placed: list[Line] = []
        for number_, line in enumerate(ranked, 1):
            last = placed[-1] if placed else None
            same = last is not None and measure(last.counts) == measure(line.counts)
            placed.append(replace(line, rank=last.rank if same and last else number_))
        rest = [line for line in lines if line not in ranked]
        return placed + sorted(rest, key=lambda line: line.own)

    @property
    def total(self) -> Line:
        return self._line(_("In all"), self.reading.now)

    def sectors(self, names: Mapping[str, str]) -> list[Line]:
        """Primary sectors add up; what states none has a row of its own, the last."""
        found = self.reading.sectors
        order = sorted(
            (code for code in found if code),
            key=lambda code: -(found[code][overview.FOUND] or 0),
        )
        lines = [self._line(names.get(code, code), found[code], sector=code) for code in order]
        if "" in found:
            lines.append(self._line(_("not stated"), found[""], sector=""))
        return lines

    # Pictures

    def months(self) -> Chart:
        rows = self.reading.months

        def series(kind: str) -> tuple[list[Any], list[str]]:
            values = [MISSING if counts[kind] is None else counts[kind] for _m, counts in rows]
            return values, [self.link(kind, period=month) for month, _counts in rows]

        return Chart(
            _("Found, rectified and overdue by month"), "columns", _("Month"),
            [f"{month.start:%Y-%m}" for month, _counts in rows],
            [
                Series(_("Found"), *series(overview.FOUND)),
                Series(_("Rectified"), *series(overview.RECTIFIED), tone="green"),
                Series(_("Overdue at the month's end"), *series(overview.OVERDUE), tone="red",
                       line=True),
            ],
        )  # fmt: skip

    def map(self, measure: str, note: str) -> AreaMap:
        value = _OF_MEASURE[measure]
        ratio = measure in _RATIOS
        places = []
        for row in self.reading.rows:
            if row.own:
                continue
            figure = value(row.counts)
            words = percent(figure) if ratio else number(figure)
            if not ratio and isinstance(figure, int):
                words = _("%(n)s items") % {"n": words}
            places.append(
                Place(row.region.code, row.region.name, figure, words,
                      area_url(row.region, self.period))
            )  # fmt: skip
        return AreaMap(
            _("%(measure)s by area") % {"measure": MEASURES[measure]},
            address("overview:shapes", self.area.code), places, note=note,
            percent=ratio,
        )  # fmt: skip


def _address(base: str, asked: Mapping[str, str | None]) -> str:
    return f"{base}?{urlencode({key: value for key, value in asked.items() if value})}"


def _basis(indicator: Indicator) -> Basis:
    return Basis(indicator.full_basis, indicator.source)
