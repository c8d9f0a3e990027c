"""How one workbook is read: its tables, and what each of their columns is. Data of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from dataclasses import field as made
from itertools import islice
from pathlib import Path
from typing import Any, Self

from anlan.domain.enterprises.importing.columns import Guess, guess, vocabulary, why_untaken
from anlan.domain.enterprises.refusals import NothingToRead, TooManyEntries
from anlan.kernel.papers.sheets import Row, Sheet, Workbook, read_workbook
from anlan.kernel.papers.sheets.tables import (
    Table,
    find_tables,
    is_note,
    is_total,
    lone_text,
    own_cells,
    text_of,
    walk,
)

#: Rows below its headings that a table is judged by, and values of a column that a page shows.
SAMPLE_ROWS, EXAMPLES, EXAMPLE_CHARS_MAX = 200, 3, 40
#: Tables of one workbook, and rows of all of them.
TABLES_MAX, ROWS_MAX = 60, 200_000
REQUIRED = "name"


@dataclass
class Column:
    index: int
    letter: str
    heading: str
    field: str = ""
    #: On what the field rests (columns.Guess); empty where a person said so.
    why: list[str] = made(default_factory=list)
    examples: list[str] = made(default_factory=list)

    @property
    def untaken(self) -> str:
        """Why nothing of it is taken, where the register doesn't keep what it tells."""
        return "" if self.field else why_untaken(self.heading)

    @property
    def reason(self) -> str:
        return Guess(*self.why).reason if self.why else ""


@dataclass
class TablePlan:
    """One table of one sheet; ``first`` is the row of its headings, by which it is found again."""

    sheet: int
    name: str
    first: int
    columns: list[Column]
    hidden: bool = False
    included: bool = True

    def fields(self) -> dict[str, Column]:
        return {one.field: one for one in self.columns if one.field}


@dataclass
class Plan:
    tables: list[TablePlan] = made(default_factory=list)
    #: Headings of the mapping it was proposed by: without them its tables aren't found again.
    known: dict[str, str] = made(default_factory=dict)
    #: Whether a name unlike the known one, under its credit code, is a new name of it.
    renames: bool = False

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        tables = [
            TablePlan(**{**one, "columns": [Column(**each) for each in one["columns"]]})
            for one in data.get("tables", ())
        ]
        return cls(tables, dict(data.get("known", {})), bool(data.get("renames")))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def mapping(self) -> dict[str, str]:
        """By heading, the field: what is saved for the next workbook."""
        return {
            one.heading: one.field
            for table in self.tables
            if table.included
            for one in table.columns
            if one.field
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One row: by field, what its cell says."""

    sheet: str
    number: int
    said: Mapping[str, str]
    columns: Mapping[str, Column]
    hidden: bool = False

    def place(self, name: str) -> tuple[str, str]:
        """The column of a field as a sheet names it, and its heading."""
        column = self.columns.get(name)
        return (column.letter, column.heading) if column else ("", "")


def propose(book: Workbook, saved: Mapping[str, str], source: str) -> Plan:
    """Every table of a workbook, with what its columns are thought to be.

    Included are those of visible sheets that name enterprises and tell one more thing of them.
    """
    plan = Plan(known=dict(saved))
    for sheet in book.sheets:
        for table in find_tables(sheet, vocabulary(saved))[: TABLES_MAX - len(plan.tables)]:
            columns = _columns(sheet, table, saved, source)
            one = TablePlan(sheet.index, sheet.name, table.first, columns, sheet.hidden)
            fields = one.fields()
            one.included = not sheet.hidden and REQUIRED in fields and len(fields) > 1
            plan.tables.append(one)
    if not any(REQUIRED in table.fields() or table.columns for table in plan.tables):
        raise NothingToRead
    return plan


def _columns(sheet: Sheet, table: Table, saved: Mapping[str, str], source: str) -> list[Column]:
    below = (row for row in sheet.rows() if row.number > table.last and not row.is_blank())
    rows = list(islice(below, SAMPLE_ROWS))
    values = [
        [said for row in rows if (said := text_of(row.get(one.index)).strip())]
        for one in table.columns
    ]
    found = guess([one.label for one in table.columns], values, saved, source)
    return [
        Column(
            one.index, one.letter, one.label, guessed.field, list(guessed) if guessed.field else [],
            [said[:EXAMPLE_CHARS_MAX] for said in dict.fromkeys(column)][:EXAMPLES],
        )
        for one, column, guessed in zip(table.columns, values, found, strict=True)
    ]  # fmt: skip


class Aside:
    """How many rows are no entries: totals, notes, headings of a page that follows."""

    def __init__(self) -> None:
        self.rows = 0


@contextmanager
def opened(
    path: Path, name: str, plan: Plan, aside: Aside | None = None
) -> Iterator[Iterator[Line]]:
    """The rows of a workbook's included tables, in their order; the same every time."""
    with read_workbook(path, name) as book:
        yield _lines(book, plan, aside or Aside())


def _lines(book: Workbook, plan: Plan, aside: Aside) -> Iterator[Line]:
    count = 0
    weigh = vocabulary(plan.known)
    for sheet in book.sheets:
        wanted = {
            one.first: one for one in plan.tables if one.sheet == sheet.index and one.included
        }
        if not wanted:
            continue
        hidden = _Hidden(sheet)
        tables = find_tables(sheet, weigh)
        for row, table, kind in walk(sheet, tables):
            planned = wanted.get(table.first) if table else None
            if planned is None or kind == "blank":
                continue
            if kind != "body" or _is_aside(row, planned):
                aside.rows += kind != "header" or row.number > (table.last if table else 0)
                continue
            count += 1
            if count > ROWS_MAX:
                raise TooManyEntries(max=ROWS_MAX)
            fields = planned.fields()
            said = {name: text_of(row.get(one.index)).strip() for name, one in fields.items()}
            yield Line(sheet.name, row.number, said, fields, hidden.has(row.number))


def _is_aside(row: Row, table: TablePlan) -> bool:
    cells = own_cells(row)
    if is_total(cells) or is_note(cells):
        return True
    # A lone text over the whole width is the heading of a section; in the name's column a name.
    lone = lone_text(row, cells, len(table.columns))
    return lone is not None and cells[0][0] != table.fields()["name"].index


class _Hidden:
    """Whether the workbook hides a row; asked in their order."""

    def __init__(self, sheet: Sheet) -> None:
        self.runs: Sequence[tuple[int, int]] = sheet.hidden_rows
        self.at = 0

    def has(self, number: int) -> bool:
        while self.at < len(self.runs) and self.runs[self.at][1] < number:
            self.at += 1
        return self.at < len(self.runs) and self.runs[self.at][0] <= number
