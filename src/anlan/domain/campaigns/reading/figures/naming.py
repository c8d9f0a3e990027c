"""Names for the figures of one line: indicator, direction and what a change is held against."""

from __future__ import annotations

import re
from dataclasses import replace

from . import counting, indicators
from .layout import Line, behind_stop
from .model import Find

_PAIRS = re.compile(r"[、,和及与;]?\s*")
_STEP = r"(?:下降|减少|增加|上升|增长|少|多)(?:了)?"
#: 同比减少, 较上年增加; 减少 alone where something is compared somewhere before.
_COMPARED_STEP = re.compile(rf"(?:同比|环比|较[^,]{{1,8}}|比[^,]{{1,8}})(?:分别)?{_STEP}$")
_BARE_STEP = re.compile(rf"(?:^|起数|人数){_STEP}$")
_STEPS_APIECE = re.compile(rf"分别{_STEP}$")
_COMPARED = re.compile(r"同比|环比|较(?!大|重)|相比|比(?!例)")
_SHARE_OF = re.compile(r"占(?:到|了)?(?P<of>[^\d]*)")
_UNTIL_YEAR = re.compile(r"到((?:19|20)\d\d)年")
_MEASURES = re.compile(r"起数|人数|总量")
_FINED = re.compile(r"处以|罚款|扣除|扣罚")
#: 隐患整改:…达80%: what stands before the colon says of what.
_HEADED = re.compile(r"([^。;:\n]{2,20}):[^。:\n]*$")
_RATE_NAME = re.compile(r"[\u4e00-\u9fff]{1,4}(?:率|比例|占比)(?:达到?|为|是)?$")


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
            counting.name(text, line, finds, index)
    _close(text, line, group, finds, last_subjects)
    _respectively(text, line, finds)


_EACH = re.compile(
    r"(?P<nouns>[^,。;:!\n]{2,60}?)(?:同比[^,。;]{0,8})?(?:分别|各)(?:较[^,。;\d]{1,8})?(?P<verb>[\u4e00-\u9fff]{0,16}?)$"
)


#: Places that no register holds.
_SMALL_PLACE = re.compile(r"(?:镇|乡|街道|园区|片区|开发区|新区|管委会|办事处|社区|村)$")


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
        if len(row) < 2 or len(nouns) != len(row) or not any(map(counting.placeless, nouns)):
            continue
        share = _SHARE_OF.match(said["verb"])
        for find, noun in zip(row, nouns, strict=True):
            find.indicator = f"{noun}占{share['of'].rstrip('的')}比例" if share else noun
            if _SMALL_PLACE.search(noun):
                # 罗溪镇、西夏墅镇分别检查26家次、31家次: the verb says what; 各2起 what was counted last.
                find.indicator += indicators.tidy(said["verb"]) or counting.of_unit(
                    finds[:index], find.unit
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
    return {one.unit, other.unit} <= counting.USUAL.keys()


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
    if not word:
        for find in group:
            _rate(text, line, find, finds)
        _shares(text, line, group, finds)
        return last
    own = [
        noun for noun in indicators.subjects(before) if len(noun) > 1 and "持平" not in noun
    ] or _without_noun(text, line, group, finds, last)
    baseline = _baseline_at(text, line, first)
    for rank, find in enumerate(group):
        find.kind, find.direction = "change", direction
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
        if item.kind in ("count", "money", "physical") and _same_sentence(text, item, first)
    ][-max(1, len(group)) :]  # fmt: skip
    if not counted and not last and len(group) > 1:
        # 事故2188起,造成518人死亡。与去年同期相比,分别下降16%和2.81%: of what was counted last.
        every = [item.indicator for item in earlier if item.kind in ("count", "money", "physical")]
        counted = every[-len(group) :]
    if shared := _of_share(text, earlier, first):
        return [shared]
    own = counted if len(counted) == len(group) else (last or counted)
    if any(find.unit in counting.USUAL for find in group):
        return [counting.of_unit(earlier, find.unit) for find in group]
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


def _same_sentence(text: str, one: Find, other: Find) -> bool:
    return "。" not in text[one.end : other.start]


def _baseline_at(text: str, line: Line, find: Find) -> tuple[int, str] | None:
    low = behind_stop(text, line.start, find.number[0])
    hits = list(indicators.BASELINES.finditer(text, low, find.number[0]))
    return (hits[-1].start(), hits[-1][0]) if hits else None


def _rate(text: str, line: Line, find: Find, finds: list[Find]) -> None:
    """A share or a rate: the words before it, or the noun after it (80%矿井…)."""
    if find.unit.startswith("人/"):
        return  # 百万吨死亡率0.031: named where it was found.
    index = finds.index(find)
    floor = counting.floor(line, finds, index)
    before = indicators.clause(text, find.start, min(floor, find.start))
    wide = indicators.clause(text, find.start, line.start, indicators.STOPS)
    words = indicators.tidy(counting.placeless(before))
    noun, stop = indicators.noun(text, find.end, line.end)
    tail = re.split(r"[,。;、!\n]", text[find.end : find.end + 20])[0]
    if _FINED.search(wide):
        find.kind = "rule"
        reason = re.split(r"\d", wide)[0]
        find.indicator = f"{indicators.tidy(reason)[-20:]}处罚比例"
    elif len(words) < 2 and noun:
        find.indicator = tail
        find.end = max(find.end, stop)
    elif len(words) < 2:
        headed = _HEADED.search(text[line.start : find.start])
        words = indicators.tidy(counting.placeless(wide)) if not headed else ""
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
    named = _RATE_NAME.search(text[line.start : find.start])
    if named and find.kind == "rate":
        find.start = line.start + named.start()


#: 占总数的45%, 但亡人数占69%, 合计占…: a share of what was counted before it.
_SHARE = re.compile(
    r"(?:^|[,。;、:(])(?:但|其中)?(?P<what>起数|亡人数?|死亡人数|受伤人数|人数|数量)?(?:分别|合计|各|均)*"
    r"(?P<of>占[^,。;、\d]{0,16})$"
)


def _shares(text: str, line: Line, group: list[Find], finds: list[Find]) -> None:
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
