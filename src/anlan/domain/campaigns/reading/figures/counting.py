"""What a number of things counts. The rules are asked one by one; the first that can say names it.

accidents and harms           tolls.py
the same, parts, brackets     borrowed.py: what the figures before it lend
罚款32万元, 公路36公里        money, sizes and times: the words before them
8项工作制度                   the noun behind the number, with the words before it
查处问题隐患4692项            the words before the number; of a part, of its whole
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import indicators
from .around import (
    NAME_CHARS_MAX,
    UNSAID,
    At,
    behind_colon,
    clause_before,
    placeless,
    shared_words,
    topic_of,
    words_after,
)
from .borrowed import (
    HANGS_ON,
    among_those,
    apiece,
    beside_words,
    bracketed,
    in_brackets,
    last_alike,
    of_a_whole,
    of_level,
    same_thing,
    shared_verb,
    unsaid,
)
from .layout import Line
from .model import Find
from .tolls import EVENT_UNITS, EVENTS, harmed, of_events, toll

_PART_OF = re.compile(r"其中[^。;]{0,40}$")
#: 太康县、鹿邑县死亡人数居前两位,分别为15人、12人: the clause before says what is counted.
_RANKED = re.compile(
    r"(?P<what>(?:事故|火灾|案件)?[\u4e00-\u9fff]{0,4}?(?:起数|人数|数量|总量))(?:分别)?(?:居|位居|位列|列|排名?|靠)前[^,。;]{0,6},分别为?"
    r"(?:\d+[\u4e00-\u9fff]{1,2}[、和])*$"
)
_SUMMED = re.compile(r"(?:^|[,、])(?:共计?|合计|总计|累计|计)$")
_NEARLY = re.compile(r"近$|未来$|今后$")
_SUM = re.compile(r"(?:总|共|涉及|涉案)?(?:金额|总额|价值|资金)")
_EACH_OF = re.compile(r"(?:其中)?(?:单[笔项次件起个]|[人户件均次家]均|最[高低多少]|平均)*")


def name(text: str, line: Line, finds: list[Find], index: int, earlier: Mapping[str, str]) -> None:
    """Give this find its indicator."""
    at = At(text, line, finds, index, earlier)
    for rule in _RULES:
        if rule(at):
            break
    if len(at.find.indicator) < UNSAID:
        at.find.indicator = unsaid(at) or at.find.indicator
    before = earlier.get(at.find.unit, "")
    if len(at.find.indicator) <= UNSAID and at.find.indicator in before:
        at.find.indicator = before  # 惠州市检查541家次: what the lines above counted so.


def _behind_colon(at: At) -> bool:
    at.find.indicator = behind_colon(at.text, at.line, at.find) or at.find.indicator
    return bool(at.find.indicator)


#: What follows a size without being what it is of.
_AWAY = re.compile(
    r"[的以及左上下内余]|并|对|用|为|元|同比|环比|较|比|占|其中|高|长|宽|深|处|远|外"
)


def _measured(at: At) -> bool:
    """Money, sizes and times."""
    find = at.find
    if find.kind not in ("money", "physical", "duration"):
        return False
    find.indicator = (
        at.lead
        or placeless(indicators.tidy(at.before(indicators.STOPS)), at.text)
        or (last_alike(at) if at.before() else "")  # 专项资金4.37亿元,其中安吉县1.02亿元
    )[-20:]
    if (
        find.indicator in ("", "计")
        and find.kind == "money"
        and at.last is not None
        and _SUMMED.search(at.before())
    ):
        find.indicator = at.last.indicator  # 应急资金十九笔,共计2.56亿元
    nearly = _NEARLY.search(at.text[find.start - 2 : find.start]) or at.text[find.start] == "近"
    if find.kind == "physical" or (find.kind == "money" and len(find.indicator) < UNSAID):
        noun = indicators.noun(at.text, find.number[1], at.line.end)[0]
        if noun and noun not in find.indicator and not _AWAY.match(noun):
            find.indicator += noun  # 1970公里燃气管网
    if find.kind == "money" and _SPENT.search(find.indicator):
        spent = _SPENT_ON.match(at.text, find.end, at.line.end)
        find.indicator += spent["what"] if spent else ""
    if find.kind == "duration" and nearly:
        find.indicator = f"{find.indicator[-12:]}时段年限"
        return True
    if find.kind == "money" and at.last is not None and _SUM.fullmatch(find.indicator):
        find.indicator = f"{at.last.indicator[-12:]}{find.indicator}"  # 罚款案件68起,金额237万元
    if _EACH_OF.fullmatch(find.indicator):
        find.indicator = last_alike(at) + find.indicator  # 罚款512万元,单笔最高30万元
    if len(find.indicator) < 2 or find.kind == "duration":
        find.indicator += words_after(at)
    if find.kind == "duration" and find.unit in ("年", "天", "日", "个月"):
        find.indicator += {"年": "年限", "个月": "月数"}.get(find.unit, "天数")
    return True


#: 投入3200万元实施园区封闭化管理: what money is for stands behind it.
_SPENT = re.compile(
    r"^[\u4e00-\u9fff]{0,12}(?:投入|安排|筹措|筹集|争取|拨付|落实|补助|支出|列支)(?:[\u4e00-\u9fff]{0,4}(?:资金|经费))?$"
)
_SPENT_ON = re.compile(
    r"(?:[\u4e00-\u9fff]{0,4}(?:资金|经费))?,?(?:专项)?(?:用于|对|为|实施|开展|推进|建设|建成|完成|改造|更新|购置|支持)?(?P<what>[\u4e00-\u9fff]{2,14})"
)
#: 春城市火灾起数最多,为517起
_AT_ITS_HEAD = re.compile(
    r"(?:^|[,。;:])(?P<what>[\u4e00-\u9fff\d]{2,16}?)最[多少高低],(?:为|达到?|共|仅)?$"
)


def _at_its_head(at: At) -> bool:
    said = _AT_ITS_HEAD.search(at.text[at.line.start : at.find.start])
    if said is None:
        return False
    what = indicators.timeless(placeless(said["what"], at.text))
    at.find.indicator = what or last_alike(at)  # 1月份火灾最多,共61起;6月最少,仅28起
    return True


def _ranked(at: At) -> bool:
    said = _RANKED.search(indicators.clause(at.text, at.find.start, at.line.start, "。;\n"))
    if said is None:
        return False
    at.find.indicator = placeless(said["what"], at.text)
    return True


def _by_noun(at: At) -> bool:
    """8项工作制度: the noun behind it, with the words before it or before its list."""
    find, noun = at.find, at.noun
    if len(noun) < 2:
        return False
    head = at.lead if len(at.lead) >= 2 else shared_words(at)
    words = at.text[find.number[0] : find.number[1]] + noun if find.kind == "structure" else noun
    find.indicator = f"{head[-10:]}{words}{words_after(at)}"[:40]
    return True


def _stands_alone(at: At, lead: str) -> bool:
    """Two signs that say enough: 火灾, and 集镇 in a list of accidents."""
    if EVENTS.search(lead):
        return True
    return bool(lead) and at.find.unit in EVENT_UNITS and not HANGS_ON.fullmatch(lead)


def _by_lead(at: At) -> bool:
    """查处问题隐患4692项: the words before it; of a part, of its whole; of a bare verb, its topic."""
    find, lead, before = at.find, at.lead, at.before()
    if (
        at.last is not None
        and before.startswith("的")
        and at.last.kind in ("physical", "threshold")
    ):
        # 年产9万吨以下的煤矿7501处: what the size says belongs to the name.
        lead = at.text[at.last.start : find.start].rstrip("有")
    if len(lead) < 2 and not before.strip():
        beside = at.last is not None and at.last.end == find.start and at.last.hints.get("noun")
        lead = beside_words(at, at.last) if at.last is not None and beside else shared_words(at)
    part = _PART_OF.search(at.text[at.line.start : find.start])
    levelled = of_level(at, lead)
    shared = "" if part or levelled else shared_verb(at, lead)
    lead = levelled or lead
    if shared:
        lead = shared + lead
    elif (
        (len(lead) <= UNSAID or HANGS_ON.fullmatch(lead)) and not _stands_alone(at, lead)
    ) or part:
        lead = of_a_whole(at, lead, part=part is not None)
    if find.unit in EVENT_UNITS:
        lead = of_events(at, clause_before(at, lead) + lead)
    if find.unit in ("人", "名", "人次") and (took := _TOOK_PART.match(at.text, find.end)):
        lead += took[0]  # 相关单位近80人参加活动
    if find.kind == "structure":
        lead = lead[-10:] + at.text[find.number[0] : find.number[1]]
    topic = topic_of(at)
    if topic and topic not in lead:
        lead = topic + lead[-NAME_CHARS_MAX:]  # 特种设备方面:检查企业12家
    find.indicator = lead[-NAME_CHARS_MAX:]
    if len(find.indicator) < 2:
        find.indicator += words_after(at)
    return True


_TOOK_PART = re.compile(r"(?:参加|参与|参训|受益|参演|到场|观看|聆听|接受)[^,。;、\d]{0,8}")
_RULES = (
    _behind_colon,
    harmed,
    toll,
    bracketed,
    in_brackets,
    _measured,
    apiece,
    same_thing,
    among_those,
    _at_its_head,
    _ranked,
    _by_noun,
    _by_lead,
)
