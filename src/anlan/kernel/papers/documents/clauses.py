"""A law, a standard or a rule as its own numbering divides it: articles, clauses, headings above.

    [clause.label for clause in split(text)]    # 第一条, 第二条, …; 4.1, 4.2, …; 一、（一）, …

Which numbering a text goes by is read from the text itself: articles where it has them, else the
decimal numbers of a standard, else 一、（一）1.; a text without any is divided by its paragraphs.
A mark counts where the numbers go on: lines of a PDF break anywhere, and 第三条 at a line's
beginning is most often a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from anlan.kernel.papers.documents.document import Document

HAN = "零〇一二三四五六七八九十百千两"
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
#: Marks of which a text has at least so many to be divided by them.
MARKS_MIN = 2
HEADING_CHARS_MAX = 40
LABEL_CHARS_MAX, HEADINGS_CHARS_MAX = 40, 200

_ARTICLE = re.compile(rf"第([{HAN}]{{1,7}}|\d{{1,4}})条(?:之([{HAN}]{{1,3}}))?")
_DIVISION = re.compile(rf"第([{HAN}]{{1,4}}|\d{{1,3}})(分编|[编篇部章节])(?=\s|　|$|[^条款项])")
_DEPTH = {"编": 0, "篇": 0, "部": 0, "分编": 1, "章": 2, "节": 3}
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?(?=[\s　]|[\u4e00-\u9fff《“])")
_OUTLINE = (
    re.compile(rf"([{HAN}]{{1,4}})、"),
    re.compile(rf"[(（]([{HAN}]{{1,4}})[)）]、?"),
    re.compile(r"(\d{1,3})(?:[.．、])(?!\d)"),
)
_ANNEX = re.compile(rf"附\s*[件录表]\s*[\d{HAN}A-Z]{{0,3}}[:：]?.{{0,40}}")
#: What a text file of laws carries beside them.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HASHES = re.compile(r"#{1,6}\s+")


@dataclass(frozen=True, slots=True)
class Clause:
    """An article or a clause: its own number, the headings above it, and what it says."""

    label: str
    heading: str
    text: str


@dataclass(slots=True)
class _Mark:
    depth: int
    label: str
    number: tuple[int, ...]
    said: list[str] = field(default_factory=list)
    #: Its mark alone, where the label holds those above it as well.
    own: str = ""


def han_number(text: str) -> int:
    """二十一 → 21, 一百零五 → 105; digits as they are."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if place := _PLACES.get(char):
            total, digit = total + (digit or 1) * place, 0
        else:
            digit = _DIGITS.get(char, 0)
    return total + digit


def body_of(document: Document) -> str:
    """The document's text without page numbers, running heads and what stands in it twice."""
    silent = sorted(
        [(mark.start, mark.end) for mark in document.furniture]
        + [(copy.start, copy.end) for copy in document.copies]
    )
    parts, at = [], 0
    for start, end in silent:
        if start >= at:
            parts.append(document.text[at:start])
        at = max(at, end)
    return "".join([*parts, document.text[at:]])


def lines_of(text: str) -> list[str]:
    """Lines that say something, without the marks of a Markdown file."""
    bare = (
        _HASHES.sub("", line.strip(" \t\r\u3000\ufeff"), count=1)
        for line in _COMMENT.sub("", text).splitlines()
    )
    return [line for line in bare if line]


def split(text: str) -> list[Clause]:
    """The clauses in their order; what stands before the first has no label."""
    lines = lines_of(text)
    articles = _articles(lines)
    if _count(articles) >= MARKS_MIN:
        return _folded(articles, leaf=4)
    outline = _outline(lines)
    # A notice has 1. under （一） as well, so its own marks are looked for first.
    if sum(mark.depth == 1 for mark in outline) >= MARKS_MIN:
        return _folded(_without_titles(outline))
    decimals = _decimals(lines)
    if _count(decimals) >= MARKS_MIN:
        return _folded(_without_titles(decimals))
    return [Clause("", "", line) for line in lines]


def missing(clauses: Sequence[Clause]) -> list[str]:
    """Numbers of articles that the text passes over: a sign that something was not read."""
    found = [match for one in clauses if (match := _ARTICLE.fullmatch(one.label))]
    numbers = [han_number(match[1]) for match in found]
    return [
        f"{a + 1}–{b - 1}" if b - a > 2 else str(a + 1)
        for a, b in pairwise(numbers) if b - a > 1
    ]  # fmt: skip


def _count(marks: Iterable[_Mark]) -> int:
    return sum(bool(mark.number) for mark in marks)


def _articles(lines: Sequence[str]) -> list[_Mark]:
    """Articles are depth 4, the divisions above them 0 to 3; what is no mark goes on a mark."""
    marks = [_Mark(4, "", ())]
    last = (0, 0)
    for line in lines:
        if (match := _ARTICLE.match(line)) and _goes_on(match, line, last):
            last = (han_number(match[1]), han_number(match[2]) if match[2] else 0)
            marks.append(_Mark(4, match[0], last, [line[match.end() :].lstrip(" 　:：")]))
        elif (match := _DIVISION.match(line)) and _is_heading(line):
            marks.append(_Mark(_DEPTH[match[2]], " ".join(line.split()), ()))
        elif last[0] and _ANNEX.fullmatch(line):
            marks.append(_Mark(0, " ".join(line.split()), ()))
            marks.append(_Mark(4, "", ()))
        else:
            if marks[-1].depth < 4:
                marks.append(_Mark(4, "", ()))
            marks[-1].said.append(line)
    return marks


def _goes_on(match: re.Match[str], line: str, last: tuple[int, int]) -> bool:
    number = (han_number(match[1]), han_number(match[2]) if match[2] else 0)
    after = line[match.end() : match.end() + 1]
    if number == (last[0] + 1, 0) or number == (last[0], last[1] + 1):
        return True
    # A number further on, or a second text that begins anew: only where it is set apart.
    return number[1] == 0 and after in " 　\t" and (number > last or number == (1, 0))


def _decimals(lines: Sequence[str]) -> list[_Mark]:
    marks = [_Mark(0, "", ())]
    last: tuple[int, ...] = ()
    for line in lines:
        match = _DECIMAL.match(line)
        if match:
            number = tuple(int(part) for part in match[1].split("."))
            if _follows(last, number):
                last = number
                rest = line[match.end() :].strip(" 　")
                marks.append(_Mark(len(number), match[1], number, [rest] if rest else []))
                continue
        marks[-1].said.append(line)
    return marks


def _follows(last: tuple[int, ...], number: tuple[int, ...]) -> bool:
    """1 first; then one deeper, the next beside it, or the next of a level above."""
    if not last:
        return number == (1,) or number == (1, 1)
    if number == (*last, 1):
        return True
    depth = len(number)
    return depth <= len(last) and number == (*last[: depth - 1], last[depth - 1] + 1)


def _outline(lines: Sequence[str]) -> list[_Mark]:
    """一、 over （一） over 1.; a clause is called by all the marks above it."""
    marks = [_Mark(0, "", ())]
    last: dict[int, int] = {}
    above: dict[int, str] = {}
    for line in lines:
        depth, match = _outline_mark(line, last)
        if match is None:
            marks[-1].said.append(line)
            continue
        last = {level: n for level, n in last.items() if level < depth}
        last[depth] = han_number(match[1])
        above = {level: label for level, label in above.items() if level < depth}
        above[depth] = match[0]
        rest = line[match.end() :].strip(" 　")
        said = [rest] if rest else []
        marks.append(_Mark(depth, "".join(above.values()), (last[depth],), said, match[0]))
    return marks


def _outline_mark(line: str, last: dict[int, int]) -> tuple[int, re.Match[str] | None]:
    """The mark at a line's beginning, where its number is the first or the next of its level."""
    for depth, shape in enumerate(_OUTLINE, 1):
        if match := shape.match(line):
            number = han_number(match[1])
            return depth, match if number in (1, last.get(depth, 0) + 1) else None
    return 0, None


def _without_titles(marks: list[_Mark]) -> list[_Mark]:
    """A numbered line that only names what stands under it is a heading and no clause."""
    turned = []
    for mark, below in zip(marks, [*marks[1:], None], strict=True):
        title = mark.said[0] if len(mark.said) == 1 else ""
        names = below is not None and below.depth > mark.depth and bool(mark.number)
        if names and (not mark.said or (title and _is_heading(title))):
            turned.append(_Mark(mark.depth, f"{mark.own or mark.label} {title}".strip(), ()))
        else:
            turned.append(mark)
    return turned


def _folded(marks: Iterable[_Mark], leaf: int | None = None) -> list[Clause]:
    """Clauses with their headings; ``leaf``: of this depth is what isn't a heading."""
    above: dict[int, str] = {}
    found: list[Clause] = []
    for mark in marks:
        heading = mark.depth < leaf if leaf is not None else not mark.number and bool(mark.label)
        above = {depth: label for depth, label in above.items() if depth < mark.depth}
        if heading:
            above[mark.depth] = mark.label
        elif said := "\n".join(each for each in mark.said if each):
            found.append(Clause(mark.label, _joined(above.values()), said))
    return [replace(one, label=one.label[:LABEL_CHARS_MAX]) for one in found]


def _joined(headings: Iterable[str]) -> str:
    return " › ".join(headings)[:HEADINGS_CHARS_MAX]


def _is_heading(line: str) -> bool:
    return len(line) <= HEADING_CHARS_MAX and not re.search(r"[。；;，,：:]", line)
