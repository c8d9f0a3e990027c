"""A document's words in one form, and the way back to where each character stands.

Rules are written once, for Simplified characters, half-width signs and no blanks inside a line.
What they find is told in offsets of the document's own text, so that nothing is lost: the original
script, its blanks and its signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from anlan.domain.campaigns.reading.figures.folding import line_ends
from anlan.domain.campaigns.reading.figures.mending import mend
from anlan.kernel.papers.scripts import simplified

#: One character for one character, so that offsets stay.
_FORMS = str.maketrans(
    "０１２３４５６７８９（），：；！？．－～«»＋／％〇［］｛｝≧≦＞＜﹪"
    + "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
    "0123456789(),:;!?.-~《》+/%零[]{}≥≤><%" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
)
_QUOTES = str.maketrans("「」『』", "“”‘’")
_BLANKS = frozenset(" \u3000\u00a0\u2002\u2003\u2009\u200b\ufeff\r\t")


#: Lines that were broken at a width: how wide, and how many it takes to tell.
WRAPPED_WIDTH_MIN, WRAPPED_WIDTH_MAX = 18.0, 60.0
WRAPPED_LINES_MIN = 8
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十壹贰叁参肆伍陆柒捌玖拾貳參陸]{1,3}、(?![一二三四五六七八九十])|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|[0-9０-９]{1,2}[.．、](?![0-9０-９])|[①-⑳]|第[一二三四五六七八九十]{1,3}[章条])"
)


@dataclass(frozen=True, slots=True)
class Plain:
    """``text`` is for rules; ``at[i]`` is where its character ``i`` stands in the document."""

    text: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the document of what stands here from ``start`` to ``end``."""
        if start >= end:
            where = self.at[start] if start < len(self.at) else (self.at[-1] + 1 if self.at else 0)
            return where, where
        last = self.at[end - 1]
        # A sign that was put back has no width in the document.
        return self.at[start], last if self.at[end : end + 1] == (last,) else last + 1


def plain(text: str, leave_out: Iterable[tuple[int, int]] = ()) -> Plain:
    """The text for rules, without the stretches to be left out (furniture, second copies)."""
    mended = mend(line_ends(text))
    silent = sorted(leave_out)
    width = _wrapped_at(mended.text)
    lines = mended.text.split("\n")
    chars: list[str] = []
    at: list[int] = []
    offset, skip = 0, 0
    for number, line in enumerate(lines):
        made = simplified(line).translate(_FORMS).translate(_QUOTES)
        for index, char in enumerate(made):
            where = mended.origin[offset + index]
            while skip < len(silent) and silent[skip][1] <= where:
                skip += 1
            if skip < len(silent) and silent[skip][0] <= where:
                continue
            if char in _BLANKS:
                kept = _blank(made, index)
                if not kept:
                    continue
                char = kept
            chars.append(char)
            at.append(where)
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if not (width and _goes_on(line, below, width)):
            chars.append("\n")
            at.append(mended.origin[offset + len(line)])
        offset += len(line) + 1
    return Plain("".join(chars), tuple(at))


def _wide(line: str) -> float:
    return sum(1.0 if ord(char) > 0x2E7F else 0.5 for char in line.rstrip())


def _wrapped_at(text: str) -> float:
    """The width at which somebody's program broke the lines of this text, or nothing.

    Paragraphs differ in length; broken lines are nearly all as long as the longest.
    """
    widths = [wide for wide in map(_wide, text.split("\n")) if wide >= WRAPPED_WIDTH_MIN]
    if len(widths) < WRAPPED_LINES_MIN:
        return 0.0
    longest = sorted(widths)[int(len(widths) * 0.95)]
    full = sum(longest - 2 <= width <= longest + 2 for width in widths)
    return longest if longest <= WRAPPED_WIDTH_MAX and full >= 0.5 * len(widths) else 0.0


def _goes_on(line: str, below: str, width: float) -> bool:
    """A full line goes on below, unless what is below begins a clause or is set in."""
    if _wide(line) < width - 2 or not below.strip() or "\t" in line + below:
        return False
    return not (_BEGINS.match(below) or below[:1] in (" ", "\u3000"))


#: Names below each other in one cell come with a blank between them.
_NAME_ENDS = frozenset("局厅委办部府院队会司处站所社")
_NAME_BEGINS = frozenset("省市县区镇乡街各国中相有")


def _blank(line: str, index: int) -> str:
    """What a blank says: a tab parts cells, a blank two Latin words or two names in a cell."""
    char = line[index]
    if char == "\t":
        return char
    before, after = line[index - 1 : index], line[index + 1 : index + 2]
    if before in _NAME_ENDS and after in _NAME_BEGINS and "\t" in line:
        return "、"
    words = before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
    return char if words else ""
