"""Tables and charts of a paper, each by what it shows: rows × indicators.

{"rows": "areas", "indicators": ["hazard.found", …], "compare": "year_ago", "ranked": true}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.domain.bulletins import board as on
from anlan.domain.bulletins import comparing, corrections, recorded
from anlan.domain.bulletins.board import Row
from anlan.domain.bulletins.body import Block, Cell
from anlan.domain.bulletins.figures import CHANGE, COMPARED, POINTS, Figure, of_value
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.bulletins.scope import Scope
from anlan.domain.statistics import bindings
from anlan.kernel.accounts import sectors
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.asking import REGION, Query
from anlan.kernel.indicators.compute import PREVIOUS, Value
from anlan.kernel.indicators.declare import Indicator, Ratio
from anlan.kernel.papers.official.drawing import SERIES_MAX, Drawing, Line
from anlan.kernel.regions.models import Region
from anlan.ui.figures import DASH, compared

UNITS = "units"
ROWS: Mapping[str, Any] = {
    "areas": gettext_lazy("by area"), "months": gettext_lazy("by month"),
    "sectors": gettext_lazy("by sector"), UNITS: gettext_lazy("by unit (tasks of a campaign)"),
}  # fmt: skip
INDICATORS_MAX, MONTHS_MAX = 8, 36
#: Areas that one chart holds; a table holds all of them.
BARS_MAX = 30


def checked(spec: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """A spec as it is kept; refused where it asks for what isn't there, or isn't the writer's."""
    codes = [bindings.spelled(code) for code in dict.fromkeys(spec.get("indicators", ()))]
    if not codes or len(codes) > INDICATORS_MAX or None in map(bindings.find, codes):
        raise PaperIncomplete(
            field="indicators",
            reason=_("Choose one to %(n)d indicators.") % {"n": INDICATORS_MAX},
        )
    for code in codes:
        if not scope.may_tell(code):
            reason = bindings.not_read(bindings.word_for(code))
            raise PaperIncomplete(field="indicators", reason=reason)
    if spec.get("rows") == UNITS and not all(
        isinstance(bindings.find(code), bindings.OfCampaign) for code in codes
    ):
        reason = _("By unit, only the tasks of a campaign are told: choose these alone.")
        raise PaperIncomplete(field="indicators", reason=reason)
    if spec.get("rows") not in ROWS:
        raise PaperIncomplete(field="rows", reason=_("Choose what the rows are."))
    compare = spec.get("compare", "")
    if compare and compare not in COMPARED:
        raise PaperIncomplete(field="compare", reason=_("Choose what to compare with."))
    months = int(spec.get("months") or on.MONTHS)
    if not 1 <= months <= MONTHS_MAX:
        raise PaperIncomplete(
            field="months", reason=_("Between 1 and %(n)d months.") % {"n": MONTHS_MAX}
        )
    ranked = bool(spec.get("ranked")) and spec["rows"] == "areas"
    return {"rows": spec["rows"], "indicators": codes, "compare": compare, "months": months,
            "ranked": ranked}  # fmt: skip


def built(block: Block, scope: Scope) -> Block:
    """The block with its rows as ``scope`` knows them."""
    spec = block.spec
    if spec["rows"] == recorded.WORST["rows"]:
        named, lines = recorded.worst(scope, spec.get("sources", ()))
        return replace(block, heads=tuple(named), rows=tuple(lines))
    if spec["rows"] == corrections.SPEC["rows"]:
        named, lines, note = corrections.table(spec, scope)
        return replace(block, heads=tuple(named), rows=tuple(lines), note=note)
    chosen = [bindings.known(code) for code in spec["indicators"]]
    rows = _rows(spec, chosen, scope)
    if spec["ranked"]:
        rows = _in_order(rows, chosen[0])
    beside = _held_against(spec, chosen, rows, scope)
    heads = [_HEADS[spec["rows"]](), *(each.label for each in chosen)]
    heads += [_compared(each, spec["compare"]) for each in beside]
    cells, n = [], 0
    for row in rows:
        # What has no value has no rank, nor has what was counted at the area itself.
        is_ranked = row.number(chosen[0].code) is not None and not row[chosen[0].code].own
        n += is_ranked
        line = [Cell(str(row.name))]
        line += [Cell(figure=of_value(row[each.code], sector=row.sector)) for each in chosen]
        line += [_change(row, each, spec["compare"]) for each in beside]
        place = Cell(str(n) if is_ranked else DASH)
        cells.append((place, *line) if spec["ranked"] else tuple(line))
    if spec["ranked"]:
        heads = [_("Rank"), *heads]
    note = _noted(block.note, spec["compare"], bool(beside))
    return replace(block, heads=tuple(str(head) for head in heads), rows=tuple(cells), note=note)


def _noted(note: str, compare: str, is_held: bool) -> str:
    """Below a table that was to be compared and can't be, that it can't."""
    nothing = compared(COMPARED[compare], "") if compare else ""
    if note in ("", nothing):
        return "" if is_held else nothing
    return note


_HEADS = {"areas": lambda: _("Area"), "months": lambda: _("Month"), "sectors": lambda: _("Sector"),
          UNITS: lambda: _("Unit")}  # fmt: skip


def _compared(each: Indicator, compare: str) -> str:
    head = f"{each.label} {COMPARED[compare]}"
    return _("%(head)s (points)") % {"head": head} if isinstance(each, Ratio) else head


#: By family of indicators, what tells whether anything was recorded of other days.
_COUNTERS = (on.FOUND, on.ACCIDENTS)


def _held_against(
    spec: Mapping[str, Any], chosen: Sequence[Indicator], rows: Sequence[Row], scope: Scope
) -> list[Indicator]:
    """The columns beside which a change stands: not those whose value grows with time, nor those
    of which nothing was recorded then, nor those that would be dashes alone."""
    compare = spec["compare"]
    if not compare or not rows:
        return []
    seen = comparing.records(scope, _COUNTERS)
    counter = {code.split(".")[0]: code for code in _COUNTERS}
    return [
        each for each in chosen
        if seen.allow(rows[0][each.code], compare, counter.get(each.code.split(".")[0], on.FOUND))
        and any(_change(row, each, compare).text != DASH for row in rows)
    ]  # fmt: skip


def _change(row: Row, each: Indicator, compare: str) -> Cell:
    part = POINTS if isinstance(each, Ratio) else CHANGE
    return Cell(figure=of_value(row[each.code], part, compare, row.sector))


def _in_order(rows: list[Row], first: Indicator) -> list[Row]:
    """Best first by the first indicator; what has no value stands last."""
    sign = -1 if first.better != "down" else 1

    def key(row: Row) -> tuple[bool, Any, Any, str]:
        number, own = row.number(first.code), row[first.code].own
        last = row.number(on.SHARE) or 0 if on.SHARE in row.values else 0
        code = row.region.code if row.region else ""
        return number is None or own, sign * (number or 0), last, code

    return sorted(rows, key=key)


def _rows(spec: Mapping[str, Any], chosen: Sequence[Indicator], scope: Scope) -> list[Row]:
    compare = [spec["compare"]] if spec["compare"] else []
    base: dict[str, Any] = {"kinds": (), "areas": [scope.area.pk], **scope.common}
    if spec["rows"] == "months":
        months = [periods.month(scope.passed.end)]
        while len(months) < spec["months"]:
            months.append(months[-1].previous())
        query = Query(periods=months[::-1], coverage=True, **base)
        values = bindings.evaluate(chosen, query, compare)
        return [_row(str(month.label), [v for v in values if v.period == month])
                for month in months[::-1]]  # fmt: skip
    if spec["rows"] == UNITS:
        return _by_unit(chosen, compare, scope)
    if spec["rows"] == "sectors":
        values = bindings.evaluate(
            chosen, Query(periods=[scope.period], by=["sector"], **base), compare
        )
        names = sectors.names()
        codes = dict.fromkeys(value.labels["sector"] for value in values)
        return [
            replace(_row(names.get(code, code) or _("not stated"),
                         [v for v in values if v.labels["sector"] == code]), sector=code or "none")
            for code in sorted(codes, key=lambda code: (not code, code))
        ]  # fmt: skip
    values = bindings.evaluate(
        chosen, Query(periods=[scope.period], by=[REGION], coverage=True, **base), compare
    )
    ids = list(dict.fromkeys((value.area_id, value.own) for value in values))
    places = Region.objects.in_bulk([pk for pk, _own in ids])
    rows = []
    for pk, own in ids:
        mine = [v for v in values if (v.area_id, v.own) == (pk, own)]
        name = _("%(area)s itself") % {"area": places[pk].name} if own else places[pk].name
        if not own or any(v.value for v in mine):
            rows.append(replace(_row(name, mine), region=places[pk]))
    return rows


def _by_unit(chosen: Sequence[Indicator], compare: Sequence[str], scope: Scope) -> list[Row]:
    """Each unit that does tasks of the campaigns, with its own alone."""
    campaigns = [each for each in chosen if isinstance(each, bindings.OfCampaign)]
    units = {unit.pk: unit for each in campaigns for unit in bindings.units_of(each, scope.area)}
    own = {(pk, each.code): each.of_unit(pk) for pk in units for each in campaigns}
    query = Query(kinds=(), areas=[scope.area.pk], periods=[scope.period], **scope.common)
    values = bindings.evaluate(list(own.values()), query, compare) if own else []
    found = {value.indicator.code: value for value in values}
    return [
        Row(unit.name, {each.code: found[own[pk, each.code].code] for each in campaigns})
        for pk, unit in units.items()
        if all(own[pk, each.code].code in found for each in campaigns)
    ]


def _row(name: str, values: Sequence[Value]) -> Row:
    return Row(name, {value.indicator.code: value for value in values})


def words_of(spec: Mapping[str, Any]) -> int:
    """How many columns hold words before those of figures."""
    return int(spec.get("words") or (2 if spec.get("ranked") else 1))


def drawing(block: Block) -> Drawing:
    """A chart out of the rows that were read: columns over months, bars over areas and sectors."""
    rows = block.rows if block.spec["rows"] == "months" else block.rows[:BARS_MAX]
    skip = 2 if block.spec["ranked"] else 1
    codes = block.spec["indicators"][:SERIES_MAX]
    bars = block.spec["rows"] != "months"
    series = [
        Line(str(bindings.known(code).label),
             [_plain(row[skip + n].figure) for row in rows],
             percent=not bars and bindings.known(code).form == "percent")
        for n, code in enumerate(codes)
    ]  # fmt: skip
    labels = [row[skip - 1].text for row in rows]
    if not bars:
        labels = [_short(row) for row in rows]
    return Drawing("bars" if bars else "columns", labels, series)


def left_out(block: Block) -> str:
    """What a chart has no room for, said beneath it."""
    shown = []
    if block.spec["rows"] != "months" and len(block.rows) > BARS_MAX:
        shown.append(_("The first %(n)d of %(all)d are drawn.")
                     % {"n": BARS_MAX, "all": len(block.rows)})  # fmt: skip
    if len(more := block.spec["indicators"][SERIES_MAX:]):
        names = "、".join(str(bindings.known(code).label) for code in more)
        shown.append(_("Not drawn: %(names)s.") % {"names": names})
    return " ".join(shown)


def _short(row: Sequence[Cell]) -> str:
    """A month under its columns: 26-01."""
    figure = next((cell.figure for cell in row if cell.figure), None)
    if figure is None:
        return row[0].text
    span: Period = figure.span
    return f"{span.end:%y-%m}"


def _plain(figure: Figure | None) -> float | None:
    return None if figure is None or figure.value is None else float(figure.value)


#: What a report tells of accidents beside its sentence, where there were any.
BY_ACCIDENTS = {"rows": "areas", "indicators": [on.ACCIDENTS, on.DEAD, on.LARGER], "compare": "",
                "months": on.MONTHS, "ranked": False}  # fmt: skip
#: The trend that stands on the first page of most papers, and the ranking beside it.
TREND = {"rows": "months", "indicators": [on.FOUND, on.RECTIFIED, on.RATE], "compare": "",
         "months": on.MONTHS, "ranked": False}  # fmt: skip
RANKING = {"rows": "areas", "indicators": [on.RATE, on.FOUND, on.OVERDUE, on.SHARE], "compare": "",
           "months": on.MONTHS, "ranked": True}  # fmt: skip
WITH_CHANGE = {"rows": "areas", "indicators": [on.FOUND, on.RATE, on.OPEN, on.OVERDUE],
               "compare": PREVIOUS, "months": on.MONTHS, "ranked": False}  # fmt: skip
BY_SECTOR = {"rows": "sectors", "indicators": [on.FOUND, on.RATE, on.OPEN, on.OVERDUE],
             "compare": "", "months": on.MONTHS, "ranked": False}  # fmt: skip
