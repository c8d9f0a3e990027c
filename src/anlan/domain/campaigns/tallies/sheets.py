"""One table and three lists as a workbook: a unit's own, in and out; all units' together, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.handing.commands import lacks
from anlan.domain.campaigns.models import Tally, TallyCopy, TallyRow
from anlan.domain.campaigns.tallies import queries
from anlan.domain.campaigns.tallies.commands import ROWS_MAX, Written
from anlan.domain.campaigns.tallies.spec import LISTS, Head, Spec, cell, read_cell
from anlan.kernel.audit import trail
from anlan.kernel.papers.batches import uploaded
from anlan.kernel.papers.sheets import Sheet, letter, read_workbook
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable, sheet_name
from anlan.ui.figures import moment

#: The first column of each list: by it a row that is there is written anew. Chinese as papers are,
#: so that a workbook can be read in again whatever the language it was taken out in.
NUMBER, TABLE = "编号", "一表"
HEADER_ROWS_MAX = 10


@dataclass(frozen=True)
class Wrong:
    """A row to be mended, by sheet, row and column."""

    sheet: str
    row: int
    column: str
    reason: str


def answer(copy: TallyCopy, *, by: Actor, at: datetime) -> HttpResponse:
    """A unit's workbook as a download: four sheets, on record before they go out (S22)."""
    spec = Spec.of(copy.tally.spec)
    titles = [f"{copy.tally.name} · {copy.unit.name}", _taken(by, at)]
    table = OutTable(
        name=TABLE, titles=titles, headers=[head.name for head in spec.heads],
        rows=[[_figure(head, value) for head, value in spec.shown(copy.sums)]],
        widths=[16] * len(spec.heads),
    )  # fmt: skip
    rows = copy.rows.filter(removed_at=None)
    lists = [
        OutTable(
            name=one.name, headers=[NUMBER, *(column.name for column in one.columns)],
            widths=[8, *[22] * len(one.columns)], titles=titles,
            rows=[[row.number, *_cells(spec, row)]
                  for row in rows.filter(place=place).order_by("number")],
        )
        for place, one in enumerate(spec.lists)
    ]  # fmt: skip
    entry = trail.Entry("tallies.export", "unit", copy.unit_id, after={"tally": copy.tally.name})
    name = f"{copy.tally.name} {copy.unit.name}.xlsx"
    return handed_out(name, [table, *lists], entry, by=by, at=at)


def answer_all(row: Tally, *, by: Actor, at: datetime) -> HttpResponse:
    """The table with a line for each unit, and all rows of each list, as far as one sees them."""
    spec = Spec.of(row.spec)
    titles = [row.name, _taken(by, at)]
    heads = [head.name for head in spec.heads]
    seen = queries.copies(by).filter(tally=row)
    table = OutTable(
        name=TABLE, titles=titles, headers=[_("Unit"), *heads, _("Last kept")],
        rows=_lines(row, spec, by), widths=[30, *[16] * len(heads), 18],
    )  # fmt: skip
    rows = TallyRow.objects.filter(
        copy__in=seen.order_by().values("pk"), removed_at=None
    ).select_related("copy__unit").order_by("copy__path", "copy", "number")  # fmt: skip
    lists = [
        OutTable(
            name=one.name, headers=[_("Unit"), NUMBER, *(column.name for column in one.columns)],
            widths=[30, 8, *[22] * len(one.columns)], titles=titles,
            rows=([each.copy.unit.name, each.number, *_cells(spec, each)]
                  for each in rows.filter(place=place).iterator(chunk_size=2_000)),
        )
        for place, one in enumerate(spec.lists)
    ]  # fmt: skip
    entry = trail.Entry(
        "tallies.export_all", "campaign", row.campaign_id, after={"tally": row.name}
    )
    return handed_out(f"{row.name}.xlsx", [table, *lists], entry, by=by, at=at)


def _lines(row: Tally, spec: Spec, by: Actor) -> Iterator[list[Any]]:
    seen = queries.copies(by).filter(tally=row).select_related("unit").order_by("path", "pk")
    for copy in seen.iterator(chunk_size=1_000):
        figures = [_figure(head, value) for head, value in spec.shown(copy.sums)]
        yield [copy.unit.name, *figures, moment(copy.updated_at) if copy.updated_at else ""]
    yield [_("Together"), *(_figure(head, value) for head, value in queries.total(row, by)), ""]


def _figure(head: Head, value: Any) -> Any:
    if value is None:
        return ""
    return f"{value * 100:.1f}%" if head.what == "share" else value


def _cells(spec: Spec, row: TallyRow) -> list[Any]:
    columns = spec.lists[row.place].columns
    return [cell(column, value) for column, value in zip(columns, row.values, strict=True)]


def _taken(by: Actor, at: datetime) -> str:
    return _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip


# --- in ------------------------------------------------------------------------------------


def read(copy: TallyCopy, file: UploadedFile[Any]) -> tuple[list[Written], list[Wrong]]:
    """Rows of a unit's workbook, by the names of sheets and columns; what is wrong by its place.

    A row with the number of one that is there writes it anew; one without a number is added; what
    isn't in the workbook stays.
    """
    spec, found, wrong = Spec.of(copy.tally.spec), list[tuple[Written, int]](), list[Wrong]()
    with uploaded([file]) as [(sent, path)], read_workbook(path, sent) as book:
        sheets = {sheet.name.strip(): sheet for sheet in book.sheets}
        names = _sheet_names(spec)
        if not any(name in sheets for name in names):
            reason = _("No sheet of it is called as one of the lists: %(names)s.")
            raise lacks("file", reason % {"names": "、".join(names)})
        for place, name in enumerate(names):
            if sheet := sheets.get(name):
                _read_list(sheet, place, spec, found, wrong)
    there = {(row.place, row.number) for row in copy.rows.filter(removed_at=None)}
    _refuse_gone(found, wrong, there, spec)
    return [row for row, _at in found], wrong


def _sheet_names(spec: Spec) -> list[str]:
    """What a workbook of ours calls the lists: as Excel lets it."""
    taken = {TABLE.casefold()}
    return [sheet_name(one.name, taken) for one in spec.lists]


def _read_list(sheet: Sheet, place: int, spec: Spec, found: list[Any], wrong: list[Wrong]) -> None:
    columns = spec.lists[place].columns
    at: dict[str, int] | None = None
    for row in sheet.rows():
        if at is None:
            heads = {str(value or "").strip(): n for n, value in enumerate(row.values)}
            if all(one.name in heads for one in columns):
                at = heads
            elif row.number > HEADER_ROWS_MAX:
                break
            continue
        cells = [row.get(at[one.name]) for one in columns]
        number, bad = _number(row.get(at[NUMBER]) if NUMBER in at else None), False
        if all(value in (None, "") for value in cells):
            continue
        for column, value in zip(columns, cells, strict=True):
            try:
                read_cell(column, _plain(value))
            except ValueError as said:
                where = f"{letter(at[column.name])} {column.name}"
                wrong.append(Wrong(sheet.name, row.number, where, str(said.args[0])))
                bad = True
        if not bad:
            found.append((Written(place, tuple(map(_plain, cells)), number), row.number))
        if len(found) > ROWS_MAX * LISTS:
            raise lacks("file", _("A list has at most %(n)d rows.") % {"n": ROWS_MAX})
    if at is None:
        names = "、".join(one.name for one in columns)
        reason = _("Its columns aren’t there: %(names)s.") % {"names": names}
        wrong.append(Wrong(sheet.name, 1, "", reason))


def _refuse_gone(
    found: list[Any], wrong: list[Wrong], there: Iterable[tuple[int, int]], spec: Spec
) -> None:
    known, twice = set(there), set[tuple[int, int]]()
    for row, at in list(found):
        if row.number is None:
            continue
        key = (row.place, row.number)
        if key not in known or key in twice:
            reason = _("There is no row with this number; leave it empty for a new one.")
            if key in twice:
                reason = _("The number stands twice.")
            wrong.append(Wrong(spec.lists[row.place].name, at, NUMBER, reason))
            found.remove((row, at))
        twice.add(key)


def _number(value: Any) -> int | None:
    text = _plain(value)
    return int(text) if text not in (None, "") and str(text).isdigit() else None


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
