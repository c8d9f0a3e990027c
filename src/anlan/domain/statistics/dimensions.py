"""问题清单综合分析: units measured in the dimensions that the office laid down (S304).

No document says which dimensions they are: an office names them, puts indicators into each and, if
it wants one figure for a dimension, weights. The figures are the analysis's own, and open as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.domain.statistics import pictures, settings
from anlan.domain.statistics.pictures import Drawn
from anlan.domain.statistics.reading import Figure, Head, Row, Table, written
from anlan.kernel.indicators import arithmetic
from anlan.ui.charts import Chart, Series
from anlan.ui.figures import MISSING

#: Digits behind the point of a dimension's figure.
DIGITS = 2


@dataclass(frozen=True)
class Part:
    """One dimension of a table: its columns, and where it is weighted each row's own figure."""

    dimension: settings.Dimension
    places: tuple[int, ...]
    figures: tuple[Figure, ...]
    drawn: Drawn | None


def beside(table: Table) -> Table:
    """The same for a page one step below the analysis, to which the links are relative."""

    def moved(row: Row) -> Row:
        return replace(row, figures=[_below(one) for one in row.figures])

    total = moved(table.total) if table.total else None
    return replace(table, rows=[moved(row) for row in table.rows], total=total)


def _below(figure: Figure) -> Figure:
    link = figure.link
    return replace(figure, link=lambda: f"../{link()}") if link else figure


def parts(table: Table, laid_down: Sequence[settings.Dimension]) -> list[Part]:
    """The table's columns by dimension; an indicator that two name stands in both."""
    found = []
    for each in laid_down:
        places = tuple(
            n for code in each.indicators for n, head in enumerate(table.heads)
            if head.indicator.code == code
        )  # fmt: skip
        if not places:
            continue
        figures = tuple(_weighted(each, table, row) for row in table.rows) if each.weights else ()
        found.append(Part(each, places, figures, pictures.chart(_only(table, each, places))))
    return found


def _only(table: Table, each: settings.Dimension, places: Sequence[int]) -> Table:
    """The same table with the columns of one dimension."""
    heads = [table.heads[n] for n in places]
    rows = [replace(row, figures=[row.figures[n] for n in places]) for row in table.rows]
    codes = tuple(dict.fromkeys(head.indicator.code for head in heads))
    return replace(table, asked=replace(table.asked, indicators=codes), heads=heads, rows=rows)


def _weighted(each: settings.Dimension, table: Table, row: Row) -> Figure:
    """The mean of its rates by the office's weights; missing where one of them is."""
    total = Fraction(0)
    for n, head in enumerate(table.heads):
        weight = _weight(each, head)
        if not weight:
            continue
        value = row.figures[n].value
        if value is None:
            return Figure(why=str(_("%(name)s has no value") % {"name": head.indicator.label}),
                          missing=row.figures[n].missing)  # fmt: skip
        total += weight * arithmetic.exact(value)
    mean = arithmetic.rounded(total / sum(each.weights.values()), DIGITS)
    return Figure(mean, written("percent", mean))


def _weight(each: settings.Dimension, head: Head) -> int:
    return 0 if head.compare else each.weights.get(head.indicator.code, 0)


def whole(table: Table, found: Sequence[Part]) -> Chart | None:
    """Each row by the dimensions that have a figure of their own; None of fewer than two."""
    weighted = [part for part in found if part.figures]
    if len(weighted) < 2 or not table.rows:
        return None
    rows = table.rows[: pictures.LABELS_MAX]
    series = [
        Series(part.dimension.name, [_plain(figure) for figure in part.figures[: len(rows)]],
               ["" for _row in rows])
        for part in weighted
    ]  # fmt: skip
    labels = [str(row.label) for row in rows]
    return Chart(_("By dimension"), "bars", _("Dimension"), labels, series, percent=True)


def _plain(figure: Figure) -> Any:
    if figure.value is None:
        return MISSING if figure.missing else None
    return figure.value / 100


def codes(laid_down: Sequence[settings.Dimension]) -> list[str]:
    """The indicators of all of them, each once."""
    return list(dict.fromkeys(code for each in laid_down for code in each.indicators))
