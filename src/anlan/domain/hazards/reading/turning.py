"""Forms and tables that lie on their side, read as rows under a header.

A form has labels beside or above their values: one hazard notice, a card, or many of them one
below the other. A table on its side has its header down the first column and a hazard in each
column after it. Both become records; a label is a column's name, a record is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading.nothing import NIL, PLACEHOLDER
from anlan.domain.hazards.reading.plan import ColumnPlan, TablePlan
from anlan.kernel.papers.sheets.book import CellError, Row, Sheet, Value, letter
from anlan.kernel.papers.sheets.tables import own_cells, squeeze, text_of

#: Sheets beyond this aren't looked through for forms.
ROWS_MAX = 5_000
_LABEL_CHARS_MAX = 20
#: Labels that a form for one hazard has beside what was found; one of them must be filled in.
_ABOUT = frozenset(
    {"enterprise", "found_on", "deadline", "place", "responsible_person", "responsible_unit",
     "status", "progress", "checkers", "checking_unit"}
)  # fmt: skip
#: Labels that only head the line of labels or numbers, where another says the same.
_HEADINGS = ("项目", "内容", "名称", "事项")
#: What speaks of problems in general, or of how to fill in a form.
_NO_FORM = re.compile(
    r"总结|汇报|会议|纪要|简报|问卷|(?:填报|填写|填表|使用|编制)(?:说明|须知|要求|指南)|样表|模板|示范文本"
)
_PAIR = re.compile(r"^\s*([^:：\n]{2,20})[:：]\s*(\S[\s\S]*)$")
_ENDS = re.compile(r"[:：]\s*$")
_ADDRESSED = re.compile(
    r"^(.{1,40}?(?:公司|厂|矿|店|站|学校|医院|酒店|中心|企业|单位|场|所))[:：]\s*$"
)
_ASKS = re.compile(r"(?:问题|隐患|行为)(?:如下)?[:：]\s*$")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.、．)）]|[(（][\d一二三四五六七八九十]{1,2}[)）]|[①-⑳])")
_DAY = r"(20\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
_CHECKED_ON = re.compile(_DAY + "(?!前|之前|以前).{0,30}(?:检查|排查|督查|巡查)")
_DUE_ON = re.compile(_DAY + r"\s*(?:之?前|以前).{0,12}(?:整改|完成|改正)")


@dataclass(slots=True)
class Record:
    """One form, or one column of a table on its side: label to (value, column it stands in)."""

    first: int
    last: int
    values: dict[str, tuple[Value, int]] = field(default_factory=dict)


def records(sheet: Sheet) -> list[Record]:
    """The filled-in forms of a sheet in their order; none where it holds a table or no finding."""
    if not 2 <= sheet.height <= ROWS_MAX:
        return []
    rows = [row for row in sheet.rows() if not row.is_blank()]
    if any(_NO_FORM.search(text_of(v)[:40]) for row in rows[:3] for _, v in own_cells(row)):
        return []
    found = _sideways(rows) or _forms(rows)
    return [record for record in found if _is_filled(record)]


def field_of(label: str) -> str:
    return next((code for code, _, _ in cols.by_name(label)), "")


def _is_label(value: Value) -> bool:
    if not isinstance(value, str) or len(value.strip()) > _LABEL_CHARS_MAX:
        return False
    bare = _ENDS.sub("", value.strip())
    if cols.vocabulary(bare) >= 0.9:
        return True
    return bool(_ENDS.search(value)) and bool(field_of(bare))


def _names_a_line(value: Value) -> bool:
    """At the head of a line of several values even '单位' is a label."""
    return isinstance(value, str) and cols.vocabulary(_ENDS.sub("", value.strip())) > 0


def _name(value: Value) -> str:
    return _ENDS.sub("", squeeze(text_of(value)))


def _is_filled(record: Record) -> bool:
    said = {field_of(label): value for label, (value, _) in record.values.items()}
    if said.get("check_item") is not None or said.get("risk") is not None:
        return False
    text = squeeze(text_of(said.get("description")))
    if isinstance(said.get("description"), CellError):
        return True
    if len(text) < 2 or NIL.match(text) or PLACEHOLDER.match(text):
        return False
    return any(text_of(said.get(code)).strip() for code in _ABOUT)


# One form after the other ---------------------------------------------------------------------


def _forms(rows: list[Row]) -> list[Record]:
    out: list[Record] = []
    now: Record | None = None
    #: The label whose value may go on in the rows below it.
    open_label = ""
    for row in rows:
        cells = own_cells(row)
        if not cells:
            continue
        if len(cells) > 8:
            # As wide as a table: no form.
            return []
        pairs = list(_pairs(cells))
        if any(label in ("", None) for label, _, _ in pairs):
            pairs = [pair for pair in pairs if pair[0]]
        codes = {field_of(label) for label, _, _ in pairs}
        held = {field_of(label) for label in now.values} if now else set()
        if now is not None and (codes & held & {"enterprise", "description", "found_on"}):
            out.append(now)
            now = None
        if pairs:
            now = now or Record(row.number, row.number)
            now.last = row.number
            for label, value, index in pairs:
                if value is not None and label not in now.values:
                    now.values[label] = (value, index)
            last, value, index = pairs[-1]
            open_label = last if value is None or _ENDS.search(text_of(value)) else ""
            continue
        lone = text_of(cells[0][1]).strip() if len(cells) == 1 else ""
        if not lone or (now is None and not _ADDRESSED.match(lone)):
            if now is not None and len(cells) > 1:
                open_label = ""
            continue
        now = now or Record(row.number, row.number)
        open_label = _line(now, row.number, cells[0][0], lone, open_label)
    if now is not None:
        out.append(now)
    return out


def _line(now: Record, number: int, index: int, text: str, open_label: str) -> str:
    """A line that fills the sheet's width: an answer to the label above it, or a letter's words."""
    if addressed := _ADDRESSED.match(text):
        now.values.setdefault("受检单位", (addressed[1], index))
        now.last = number
        return ""
    if day := _CHECKED_ON.search(text):
        now.values.setdefault("检查日期", (day[1], index))
        now.last = number
    if due := _DUE_ON.search(text):
        now.values.setdefault("整改期限", (due[1], index))
        now.last = number
        return ""
    if _ASKS.search(text):
        now.last = number
        return "存在问题"
    if not open_label:
        return ""
    held = now.values.get(open_label)
    if held is None:
        now.values[open_label] = (text, index)
    elif _NUMBERED.match(text):
        now.values[open_label] = (f"{text_of(held[0])}\n{text}", held[1])
    else:
        return ""
    now.last = number
    return open_label


def _pairs(cells: list[tuple[int, Value]]) -> Iterator[tuple[str, Value, int]]:
    """(label, value, column): '检查日期 | 2024-06-03', '检查日期：2024-06-03', a label alone."""
    at = 0
    while at < len(cells):
        index, value = cells[at]
        at += 1
        if _is_label(value):
            if at < len(cells) and not _is_label(cells[at][1]):
                yield _name(value), cells[at][1], cells[at][0]
                at += 1
            else:
                yield _name(value), None, index
            continue
        pair = _PAIR.match(value) if isinstance(value, str) else None
        if pair and field_of(pair[1]):
            for label, text in _several(text_of(value)):
                yield label, text, index


def _several(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of one cell: '受检单位：甲公司    检查日期：2024年6月3日' holds two."""
    parts = re.split(r"\s{2,}(?=[^\s:：]{2,12}[:：])", text.strip())
    for part in parts:
        if pair := _PAIR.match(part):
            yield _name(pair[1]), pair[2].strip()


# A table on its side --------------------------------------------------------------------------


def _sideways(rows: list[Row]) -> list[Record]:
    lines: list[tuple[Row, str, list[tuple[int, Value]]]] = []
    for row in rows:
        cells = own_cells(row)
        if len(cells) < 3 or not (_is_label(cells[0][1]) or _names_a_line(cells[0][1])):
            continue
        if any(_is_label(value) for _, value in cells[1:]):
            return []
        lines.append((row, _name(cells[0][1]), cells[1:]))
    names = {field_of(name) for _, name, _ in lines}
    if len(lines) < 3 or len(lines) * 3 < len(rows) * 2 or "description" not in names:
        return []
    if not names & {"enterprise", "found_on", "place", "deadline"}:
        return []
    columns = next(
        [index for index, _ in cells] for _, name, cells in lines if field_of(name) == "description"
    )
    if len(columns) < 2:
        return []
    first, last = lines[0][0].number, lines[-1][0].number
    out = []
    for column in columns:
        record = Record(first, last)
        for row, name, _ in lines:
            value = row.get(column)
            if value is not None:
                record.values[name] = (value, column)
        out.append(record)
    return out


# As a plan, and back --------------------------------------------------------------------------


def table_of(sheet: Sheet, found: list[Record], titles: tuple[str, ...]) -> TablePlan:
    """A plan whose columns are the labels; what stands where is looked up again when read."""
    columns: list[ColumnPlan] = []
    for label in labels(found):
        texts = [text_of(r.values[label][0]).strip() for r in found if label in r.values]
        at = next(r.values[label][1] for r in found if label in r.values)
        offers = cols.by_name(label)
        code, score, how = offers[0] if offers else ("", 0.0, "")
        columns.append(
            ColumnPlan(
                len(columns), letter(at), label, (label,), code, score, how,
                tuple(t[:80] for t in dict.fromkeys(texts[:3])), len(texts),
            )
        )  # fmt: skip
    fields = [c.field for c in columns]
    for column in columns:
        if column.leaf in _HEADINGS and fields.count(column.field) > 1:
            column.field = ""
    return TablePlan(
        sheet.index, sheet.name, sheet.hidden, found[0].first, found[0].first, sheet.height,
        columns, reasons=["turned"], titles=titles, rows=len(found), turned=True,
        included=not sheet.hidden,
    )  # fmt: skip


def labels(found: list[Record]) -> list[str]:
    return list(dict.fromkeys(label for record in found for label in record.values))


def row_of(record: Record, names: list[str]) -> Row:
    values = tuple(record.values.get(name, (None, 0))[0] for name in names)
    return Row(record.first, values)
