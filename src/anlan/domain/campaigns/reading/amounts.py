"""How a notice writes an amount: 不少于50矿次, 30万吨/年以下, ≥98%, 两次, 六成以上, and what only looks like one.

Each shape has the same groups, so that whoever reads an amount needn't know which one found it:
``n`` the numeral, ``unit``, ``least`` or ``most`` or ``sign`` before it, ``after`` behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anlan.domain.campaigns.reading import words
from anlan.domain.campaigns.reading.figures.numbers import SCALES
from anlan.domain.campaigns.reading.figures.units import DEATHS_PER
from anlan.domain.campaigns.reading.structure import han_number

_HAN_COUNT = "[一二两三四五六七八九十百]{1,4}"
_UNITS = rf"(?:{words.RATE_UNITS}|{words.SIZE_UNITS}|{words.COUNT_UNITS})"
_AFTER = "以上|以下|以内|及以上|及以下"
#: In digits: 不低于50矿次, 1,200只, 2.6万户, 30万吨/年(含)以下, ≥98%.
DIGITS = re.compile(
    rf"(?P<least>{words.AT_LEAST_BEFORE})?(?P<most>{words.AT_MOST_BEFORE})?(?P<sign>[≥≤<>]=?)?(?P<about>约|近)?"
    rf"(?P<n>(?<![\d.〔\[第])\d+(?:,\d{{3}})*(?:\.\d+)?)(?P<big>万|亿|千)?(?P<over>余|多)?(?P<unit>{_UNITS})"
    rf"(?P<rate>/(?:年|月|天|日|人|户|家|小时|秒|次|吨|亩|平方米|立方米))?(?:\(?含\)?)?(?P<after>{_AFTER})?"
)
#: In Chinese numerals: 三个, 每月两次, 二十米以上.
NUMERALS = re.compile(
    rf"(?P<least>{words.AT_LEAST_BEFORE}|开展|组织|举办|进行|完成)?(?<![第一二两三四五六七八九十百每])(?P<n>{_HAN_COUNT})"
    rf"(?P<unit>{words.SIZE_UNITS}|{words.COUNT_UNITS})(?P<after>{_AFTER})?"
)
#: In tenths: 减少六成以上, 九成八.
TENTHS = re.compile(
    rf"(?P<least>{words.AT_LEAST_BEFORE})?(?P<most>{words.AT_MOST_BEFORE})?"
    r"(?<![一二三四五六七八九十第])(?P<n>[一二两三四五六七八九])(?P<unit>成)(?P<rest>[一二三四五六七八九]|半)?"
    rf"(?![不立员效果功为本长都品绩分型年套熟交就对片])(?P<after>{_AFTER})?"
)
SHAPES = (DIGITS, NUMERALS, TENTHS)
#: 死亡率控制在0.012以内.
_BARE_RATE = re.compile(
    rf"(?P<of>{'|'.join(word for word, _ in DEATHS_PER)})[^,。;\d]{{0,16}}?死亡(?:率|人数)(?P<lead>[^,。;\d]{{0,10}})"
    rf"(?P<n>\d{{1,3}}\.\d{{1,4}})(?P<after>{_AFTER})?(?![\d%‰人个万])"
)

#: Behind a number these make it a date, a place in a list, a name or an age, not an amount.
_NO_AMOUNT = re.compile(r"^(?:年|月|日|号|时|周年|世纪|届|条规定|款|期工程|型|路|线|楼|点钟)")
_OFTEN = re.compile(r"至少|最少|不少于|每(?:年|半年|季度?|个?月|周|星期|天|日)")
_REACHED = re.compile(words.REACHING + "$")
#: 由85%提高到95%: what it was, and what it shall become.
_CHANGED_TO = rf"(?:{words.UP}|{words.DOWN}|缩短|压缩|扩大|[减降增升压])(?:到|至|为)"
FROM_VALUE = re.compile(rf"[由从](\d+(?:\.\d+)?[^\d,。;]{{0,4}}?){_CHANGED_TO}")
_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
#: Units of a time limit; hours of a course are an amount all the same.
_TIMES = frozenset(("日", "天", "小时", "月", "年", "分钟"))
_LESSONS = re.compile(r"的?[^,。;\d]{0,4}(?:培训|教育|学习|课程|学时|演练|复训|复修|授课)")


@dataclass(frozen=True, slots=True)
class Rate:
    """A number whose unit only its noun says."""

    match: re.Match[str]
    value: Decimal
    unit: str


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches between signs; what stands in brackets isn't cut."""
    depth, begin = 0, start
    for at in range(start, end):
        char = text[at]
        if char in "(“《":
            depth += 1
        elif char in ")”》":
            depth = max(0, depth - 1)
        elif char in ",;。:\n\t" and depth == 0 and not _THOUSANDS.match(text, at - 1):
            if at > begin:
                yield begin, at
            begin = at + 1
    if end > begin:
        yield begin, end


def written(text: str, start: int, end: int) -> list[re.Match[str]]:
    """Every amount of a piece, in order; what only looks like one is left out."""
    found: list[re.Match[str]] = []
    for shape in SHAPES:
        for match in shape.finditer(text, start, end):
            free = all(match.end() <= m.start() or m.end() <= match.start() for m in found)
            if free and _is_amount(text, match, start):
                found.append(match)
    return sorted(found, key=lambda match: match.start())


def bare_rates(text: str, start: int, end: int) -> Iterator[Rate]:
    """亿元地区生产总值死亡率控制在0.012以内."""
    for match in _BARE_RATE.finditer(text, start, end):
        yield Rate(match, Decimal(match["n"]), dict(DEATHS_PER)[match["of"]])


def value(match: re.Match[str]) -> tuple[Decimal, str]:
    """How much, and of which unit: 2.6万户 is 26,000 户, 六成 is 60 %."""
    said = match.groupdict()
    raw, unit = said["n"].replace(",", ""), said["unit"]
    number = Decimal(raw) if raw[0].isdigit() else Decimal(han_number(raw))
    if unit == "成":
        rest = said.get("rest")
        number = number * 10 + (0 if not rest else 5 if rest == "半" else han_number(rest))
        return number, "%"
    if unit[0] in "万亿":
        number, unit = number * SCALES[unit[0]], unit[1:]
    number *= SCALES[said.get("big") or ""]
    if number == number.to_integral_value():
        number = number.to_integral_value()
    unit = unit.replace("(", "").replace(")", "") + (said.get("rate") or "")
    return number, unit


def _is_amount(text: str, match: re.Match[str], start: int) -> bool:
    """Every rule says of one class of words why it is none."""
    return not (
        _is_speech(text, match, start)
        or _is_named(text, match)
        or _is_time(text, match)
        or _is_told(text, match, start)
        or _NO_AMOUNT.match(text[match.end("n") : match.end("n") + 4])
    )


def _is_speech(text: str, match: re.Match[str], start: int) -> bool:
    """一项任务, 一批隐患, 检查一遍 are a manner of speech; 每季度至少一次 and 建成三个示范矿井 aren't."""
    often = _OFTEN.search(text, start, match.start())
    once = match["unit"] == "批" or (match["unit"] in ("遍", "轮") and not often)
    if once and match["n"] == "一":
        return True
    if match["n"][0].isdigit() or match["least"] or match["unit"] == "成":
        return False
    if match["after"]:
        return match["unit"] in ("级", "类", "层")
    reached = _REACHED.search(text[max(start, match.start() - 6) : match.start()])
    return not (reached or often)


def _is_named(text: str, match: re.Match[str]) -> bool:
    """《…》, 第5条, 5类桥梁, 1.1级工房, 9个月: a title, a place in a list, a grade, a time."""
    unit, behind = match["unit"], text[match.end("unit") : match.end("unit") + 4]
    before = text[max(0, match.start("n") - 4) : match.start("n")]
    if _in_title(text, match.start("n")) or re.search("(?:依据|按照|根据|对照|等级为?)$", before):
        return True
    # 第5条 is a place; 每100名学生 says of how many.
    if before.endswith("每") or (unit == "条" and before.endswith("第")):
        return True
    if unit in ("级", "类") and not match["after"]:
        return True
    if unit == "分":
        clock = re.search("[时点:]$", before) or re.match("[钟之公局级类别析工管]", behind)
        return clock is not None
    return unit == "个" and behind[:1] in ("月", "工") and not behind.startswith("工程")


def _is_time(text: str, match: re.Match[str]) -> bool:
    """A time limit is a deadline; 日 behind a month is a date; minutes are to be kept below."""
    unit = match["unit"]
    if unit not in _TIMES or (
        match.re is DIGITS and unit == "分钟" and (match["most"] or match["after"])
    ):
        return False
    return not (unit == "小时" and _LESSONS.match(text, match.end()))


def _is_told(text: str, match: re.Match[str], start: int) -> bool:
    """What was, isn't wanted: 检查发现186项问题; 由85%提高到95%, where 85 is the other's baseline."""
    before = text[max(0, start - 1, match.start("n") - 24) : match.start("n")]
    # 检查发现的186项问题: they are to be dealt with; 发现问题整改率低于90%的: a rate is no count.
    of_those = before.endswith("的") or (match["unit"] in ("%", "‰") and "率" in before)
    if not match["least"] and not of_those and words.TOLD.search(before):
        return True
    return FROM_VALUE.match(text, match.start("n") - 1) is not None


def _in_title(text: str, at: int) -> bool:
    opened, closed = text.rfind("《", 0, at), text.rfind("》", 0, at)
    return opened > closed
