"""The loop's frame over filings, and what their commands have in common."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from anlan.base import text
from anlan.domain.filings.entering import Wrong
from anlan.domain.filings.models import Filing
from anlan.domain.filings.refusals import CellsWrong, FilingIncomplete
from anlan.kernel.loop import frame

begin = partial(frame.begin, Filing)
text_of = partial(text.stated, refusal=FilingIncomplete)
short = partial(text.short, refusal=FilingIncomplete)
#: Cells that one sentence names; the page marks all of them.
NAMED_MAX = 8


class Turn(frame.Turn[Filing]):
    @property
    def filing(self) -> Filing:
        return self.row


turns = partial(
    frame.turns,
    Filing.objects.select_related("form__unit", "asked", "unit__area", "case"),
    Turn,
)


def lacks(field: str, reason: Any) -> FilingIncomplete:
    return FilingIncomplete(field=field, reason=reason)


def cells_wrong(wrong: Iterable[Wrong]) -> CellsWrong:
    """A refusal that names the cells; those beyond a few are counted."""
    found = list(wrong)
    said = "；".join(f"{one.label}：{one.reason}" for one in found[:NAMED_MAX])
    if len(found) > NAMED_MAX:
        said += f" … (+{len(found) - NAMED_MAX})"
    cells = [{"cell": one.cell, "label": one.label, "reason": str(one.reason)} for one in found]
    return CellsWrong(reason=said, cells=cells)
