"""Names for the figures of one line: indicator, direction and what a change is held against."""

from __future__ import annotations

import re
from dataclasses import replace

from . import indicators
from .layout import Line
from .model import Find
from .regions import gazetteer

_PAIRS = re.compile(r"[、,和及与;]?\s*")
_HARM = re.compile(
    r"(死亡|受伤|重伤|轻伤|失踪|失联|被困|遇难|中毒|受困|下落不明)(?:人数)?(?:达|共|约)?$"
)
_HARMED = re.compile(r"(死亡|受伤|重伤|轻伤|失踪|失联|被困|遇难|中毒|受困|下落不明|工亡)")
_STEP = r"(?:下降|减少|增加|上升|增长|少|多)(?:了)?"
#: What a change without a noun changes, by its unit.
_USUAL = {"起": "事故起数", "人": "死亡人数"}


def name(text: str, line: Line, finds: list[Find], *, plan: bool) -> None:
    """Give each find its indicator, and each change its direction."""
    last_subjects: list[str] = []
    group: list[Find] = []
    for index, find in enumerate(finds):
        before = finds[index - 1] if index else None
        if find.kind == "rate" or _step(text, line, find) or _follows_step(text, group, find):
            beside = before is not None and group and before is group[-1]
            if (
                beside
                and _PAIRS.fullmatch(text[group[-1].end : find.start])
                and (
                    find.unit == group[-1].unit
                    or {find.unit, group[-1].unit} <= {"起", "人"}
                    or _apiece(text, group[0])
                )
            ):
                group.append(find)
            else:
                last_subjects = _close(text, line, group, finds, last_subjects)
                group = [find]
            continue
        last_subjects = _close(text, line, group, finds, last_subjects)
        group = []
        if not find.indicator:
            _count(text, line, find, finds, index)
    _close(text, line, group, finds, last_subjects)
    _respectively(text, line, finds)


_EACH = re.compile(
    r"(?P<nouns>[^,。;:!\n]{2,60}?)(?:同比[^,。;]{0,8})?(?:分别|各)(?:较[^,。;\d]{1,8})?(?P<verb>[\u4e00-\u9fff]{0,16}?)$"
)


def _respectively(text: str, line: Line, finds: list[Find]) -> None:
    """机动车、驾驶人分别达到4.06亿辆、4.92亿人: the second value is of the second noun."""
    for index, first in enumerate(finds):
        before = text[max(line.start, first.number[0] - 80) : first.start]
        said = _EACH.search(re.split(r"[,。;]", before)[-1]) if "分别" in before[-20:] else None
        if said is None or first.kind not in ("count", "physical", "money", "rate"):
            continue
        row = [first]
        for other in finds[index + 1 :]:
            if not re.fullmatch(r"[、和与及]", text[row[-1].number[1] : other.start]):
                break
            row.append(other)
        nouns = [noun for noun in indicators.subjects(said["nouns"]) if len(noun) > 1]
        if len(row) < 2 or len(nouns) != len(row) or not any(map(_placeless, nouns)):
            continue
        share = re.match(r"占(?:到|了)?(?P<of>[^\d]*)", said["verb"])
        for find, noun in zip(row, nouns, strict=True):
            find.indicator = f"{noun}占{share['of'].rstrip('的')}比例" if share else noun


def _step(text: str, line: Line, find: Find) -> bool:
    """An absolute change: 同比减少12起."""
    if find.kind not in ("count", "physical", "money"):
        return False
    before = indicators.clause(text, find.number[0], line.start)
    if re.search(rf"(?:同比|环比|较[^,]{{1,8}}|比[^,]{{1,8}})(?:分别)?{_STEP}$", before):
        return True
    wide = indicators.clause(text, find.number[0], line.start, indicators.STOPS)
    return (
        re.search(rf"(?:^|起数|人数){_STEP}$", before) is not None
        and re.search(
            r"同比|环比|较(?!大|重)|相比|比(?!例)",
            wide + text[max(line.start, find.start - 40) : find.start],
        )
        is not None
    )


def _follows_step(text: str, group: list[Find], find: Find) -> bool:
    """同比增加3起、5人: the second number hangs on the verb of the first."""
    return (
        bool(group) and group[-1].kind == "count" and find.kind == "count"
        and ({find.unit, group[-1].unit} <= {"起", "人"} or _apiece(text, group[0]))
        and text[group[-1].end : find.start] in ("、", "和", ",")
    )  # fmt: skip


def _apiece(text: str, first: Find) -> bool:
    """分别增加1.6亿辆、2.27亿人: values of two things need not have one unit."""
    return (
        re.search(rf"分别{_STEP}$", text[max(0, first.number[0] - 8) : first.number[0]]) is not None
    )


def _close(
    text: str, line: Line, group: list[Find], finds: list[Find], last: list[str]
) -> list[str]:
    """Name a group of values that share a verb, and say whose turn the next group is."""
    if not group:
        return last
    first = group[0]
    direction, before, word = indicators.change(text, first.number[0], line.start)
    if not word:
        for find in group:
            _rate(text, line, find, finds)
        return last
    nouns = indicators.subjects(before)
    own = [noun for noun in nouns if len(noun) > 1 and "持平" not in noun]
    baseline = _baseline_at(text, line, first)
    if not own:
        index = finds.index(first)
        counted = [
            item.indicator for item in finds[:index]
            if item.kind in ("count", "money", "physical") and _same_sentence(text, item, first)
        ][-max(1, len(group)) :]  # fmt: skip
        own = counted if len(counted) == len(group) else (last or counted)
        if any(find.unit in _USUAL for find in group):
            own = [_of_unit(finds[:index], find.unit) for find in group]
        elif (
            finds[:index]
            and finds[index - 1].unit.startswith("人/")
            and first.start - finds[index - 1].end < 8
        ):
            own = [finds[index - 1].indicator]  # 百万吨死亡率0.031,同比下降18.4%
        elif not own and (earlier := _said_before(text, line, first)):
            own = earlier
        elif not own and first.unit == "个百分点":
            own = [item.indicator for item in finds[:index] if item.kind == "rate"][-1:]
        elif not own:
            own = [item.indicator.removesuffix("变化").removesuffix("同比") for item in finds[:index]
                   if item.kind == "change"][-len(group) :]  # fmt: skip
    for rank, find in enumerate(group):
        find.kind, find.direction = "change", direction
        noun = own[rank] if len(own) == len(group) else "、".join(own)
        find.indicator = f"{noun}{'同比' if baseline and '同比' in baseline[1] else ''}变化"
        find.hints["subjects"] = "|".join(own) if len(group) == 1 else ""
        if baseline:
            find.hints["baseline_at"] = str(baseline[0])
    if group[0] is first and word:
        start = text.rfind(word, line.start, first.number[0] + 1)
        if 0 <= first.number[0] - start <= 6:
            first.start = min(first.start, start)
    if re.search(r"到(?:19|20)\d\d年|力争|确保|再下降|目标", before):
        for find in group:
            find.kind = "target"
            find.bound = find.bound or ">="
            until = re.search(r"到((?:19|20)\d\d)年", before)
            if until:
                find.period = until[1]
    return own


def _said_before(text: str, line: Line, find: Find) -> list[str]:
    """起数、死亡人数同比“双下降”,降幅分别为…: the nouns stand a clause earlier."""
    start = max(text.rfind(stop, line.start, find.number[0]) for stop in "。;") + 1
    clauses = re.split(r"[,,]", text[max(start, line.start) : find.number[0]])[:-1]
    for words in reversed(clauses):
        if re.search(r"起数|人数|总量", words) and not re.search(r"\d", words):
            return [noun for noun in indicators.subjects(words.split("“")[0]) if len(noun) > 1]
    return []


def _of_unit(before: list[Find], unit: str) -> str:
    named = [item.indicator for item in before if item.unit == unit and item.kind == "count"]
    return named[-1] if named else _USUAL.get(unit, "")


def _same_sentence(text: str, one: Find, other: Find) -> bool:
    return "。" not in text[one.end : other.start]


def _baseline_at(text: str, line: Line, find: Find) -> tuple[int, str] | None:
    low = max(text.rfind(sign, line.start, find.number[0]) for sign in "。;") + 1
    low = max(low, line.start)
    hits = list(indicators.BASELINES.finditer(text, low, find.number[0]))
    return (hits[-1].start(), hits[-1][0]) if hits else None


def _rate(text: str, line: Line, find: Find, finds: list[Find]) -> None:
    """A share or a rate: the words before it, or the noun after it (80%矿井…)."""
    if find.unit.startswith("人/"):
        return  # 百万吨死亡率0.031: named where it was found.
    index = finds.index(find)
    floor = _floor(line, finds, index)
    before = indicators.clause(text, find.start, min(floor, find.start))
    wide = indicators.clause(text, find.start, line.start, indicators.STOPS)
    words = indicators.tidy(_placeless(before))
    noun, stop = indicators.noun(text, find.end, line.end)
    tail = re.split(r"[,。;、!\n]", text[find.end : find.end + 20])[0]
    if re.search(r"处以|罚款|扣除|扣罚", wide):
        find.kind = "rule"
        reason = re.split(r"\d", wide)[0]
        find.indicator = f"{indicators.tidy(reason)[-20:]}处罚比例"
    elif len(words) < 2 and noun:
        find.indicator = tail
        find.end = max(find.end, stop)
    elif len(words) < 2:
        headed = re.search(r"([^。;:\n]{2,20}):[^。:\n]*$", text[line.start : find.start])
        words = indicators.tidy(_placeless(wide)) if not headed else ""
        if headed and len(words) < 2:
            words = indicators.tidy(headed[1])
        find.indicator = (words or (finds[index - 1].indicator if index else ""))[-24:]
    else:
        if len(words) <= 4 and index:
            words = f"{_rated(words, finds[:index])[-12:]}{words}"
        elif "、" in wide and "率" in words:
            words = indicators.tidy(wide)[-30:]
        find.indicator = words[-30:]
    named = re.search(
        r"[\u4e00-\u9fff]{1,4}(?:率|比例|占比)(?:达到?|为|是)?$", text[line.start : find.start]
    )
    if named and find.kind == "rate":
        find.start = line.start + named.start()


def _rated(words: str, before: list[Find]) -> str:
    """整改率: of the hazards counted last, not of the money behind them."""
    stem = words[:2]
    for other in reversed(before[-6:]):
        if other.kind == "count" and (stem in other.indicator or "隐患" in other.indicator):
            return other.indicator
    return before[-1].indicator


def _count(text: str, line: Line, find: Find, finds: list[Find], index: int) -> None:
    """A number of things, by the noun after it or the words before it."""
    noun = find.hints.get("noun", "")
    floor = _floor(line, finds, index)
    before = indicators.clause(text, find.start, min(floor, find.start))
    lead = "" if before.endswith("等") else indicators.tidy(_placeless(before))
    if _harmed(text, line, find, noun):
        return
    if _toll(text, find, finds, index, lead):
        return
    if _bracketed(text, line, find, finds, index):
        return
    tail = _tail(text, line, finds, index)
    if find.kind in ("money", "physical", "duration"):
        wide = indicators.clause(text, find.start, min(floor, find.start), indicators.STOPS)
        find.indicator = (lead or indicators.tidy(wide))[-20:]
        nearly = re.search(r"近$|未来$|今后$", text[find.start - 2 : find.start])
        if find.kind == "duration" and (nearly or text[find.start] == "近"):
            find.indicator = f"{find.indicator[-12:]}时段年限"
            return
        if len(find.indicator) < 2 or find.kind == "duration":
            find.indicator += tail
        if find.kind == "duration" and find.unit in ("年", "天", "日", "个月"):
            find.indicator += {"年": "年限", "个月": "月数"}.get(find.unit, "天数")
        return
    if index and _SAME_THING.fullmatch(before) and finds[index - 1].unit == find.unit:
        # 增加2285万辆、达到2.4亿辆: of the same thing.
        same = re.sub(r"(?:同比)?变化$|起数$", "", finds[index - 1].indicator)
        find.indicator = same + ("起数" if find.unit == "起" else "总量")
        return
    among = re.search(r"中,?(?:就|仅|只)?有$", text[line.start : find.start])
    if among and index and finds[index - 1].unit == find.unit:
        # 32个省级统计单位中有28个双下降: 28 of those.
        find.indicator = f"{finds[index - 1].indicator[:14]}中{noun}{tail}"[:40]
        return
    shared = _shared(text, line, find, finds, index)
    if noun and len(noun) > 1:
        head = lead if len(lead) >= 2 else shared
        words = text[find.number[0] : find.number[1]] + noun if find.kind == "structure" else noun
        find.indicator = f"{head[-10:]}{words}{tail}"[:40]
        return
    if index and before.startswith("的") and finds[index - 1].kind in ("physical", "threshold"):
        # 年产9万吨以下的煤矿7501处: what the size says belongs to the name.
        lead = text[finds[index - 1].start : find.start].rstrip("有")
    if len(lead) < 2 and not before.strip():
        beside = index and finds[index - 1].end == find.start and finds[index - 1].hints.get("noun")
        lead = finds[index - 1].indicator if beside else shared
    part = re.search(r"其中[^。;]{0,40}$", text[line.start : find.start])
    if len(lead) <= 2 or part:
        previous, whole = _named_before(finds, index, find.unit)
        if part and whole:
            lead = f"{whole[-16:]}({lead})"
            find.hints["whole"] = whole
        else:
            topic = _topic(text, line, find.start)
            about = bool(topic) and (len(previous) <= 4 or previous.startswith(topic))
            find.hints["core"] = topic if about else previous
            lead = topic + lead if about else lead + previous[-12:]
    if find.unit in _EVENT_UNITS:
        lead = _of_events(lead, before, finds[:index], find.unit)
    if find.kind == "structure":
        lead = lead[-10:] + text[find.number[0] : find.number[1]]
    find.indicator = lead[-28:]
    if len(find.indicator) < 2:
        find.indicator += tail


#: What happened is counted with these.
_EVENT_UNITS = ("起", "宗")
_EVENTS = re.compile(r"事故|火灾|案件|险情|警情")
#: A row of a list: 建筑业7宗, 渭滨区21起, 发生4宗. Longer ones, and deeds, say what they count.
LIST_WORDS_MAX = 6
_DEEDS = re.compile(
    r"查处|打击|立案|排查|通报|约谈|处罚|侦破|受理|办理|移送|曝光|行为|违法|酒驾|醉驾|超"
)


def _of_events(lead: str, before: str, earlier: list[Find], unit: str) -> str:
    """事故14宗,…建筑业7宗: the seven are accidents, too, though the list doesn't repeat it."""
    if "事故" in lead:
        return lead if "起数" in lead else lead + "起数"
    words = indicators.tidy(_placeless(before))
    if len(words) > LIST_WORDS_MAX or _EVENTS.search(lead) or _DEEDS.search(lead):
        return lead
    for other in reversed(earlier):
        named = _EVENTS.search(other.indicator) if other.unit == unit else None
        if named:
            return f"{words}{named[0]}起数"
    return lead


_SAME_THING = re.compile(
    r"[、,]?并?(?:(?:已|总量|总数)?达到?|[升降增减]至|(?:下降|上升|减少|增加|提高|压减)到)(?:(?:19|20)\d\d年的?)?"
)


def _toll(text: str, find: Find, finds: list[Find], index: int, lead: str) -> bool:
    """煤矿2起4人: accidents, and the deaths in them."""
    following = finds[index + 1] if index + 1 < len(finds) else None
    if (
        find.unit == "起"
        and following is not None
        and following.start == find.end
        and following.unit == "人"
    ):
        head = lead if "事故" in lead else f"{lead}事故"
        find.indicator, find.hints["toll"] = f"{head}起数", head
        return True
    before = finds[index - 1] if index else None
    if before is not None and "toll" in before.hints and before.end == find.start:
        find.indicator = f"{before.hints['toll']}死亡人数"
        return True
    return False


def _bracketed(text: str, line: Line, find: Find, finds: list[Find], index: int) -> bool:
    """江苏(10起、11人): accidents and deaths of what stands before the bracket."""
    opened = text.rfind("(", max(line.start, find.start - 24), find.start)
    inside = text[opened + 1 : find.start] if opened >= 0 else ""
    if opened < 0 or not re.fullmatch(r"(?:\d+[\u4e00-\u9fff]{1,3}[、,和])*", inside):
        return False
    who = indicators.tidy(
        re.split(r"[、,和及:]|分别是|包括|其中", indicators.clause(text, opened, line.start))[-1]
    )
    what = _of_unit(finds[:index], find.unit) if find.unit in _USUAL else ""
    if not who or not (what or find.unit in _USUAL):
        return False
    find.indicator = f"{who[-10:]}{re.sub(r'^.*?(?=事故|死亡)', '', what) or what}"
    return True


def _floor(line: Line, finds: list[Find], index: int) -> int:
    """Where the words that may name a figure begin: behind the last one that isn't a slogan."""
    for place in range(index - 1, -1, -1):
        if not finds[place].hints.get("quoted"):
            return finds[place].end
    return line.start


_TOPIC = re.compile(r"\s*(?:在|针对)?(?P<of>[\u4e00-\u9fff、]{2,14}?)(?:领域|方面|行业)[,:]")
_HEADED = re.compile(r"\s*(?:在)?(?P<of>[\u4e00-\u9fff、]{2,14}?)(?:领域|方面|行业)?:")


def _topic(text: str, line: Line, place: int) -> str:
    """在危险化学品领域,关闭16家: what a bare verb is about."""
    start = max(text.rfind(stop, line.start, place) for stop in "。;") + 1
    hit = _TOPIC.match(text, max(start, line.start), place)
    return hit["of"] if hit else ""


def _harmed(text: str, line: Line, find: Find, noun: str) -> bool:
    """死亡3人 and 3人死亡 are named by the harm, with the accident before it."""
    harm = _HARM.search(text[max(line.start, find.number[0] - 8) : find.number[0]])
    if harm and find.unit in ("人", "名"):
        find.indicator = f"{_accident(text, line, find)}{harm[1]}人数"
        find.start = text.rfind(harm[1], line.start, find.number[0])
        return True
    hurt = _HARMED.match(noun)
    if hurt and find.unit in ("人", "名"):
        find.indicator = f"{_accident(text, line, find)}{hurt[1]}人数"
        find.end = find.number[1] + hurt.end()
        return True
    return False


def _tail(text: str, line: Line, finds: list[Find], index: int) -> str:
    """What is said of the thing after its noun; a list says it once, behind its last item."""
    last = finds[index]
    for other in finds[index + 1 :]:
        between = text[last.end : other.start]
        if not re.fullmatch(r"[、和及与]|以及|等|、[^,。;、]{0,4}", between):
            break
        last = other
    words = re.split(r"[,。;!\n:”]", text[last.end : min(line.end, last.end + 18)])[0]
    return re.sub(r"^(?:已经|已|都已经|都|均|等|的|中|共|[、和及])+|全部", "", words)


def _placeless(words: str) -> str:
    """Words without the places they begin with: the region says those."""
    named, short = gazetteer()
    words = re.sub(r"^[,。、]?(?:目前|其中|截至目前)?", "", words)
    trimmed = True
    while trimmed:
        trimmed = False
        for length in range(min(12, len(words)), 1, -1):
            if words[:length] in named or words[:length] in short:
                words, trimmed = words[length:], True
                break
    return words


def _accident(text: str, line: Line, find: Find) -> str:
    near = text[max(line.start, find.start - 40) : find.start]
    hit = list(re.finditer(r"(?:各类|发生)?(?P<w>[\u4e00-\u9fff]{0,8}?(?:事故|火灾))", near))
    return hit[-1]["w"][-8:] if hit else "事故"


def _shared(text: str, line: Line, find: Find, finds: list[Find], index: int) -> str:
    """The words before the first number of a list that this number stands in."""
    wide = indicators.clause(text, find.start, line.start, indicators.STOPS)
    begin = find.start - len(wide)
    first = next((item for item in finds[: index + 1] if item.start >= begin), find)
    return indicators.tidy(text[begin : first.start])[-12:] if first.start > begin else ""


def _named_before(finds: list[Find], index: int, unit: str) -> tuple[str, str]:
    """The name of the figure before with this unit, without its verb; and of the whole it is of."""
    for other in reversed(finds[:index]):
        if other.kind in ("count", "target") and other.indicator and other.unit == unit:
            named = other.hints.get("whole") or other.hints.get("core") or other.indicator
            return re.sub(r"^(?:发现|排查|查处|整改|排查整治|其中)", "", named), named
    return "", ""


def twinned(text: str, line: Line, finds: list[Find]) -> list[Find]:
    """One value said of two things (起数和死亡人数再下降10%) is two figures."""
    found: list[Find] = []
    for find in finds:
        nouns = [noun for noun in find.hints.get("subjects", "").split("|") if noun]
        measures = all(re.search(r"[数量率额]$", noun) for noun in nouns)
        if len(nouns) == 2 and measures and find.unit == "%" and find.kind in ("change", "target"):
            found += [
                replace(
                    find,
                    indicator=f"{noun}{'控制目标' if find.kind == 'target' else '变化'}",
                    hints=dict(find.hints),
                )
                for noun in nouns
            ]
        else:
            found.append(find)
    return found
