"""Figures that real papers state or imply, and the laws of the arithmetic behind them.

tests/data/checks.csv carries the checks K001 to K080: sums, rates, back-calculation, time. A paper
printed K028 (101 of 160) as 63.12; it is 63.125, which rounds half up to 63.13.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.calendar import periods
from anlan.kernel.indicators import arithmetic as a

CHECKS = Path(__file__).parent / "data" / "checks.csv"
counts = st.integers(0, 10**9)
some = st.integers(1, 10**9)


def read() -> list[dict[str, str]]:
    with CHECKS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _range(found: a.Integers) -> list[int]:
    return [found.first, found.last]


def _printed_percent(part: int, whole: int, unit: int) -> list[Decimal | None]:
    rate = a.as_printed(part, unit) / a.as_printed(whole, unit)
    return list((a.known(100) * rate).to(2))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "total": a.total,
    "percent": a.percent,
    "ratio": a.ratio,
    "is_below": lambda one, other: Decimal(one) < Decimal(other),
    "wholes_of": lambda part, rate: _range(a.wholes_of(part, Decimal(rate))),
    "nearest_whole": lambda part, rate: int(a.rounded(100 * part / Fraction(rate), 0)),
    "part": lambda whole, rate: int(a.rounded(whole * Fraction(rate) / 100, 0)),
    "least_part": lambda whole, rate: (
        a.at_least(whole) * a.rate_as_printed(Decimal(rate))
    ).integers()[0],
    "least_rest": lambda whole, rate: (
        a.at_least(whole) * (a.known(1) - a.rate_as_printed(Decimal(rate)))
    ).integers()[0],
    "greatest_percent": lambda part, least, digits: (a.known(100 * part) / a.at_least(least)).to(
        digits
    )[1],
    "percent_of_printed": _printed_percent,
    "sum_of_percents": lambda parts, whole: sum(a.percent(part, whole) for part in parts),
    "bases_of": lambda now, rate: _range(a.bases_of(now, Decimal(rate))),
    "base": lambda now, rate: a.rounded(now / (1 + Fraction(rate) / 100), 1),
    "compound": lambda rates: a.compound(map(Decimal, rates)),
    "factor": lambda rates: a.rounded(a.compound_factor(map(Decimal, rates)), 4),
    "fall_pairs": lambda rate, most: [list(pair) for pair in a.fall_pairs(Decimal(rate), most)],
    "month_count": lambda start, end: periods.month_count(_day(start), _day(end)),
    "months_before": lambda day, months: periods.months_before(_day(day), months).code,
    "days": lambda start, end: periods.span(_day(start), _day(end)).day_count,
    "years": lambda start, end: len(
        list(periods.span(_day(start), _day(end)).split(periods.Kind.YEAR))
    ),
    "times_needed": a.times_needed,
    "product": lambda one, other: one * other,
}


def test_every_check_of_the_first_five_sections_is_carried_over():
    assert {row["id"] for row in read()} == {f"K{n:03d}" for n in range(1, 81)}
    assert {row["function"] for row in read()} == set(FUNCTIONS)


@pytest.mark.parametrize(
    "row", read(), ids=lambda row: f"{row['id']}-{row['function']}-{row['arguments']}"
)
def test_checks(row):
    got = FUNCTIONS[row["function"]](*json.loads(row["arguments"]))
    expected = json.loads(row["expected"])
    assert json.loads(json.dumps(got, default=str)) == expected, row["what"]


# Nothing, zero and missing


def test_a_value_over_nothing_is_none_zero_is_zero_missing_is_missing():
    assert a.percent(5, 0) is None
    assert a.percent(0, 5) == Decimal("0.00")
    assert a.percent(None, 5) is None
    assert a.percent(5, None) is None
    assert a.ratio(0, 0) is None
    assert a.change(5, 0) is None
    assert a.change(0, 5) == -100
    assert a.change(None, 5) is None
    assert a.total([1, None]) is None
    assert a.total([]) == 0
    assert a.mean([]) is None
    assert a.mean([1, None]) is None
    assert a.change_on_mean(80, [100, 110, 90]) == Decimal("-20.0")
    assert a.change_on_mean(80, [100, None, 90]) is None


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (Fraction(63125, 1000), 2, "63.13"),
        (Fraction(-63125, 1000), 2, "-63.13"),
        (Decimal("0.05"), 1, "0.1"),
        (Decimal("0.049"), 1, "0.0"),
        (Fraction(1, 3), 4, "0.3333"),
        (10**30, 2, "1" + "0" * 30 + ".00"),
        (5, 0, "5"),
    ],
)
def test_rounding_is_half_up(value, digits, printed):
    assert str(a.rounded(value, digits)) == printed


# Laws


@given(
    st.integers(-(10**40), 10**40), st.integers(-(10**40), 10**40).filter(bool), st.integers(0, 9)
)
def test_integers_are_divided_as_exactly_as_fractions(over, under, digits):
    assert a.ratio(over, under, digits) == a.rounded(Fraction(over, under), digits)
    assert a.percent(over, under, digits) == a.rounded(Fraction(100 * over, under), digits)
    now, before = over, under
    exact = 100 * Fraction(now - before) / abs(before)
    assert a.change(now, before, digits) == a.rounded(exact, digits)


@given(st.lists(st.integers(-(10**6), 10**6) | st.none(), max_size=12))
def test_what_lies_with_the_others_never_stands_out_and_shifting_changes_nothing(values):
    scores = a.modified_z(values)
    known = [value for value in values if value is not None]
    assert [score is None for score in scores] == [
        value is None or len(set(known)) < 2 for value in values
    ]
    shifted = a.modified_z([None if value is None else 3 * value + 7 for value in values])
    assert shifted == scores
    pairs = sorted((value, score) for value, score in zip(values, scores, strict=True)
                   if score is not None)  # fmt: skip
    assert [score for _value, score in pairs] == sorted(score for _value, score in pairs)


def test_one_wild_value_stands_out_and_does_not_hide_itself():
    scores = a.modified_z([10, 11, 9, 10, 12, 60])
    assert [abs(score) >= Decimal("3.5") for score in scores] == [False] * 5 + [True]
    # More than half alike: the mean distance stands for the median's nought.
    scores = a.modified_z([5, 5, 5, 5, 5, 9])
    assert scores[0] == 0
    assert scores[-1] > Decimal("3.5")
    assert a.median([1, 2, 10]) == 2
    assert a.median([1, 2, 3, 10]) == Fraction(5, 2)


@given(counts, some)
def test_a_part_never_passes_its_whole(part, more):
    whole = part + more
    assert 0 <= a.percent(part, whole) <= 100


@given(st.lists(counts, min_size=1, max_size=8))
def test_shares_add_up_to_a_hundred_but_for_rounding(parts):
    whole = sum(parts)
    if whole:
        spread = abs(sum(a.percent(part, whole) for part in parts) - 100)
        assert spread <= Decimal("0.005") * len(parts)


@given(st.integers(1, 10**7), st.integers(1, 10**7), st.integers(0, 2))
def test_a_base_is_found_again_from_its_printed_change(now, base, digits):
    printed = a.change(now, base, digits)
    if printed > -100:
        found = a.bases_of(now, printed)
        assert base in found
        for edge in (found.first, found.last):
            assert a.change(now, edge, digits) == printed
        for outside in (found.first - 1, found.last + 1):
            assert outside < 1 or a.change(now, outside, digits) != printed


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 2))
def test_wholes_and_parts_are_found_again_from_a_printed_rate(part, more, digits):
    whole = part + more
    rate = a.percent(part, whole, digits)
    if rate > 0:
        assert whole in a.wholes_of(part, rate)
    assert part in a.parts_of(whole, rate) or rate == 0


def test_no_integer_may_fit_a_printed_rate():
    assert list(a.parts_of(3, Decimal("50.0"))) == []


@given(counts, some, counts, some)
def test_an_interval_holds_what_its_numbers_give(low, width, other, breadth):
    one = a.Interval.of(low, low + width)
    two = a.Interval.of(other + 1, other + 1 + breadth)
    for x in (low, low + width):
        for y in (other + 1, other + 1 + breadth):
            assert x + y in one + two
            assert x - y in one - two
            assert x * y in one * two
            assert Fraction(x, y) in one / two


def test_what_is_not_known_stays_open():
    rate = a.known(101) / a.at_least(160)
    assert rate.to(4) == (Decimal("0.0000"), Decimal("0.6313"))
    assert (a.at_least(5) + a.known(3)).to(0) == (Decimal(8), None)
    assert (a.known(5) - a.at_least(3)).to(0) == (None, Decimal(2))
    assert a.at_most(70).integers() == (0, 70)


@given(st.lists(st.sampled_from([True, False, None]), max_size=60))
def test_a_streak_is_the_longest_tail_that_holds(holds):
    length = a.streak(holds)
    assert all(entry is True for entry in holds[len(holds) - length :])
    assert length == len(holds) or holds[-length - 1] is not True


def test_forty_nine_months_of_double_fall_need_sixty_one_months_of_data():
    accidents = [1000 - n for n in range(61)]
    deaths = [900 - 2 * n for n in range(61)]
    assert a.double_fall_streak(accidents, deaths) == 49
    assert a.double_fall_streak(accidents[1:], deaths[1:]) == 48
    # A month that only repeats last year's is no fall, and ends the row for both.
    deaths[60] = deaths[48]
    assert a.double_fall_streak(accidents, deaths) == 0
    deaths[60] = deaths[48] - 1
    accidents[50] = None
    assert a.double_fall_streak(accidents, deaths) == 10
