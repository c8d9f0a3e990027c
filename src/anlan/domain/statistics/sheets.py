"""An analysis as a workbook: the numbers of the page, how they are defined, and for whom it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics.reading import Head, Row, Table
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.papers.sheets.handing_out import mark_of
from anlan.kernel.papers.sheets.writing import OutTable


def tables(table: Table, by: Actor, at: datetime) -> list[OutTable]:
    asked = table.asked
    known = timezone.localtime(asked.known_at or at)
    titles = [
        f"{asked.area.full_name or asked.area.name} {asked.period.label}",
        _("As known at %(when)s") % {"when": f"{known:%Y-%m-%d %H:%M}"},
        *([_("Narrowed to %(what)s") % {"what": "；".join(asked.narrowed)}] if asked.where else []),
        *_scope(table),
        # The same in the file as on screen: who took it, and when.
        mark_of(by, at),
    ]  # fmt: skip
    rows = [*table.rows, *([table.total] if table.total else [])]
    figures = OutTable(
        name=_("Figures"), titles=titles, headers=_headers(table),
        rows=[_row(row, table.heads) for row in rows], widths=(28,),
    )  # fmt: skip
    bases = OutTable(
        name=_("Basis"), headers=[_("Indicator"), _("Basis"), _("Unit"), _("Laid down in")],
        rows=[[str(each.label), str(each.full_basis), str(each.full_unit), str(each.source)]
              for each in asked.chosen], widths=(28, 60, 12, 50),
    )  # fmt: skip
    return [figures, bases]


def _scope(table: Table) -> list[str]:
    words, sectors = [], table.asked.sectors
    if sectors is not None:
        names = "、".join(sector_names(sectors))
        words.append(_("Sectors of the reader's posts only: %(names)s") % {"names": names})
    if table.overlapping:
        words.append(_("Rows overlap and can't be added up (有交叉，不可相加)."))
    return words


def _headers(table: Table) -> list[str]:
    heads = [str(analyses.DIMENSIONS[table.asked.rows])]
    for head in table.heads:
        words = [str(head.label)] if head.label else []
        words.append(str(head.indicator.label))
        if head.compare:
            words.append(str(analyses.COMPARISONS[head.compare]))
        unit = "%" if head.form in ("percent", "change") else str(head.indicator.full_unit)
        heads.append(" ".join(words) + (f" ({unit})" if unit else ""))
        if head.form == "change":
            heads.append(" ".join([*words, str(_("compared with"))]))
    return heads


def _row(row: Row, heads: list[Head]) -> list[Any]:
    cells: list[Any] = [str(row.label)]
    for head, figure in zip(heads, row.figures, strict=True):
        # A word where there is no number: an empty cell would be read as nought.
        cells.append(figure.why or "—" if figure.value is None else figure.value)
        if head.form == "change":
            cells.append("—" if figure.against is None else figure.against)
    return cells
