"""What was taken in with a doubt: read one way where another was possible, cut, or left out.

A register of fifty thousand rows can have one doubt fifty thousand times (a column of merged
cells), so that a batch keeps each kind once for each column: how often, and in which rows first.
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

#: Rows that are named; of further ones it is said how many they are.
ROWS_NAMED_MAX = 20
#: Kinds of doubt that one batch keeps; a workbook has a dozen.
KINDS_MAX = 500
HIDDEN = "••••"


@dataclass(frozen=True)
class Doubt:
    """One kind of doubt about one column, as a page tells it."""

    file: str
    sheet: str
    column: str
    #: Of the first of its rows.
    message: str
    rows: Sequence[int]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def added(
    kept: Sequence[Mapping[str, Any]], file: int, found: Iterable[tuple[str, int, Finding]]
) -> list[dict[str, Any]]:
    """``kept``, as Batch.doubts has it, with more: (sheet, row, what). Nothing given is changed."""
    doubts = {_key(one): dict(one) for one in kept}
    for sheet, row, what in found:
        key = (file, sheet, what.code, what.column)
        one = doubts.get(key)
        if one is None:
            if len(doubts) == KINDS_MAX:
                continue
            one = doubts[key] = {
                "file": file, "sheet": sheet, "code": what.code, "column": what.column,
                "header": what.header, "data": _json(what.data), "rows": [], "count": 0,
            }  # fmt: skip
        one["count"] += 1
        if len(one["rows"]) < ROWS_NAMED_MAX and row not in one["rows"]:
            one["rows"] = [*one["rows"], row]
    return list(doubts.values())


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return one["file"], one["sheet"], one["code"], one["column"]


def _json(data: Mapping[str, Any]) -> Any:
    """What the sentence quotes; a phone or identity number is not kept a second time (S30)."""
    shown = {
        name: HIDDEN if isinstance(value, str) and sealed.is_sensitive("", value) else value
        for name, value in data.items()
    }
    return json.loads(json.dumps(shown, cls=DjangoJSONEncoder, default=str))


def of(batch: Batch, names: Mapping[int, str]) -> list[Doubt]:
    """A batch's doubts for a page, in the order of the workbook. ``names``: files by number."""
    ordered = sorted(batch.doubts, key=lambda one: (one["file"], one["sheet"], one["rows"][:1]))
    return [
        Doubt(
            names.get(one["file"], ""),
            one["sheet"],
            f"{one['column']} {one['header']}".strip(),
            Finding(one["code"], one["column"], one["header"], one["data"]).message,
            one["rows"],
            one["count"],
        )
        for one in ordered
    ]
