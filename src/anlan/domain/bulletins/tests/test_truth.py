"""Whatever the figures are, the rules say nothing that they don't hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

AT = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
NAMES = [f"{letter}县" for letter in "ABCDEFGH"]
SECTORS = [f"{letter}业" for letter in "PQRS"]
#: Boards of random figures, small ones so that equals are common.
BOARDS = 250


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def row(chance: Random, name: str, pk: int, sector: str = "", total: Any = None) -> Any:
    """One area with its figures, and with those of the period before and of a year ago."""
    from anlan.domain.bulletins import board
    from anlan.kernel.calendar import periods
    from anlan.kernel.indicators import arithmetic
    from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO, Comparison, Value
    from anlan.kernel.indicators.declare import indicator
    from anlan.kernel.regions.models import Region

    numbers = total or {
        code: chance.choice((None, 0, 1, 2, 3, 6, 12)) if code == board.FOUND
        else chance.randrange(4) for code in board.HAZARDS
    }  # fmt: skip
    found = numbers[board.FOUND]
    done = min(numbers[board.RECTIFIED], found or 0)
    numbers = {**numbers, board.RATE: arithmetic.percent(done, found, 1)}
    month = periods.month(AT.date())
    values = {}
    for code, now in numbers.items():
        compared = {}
        for name_of in (PREVIOUS, YEAR_AGO):
            then = chance.choice((None, 0, 1, 3, 20))
            points = None if now is None or then is None else now - then
            compared[name_of] = Comparison(
                name_of, month, now, then, arithmetic.change(now, then), points
            )
        values[code] = Value(indicator(code), pk, month, {}, now, compared=compared)
    return board.Row(name, values, Region(pk=pk, name=name, code=f"{pk}", path=f"1.{pk}."), sector)


def made(seed: int) -> Any:
    from anlan.domain.bulletins import board, comparing
    from anlan.domain.bulletins.scope import Scope
    from anlan.kernel.calendar import periods
    from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO
    from anlan.kernel.regions.models import Region

    chance = Random(seed)
    areas = [row(chance, name, n) for n, name in enumerate(NAMES[: chance.randrange(1, 9)], 2)]
    # The city itself counts as well as its counties.
    total = {code: chance.randrange(3) + sum(int(each.number(code) or 0) for each in areas)
             for code in board.HAZARDS}  # fmt: skip
    sectors = [row(chance, name, 1, name) for name in SECTORS[: chance.randrange(5)]]
    month = periods.month(AT.date())
    flows = {(board.FOUND, each): chance.random() < 0.7 for each in (PREVIOUS, YEAR_AGO)}
    months = [
        (month, row(chance, f"{n}月", 1,
                    total={**total, board.OVERDUE: n * chance.randrange(3) + chance.randrange(2)}))
        for n in range(chance.randrange(1, 6))
    ]  # fmt: skip
    return board.Board(
        Scope(Region(pk=1, name="全市", path="1."), month, AT, accidents=False),
        row(chance, "全市", 1, total=total), areas, months, sectors,
        comparing.Records(flows, {board.FOUND: True}),
    )  # fmt: skip


def test_every_sentence_of_the_rules_holds_for_whatever_figures() -> None:
    from anlan.domain.bulletins import opening, wording

    said: dict[str, int] = {}
    for seed in range(BOARDS):
        b = made(seed)
        for one in (*opening.opening(b), *wording.problems(b)):
            CHECKS[one.rule](b, one.words)
            said[one.rule] = said.get(one.rule, 0) + 1
    # A rule that never spoke was never held against anything.
    assert {rule for rule, n in said.items() if n >= 10} >= set(CHECKS) - {"none"}, said


def named(rows: Any, words: str) -> tuple[list[Any], list[Any]]:
    inside = [each for each in rows if each.name in words]
    return inside, [each for each in rows if each not in inside]


def _ahead(rows: Any, words: str, key: Any, superlative: bool) -> None:
    """Whoever isn't named is behind everybody who is; without a superlative nobody is left out."""
    inside, outside = named(rows, words)
    assert inside, words
    others = [each for each in outside if key(each) is not None]
    if superlative:
        assert others, f"{words}: nobody was left out"
        assert max(map(key, others)) < min(map(key, inside)), words
    elif tail := re.search(r"等(\d+)个地区", words):
        assert int(tail[1]) == len(rows), words
        assert len({key(each) for each in rows}) == 1, words
    else:
        assert not others, words


def _rise(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    risen = [each for each in b.areas if (each.rise(board.OVERDUE) or 0) > 0]
    _ahead(risen, words, lambda each: each.rise(board.OVERDUE), "较多" in words)
    for each in named(risen, words)[0]:
        assert f"{each.name}（增加{each.rise(board.OVERDUE)}处" in words


def _rate(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    rate = b.whole.number(board.RATE)
    below = [each for each in b.ranked if each.number(board.RATE) < rate]
    if "不足5处" in words:
        below = [each for each in below if each.number(board.FOUND) >= 5]
    else:
        assert all(each.number(board.FOUND) >= 5 for each in below), f"{words}: some are silent"
    _ahead(below, words, lambda each: -each.number(board.RATE), "最低" in words)


def _sector(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    late = [each for each in b.by_sector if each.number(board.OVERDUE)]
    inside, outside = named(late, words)
    least = min(each.number(board.OVERDUE) for each in inside)
    assert all(each.number(board.OVERDUE) < least for each in outside), words
    if "均在" in words:
        counted = sum(each.number(board.OVERDUE) for each in inside)
        assert counted == b.whole.number(board.OVERDUE), words


def _major(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    there = [each for each in b.areas if each.number(board.MAJOR_OPEN)]
    inside, outside = named(there, words)
    assert f"{b.whole.number(board.MAJOR_OPEN)}处" in words
    if "分布在" in words or (inside and "较多" not in words):
        counted = sum(each.number(board.MAJOR_OPEN) for each in inside)
        assert counted == b.whole.number(board.MAJOR_OPEN), words
    if inside:
        least = min(each.number(board.MAJOR_OPEN) for each in inside)
        assert all(each.number(board.MAJOR_OPEN) < least for each in outside), words


def _streak(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    n = int(re.search(r"连续(\d+)个月", words)[1])  # type: ignore[index]
    last = [each.number(board.OVERDUE) for _month, each in b.months][-1 - n :]
    assert all(now > before for before, now in pairwise(last)), words
    assert f"{last[0]}" in words
    assert f"{last[-1]}" in words


def _quiet(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    silent = [each for each in b.areas if not each.number(board.FOUND)]
    inside, _outside = named(b.areas, words)
    assert all(each in silent for each in inside), words
    tail = re.search(r"等(\d+)个地区", words)
    assert (int(tail[1]) if tail else len(inside)) == len(silent), words


def _flows(b: Any, words: str) -> None:
    """Up where it is more, down where it is less, and nothing where nothing was recorded then."""
    from anlan.domain.bulletins import board
    from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO

    value = b.whole[board.FOUND]
    for label, compare in (("同比", YEAR_AGO), ("环比|较上月同期", PREVIOUS)):
        other = value.compared[compare]
        told = re.search(rf"(?:{label})(上升|增加|下降|减少|持平)", words)
        if not b.records.flows[board.FOUND, compare]:
            assert not told, words
        elif told and other.points is not None:
            up = {"上升": 1, "增加": 1, "下降": -1, "减少": -1, "持平": 0}[told[1]]
            sign = Decimal(other.points).compare(0)
            assert up == sign, f"{words}: {other}"


def _anything(_b: Any, _words: str) -> None:
    """Its numbers are its figures; it claims nothing beside them."""


def _rebounds(b: Any, words: str) -> None:
    from anlan.domain.bulletins import board

    assert f"{b.whole.number(board.REBOUNDS)}处" in words


CHECKS: dict[str, Any] = {
    "overdue_rise": _rise, "lowest_rate": _rate, "sector": _sector, "major_open": _major,
    "streak": _streak, "not_known": _quiet, "found": _flows, "rebounds": _rebounds,
    "open": _anything, "none": _anything,
}  # fmt: skip
