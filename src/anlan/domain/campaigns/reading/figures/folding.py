"""One script and one set of signs: Traditional read as Simplified, full width as ASCII.

Every character becomes exactly one character, so that offsets stay what they were.
"""

from __future__ import annotations

from functools import cache

from anlan.kernel.papers.scripts import converter

SIGNS = {
    "：": ":", "；": ";", "，": ",", "（": "(", "）": ")", "％": "%", "．": ".", "＋": "+",
    "－": "-", "–": "—", "―": "—", "～": "~", "？": "?", "！": "!", "　": " ", "\xa0": " ",
    "〇": "〇", "○": "〇", "﹪": "%", "•": "·", "‧": "·", "『": "“", "』": "”", "「": "“",
    "」": "”", "﹤": "<", "＜": "<", "＞": ">", "∶": ":", "／": "/",
}  # fmt: skip


@cache
def _one(char: str) -> str:
    """The Simplified form of a character, or itself where that isn't one character."""
    if char in SIGNS:
        return SIGNS[char]
    if "０" <= char <= "９" or "Ａ" <= char <= "Ｚ" or "ａ" <= char <= "ｚ":
        return chr(ord(char) - 0xFEE0)
    if char < "\u4e00":
        return char
    simple = str(converter("t2s").convert(char))
    return simple if len(simple) == 1 else char


def fold(text: str) -> str:
    """The text in Simplified characters and ASCII signs, as long as it was."""
    return "".join([_one(char) for char in line_ends(text)])


def line_ends(text: str) -> str:
    """A file of an old Macintosh ends its lines with CR alone; every place stays what it was."""
    return text.replace("\r", "\n") if "\r" in text and "\n" not in text else text
