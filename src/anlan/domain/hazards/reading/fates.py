"""What a row of a table is: a hazard, the rest of the one above, or a total, a note, a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading.cells import SECTION, SECTION_CHARS_MAX, Record
from anlan.domain.hazards.reading.fields import AREA
from anlan.domain.hazards.reading.hazards import Hazards
from anlan.domain.hazards.reading.nothing import PLACEHOLDER, says_nothing
from anlan.domain.hazards.reading.plan import LEDGER
from anlan.domain.hazards.reading.preambles import preamble_of
from anlan.domain.hazards.reading.rows import IgnoredRow, Result
from anlan.kernel.papers.sheets.book import Row, Value
from anlan.kernel.papers.sheets.tables import (
    is_note,
    is_total,
    lone_text,
    own_cells,
    squeeze,
    text_of,
)

#: Longer descriptions say more than that nothing was found.
NIL_CHARS_MAX = 60
#: Rows that one merged description may stretch over.
GROUP_ROWS_MAX = 200
_EXAMPLE = re.compile(
    r"^[(【\[]?(?:例|示例|样例|范例|填写示例|示例行|举例|例如|例子|样表|模板|e\.?g\.?|example)[:.\d一二三]*[)】\]]?$",
    re.I,
)
_EXAMPLE_TEXT = re.compile(r"^[(【\[]?(?:示例|例如|样例|填写示例|例|举例)[)】\]]?[:：,，]")
_TELLING = (
    "found_on", "description", "measure", "deadline", "place", "responsible_unit", "progress",
    "status", "rectified_on", "responsible_person", "closure", "is_rectified", "verified_on",
)  # fmt: skip
#: What a row may hold and still be only the rest of the hazard above it.
_CARRIED = frozenset({"measure", "control", "progress", "remarks", "photo", "basis", "contingency",
                      "co_unit"})  # fmt: skip
_HOW_TO = re.compile(
    r"^[(（【]?(?:必填|选填|非必填|可选|自动生成|下拉|填写|请填|请选择?|格式|按.{1,12}填|文本|日期格式|数字)"
)
_BRACKETED = re.compile(r"^[(（【][^()（）]*[)）】]$")
_LABEL = re.compile(r"[:：]\s*$")


@dataclass(slots=True)
class Reader(Hazards):
    """Reads the body of one table, row by row."""

    def between(self, row: Row, fate: str) -> None:
        """A header or a title inside the body: a new page or a new section begins."""
        if fate == "header":
            self.in_footer = False
        elif fate == "title":
            self.preamble.update(preamble_of(tuple(text_of(v) for _, v in own_cells(row))))
            lone = lone_text(row, own_cells(row), len(self.plan.columns))
            if (
                lone
                and (SECTION.match(lone) or AREA.search(lone))
                and len(lone) <= SECTION_CHARS_MAX
            ):
                self.section = lone

    def one(self, row: Row, last: int) -> Iterator[Result]:
        """A record that stands for the rows up to ``last``, such as a form."""
        self.pending = Record([row], last)
        yield from self.flush()

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
        self.pending = Record([row])

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
        if lone is None and len(cells) == 1 and _BRACKETED.match(text_of(cells[0][1]).strip()):
            return "note"
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
        if self._instructs(cells):
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
            if PLACEHOLDER.match(squeezed):
                return "nothing_found" if len(squeezed) <= 2 else "placeholder"
            return "nothing_found" if says_nothing(squeezed) else ""
        if self._error_in(row, "description"):
            return ""
        if "check_item" in self.mapping:
            return "nothing_found"
        told = {code for code in _TELLING if self._own(row, code) not in (None, "")}
        if not told:
            # Numbered or with its county's name prefilled, and nothing else.
            return "only_number"
        return ""

    def _instructs(self, cells: list[tuple[int, Value]]) -> bool:
        """A row under the header that says how to fill in each column ("必填", "下拉选择")."""
        if self.above or len(cells) < 3:
            return False
        said = sum(1 for _, v in cells if isinstance(v, str) and _HOW_TO.match(v.strip()))
        return said * 2 > len(cells)

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

    def _continues(self, row: Row, record: Record) -> bool:
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
