"""Where the tables on a sheet are, and what a row is that isn't data.

Generic: which words are column names is told by a vocabulary, ``Callable[[str], float]`` from a
cell's text to how surely it names a column (0 no, 1 yes). One pass, whatever the sheet's length.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice, pairwise

from anlan.kernel.papers.sheets.book import (
    CellError,
    Merge,
    Row,
    Sheet,
    TimeOfDay,
    Value,
    letter,
)
from anlan.kernel.papers.sheets.neutral import neutralised

Vocabulary = Callable[[str], float]
#: Merged ranges by their first cell: (row number, column).
Tops = dict[tuple[int, int], Merge]

HEADER_CHARS_MAX = 80
HEADER_ROWS_MAX = 6
LOOK_BACK_ROWS = 8
#: Without a vocabulary's help a header is only looked for this far down.
GUESS_ROWS_MAX = 30
KNOWN = 0.5
SURE = 0.9

_SPACES = re.compile(r"\s+")
_TOTAL = re.compile(
    r"^(?:本页|本表|本月|本季|全县|全市|全州|全区|全省|以上|其中)?(?:合计|总计|小计|共计|累计|总数|汇总|合\s*计)"
    r"[数:]?[:(\d].{0,30}$|^(?:本页|本表|本月|本季|全县|全市|全州|全区|全省|以上)?(?:合计|总计|小计|共计|累计|总数|汇总)$"
    r"|^.{0,10}(?:小计|合计|总计)(?:[:(\d].{0,20})?$|^(?:total|subtotal|grand total|sum)[: ]*\d*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:(?:填表|填报|制表|审核|审批|复核|报送|统计|经办|签发|校核|编制|录入|联系|主管|分管|单位|部门|企业|"
    r"检查组?|受检|被检查?|受检查|陪同|整改|验收|复查|安全)?(?:单位|部门|企业)?(?:主要)?"
    r"(?:人员?|负责人|领导|日期|时间|电话|方式|单位|组长|组员|人签字|人签名)"
    r"(?:[((](?:签字|签名|盖章|公章|章)[))])?(?:签字|签名|盖章)?:.*"
    r"|(?:备注|注|附注|说明|备注说明|填写说明|填表说明|填报说明|填写要求|填报要求|填表要求|注意事项|附件|附|示例说明|表格说明|使用说明)"
    r"(?:[:1一].*)?$"
    r"|[((]?(?:盖章|公章|签字|签章|签名|单位盖章)[))]?:?$"
    r"|(?:以下|此页|本页)(?:空白|无正文|无内容|为空白)?$|第\s*\d*\s*页.*|共\s*\d*\s*页.*|第\d+页,?共\d+页|[-—]\d+[-—]$"
    r"|\*+[^*].{11,}|※.*|★.*|注[:\d].*)",
)
_NUMBERING = re.compile(
    r"^(?:[((]?\d{1,2}[))]?|[甲乙丙丁戊己庚辛]|[A-Z]|[一二三四五六七八九十]{1,2}|栏次)$"
)


def text_of(value: Value) -> str:
    """A cell as its reader sees it: 1.0 is 1, a day is 2024-06-25."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return neutralised(value) if value[0] == "'" else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def squeeze(text: str) -> str:
    """NFKC without any white space: '合　 计' is 合计, '（１）' is (1)."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).replace("\u200b", "")


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


Cells = list[tuple[int, Value]]


def own_cells(row: Row) -> Cells:
    """Cells that hold something of their own, not a merged range's repetition."""
    filled = row.filled
    if not filled:
        return [(i, v) for i, v in enumerate(row.values) if v is not None]
    return [(i, v) for i, v in enumerate(row.values) if v is not None and i not in filled]


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
            block = [*_group_rows(row, before, tops, vocabulary), row]
            block += _lower_rows(block, ahead, tops, vocabulary)
            for _ in range(block[-1].number - row.number):
                ahead.popleft()
            above = _titles_above(block[0].number, before, tables)
            table = Table(block[0].number, block[-1].number, _columns(block, tops))
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
        texts = [squeeze(text_of(value)) for _, value in cells]
        is_title = (
            len(texts) == 1
            and isinstance(cells[0][1], str)
            and len(texts[0]) <= 60
            and not _NOTE.match(texts[0])
            and not _TOTAL.match(texts[0])
        ) or (
            len(texts) <= 4
            and all(":" in t or re.fullmatch(r"\d{4}年\d{1,2}月(\d{1,2}日)?", t) for t in texts)
            and not _NOTE.match(texts[0])
        )
        if not is_title:
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


def _group_rows(row: Row, before: deque[Row], tops: Tops, vocabulary: Vocabulary) -> list[Row]:
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


def _lower_rows(
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


def _is_numbering(row: Row, cells: list[tuple[int, Value]], rows: list[Row]) -> bool:
    named = sum(1 for v in rows[-1].values if v is not None)
    if len(cells) < 4 or len(cells) * 10 < named * 6:
        return False
    texts = [squeeze(text_of(value)) for _, value in cells]
    numbers = [int(t.strip("()")) for t in texts if t.strip("()").isdigit()]
    rising = all(b == a + 1 for a, b in pairwise(numbers))
    return all(_NUMBERING.match(t) for t in texts) and rising and len(numbers) >= 3


def _is_second_level(
    cells: list[tuple[int, Value]], row: Row, rows: list[Row], vocabulary: Vocabulary
) -> bool:
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


def _columns(block: list[Row], tops: Tops) -> tuple[Column, ...]:
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
            name = _SPACES.sub("" if _is_chinese(text_of(value)) else " ", text_of(value)).strip()
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
        above = _texts(rows[:at])
        block = [row]
        return Table(
            row.number, row.number, _columns(block, tops), sheet.height, tuple(above), guessed=True
        )
    return None


def is_total(cells: Cells) -> bool:
    """A line of totals: one of its first texts says so, and it is no sentence."""
    for _, value in cells[:3]:
        if isinstance(value, str) and len(value) < 60 and _says_total(value):
            return True
    return False


@lru_cache(maxsize=8_192)
def _says_total(text: str) -> bool:
    return bool(_TOTAL.match(squeeze(text)))


def is_note(cells: Cells) -> bool:
    """A footer: who filled in the form, remarks about it, page numbers."""
    return bool(cells and isinstance(cells[0][1], str) and _says_note(cells[0][1][:2_000]))


@lru_cache(maxsize=2_048)
def _says_note(text: str) -> bool:
    return bool(_NOTE.match(squeeze(text)))


def lone_text(row: Row, cells: Cells, width: int) -> str | None:
    """The text of a row that holds nothing else and stretches over the table or stands at its left.

    Such a row is a section's heading or a remark, unless it stands in a column for long texts.
    """
    if len(cells) != 1:
        return None
    index, value = cells[0]
    if not isinstance(value, str):
        return None
    span = 1 + sum(1 for origin in row.filled.values() if origin == (row.number, index))
    if span >= max(3, width // 2) or index <= 1:
        return value.strip()
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
