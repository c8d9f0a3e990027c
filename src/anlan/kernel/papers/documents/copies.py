"""A notice that stands in its file twice, word for word, is one notice."""

from __future__ import annotations

from anlan.kernel.papers.documents.document import Repeat

#: A repeated stretch of a few standard phrases isn't a copy.
CHARS_MIN = 300
LINES_MIN = 3
#: Lines shorter than this don't begin a search: dates and headings repeat by right.
LINE_CHARS_MIN = 30


def copies(text: str) -> tuple[Repeat, ...]:
    """Every stretch of whole lines that stands earlier in the text, longest first found.

    It looks for a long line that came before, then grows both ways by whole lines.
    """
    lines = _lines(text)
    seen: dict[str, int] = {}
    found: list[Repeat] = []
    number = 0
    while number < len(lines):
        start, end = lines[number]
        line = text[start:end]
        first = seen.setdefault(line, number) if len(line) >= LINE_CHARS_MIN else number
        if first == number:
            number += 1
            continue
        begin, until = number, number + 1
        lowest = found[-1].end if found else 0
        while (
            first - (number - begin) > 0
            and lines[begin - 1][0] >= lowest
            and begin - 1 > first
            and _same(text, lines, begin - 1, first - (number - begin) - 1)
        ):
            begin -= 1
        while (
            until < len(lines)
            and first + until - number < begin
            and _same(text, lines, until, first + until - number)
        ):
            until += 1
        span = lines[begin][0], lines[until - 1][1]
        if span[1] - span[0] >= CHARS_MIN and until - begin >= LINES_MIN:
            found.append(Repeat(*span, first=lines[first - (number - begin)][0]))
        number = until
    return tuple(found)


def _lines(text: str) -> list[tuple[int, int]]:
    """Where each line that says something begins and ends, blanks around it left out."""
    lines = []
    at = 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare:
            start = at + line.index(bare)
            lines.append((start, start + len(bare)))
        at += len(line) + 1
    return lines


def _same(text: str, lines: list[tuple[int, int]], one: int, other: int) -> bool:
    a, b = lines[one], lines[other]
    return text[a[0] : a[1]] == text[b[0] : b[1]]
