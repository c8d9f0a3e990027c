"""The overview of an area, its map's shapes, and the records behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards import columns, indicators, overview, spans
from anlan.domain.hazards.models import Grade
from anlan.domain.hazards.overview import Asked, Counts, Reading, Row, Sides
from anlan.kernel.accounts import lists, policy, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.calendar import periods as calendar
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.figures import MISSING as WHY
from anlan.kernel.facts.kinds import Measure, declared, known
from anlan.kernel.indicators.declare import Indicator
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Boundary, Level, Region
from anlan.ui.charts import AreaMap, Chart, Place, Series
from anlan.ui.figures import MISSING, Basis, Change, number, percent
from anlan.ui.keyset import Keyset
from anlan.ui.lists import chosen
from anlan.ui.pages import render_page

SHAPES_SECONDS = 86_400
#: Beyond this a wish in an address is no code of ours.
_CODE_CHARS_MAX = 40

lists.register("overview:home", "overview:area", page="overview")


@require_GET
@requires("accounts.own")
def home(request: HttpRequest) -> HttpResponse:
    """The overview of one's own area; whoever has none goes to what they have."""
    by = actor_of(request)
    if policy.may(by, "hazard.view"):
        areas = overview.areas_of(by)
        if areas:
            return _page(request, by, areas[0], areas)
        return HttpResponseRedirect(_first("work:list", "work:worklist", "hazards:list"))
    if policy.may(by, "units.view"):
        return HttpResponseRedirect(reverse("accounts:units"))
    return HttpResponseRedirect(
        reverse("accounts:audit") if policy.may(by, "audit.view") else reverse("mfa_index")
    )


def _ages_url(area: Region) -> str:
    """Open hazards by age: a page of another capability, which may not be there."""
    try:
        return reverse("lists:ages", args=[area.code])
    except NoReverseMatch:
        return ""


def _first(*names: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    raise NotFound


@require_GET
@requires("hazard.view")
def area_page(request: HttpRequest, code: str) -> HttpResponse:
    by = actor_of(request)
    return _page(request, by, regions.by_code(code[:_CODE_CHARS_MAX]), overview.areas_of(by))


def _page(
    request: HttpRequest, by: Actor, area: Region, areas: Sequence[Region]
) -> HttpResponse:  # fmt: skip
    at = timezone.now()
    today = timezone.localdate(at)
    allowed = overview.demand(by, area, at)
    wish = spans.wish(request.GET)
    if wish.period:
        return HttpResponseRedirect(_query(request, period=wish.period.code))
    period = spans.period_of(request.GET, today)
    reading = overview.read(area, period, allowed, at)
    page = _Page(area, period, Sides.of(period, today), reading, allowed, today)
    measure = request.GET.get("by", "")
    measure = measure if measure in MEASURES else "overdue"
    sort = request.GET.get("sort", "")
    sort = sort if sort.lstrip("-") in (*MEASURES, "name") else f"-{measure}"
    shapes = _drawn(area, reading.rows)
    context = {
        "page": page, "area": area, "period": period, "reading": reading, "now": at,
        "chooser": spans.chooser(period, today, wish), "kept": lists.Kept(request),
        "measure": measure, "measures": MEASURES,
        "sort": sort, "places": page.ranked(sort), "sums": page.total,
        "map": page.map(measure, shapes) if shapes is not None else None,
        "areas": [each for each in areas if each.pk != area.pk],
        "ages_url": _ages_url(area),
        "crumbs": _crumbs(by, area, period), "tiles": page.tiles(),
        "sectors": page.sectors(sectors.names()),
        "months": page.months(),
        "late": overview.late(area, allowed, today),
        "today": today,
        "restricted": [] if allowed is None else _names(allowed),
        "query": lambda **changes: _query(request, **changes),
    }  # fmt: skip
    return render_page(request, "hazards/overview.html", "hazards/overview.html", context)


def _names(codes: Sequence[str]) -> list[str]:
    known_names = sectors.names()
    return [known_names.get(code, code) for code in codes]


def _query(request: HttpRequest, **changes: Any) -> str:
    kept = {name: request.GET[name] for name in ("period", "by", "sort") if request.GET.get(name)}
    kept.update(changes)
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def _crumbs(by: Actor, area: Region, period: Period) -> list[tuple[str, str]]:
    """The areas above; those that one may open lead there, with the same period."""
    found = []
    for above in crumbs_of(area)[:-1]:
        try:
            overview.covered(by, above)
        except NotFound:
            found.append((above.name, ""))
        else:
            found.append((above.name, area_url(above, period)))
    return found


def area_url(area: Region, period: Period) -> str:
    return f"{reverse('overview:area', args=[area.code])}?period={period.code}"


# What stands on the page


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
class _Page:
    """Figures with their links and words."""

    area: Region
    period: Period
    sides: Sides
    reading: Reading
    sectors_seen: Sequence[str] | None
    today: date
    records_url: str = field(default_factory=lambda: reverse("overview:records"))
    list_url: str = field(default_factory=lambda: reverse("hazards:list"))

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
        placed: list[Line] = []
        for number_, line in enumerate(ranked, 1):
            last = placed[-1] if placed else None
            same = last is not None and measure(last.counts) == measure(line.counts)
            placed.append(_with_rank(line, last.rank if same and last else number_))
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

    def map(self, measure: str, shapes: Shapes) -> AreaMap:
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
            reverse("overview:shapes", args=[self.area.code]), places, note=shapes.note,
            percent=ratio,
        )  # fmt: skip


def _with_rank(line: Line, rank: int | None) -> Line:
    return Line(**{**line.__dict__, "rank": rank})


def _address(base: str, asked: Mapping[str, str | None]) -> str:
    return f"{base}?{urlencode({key: value for key, value in asked.items() if value})}"


def _basis(indicator: Indicator) -> Basis:
    return Basis(indicator.full_basis, indicator.source)


# Shapes


@dataclass(frozen=True)
class Shapes:
    #: 审图号, or that it is a sketch; and whose shapes are missing.
    note: str


def _drawn(area: Region, rows: Sequence[Row]) -> Shapes | None:
    """What to say under the map; None where no part of the area has a shape."""
    parts = [row.region for row in rows if not row.own]
    found = Boundary.objects.filter(region__parent=area).values_list(
        "region_id", "is_sketch", "approval_no"
    )
    shapes = {pk: (sketch, approval) for pk, sketch, approval in found}
    if not shapes:
        return None
    words = []
    if any(sketch for sketch, _approval in shapes.values()):
        words.append(_("Sketch, no basis for boundaries"))
    words += sorted({approval for _sketch, approval in shapes.values() if approval})
    missing = sum(part.pk not in shapes for part in parts)
    if missing:
        words.append(_("%(n)d without a shape: see the table") % {"n": missing})
    return Shapes(" · ".join(words))


@require_GET
@requires("hazard.view")
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """Shapes of the areas right below one: public geography, without figures."""
    area = regions.by_code(code[:_CODE_CHARS_MAX])
    if area.level >= Level.TOWNSHIP:
        raise NotFound
    response = JsonResponse(regions.shapes(area))
    response["Cache-Control"] = f"private, max-age={SHAPES_SECONDS}"
    return response


@require_GET
@requires("hazard.view")
def shape(request: HttpRequest, code: str) -> HttpResponse:
    """The shape of one area itself: public geography, without figures."""
    area = regions.by_code(code[:_CODE_CHARS_MAX])
    response = JsonResponse(regions.shapes(area, of=[area]))
    response["Cache-Control"] = f"private, max-age={SHAPES_SECONDS}"
    return response


# Records behind a figure

ORDER = Keyset.by("-case__opened_on", "-pk")


@require_GET
@requires("hazard.view")
def records(request: HttpRequest) -> HttpResponse:
    """The hazards that one figure counts, and how they make it up."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    asked = _asked(request, by, at)
    rows = overview.hazards_behind(asked, by, at)
    behind = overview.behind(asked, rows, at)
    wanted = _Address(request)
    every = columns.columns(today)
    crumbs = [*_crumbs(by, asked.area, asked.period)]
    crumbs.append((asked.area.name, area_url(asked.area, asked.period)))
    context = {
        "asked": asked, "kind": known(asked.kind), "behind": behind,
        "label": _label(asked),
        "as_it_stood": known(asked.kind).measure is Measure.STOCK and asked.period.end < today,
        "page": overview.page_of_records(asked, by, at, ORDER, request.GET),
        "columns": chosen(every, request.GET.get("cols", "")), "filters": wanted,
        "narrowed": _narrowed(request), "crumbs": crumbs,
    }  # fmt: skip
    return render_page(
        request, "hazards/overview_records.html", "hazards/overview_records.html", context
    )


def _asked(request: HttpRequest, by: Actor, at: datetime) -> Asked:
    get = request.GET.get
    kind = get("kind", "")
    if not kind.startswith("hazard.") or kind not in _kind_codes():
        raise NotFound
    area = regions.by_code(get("area", "")[:_CODE_CHARS_MAX])
    allowed = overview.demand(by, area, at)
    period = spans.period_of(request.GET, timezone.localdate(at))
    where = overview.where_of(allowed)
    if sector := get("sector", ""):
        code = "" if sector == "none" else sector
        if allowed is not None and code not in allowed:
            raise NotFound
        where["sector"] = [code]
    if grade := get("grade", ""):
        if grade not in Grade.values:
            raise NotFound
        where["grade"] = [grade]
    return Asked(kind, area, period, where, own=get("own") == "1")


def _kind_codes() -> set[str]:
    return set(declared())


def _label(asked: Asked) -> str | Promise:
    """As the tiles call it, where there is one."""
    for each in indicators.INDICATORS:
        if each.kinds == (asked.kind,) and not each.filters[0]:
            return each.label
    return known(asked.kind).label


def _narrowed(request: HttpRequest) -> list[str]:
    words = []
    if sector := request.GET.get("sector"):
        words.append(_("not stated") if sector == "none" else _names([sector])[0])
    if grade := request.GET.get("grade"):
        words.append(str(dict(Grade.choices).get(grade, grade)))
    if request.GET.get("own") == "1":
        words.append(_("the area itself, nothing below it"))
    return words


class _Address:
    """Just enough of ui.lists.Filters for a pager: the figure is the filter."""

    NAMES = ("kind", "area", "period", "sector", "grade", "own", "cols")

    def __init__(self, request: HttpRequest) -> None:
        self.values = {n: request.GET[n] for n in self.NAMES if request.GET.get(n)}

    def query(self, **changes: Any) -> str:
        kept = {**self.values, **changes}
        return "?" + urlencode({name: value for name, value in kept.items() if value})
