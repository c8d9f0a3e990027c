"""Header rows: which they are, how many belong together, and what they call each column.

Which words are column names is told by a vocabulary.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from anlan.kernel.papers.sheets.book import Merge, Row, Value, letter
from anlan.kernel.papers.sheets.cells import SPACES, Cells, own_cells, squeeze, text_of

#: From a cell's text to how surely it names a column (0 no, 1 yes).
Vocabulary = Callable[[str], float]
#: Merged ranges by their first cell: (row number, column).
Tops = dict[tuple[int, int], Merge]

HEADER_CHARS_MAX = 80
HEADER_ROWS_MAX = 6
KNOWN = 0.5
SURE = 0.9

_NUMBERING = re.compile(
    r"^(?:[((]?\d{1,2}[))]?|[甲乙丙丁戊己庚辛]|[A-Z]|[一二三四五六七八九十]{1,2}|栏次)$"
)


@dataclass(frozen=True, slots=True)
class Column:
    """``names`` are the header's levels from the top: ('整改', '责任人')."""

    index: int
    names: tuple[str, ...]
    #: How this table calls it: unique, never empty.
    label: str

    @property
    def letter(self) -> str:
        return letter(self.index)

    @property
    def name(self) -> str:
        return "/".join(self.names)


def is_header(row: Row, vocabulary: Vocabulary) -> bool:
    """At least two known column names, and most of the row."""
    filled = row.filled
    texts: list[str] = []
    others = 0
    for index, value in enumerate(row.values):
        if value is None or index in filled:
            continue
        if not isinstance(value, str):
            others += 1
            if others > 3:
                return False
        elif len(value) > HEADER_CHARS_MAX:
            return False
        else:
            texts.append(value)
    count = len(texts)
    if count < 2 or others * 3 > count:
        return False
    known = sure = strange = repeated = 0
    seen: set[str] = set()
    for value in texts:
        weight = vocabulary(value)
        if weight < KNOWN:
            strange += 1
            # Two in five must be known; give up once that is out of reach.
            if (count - strange) * 5 < count * 2:
                return False
        elif value not in seen:
            seen.add(value)
            known += 1
            sure += weight >= SURE
        elif weight >= SURE:
            # The same columns again, for a second table beside the first.
            repeated += 1
    count -= repeated
    if known < 2 or (not sure and known < 4):
        return False
    return (known >= 3 and known * 5 >= count * 2) or known * 5 >= count * 3


def group_rows(row: Row, before: deque[Row], tops: Tops, vocabulary: Vocabulary) -> list[Row]:
    """Rows above that group columns: two or more texts, each merged over some of them."""
    groups: list[Row] = []
    for above in reversed(before):
        if above.number != row.number - len(groups) - 1 or len(groups) >= 3:
            break
        below = groups[0] if groups else row
        if not _groups_columns(above, below, tops, vocabulary):
            break
        groups.insert(0, above)
    return groups


def _groups_columns(above: Row, row: Row, tops: Tops, vocabulary: Vocabulary) -> bool:
    cells = own_cells(above)
    if not cells:
        return False
    grouped = 0
    for index, value in cells:
        if not isinstance(value, str) or len(value) > 30 or ":" in squeeze(value):
            return False
        merged = (above.number, index) in tops
        grouped += merged
        if not merged and row.own(index) is not None and vocabulary(value) >= SURE:
            # '受检单位 | 甲公司 | 检查时间 | …': a label beside its value, over other names.
            return False
    width = len([1 for v in row.values if v is not None])
    widest = max(
        sum(1 for origin in above.filled.values() if origin == (above.number, i)) for i, _ in cells
    )
    if len(cells) >= 2 and grouped >= 1 and widest + 1 < width:
        return True
    # One group over a part of the columns, beside columns that stand for themselves.
    return grouped == 1 and 0 < widest + 1 < width - 1 and cells[0][0] > 0


def lower_rows(
    block: list[Row],
    ahead: deque[Row],
    tops: Tops,
    vocabulary: Vocabulary,
) -> list[Row]:
    """Rows under the first header row that belong to it: second levels, column numbers."""
    rows = list(block)
    added: list[Row] = []
    top = block[0].number
    pending: list[Row] = []
    for row in ahead:
        if len(rows) + len(pending) >= HEADER_ROWS_MAX:
            break
        cells = own_cells(row)
        if not cells:
            # Blank, or only the lower part of merged header cells: needs one that reaches here.
            if any(origin[0] >= top for origin in row.filled.values()):
                added += [*pending, row]
                rows += [*pending, row]
                pending = []
                continue
            break
        if _is_numbering(row, cells, rows):
            added.append(row)
            rows.append(row)
            break
        if not _is_second_level(cells, row, rows, vocabulary):
            break
        added.append(row)
        rows.append(row)
    return added


def _is_numbering(row: Row, cells: Cells, rows: list[Row]) -> bool:
    named = sum(1 for v in rows[-1].values if v is not None)
    if len(cells) < 4 or len(cells) * 10 < named * 6:
        return False
    texts = [squeeze(text_of(value)) for _, value in cells]
    numbers = [int(t.strip("()")) for t in texts if t.strip("()").isdigit()]
    rising = all(b == a + 1 for a, b in pairwise(numbers))
    return all(_NUMBERING.match(t) for t in texts) and rising and len(numbers) >= 3


def _is_second_level(cells: Cells, row: Row, rows: list[Row], vocabulary: Vocabulary) -> bool:
    last = rows[-1]
    groups = _group_starts(rows)
    named = 0
    for index, value in cells:
        if not isinstance(value, str):
            return False
        text = squeeze(value)
        if len(text) > 25 or ":" in text or re.search(r"\d{2,}", text):
            return False
        above = last.get(index)
        is_known = vocabulary(value) >= KNOWN
        alone = (
            above is not None
            and index not in groups
            and (index not in last.filled or last.filled[index][1] == index)
        )
        # Under a name that stretches over this column only, another name may still stand.
        if alone and not is_known:
            return False
        named += vocabulary(value) >= KNOWN or above is not None or index in groups
    first_value = row.get(0)
    if 0 not in row.filled and isinstance(first_value, int | float):
        return False
    return named >= 1 and (len(cells) >= 2 or cells[0][0] in groups)


def _group_starts(rows: list[Row]) -> set[int]:
    """Columns under a header cell that stretches to the right: merged, or followed by blanks."""
    out: set[int] = set()
    last = rows[-1]
    for index, origin in last.filled.items():
        if origin[1] != index:
            out.update((origin[1], index))
    values = last.values
    for index, value in enumerate(values):
        nearer = index + 1 >= len(values) or values[index + 1] is not None
        if value is not None and index not in last.filled and not nearer:
            out.add(index)
            step = index + 1
            while step < len(values) and values[step] is None:
                out.add(step)
                step += 1
    return out


def columns_of(block: list[Row], tops: Tops) -> tuple[Column, ...]:
    width = max(len(row.values) for row in block)
    taken: dict[str, int] = {}
    columns = []
    numbering = len(block) > 1 and _is_numbering(block[-1], own_cells(block[-1]), block[:-1])
    named_rows = block[:-1] if numbering else block
    for index in range(width):
        names: list[str] = []
        for depth, row in enumerate(named_rows):
            value = row.get(index)
            if value is None and depth + 1 < len(named_rows):
                value = _group_left(named_rows, depth, index)
            name = SPACES.sub("" if _is_chinese(text_of(value)) else " ", text_of(value)).strip()
            if name and (not names or names[-1] != name):
                names.append(name)
        label = "/".join(names) or f"列{letter(index)}"
        if label in taken:
            label = f"{label}〔{letter(index)}〕"
        taken[label] = index
        columns.append(Column(index, tuple(names), label))
    while columns and not columns[-1].names:
        columns.pop()
    return tuple(columns)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _group_left(rows: list[Row], depth: int, index: int) -> Value:
    """The group's name over a blank cell, where merges aren't known and a lower name is there."""
    row, below = rows[depth], rows[depth + 1]
    if below.get(index) is None or index in below.filled:
        return None
    for left in range(index - 1, -1, -1):
        value = row.get(left)
        if value is not None:
            return value if below.get(left) is not None and left not in row.filled else None
        if below.get(left) is None:
            return None
    return None
