"""Where the tables on a sheet are. One pass, whatever the sheet's length."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from anlan.kernel.papers.sheets.book import CellError, Row, Sheet, TimeOfDay
from anlan.kernel.papers.sheets.cells import own_cells, squeeze, text_of
from anlan.kernel.papers.sheets.headers import (
    HEADER_ROWS_MAX,
    Column,
    Tops,
    Vocabulary,
    columns_of,
    group_rows,
    is_header,
    lower_rows,
)
from anlan.kernel.papers.sheets.lines import is_note, is_title, is_total, lone_text

LOOK_BACK_ROWS = 8
#: Without a vocabulary's help a header is only looked for this far down.
GUESS_ROWS_MAX = 30


@dataclass(slots=True)
class Table:
    """Header rows ``first``..``last``, body ``begin``..``end`` (blank rows and footers too)."""

    first: int
    last: int
    columns: tuple[Column, ...]
    end: int = 0
    #: Texts above the header, top down.
    titles: tuple[str, ...] = ()
    #: Rows inside the body that only repeat the header, after a page break.
    repeats: set[int] = field(default_factory=set)
    #: Rows inside the body that are a title: of the page that follows.
    inner_titles: set[int] = field(default_factory=set)
    #: No word of the header was known: it only looks like one.
    guessed: bool = False

    @property
    def begin(self) -> int:
        return self.last + 1

    def signature(self) -> tuple[tuple[int, str], ...]:
        return tuple((c.index, squeeze(c.name)) for c in self.columns if c.names)


def find_tables(sheet: Sheet, vocabulary: Vocabulary) -> list[Table]:
    """The tables of a sheet from top to bottom, each with its body's end.

    A header that comes again with the same names in the same columns is a page break; with other
    names, or in other columns, it begins a new table. Without any known header one that only
    looks like a header is given as ``guessed``, for a person to map.
    """
    tables: list[Table] = []
    before: deque[Row] = deque(maxlen=LOOK_BACK_ROWS)
    ahead: deque[Row] = deque()
    titles: list[str] = []
    rows = sheet.rows()
    tops = {(m.top + 1, m.left): m for m in sheet.merges}
    while True:
        row = ahead.popleft() if ahead else next(rows, None)
        if row is None:
            break
        if row.values and is_header(row, vocabulary):
            ahead.extend(islice(rows, max(0, HEADER_ROWS_MAX - len(ahead))))
            block = [*group_rows(row, before, tops, vocabulary), row]
            block += lower_rows(block, ahead, tops, vocabulary)
            for _ in range(block[-1].number - row.number):
                ahead.popleft()
            above = _titles_above(block[0].number, before, tables)
            table = Table(block[0].number, block[-1].number, columns_of(block, tops))
            table.titles = tuple(titles) if not tables else tuple(_texts(above))
            _close(tables, table, above)
            before.clear()
            continue
        before.append(row)
        if not tables and len(titles) < 40:
            titles += _texts([row])
    if tables:
        tables[-1].end = sheet.height
        return tables
    guess = _guess(sheet, tops)
    return [guess] if guess else []


def _close(tables: list[Table], table: Table, above: list[Row]) -> None:
    """End the table before; or, where the same header comes again, let that one go on."""
    if tables:
        previous = tables[-1]
        same = _same_header(previous, table)
        if same:
            previous.repeats.update(range(table.first, table.last + 1))
            previous.inner_titles.update(row.number for row in above)
            return
        previous.end = (above[0].number if above else table.first) - 1
    tables.append(table)


def _same_header(one: Table, other: Table) -> bool:
    a, b = one.signature(), other.signature()
    return a == b or (len(a) > 3 and len(set(a) & set(b)) * 10 >= max(len(a), len(b)) * 9)


def _texts(rows: list[Row]) -> list[str]:
    out = []
    for row in rows:
        for _, value in own_cells(row):
            text = text_of(value).strip()
            if text and text not in out:
                out.append(text)
    return out


def _titles_above(first: int, before: deque[Row], tables: list[Table]) -> list[Row]:
    """Rows right above a header that can only be its title: one text, or 'label: value' pairs."""
    if not tables:
        return []
    above: list[Row] = []
    for row in reversed(before):
        if row.number >= first:
            continue
        cells = own_cells(row)
        if not cells:
            if above and len(above) > 3:
                break
            above.append(row)
            continue
        if not is_title(cells):
            break
        above.append(row)
    # A single text straight under data without a gap is rather that table's last line.
    while above and above[-1].is_blank():
        above.pop()
    if above and not any(r.is_blank() for r in above) and len(above) == 1:
        cells = own_cells(above[0])
        if cells and cells[0][0] > 3 and len(above[0].filled) < 3:
            return []
    above.reverse()
    return above


def _guess(sheet: Sheet, tops: Tops) -> Table | None:
    """Three or more short different texts in a row, over a row that is filled as well."""
    rows = list(islice(sheet.rows(), GUESS_ROWS_MAX + HEADER_ROWS_MAX))
    for at, row in enumerate(rows[:GUESS_ROWS_MAX]):
        cells = own_cells(row)
        texts = [squeeze(value) for _, value in cells if isinstance(value, str)]
        if len(texts) < 3 or len(texts) != len(cells) or len(set(texts)) != len(texts):
            continue
        if any(len(t) > 20 or ":" in t or t.replace(".", "").isdigit() for t in texts):
            continue
        below = next((r for r in rows[at + 1 :] if not r.is_blank()), None)
        if below is None or len(own_cells(below)) * 2 < len(cells):
            continue
        columns, above = columns_of([row], tops), tuple(_texts(rows[:at]))
        return Table(row.number, row.number, columns, sheet.height, above, guessed=True)
    return None


def walk(sheet: Sheet, tables: list[Table]) -> Iterator[tuple[Row, Table | None, str]]:
    """Every row with its table and what is certain about it from its place.

    The third is blank, title, header or body; a body row is still to be judged by what it says.
    """
    at = 0
    for row in sheet.rows():
        while at + 1 < len(tables) and row.number > tables[at].end:
            at += 1
        table = tables[at] if tables else None
        if table is None or row.number < table.first:
            yield row, None, "blank" if row.is_blank() else "title"
        elif row.number <= table.last or row.number in table.repeats:
            yield row, table, "header"
        elif row.number in table.inner_titles:
            yield row, table, "blank" if row.is_blank() else "title"
        elif row.is_blank():
            yield row, table, "blank"
        else:
            yield row, table, "body"


__all__ = [
    "CellError",
    "Column",
    "Table",
    "TimeOfDay",
    "find_tables",
    "is_header",
    "is_note",
    "is_total",
    "lone_text",
    "own_cells",
    "squeeze",
    "text_of",
    "walk",
]
