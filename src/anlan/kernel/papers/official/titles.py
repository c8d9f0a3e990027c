"""A title's lines: as somebody broke them, else in lines of like length (梯形, 菱形).

A line that is one word too long leaves that word alone on the next; so the title is divided about
its middle, behind a word where one can be told: a day, an area, an enterprise.
"""

from __future__ import annotations

from math import ceil

#: Characters that a line of 2号 holds within 156 mm, with two left over for a wider font.
LINE_CHARS = 18
#: Behind these a title may well be divided: units of time, areas, firms.
_BEHIND = frozenset("年月日旬季度周省州市县区镇乡街道司厂矿院校关于和与")
#: These begin no line.
_NEVER_FIRST = frozenset("，。、；：！？）》”’·的")
#: Words that end in two of those characters.
_WORDS = frozenset(
    {
        "季度", "街道", "乡镇", "市区", "市县", "省市", "州市", "关于", "院校", "年初", "年末",
        "年底", "年度", "月末", "月底", "日常", "道路", "矿山", "矿区", "厂区", "厂矿", "校园",
        "校车", "司法", "市场", "区域", "县域", "乡村", "镇街", "和谐", "和平",
    }
)  # fmt: skip
#: How far from the middle, in shares of a line, a better place is looked for.
_REACH = 0.35


def width_of(text: str) -> float:
    """In characters: Latin letters and figures are half as wide."""
    return sum(0.5 if sign < "\u2000" else 1.0 for sign in text)


def rows_of(title: str, chars: int = LINE_CHARS) -> list[str]:
    rows = title.splitlines() or [""]
    if len(rows) > 1 or width_of(title) <= chars:
        return rows
    return _divided(title, ceil(width_of(title) / chars), chars)


def _divided(text: str, count: int, chars: int) -> list[str]:
    if count < 2 and width_of(text) <= chars:
        return [text]
    # What no division into so many lines holds takes one more.
    count = max(count, 2)
    ideal = width_of(text) / count
    places = [n for n in range(2, len(text) - 1) if _may_break(text, n)]
    places = [n for n in places if width_of(text[:n]) <= chars] or places
    places = [n for n in places if width_of(text[n:]) <= (count - 1) * chars] or places
    if not places:
        return [text]

    def cost(n: int) -> float:
        off = abs(width_of(text[:n]) - ideal)
        return off if text[n - 1] in _BEHIND else off + ideal * _REACH

    best = min(places, key=cost)
    return [text[:best], *_divided(text[best:], count - 1, chars)]


def _may_break(text: str, n: int) -> bool:
    before, after = text[n - 1], text[n]
    if after in _NEVER_FIRST or before in "（《“‘" or before + after in _WORDS:
        return False
    # Neither within a number or a word of Latin letters, nor between a number and what it counts.
    return not (before.isascii() and (after.isascii() or after in "年月日号期届"))
