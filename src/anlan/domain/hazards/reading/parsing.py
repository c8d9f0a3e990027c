"""Follow a confirmed plan through a workbook: each source row becomes exactly one result.

A day that a row doesn't state is taken from the one period that title, sheet or file name gives,
else from the day the register says it was filled in, and marked so; with neither the row is
refused. Nothing else is guessed: an impossible or future day is refused, not replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from stdnum.cn import uscc

from anlan.domain.hazards.reading import amounts, dates, states
from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading.plan import (
    LEDGER,
    Period,
    Plan,
    SheetPlan,
    TablePlan,
    period_of,
    preamble_of,
)
from anlan.domain.hazards.reading.rows import (
    Context,
    Finding,
    Grade,
    IgnoredRow,
    ParsedRow,
    RejectedRow,
    Result,
)
from anlan.domain.hazards.reading.splitting import Item, Split, aligned, described, split
from anlan.kernel.papers.sheets.book import CellError, Row, Sheet, Value, Workbook, letter
from anlan.kernel.papers.sheets.tables import (
    Column,
    Table,
    is_note,
    is_total,
    lone_text,
    own_cells,
    squeeze,
    text_of,
    walk,
)

DESCRIPTION_CHARS_MAX = 4_000
TEXT_CHARS_MAX = 4_000
NAME_CHARS_MAX = 200
SECTION_CHARS_MAX = 60
#: Longer descriptions say more than that nothing was found.
NIL_CHARS_MAX = 60
#: Rows that one merged description may stretch over.
GROUP_ROWS_MAX = 200
#: A day in another year than the one meant: 1.5 under a finding of December is next year's.
_TURN_OF_YEAR = timedelta(days=90)

_SAME = re.compile(r"^(?:同上|同前|〃|″|”|〞|''|\"|同左|上同)$")
_EXAMPLE = re.compile(
    r"^(?:例|示例|样例|范例|填写示例|示例行|举例|例如|例子|样表|模板|e\.?g\.?|example)[:.\d一二三]*$",
    re.I,
)
_EXAMPLE_TEXT = re.compile(r"^[(【\[]?(?:示例|例如|样例|填写示例|例|举例)[)】\]]?[:：,，]")
_PLACEHOLDER = re.compile(
    r"^[×xXＸ*＊_\-—–.。…·/\\#?？○〇oO□]+$|^(?:请(?:在此)?(?:填写|输入|描述)|此处填写).*"
)
_NIL = re.compile(
    r"^(?:无|没有|暂无|未发现|未检查出|正常|良好|合格|符合|符合要求|零报告|无异常|不涉及|空|nil|none|null|n/a|0|无隐患|无问题|均符合要求)[。.!]?$|"
    r"^(?:经?(?:检查|排查|现场检查)?[,，]?)?(?:本(?:月|周|日|次|季度)|当(?:月|日)|今日)?(?:检查|排查)?(?:均|暂|现场)?(?:未发现|无|没有发现|未排查出|未查出|没有|未见)"
    r"(?:任何|明显|重大|一般|新的?|其他|相关)?(?:的)?(?:事故|安全)?(?:生产)?(?:问题|隐患|问题隐患|隐患问题|隐患和问题|异常|情况|问题及隐患|问题和隐患)[。.!]?$",
    re.I,
)
_SECTION = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十]+[)）]?[、.．]|\d+[、.．]|第[一二三四五六七八九十\d]+(?:部分|章|节|组)|[A-Z][、.．]|【|◆|■|●|▲)"
)
_AREA = re.compile(r"(?:省|市|自治州|州|县|区|旗|镇|乡|街道|开发区|园区|办事处)$")
_ENTERPRISE = re.compile(r"(?:公司|厂|矿|学校|医院|酒店|超市|加油站|项目部|项目|商场|中心|企业)$")
_SECTOR = re.compile(r"(?:领域|行业|专项|专业|类|安全)$")
_YES = re.compile(r"^(?:是|√|✓|✔|y|yes|true|1|对|有|已挂牌|挂牌|已督办|督办|重大)")
_NO = re.compile(r"^(?:否|×|✗|✘|n|no|false|0|不|无|未|非|一般|[-—/]+$)")
_GRADE_MAJOR = re.compile(r"重大|特大|特别重大|major", re.I)
_GRADE_ORDINARY = re.compile(r"一般|普通|轻微|低|非重大|较小|ordinary|general|minor", re.I)
_GRADE_BETWEEN = re.compile(r"较大|突出|中|严重|较重|较严重")
_MAJOR_TITLE = re.compile(
    r"重大(?:事故|安全|生产安全事故|火灾)?隐患(?!.*一般).{0,12}(?:台账|清单|汇总|统计|一览|明细|登记|表|库)"
)


def parse(workbook: Workbook, plan: Plan, context: Context | None = None) -> Iterator[Result]:
    """Every source row of every sheet, in order, as one of the three results.

    Runs of neighbouring rows that are ignored for one reason come as one IgnoredRow. The law:
    over a sheet, the counts of all results add up to its height.
    """
    context = context or Context()
    by_sheet: dict[int, list[TablePlan]] = {}
    for table in plan.tables:
        by_sheet.setdefault(table.sheet, []).append(table)
    alone = {sheet.sheet: sheet for sheet in plan.sheets}
    for sheet in workbook.sheets:
        if sheet.problem:
            # No row could be read, so none is counted; yet the sheet must not go unmentioned.
            yield IgnoredRow(workbook.name, sheet.name, 1, 0, "sheet_broken")
        if not sheet.height:
            continue
        tables = by_sheet.get(sheet.index)
        if not tables:
            yield _whole(workbook, sheet, alone.get(sheet.index))
            continue
        yield from _merged(_sheet(workbook, sheet, tables, context))


def _whole(workbook: Workbook, sheet: Sheet, entry: SheetPlan | None) -> IgnoredRow:
    reason = f"sheet_{entry.kind}" if entry else "sheet_other"
    if sheet.hidden and reason == "sheet_other":
        reason = "hidden_sheet"
    return IgnoredRow(workbook.name, sheet.name, 1, sheet.height, reason)


def _merged(results: Iterator[Result]) -> Iterator[Result]:
    held: IgnoredRow | None = None
    for result in results:
        if isinstance(result, IgnoredRow):
            if held and held.reason == result.reason and held.last_row + 1 == result.first_row:
                held = replace(held, last_row=result.last_row)
                continue
            if held:
                yield held
            held = result
            continue
        if held:
            yield held
            held = None
        yield result
    if held:
        yield held


def _sheet(
    workbook: Workbook, sheet: Sheet, plans: list[TablePlan], context: Context
) -> Iterator[Result]:
    tables = [_table(plan) for plan in plans]
    readers = {
        id(table): _Reader(workbook, sheet, number, plan, context)
        for number, (table, plan) in enumerate(zip(tables, plans, strict=True))
    }
    current: _Reader | None = None
    for row, table, fate in walk(sheet, tables):
        reader = readers[id(table)] if table is not None else None
        if current is not None and reader is not current:
            yield from current.flush()
        current = reader
        if reader is None or fate != "body":
            if reader is not None:
                yield from reader.flush()
                reader.between(row, fate)
            yield IgnoredRow(workbook.name, sheet.name, row.number, row.number, fate)
            continue
        yield from reader.feed(row)
    if current is not None:
        yield from current.flush()


def _table(plan: TablePlan) -> Table:
    columns = tuple(Column(c.index, c.names, c.header) for c in plan.columns)
    return Table(
        plan.first, plan.last, columns, plan.end, plan.titles,
        set(plan.repeats), set(plan.inner_titles), plan.guessed,
    )  # fmt: skip


@dataclass(slots=True)
class _Record:
    """The source rows of one hazard cell: usually one, more where it is merged downwards."""

    rows: list[Row]

    @property
    def first(self) -> int:
        return self.rows[0].number

    @property
    def last(self) -> int:
        return self.rows[-1].number


@dataclass(slots=True)
class _Found:
    day: date
    precision: str = "day"
    inferred: str = ""
    #: The last day it may have been; periods counted from the finding begin there.
    until: date | None = None


class _Rejected(Exception):
    def __init__(self, code: str, index: int | None, **data: Any) -> None:
        super().__init__(code)
        self.code, self.index, self.data = code, index, data


@dataclass(slots=True)
class _Reader:
    """Reads the body of one table, row by row."""

    workbook: Workbook
    sheet: Sheet
    number: int
    plan: TablePlan
    context: Context
    in_footer: bool = False
    section: str = ""
    pending: _Record | None = None
    #: Values of the row above, for 同上 and for blank group cells.
    above: dict[str, Value] = field(default_factory=dict)
    last_year: int | None = None
    mapping: dict[str, list[int]] = field(init=False)
    period: Period = field(init=False)
    headers: dict[int, str] = field(init=False)
    money_unit: int | None = field(init=False, default=None)
    grade_of_title: Grade | None = field(init=False, default=None)
    group_fields: tuple[str, ...] = field(init=False)
    #: For each hazard of a row its own mapping, where a row holds several side by side.
    panels: list[tuple[dict[str, list[int]], str]] = field(default_factory=list)
    names: tuple[str, ...] = field(init=False)
    texts: tuple[str, ...] = field(init=False)
    #: What lines above the header, or between its repetitions, say of the rows below them.
    preamble: dict[str, str] = field(init=False)
    area_hint: str = field(init=False)
    #: The text that decided the current row's state, and what a plain yes means in its column.
    decisive: tuple[str, states.State | None] = ("", None)

    def __post_init__(self) -> None:
        plan = self.plan
        self.mapping = plan.mapping()
        self.headers = {c.index: c.header for c in plan.columns}
        owned = {index for panel in plan.panels for index in panel.own}
        for panel in plan.panels:
            kept = {
                code: [i for i in indexes if i in panel.own or i not in owned]
                for code, indexes in self.mapping.items()
            }
            mapping = {code: indexes for code, indexes in kept.items() if indexes}
            if "description" in mapping:
                self.panels.append((mapping, panel.grade))
        self.period = period_of(plan.titles, plan.sheet_name, self.workbook.name)
        for index in self.mapping.get("funds", ())[:1]:
            self.money_unit = amounts.header_unit(self.headers[index])
        title = squeeze("".join((*plan.titles[:3], plan.sheet_name)))
        if not {"grade", "is_major"} & set(self.mapping) and _MAJOR_TITLE.search(title):
            self.grade_of_title = "major"
        self.names = tuple(code for code in _NAMES if code in self.mapping)
        self.texts = tuple(code for code in _TEXTS if code in self.mapping)
        self.group_fields = tuple(f for f in cols.GROUP_FIELDS if f in self.mapping)

        self.preamble = dict(plan.preamble)
        self.area_hint = _area_of(plan.sheet_name, *plan.titles)
        for text in reversed(plan.titles):
            if _SECTION.match(text) and len(text) <= SECTION_CHARS_MAX:
                self.section = text
                break

    def between(self, row: Row, fate: str) -> None:
        """A header or a title inside the body: a new page or a new section begins."""
        if fate == "header":
            self.in_footer = False
        elif fate == "title":
            self.preamble.update(preamble_of(tuple(text_of(v) for _, v in own_cells(row))))
            lone = lone_text(row, own_cells(row), len(self.plan.columns))
            if (
                lone
                and (_SECTION.match(lone) or _AREA.search(lone))
                and len(lone) <= SECTION_CHARS_MAX
            ):
                self.section = lone

    # What a row is ------------------------------------------------------------------------------

    def feed(self, row: Row) -> Iterator[Result]:
        before = self.section, dict(self.preamble)
        reason = self._not_read(row) or self._reason(row)
        if reason:
            # What this row begins doesn't hold for the hazard above it.
            after = self.section, self.preamble
            self.section, self.preamble = before
            yield from self.flush()
            self.section, self.preamble = after
            yield IgnoredRow(self.workbook.name, self.sheet.name, row.number, row.number, reason)
            return
        if self.pending is not None and self._continues(row, self.pending):
            self.pending.rows.append(row)
            return
        yield from self.flush()
        self.pending = _Record([row])

    def _not_read(self, row: Row) -> str:
        plan = self.plan
        if plan.kind == "template" and plan.included and self._text(row, "description"):
            # A form that looked empty, with a row filled in further down.
            return ""
        if plan.kind != LEDGER:
            return f"sheet_{plan.kind}"
        if plan.included:
            # A person may call any table a register; without a description it gives none.
            return "" if "description" in self.mapping else "sheet_other"
        return "hidden_sheet" if plan.hidden else "left_out"

    def _reason(self, row: Row) -> str:
        cells = own_cells(row)
        description = self.mapping["description"]
        own_text = next((text_of(v).strip() for i, v in cells if i in description), "")
        if is_total(cells) and len(own_text) < 12 and not cols.HAZARD_WORDS.search(own_text):
            return "total"
        if is_note(cells) and self._strength(cells, skip=cells[0][0]) < 2:
            said = preamble_of(tuple(text_of(v) for _, v in cells)) if len(cells) <= 4 else {}
            if said.keys() & {"enterprise", "county", "area", "found_on"}:
                # '受检单位：丙公司' inside a table begins that company's rows.
                self.preamble.update(said)
                return "section"
            self.in_footer = True
            return "note"
        lone = lone_text(row, cells, len(self.plan.columns))
        if lone is not None and not self._is_text_cell(row, cells[0][0]):
            if lone.isdigit():
                return "only_number"
            if self.in_footer or len(lone) > SECTION_CHARS_MAX:
                return "note"
            self.section = lone
            return "section"
        if self.in_footer:
            if self._strength(cells, skip=-1) < 2:
                return "note"
            self.in_footer = False
        serials = self.mapping.get("serial", ())
        if all(i in serials or self._is_marker(i) for i, _ in cells) and not row.filled:
            return "only_number"
        if any(_EXAMPLE.match(squeeze(text_of(v))) for i, v in cells[:2] if isinstance(v, str)):
            return "example"
        text = self._text(row, "description")
        if len(self.panels) > 1:
            text = next(self._findings(row), text)
        if text:
            if _EXAMPLE_TEXT.match(text):
                return "example"
            if len(text) > NIL_CHARS_MAX:
                return ""
            squeezed = squeeze(text)
            if _PLACEHOLDER.match(squeezed):
                return "nothing_found" if len(squeezed) <= 2 else "placeholder"
            return "nothing_found" if _NIL.match(squeezed) else ""
        if self._error_in(row, "description"):
            return ""
        if "check_item" in self.mapping:
            return "nothing_found"
        told = {code for code in _TELLING if self._own(row, code) not in (None, "")}
        if not told:
            # Numbered or with its county's name prefilled, and nothing else.
            return "only_number"
        return ""

    def _findings(self, row: Row) -> Iterator[str]:
        """The texts of a row's description columns that say something was found."""
        for index in self.mapping["description"]:
            text = text_of(row.get(index)).strip()
            if text and not _NIL.match(squeeze(text)) and not _PLACEHOLDER.match(squeeze(text)):
                yield text

    def _is_marker(self, index: int) -> bool:
        column = next((c for c in self.plan.columns if c.index == index), None)
        return column is not None and column.field in ("row_error", "row_origin")

    def _is_text_cell(self, row: Row, index: int) -> bool:
        """A lone text, unmerged, where descriptions stand: a hazard without the rest."""
        if index not in self.mapping["description"] or self.in_footer:
            return False
        spread = sum(1 for origin in row.filled.values() if origin == (row.number, index))
        return spread == 0

    def _strength(self, cells: list[tuple[int, Value]], skip: int) -> int:
        """How many telling fields of its own a row has."""
        telling = {i for code in (*_TELLING, "serial") for i in self.mapping.get(code, ())}
        return sum(
            1
            for i, v in cells
            if i in telling and i != skip and not (isinstance(v, str) and _LABEL.search(v))
        )

    def _continues(self, row: Row, record: _Record) -> bool:
        """Whether a row only goes on with the hazard above it."""
        if len(record.rows) >= GROUP_ROWS_MAX:
            return False
        first = record.first
        for index in self.mapping["description"]:
            origin = row.filled.get(index)
            if origin and first <= origin[0] < row.number and origin[1] == index:
                return not any(
                    self._own(row, code) not in (None, "")
                    and self._own(row, code) != self._value(record.rows[0], code)
                    for code in ("enterprise", "found_on", "place", "county")
                )
        if self._text(row, "description") or row.number != record.last + 1:
            return False
        own = {self._field_at(i) for i, _ in own_cells(row)}
        return bool(own) and own <= _CARRIED

    def _field_at(self, index: int) -> str:
        return next((c.field for c in self.plan.columns if c.index == index), "")

    # Cells --------------------------------------------------------------------------------------

    def _value(self, row: Row, code: str) -> Value:
        values = row.values
        for index in self.mapping.get(code, ()):
            if index < len(values):
                value = values[index]
                if value is not None and not isinstance(value, CellError):
                    return value
        return None

    def _own(self, row: Row, code: str) -> Value:
        for index in self.mapping.get(code, ()):
            value = row.own(index)
            if value is not None:
                return value
        return None

    def _where(self, row: Row, code: str) -> int | None:
        """The column that ``_value`` read, else the field's first."""
        indexes = self.mapping.get(code, ())
        for index in indexes:
            if row.get(index) is not None:
                return index
        return indexes[0] if indexes else None

    def _text(self, row: Row, code: str) -> str:
        return text_of(self._value(row, code)).strip()

    def _read(self, value: Value) -> dates.Reading | None:
        return dates.read(value, self.sheet.since_1904)

    def _error_in(self, row: Row, code: str) -> CellError | None:
        for index in self.mapping.get(code, ()):
            value = row.get(index)
            if isinstance(value, CellError):
                return value
        return None

    def _finding(self, code: str, index: int | None, **data: Any) -> Finding:
        column = letter(index) if index is not None else ""
        header = self.headers.get(index, "") if index is not None else ""
        return Finding(code, column, header, data)

    # From rows to hazards -----------------------------------------------------------------------

    def flush(self) -> Iterator[Result]:
        record, self.pending = self.pending, None
        if record is None:
            return
        try:
            yield from self._hazards(record)
        except _Rejected as refusal:
            finding = self._finding(refusal.code, refusal.index, **refusal.data)
            row = record.rows[0]
            yield RejectedRow(
                self.workbook.name, self.sheet.name, record.first, record.last, refusal.code,
                finding.column, finding.header, refusal.data, self._raw(record), self.number,
                self._origin(row) or self._new_origin(record),
            )  # fmt: skip

    def _raw(self, record: _Record) -> dict[str, str]:
        raw: dict[str, str] = {}
        row = record.rows[0]
        values, filled = row.values, row.filled
        for column in self.plan.columns:
            if column.index in filled and filled[column.index][0] == row.number:
                continue  # The rest of a cell merged sideways.
            if column.index < len(values) and column.field not in ("row_error", "row_origin"):
                text = text_of(values[column.index]).strip()
                if text:
                    raw[column.header] = text
        for more in record.rows[1:]:
            for index, value in own_cells(more):
                header = self.headers.get(index)
                text = text_of(value).strip()
                if header and text and text not in raw.get(header, ""):
                    raw[header] = f"{raw[header]}\n{text}" if header in raw else text
        return raw

    def _origin(self, row: Row) -> str:
        return self._text(row, "row_origin")

    def _new_origin(self, record: _Record) -> str:
        return f"{self.workbook.digest[:12]}:{self.sheet.index}:{record.first}"

    def _hazards(self, record: _Record) -> Iterator[ParsedRow]:
        if len(self.panels) < 2:
            yield from self._one(record)
            return
        whole = self.mapping
        rows: list[ParsedRow] = []
        try:
            for mapping, grade in self.panels:
                self.mapping = mapping
                if next(self._findings(record.rows[0]), None) is None:
                    continue
                found = list(self._one(record))
                for row in found:
                    row.grade = row.grade or ("major" if grade == "major" else None)
                    row.grade = row.grade or ("ordinary" if grade == "ordinary" else None)
                rows += found
        finally:
            self.mapping = whole
        if not rows:
            raise _Rejected("description_missing", self._where(record.rows[0], "description"))
        for part, row in enumerate(rows, 1):
            row.part, row.parts = part, len(rows)
        yield from rows

    def _one(self, record: _Record) -> Iterator[ParsedRow]:
        warnings: list[Finding] = []
        row = self._filled_down(record.rows[0], warnings)
        if error := self._error_in(row, "description"):
            raise _Rejected("cell_error", self._where(row, "description"), value=str(error))
        text = self._text(row, "description")
        where = self._where(row, "description")
        if not text:
            raise _Rejected("description_missing", where)
        cut = split(text) if not isinstance(self._value(row, "description"), int | float) else None
        cut = cut or Split([Item(text)])
        found = self._found(row, cut.intro, warnings)
        base = self._base(record, row, found, warnings)
        yield from self._parts(record, base, cut, where)
        self.last_year = found.day.year
        self._remember(row)

    def _parts(
        self, record: _Record, base: ParsedRow, cut: Split, where: int | None
    ) -> Iterator[ParsedRow]:
        count = len(cut.items)
        for item in cut.items:
            if len(described(item)) > DESCRIPTION_CHARS_MAX:
                raise _Rejected("description_too_long", where, limit=DESCRIPTION_CHARS_MAX)
        base.context = "：".join(t for t in (cut.intro,) if t)
        if record.last > record.first:
            base.warnings.append(
                self._finding("merged_rows", where, first=record.first, last=record.last)
            )
        if count == 1:
            base.description = described(cut.items[0])
            yield base
            return
        base.warnings.append(self._finding("split", where, parts=count))
        measures = aligned(base.measure, count) if base.measure else None
        progress = aligned(base.progress, count) if base.progress else None
        text, yes = self.decisive
        claims = [states.words(t, yes) for t in aligned(text, count) or ()]
        for at, item in enumerate(cut.items):
            row = copy(base)
            row.part, row.parts, row.description = at + 1, count, described(item)
            row.warnings = list(base.warnings)
            if item.headings:
                row.context = "：".join(t for t in (cut.intro, *item.headings) if t)
            if item.unnumbered:
                row.warnings.append(self._finding("split_unnumbered", where))
            if measures:
                row.measure = measures[at]
            if progress:
                row.progress = progress[at]
            if claims and (claim := claims[at]):
                _claim(row, claim)
            if at:
                # One sum of money for all of them: it stands with the first.
                row.funds = None
            yield row

    def _filled_down(self, row: Row, warnings: list[Finding]) -> Row:
        """同上 becomes the value above; so do blank group cells where all of them are blank."""
        above = self.above
        if not above:
            return row
        changes: dict[int, Value] = {}
        for code, indexes in self.mapping.items():
            for index in indexes[:1]:
                value = row.get(index)
                if isinstance(value, str) and _SAME.match(value.strip()) and code in above:
                    changes[index] = above[code]
        groups = self.group_fields
        if len(groups) >= 2 and all(row.get(self.mapping[g][0]) is None for g in groups):
            for code in groups:
                if code in above and all(row.get(i) is None for i in self.mapping[code]):
                    changes[self.mapping[code][0]] = above[code]
        if not changes:
            return row
        values = list(row.values)
        values.extend([None] * (max(changes) + 1 - len(values)))
        for index, value in changes.items():
            values[index] = value
            warnings.append(self._finding("filled_down", index))
        return Row(row.number, tuple(values), row.filled)

    def _remember(self, row: Row) -> None:
        self.above = {
            code: value
            for code, indexes in self.mapping.items()
            if indexes and (value := row.get(indexes[0])) is not None
        }

    # The day ------------------------------------------------------------------------------------

    def _found(self, row: Row, intro: str, warnings: list[Finding]) -> _Found:
        index = self._where(row, "found_on")
        if error := self._error_in(row, "found_on"):
            raise _Rejected("cell_error", index, value=str(error))
        value = self._value(row, "found_on")
        reading = self._read(value)
        if reading is None or reading.problem == "placeholder":
            return self._inferred(row, index, intro, warnings)
        shown = reading.text or text_of(value)
        if reading.problem == "unreadable" or (
            not reading and not reading.problem and reading.rule != "day_of_month"
        ):
            if self.period.found is None:
                raise _Rejected("found_on_unreadable", index, value=shown)
            return self._inferred(row, index, intro, warnings)
        if reading.rule == "day_of_month" and self.period.year and self.period.month:
            reading = dates.Reading(
                month_day=(self.period.month, reading.n), text=reading.text
            ).in_year(self.period.year)
        if reading.month_day is not None:
            year = self._year_for(row, reading.month_day)
            if year is None:
                raise _Rejected("found_on_no_year", index, value=shown)
            reading = reading.in_year(year)
            if not reading.problem:
                warnings.append(self._finding("year_inferred", index, value=shown, year=year))
        if reading.problem in ("impossible", "absurd"):
            raise _Rejected(f"found_on_{reading.problem}", index, value=shown)
        if reading.day is None or reading.precision in ("year", "half", "quarter"):
            raise _Rejected("found_on_too_vague", index, value=shown)
        if self.context.today and reading.day > self.context.today:
            raise _Rejected("found_on_future", index, value=shown)
        if reading.ambiguous:
            warnings.append(
                self._finding("date_ambiguous", index, value=shown, taken=reading.day.isoformat())
            )
        if reading.precision == "month":
            warnings.append(self._finding("found_on_month", index, value=shown))
        elif reading.precision == "range":
            warnings.append(self._finding("found_on_range", index, value=shown))
        return _Found(reading.day, reading.precision, until=reading.until)

    def _inferred(self, row: Row, index: int | None, intro: str, warnings: list[Finding]) -> _Found:
        found = self._infer(row, intro)
        if found is None:
            raise _Rejected("found_on_missing", index)
        if self.context.today and found.day > self.context.today:
            raise _Rejected("found_on_future", index, value=found.day.isoformat())
        warnings.append(
            self._finding(
                "found_on_inferred", index, value=found.day.isoformat(), where=found.inferred
            )
        )
        return found

    def _infer(self, row: Row, intro: str) -> _Found | None:
        """Set by a person, said in the cell, or by what surrounds the table; in that order."""
        chosen = self.plan.found_on or self.context.found_on
        if chosen:
            return _Found(chosen, "day", "context")
        stated = dates.read(self.preamble.get("found_on"))
        if stated and stated.day and stated.precision in ("day", "range"):
            return _Found(stated.day, stated.precision, "title", stated.until)
        text = intro or self._text(row, "description")[:60]
        if re.search("检查|排查|督查|巡查|抽查|发现", text) and (reading := dates.read(text[:40])):
            if reading.month_day is not None:
                year = self._year_for(row, reading.month_day)
                reading = reading.in_year(year) if year else reading
            if reading.day and reading.precision == "day":
                return _Found(reading.day, "day", "text")
        if self.period.found:
            day, precision = self.period.found
            until = dates.period_end("month_end", 0, day) if precision == "month" else None
            return _Found(day, precision, self.period.where, until)
        done = self._read(self._value(row, "rectified_on"))
        reported = self.period.reported_on
        if reported:
            if done and done.day and done.day < reported:
                reported = done.day
            return _Found(reported, "day", "report")
        return None

    def _year_for(self, row: Row, month_day: tuple[int, int]) -> int | None:
        """The year of a day like 6.25: by the row's other days, the title, the rows above."""
        for code in ("rectified_on", "deadline", "verified_on", "closed_on"):
            other = self._read(self._value(row, code))
            if other and other.day and other.precision in ("day", "range", "month"):
                year = other.day.year
                late = (other.day.month, other.day.day) < (month_day[0], month_day[1] or 1)
                return year - 1 if late else year
        if self.period.year:
            return self.period.year
        return self.last_year or self.context.year

    def _day(
        self, row: Row, code: str, found: date, warnings: list[Finding], future: bool = False
    ) -> date | None:
        """A later day of the hazard's life; what can't be read is warned about and left out."""
        index = self._where(row, code)
        value = self._value(row, code)
        reading = self._read(value)
        if reading is None or reading.problem == "placeholder":
            return None
        shown = reading.text or text_of(value)
        if reading.problem:
            if not (reading.problem == "unreadable" and states.words(shown)):
                warnings.append(self._finding(f"date_{reading.problem}", index, value=shown))
            return None
        if reading.month_day is not None:
            reading = _next(reading, found)
            if reading.problem:
                warnings.append(self._finding(f"date_{reading.problem}", index, value=shown))
                return None
        if reading.rule:
            day = dates.period_end(reading.rule, reading.n, found)
            return day if reading.rule in ("immediate", "day_of_month") else None
        day = reading.until or reading.day
        if day is None:
            return None
        if reading.ambiguous:
            warnings.append(
                self._finding("date_ambiguous", index, value=shown, taken=day.isoformat())
            )
        if not future and self.context.today and day > self.context.today:
            if reading.precision != "day" and reading.day and reading.day <= self.context.today:
                return self.context.today
            warnings.append(self._finding("date_future", index, value=shown))
            return None
        if not future and day < found:
            warnings.append(self._finding("done_before_found", index, value=shown))
        return day

    # Everything else ----------------------------------------------------------------------------

    def _base(self, record: _Record, row: Row, found: _Found, warnings: list[Finding]) -> ParsedRow:
        out = ParsedRow(
            file=self.workbook.name, sheet=self.sheet.name, first_row=record.first,
            last_row=record.last, part=1, parts=1, raw=self._raw(record), description="",
            found_on=found.day, found_precision=found.precision, found_inferred=found.inferred,
            section=self.section, warnings=warnings,
        )  # fmt: skip
        for code in self.names:
            self._put(row, out, code, self._text(row, code), NAME_CHARS_MAX)
        for code in self.texts:
            self._put(row, out, code, self._joined(record, row, code), TEXT_CHARS_MAX)
        out.area_text = self._text(row, "area") if "area" in self.mapping else ""
        out.sector_text = self._text(row, "sector") if "sector" in self.mapping else ""
        out.origin = self._origin(row)
        if topics := self._text(row, "topics"):
            out.topics = tuple(t for t in re.split(r"[、,，;；/\s]+", topics) if t)
        self._section_says(out)
        for code, value in self.preamble.items():
            slot = _SLOTS.get(code, code)
            if code != "found_on" and not getattr(out, slot):
                setattr(out, slot, value)
        if not (out.area_text or out.province or out.prefecture or out.county or out.township):
            out.area_text = self.area_hint
        out.area_text = out.area_text[:NAME_CHARS_MAX]
        out.sector_text = out.sector_text[:NAME_CHARS_MAX]
        self._code(row, out)
        self._grade(row, out)
        self._funds(row, out)
        self._deadline(row, out, found.until or found.day)
        self._slipped(row, out)
        self._days_for_words(row, out)
        for code in ("rectified_on", "verified_on", "closed_on"):
            if code in self.mapping and getattr(out, code) is None:
                setattr(out, code, self._day(row, code, found.day, warnings))
        self._state(row, out)
        self._errors(row, warnings)
        return out

    def _put(self, row: Row, out: ParsedRow, code: str, text: str, limit: int) -> None:
        if len(text) > limit:
            out.warnings.append(self._finding("text_cut", self._where(row, code), limit=limit))
            text = text[: limit - 1] + "…"
        setattr(out, code, text)

    def _joined(self, record: _Record, row: Row, code: str) -> str:
        """All that several columns and rows say under one field, each text once."""
        indexes = self.mapping[code]
        if len(indexes) == 1 and len(record.rows) == 1:
            text = self._text(row, code)
            return "" if dates.BLANK.match(text) else text
        texts: list[str] = []
        for at, one in enumerate(record.rows):
            one = row if at == 0 else one
            for index in sorted(self.mapping[code]):
                value = one.get(index) if at == 0 else one.own(index)
                text = "" if isinstance(value, CellError) else text_of(value).strip()
                if text and text not in texts and not dates.BLANK.match(text):
                    texts.append(text)
        return ("、" if code.endswith("unit") else "\n").join(texts)

    def _section_says(self, out: ParsedRow) -> None:
        """A section's heading fills in what the table has no column for."""
        name = _SECTION.sub("", self.section).strip(" 、.．:：】[]")
        if not name:
            return
        if not (out.area_text or out.county or out.prefecture or out.township) and _AREA.search(
            name
        ):
            out.area_text = name[:NAME_CHARS_MAX]
        elif not out.enterprise and _ENTERPRISE.search(name):
            out.enterprise = name[:NAME_CHARS_MAX]
        elif not out.sector_text and _SECTOR.search(name):
            out.sector_text = name[:NAME_CHARS_MAX]

    def _code(self, row: Row, out: ParsedRow) -> None:
        value = self._value(row, "credit_code") if "credit_code" in self.mapping else None
        if value is None:
            return
        code = squeeze(text_of(value)).upper()
        if dates.BLANK.match(code):
            return
        index = self._where(row, "credit_code")
        if isinstance(value, int | float) and abs(value) >= 1e15:
            out.warnings.append(self._finding("credit_code_number", index))
        out.credit_code = code[:40]
        out.credit_code_valid = _is_valid(code)
        if not out.credit_code_valid:
            out.warnings.append(self._finding("credit_code_wrong", index, value=code[:40]))

    def _grade(self, row: Row, out: ParsedRow) -> None:
        raw = self._text(row, "grade") if "grade" in self.mapping else ""
        index = self._where(row, "grade")
        grade, unclear = grade_of(raw, self.plan.legend)
        if grade is None and 0 < len(out.category) <= 8:
            # "一般" or "重大隐患" under 隐患类型, where the grade has no column or only a number.
            grade = grade_of(out.category, {})[0]
        if grade is None:
            grade = self.grade_of_title
        if unclear and grade is None:
            out.warnings.append(self._finding("grade_unclear", index, value=raw))
        elif unclear:
            out.warnings.append(self._finding("grade_mapped", index, value=raw))
        major = squeeze(self._text(row, "is_major")) if "is_major" in self.mapping else ""
        if major and _YES.match(major):
            grade = "major"
        elif major and _NO.match(major) and grade is None:
            grade = "ordinary"
        out.grade, out.grade_raw = grade, raw or major
        out.item_kind = self._item_kind(row, out)

    def _item_kind(self, row: Row, out: ParsedRow) -> Any:
        stated = self._text(row, "item_kind") if "item_kind" in self.mapping else ""
        for text in (stated, out.grade_raw):
            if "隐患" in text:
                return "hazard"
            if "问题" in text:
                return "problem"
        if out.grade is not None:
            return "hazard"
        column = self.headers.get(self.mapping["description"][0], "")
        around = column + out.category + "".join(self.plan.titles[:2]) + self.plan.sheet_name
        if "隐患" in around or "问题" not in column:
            return "hazard"
        # 存在问题 is what most registers of enterprises call a hazard; of an authority it is none.
        return "problem" if _AUTHORITY.search(out.enterprise or out.responsible_unit) else "hazard"

    def _funds(self, row: Row, out: ParsedRow) -> None:
        if "funds" not in self.mapping:
            return
        raw = self._text(row, "funds")
        if not raw:
            return
        out.funds_raw = raw[:NAME_CHARS_MAX]
        amount = amounts.read(raw, self.money_unit)
        if amount is None:
            return
        out.funds = amount.fen
        if amount.problem:
            out.warnings.append(
                self._finding(amount.problem, self._where(row, "funds"), value=raw[:60])
            )

    def _deadline(self, row: Row, out: ParsedRow, start: date) -> None:
        if "deadline" not in self.mapping:
            return
        value = self._value(row, "deadline")
        reading = self._read(value)
        if reading is None or reading.problem == "placeholder":
            return
        index = self._where(row, "deadline")
        shown = reading.text or text_of(value)
        if reading.rule:
            out.deadline_rule, out.deadline_n = reading.rule, reading.n
            out.deadline_text = shown[:NAME_CHARS_MAX]
            out.deadline = dates.period_end(reading.rule, reading.n, start)
            return
        if not isinstance(value, date | float | int):
            out.deadline_text = shown[:NAME_CHARS_MAX]
        if reading.month_day is not None:
            reading = _next(reading, out.found_on)
        if reading.problem:
            if not (reading.problem == "unreadable" and states.words(shown)):
                out.warnings.append(self._finding(f"date_{reading.problem}", index, value=shown))
            return
        out.deadline = reading.until or reading.day
        if reading.ambiguous and out.deadline:
            out.warnings.append(
                self._finding("date_ambiguous", index, value=shown, taken=out.deadline.isoformat())
            )
        if out.deadline and out.deadline < out.found_on:
            out.warnings.append(
                self._finding("deadline_before_found", index, value=out.deadline.isoformat())
            )

    def _slipped(self, row: Row, out: ParsedRow) -> None:
        """A day where a person stands and a status where the day stands: typed one cell off."""
        for code in ("responsible_person", "verifier"):
            value = self._value(row, code) if code in self.mapping else None
            if isinstance(value, date) or (
                isinstance(value, str)
                and re.fullmatch(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?", value)
            ):
                reading = self._read(value)
                setattr(out, code, "")
                done = self._value(row, "rectified_on")
                if reading and reading.day and not dates.looks_like_day(done):
                    out.rectified_on = reading.day
                    out.warnings.append(
                        self._finding(
                            "shifted", self._where(row, code), value=reading.day.isoformat()
                        )
                    )

    def _days_for_words(self, row: Row, out: ParsedRow) -> None:
        """A day where a word is asked for: '2024.7.1' under 销号情况 is when it was closed."""
        for code, slot in (
            ("closure", "closed_on"),
            ("verification", "verified_on"),
            ("is_rectified", "rectified_on"),
            ("status", "rectified_on"),
            ("progress", "rectified_on"),
        ):
            if code not in self.mapping or getattr(out, slot) or self._value(row, slot) is not None:
                continue
            if dates.looks_like_day(self._value(row, code)):
                setattr(out, slot, self._day(row, code, out.found_on, out.warnings))

    def _state(self, row: Row, out: ParsedRow) -> None:
        self.decisive = ("", None)
        best: tuple[states.State, str] | None = None
        unclear = ""
        sources: tuple[tuple[str, states.State | None], ...] = (
            ("closure", "closed"), ("status", None), ("is_rectified", "rectified"),
            ("verification", "verified"), ("rectified_on", None), ("verified_on", None),
            ("closed_on", None), ("deadline", None),
        )  # fmt: skip
        for code, yes in sources:
            if code not in self.mapping:
                continue
            for index in self.mapping[code]:
                value = row.get(index)
                text = "" if isinstance(value, CellError) else text_of(value).strip()
                if not text:
                    continue
                if dates.looks_like_day(value) or (code == "deadline" and out.deadline_rule):
                    continue
                claim = states.words(text, yes)
                if claim is None:
                    unclear = unclear or (text if code in ("status", "closure") else "")
                elif best is None or states.ORDER[claim[0]] > states.ORDER[best[0]]:
                    best, self.decisive = claim, (text, yes)
        if best is None and out.progress:
            best = states.words(out.progress)
            self.decisive = (out.progress, None)
        if best and states.ORDER[best[0]] >= 2 and not out.rectified_on:
            out.rectified_on = self._day_in_words(row, out)
        self._decide(row, out, best, unclear)

    def _day_in_words(self, row: Row, out: ParsedRow) -> date | None:
        """'已于2024年6月28日整改完成' says when, where no column does."""
        for code in ("status", "closure", "progress", "verification", "is_rectified"):
            text = self._text(row, code) if code in self.mapping else ""
            if not text or len(text) > 80 or not _DONE_ON.search(text):
                continue
            reading = dates.read(text)
            if reading and reading.month_day:
                reading = _next(reading, out.found_on)
            if reading is None or reading.day is None or reading.precision != "day":
                continue
            if out.found_on <= reading.day <= (self.context.today or reading.day):
                return reading.day
        return None

    def _decide(
        self, row: Row, out: ParsedRow, best: tuple[states.State, str] | None, unclear: str
    ) -> None:
        state: states.State = best[0] if best else "found"
        rule = f"{state}:word:{best[1]}" if best else ""
        dated: tuple[tuple[states.State, date | None], ...] = (
            ("rectified", out.rectified_on),
            ("verified", out.verified_on),
            ("closed", out.closed_on),
        )
        for later, day in dated:
            if day is None or states.ORDER[later] <= states.ORDER[state]:
                continue
            if best and states.ORDER[state] < states.ORDER["rectified"]:
                out.warnings.append(
                    self._finding("status_against_date", self._where(row, "status"), value=best[1])
                )
                break
            state, rule = later, f"{later}:day"
        if state == "found" and (out.responsible_unit or out.responsible_person or out.deadline):
            state = "assigned"
            rule = f"assigned:responsible:{best[1]}" if best else "assigned:responsible"
        if best is None and unclear and not dates.BLANK.match(unclear):
            out.warnings.append(
                self._finding("status_unclear", self._where(row, "status"), value=unclear[:60])
            )
        if states.ORDER[state] < states.ORDER["rectified"]:
            out.rectified_on = out.verified_on = out.closed_on = None
        out.state, out.state_rule = state, rule or "found:nothing"
        listed = squeeze(self._text(row, "listed")) if "listed" in self.mapping else ""
        if listed and not dates.BLANK.match(listed):
            out.listed = not _NO.match(listed)

    def _errors(self, row: Row, warnings: list[Finding]) -> None:
        for index, value in enumerate(row.values):
            if isinstance(value, CellError) and index in self.headers:
                warnings.append(self._finding("cell_error_ignored", index, value=str(value)))


#: Fields whose first column that says something counts, and those that several columns fill.
_NAMES = (
    "ref", "province", "prefecture", "county", "township", "village", "enterprise", "category",
    "source", "supervising_unit", "regulator", "leader", "checking_unit", "checkers", "verifier",
    "phone", "responsible_person",
)  # fmt: skip
_TEXTS = (
    "place", "basis", "measure", "control", "contingency", "progress", "verification", "remarks",
    "responsible_unit", "co_unit",
)  # fmt: skip
#: Fields that a row calls otherwise.
_SLOTS = {"area": "area_text", "sector": "sector_text"}
_TELLING = (
    "found_on", "description", "measure", "deadline", "place", "responsible_unit", "progress",
    "status", "rectified_on", "responsible_person", "closure", "is_rectified", "verified_on",
)  # fmt: skip
#: What a row may hold and still be only the rest of the hazard above it.
_CARRIED = frozenset({"measure", "control", "progress", "remarks", "photo", "basis", "contingency",
                      "co_unit"})  # fmt: skip
_DONE_ON = re.compile(r"(?:\d{4}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}")
#: The ends of names of governments and their departments.
_AUTHORITY = re.compile(r"(?:政府|党委|委员会|管委会|办事处|办公室|安委办|局|厅|署)$")
_LABEL = re.compile(r"[:：]\s*$")


_TITLE_AREA = re.compile(
    r"^(?:关于)?([\u4e00-\u9fff]{1,8}?(?:省|自治区|市|自治州|州|自治县|县|区|旗|镇|乡|街道))(?!域|别|分|级|内|属|场|政)"
)


def _area_of(*texts: str) -> str:
    """A place that a sheet is named after or a title begins with."""
    for text in texts:
        match = _TITLE_AREA.match(squeeze(text))
        if match and not match[1].startswith(("附件", "全", "各", "本", "我", "所属", "地区")):
            return match[1]
    return ""


@lru_cache(maxsize=8_192)
def _is_valid(code: str) -> bool:
    return bool(uscc.is_valid(code))


def _claim(row: ParsedRow, claim: tuple[states.State, str]) -> None:
    """What a list of outcomes ("1.已清理 2.正在维修") says of one of its hazards."""
    state, words = claim
    if state == row.state:
        return
    if state == "found" and row.state == "assigned":
        return
    if states.ORDER[state] < states.ORDER["rectified"]:
        row.rectified_on = row.verified_on = row.closed_on = None
        if state == "found" and (row.responsible_unit or row.responsible_person or row.deadline):
            state = "assigned"
    row.state, row.state_rule = state, f"{state}:word:{words}"


def _next(reading: dates.Reading, found: date) -> dates.Reading:
    """A day after the finding without its year: next year's where this year's is far back."""
    this = reading.in_year(found.year)
    last = this.until or this.day
    if last is not None and found - last > _TURN_OF_YEAR:
        return reading.in_year(found.year + 1)
    return this


def grade_of(raw: str, legend: dict[str, str]) -> tuple[Grade | None, bool]:
    """The grade a text says, and whether that was a stretch."""
    text = squeeze(raw)
    if not text or dates.BLANK.match(text):
        return None, False
    if re.search(r"非重大|不.{0,2}重大", text):
        return "ordinary", False
    level = re.search(r"(\d|[一二三四ⅠⅡⅢⅣ]|(?<![A-Z])[A-D](?![A-Z]))(?:\.0)?级?", text)
    if level and level[1] in legend:
        return ("major" if legend[level[1]] == "major" else "ordinary"), False
    if _GRADE_MAJOR.search(text) and not _GRADE_ORDINARY.search(text):
        return "major", False
    if _GRADE_ORDINARY.search(text) and not _GRADE_MAJOR.search(text):
        return "ordinary", False
    if _GRADE_BETWEEN.search(text):
        return "ordinary", True
    if level and level[1] in "2345二三四":
        # The first of numbered levels is the gravest everywhere; what it means isn't.
        return "ordinary", True
    return None, True
