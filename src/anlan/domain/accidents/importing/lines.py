"""A workbook's rows by the fields of a plan, and which of them tell of one accident."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.refusal import Unreadable
from anlan.domain.accidents.importing import cells
from anlan.domain.accidents.importing.plan import REQUIRED, Plan, head
from anlan.domain.accidents.refusals import NoAccidentSheet, TooManyAccidents
from anlan.kernel.papers.sheets import Row, Sheet, Value, letter, read_workbook

HEADER_ROWS_MAX = 10
#: Rows of one file.
LINES_MAX = 500_000
#: What a compressed table may grow to.
UNPACKED_BYTES_MAX = 200_000_000
#: Of the column of a heading that stands there twice: "Notes", "Notes (2)".
TWICE = "{} ({})"


@dataclass(frozen=True)
class Table:
    """A sheet's row of headings, and in which column each stands."""

    sheet: Sheet
    top: int
    at: dict[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what the columns of the plan hold."""

    sheet: str
    number: int
    at: dict[str, int]
    values: Mapping[str, Value]

    def value(self, plan: Plan, name: str) -> Value:
        """The first of a field's columns that says something."""
        heads = plan.columns.get(name, ())
        return next((v for h in heads if (v := self.values.get(h)) not in (None, "")), None)

    def text(self, plan: Plan, name: str) -> str:
        return next(iter(self.texts(plan, name)), "")

    def texts(self, plan: Plan, name: str) -> list[str]:
        heads = plan.columns.get(name, ())
        return [said for h in heads if (said := cells.text(self.values.get(h)))]

    def cell(self, heading: str) -> str:
        return cells.text(self.values.get(heading))

    def place(self, plan: Plan, name: str) -> tuple[str, str]:
        """The column of a field as a sheet names it, and its heading."""
        heading = next((h for h in plan.columns.get(name, ()) if h in self.at), "")
        return (letter(self.at[heading]), heading) if heading else ("", "")


@contextmanager
def tables(path: Path, name: str, plan: Plan | None = None) -> Iterator[list[Table]]:
    """The sheets that have the plan's columns; without a plan those that have any headings."""
    with unpacked(path, name) as (real, called), read_workbook(real, called) as book:
        found = [table for sheet in book.sheets if (table := _headed(sheet, plan))]
        if not found:
            wanted = [h for n in REQUIRED for h in plan.columns.get(n, ())[:1]] if plan else []
            raise NoAccidentSheet(columns="、".join(wanted) or "—")
        yield found


def lines(found: Sequence[Table], plan: Plan) -> Iterator[Line]:
    wanted, count = plan.headings(), 0
    for table in found:
        at = {heading: n for heading, n in table.at.items() if heading in wanted}
        for row in table.sheet.rows():
            if row.number <= table.top or row.is_blank():
                continue
            count += 1
            if count > LINES_MAX:
                raise TooManyAccidents(max=LINES_MAX)
            values = {h: value for h, n in at.items() if (value := row.get(n)) is not None}
            yield Line(table.sheet.name, row.number, at, values)


def accidents(found: Sequence[Table], plan: Plan) -> Iterator[list[Line]]:
    """The rows of each accident, in the order of its first; the same every time."""
    if not plan.same:
        for line in lines(found, plan):
            yield [line]
        return
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines(found, plan):
        key = tuple(cells.text(line.values.get(heading)) for heading in plan.same)
        # A row that says nothing of what it shares is an accident of its own.
        alone = not any(key)
        groups.setdefault((line.sheet, str(line.number)) if alone else key, []).append(line)
    yield from groups.values()


# --- the row of headings -------------------------------------------------------------------------


def _headed(sheet: Sheet, plan: Plan | None) -> Table | None:
    """By the plan's headings; without a plan the row with the most cells of words."""
    best: tuple[int, Row] | None = None
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            break
        if plan is not None:
            if (at := _at(row, plan)) is not None:
                return Table(sheet, row.number, at)
            continue
        words = sum(isinstance(v, str) and any(map(str.isalpha, v)) for v in row.values)
        if words > (best[0] if best else 1):
            best = words, row
    return Table(sheet, best[1].number, headings(best[1])) if best else None


def headings(row: Row) -> dict[str, int]:
    """The columns of a row of headings; what is there twice is told apart by a number."""
    found: dict[str, int] = {}
    for n, value in enumerate(row.values):
        if n in row.filled or not (said := cells.text(value)):
            continue
        name, times = said, 1
        while name in found:
            times += 1
            name = TWICE.format(said, times)
        found[name] = n
    return found


def _at(row: Row, plan: Plan) -> dict[str, int] | None:
    """Where the plan's own headings stand in a row that has them."""
    here: dict[str, int] = {}
    for heading, n in headings(row).items():
        here.setdefault(head(heading), n)
    at = {name: here[head(name)] for name in plan.headings() if head(name) in here}
    there = all(any(h in at for h in plan.columns.get(name, ())) for name in REQUIRED)
    return at if there else None


# --- packed files --------------------------------------------------------------------------------


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[tuple[Path, str]]:
    """The file itself; of a compressed one what it holds, up to a limit."""
    if not name.endswith(".gz"):
        yield path, name
        return
    with tempfile.TemporaryDirectory(prefix="anlan-in-") as folder:
        real = Path(folder) / (Path(name).with_suffix("").name or "table")
        try:
            with gzip.open(path) as packed, real.open("wb") as out:
                shutil.copyfileobj(_Limited(packed, name), out)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(field=name, reason=_("It can't be unpacked.")) from error
        yield real, real.name


class _Limited:
    """Reads no more than the limit out of what is unpacked."""

    def __init__(self, file: Any, name: str) -> None:
        self.file, self.name, self.left = file, name, UNPACKED_BYTES_MAX

    def read(self, size: int = 1 << 16) -> bytes:
        block: bytes = self.file.read(size)
        self.left -= len(block)
        if self.left < 0:
            raise Unreadable(field=self.name, reason=_("It unpacks to more than 200 MB."))
        return block
