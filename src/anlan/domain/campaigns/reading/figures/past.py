"""Papers that tell of a time which is over: a year past, or the months up to a named one.

2019年… told in January 2020         its 去年 is 2019, its 今年 2020
2022年工作总结 put online in October    its 今年 is 2022, whenever it came out
2022年,全市… in a paper of January    of 2022, though no title says so
截至4月底,今年以来检查…               until April, whenever it came out
"""

from __future__ import annotations

import re

from .periods import Span, When, whens

#: A paper in its own voice about its year, whenever it was put online.
_OF_ITS_YEAR = re.compile(r"总结|报告|工作情况|情况|通报|公报|年报|分析|统计|计划|要点")


def looks_back(text: str, own: str) -> Span | None:
    """2022年,全市… as the first words of a paper of January or February: of that year."""
    if own[4:6] not in ("01", "02"):
        return None
    opening = next((row for row in text.split("\n") if "。" in row), "").strip()
    year = str(int(own[:4]) - 1)
    titled = re.search(
        rf"(?<!\d){year}年[^。;\d度]*(?:整改|整治|关闭|处罚|实现|完成)", _title(text)
    )
    told = re.match(rf"{year}年,[^。]*\d", opening)
    named = re.search(r"行动|攻坚", _title(text))
    return Span(year, year) if titled or (told and not named) else None


def _title(text: str) -> str:
    return next((row for row in text.split("\n") if row.strip()), "")


def speaks_from_its_year(text: str) -> bool:
    """A summary counts 今年 from the year that it is about, news from its own day."""
    return _OF_ITS_YEAR.search(_title(text)) is not None


def cut_off_beside(text: str, when: When, start: int, end: int, year: int, own: str) -> Span | None:
    """截至4月底,今年以来检查…: the month that a sentence counts until."""
    if not re.match(r"[^。\n]{0,40}?\d", text[when.end : end]):
        return None
    start = max(start, text.rfind("。", start, when.start) + 1)
    for other in whens(text, start, end, year, own):
        if re.search(r"截[至止]到?$", text[max(0, other.start - 3) : other.start]):
            later = len(other.span.last) >= 6 and other.span.last[:4] == when.span.first[:4]
            stop = text.find("。", start, other.start) >= 0
            return other.span if later and not stop and not other.ranged else None
    return None
