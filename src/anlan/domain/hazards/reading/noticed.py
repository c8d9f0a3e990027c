"""What is noticed about a row beside what it says: it repeats another, or nobody sees it.

Equal rows stay hazards of their own, as the nth of their kind (see keys), and hidden rows are
taken in like others; but neither without a word.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator

from anlan.base.text import plain
from anlan.domain.hazards.reading.keys import place_key
from anlan.domain.hazards.reading.rows import Finding, ParsedRow, Result
from anlan.kernel.papers.sheets.book import Sheet

#: Rows of a sheet whose marks are kept, a number each; of those below it is said that none was.
ROWS_MAX = 300_000
#: Rows whose repetitions are told apart; of further ones it is only said that they repeat a row.
NAMED_MAX = 100


def noticed(results: Iterator[Result], sheet: Sheet) -> Iterator[Result]:
    """A sheet's results, with what is noticed about each hazard among its warnings."""
    seen = _Seen()
    ends = [last for _first, last in sheet.hidden_rows]
    for result in results:
        if isinstance(result, ParsedRow):
            if sheet.hidden:
                result.warnings.append(Finding("sheet_hidden"))
            elif ends and _is_hidden(result, sheet, ends):
                result.warnings.append(Finding("row_hidden"))
            if doubt := seen.before(result):
                result.warnings.append(doubt)
        yield result


def _is_hidden(row: ParsedRow, sheet: Sheet, ends: list[int]) -> bool:
    at = bisect_left(ends, row.first_row)
    return at < len(ends) and sheet.hidden_rows[at][0] <= row.last_row


class _Seen:
    """The rows of a sheet so far, by what makes two of them equal."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._named: set[int] = set()

    def before(self, row: ParsedRow) -> Finding | None:
        mark = _mark(row)
        first = self._rows.get(mark)
        if first is None:
            if len(self._rows) >= ROWS_MAX:
                return Finding("equal_unchecked", data={"limit": ROWS_MAX})
            self._rows[mark] = row.first_row
            return None
        if first not in self._named and len(self._named) >= NAMED_MAX:
            return Finding("equal_rows")
        self._named.add(first)
        return Finding("equal_row", data={"same_as": first})


def _mark(row: ParsedRow) -> int:
    """Day, description, enterprise and place, in eight bytes."""
    told = f"{row.found_on:%Y%m%d}|{plain(row.description)}|{place_key(row)}"
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest())
