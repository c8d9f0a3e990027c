"""One table's cells while it is read: what its columns mean, and what a row says under a field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anlan.domain.hazards.reading import amounts, dates, states
from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading.periods import Period, period_of
from anlan.domain.hazards.reading.plan import TablePlan
from anlan.domain.hazards.reading.rows import Context, Finding, Grade
from anlan.kernel.papers.sheets.book import CellError, Row, Sheet, Value, Workbook, letter
from anlan.kernel.papers.sheets.tables import squeeze, text_of

NAME_CHARS_MAX = 200
SECTION_CHARS_MAX = 60
_TICKED = ("status", "is_rectified", "progress", "closure", "verification")
SECTION = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十]+[)）]?[、.．]|\d+[、.．]|第[一二三四五六七八九十\d]+(?:部分|章|节|组)|[A-Z][、.．]|【|◆|■|●|▲)"
)
_MAJOR_TITLE = re.compile(
    r"重大(?:事故|安全|生产安全事故|火灾)?隐患(?!.*一般).{0,12}(?:台账|清单|汇总|统计|一览|明细|登记|表|库)"
)
_TITLE_AREA = re.compile(
    r"^(?:关于)?([\u4e00-\u9fff]{1,8}?(?:省|自治区|市|自治州|州|自治县|县|区|旗|镇|乡|街道))(?!域|别|分|级|内|属|场|政)"
)
#: What may stand below it: 五华区华山街道…, yet not 五华区城镇燃气… or 五华区各乡镇….
_TITLE_BELOW = re.compile(
    r"([\u4e00-\u9fff]{1,6}?(?:自治县|县|区|镇|乡|街道))(?<![社小园辖景库厂矿校片地老]区)(?<![城乡各村]镇)(?<![城各]乡)"
    r"(?!域|别|分|级|内|属|场|政|镇|乡|村)"
)
#: Fields whose first column that says something counts, and those that several columns fill.
NAMES = (
    "ref", "province", "prefecture", "county", "township", "village", "enterprise", "category",
    "source", "supervising_unit", "regulator", "leader", "checking_unit", "checkers", "verifier",
    "phone", "responsible_person",
)  # fmt: skip
TEXTS = (
    "place", "basis", "measure", "control", "contingency", "progress", "verification", "remarks",
    "responsible_unit", "co_unit",
)  # fmt: skip


@dataclass(slots=True)
class Record:
    """The source rows of one hazard cell: usually one, more where it is merged downwards."""

    rows: list[Row]
    #: The last row of a form; of a table's rows it is theirs.
    until: int = 0

    @property
    def first(self) -> int:
        return self.rows[0].number

    @property
    def last(self) -> int:
        return self.until or self.rows[-1].number


@dataclass(slots=True)
class Found:
    day: date
    precision: str = "day"
    inferred: str = ""
    #: The last day it may have been; periods counted from the finding begin there.
    until: date | None = None


class Rejected(Exception):
    def __init__(self, code: str, index: int | None, **data: Any) -> None:
        super().__init__(code)
        self.code, self.index, self.data = code, index, data


@dataclass(slots=True)
class Cells:
    """Reads the body of one table, row by row."""

    workbook: Workbook
    sheet: Sheet
    number: int
    plan: TablePlan
    context: Context
    in_footer: bool = False
    section: str = ""
    pending: Record | None = None
    #: Values of the row above, for 同上 and for blank group cells.
    above: dict[str, Value] = field(default_factory=dict)
    #: The same for each of several hazards that stand side by side.
    aboves: dict[int, dict[str, Value]] = field(default_factory=dict)
    last_year: int | None = None
    mapping: dict[str, list[int]] = field(init=False)
    period: Period = field(init=False)
    headers: dict[int, str] = field(init=False)
    money_unit: int | None = field(init=False, default=None)
    grade_of_title: Grade | None = field(init=False, default=None)
    group_fields: tuple[str, ...] = field(init=False)
    #: Each field with its first column, for what is asked of every cell.
    firsts: tuple[tuple[str, int], ...] = field(init=False)
    #: The columns whose texts are kept as they were sent.
    shown: tuple[tuple[int, str], ...] = field(init=False)
    #: For each hazard of a row its own mapping, where a row holds several side by side.
    panels: list[tuple[dict[str, list[int]], str]] = field(default_factory=list)
    names: tuple[str, ...] = field(init=False)
    texts: tuple[str, ...] = field(init=False)
    #: What lines above the header, or between its repetitions, say of the rows below them.
    preamble: dict[str, str] = field(init=False)
    area_hint: str = field(init=False)
    #: Columns named after one outcome ("已整改 | 未整改"): what a tick in them says.
    says: dict[int, states.State] = field(init=False)
    letters: dict[int, str] = field(init=False)
    #: The text that decided the current row's state, and what a plain yes means in its column.
    decisive: tuple[str, states.State | None] = ("", None)

    def __post_init__(self) -> None:
        plan = self.plan
        self.use(plan.mapping())
        self.headers = {c.index: c.header for c in plan.columns}
        self.shown = tuple(
            (c.index, c.header) for c in plan.columns if c.field not in ("row_error", "row_origin")
        )
        self.letters = {c.index: c.letter for c in plan.columns}
        self.says = {}
        for column in plan.columns:
            if column.field in _TICKED and states.is_status(column.leaf):
                claim = states.words(column.leaf)
                if claim:
                    self.says[column.index] = claim[0]
        owned = {index for panel in plan.panels for index in panel.own}
        for panel in plan.panels:
            kept = {
                code: [i for i in indexes if i in panel.own or i not in owned]
                for code, indexes in self.mapping.items()
            }
            mapping = {code: indexes for code, indexes in kept.items() if indexes}
            if "description" in mapping:
                self.panels.append((mapping, panel.grade))
        self.period = period_of(plan.titles, plan.sheet_name, self.workbook.name, self.context.year)
        for index in self.mapping.get("funds", ())[:1]:
            self.money_unit = amounts.header_unit(self.headers[index])
        title = squeeze("".join((*plan.titles[:3], plan.sheet_name)))
        if not {"grade", "is_major"} & set(self.mapping) and _MAJOR_TITLE.search(title):
            self.grade_of_title = "major"
        self.preamble = dict(plan.preamble)
        self.area_hint = _area_of(plan.sheet_name, *plan.titles)
        if "enterprise" not in self.mapping:
            company = _company_of(*plan.titles, plan.sheet_name)
            if company:
                self.preamble.setdefault("enterprise", company)
        for text in reversed(plan.titles):
            if SECTION.match(text) and len(text) <= SECTION_CHARS_MAX:
                self.section = text
                break

    def use(self, mapping: dict[str, list[int]]) -> None:
        """Read by these columns from here on."""
        self.mapping = mapping
        self.names = tuple(code for code in NAMES if code in mapping)
        self.texts = tuple(code for code in TEXTS if code in mapping)
        self.group_fields = tuple(f for f in cols.GROUP_FIELDS if f in mapping)
        self.firsts = tuple((code, indexes[0]) for code, indexes in mapping.items())

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
        column = self.letters.get(index, letter(index)) if index is not None else ""
        header = self.headers.get(index, "") if index is not None else ""
        return Finding(code, column, header, data)

    def _field_at(self, index: int) -> str:
        return next((c.field for c in self.plan.columns if c.index == index), "")


_TITLE_COMPANY = re.compile(
    r"^(?:关于)?([\u4e00-\u9fffA-Za-z0-9()·]{2,30}?(?:有限责任公司|股份有限公司|有限公司|集团公司|分公司|集团))"
    r"(?=$|20\d\d|[一-十]|\d|安全|隐患|事故|问题|重大|生产|消防|月|年|自查|排查|检查|的)"
)


def _company_of(*texts: str) -> str:
    """The enterprise that a title begins with: '甲化工有限公司2024年6月隐患排查台账'."""
    for text in texts:
        match = _TITLE_COMPANY.match(squeeze(text))
        if match:
            return match[1]
    return ""


def _area_of(*texts: str) -> str:
    """A place that a sheet is named after or a title begins with."""
    for text in texts:
        match = _TITLE_AREA.match(squeeze(text))
        if match and not match[1].startswith(("附件", "全", "各", "本", "我", "所属", "地区")):
            area, rest = match[1], squeeze(text)[match.end(1) :]
            while below := _TITLE_BELOW.match(rest):
                area, rest = area + below[1], rest[below.end() :]
            return area
    return ""
