"""What a figure read from a document is, and a find on the way to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Value = int | Decimal


@dataclass(frozen=True)
class Figure:
    """One figure of a document: a proposal to be confirmed, never a fact by itself.

    `start` and `end` are code-point offsets into the text as it was given, not as it was mended.
    A date is a figure too: its unit is yyyy, yyyymm or yyyymmdd, and `iso` says it plainly.
    """

    value: Value
    unit: str
    start: int
    end: int
    text: str
    region: str = ""
    period: str = ""
    actor: str = ""
    indicator: str = ""
    kind: str = "count"
    bound: str = ""
    direction: str = ""
    baseline: str = ""
    end_value: Value | None = None
    iso: str = ""
    parts: tuple[int, ...] = ()


@dataclass
class Find:
    """A figure as one matcher saw it, in offsets of the mended text; context is added later.

    `number` is where the value itself stands: what lies before and after it names the figure.
    `of` and `rank` tie finds that share one verb (同比分别下降A、B).
    """

    start: int
    end: int
    value: Value
    unit: str
    kind: str
    number: tuple[int, int] = (0, 0)
    bound: str = ""
    direction: str = ""
    baseline: str = ""
    end_value: Value | None = None
    iso: str = ""
    parts: tuple[int, ...] = ()
    indicator: str = ""
    period: str = ""
    hints: dict[str, str] = field(default_factory=dict)

    def overlaps(self, other: Find) -> bool:
        return self.start < other.end and other.start < self.end


def in_words(span: tuple[int, int], value: Value, unit: str, kind: str, **more: Any) -> Find:
    """A find that is said in words alone: all of them are its number."""
    return Find(*span, value, unit, kind, number=span, **more)
