"""What a share or a rate is of.

整改率97%                           the words before it, with what was counted last
隐患整改:…达80%                     what stands before the colon
但亡人数占69%, 分别占总数的A、B       of what was counted before it, each of its own
达到标准化等级的矿山,占持证矿山的74.8%   the clause before, where that counts nothing
罚款218万元,为去年同期的1.6倍         the same thing, against a year before
"""

from __future__ import annotations

import re

from . import around, indicators
from .layout import Line, behind_stop
from .model import Find

SHARE_OF = re.compile(r"占(?:到|了)?(?P<of>[^\d]*)")
_FINED = re.compile(r"处以|罚款|扣除|扣罚")
#: 隐患整改:…达80%: what stands before the colon says of what.
_HEADED = re.compile(r"([^。;:\n]{2,20}):[^。:\n]*$")
_RATE_NAME = re.compile(r"[\u4e00-\u9fff]{1,4}(?:率|比例|占比)(?:达到?|为|是)?$")


def same_sentence(text: str, one: Find, other: Find) -> bool:
    return "。" not in text[one.end : other.start]


def name(text: str, line: Line, find: Find, finds: list[Find]) -> None:
    """A share or a rate: the words before it, or the noun after it (80%矿井…)."""
    if find.unit.startswith("人/"):
        return  # 百万吨死亡率0.031: named where it was found.
    index = finds.index(find)
    floor = around.floor(line, finds, index)
    before = indicators.clause(text, find.start, min(floor, find.start))
    wide = indicators.clause(text, find.start, line.start, indicators.STOPS)
    words = indicators.tidy(around.placeless(before, text))
    noun, stop = indicators.noun(text, find.end, line.end)
    tail = re.split(r"[,。;、!\n]", text[find.end : find.end + 20])[0]
    if said := around.behind_colon(text, line, find):
        find.indicator = said
    elif find.unit == "倍" and index and _YEAR_AGO.fullmatch(words):
        find.indicator = (
            f"{finds[index - 1].indicator[-16:]}与去年同期之比"  # 罚款218万元,为去年同期的1.6倍
        )
    elif _FINED.search(wide):
        find.kind = "rule"
        reason = re.split(r"\d", wide)[0]
        find.indicator = f"{indicators.tidy(reason)[-20:]}处罚比例"
    elif alone := _of_clause_before(text, line, find, words):
        find.indicator = alone + (tail if len(words) < 2 else "")
    elif len(words) < 2 and noun:
        find.indicator = tail
        find.end = max(find.end, stop)
    elif len(words) < 2:
        headed = _HEADED.search(text[line.start : find.start])
        words = indicators.tidy(around.placeless(wide, text)) if not headed else ""
        if headed and len(words) < 2:
            words = indicators.tidy(headed[1])
        find.indicator = (words or (finds[index - 1].indicator if index else ""))[-24:]
    else:
        if len(words) <= 4 and index:
            earlier = [item for item in finds[:index] if item.kind not in ("date", "deadline")]
            words = f"{_rated(words, earlier)[-12:]}{words}"
        elif "、" in wide and "率" in words:
            words = indicators.tidy(wide)[-30:]
        find.indicator = words[-30:]
    if _BARE.fullmatch(find.indicator) and tail.startswith("的"):
        find.indicator += tail[1:]
    named = _RATE_NAME.search(text[line.start : find.start])
    if named and find.kind == "rate":
        find.start = line.start + named.start()


#: 完成80%的老旧管网改造任务: the verb before it says nothing alone.
_BARE = re.compile(r"(?:已|均|基本|累计)?(?:完成|实现|达到?|超过?|覆盖|对)?")
_YEAR_AGO = re.compile(r"(?:为|是|相当于|达)?(?:去年|上年|前一年)(?:同期)?")
#: 达到标准化等级的矿山,占持证矿山的74.8%; 比例较高,达60.2%
_SHARES = re.compile(r"占[^,。;]*|")


def _of_clause_before(text: str, line: Line, find: Find, words: str) -> str:
    """A share or a rate that opens its clause is of the one before, where that counts nothing."""
    start = behind_stop(text, line.start, find.number[0])
    clauses = text[start : find.number[0]].split(",")
    if len(clauses) < 2 or not _SHARES.fullmatch(words):
        return ""
    before = indicators.tidy(around.placeless(clauses[-2], text))
    if len(before) < 4 or re.search(r"\d", before) or _MORE_OF.search(before):
        return ""
    return f"{before[-24:]}{words}"


_MORE_OF = re.compile(r"据|统计|其中|同比|分析|表明|显示")


def apiece(text: str, group: list[Find], finds: list[Find]) -> None:
    """一般隐患1.3万项、重大隐患58项,整改率分别为92%和28.5%: a rate of each that was counted."""
    first = group[0]
    if len(group) < 2 or "分别" not in text[max(0, first.number[0] - 6) : first.number[0]]:
        return
    counted = [
        item for item in finds[: finds.index(first)]
        if item.kind == "count" and same_sentence(text, item, first)
    ][-len(group) :]  # fmt: skip
    named = re.sub(r"分别.*$", "", first.indicator)
    if len(counted) == len(group) and not SHARE_OF.search(named):
        for find, item in zip(group, counted, strict=True):
            find.indicator = f"{item.indicator[-16:]}{named[-8:]}"


#: 占总数的45%, 但亡人数占69%, 合计占…: a share of what was counted before it.
_SHARE = re.compile(
    r"(?:^|[,。;、:(])(?:但|其中)?(?P<what>起数|亡人数?|死亡人数|受伤人数|人数|数量)?(?:分别|合计|各|均)*"
    r"(?P<of>占[^,。;、\d]{0,16})$"
)


def shares(text: str, line: Line, group: list[Find], finds: list[Find]) -> None:
    """28.1万起、亡1390人,分别占总数的91.8%、94.7%: the second share is of the second count."""
    first = group[0]
    start = behind_stop(text, line.start, first.number[0])
    said = _SHARE.search(text[start : first.number[0]])
    if said is None:
        return
    counted = [
        item for item in finds[: finds.index(first)]
        if item.start >= start and item.kind in ("count", "money", "physical")
    ]  # fmt: skip
    toll = said["what"] and "亡" in said["what"]
    if len(group) == 1 and toll:
        counted = [item for item in counted if "亡" in item.indicator] or counted
    of = indicators.tidy(said["of"]).rstrip("的")
    for find, item in zip(group, counted[-len(group) :], strict=False):
        find.indicator = f"{item.indicator[-16:]}{said['what'] or ''}{of}比例"


def _rated(words: str, before: list[Find]) -> str:
    """整改率: of the hazards counted last, not of the money behind them."""
    stem = words[:2]
    for other in reversed(before[-6:]):
        if other.kind == "count" and (stem in other.indicator or "隐患" in other.indicator):
            return other.indicator
    return before[-1].indicator if before else ""
