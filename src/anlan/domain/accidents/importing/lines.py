"""A workbook's rows by the fields of a plan, and which of them tell of one accident."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.refusal import Unreadable
from anlan.domain.accidents.importing import cells
from anlan.domain.accidents.importing.plan import REQUIRED, Plan, head
from anlan.domain.accidents.refusals import NoAccidentSheet, TooManyAccidents
from anlan.kernel.papers.sheets import Row, Sheet, Value, letter, read_workbook

HEADER_ROWS_MAX = 30
#: Headings in the upper of two rows: a title over all of them is none.
UPPER_MIN = 3
#: What a row begins with that sums the others up or says who wrote them.
_ASIDE = re.compile(
    r"(合计|总计|小计|共计|总数|填表|制表|审核|审批|备注|说明|注[:：]|grand|sub-?total|totals?\b|sum\b"
    r"|notes?\b|source\b)",
    re.IGNORECASE,
)
_UNITS = re.compile(r"[(（\[].*[)）\]]")
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0|年)?")
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
    #: The last row of its headings.
    top: int
    #: Those that are read, and all of them.
    at: dict[str, int]
    heads: dict[str, int]


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

    def day(self, plan: Plan) -> Value:
        """The day on which it happened, out of three columns where year, month and day have one."""
        said = self.texts(plan, "happened_at")
        if len(said) == 3 and (year := _YEAR.fullmatch(said[0])):
            month, day = (each.removesuffix(".0").rstrip("月日") for each in said[1:])
            return f"{year[1]}-{month}-{day}" if month.isdecimal() else f"{day} {month} {year[1]}"
        return self.value(plan, "happened_at")

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


def lines(found: Sequence[Table], plan: Plan, aside: list[int] | None = None) -> Iterator[Line]:
    """The rows below the headings. ``aside`` gets the numbers of those that sum others up, say
    who wrote them or in which units, and are no accidents."""
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
            line = Line(table.sheet.name, row.number, at, values)
            if _is_aside(line, row, table, plan):
                if aside is not None:
                    aside.append(row.number)
                continue
            yield line


def _is_aside(line: Line, row: Row, table: Table, plan: Plan) -> bool:
    own = _own(row)
    said = next(iter(own.values()), "")
    if _ASIDE.match(said):
        # A row that has a day tells of an accident, whatever its first word is.
        return not cells.is_day(cells.text(line.day(plan)))
    return row.number == table.top + 1 and all(map(_UNITS.fullmatch, own.values()))


def accidents(
    found: Sequence[Table], plan: Plan, aside: list[int] | None = None
) -> Iterator[list[Line]]:
    """The rows of each accident, in the order of its first; the same every time."""
    if not plan.same:
        for line in lines(found, plan, aside):
            yield [line]
        return
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines(found, plan, aside):
        key = tuple(cells.text(line.values.get(heading)) for heading in plan.same)
        # A row that says nothing of what it shares is an accident of its own.
        alone = not any(key)
        groups.setdefault((line.sheet, str(line.number)) if alone else key, []).append(line)
    yield from groups.values()


# --- the row of headings -------------------------------------------------------------------------


def _headed(sheet: Sheet, plan: Plan | None) -> Table | None:
    """By the plan's headings; without a plan the row with the most cells of words."""
    best: tuple[int, Table] | None = None
    rows = list(islice(sheet.rows(), HEADER_ROWS_MAX + 1))
    for row, below in zip_longest(rows[:HEADER_ROWS_MAX], rows[1:]):
        for top, heads in _readings(row, below):
            if plan is not None:
                if (at := _at(heads, plan)) is not None:
                    return Table(sheet, top, at, heads)
                continue
            words = sum(any(map(str.isalpha, heading)) for heading in heads)
            if words > (best[0] if best else 1):
                best = words, Table(sheet, top, heads, heads)
    return best[1] if best else None


def _readings(row: Row, below: Row | None) -> Iterator[tuple[int, dict[str, int]]]:
    """What a row is as headings: with the row below it, where that divides some of them."""
    if below is not None and (both := _divided(row, below)):
        yield below.number, both
    yield row.number, headings(row)


def _divided(row: Row, below: Row) -> dict[str, int] | None:
    """Headings of two rows, 伤亡人数 over 死亡 and 重伤; None where the lower one is none of them.

    A cell of the lower row stands below one that spans it, and says words.
    """
    upper, lower = _own(row), _own(below)
    if len(upper) < UPPER_MIN or len(lower) < 2 or lower.keys() <= upper.keys():
        return None
    named: dict[int, str] = dict(upper)
    for n, said in lower.items():
        above = max((m for m in upper if m <= n), default=None)
        spans = n not in upper or (n + 1 in lower and n + 1 not in upper)
        if above is None or not spans or not said[:1].isalpha() or cells.is_day(said):
            return None
        named[n] = f"{upper[above]} {said}"
    return _numbered(sorted(named.items()))


def _own(row: Row) -> dict[int, str]:
    return {n: said for n, value in enumerate(row.values)
            if n not in row.filled and (said := cells.text(value))}  # fmt: skip


def headings(row: Row) -> dict[str, int]:
    """The columns of a row of headings; what is there twice is told apart by a number."""
    return _numbered(_own(row).items())


def _numbered(named: Iterable[tuple[int, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for n, said in named:
        name, times = said, 1
        while name in found:
            times += 1
            name = TWICE.format(said, times)
        found[name] = n
    return found


def _at(heads: Mapping[str, int], plan: Plan) -> dict[str, int] | None:
    """Where the plan's own headings stand among some that have them."""
    here: dict[str, int] = {}
    for heading, n in heads.items():
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
