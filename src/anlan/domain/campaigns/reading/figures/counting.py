"""What a number of things counts. The rules are asked one by one; the first that can say names it.

死亡3人, 3人死亡            the harm, with the accident before it
煤矿2起4人                 accidents, and the deaths in them
江苏(10起、11人)            of what stands before the bracket
罚款32万元, 公路36公里       money, sizes and times: the words before them
增加2285万辆、达到2.4亿辆    the same thing as before
32个单位中有28个            those among the ones before
8项工作制度                 the noun behind the number, with the words before it
查处问题隐患4692项           the words before the number; of a part, of its whole
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import indicators
from .gazetteer import gazetteer
from .layout import Line, behind_stop
from .model import Find

_HARMS = "死亡|受伤|重伤|轻伤|失踪|失联|被困|遇难|中毒|受困|下落不明"
#: 亡1390人、伤881人: bulletins say it in one word.
_SHORT_HARMS = {"亡": "死亡", "身亡": "死亡", "伤": "受伤"}
_HARM = re.compile(rf"({_HARMS}|{'|'.join(_SHORT_HARMS)})(?:人数)?(?:达|共|约)?$")
_HARMED = re.compile(rf"({_HARMS}|工亡)")
#: What is counted where no noun says it, by its unit.
USUAL = {"起": "事故起数", "人": "死亡人数"}
#: What happened is counted with these.
_EVENT_UNITS = ("起", "宗")
_EVENTS = re.compile(r"事故|火灾|案件|险情|警情")
#: A row of a list: 建筑业7宗, 渭滨区21起, 发生4宗. Longer ones, and deeds, say what they count.
LIST_WORDS_MAX = 6
_DEEDS = re.compile(
    r"查处|打击|立案|排查|通报|约谈|处罚|侦破|受理|办理|移送|曝光|行为|违法|酒驾|醉驾|超"
)
_SAME_THING = re.compile(
    r"[、,]?并?(?:(?:已|总量|总数)?达到?|[升降增减]至|(?:下降|上升|减少|增加|提高|压减)到)(?:(?:19|20)\d\d年的?)?"
)
_AMONG = re.compile(r"中,?(?:就|仅|只)?有$")
_PART_OF = re.compile(r"其中[^。;]{0,40}$")
#: 太康县、鹿邑县死亡人数居前两位,分别为15人、12人: the clause before says what is counted.
_RANKED = re.compile(
    r"(?P<what>(?:事故|火灾|案件)?[\u4e00-\u9fff]{0,4}?(?:起数|人数|数量|总量))(?:分别)?(?:居|位居|位列|列|排名?|靠)前[^,。;]{0,6},分别为?"
    r"(?:\d+[\u4e00-\u9fff]{1,2}[、和])*$"
)
#: 年全省共接报火灾: what leads up to an accident isn't its name.
_UP_TO = re.compile(r"^.*(?:全[省市县区国州]|接报|发生|共)|^时")
_ACCIDENT = re.compile(r"(?:各类|发生)?(?P<w>[\u4e00-\u9fff]{0,8}?(?:事故|火灾))")
#: 10起、11人: what a bracket holds before the number asked about.
_COUNTS_LISTED = re.compile(r"(?:\d+[\u4e00-\u9fff]{1,3}[、,和])*")
_YEAR_BEFORE = re.compile(r"(?:去年|上年)(?:同期)?$")
_BEFORE_BRACKET = re.compile(r"[、,和及:]|分别是|包括|其中")
_LISTED_ON = re.compile(r"[、和及与]|以及|等|、[^,。;、]{0,4}")
_TAIL_BEGINS = re.compile(r"^(?:已经|已|都已经|都|均|等|的|中|共|[、和及])+|全部")
_FOUND_BY = re.compile(r"^(?:发现|排查整治|排查|查处|整改|其中)")
_LEADS_IN = re.compile(r"^[,。、]?(?:目前|其中|截至目前)?")
_SUMMED = re.compile(r"(?:^|[,、])(?:共计?|合计|总计|累计)$")
_NEARLY = re.compile(r"近$|未来$|今后$")
_TOPIC = re.compile(r"\s*(?:在|针对)?(?P<of>[\u4e00-\u9fff、]{2,14}?)(?:领域|方面|行业)[,:]")
_EACH_OF = re.compile(r"(?:其中)?(?:单[笔项次件起个]|[人户件均次家]均|最[高低多少]|平均)*")
_NEXT_TO = re.compile(r"[、,和及与(]?(?:共计?|合计|约|近|达)?")
#: A name shorter than this says nothing.
UNSAID = 2
#: How many characters of a name are kept, from its end.
NAME_CHARS_MAX = 28


@dataclass(frozen=True)
class At:
    """One find among those of its line, and the words that may name it."""

    text: str
    line: Line
    finds: list[Find]
    index: int

    @property
    def find(self) -> Find:
        return self.finds[self.index]

    @property
    def last(self) -> Find | None:
        return self.finds[self.index - 1] if self.index else None

    @property
    def noun(self) -> str:
        return self.find.hints.get("noun", "")

    def before(self, stops: str = indicators.LIST) -> str:
        """The words between the last figure and this one, back to a stop."""
        low = min(floor(self.line, self.finds, self.index), self.find.start)
        return indicators.clause(self.text, self.find.start, low, stops)

    @property
    def lead(self) -> str:
        before = self.before()
        return "" if before.endswith("等") else indicators.tidy(placeless(before))


def name(text: str, line: Line, finds: list[Find], index: int) -> None:
    """Give this find its indicator."""
    at = At(text, line, finds, index)
    for rule in _RULES:
        if rule(at):
            break
    if len(at.find.indicator) < UNSAID:
        at.find.indicator = _unsaid(at) or at.find.indicator


def _unsaid(at: At) -> str:
    """召开动员会、调度会等18次: the verb before the list; 奖励454起、215万元: as the one before it."""
    last = at.last
    if last is not None and _NEXT_TO.fullmatch(at.text[last.end : at.find.start]):
        return last.indicator
    return indicators.tidy(placeless(at.before(indicators.STOPS)))[-NAME_CHARS_MAX:]


def _harmed(at: At) -> bool:
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
    hit = list(_ACCIDENT.finditer(near))
    return (_UP_TO.sub("", hit[-1]["w"]) if hit else "") or "事故"


def _toll(at: At) -> bool:
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


def _bracketed(at: At) -> bool:
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
    same = _last_alike(at)
    if _YEAR_BEFORE.search(said) and same:
        find.indicator, find.hints["earlier"] = same, "a year"
        return True
    if find.unit not in USUAL:
        if not same or placeless(who):
            return False
        find.indicator = same
        return True
    what = of_unit(at.finds[: at.index], find.unit)
    if not who:
        return False
    find.indicator = f"{who[-10:]}{re.sub(r'^.*?(?=事故|死亡)', '', what) or what}"
    return True


def _last_alike(at: At) -> str:
    """The name of the last figure of this kind and unit."""
    for other in reversed(at.finds[: at.index]):
        if (other.kind, other.unit) == (at.find.kind, at.find.unit):
            return other.indicator
    return ""


def _measured(at: At) -> bool:
    """Money, sizes and times."""
    find = at.find
    if find.kind not in ("money", "physical", "duration"):
        return False
    find.indicator = (at.lead or indicators.tidy(at.before(indicators.STOPS)))[-20:]
    if (
        not find.indicator
        and find.kind == "money"
        and at.last is not None
        and _SUMMED.search(at.before())
    ):
        find.indicator = at.last.indicator  # 应急资金十九笔,共计2.56亿元
    nearly = _NEARLY.search(at.text[find.start - 2 : find.start]) or at.text[find.start] == "近"
    if find.kind == "duration" and nearly:
        find.indicator = f"{find.indicator[-12:]}时段年限"
        return True
    if _EACH_OF.fullmatch(find.indicator):
        find.indicator = _last_alike(at) + find.indicator  # 罚款512万元,单笔最高30万元
    if len(find.indicator) < 2 or find.kind == "duration":
        find.indicator += _tail(at)
    if find.kind == "duration" and find.unit in ("年", "天", "日", "个月"):
        find.indicator += {"年": "年限", "个月": "月数"}.get(find.unit, "天数")
    return True


def _same_thing(at: At) -> bool:
    """增加2285万辆、达到2.4亿辆: of the same thing."""
    if at.last is None or at.last.unit != at.find.unit or not _SAME_THING.fullmatch(at.before()):
        return False
    same = re.sub(r"(?:同比)?变化$|起数$", "", at.last.indicator)
    at.find.indicator = same + ("起数" if at.find.unit == "起" else "总量")
    return True


def _among(at: At) -> bool:
    """32个省级统计单位中有28个双下降: 28 of those."""
    among = _AMONG.search(at.text[at.line.start : at.find.start])
    if not among or at.last is None or at.last.unit != at.find.unit:
        return False
    at.find.indicator = f"{at.last.indicator[:14]}中{at.noun}{_tail(at)}"[:40]
    return True


#: 春城市火灾起数最多,为517起
_AT_ITS_HEAD = re.compile(
    r"(?:^|[,。;:])(?P<what>[\u4e00-\u9fff]{2,16}?)最[多少高低],(?:为|达到?)$"
)


def _at_its_head(at: At) -> bool:
    said = _AT_ITS_HEAD.search(at.text[at.line.start : at.find.start])
    if said is None:
        return False
    at.find.indicator = placeless(said["what"])
    return True


def _ranked(at: At) -> bool:
    said = _RANKED.search(indicators.clause(at.text, at.find.start, at.line.start, "。;\n"))
    if said is None:
        return False
    at.find.indicator = placeless(said["what"])
    return True


def _by_noun(at: At) -> bool:
    """8项工作制度: the noun behind it, with the words before it or before its list."""
    find, noun = at.find, at.noun
    if len(noun) < 2:
        return False
    head = at.lead if len(at.lead) >= 2 else _shared(at)
    words = at.text[find.number[0] : find.number[1]] + noun if find.kind == "structure" else noun
    find.indicator = f"{head[-10:]}{words}{_tail(at)}"[:40]
    return True


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
        lead = _beside(at, at.last) if at.last is not None and beside else _shared(at)
    part = _PART_OF.search(at.text[at.line.start : find.start])
    if len(lead) <= 2 or part:
        lead = _of_a_whole(at, lead, part=part is not None)
    if find.unit in _EVENT_UNITS:
        lead = _of_events(at, _clause_before(at, lead) + lead)
    if find.kind == "structure":
        lead = lead[-10:] + at.text[find.number[0] : find.number[1]]
    topic = _topic(at)
    if topic and topic not in lead:
        lead = topic + lead[-NAME_CHARS_MAX:]  # 特种设备方面:检查企业12家
    find.indicator = lead[-NAME_CHARS_MAX:]
    if len(find.indicator) < 2:
        find.indicator += _tail(at)
    return True


def _beside(at: At, last: Find) -> str:
    """一次死亡3人以上道路交通事故1244起: a limit before the number is part of the name."""
    said = at.text[last.start : at.find.start]
    return said if re.search("以[上下]", said) else last.indicator


_RULES = (
    _harmed,
    _toll,
    _bracketed,
    _measured,
    _same_thing,
    _among,
    _at_its_head,
    _ranked,
    _by_noun,
    _by_lead,
)


def _of_a_whole(at: At, lead: str, *, part: bool) -> str:
    previous, whole = _named_before(at)
    if part and whole:
        at.find.hints["whole"] = whole
        return f"{whole[-16:]}({lead})"
    last = at.last
    if not previous and last is not None and "。" not in at.text[last.end : at.find.start]:
        previous = last.indicator if last.kind == "count" else ""  # 学习255场次,参与15483人次
    topic = _topic(at)
    about = bool(topic) and (len(previous) <= 4 or previous.startswith(topic))
    at.find.hints["core"] = topic if about else previous
    return topic + lead if about else lead + previous[-12:]


#: 其次为县城集镇,共发生火灾5.5万起; 城市火灾相对较少,共发生…: the clause before says of what.
_HAPPENED = re.compile(r"^(?:共)?(?:发生|接报|造成)?(?:[^,。;\d]{0,4}(?:事故|火灾|案件|警情))?$")
_SAID_OF = re.compile(
    r"(?:^|[。;])\s*(?:其次|再次|首先)?(?:为|是)?(?P<of>[^,。;\d]{2,14}(?<!看)),$"
)


def _clause_before(at: At, lead: str) -> str:
    start = behind_stop(at.text, at.line.start, at.find.start)
    said = _SAID_OF.search(at.text[start : at.find.start - len(at.before())])
    return said["of"] if said and _HAPPENED.match(lead) else ""


def _of_events(at: At, lead: str) -> str:
    """事故14宗,…建筑业7宗: the seven are accidents, too, though the list doesn't repeat it."""
    if "事故" in lead:
        return lead if "起数" in lead else lead + "起数"
    words = indicators.tidy(placeless(at.before()))
    bare = lead.endswith(("发生", "接报"))
    if (len(words) > LIST_WORDS_MAX and not bare) or _EVENTS.search(lead) or _DEEDS.search(lead):
        return lead
    for other in reversed(at.finds[: at.index]):
        named = _EVENTS.search(other.indicator) if other.unit == at.find.unit else None
        if named:
            return f"{words}{named[0]}起数"
    return lead


def _topic(at: At) -> str:
    """在危险化学品领域,关闭16家: what a bare verb is about."""
    start = behind_stop(at.text, at.line.start, at.find.start)
    hit = _TOPIC.match(at.text, start, at.find.start)
    return hit["of"] if hit else ""


def _tail(at: At) -> str:
    """What is said of the thing after its noun; a list says it once, behind its last item."""
    last = at.find
    for other in at.finds[at.index + 1 :]:
        between = at.text[last.end : other.start]
        if not _LISTED_ON.fullmatch(between):
            break
        last = other
    words = re.split(r"[,。;!\n:”]", at.text[last.end : min(at.line.end, last.end + 18)])[0]
    return _TAIL_BEGINS.sub("", words)


def _shared(at: At) -> str:
    """The words before the first number of a list that this number stands in."""
    wide = indicators.clause(at.text, at.find.start, at.line.start, indicators.STOPS)
    begin = at.find.start - len(wide)
    first = next((item for item in at.finds[: at.index + 1] if item.start >= begin), at.find)
    return indicators.tidy(at.text[begin : first.start])[-12:] if first.start > begin else ""


def _named_before(at: At) -> tuple[str, str]:
    """The name of the figure before with this unit, without its verb; and of the whole it is of."""
    for other in reversed(at.finds[: at.index]):
        if other.kind in ("count", "target") and other.indicator and other.unit == at.find.unit:
            named = other.hints.get("whole") or other.hints.get("core") or other.indicator
            return _FOUND_BY.sub("", named), named
    return "", ""


# --- What rates and changes need, too --------------------------------------------------------


def of_unit(before: list[Find], unit: str) -> str:
    """The name of the last count with this unit; else what is usually meant."""
    kinds = ("count", "zero_in_words")
    named = [item.indicator for item in before if item.unit == unit and item.kind in kinds]
    return named[-1] if named else USUAL.get(unit, "")


def floor(line: Line, finds: list[Find], index: int) -> int:
    """Where the words that may name a figure begin: behind the last one that isn't a slogan."""
    for place in range(index - 1, -1, -1):
        if not finds[place].hints.get("quoted"):
            return finds[place].end
    return line.start


def placeless(words: str) -> str:
    """Words without the places they begin with: the region says those."""
    named, short = gazetteer()
    words = _LEADS_IN.sub("", words)
    trimmed = True
    while trimmed:
        trimmed = False
        for length in range(min(12, len(words)), 1, -1):
            if words[:length] in named or words[:length] in short:
                words, trimmed = words[length:], True
                break
    return words
