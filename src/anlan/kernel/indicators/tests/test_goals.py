"""Limits, their pace, and what campaigns and accident statistics both say of a goal."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.calendar import periods
from anlan.kernel.indicators import goals
from anlan.kernel.indicators.goals import Kind, Standing

YEAR = periods.year(date(2026, 1, 1))
counts = st.integers(0, 5_000)
days = st.integers(0, YEAR.day_count - 1).map(lambda n: YEAR.start + timedelta(days=n))


@given(counts, counts, days)
def test_the_day_it_breaks_is_the_first_at_which_the_pace_passes_the_limit(
    limit: int, used: int, today: date
) -> None:
    room = goals.pace(limit, used, YEAR, today)
    passed = (today - YEAR.start).days + 1
    first = next(
        (YEAR.start + timedelta(days=n - 1) for n in range(1, YEAR.day_count + 1)
         if Fraction(used * n, passed) > limit),
        None,
    )  # fmt: skip
    assert (room.left, room.limit, room.used) == (limit - used, limit, used)
    if used > limit:
        assert (room.standing, room.breaks_on) == (Standing.BROKEN, None)
        return
    assert room.breaks_on == first
    assert room.standing == (Standing.AT_RISK if first else Standing.WITHIN)
    assert first is None or first > today
    # What is expected says the same as the day does.
    assert room.expected is not None
    assert (room.expected > limit) == (first is not None)


@given(counts, counts)
def test_when_the_days_are_over_a_limit_was_kept_or_broken_and_nothing_is_expected_to_change(
    limit: int, used: int
) -> None:
    room = goals.pace(limit, used, YEAR, date(2027, 3, 1))
    assert room.standing == (Standing.KEPT if used <= limit else Standing.BROKEN)
    assert (room.expected, room.breaks_on) == (used, None)


@given(counts, st.integers(0, 1_000).map(lambda n: Decimal(n) / 10))
def test_a_limit_is_the_greatest_count_that_still_is_so_many_per_cent_below_the_base(
    base: int, aim: Decimal
) -> None:
    limit = goals.limit_of(Kind.CHANGE, aim=aim, base=base)
    assert (limit is None) is (base == 0)
    if limit is None:
        return
    keeps = [n for n in (limit - 1, limit, limit + 1) if n * 100 <= base * (100 - Fraction(aim))]
    assert keeps == [limit - 1, limit]
    if limit >= 0:
        change = 100 * Fraction(limit - base, base)
        assert goals.reached(Kind.CHANGE, down=True, aim=Fraction(aim), value=limit, change=change,
                             whole=True)  # fmt: skip


def test_what_is_not_known_gives_no_limit_and_none_is_no_nought() -> None:
    assert goals.limit_of(Kind.CHANGE, aim=Decimal(10)) is None
    assert goals.limit_of(Kind.TREND) is None
    assert goals.limit_of(Kind.TREND, before=8) == 7
    assert goals.limit_of(Kind.TREND, before=0) == 0
    assert goals.limit_of(Kind.CURB) == 0
    assert goals.pace(None, 3, YEAR, date(2026, 2, 1)).standing is Standing.NO_LIMIT
    assert goals.pace(3, None, YEAR, date(2026, 2, 1)).standing is Standing.UNKNOWN
    assert goals.pace(3, 0, YEAR, date(2025, 12, 31)).standing is Standing.NOT_BEGUN


def test_curbing_breaks_at_the_first_and_a_falling_series_at_the_first_rise() -> None:
    assert goals.pace(0, 0, YEAR, date(2026, 6, 1)).standing is Standing.WITHIN
    assert goals.pace(0, 1, YEAR, date(2026, 6, 1)).standing is Standing.BROKEN
    assert goals.falling([(3, 4), (2, 3)]) is True
    assert goals.falling([(3, 3), (2, None)]) is False
    assert goals.falling([(2, 3), (1, None)]) is None
    assert goals.falling([]) is goals.falling([(0, 0)]) is None


def test_ten_per_cent_below_2019() -> None:
    """000: 到2022年全省事故起数和死亡人数较2019年再下降10%."""
    limit = goals.limit_of(Kind.CHANGE, aim=Decimal(10), base=1_207)
    room = goals.pace(limit, 800, YEAR, date(2026, 7, 2))
    assert (limit, room.left, room.percent, room.days_percent) == (
        1_086, 286, Decimal("73.7"), Decimal("50.1")
    )  # fmt: skip
    assert room.breaks_on == date(2026, 9, 6)
