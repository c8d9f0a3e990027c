"""How a workbook is going to be read: proposed by the machine, confirmed by a person.

A plan is plain data: the wizard shows it, the person changes it, ``parsing.parse`` follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

LEDGER = "ledger"
#: Kinds of sheets that hold no hazards; each has its sentence under ``sheet_<kind>``.
KINDS = (
    LEDGER, "template", "checklist", "scoring", "quiz", "risk", "form", "statistics", "tasks",
    "roster", "reference", "instructions", "other", "broken",
)  # fmt: skip


@dataclass(slots=True)
class ColumnPlan:
    index: int
    letter: str
    #: The header as it is shown, levels joined by a slash.
    header: str
    names: tuple[str, ...]
    field: str = ""
    confidence: float = 0.0
    #: name, pattern, levels, group, content, saved or person.
    evidence: str = ""
    samples: tuple[str, ...] = ()
    filled: int = 0

    @property
    def leaf(self) -> str:
        return self.names[-1] if self.names else ""


@dataclass(slots=True)
class Panel:
    own: list[int]
    grade: str = ""


@dataclass(slots=True)
class TablePlan:
    """One table: where it lies, what its columns mean, and whether it is read as hazards."""

    sheet: int
    sheet_name: str
    hidden: bool
    first: int
    last: int
    end: int
    columns: list[ColumnPlan]
    kind: str = LEDGER
    #: Why this kind, as codes for the page to explain.
    reasons: list[str] = field(default_factory=list)
    #: A person may leave a table out, or take one in that the machine would leave out.
    included: bool = True
    titles: tuple[str, ...] = ()
    #: Fields that a complete register has and this one lacks.
    missing: list[str] = field(default_factory=list)
    rows: int = 0
    #: For rows without a day: set by a person.
    found_on: date | None = None
    guessed: bool = False
    repeats: list[int] = field(default_factory=list)
    inner_titles: list[int] = field(default_factory=list)
    #: What a footnote says grades mean: {"1": "major", "3": "ordinary"}.
    legend: dict[str, str] = field(default_factory=dict)
    #: What the lines above the header say for all rows: {"enterprise": "…", "found_on": "…"}.
    preamble: dict[str, str] = field(default_factory=dict)
    #: Where a row holds several hazards side by side: the columns that are each one's own, and
    #: its grade where they say it ("一般隐患 | 重大隐患").
    panels: list[Panel] = field(default_factory=list)
    #: Forms, or a table on its side: its columns are labels, and ``turning`` finds its records.
    turned: bool = False

    def mapping(self) -> dict[str, list[int]]:
        """Field to its columns, the surest first."""
        out: dict[str, list[tuple[float, int]]] = {}
        for column in self.columns:
            if column.field:
                out.setdefault(column.field, []).append((-column.confidence, column.index))
        return {code: [index for _, index in sorted(found)] for code, found in out.items()}

    @property
    def is_read(self) -> bool:
        return self.included and self.kind == LEDGER


@dataclass(slots=True)
class SheetPlan:
    """A sheet without any table: what it seems to be."""

    sheet: int
    sheet_name: str
    hidden: bool
    rows: int
    kind: str
    reasons: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    file: str
    tables: list[TablePlan] = field(default_factory=list)
    sheets: list[SheetPlan] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: What its sender says of it all: the year of days like 6.25, and the day of rows without one.
    year: int | None = None
    found_on: date | None = None

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        for table in data["tables"]:
            table["found_on"] = table["found_on"].isoformat() if table["found_on"] else None
        data["found_on"] = self.found_on.isoformat() if self.found_on else None
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        tables = []
        for raw in data["tables"]:
            entry = dict(raw)
            entry["columns"] = [
                ColumnPlan(**{**c, "names": tuple(c["names"]), "samples": tuple(c["samples"])})
                for c in entry["columns"]
            ]
            entry["titles"] = tuple(entry["titles"])
            entry["panels"] = [Panel(**panel) for panel in entry.get("panels", [])]
            entry["found_on"] = date.fromisoformat(entry["found_on"]) if entry["found_on"] else None
            tables.append(TablePlan(**entry))
        said = data.get("found_on")
        return cls(
            data["file"],
            tables,
            [SheetPlan(**s) for s in data["sheets"]],
            list(data["notes"]),
            data.get("year"),
            date.fromisoformat(said) if said else None,
        )
