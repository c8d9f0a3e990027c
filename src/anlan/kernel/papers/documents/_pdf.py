"""A .pdf with a text layer as text: lines are put together to paragraphs by where they stand.

A line goes on with the next where it reaches the right edge of the text and the next one begins at
the left edge. Page numbers and running heads are kept, as lines of their own behind the paragraph
that they would cut.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import Any, NamedTuple

import pypdfium2
from _parts import Stop, Text  # type: ignore[import-not-found]  # loaded by path in the child

PAGES_MAX = 3_000
#: Half a page of headings and no more is still a text layer; a stamp or a scanner's name isn't.
CHARS_A_PAGE_MIN = 15
_NUMBER = re.compile(
    r"[-—–―－\s·]*(?:第?\s*[0-9０-９]{1,4}\s*页?)(?:\s*[/共]\s*第?\s*[0-9]{1,4}\s*页?)?[-—–―－\s·]*"
)
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}\s*[、．.]|[（(][一二三四五六七八九十]{1,3}[)）]"
    r"|[0-9０-９]{1,2}\s*[.．、](?![0-9０-９])|[（(][0-9０-９]{1,2}[)）]|[①-⑳]|第[一二三四五六七八九十]{1,3}[章节条])"
)
_HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}\s*、(?![一二三四五六七八九十])|[（(][一二三四五六七八九十]{1,3}[)）])"
)
_LEADERS = re.compile(r"[.…·．]{3,}\s*[0-9０-９]{1,4}$")
_STOPS = "。.；;：:！!？?"


class Line(NamedTuple):
    text: str
    left: float
    right: float
    top: float
    bottom: float


def read(path: str, encoding: str) -> dict[str, Any]:
    pages = _pages(path)
    chars = [sum(len(line.text.strip()) for line in lines) for lines in pages]
    silent = sum(1 for count in chars if count < CHARS_A_PAGE_MIN)
    if silent == len(pages) and sum(chars) < CHARS_A_PAGE_MIN * len(pages):
        raise Stop("scanned", str(len(pages)))
    text = Text()
    if silent:
        text.notes.append(f"pages_without_text:{silent}")
    _write(pages, text)
    said: dict[str, Any] = text.said()
    return said


def _pages(path: str) -> list[list[Line]]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Stop("encrypted" if "assword" in str(error) else "broken") from None
    count = len(document)
    if count == 0:
        raise Stop("broken")
    if count > PAGES_MAX:
        raise Stop("work", "pages")
    pages = []
    for number in range(count):
        try:
            page = document[number]
            words = page.get_textpage()
        except pypdfium2.PdfiumError:
            raise Stop("broken", str(number)) from None
        pages.append(_lines(words))
        words.close()
        page.close()
    document.close()
    return pages


def _lines(words: Any) -> list[Line]:
    text = words.get_text_range()
    # An index into the text is one into the boxes only where nothing was left out or added.
    exact = len(text) == words.count_chars()
    lines = []
    at = 0
    for piece in re.split(r"(\r\n|\r|\n)", text):
        if piece.strip():
            first = at + len(piece) - len(piece.lstrip())
            last = at + len(piece.rstrip()) - 1
            box = (0.0, 0.0, 0.0, 0.0)
            if exact:
                left, bottom, _, top = words.get_charbox(first)
                right = words.get_charbox(last)[2]
                box = (left, right, top, bottom)
            lines.append(Line(piece.strip().replace("\ufffe", ""), *box))
        at += len(piece)
    return lines


def _wide(text: str) -> float:
    return sum(1.0 if ord(char) > 0x2E7F else 0.5 for char in text)


def _write(pages: list[list[Line]], text: Text) -> None:
    heads = _running_heads(pages)
    paragraph = ""
    furniture: list[tuple[str, str]] = []
    before: Line | None = None
    edges = reached = (0.0, 0.0, 0.0)

    def close() -> None:
        nonlocal paragraph
        if paragraph:
            text.line(paragraph)
        paragraph = ""
        for line, kind in furniture:
            text.line(line, kind)
        furniture.clear()

    for lines in pages:
        text.pages.append(text.length + len(paragraph))
        edges = _edges(lines, edges)
        for number, line in enumerate(lines):
            outer = number == 0 or number == len(lines) - 1
            kind = "page_number" if outer and _NUMBER.fullmatch(line.text) else ""
            if not kind and (number < 2 or number >= len(lines) - 2) and _key(line.text) in heads:
                kind = "running_head"
            if kind:
                furniture.append((line.text, kind))
                continue
            if before is None or not _goes_on(before, line, edges, reached[1]):
                close()
                paragraph = line.text
            else:
                space = " " if paragraph[-1:].isascii() and line.text[:1].isascii() else ""
                paragraph += (space if paragraph[-1:].isalpha() else "") + line.text
            # Left and right pages may have other margins: a line is held against its own.
            before, reached = line, edges
    close()


def _key(text: str) -> str:
    return re.sub(r"[0-9０-９\s]+", "", text)


def _running_heads(pages: list[list[Line]]) -> set[str]:
    """What stands first or last on at least a third of at least three pages."""
    seen: Counter[str] = Counter()
    for lines in pages:
        outer = {_key(line.text) for line in (*lines[:2], *lines[-2:])}
        seen.update(key for key in outer if 2 <= len(key) <= 40)
    return {key for key, count in seen.items() if count >= 3 and count * 3 >= len(pages)}


def _edges(lines: list[Line], before: tuple[float, float, float]) -> tuple[float, float, float]:
    """Left edge, right edge and the width of one character of a page's body."""
    long = [line for line in lines if len(line.text) >= 15 and line.right > line.left]
    if len(long) < 3:
        return before
    size = median((line.right - line.left) / max(1.0, _wide(line.text)) for line in long)
    left = Counter(round(line.left / 3) for line in long).most_common(2)
    return min(key for key, _ in left) * 3.0, max(line.right for line in long), size


def _goes_on(before: Line, line: Line, edges: tuple[float, float, float], right: float) -> bool:
    left, _, size = edges
    if _HEADING.match(line.text) or _LEADERS.search(before.text):
        return False
    if before.right <= before.left or not size:
        # Without places only the words can tell.
        return len(before.text) >= 15 and before.text[-1] not in _STOPS
    # A word that may not be cut (“……”, 2024) leaves a gap; a line that ends a sentence needs none.
    body = before.left < left + 2.6 * size
    gap = 5.0 if body and before.text[-1] not in _STOPS else 1.7
    if before.right < right - gap * size:
        return False
    # An opening sign is drawn in the right half of its square.
    if line.left > left + (1.9 if line.text[0] in "“‘（《〔" else 1.2) * size:
        return False
    tall, taller = sorted((before.top - before.bottom, line.top - line.bottom))
    # A quotation mark is low; only letters tell how big the type is.
    if tall > 0.5 * size and taller > 1.6 * tall and len(before.text) > 3 and len(line.text) > 3:
        return False
    return not (_BEGINS.match(line.text) and before.text[-1] in _STOPS)
