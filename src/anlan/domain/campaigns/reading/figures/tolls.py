"""Accidents, and who came to harm in them.

死亡3人, 3人死亡             the harm, with the accident before it
建筑业1032起、死亡1082人      who died in what was counted right before
煤矿2起4人                  accidents, and the deaths in them
事故14宗,…建筑业7宗          a list of accidents says so once
"""

from __future__ import annotations

import re

from . import indicators
from .around import At, placeless

_HARMS = "死亡|受伤|重伤|轻伤|失踪|失联|被困|遇难|中毒|受困|下落不明"
#: 亡1390人、伤881人: bulletins say it in one word.
_SHORT_HARMS = {"亡": "死亡", "死": "死亡", "身亡": "死亡", "伤": "受伤"}
_HARM = re.compile(
    rf"(死亡[和、(]?(?:失踪|失联)|{_HARMS}|{'|'.join(_SHORT_HARMS)})(?:人数)?(?:达|共|约)?$"
)
_HARMED = re.compile(rf"({_HARMS}|工亡)")
#: What is counted where no noun says it, by its unit.
USUAL = {"起": "事故起数", "人": "死亡人数"}
#: What happened is counted with these.
EVENT_UNITS = ("起", "宗")
EVENTS = re.compile(r"事故|火灾|案件|险情|警情")
#: A row of a list: 建筑业7宗, 渭滨区21起, 发生4宗. Longer ones, and deeds, say what they count.
LIST_WORDS_MAX = 6
DEEDS = re.compile(
    r"查处|打击|立案|排查|通报|约谈|处罚|侦破|受理|办理|移送|曝光|行为|违法|酒驾|醉驾|超"
)
#: 年全省共接报火灾: what leads up to an accident isn't its name.
_UP_TO = re.compile(r"^.*(?:其中|占|全[省市县区国州]|接报|发生|共)|^时")
_ACCIDENT = re.compile(
    r"(?:各类|发生)?(?P<w>(?:一次死亡\d+人以上)?[\u4e00-\u9fff]{0,8}?(?:事故|火灾))"
)
#: 建筑业1032起、死亡1082人: who died in what was counted right before.
_RIGHT_BEHIND = re.compile(
    rf"[、,(]?(?:共|并|已|累计)?(?:造成|导致|致)?(?:(?:{_HARMS}|伤亡|身亡|亡|伤)(?:人数|人员)?)?"
)


def harmed(at: At) -> bool:
    """死亡3人 and 3人死亡 are named by the harm, with the accident before it."""
    text, line, find = at.text, at.line, at.find
    if find.unit not in ("人", "名"):
        return False
    harm = _HARM.search(text[max(line.start, find.number[0] - 8) : find.number[0]])
    if harm:
        find.indicator = f"{_accident(at)}{_SHORT_HARMS.get(harm[1], harm[1])}人数"
        find.start = text.rfind(harm[1], line.start, find.number[0])
        return True
    hurt = _HARMED.match(at.noun)
    if hurt:
        find.indicator = f"{_accident(at)}{hurt[1]}人数"
        find.end = find.number[1] + hurt.end()
    return bool(hurt)


def _accident(at: At) -> str:
    near = at.text[max(at.line.start, at.find.start - 40) : at.find.start]
    if re.search(r"因灾[^,。;]{0,4}$", near):
        return "因灾"
    last = at.last
    if last is not None and last.unit in EVENT_UNITS and last.kind == "count":
        named = last.indicator.rpartition("(")[2].rstrip(")").removesuffix("起数")
        if named and _RIGHT_BEHIND.fullmatch(at.text[last.end : at.find.start]):
            return _UP_TO.sub("", named)
    hit = list(_ACCIDENT.finditer(near))
    return (_UP_TO.sub("", hit[-1]["w"]) if hit else "") or "事故"


def toll(at: At) -> bool:
    """煤矿2起4人: accidents, and the deaths in them."""
    find, lead = at.find, at.lead
    following = at.finds[at.index + 1] if at.index + 1 < len(at.finds) else None
    if (
        find.unit == "起"
        and following is not None
        and following.start == find.end
        and following.unit == "人"
    ):
        head = lead if "事故" in lead else f"{lead}事故"
        find.indicator, find.hints["toll"] = f"{head}起数", head
        return True
    if at.last is not None and "toll" in at.last.hints and at.last.end == find.start:
        find.indicator = f"{at.last.hints['toll']}死亡人数"
        return True
    return False


def of_events(at: At, lead: str) -> str:
    """事故14宗,…建筑业7宗: the seven are accidents, too, though the list doesn't repeat it."""
    if "事故" in lead:
        return lead if "起数" in lead else lead + "起数"
    words = indicators.tidy(placeless(at.before(), at.text))
    bare = lead.endswith(("发生", "接报"))
    if (len(words) > LIST_WORDS_MAX and not bare) or EVENTS.search(lead) or DEEDS.search(lead):
        return lead
    for other in reversed(at.finds[: at.index]):
        # Of 接警出动(火灾扑救) the bracket is the part, and the list goes on with others.
        whole, bracket, _ = other.indicator.partition("(")
        named = EVENTS.search(whole) if other.unit == at.find.unit else None
        if named:
            return f"{words}{named[0]}起数"
        if bracket and other.unit == at.find.unit:
            return f"{whole}({words})"
    return lead
