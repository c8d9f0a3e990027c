"""A document's words in one form, and the way back to where each character stands.

Rules are written once, for Simplified characters, half-width signs and no blanks inside a line.
What they find is told in offsets of the document's own text, so that nothing is lost: the original
script, its blanks and its signs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import opencc

#: One character for one character, so that offsets stay.
_FORMS = str.maketrans(
    "０１２３４５６７８９（），：；！？．－～«»＋／％〇［］｛｝"
    + "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
    "0123456789(),:;!?.-~《》+/%零[]{}" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
)
_QUOTES = str.maketrans("「」『』", "“”‘’")
_BLANKS = frozenset(" \u3000\u00a0\u2002\u2003\u2009\u200b\ufeff\r\t")


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
        return self.at[start], self.at[end - 1] + 1


@cache
def _converter() -> Any:
    return opencc.OpenCC("tw2s")


@cache
def _letter_converter() -> Any:
    return opencc.OpenCC("t2s")


def simplified(line: str) -> str:
    """Simplified, of the same length: phrases first, characters where a phrase changed length."""
    made: str = _converter().convert(line)
    if len(made) == len(line):
        return made
    letters = [_letter_converter().convert(char) for char in line]
    return "".join(new if len(new) == 1 else old for new, old in zip(letters, line, strict=True))


def plain(text: str, leave_out: Iterable[tuple[int, int]] = ()) -> Plain:
    """The text for rules, without the stretches to be left out (furniture, second copies)."""
    silent = sorted(leave_out)
    chars: list[str] = []
    at: list[int] = []
    offset, skip = 0, 0
    for line in text.split("\n"):
        made = simplified(line).translate(_FORMS).translate(_QUOTES)
        for index, char in enumerate(made):
            where = offset + index
            while skip < len(silent) and silent[skip][1] <= where:
                skip += 1
            if skip < len(silent) and silent[skip][0] <= where:
                continue
            if char in _BLANKS and not _between_words(made, index):
                continue
            chars.append(char)
            at.append(where)
        chars.append("\n")
        at.append(offset + len(line))
        offset += len(line) + 1
    return Plain("".join(chars), tuple(at))


def _between_words(line: str, index: int) -> bool:
    """A blank between two Latin words is one of theirs; a tab between cells stays, too."""
    if line[index] == "\t":
        return True
    before, after = line[index - 1 : index], line[index + 1 : index + 2]
    return before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
