"""What is stated of an area as a whole: exactly these days, or missing."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.calendar import periods
from anlan.kernel.facts import stated

FIRST = date(2025, 1, 1)
YEAR = periods.year(FIRST)


def days(low: int, high: int) -> tuple[date, date]:
    return FIRST + timedelta(days=low), FIRST + timedelta(days=high)


spans = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).map(lambda p: days(min(p), max(p))),
    st.integers(1, 9), max_size=6,
)  # fmt: skip


def tilings(found: stated.Spans, low: date, high: date) -> list[int]:
    """By brute force: the sums of every choice of spans that covers the days once each."""
    wanted = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    sums = []
    for many in range(1, len(found) + 1):
        for chosen in combinations(found, many):
            covered = sorted(start + timedelta(days=n) for start, end in chosen
                             for n in range((end - start).days + 1))  # fmt: skip
            if covered == wanted:
                sums.append(sum(found[span] for span in chosen))
    return sums


@given(spans, st.integers(0, 7), st.integers(0, 7))
def test_a_period_has_what_was_stated_for_exactly_its_days_or_nothing(
    found: stated.Spans, one: int, other: int
) -> None:
    low, high = days(min(one, other), max(one, other))
    value = stated.of_period(found, periods.span(low, high))
    ways = tilings(found, low, high)
    assert (value is None) is (not ways)
    assert value is None or value in ways
    if (low, high) in found:
        # A year's own figure before that of its quarters.
        assert value == found[low, high]


def test_four_quarters_are_a_year_and_three_are_none() -> None:
    quarters = [periods.quarter(date(2025, month, 1)) for month in (1, 4, 7, 10)]
    found = {(each.start, each.end): n for n, each in enumerate(quarters, 1)}
    assert stated.of_period(found, YEAR) == 10
    assert stated.of_period(dict(list(found.items())[:3]), YEAR) is None
    assert stated.of_period({}, YEAR) is None
    assert stated.of_period({(YEAR.start, YEAR.end): 11, **found}, YEAR) == 11
