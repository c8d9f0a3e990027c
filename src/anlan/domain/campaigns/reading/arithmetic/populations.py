"""The same thing counted twice in one document, and counts that don't fit their population."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from ..figures import Figure
from .finding import GAP, MOST, Contradiction, contradiction, plain, sentence_of

#: So many signs at their end make two names one thing's.
SAME_LEAST = 4
#: What is counted more often than this is an item of lists; later ones are held against the first.
ROW_MOST = 100
#: Words that all mean "everyone who produces or trades".
EVERYONE = re.compile(r"^(?:生产经营单位|企业|企业单位|生产经营企业|市场主体|各类企业)$")
#: A count of enterprises that is a smaller part of the visits than this isn't that of them all.
VISITS_MOST = 5
_INSPECTED = re.compile(r"检查|督查|执法|巡查")
_ALL = re.compile(r"全部|所有|均已|100%")
_CLASS = re.compile(r"(?:[ⅠⅡⅢⅣI]{1,3}|[ABCD一二三四甲乙丙])(?:类|级)(?:企业|单位|风险)")
_STRUCTURE = re.compile(r"领域|方面|环节|维度|机制|阶段$")
_RESULTS = re.compile(r"法规|标准|制度措施|规章|制度规定")
_TOTAL_RESULTS = re.compile(r"制度(?:性)?成果")


def contradictions(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """Every finding that needs more than one sentence."""
    counts = [f for f in figures if f.kind in ("count", "target") and f.end_value is None]
    for check in (
        _codes,
        _twice,
        _visits,
        _names,
        _classes,
        _coverage,
        _states,
        _results,
        _sectors,
    ):
        yield from check(counts if check is not _codes else figures, text)


def noun(figure: Figure, text: str) -> str:
    """The thing counted: behind the unit, or at the end of the words before the number."""
    shown = text[figure.start : figure.end]
    behind = shown.rpartition(figure.unit)[2] if figure.unit in shown else ""
    if len(behind) > 1:
        return re.sub(r"\([^)]*\)$", "", behind)
    before = re.search(r"[\u4e00-\u9fffⅠⅡⅢI]*$", text[max(0, figure.start - 16) : figure.start])
    return re.sub(r"(?:共|缩减至|增加到|达到?|约)$", "", before[0]) if before else ""


def _same(one: str, other: str) -> str:
    """The longest ending that both share, where it is a thing of its own."""
    size = 0
    while size < min(len(one), len(other)) and one[-1 - size] == other[-1 - size]:
        size += 1
    alone = size == min(len(one), len(other)) and max(len(one), len(other)) - size <= 8
    return one[len(one) - size :] if size >= SAME_LEAST and alone and "“" not in one + other else ""


def _paragraph(text: str, place: int) -> tuple[int, int]:
    return sentence_of(text, place, "\n")


def _codes(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A province that adds n sectors to the nation's must have that many more plans."""
    nation = [
        f for f in figures
        if f.region == "全国" and f.unit == "个" and re.search(r"行业领域|重点领域", text[f.start : f.end + 6])
    ]  # fmt: skip
    if not nation:
        return
    base = nation[0]
    for code in figures:
        if len(code.parts) < 3 or "+" not in code.text:
            continue
        start, end = _paragraph(text, code.start)
        new = [
            f for f in figures
            if start <= f.start < end and f.unit == "个" and "领域" in text[f.start : f.end + 4]
            and re.search(r"新增|增加", text[max(start, f.start - 40) : f.start])
        ]  # fmt: skip
        if new and base.value + new[0].value != code.parts[-1]:
            yield contradiction("code_parts", (base, new[0], code), code=code.text, stated=str(code.parts[-1]),
                         base=plain(base.value), new=plain(new[0].value),
                         sum=plain(base.value + new[0].value))  # fmt: skip


#: What is counted again and again of other things of one name.
_PASSING = ("起", "人", "次", "人次", "家次", "项", "条", "件")


def _twice(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """One kind of thing, one place, two numbers near each other."""
    seen: set[str] = set()
    rows: dict[tuple[str, str, str], list[tuple[Figure, str, int, bool]]] = {}
    # Only what ends with the same words can be the same thing: nothing else is held against it.
    for first in counts:
        words = noun(first, text)
        if first.unit in _PASSING or len(words) < SAME_LEAST:
            continue
        own = (first, words, _paragraph(text, first.start)[0], _planned(text, first))
        row = rows.setdefault((first.unit, first.region, words[-SAME_LEAST:]), [])
        for other in row:
            thing = _thing(other, own, text)
            if not thing or thing in seen:
                continue
            seen.add(thing)
            yield _said_twice(other[0], first, thing, text)
        if len(row) < ROW_MOST:
            row.append(own)


def _thing(
    first: tuple[Figure, str, int, bool], second: tuple[Figure, str, int, bool], text: str
) -> str:
    """What both count, where one of them contradicts the other."""
    (one, words, paragraph, planned), (other, again, where, wanted) = first, second
    if one.value == other.value or paragraph == where or planned != wanted:
        return ""
    if (
        min(one.value, other.value) * 10 < max(one.value, other.value) * 7
        or "其中" in text[one.end : min(other.start, one.end + 4)]
    ):
        return ""
    thing = _same(words, again)
    # 每个县抽查不少于9家: another task has another quota.
    return "" if not thing or thing[0] in "每各" or _STRUCTURE.search(thing) else thing


def _said_twice(first: Figure, second: Figure, thing: str, text: str) -> Contradiction:
    whole = any(_ALL.search(text[one.end : one.end + 6]) for one in (first, second))
    return contradiction(
        "twice_whole" if whole else "twice", (first, second), first=plain(first.value),
        second=plain(second.value), noun=thing, **({} if whole else {"verdict": GAP}),
    )  # fmt: skip


def _planned(text: str, figure: Figure) -> bool:
    """决定关闭62家 is what shall be, 已关停46家 what is."""
    start, _ = sentence_of(text, figure.start, "。!?\n;")
    return _SHALL.search(text[max(start, figure.start - 30) : figure.start]) is not None


_SHALL = re.compile(r"决定|计划|拟|目标|力争|要求|确保|到20\d\d年|年底前")


def _everyone(counts: list[Figure], text: str) -> list[Figure]:
    return [
        f for f in counts if f.unit in ("家", "户", "个") and EVERYONE.match(_tail(noun(f, text)))
    ]


def _tail(words: str) -> str:
    return re.sub(r"^.*?(?=(?:企业单位|生产经营单位|市场主体)$)", "", words)


def _visits(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """More units inspected than there are: these were visits."""
    everyone = _everyone(counts, text)
    for checked in counts:
        before = text[max(0, checked.start - 10) : checked.start]
        if (
            checked.unit != "家"
            or not _INSPECTED.search(before)
            or not re.search(r"企业|单位", before)
        ):
            continue
        known = [f for f in everyone if f.region == checked.region and f is not checked
                 and not _INSPECTED.search(text[max(0, f.start - 10) : f.start])]  # fmt: skip
        most = max(known, key=lambda f: f.value, default=None)
        # 3家企业未取得证书 are some of them, not all that there are.
        if most is not None and most.value < checked.value <= most.value * VISITS_MOST:
            yield contradiction(
                "visits", (most, checked), checked=plain(checked.value), known=plain(most.value)
            )


def _names(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """Units and enterprises: two names for nearly the same population."""
    by_region: dict[str, list[Figure]] = {}
    for figure in _everyone(counts, text):
        if figure.value >= 10_000 and not _INSPECTED.search(
            text[max(0, figure.start - 10) : figure.start]
        ):
            by_region.setdefault(figure.region, []).append(figure)
    for found in by_region.values():
        most = max(figure.value for figure in found)
        found = [figure for figure in found if figure.value * 2 >= most]
        values = {figure.value for figure in found}
        nouns = {noun(figure, text) for figure in found}
        if len(values) >= 2 and len(nouns) >= 2:
            yield contradiction("populations", tuple(found), verdict=GAP,
                         values=", ".join(plain(figure.value) for figure in found))  # fmt: skip


_EVERY_ONE = re.compile(r"所有企业|全部企业|所有单位")


def _classes(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """所有企业 are graded, and the classes named are far fewer than there are."""
    done: set[int] = set()
    graded: dict[int, bool] = {}
    for figure in counts:
        start, end = _paragraph(text, figure.start)
        if start not in graded:
            graded[start] = _EVERY_ONE.search(text, start, end) is not None
        if start in done or not graded[start]:
            continue
        classes = [
            f for f in counts
            if start <= f.start < end and f.unit == figure.unit and _CLASS.search(text[max(start, f.start - 8) : f.end])
        ]  # fmt: skip
        if len(classes) < 2:
            continue
        done.add(start)
        total = sum((Decimal(f.value) for f in classes), Decimal(0))
        everyone = [f for f in _everyone(counts, text) if f.region == figure.region and f not in classes
                    and not _INSPECTED.search(text[max(0, f.start - 10) : f.start])]  # fmt: skip
        most = max(everyone, key=lambda f: f.value, default=None)
        if most is not None and total < Decimal(most.value) * Decimal("0.9"):
            yield contradiction(
                "classes",
                (*classes, most),
                verdict=GAP,
                sum=plain(int(total)),
                whole=plain(most.value),
            )


def _coverage(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """全覆盖 in a paragraph that counts fewer than all."""
    named = [(figure, noun(figure, text)) for figure in counts]
    for hit in islice(re.finditer(r"全覆盖", text), MOST):
        start, end = _paragraph(text, hit.start())
        wholes: dict[tuple[str, str], list[tuple[Figure, str]]] = {}
        for figure, words in named:
            key = (figure.unit, words[-SAME_LEAST:])
            if start <= figure.start and figure.end <= hit.start():
                wholes.setdefault(key, []).append((figure, words))
            if not hit.start() < figure.start < end:
                continue
            for whole, before in wholes.get(key, ()):
                if figure.value < whole.value and _same(before, words):
                    yield contradiction("coverage", (whole, figure), verdict=GAP, part=plain(figure.value),
                                 whole=plain(whole.value))  # fmt: skip
                    return


_APPROVED = re.compile(r"批复|同意|批准|核准|立项")
_LATER = re.compile(r"正在|已经|已完成|完成")


def _states(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """Approved, under way and done, of one thing: later states can't outnumber the first."""
    seen: set[int] = set()
    for first in counts:
        start, end = sentence_of(text, first.start)
        if start in seen or not _APPROVED.search(text[max(start, first.start - 8) : first.start]):
            continue
        kind = noun(first, text)[:3]
        later = [
            f for f in counts
            if first.end <= f.start < end and f.unit == first.unit and kind and kind in text[f.start : f.end + 4]
            and _LATER.match(text[f.end : f.end + 4])
        ]  # fmt: skip
        total = sum((Decimal(f.value) for f in later), Decimal(0))
        if len(later) >= 2 and total > first.value:
            seen.add(start)
            yield contradiction(
                "states",
                (first, *later),
                verdict=GAP,
                approved=plain(first.value),
                later=plain(int(total)),
            )


def _results(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """Rules and standards named one by one against a total of results."""
    for whole in counts:
        if not _TOTAL_RESULTS.search(text[max(0, whole.start - 8) : whole.start]):
            continue
        parts = [
            f for f in counts
            if f.region == whole.region and f is not whole and f.unit in ("项", "部", "条", "个")
            and _RESULTS.search(text[max(0, f.start - 6) : f.start])
        ]  # fmt: skip
        total = sum((Decimal(f.value) for f in parts), Decimal(0))
        if len(parts) >= 2 and total * 2 < whole.value:
            yield contradiction(
                "results",
                (*parts, whole),
                verdict=GAP,
                sum=plain(int(total)),
                whole=plain(whole.value),
            )


_SECTOR = re.compile(
    r"领域|行业|煤矿|矿山|道路|交通|建筑|施工|消防|化工|危化|燃气|工贸|电力|特种设备"
)


def _sectors(counts: list[Figure], text: str) -> Iterator[Contradiction]:
    """Hazards of single sectors against all hazards: far less, so only examples."""
    hazards = [
        f for f in counts
        if f.unit in ("处", "项", "条", "个") and "隐患" in text[max(0, f.start - 8) : f.end]
    ]  # fmt: skip
    whole = max(hazards, key=lambda f: f.value, default=None)
    if whole is None:
        return
    home = _paragraph(text, whole.start)
    parts = [
        f for f in hazards
        if f.region == whole.region and _paragraph(text, f.start) != home and f.value * 5 < whole.value
        and _SECTOR.search(text[sentence_of(text, f.start)[0] : f.start])
    ]  # fmt: skip
    total = sum((Decimal(f.value) for f in parts), Decimal(0))
    if len(parts) >= 3 and total * 2 < whole.value:
        yield contradiction(
            "sectors", (whole, *parts), verdict=GAP, sum=plain(int(total)), whole=plain(whole.value)
        )
