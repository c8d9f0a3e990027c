"""Names for the figures of one line: indicator, direction and what a change is held against."""

from __future__ import annotations

import re
from dataclasses import replace

from . import around, borrowed, counting, indicators, rates, tolls
from .layout import Line, behind_stop
from .model import Find

_PAIRS = re.compile(r"(?:[、,和及与;]|、[和及与]|以及)?\s*")
_STEP = r"(?:下降|减少|增加|上升|增长|少|多)(?:了)?(?:死亡|发生|伤亡|受伤)?"
#: 同比减少, 较上年增加; 减少 alone where something is compared somewhere before.
_COMPARED_STEP = re.compile(rf"(?:同比|环比|较[^,]{{1,8}}|比[^,]{{1,8}})(?:分别)?{_STEP}$")
_BARE_STEP = re.compile(rf"(?:^|起数|人数){_STEP}$")
_STEPS_APIECE = re.compile(rf"分别{_STEP}$")
_COMPARED = re.compile(r"同比|环比|较(?!大|重)|相比|比(?!例)")
_UNTIL_YEAR = re.compile(r"到((?:19|20)\d\d)年")
_MEASURES = re.compile(r"起数|人数|总量")


def name(text: str, line: Line, finds: list[Find], earlier: dict[str, str], *, plan: bool) -> None:
    """Give each find its indicator, and each change its direction. ``earlier``: what lines above counted."""
    last_subjects: list[str] = []
    group: list[Find] = []
    for index, find in enumerate(finds):
        before = finds[index - 1] if index else None
        if find.kind == "rate" or _step(text, line, find) or _follows_step(text, group, find):
            beside = before is not None and group and before is group[-1]
            turned = beside and _turned(text, group, find)
            if turned or (
                beside
                and _PAIRS.fullmatch(text[group[-1].end : find.start])
                and (
                    find.unit == group[-1].unit
                    or _are_tolls(group[-1], find)
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
            counting.name(text, line, finds, index, earlier)
    _close(text, line, group, finds, last_subjects)
    _respectively(text, line, finds, earlier)
    for find in finds:
        if find.kind == "rate" and len(find.indicator) <= BARE_MEASURE:
            held = earlier.get(f"%{find.indicator[-borrowed.RATE_CHARS :]}", "")
            find.indicator = held or find.indicator
        if find.kind in ("count", "rate") and len(find.indicator) > around.UNSAID:
            borrowed.remember(find, earlier)


_EACH = re.compile(
    r"(?P<nouns>[^,。;:!\n]{2,60}?)(?:同比[^,。;]{0,8})?(?:分别|各)(?:较[^,。;\d]{1,8})?(?P<verb>[\u4e00-\u9fff]{0,16}?)$"
)


#: 起数, 死亡人数: no longer names of what was counted.
BARE_MEASURE = 4
_MEASURED_OF = re.compile(
    r"(?:等?[两三四五六七八九十\d]{1,2}个?(?:领域|行业|方面|地区|单位|部门|县|市|区)的?|的)(?P<what>[\u4e00-\u9fff]{2,8})$"
)
#: Places that no register holds.
_SMALL_PLACE = re.compile(r"(?:镇|乡|街道|园区|片区|开发区|新区|管委会|办事处|社区|村)$")


def _respectively(text: str, line: Line, finds: list[Find], earlier: dict[str, str]) -> None:
    """机动车、驾驶人分别达到4.06亿辆、4.92亿人: the second value is of the second noun."""
    for index, first in enumerate(finds):
        before = text[max(line.start, first.number[0] - 80) : first.start]
        said = _EACH.search(re.split(r"[,。;]", before)[-1]) if "分别" in before[-20:] else None
        if said is None or first.kind not in ("count", "physical", "money", "rate"):
            continue
        row = [first]
        for other in finds[index + 1 :]:
            if not re.fullmatch(r"、?[、和与及]|以及", text[row[-1].number[1] : other.start]):
                break
            row.append(other)
        *others, last = map(around.placeless, re.split(r"[、和与及]", said["nouns"]))
        if others and not any(others):
            # 都匀市、福泉市分别关闭煤矿…, 靖远县、景泰县整改率分别为…: of each place the same.
            for find in row if last and len(row) == len(others) + 1 else ():
                find.indicator = earlier.get(f"%{last[-borrowed.RATE_CHARS :]}", "") or last
            continue
        nouns = [noun for noun in indicators.subjects(said["nouns"]) if len(noun) > 1]
        if nouns and (shared := _MEASURED_OF.search(nouns[-1])):
            # 工贸、危化品、建筑施工三个领域的立案数分别为…: of each.
            nouns[-1] = nouns[-1][: shared.start()]
            nouns = [noun + shared["what"] for noun in nouns]
        if len(row) < 2 or len(nouns) != len(row) or not any(map(around.placeless, nouns)):
            continue
        share = rates.SHARE_OF.match(text[first.start : first.number[0]] or said["verb"])
        counted = [item for item in finds[:index] if item.kind in ("count", "money")][-len(row) :]
        if share and len(counted) == len(row) and max(map(len, nouns)) <= BARE_MEASURE:
            # 住宅火灾98起,损失61.4万元,起数和损失分别占…
            nouns = [
                f"{item.indicator.removesuffix(noun)}{noun}"
                for item, noun in zip(counted, nouns, strict=True)
            ]
        for find, noun in zip(row, nouns, strict=True):
            find.indicator = f"{noun}占{share['of'].rstrip('的')}比例" if share else noun
            if _SMALL_PLACE.search(noun):
                # 罗溪镇、西夏墅镇分别检查26家次、31家次: the verb says what; 各2起 what was counted last.
                find.indicator += indicators.tidy(said["verb"]) or borrowed.of_unit(
                    finds[:index], find.unit
                )


_TURN = re.compile(r"[、,和](?P<word>上升|增长|增加|下降|减少|降低)了?")


def _turned(text: str, group: list[Find], find: Find) -> bool:
    """同比分别上升8.8%、下降12.1%: the second value goes the other way."""
    return (
        _TURN.fullmatch(text, group[-1].end, find.number[0]) is not None
        and "分别" in text[max(0, group[0].number[0] - 8) : group[0].number[0]]
    )


def _step(text: str, line: Line, find: Find) -> bool:
    """An absolute change: 同比减少12起."""
    if find.kind not in ("count", "physical", "money"):
        return False
    before = indicators.clause(text, find.number[0], line.start)
    if _COMPARED_STEP.search(before):
        return True
    wide = indicators.clause(text, find.number[0], line.start, indicators.STOPS)
    return (
        _BARE_STEP.search(before) is not None
        and _COMPARED.search(wide + text[max(line.start, find.start - 40) : find.start]) is not None
    )


def _follows_step(text: str, group: list[Find], find: Find) -> bool:
    """同比增加3起、5人: the second number hangs on the verb of the first."""
    return (
        bool(group) and group[-1].kind == "count" and find.kind == "count"
        and (_are_tolls(group[-1], find) or _apiece(text, group[0]))
        and text[group[-1].end : find.start] in ("、", "和", ",")
    )  # fmt: skip


def _are_tolls(one: Find, other: Find) -> bool:
    """3起、5人: accidents and deaths are counted together."""
    return {one.unit, other.unit} <= tolls.USUAL.keys()


def _apiece(text: str, first: Find) -> bool:
    """分别增加1.6亿辆、2.27亿人: values of two things need not have one unit."""
    before = text[max(0, first.number[0] - 8) : first.number[0]]
    return _STEPS_APIECE.search(before) is not None


def _close(
    text: str, line: Line, group: list[Find], finds: list[Find], last: list[str]
) -> list[str]:
    """Name a group of values that share a verb, and say whose turn the next group is."""
    if not group:
        return last
    first = group[0]
    direction, before, word = indicators.change(text, first.number[0], line.start)
    at = finds.index(first)
    if at and line.start < finds[at - 1].end:
        # 事故起数下降27.4%、死亡人数下降11.3%: the second names its own.
        beside = indicators.change(text, first.number[0], finds[at - 1].end)[1]
        if _OWN_NOUN.match(beside):
            before = beside.lstrip("、,和")
    if not word:
        for find in group:
            rates.name(text, line, find, finds)
        rates.apiece(text, group, finds)
        rates.shares(text, line, group, finds)
        return last
    own = [
        noun for noun in indicators.subjects(before)
        if len(noun) > 1 and "持平" not in noun and around.placeless(noun, text)
    ]  # fmt: skip
    if not own or _INDICATORS.fullmatch(own[-1]):
        own = _without_noun(text, line, group, finds, last) or own
    baseline = _baseline_at(text, line, first)
    for rank, find in enumerate(group):
        find.kind, find.direction = "change", direction
        if rank and (turn := _TURN.fullmatch(text, group[rank - 1].end, find.number[0])):
            find.direction = "down" if turn["word"] in indicators.DOWN else "up"
            find.start = turn.start("word")
        noun = own[rank] if len(own) == len(group) else "、".join(own)
        find.indicator = f"{noun}{'同比' if baseline and '同比' in baseline[1] else ''}变化"
        find.hints["subjects"] = "|".join(own) if len(group) == 1 else ""
        if baseline:
            find.hints["baseline_at"] = str(baseline[0])
    start = text.rfind(word, line.start, first.number[0] + 1)
    if 0 <= first.number[0] - start <= 6:
        first.start = min(first.start, start)
    if _WISHED.search(before):
        _aim(group, before)
    return own


#: 四项指标同比分别下降…: of what was counted before.
_INDICATORS = re.compile(r".{0,6}[项个]?(?:主要)?指标(?:均|全部)?")
_OWN_NOUN = re.compile(
    r"[、,和](?:[\u4e00-\u9fff]{0,8}(?:起数|人数|损失|数量|总量|金额|数))(?=分别|同比|下降|减少|上升|增长|增加)"
)
_WISHED = re.compile(r"到(?:19|20)\d\d年|力争|确保|再下降|目标")


def _aim(group: list[Find], before: str) -> None:
    """到2025年…下降10%, 力争下降5%: a change that is wanted is a target."""
    until = _UNTIL_YEAR.search(before)
    for find in group:
        find.kind = "target"
        find.bound = find.bound or ">="
        if until:
            find.period = until[1]


def _without_noun(
    text: str, line: Line, group: list[Find], finds: list[Find], last: list[str]
) -> list[str]:
    """同比下降5%: of what was counted before it, as many as there are values."""
    first = group[0]
    earlier = finds[: finds.index(first)]
    counted = [
        item.indicator for item in earlier
        if item.kind in ("count", "money", "physical") and rates.same_sentence(text, item, first)
    ][-max(1, len(group)) :]  # fmt: skip
    if not counted and not last and len(group) > 1:
        # 事故2188起,造成518人死亡。与去年同期相比,分别下降16%和2.81%: of what was counted last.
        every = [item.indicator for item in earlier if item.kind in ("count", "money", "physical")]
        counted = every[-len(group) :]
    if (
        first.unit == "个百分点"
        and earlier
        and earlier[-1].unit == "%"
        and first.start - earlier[-1].end < 12
    ):
        return [earlier[-1].indicator]  # 整改率99.18%,较去年四季度提高0.6个百分点
    if shared := _of_share(text, earlier, first):
        return [shared]
    own = counted if len(counted) == len(group) else (last or counted)
    alike = [
        item for item in earlier
        if item.kind in ("count", "zero_in_words") and rates.same_sentence(text, item, first)
    ][-len(group) :]  # fmt: skip
    if len(group) > 1 and [item.unit for item in alike] == [find.unit for find in group]:
        return [item.indicator for item in alike]  # 死亡98人,受伤61人,同比分别减少21起、17人、9人
    if any(find.unit in tolls.USUAL for find in group):
        return [borrowed.of_unit(earlier, find.unit) for find in group]
    if earlier and earlier[-1].unit.startswith("人/") and first.start - earlier[-1].end < 8:
        return [earlier[-1].indicator]  # 百万吨死亡率0.031,同比下降18.4%
    if own:
        return own
    if said := _said_before(text, line, first):
        return said
    if first.unit == "个百分点":
        return [item.indicator for item in earlier if item.kind == "rate"][-1:]
    return [
        item.indicator.removesuffix("变化").removesuffix("同比")
        for item in earlier if item.kind == "change"
    ][-len(group) :]  # fmt: skip


def _of_share(text: str, earlier: list[Find], find: Find) -> str:
    """扑救任务占比超五成,同比增加19.9%: it is the work that has grown."""
    if not earlier or earlier[-1].kind != "rate" or find.start - earlier[-1].end > 4:
        return ""
    named, share, _ = earlier[-1].indicator.partition("占比")
    return named if share else ""


def _said_before(text: str, line: Line, find: Find) -> list[str]:
    """起数、死亡人数同比“双下降”,降幅分别为…: the nouns stand a clause earlier."""
    start = behind_stop(text, line.start, find.number[0])
    clauses = text[start : find.number[0]].split(",")[:-1]
    for words in reversed(clauses):
        if _MEASURES.search(words) and not re.search(r"\d", words):
            return [noun for noun in indicators.subjects(words.split("“")[0]) if len(noun) > 1]
    return []


def _baseline_at(text: str, line: Line, find: Find) -> tuple[int, str] | None:
    low = behind_stop(text, line.start, find.number[0])
    hits = list(indicators.BASELINES.finditer(text, low, find.number[0]))
    return (hits[-1].start(), hits[-1][0]) if hits else None


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
