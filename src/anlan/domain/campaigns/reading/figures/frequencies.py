"""How often: 每季度至少一次, 每年年初年底, 日调度, 每半年一次, 24小时值守."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import numbers
from .model import Find, Value, in_words

FREQUENCY = re.compile(
    r"(?:(?P<least>至少|不少于|原则上)?每(?P<n>\d{1,3}|半|[一两二三四五六七八九十]{1,2})?(?:个)?(?P<u>日|天|周|旬|月|季度|季|年|工作日)(?P<gap>[^,。;!\n每]{0,22}))"
)
HALF_YEAR = re.compile(
    r"(?P<least>至少)?(?:每)?(?P<u>半年|一年|每年)(?P<mid>[^,。;!\n]{2,22}?)一次"
)
ROUTINE = re.compile(
    r"(?<=[、,。“行持立])(?P<u>日|周|旬|月|季)(?:统计|调度|通报|研判|会商|例会|排名|评比|晾晒)"
)
AROUND = re.compile(
    r"(?P<n>24|二十四)小时(?=[^前内以之后]|$)(?!(?:书面)?(?:通知|告知|报告|报|向|公告|后|为|的期))"
)
PERIODS = {"日": ("日", 1), "天": ("日", 1), "周": ("周", 1), "旬": ("旬", 1), "月": ("月", 1),
           "季度": ("年", 4), "季": ("年", 4), "年": ("年", 1), "工作日": ("日", 1)}  # fmt: skip
ACTS = re.compile(
    r"召开|研判|调度|通报|开展|进行|检查|巡查|排查|报送|分析|会商|例会|交底|利用|形成|听取|组织|演练|培训|评估|公布|更新|一次|\d次"
)
_ONE_TIME = r"年初|年中|年底|年末|春季|夏季|秋季|冬季|[一二三四]季度|\d{1,2}月"
#: 每年春季和秋季检查: so many times as are named.
NAMED_TIMES = re.compile(
    rf"每年(?P<w>(?:{_ONE_TIME})(?:[、和及](?:{_ONE_TIME}))+)(?P<t>[^。;!\n]{{0,20}})"
)
_TIMES = re.compile(r"(?:至少|不少于|不低于)?(?P<c>\d{1,3}|[一两二三四五六七八九十])[次轮]")
_LEAST = re.compile(r"至少|不少于|不低于")


def finds(text: str, start: int, end: int) -> list[Find]:
    """Every frequency of this line."""
    found = [
        *_every(text, start, end),
        *_named_times(text, start, end),
        *_routines(text, start, end),
    ]
    for hit in HALF_YEAR.finditer(text, start, end):
        before = text[hit.start() - 1 : hit.start()]
        if before == "每" or any(f.start <= hit.start() < f.end for f in found):
            continue
        half = hit["u"] == "半年"
        found.append(in_words(hit.span(), 6 if half else 1, "个月/次" if half else "次/年", "frequency",
                              bound="<=" if hit["least"] else "", indicator=hit["mid"] + "周期"))  # fmt: skip
    for hit in AROUND.finditer(text, start, end):
        name = text[hit.end() : hit.end() + 10] + "时长"
        found.append(in_words(hit.span(), 24, "小时/日", "frequency", indicator=name))
    return found


def _every(text: str, start: int, end: int) -> Iterator[Find]:
    """每季度召开2次, 每两年开展一次."""
    for hit in FREQUENCY.finditer(text, start, end):
        gap = hit["gap"]
        rest = re.split(r"[,。;!\n]", text[hit.end("u") : hit.end("u") + 40])[0]
        counted = re.search(r"\d+(?:[—-]\d+)?(?!\d*[次日号])[^\d次—-]", gap)
        if not ACTS.search(rest) or counted or re.search(r"元|公顷|吨", gap):
            continue
        count = _TIMES.search(gap)
        stop = hit.start("gap") + (count.end() if count else min(len(gap), 14))
        least = hit["least"] or _LEAST.search(gap[: count.end() if count else 0])
        value, unit = _how_often(hit, count)
        name = re.sub(r"[\d一两二三四]+[次轮]$", "", gap) + "频率"
        yield in_words(
            (hit.start(), stop),
            value,
            unit,
            "frequency",
            bound=">=" if least else "",
            indicator=name,
        )


def _how_often(hit: re.Match[str], count: re.Match[str] | None) -> tuple[Value, str]:
    """每季度2次 is 8 a year; 每两年 and 每半年 are so long from one to the next."""
    unit, per = PERIODS[hit["u"]]
    every = hit["n"]
    if every and every != "一":
        if every == "半":
            return 6, "个月/次"
        unit = {"年": "年", "季度": "季度", "月": "个月", "天": "天"}.get(hit["u"], unit)
        return numbers.either(every), f"{unit}/次"
    times = numbers.either(count["c"]) if count else 1
    return times * per, f"次/{unit}"


def _named_times(text: str, start: int, end: int) -> Iterator[Find]:
    for hit in NAMED_TIMES.finditer(text[start:end]):
        span = (start + hit.start(), start + hit.start("t"))
        name = hit["t"].strip(",") + "频率"
        yield in_words(
            span, len(re.split(r"[、和及]", hit["w"])), "次/年", "frequency", indicator=name
        )


def _routines(text: str, start: int, end: int) -> Iterator[Find]:
    """日调度、周通报."""
    for hit in ROUTINE.finditer(text, start, end):
        unit, times = PERIODS[hit["u"]]
        yield in_words(hit.span(), times, f"次/{unit}", "frequency", indicator=hit[0] + "频率")
