"""The workbook that goes back to a sender: only the rows to mend, and what is wrong with each.

It keeps the sender's own columns, titles and sheet names, so that it is read like the original;
the red first column and the hidden last one are known to the reader and are no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from anlan.kernel.papers.sheets.writing import OutTable, write_tables

#: Headers of our own columns; the dictionaries of readers know them.
REASON_HEADER = "错误原因"
ORIGIN_HEADER = "安澜行标识"


@dataclass(frozen=True, slots=True)
class BadRow:
    """``raw`` is header to text, as the reader gave it; ``origin`` names the row for ever."""

    reason: str
    raw: Mapping[str, str]
    origin: str


@dataclass(frozen=True, slots=True)
class BadTable:
    sheet: str
    headers: Sequence[str]
    rows: Sequence[BadRow]
    titles: Sequence[str] = ()


def write_error_workbook(target: Path | BinaryIO, tables: Iterable[BadTable]) -> int:
    """Returns the number of rows written."""
    return write_tables(target, (_table(table) for table in tables if table.rows))


def _table(table: BadTable) -> OutTable:
    headers = [REASON_HEADER, *table.headers, ORIGIN_HEADER]
    last = len(headers) - 1
    return OutTable(
        name=table.sheet,
        headers=headers,
        rows=(
            [row.reason, *(row.raw.get(h, "") for h in table.headers), row.origin]
            for row in table.rows
        ),
        titles=table.titles,
        widths=[48, *([16] * len(table.headers)), 4],
        red=frozenset({0}),
        hidden=frozenset({last}),
    )  # fmt: skip
