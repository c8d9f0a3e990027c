"""A form's sections as tables for its page: what stands in each cell, and how it is entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from anlan.domain.filings import checking, deriving, entering
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.figuring import Shown
from anlan.domain.filings.terms import Column, Place, Row, Section

#: Rows that an empty list offers.
BLANK_ROWS = 3


@dataclass(frozen=True)
class GridCell:
    """One cell as a page draws it; ``place`` is None where the form has none there."""

    place: Place | None
    #: typed, text, listed, derived, worked.
    kind: str = ""
    #: What a field holds, as it was typed.
    typed: str = ""
    #: What is read.
    text: str = ""
    missing: str | Promise = ""
    value: Any = None
    digits: int = 0
    bad: str = ""
    #: What stood here before a correction, where that differs.
    before: str | None = None
    #: What the ledger says by now, where that differs from what was filed.
    now: str | None = None
    #: For the script: the cells that it is the sum of.
    adds: str = ""
    takes: str = ""
    #: Of a year to date that was declared for some periods: the ledger's part, what was
    #: declared, and for which periods.
    ledger: str = ""
    declared: str = ""
    codes: tuple[str, ...] = ()
    #: May be told as bounds.
    vague: bool = False


@dataclass(frozen=True)
class Grid:
    section: Section
    columns: tuple[Column, ...]
    rows: list[tuple[Row, list[GridCell]]]
    lists: list[GridCell] = field(default_factory=list)

    @property
    def typed(self) -> bool:
        return any(cell.kind == "typed" for _row, cells in self.rows for cell in cells)


def grids(
    asked: Asked, shown: Shown, *, typed: Mapping[str, Any] | None = None,
    bad: Mapping[str, str] | None = None, before: Mapping[str, Any] | None = None,
    now: Mapping[str, Any] | None = None,
) -> list[Grid]:  # fmt: skip
    """``typed``: texts of fields, where they are entered now."""
    found = []
    for section in asked.definition.sections:
        rows, lists = [], []
        for row in section.rows:
            cells = []
            for column in section.columns:
                key = f"{row.key}.{column.key}"
                place = asked.known.get(key)
                one = GridCell(None) if place is None else _cell(
                    asked, place, shown, typed, bad or {}, before, now
                )  # fmt: skip
                cells.append(one)
                if one.kind == "listed":
                    lists.append(one)
            rows.append((row, cells))
        found.append(Grid(section, section.columns, rows, lists))
    return found


def _cell(
    asked: Asked, place: Place, shown: Shown, typed: Mapping[str, Any] | None,
    bad: Mapping[str, str], before: Mapping[str, Any] | None, now: Mapping[str, Any] | None,
) -> GridCell:  # fmt: skip
    key, digits = place.key, asked.digits[place.key]
    value = shown.values.get(key)
    own = key in asked.typed
    mode = place.cell.mode
    kind = mode if mode in ("listed", "text") else "typed" if own else (
        mode if mode == "derived" else "worked"
    )  # fmt: skip
    text = checking.written(value, digits)
    old = new = None
    if before is not None and before.get(key) != value:
        old = checking.written(before.get(key), digits) or "—"
    if now is not None and key in now and kind == "derived":
        fresh = now[key].value
        if fresh != value:
            new = checking.written(fresh, digits) or "—"
    said = "" if typed is None else str(typed.get(key, "") or "")
    missing = deriving.REASONS.get(shown.missing.get(key, ""), "") if value is None else ""
    sums = place.cell.mode == "sum"
    return GridCell(
        place,
        kind,
        said,
        text,
        missing,
        value,
        digits,
        bad.get(key, ""),
        old,
        new,
        " ".join(place.cell.of) if sums else "",
        " ".join(place.cell.minus) if sums else "",
        **_parts(shown, key, value, digits),
        vague=own and asked.typed[key].vague,
    )


def _parts(shown: Shown, key: str, value: Any, digits: int) -> dict[str, Any]:
    declared = shown.declared.get(key)
    if declared is None or not isinstance(value, int):
        return {}
    return {
        "ledger": checking.written(value - declared, digits),
        "declared": checking.written(declared, digits), "codes": shown.codes.get(key, ()),
    }  # fmt: skip


def texts(asked: Asked, values: Mapping[str, Any]) -> dict[str, str]:
    """Kept values as fields hold them."""
    return {
        key: entering.text_of(values.get(key), asked.digits[key])
        for key in (*asked.typed, *asked.texts)
    }  # fmt: skip
