"""The lines of a document: which are headings, which goals, and which a second copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: A line this long that stands in the document twice is a copy, not a coincidence.
LONG = 24
TITLE = 10
#: A line longer than this is read in pieces, so that a text without line ends can't stall the reader.
LONGEST = 4000
SENTENCE_ENDS = "。!?"
GOALS = re.compile(r"目标|目標|指标要求")
PLAN = re.compile(r"工作要点|实施方案|行动方案|工作方案|行动计划|工作安排|工作计划|的通知")
TALK = re.compile(r"主持人|记者|来源:|编辑|访谈")


@dataclass(frozen=True)
class Line:
    start: int
    end: int
    heading: bool
    goals: bool
    copy: bool


def lines(text: str) -> list[Line]:
    """Every line that isn't empty, with what the lines before say about it."""
    spans: list[tuple[int, int]] = []
    place = 0
    for raw in text.split("\n"):
        if raw.strip():
            spans += _pieces(text, place, place + len(raw))
        place += len(raw) + 1
    copies = _copies([text[start:end].strip() for start, end in spans])
    found: list[Line] = []
    goals = False
    for (start, end), copy in zip(spans, copies, strict=True):
        words = text[start:end].strip()
        heading = len(words) <= 40 and not any(sign in words for sign in "。;")
        if heading:
            goals = bool(GOALS.search(words))
        found.append(Line(start, end, heading, goals and not heading, copy))
    return found


def behind_stop(text: str, start: int, place: int, stops: str = "。;") -> int:
    """Where the sentence or its half begins that this place is in, but not before ``start``."""
    return max(start, *(text.rfind(stop, start, place) + 1 for stop in stops))


def cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A row's cells, which tabs part."""
    for cell in text[start:end].split("\t"):
        yield start, start + len(cell)
        start += len(cell) + 1


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The line whole, or cut behind a stop where it is too long."""
    pieces = []
    while end - start > LONGEST:
        stops = [text.rfind(stop, start + LONGEST // 2, start + LONGEST) for stop in "。;,、"]
        cut = next((stop + 1 for stop in stops if stop > 0), start + LONGEST)
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)]


def _copies(words: list[str]) -> list[bool]:
    """A long line said before is a copy; so is a short one said before that stands next to one."""
    seen: set[str] = set()
    copy: list[bool] = []
    last = ""
    for line in words:
        # A title that a page shows twice, the second time as its own heading.
        twice = len(line) >= TITLE and bool(copy) and line == last
        copy.append((len(line) >= LONG and line in seen) or twice)
        seen.add(line)
        last = line
    first = {line: index for index, line in reversed(list(enumerate(words)))}
    for step in (1, -1):
        order = range(len(words)) if step == 1 else range(len(words) - 1, -1, -1)
        for index in order:
            beside = index - step
            if (
                not copy[index]
                and 0 <= beside < len(words)
                and copy[beside]
                and first[words[index]] < index
            ):
                copy[index] = True
    return copy


def in_brackets(text: str, line: Line, start: int, place: int) -> bool:
    """(2月7日丹西街道): what stands there holds for nothing behind the bracket."""
    for opening, closing in ("()", "〔〕", "[]", "【】"):
        opened = text.rfind(opening, line.start, start)
        if opened < 0 or text.find(closing, opened, start) >= 0:
            continue
        if 0 <= text.find(closing, start, line.end) < place:
            return True
    return False


def is_plan(text: str) -> bool:
    """A notice or a plan: its numbers are what shall be, not what was."""
    head = text[:600]
    return PLAN.search(head) is not None and TALK.search(text[:3000]) is None


def sentences(text: str, line: Line) -> list[tuple[int, int]]:
    """The sentences of a line; a full stop in a quotation of titles ends none."""
    found, start, depth = [], line.start, 0
    for place in range(line.start, line.end):
        char = text[place]
        if char == "《":
            depth += 1
        elif char == "》":
            depth = max(0, depth - 1)
        elif char in SENTENCE_ENDS and not depth:
            found.append((start, place + 1))
            start = place + 1
    if start < line.end:
        found.append((start, line.end))
    return found
