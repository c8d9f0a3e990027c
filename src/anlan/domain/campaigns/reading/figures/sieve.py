"""What looks like a figure and is none, and what a number is there for.

Each rule is a class of papers, not a paper: questions of a check list, kilometre marks of a
railway, conditions and fines of a law, what a notice tells of the past.
"""

from __future__ import annotations

import re

from .layout import Line, behind_stop
from .model import Find

_ARTICLE = re.compile(r"(?m)^[ \u3000#*]*第[一二三四五六七八九十百零〇\d]{1,5}条")
#: A text with as many articles is a law, a rule or a contract.
ARTICLES_MIN = 5
_STOPS = "。!?;\n\t"
_ASKED = re.compile(r"是否|有无|能否|有没有")
_FORBIDDEN = re.compile(r"不得|禁止|严禁|不准|不应")
_OR_PART = re.compile(r"全部(?:或者|或|和|、)部分|部分(?:或者|或)全部")
_DONE = re.compile(
    r"(?:反馈|检查|抽查|督查|巡查|发现|查出|查处|排查|通报|发生|立案|完成|整改|关闭|处罚|核查)了|排查出|查出|检查发现|"
    r"共发现|反馈的|(?:已|已经|累计|先后|共计?)[^,。;]{0,8}(?:检查|发现|排查|整改|查处|发生|反馈)"
)
_TO_DO = re.compile(r"[要应须将拟]|确保|力争|争取|计划|目标|不少于|不低于|至少|每[年月周季]")
_RULES = ("count", "money", "rate", "duration", "physical", "zero_in_words", "universal_in_words")


def is_law(text: str) -> bool:
    """Numbers of a law say what shall hold whenever, not what was counted once."""
    return sum(1 for _hit in zip(_ARTICLE.finditer(text), range(ARTICLES_MIN), strict=False)) >= (
        ARTICLES_MIN
    )


def sieved(text: str, line: Line, finds: list[Find], *, law: bool, plan: bool) -> list[Find]:
    """The finds without those that count nothing; those of a law as its rules."""
    kept = [find for find in finds if not _nothing(text, line, find)]
    for find in kept:
        if law and find.kind in _RULES:
            find.kind = "rule"
        elif plan and find.kind == "count" and _told(text, line, find):
            find.hints["past"] = "1"
    return kept


def _nothing(text: str, line: Line, find: Find) -> bool:
    start, end = _sentence(text, line, find.start)
    if find.kind == "universal_in_words":
        near = text[start : find.end]
        asked = _ASKED.search(near) or (text[end : end + 1] in "??" and end < line.end)
        return bool(
            asked
            or text[find.start : find.end].rstrip("\t ").endswith(("?", "?"))
            or _OR_PART.search(text, max(line.start, find.start - 4), find.end)
            or (_FORBIDDEN.search(near) and "全覆盖" not in near)
        )
    if find.kind == "structure" and len(find.parts) == 2:
        # DK86+134, 85+991: so many kilometres and so many metres.
        before = text[max(line.start, find.start - 1) : find.start]
        return find.parts[1] >= 100 or (before.isascii() and before.isalpha())
    # 069对: a number of something, counted by nobody.
    number = text[find.number[0] : find.number[1]]
    marked = re.search(r"[A-Za-z]\d{1,5}\+$", text[max(line.start, find.start - 8) : find.start])
    return find.kind == "count" and bool(marked or re.match(r"0\d", number))


def _told(text: str, line: Line, find: Find) -> bool:
    """反馈了186项具体问题: in a notice, too, this has happened."""
    start, _end = _sentence(text, line, find.start)
    before = text[start : find.start]
    done = list(_DONE.finditer(before))
    if done:
        return _TO_DO.search(before, done[-1].start()) is None
    after = re.match(r"[^。;!?\n]{0,30}?(?:开展|进行|实施)了", text[find.end : line.end])
    return after is not None and _TO_DO.search(before) is None


def _sentence(text: str, line: Line, place: int) -> tuple[int, int]:
    ends = [at for stop in _STOPS if (at := text.find(stop, place, line.end)) >= 0]
    return behind_stop(text, line.start, place, _STOPS), min(ends, default=line.end)
