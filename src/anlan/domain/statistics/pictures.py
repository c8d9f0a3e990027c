"""An analysis as chart and map; what neither can show is said beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.domain.hazards.overview import Counts
from anlan.domain.hazards.overview import Row as AreaRow
from anlan.domain.hazards.views_shapes import note_of
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics.asked import AREA, PERIOD
from anlan.domain.statistics.reading import Figure, Head, Table
from anlan.kernel.regions.models import Region
from anlan.ui.charts import AreaMap, Chart, Place, Series
from anlan.ui.figures import MISSING

#: Beyond these nobody reads a chart.
LABELS_MAX, SERIES_MAX = 60, 8


@dataclass(frozen=True)
class Drawn:
    chart: Chart
    #: What isn't in it, in words.
    left_out: list[str]


def _value(figure: Figure, percent: bool) -> Any:
    if figure.value is None:
        return MISSING if figure.missing else None
    return Decimal(figure.value) / 100 if percent else figure.value


def chart(table: Table) -> Drawn | None:
    """Values of the same sort as the first indicator's; by period as columns, else as bars."""
    form = table.asked.chosen[0].form
    places = [
        (n, head) for n, head in enumerate(table.heads)
        if not head.compare and head.indicator.form == form
        and not (head.total and table.asked.columns)
    ]  # fmt: skip
    left_out = []
    others = {str(h.indicator.label) for h in table.heads if h.indicator.form != form}
    if others:
        left_out.append(_("of another unit: %(names)s") % {"names": _(", ").join(sorted(others))})
    if len(places) > SERIES_MAX:
        left_out.append(_("%(n)d more columns") % {"n": len(places) - SERIES_MAX})
        places = places[:SERIES_MAX]
    rows = table.rows[:LABELS_MAX]
    if len(table.rows) > LABELS_MAX:
        left_out.append(_("%(n)d more rows") % {"n": len(table.rows) - LABELS_MAX})
    if not rows or not places:
        return None
    percent = form == "percent"
    by_time = table.asked.rows == PERIOD
    series = [
        Series(
            _name(head), [_value(row.figures[n], percent) for row in rows],
            [row.figures[n].href for row in rows], line=by_time and percent,
        )
        for n, head in places
    ]  # fmt: skip
    return Drawn(
        Chart(
            _(", ").join(dict.fromkeys(str(head.indicator.label) for _n, head in places)),
            "line" if by_time and percent else "columns" if by_time else "bars",
            analyses.DIMENSIONS[table.asked.rows], [str(row.label) for row in rows], series,
            percent=percent,
        ),
        left_out,
    )  # fmt: skip


def _name(head: Head) -> str:
    return (
        f"{head.label} {head.indicator.label}".strip() if head.label else str(head.indicator.label)
    )


def area_map(table: Table) -> AreaMap | None:
    """The first column by area; None where rows are no areas, or no area has a shape."""
    asked = table.asked
    if asked.rows != AREA:
        return None
    areas = Region.objects.in_bulk([row.key[0] for row in table.rows])  # type: ignore[index]
    rows = [row for row in table.rows if not row.own]
    note = note_of(asked.area, [AreaRow(areas[row.key[0]], Counts()) for row in rows])  # type: ignore[index]
    if note is None:
        return None
    head = table.heads[0]
    percent = head.indicator.form == "percent"
    places = [
        Place(
            areas[row.key[0]].code, row.label, _value(row.figures[0], percent),  # type: ignore[index]
            row.figures[0].words, row.href,
        )
        for row in rows
    ]  # fmt: skip
    return AreaMap(
        _name(head),
        reverse("overview:shapes", args=[asked.area.code]),
        places,
        note=note,
        percent=percent,
    )
