"""What the readers in the child share: how they stop, and the text that they build."""

from __future__ import annotations

from typing import Any

#: A plan of 224 pages has 120,000.
TEXT_CHARS_MAX = 2_000_000

#: Stands in a table for a cell that is merged with the one above it, as people write it.
DITTO = "〃"
#: No table has more columns or rows than a cell of it may be merged over.
SPAN_MAX = 1_000


def span(stated: str | None) -> int:
    """Over how many columns or rows a cell says it is merged; HTML's 0, to the end, is none."""
    # Python makes no number of thousands of digits.
    found = int(stated[:9]) if stated and stated.isdecimal() else 0
    return min(found, SPAN_MAX) or 1


class Stop(Exception):
    """``code`` names the refusal; ``what`` is a detail of it."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code)
        self.code, self.what = code, what


class Text:
    """Lines in their order, with pages and furniture at their offsets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.length = 0
        self.pages: list[int] = []
        self.marks: list[tuple[int, int, str]] = []
        self.notes: list[str] = []

    def line(self, text: str, kind: str = "") -> None:
        if kind:
            self.marks.append((self.length, self.length + len(text), kind))
        self.lines.append(text)
        self.length += len(text) + 1
        if self.length > TEXT_CHARS_MAX:
            raise Stop("work", "text")

    def said(self) -> dict[str, Any]:
        text = "\n".join(self.lines) + ("\n" if self.lines else "")
        return {
            "text": text,
            "pages": self.pages or [0],
            "marks": self.marks,
            "notes": self.notes,
        }
