"""Dates in one spelling: 二○○七年十一月八日 as 2007年11月8日, and 民國113年6月 as 2024年6月.

Only numerals change, and only where they can be nothing but a date: 一月一清单 stays, so does 建矿113年
in a paper that doesn't count in years of the Republic.
"""

from __future__ import annotations

import re

from . import numbers
from .mending import Mended

#: Year 1 of the Republic was 1912.
REPUBLIC_BEGAN = 1911
_DIGIT = "[〇零一二三四五六七八九]"
_YEAR = f"[一二][〇零九]{_DIGIT}{{2}}(?=年)"
_MONTH = "(?:十[一二]?|[一二三四五六七八九])(?=月)"
_DAY = "(?:三十一?|二?十[一二三四五六七八九]?|二十|[一二三四五六七八九])(?=日)"
#: A month needs its year or its day beside it; a day alone is one where news is told of it.
_NUMERALS = (
    re.compile(rf"(?<!{_DIGIT})(?P<y>{_YEAR})年(?:(?P<m>{_MONTH})月(?:(?P<d>{_DAY})日)?)?"),
    re.compile(rf"(?<![{_DIGIT[1:-1]}十])(?P<m>{_MONTH})月(?P<d>{_DAY})日"),
    re.compile(rf"(?<=记者)(?P<d>{_DAY})日|(?<=本月)(?P<e>{_DAY})日|(?<![{_DIGIT[1:-1]}十月])(?P<f>{_DAY})日(?=电|讯)"),
)  # fmt: skip
#: What only a paper of Taiwan writes; then 113年 is a year wherever it stands.
_REPUBLIC = re.compile(
    r"民国|(?<![\d.])1[01]\d(?:年(?:度|第|上半年|底|同期|\d{1,2}月)|/\d{2}/\d{2}|[-—至到~]1[01]\d年)|[今去前]\(1[01]\d\)年"
)
_OF_REPUBLIC = (
    re.compile(r"(?P<y>(?:中华)?民国(?:\d{2,3}|[一二三四五六七八九十百〇零]{2,5}))(?=年)"),
    re.compile(
        r"(?<![\d.])(?<!\d,)(?P<y>1[01]\d)(?=年(?!来|历史|以上|之久)|[-—至到~]1[01]\d年|/\d{2}/\d{2}(?!\d))"
    ),
)
_NAME = re.compile("(?:中华)?民国")


def counts_from_republic(text: str) -> bool:
    """Whether a folded text counts its years from the Republic's beginning, as Taiwan's do."""
    return _REPUBLIC.search(text) is not None


def spelled(text: str) -> Mended:
    """A folded text with its dates in digits of our era, and the way back from every place."""
    changes: dict[tuple[int, int], str] = {}
    for shape in _NUMERALS:
        for hit in shape.finditer(text):
            for group, numeral in hit.groupdict().items():
                if numeral:
                    changes.setdefault(hit.span(group), str(numbers.han(numeral)))
    if counts_from_republic(text):
        for shape in _OF_REPUBLIC:
            for hit in shape.finditer(text):
                year = numbers.either(_NAME.sub("", hit["y"])) + REPUBLIC_BEGAN
                changes.setdefault(hit.span("y"), str(year))
    return _changed(text, changes)


def _changed(text: str, changes: dict[tuple[int, int], str]) -> Mended:
    """A numeral's digits all lead back to its beginning; 年, 月 or 日 behind it ends the date."""
    pieces: list[str] = []
    origin: list[int] = []
    last = 0
    for (start, end), digits in sorted(changes.items()):
        if start < last:
            continue
        pieces += [text[last:start], digits]
        origin += [*range(last, start), *[start] * len(digits)]
        last = end
    pieces.append(text[last:])
    origin += range(last, len(text) + 1)
    return Mended("".join(pieces), tuple(origin), ())
