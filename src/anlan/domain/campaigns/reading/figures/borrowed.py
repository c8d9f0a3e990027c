"""What a figure borrows from one that stands before it, in its line or in the lines above.

增加2285万辆、达到2.4亿辆     the same thing as before
32个单位中有28个             those among the ones before
江苏(10起、11人)             of what stands before the bracket
查处酒驾418起、醉驾63起        the verb that a list says once
其中重大隐患112处             a part, of its whole
惠州市检查541家次             what the lines above counted so
"""

from __future__ import annotations

import re

from . import indicators
from .around import NAME_CHARS_MAX, At, placeless, topic_of, words_after
from .model import Find
from .tolls import DEEDS, EVENT_UNITS, EVENTS, USUAL

_SAME_THING = re.compile(
    r"[、,]?并?(?:(?:已|总量|总数)?达到?|[升降增减]至|(?:下降|上升|减少|增加|提高|压减)到)(?:(?:19|20)\d\d年的?)?"
)
_AMONG = re.compile(r"中,?(?:就|仅|只)?有$")
#: 10起、11人: what a bracket holds before the number asked about.
_COUNTS_LISTED = re.compile(r"(?:\d+[\u4e00-\u9fff]{1,3}[、,和])*")
_YEAR_BEFORE = re.compile(r"(?:去年|上年)(?:同期)?$")
_BEFORE_BRACKET = re.compile(r"[、,和及:]|分别是|包括|其中")
_FOUND_BY = re.compile(r"^(?:发现|排查整治|排查|查处|整改|其中)")
_NEXT_TO = re.compile(r"[、,和及与(]?(?:共计?|合计|约|近|达)?")


#: 整改率: how many signs say which rate it is.
RATE_CHARS = 3


def remember(find: Find, earlier: dict[str, str]) -> None:
    """What the lines below may be of, where they don't say it: the first that is of accidents."""
    if find.kind == "rate":
        earlier[f"%{find.indicator[-RATE_CHARS:]}"] = find.indicator
        return
    name = find.indicator.partition("(")[0]
    held = earlier.get(find.unit, "")
    if find.unit not in EVENT_UNITS or not EVENTS.search(held):
        earlier[find.unit] = name


#: 各县(区)火灾起数:颍州区32起,颍东区21起: what the line's head says of all.
_HEAD_OF = re.compile(r"(?P<what>[^。;:\n\d]{2,20}[数量额]):[^。:\n]*$")


def unsaid(at: At) -> str:
    """召开动员会、调度会等18次: the verb before the list; 奖励454起、215万元: as the one before it."""
    if said := _HEAD_OF.search(at.text[at.line.start : at.find.start]):
        return indicators.tidy(placeless(said["what"], at.text))
    last = at.last
    if last is not None and _NEXT_TO.fullmatch(at.text[last.end : at.find.start]):
        return last.indicator
    return indicators.tidy(placeless(at.before(indicators.STOPS), at.text))[-NAME_CHARS_MAX:]


def bracketed(at: At) -> bool:
    """江苏(10起、11人), 江苏(19.73亿元)、广东(15.37亿元): of what stands before the bracket.

    比去年同期(10.75亿元): the same thing, a year before.
    """
    text, line, find = at.text, at.line, at.find
    opened = text.rfind("(", max(line.start, find.start - 24), find.start)
    inside = text[opened + 1 : find.start] if opened >= 0 else ""
    if opened < 0 or not _COUNTS_LISTED.fullmatch(inside):
        return False
    said = indicators.clause(text, opened, line.start)
    who = indicators.tidy(_BEFORE_BRACKET.split(said)[-1])
    same = last_alike(at)
    if _YEAR_BEFORE.search(said) and same:
        find.indicator, find.hints["earlier"] = same, "a year"
        return True
    if find.unit not in USUAL:
        if not same or placeless(who, text):
            return False
        find.indicator = same
        return True
    what = of_unit(at.finds[: at.index], find.unit)
    if not who:
        return False
    find.indicator = f"{who[-10:]}{re.sub(r'^.*?(?=事故|死亡)', '', what) or what}"
    return True


def in_brackets(at: At) -> bool:
    """隐患房屋3588栋(城镇828栋、农村2760栋): parts of what stands before the bracket."""
    text, find = at.text, at.find
    opened = text.rfind("(", max(at.line.start, find.start - 80), find.start)
    if opened < 0 or text.find(")", opened, find.start) >= 0:
        return False
    whole = next((one for one in reversed(at.finds[: at.index]) if one.end <= opened + 1), None)
    if whole is None or whole.unit != find.unit or whole.kind != "count" or opened - whole.end > 12:
        return False
    words = indicators.tidy(placeless(indicators.clause(text, find.start, opened + 1), text))
    noun = indicators.noun(text, find.number[1], at.line.end)[0]
    if re.search(r"[,。;]", text[whole.end : opened]) or not words + noun:
        return False
    find.indicator = f"{whole.indicator[-20:]}({words}{noun})"
    return True


def last_alike(at: At) -> str:
    """The name of the last figure of this kind and unit."""
    for other in reversed(at.finds[: at.index]):
        if (other.kind, other.unit) == (at.find.kind, at.find.unit):
            return other.indicator
    return ""


def apiece(at: At) -> bool:
    """镇原县、环县分别查处58起、43起: the second is of the same, elsewhere."""
    last, find = at.last, at.find
    if last is None or last.unit != find.unit or last.kind != find.kind:
        return False
    between = at.text[last.number[1] : find.start]
    lead = at.text[max(at.line.start, last.number[0] - 10) : last.number[0]]
    if not re.fullmatch(r"、?[、和与及]|以及", between) or "分别" not in lead:
        return False
    find.indicator = last.indicator
    return True


def same_thing(at: At) -> bool:
    """增加2285万辆、达到2.4亿辆: of the same thing."""
    if at.last is None or at.last.unit != at.find.unit or not _SAME_THING.fullmatch(at.before()):
        return False
    same = re.sub(r"(?:同比)?变化$|起数$", "", at.last.indicator)
    at.find.indicator = same + ("起数" if at.find.unit == "起" else "总量")
    return True


def among_those(at: At) -> bool:
    """32个省级统计单位中有28个双下降: 28 of those."""
    among = _AMONG.search(at.text[at.line.start : at.find.start])
    if not among or at.last is None or at.last.unit != at.find.unit:
        return False
    at.find.indicator = f"{at.last.indicator[:14]}中{at.noun}{words_after(at)}"[:40]
    return True


#: A list says its verb once: 查处酒驾418起、醉驾63起; 发放资料3000份、宣传品1200件.
_LIST_VERB = re.compile(
    r"^[\u4e00-\u9fff]{0,6}?(?P<verb>检查|抽查|查处|查改|排查|发放|张贴|悬挂|播放|培训|组织|开展|举办|责令|查封|关闭|取缔|出动|投入|新增|更换|建成|配备|组建|整改|清理|拆除|暂扣|吊销|约谈|疏散|营救|转移|改造|安装|设置|制作)"
)


def shared_verb(at: At, lead: str) -> str:
    last = at.last
    if last is None or at.text[last.end : last.end + 1] not in "、和及" or not lead:
        return ""
    if at.find.start - last.end > len(lead) + 2 or _LIST_VERB.match(lead) or DEEDS.search(lead):
        return ""
    hit = _LIST_VERB.match(last.indicator)
    return hit["verb"] if hit else ""


#: 市级救援队伍12支、县级48支: a list names its thing once, then only whose.
_LEVEL = re.compile(
    r"(?:省|市|州|县|区|旗|镇|乡|乡镇|镇街|街道|村|社区|国家|企业|部门|行业)级?(?:层面)?"
)
_LEVEL_LED = re.compile(r"^[\u4e00-\u9fff]{0,4}?(?:国家|省|市|州|县|区|乡镇|镇)级")


def of_level(at: At, lead: str) -> str:
    """The thing that the figure before counted at another level."""
    last = at.last
    if last is None or last.unit != at.find.unit or not _LEVEL.fullmatch(lead):
        return ""
    named = last.hints.get("levelled") or _LEVEL_LED.sub("", last.indicator)
    if named == last.indicator and "levelled" not in last.hints:
        return ""
    at.find.hints["levelled"] = named
    return f"{lead}{named}"


def beside_words(at: At, last: Find) -> str:
    """一次死亡3人以上道路交通事故1244起: a limit before the number is part of the name."""
    said = at.text[last.start : at.find.start]
    return said if re.search("以[上下]", said) else last.indicator


#: Verbs that say nothing without what they are of.
HANGS_ON = re.compile(
    r"(?:其中|共|已)?(?:剩余|尚有|还有|尚未整改|未整改|余下|参与|参加|参训|培训|覆盖|惠及|涉及|受教育|整改|完成|销号|处罚|检查|查处|立案|结案|办结|发放|发现|出动|投入|关闭|取缔|合格|采用|"
    r"(?:挂牌|跟踪|限期)?督办|交办|转办|移交|移送|处置|处理|化解|治理|立案查处|查实|受理|下发|下达|曝光|约谈|问责|停产|停业|关停|暂扣|吊销|验收|复查|通过|达标|"
    r"(?:当场|现场|立即|立行|限期|按期|完成|责令|落实|督促|已|均已|正在)?整改(?:完成|到位|完毕|销号|中)?|完成销号|)"
)


def of_a_whole(at: At, lead: str, *, part: bool) -> str:
    previous, whole = _named_before(at)
    beside = at.text[max(at.line.start, at.find.start - len(lead) - 1)] in ";;"
    if previous and not part and beside and not HANGS_ON.fullmatch(lead):
        previous = ""  # 危险化学品108家;工贸312家: one beside the other.
    if part and whole:
        at.find.hints["whole"] = whole
        return f"{whole[-16:]}({lead})" if lead else whole
    last = at.last
    apart = last is None or "。" in at.text[last.end : at.find.start]
    if last is not None and not (previous or apart) and HANGS_ON.fullmatch(lead):
        previous = last.indicator if last.kind == "count" else ""  # 学习255场次,参与15483人次
    topic = topic_of(at)
    about = bool(topic) and (len(previous) <= 4 or previous.startswith(topic))
    at.find.hints["core"] = topic if about else previous
    if about or previous.startswith(lead):
        return topic + lead if about else previous  # 检查企业30家;会理县检查12家
    return lead + previous[-12:]


def _named_before(at: At) -> tuple[str, str]:
    """The name of the figure before with this unit, without its verb; and of the whole it is of."""
    for other in reversed(at.finds[: at.index]):
        if other.kind in ("count", "target") and other.indicator and other.unit == at.find.unit:
            named = other.hints.get("whole") or other.hints.get("core") or other.indicator
            return _FOUND_BY.sub("", named), named
    return "", ""


def of_unit(before: list[Find], unit: str) -> str:
    """The name of the last count with this unit; else what is usually meant."""
    kinds = ("count", "zero_in_words")
    named = [item.indicator for item in before if item.unit == unit and item.kind in kinds]
    return named[-1] if named else USUAL.get(unit, "")
