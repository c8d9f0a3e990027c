"""What was taken in with a doubt: read one way where another was possible, cut, or left out.

A register of fifty thousand rows can have one doubt fifty thousand times (a column of merged
cells), so that a batch keeps each kind once for each column: how often, and in which runs of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from anlan.base import sealed
from anlan.domain.hazards.models import Batch
from anlan.domain.hazards.reading import Finding

#: Runs of rows that are named; that there are more is said.
RUNS_MAX = 100
#: Kinds of doubt that one batch tells apart; a workbook has a dozen. The others are one more.
KINDS_MAX = 500
OTHERS = Finding("others")
HIDDEN = "••••"


@dataclass(frozen=True)
class Doubt:
    """One kind of doubt about one column, as a page tells it."""

    file: str
    sheet: str
    column: str
    #: Of the first of its rows.
    message: str
    #: As a sheet numbers them: first and last of each run.
    runs: Sequence[tuple[int, int]]
    count: int
    #: Whether it is in further rows, too.
    more: bool

    @property
    def rows(self) -> str:
        named = "、".join(str(a) if a == b else f"{a}–{b}" for a, b in self.runs)
        return f"{named} …" if self.more else named


def added(
    kept: Sequence[Mapping[str, Any]], file: int, found: Iterable[tuple[str, int, Finding]]
) -> list[dict[str, Any]]:
    """``kept``, as Batch.doubts has it, with more: (sheet, row, what). Nothing given is changed."""
    doubts = {_key(one): dict(one) for one in kept}
    for sheet, row, what in found:
        # Each row that others repeat is told apart: "equal to row 8" stands once, with their rows.
        key = (file, sheet, what.code, what.column, what.data.get("same_as"))
        one = doubts.get(key)
        if one is None and len(doubts) >= KINDS_MAX:
            sheet, what = "", OTHERS
            key = (file, sheet, what.code, what.column, None)
            one = doubts.get(key)
        if one is None:
            one = doubts[key] = {
                "file": file, "sheet": sheet, "code": what.code, "column": what.column,
                "header": what.header, "data": _json(what.data), "runs": [], "more": False,
                "count": 0,
            }  # fmt: skip
        one["count"] += 1
        if what is not OTHERS:
            _name(one, row)
    return list(doubts.values())


def _name(one: dict[str, Any], row: int) -> None:
    """Rows come in their order; parts of one cell share theirs."""
    runs = one["runs"]
    if runs and runs[-1][0] <= row <= runs[-1][1] + 1:
        first, last = runs[-1]
        one["runs"] = [*runs[:-1], [first, max(row, last)]]
    elif len(runs) < RUNS_MAX:
        one["runs"] = [*runs, [row, row]]
    else:
        one["more"] = True


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    same_as = one["data"].get("same_as")
    return one["file"], one["sheet"], one["code"], one["column"], same_as


def _json(data: Mapping[str, Any]) -> Any:
    """What the sentence quotes; a phone or identity number is not kept a second time (S30)."""
    shown = {
        name: HIDDEN if isinstance(value, str) and sealed.is_sensitive("", value) else value
        for name, value in data.items()
    }
    return json.loads(json.dumps(shown, cls=DjangoJSONEncoder, default=str))


def of(batch: Batch, names: Mapping[int, str]) -> list[Doubt]:
    """A batch's doubts for a page, in the order of the workbook. ``names``: files by number."""
    ordered = sorted(batch.doubts, key=lambda one: (one["file"], one["sheet"], one["runs"][:1]))
    return [
        Doubt(
            names.get(one["file"], ""),
            one["sheet"],
            f"{one['column']} {one['header']}".strip(),
            Finding(one["code"], one["column"], one["header"], one["data"]).message,
            [(first, last) for first, last in one["runs"]],
            one["count"],
            one["more"],
        )
        for one in ordered
    ]
