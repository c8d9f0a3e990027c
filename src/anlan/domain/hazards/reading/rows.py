"""What reading a workbook gives: rows that are hazards, rows that aren't, and why.

All of it is plain data. A finding keeps its code and what it is about; its sentence is made when
somebody reads it, in their language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from anlan.domain.hazards.reading.messages import IGNORED, MESSAGES, PLACES

Grade = Literal["ordinary", "major"]
State = Literal["found", "assigned", "rectified", "verified", "closed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one cell, for a person to look at."""

    code: str
    column: str = ""
    header: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        said = {"column": self.column, "header": self.header, **self.data}
        if "where" in said:
            said["where"] = str(PLACES.get(said["where"], said["where"]))
        return str(MESSAGES[self.code]) % said


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller knows and the file may not say.

    today:     a finding dated after it is refused; None accepts any day.
    year:      of dates like 6.25 where title, sheet, file and neighbours don't tell it.
    found_on:  for rows without a day of their own; set by a person in the wizard.
    origins:   row ids of error workbooks may be trusted as they come from us.
    """

    today: date | None = None
    year: int | None = None
    found_on: date | None = None


@dataclass(slots=True)
class ParsedRow:
    """One hazard or problem, as its source states it. Nothing here was looked up.

    A day that isn't stated stays None: ``closed`` without ``closed_on`` means "closed, no day".
    """

    file: str
    sheet: str
    first_row: int
    last_row: int
    #: Its place among the hazards of one cell, from 1, and how many those are.
    part: int
    parts: int
    #: Header to text, the whole row as it was sent.
    raw: dict[str, str]
    description: str
    found_on: date
    #: day, month or range; a month's finding is dated its first day, a range's its first too.
    found_precision: str = "day"
    #: Not from a cell of this row: title, sheet, file, report, above, text or context.
    found_inferred: str = ""
    #: Headings above this part inside its cell, and what introduced the list.
    context: str = ""
    #: The heading of the section of the table that the row stands in ("一、道路交通").
    section: str = ""
    ref: str = ""
    area_text: str = ""
    province: str = ""
    prefecture: str = ""
    county: str = ""
    township: str = ""
    village: str = ""
    enterprise: str = ""
    credit_code: str = ""
    #: None where there is no code; False where its check digit is wrong.
    credit_code_valid: bool | None = None
    sector_text: str = ""
    topics: tuple[str, ...] = ()
    place: str = ""
    category: str = ""
    grade: Grade | None = None
    grade_raw: str = ""
    item_kind: Literal["hazard", "problem"] = "hazard"
    source: str = ""
    basis: str = ""
    measure: str = ""
    control: str = ""
    responsible_unit: str = ""
    co_unit: str = ""
    responsible_person: str = ""
    phone: str = ""
    #: Fen; None where nothing or nothing countable is stated.
    funds: int | None = None
    funds_raw: str = ""
    deadline: date | None = None
    #: The deadline as it was written, where it isn't a plain day ("立即整改", "5个工作日内").
    deadline_text: str = ""
    #: immediate, standing, hours, calendar_days, working_days or months; with ``deadline_n``.
    deadline_rule: str = ""
    deadline_n: int = 0
    contingency: str = ""
    supervising_unit: str = ""
    regulator: str = ""
    leader: str = ""
    checking_unit: str = ""
    checkers: str = ""
    verifier: str = ""
    verification: str = ""
    progress: str = ""
    state: State = "found"
    #: Which words or days decided the state, such as "closed:word:已销号" or "rectified:day".
    state_rule: str = ""
    rectified_on: date | None = None
    verified_on: date | None = None
    closed_on: date | None = None
    #: None where nothing is said about listed supervision.
    listed: bool | None = None
    remarks: str = ""
    #: The row of an error workbook this came back from: "digest:sheet:row", else empty.
    origin: str = ""
    warnings: list[Finding] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Source rows it accounts for: a cell's first part stands for all of them."""
        return self.last_row - self.first_row + 1 if self.part == 1 else 0


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that would have to be a hazard, and can't truthfully become one."""

    file: str
    sheet: str
    first_row: int
    last_row: int
    code: str
    column: str
    header: str
    data: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    #: Which of the sheet's tables it stands in, from 0.
    table: int = 0
    #: Names the row for ever, also in the error workbook: "digest:sheet:row".
    origin: str = ""
    #: Its place among several that stand side by side in the same rows, from 1.
    part: int = 1

    @property
    def message(self) -> str:
        return Finding(self.code, self.column, self.header, self.data).message

    @property
    def count(self) -> int:
        return self.last_row - self.first_row + 1 if self.part == 1 else 0


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """A row, or a run of neighbouring rows, that is no hazard, and what it is instead."""

    file: str
    sheet: str
    first_row: int
    last_row: int
    reason: str

    @property
    def message(self) -> str:
        return str(IGNORED[self.reason])

    @property
    def count(self) -> int:
        return self.last_row - self.first_row + 1


Result = ParsedRow | RejectedRow | IgnoredRow
