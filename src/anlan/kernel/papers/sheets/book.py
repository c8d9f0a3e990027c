"""A workbook as it lies on disk: sheets whose rows are streamed, never held as a whole."""

from __future__ import annotations

import json
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error (``#REF!``), or a formula whose result was never stored."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time without a day; Excel also shows the numbers 0 to 1 so where a cell is a date."""

    text: str

    def __str__(self) -> str:
        return self.text


Value = str | int | float | bool | date | datetime | TimeOfDay | CellError | None


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` is what Excel shows at its left; ``values`` begin at column A.

    Cells of a merged range all hold its value; ``filled`` says which of them aren't its origin,
    and where the origin is (row number, column from 0).
    """

    number: int
    values: tuple[Value, ...]
    filled: dict[int, tuple[int, int]] = field(default_factory=dict)

    def get(self, column: int) -> Value:
        try:
            return self.values[column]
        except IndexError:
            return None

    def own(self, column: int) -> Value:
        """The cell's own value: none where it only repeats a merged range's."""
        return None if column in self.filled else self.get(column)

    def is_blank(self) -> bool:
        filled = self.filled
        return all(v is None or i in filled for i, v in enumerate(self.values))


#: Readers turn cells that hold nothing else into None.
BLANKS = " \t\r\n\v\f\u3000\u00a0\u200b\ufeff\u2002\u2003\u2009"


def letter(column: int) -> str:
    """0 → A, 26 → AA: as Excel names it."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    number = 0
    for char in name:
        number = number * 26 + ord(char) - 64
    return number - 1


@dataclass(slots=True)
class Sheet:
    """One sheet. ``height`` is the last row with content, counted from 1."""

    index: int
    name: str
    hidden: bool
    height: int
    width: int
    source: Callable[[], Iterator[Sequence[Value]]]
    merges: tuple[Merge, ...] = ()
    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    #: Why it couldn't be read, where one sheet is damaged and the others aren't.
    problem: str = ""
    #: A sheet of another kind (a chart): it has no rows.
    chart: bool = False
    #: Its bare numbers count days from 1904, as old Macs did; cells formatted as days are days.
    since_1904: bool = False
    #: Runs of rows that the workbook hides, as Excel numbers them, both ends included.
    hidden_rows: tuple[tuple[int, int], ...] = ()

    def rows(self) -> Iterator[Row]:
        """Every row from 1 to ``height``, blank ones too. Can be called again."""
        if not self.merges and not self.errors:
            for number, values in enumerate(self.source(), 1):
                yield Row(number, tuple(values))
            return
        yield from self._spread()

    def _spread(self) -> Iterator[Row]:
        pending = sorted(
            (m for m in self.merges if m.top < self.height and m.left < max(self.width, 1)),
            key=lambda m: m.top,
            reverse=True,
        )
        active: list[tuple[Merge, Value]] = []
        for number, read in enumerate(self.source(), 1):
            at = number - 1
            values = list(read)
            for column, error in self.errors.get(number, ()):
                values.extend([None] * (column + 1 - len(values)))
                if values[column] is None:
                    values[column] = CellError(error)
            if active:
                active = [pair for pair in active if pair[0].bottom >= at]
            while pending and pending[-1].top <= at:
                merge = pending.pop()
                origin = values[merge.left] if merge.left < len(values) else None
                active.append((merge, origin))
            filled: dict[int, tuple[int, int]] = {}
            for merge, value in active:
                right = min(merge.right, self.width - 1)
                values.extend([None] * (right + 1 - len(values)))
                for column in range(merge.left, right + 1):
                    if (merge.top, merge.left) != (at, column):
                        values[column] = value
                        filled[column] = (merge.top + 1, merge.left)
            yield Row(number, tuple(values), filled)


class Workbook:
    """What was read. Close it (or use ``with``): its rows lie in a temporary folder."""

    def __init__(
        self, name: str, kind: str, sheets: list[Sheet], folder: Path | None, notes: list[str]
    ) -> None:
        self.name, self.kind, self.sheets = name, kind, sheets
        #: Codes of what was noticed on the way in, such as ``extension_differs``.
        self.notes = notes
        #: SHA-256 of the file, set by the reader; names the file in error workbooks.
        self.digest = ""
        self._folder = folder
        self._finalizer = (
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True) if folder else None
        )

    @property
    def row_count(self) -> int:
        return sum(sheet.height for sheet in self.sheets)

    def close(self) -> None:
        if self._finalizer:
            self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def spooled(path: Path) -> Callable[[], Iterator[Sequence[Value]]]:
    """Rows from one JSON line each, as the child wrote them."""

    def read() -> Iterator[Sequence[Value]]:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                values: list[Any] = json.loads(line)
                for at, value in enumerate(values):
                    if value.__class__ is list:
                        values[at] = _special(value)
                yield values

    return read


def _special(pair: list[str]) -> Value:
    kind, text = pair
    if kind == "d":
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    return TimeOfDay(text)
