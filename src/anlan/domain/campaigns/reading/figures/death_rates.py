"""Rates of deaths, whose unit is seldom written: 煤矿百万吨死亡率0.031, 低于控制指标0.27."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import indicators, numbers, units
from .model import Find

#: Of how much or how many → the unit.
_OF = tuple(
    (re.compile(rf"{of}[^,。;、]{{0,14}}死亡(?:率|人数)"), unit) for of, unit in units.DEATHS_PER
)
#: How far before its number a rate says of what it is.
_NEAR = 24
_RATE = re.compile(
    r"死亡(?:率|人数)(?:[由从]\d+\.\d+)?(?:为|是|达到?|[下降至到]{1,3})?(?P<n>\d{1,3}\.\d{1,4}|(?<=率)0|(?<=率为)0)人?(?![\d.%‰人个万])"
)
#: What a rate is held against beside it.
_LIMIT = re.compile(
    r",(?P<words>(?:低于|高于|超过|优于|控制在)?[^,。;\d]{0,10}(?:指标|目标|平均水平|平均值|均值))(?:值|为|的)?(?P<n>\d{1,3}\.\d{1,4})(?![\d%‰人个万])"
)
#: 万车死亡率为5.1,同比减少1.1: how far it moved.
_STEP = re.compile(
    r",(?:同比|比上年|较上年|比去年)(?P<way>减少|下降|降低|上升|增加|提高)了?(?P<n>\d{1,3}\.\d{1,4})(?![\d%‰人个万])"
)


def finds(text: str, start: int, end: int) -> Iterator[Find]:
    """Every rate of deaths between these places, and the limits beside it."""
    for hit in _RATE.finditer(text, start, end):
        begin = max(start, hit.start() - _NEAR)
        unit = next(
            (unit for shape, unit in _OF
             if any(m.end() > hit.start() for m in shape.finditer(text, begin, hit.start("n")))), "")  # fmt: skip
        if not unit:
            continue
        what = indicators.before(text, hit.start("n"), start)
        yield _find(hit, unit, what)
        if limit := _LIMIT.match(text, hit.end(), end):
            yield _find(limit, unit, f"{what}{limit['words']}")
        if step := _STEP.match(text, hit.end(), end):
            moved = _find(step, unit, f"{what}同比变化")
            moved.start, moved.kind = step.start("way"), "change"
            moved.direction = "down" if step["way"] in indicators.DOWN else "up"
            yield moved


def _find(hit: re.Match[str], unit: str, indicator: str) -> Find:
    span = hit.span("n")
    return Find(*span, numbers.arabic(hit["n"]), unit, "rate", number=span, indicator=indicator)
