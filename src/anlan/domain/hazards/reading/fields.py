"""All else that a row says of its hazard: names, places, grade, money and deadline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from stdnum.cn import uscc

from anlan.domain.hazards.reading import amounts, dates, states
from anlan.domain.hazards.reading.boxes import chosen
from anlan.domain.hazards.reading.cells import NAME_CHARS_MAX, SECTION, Found, Record
from anlan.domain.hazards.reading.finding_day import next_after
from anlan.domain.hazards.reading.outcome import NO, Outcomes
from anlan.domain.hazards.reading.rows import Finding, Grade, ParsedRow
from anlan.kernel.papers.sheets.book import CellError, Row
from anlan.kernel.papers.sheets.tables import own_cells, squeeze, text_of

TEXT_CHARS_MAX = 4_000
AREA = re.compile(r"(?:省|市|自治州|州|县|区|旗|镇|乡|街道|开发区|园区|办事处)$")
_ENTERPRISE = re.compile(r"(?:公司|厂|矿|学校|医院|酒店|超市|加油站|项目部|项目|商场|中心|企业)$")
_SECTOR = re.compile(r"(?:领域|行业|专项|专业|类|安全)$")
_YES = re.compile(r"^(?:是|√|✓|✔|y|yes|true|1|对|有|已挂牌|挂牌|已督办|督办|重大)")
_GRADE_MAJOR = re.compile(r"重大|特大|特别重大|major", re.I)
_GRADE_ORDINARY = re.compile(r"一般|普通|轻微|低|非重大|较小|ordinary|general|minor", re.I)
_GRADE_BETWEEN = re.compile(r"较大|突出|中|严重|较重|较严重")
#: Fields that a row calls otherwise.
_SLOTS = {"area": "area_text", "sector": "sector_text"}
#: The ends of names of governments and their departments.
_AUTHORITY = re.compile(r"(?:政府|党委|委员会|管委会|办事处|办公室|安委办|局|厅|署)$")


@dataclass(slots=True)
class Fields(Outcomes):
    """Makes one hazard of a row, without its description."""

    def _base(self, record: Record, row: Row, found: Found, warnings: list[Finding]) -> ParsedRow:
        out = ParsedRow(
            file=self.workbook.name, sheet=self.sheet.name, first_row=record.first,
            last_row=record.last, part=1, parts=1, raw=self._raw(record), description="",
            found_on=found.day, found_precision=found.precision, found_inferred=found.inferred,
            section=self.section, warnings=warnings,
        )  # fmt: skip
        for code in self.names:
            if text := self._text(row, code):
                self._put(row, out, code, text, NAME_CHARS_MAX)
        for code in self.texts:
            if text := self._joined(record, row, code):
                self._put(row, out, code, text, TEXT_CHARS_MAX)
        out.area_text = self._text(row, "area") if "area" in self.mapping else ""
        out.sector_text = self._text(row, "sector") if "sector" in self.mapping else ""
        out.origin = self._origin(row)
        if "topics" in self.mapping and (topics := self._text(row, "topics")):
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

    def _raw(self, record: Record) -> dict[str, str]:
        raw: dict[str, str] = {}
        row = record.rows[0]
        values, filled = row.values, row.filled
        width = len(values)
        for index, header in self.shown:
            if index >= width or (value := values[index]) is None:
                continue
            if index in filled and filled[index][0] == row.number:
                continue  # The rest of a cell merged sideways.
            if text := text_of(value).strip():
                raw[header] = text
        for more in record.rows[1:]:
            for index, value in own_cells(more):
                name = self.headers.get(index)
                text = text_of(value).strip()
                if name and text and text not in raw.get(name, ""):
                    raw[name] = f"{raw[name]}\n{text}" if name in raw else text
        return raw

    def _origin(self, row: Row) -> str:
        return self._text(row, "row_origin")

    def _put(self, row: Row, out: ParsedRow, code: str, text: str, limit: int) -> None:
        if len(text) > limit:
            out.warnings.append(self._finding("text_cut", self._where(row, code), limit=limit))
            text = text[: limit - 1] + "…"
        setattr(out, code, text)

    def _joined(self, record: Record, row: Row, code: str) -> str:
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
        name = SECTION.sub("", self.section).strip(" 、.．:：】[]")
        if not name:
            return
        if not (out.area_text or out.county or out.prefecture or out.township) and AREA.search(
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
        if grade is None and "隐患" in self.section:
            # "重大事故隐患" as a heading inside the table.
            grade = grade_of(SECTION.sub("", self.section), {})[0]
        if grade is None:
            grade = self.grade_of_title
        if unclear and grade is None:
            out.warnings.append(self._finding("grade_unclear", index, value=raw))
        elif unclear:
            out.warnings.append(self._finding("grade_mapped", index, value=raw))
        major = squeeze(chosen(self._text(row, "is_major"))) if "is_major" in self.mapping else ""
        if major and _YES.match(major):
            grade = "major"
        elif major and NO.match(major) and grade is None:
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
            reading = next_after(reading, out.found_on)
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

    def _errors(self, row: Row, warnings: list[Finding]) -> None:
        for index, value in enumerate(row.values):
            if isinstance(value, CellError) and index in self.headers:
                warnings.append(self._finding("cell_error_ignored", index, value=str(value)))


@lru_cache(maxsize=8_192)
def _is_valid(code: str) -> bool:
    return bool(uscc.is_valid(code))


def grade_of(raw: str, legend: dict[str, str]) -> tuple[Grade | None, bool]:
    """The grade a text says, and whether that was a stretch."""
    text = squeeze(chosen(raw))
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
