"""The laws that every kind of period keeps, and the codes and labels that people meet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Parts, Period, PeriodUnreadable, parse

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
REGULAR = [kind for kind in Kind if kind not in (Kind.SPAN, Kind.CLOSING_MONTH)]


@st.composite
def regular(draw: st.DrawFn) -> Period:
    """A period of a kind that repeats without end."""
    day = draw(days)
    make = draw(
        st.sampled_from(
            [
                *(lambda d, k=kind: periods.of(k, d) for kind in REGULAR),
                lambda d: periods.closing_month(d, draw(st.integers(1, 28))),
                lambda d: periods.fortnight(d, draw(days)),
            ]
        )
    )
    return make(day)


@st.composite
def spans(draw: st.DrawFn) -> Period:
    start = draw(days)
    return periods.span(start, start + timedelta(draw(st.integers(0, 1500))))


anything = regular() | spans()


@given(anything)
def test_a_code_reads_back_as_its_period(period):
    assert parse(period.code) == period


@given(anything)
def test_next_and_previous_undo_each_other_and_leave_no_gap(period):
    assert period.next().previous() == period
    assert period.previous().next() == period
    assert period.next().start == period.end + timedelta(1)
    assert period.previous().end == period.start - timedelta(1)


@given(regular(), st.integers(0, 400))
def test_periods_of_a_kind_partition_the_days(period, offset):
    """Each day of a period makes the same period, and no day outside it does."""
    day = period.start + timedelta(offset % period.day_count)
    assert period._like(day) == period
    assert period._like(period.end + timedelta(1)) != period


@given(anything)
def test_a_year_ago_is_the_same_kind_about_a_year_earlier(period):
    ago = period.year_ago()
    assert ago.kind == period.kind
    assert 350 <= (period.start - ago.start).days <= 380
    if period.kind in (Kind.MONTH, Kind.TEN_DAYS, Kind.QUARTER, Kind.HALF, Kind.CLOSING_MONTH):
        assert ago.code == str(period.end.year - 1) + period.code[4:]


@given(anything)
def test_months_and_days_are_exactly_the_period(period):
    parts = period.months_and_days()
    pieces = [periods.month(first) for first in parts.months]
    pieces += [periods.span(*ends) for ends in parts.days]
    got = [day for piece in pieces for day in piece.days()]
    assert sorted(got) == list(period.days())
    assert len(parts.days) <= 2
    assert not any(
        piece.kind is Kind.SPAN and piece.covers(periods.month(day))
        for piece in pieces
        for day in piece.days()
    )


@given(regular())
def test_the_year_to_date_ends_with_the_period(period):
    total = period.cumulative()
    assert total.end == period.end
    if period.kind not in (Kind.WEEK, Kind.FORTNIGHT):
        assert total.covers(period)


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024H1", "2024-01-01", "2024-06-30"),
        ("2024H2", "2024-07-01", "2024-12-31"),
        ("2024Q2", "2024-04-01", "2024-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-06X1", "2024-06-01", "2024-06-10"),
        ("2023-02X3", "2023-02-21", "2023-02-28"),
        ("2024-05X3", "2024-05-21", "2024-05-31"),
        ("2024-W23", "2024-06-03", "2024-06-09"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2025-W01", "2024-12-30", "2025-01-05"),
        ("2024-F01", "2024-01-01", "2024-01-14"),
        ("2024-F12", "2024-06-03", "2024-06-16"),
        ("2024-F01@2024-01-08", "2024-01-08", "2024-01-21"),
        ("2024-06@25", "2024-05-26", "2024-06-25"),
        ("2024-01@25", "2023-12-26", "2024-01-25"),
        ("2024-06-25", "2024-06-25", "2024-06-25"),
        ("2024-06-01..2024-08-10", "2024-06-01", "2024-08-10"),
    ],
)
def test_codes(code, start, end):
    period = parse(code)
    assert (str(period.start), str(period.end)) == (start, end)
    assert period.code == code


@pytest.mark.parametrize(
    "text",
    [
        "", "24", "2024-13", "2024-00", "2024Q5", "2024H3", "2024-06X4", "2024-06X0", "2023-W53",
        "2024-W00", "2024-F00", "2024-F28", "2024-06@29", "2024-06@00", "2024-02-30", "1899",
        "2200", "2024-06-30..2024-06-01", "2024-06 ", "２０２４", "2024-6", "2024-06-01..",
        "0001-01-01..2024-01-01", "2024\n",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_a_sentence(text):
    with pytest.raises(PeriodUnreadable) as refusal:
        parse(text)
    assert "2024H1" in str(refusal.value)


def test_an_anchor_that_starts_the_same_fortnights_gives_the_same_code():
    june = date(2024, 6, 5)
    assert periods.fortnight(june, date(2027, 11, 1)).code == "2024-F12"  # 100 fortnights later.
    before, after = date(2023, 12, 27), date(2024, 1, 10)
    assert periods.fortnight(june, before) == periods.fortnight(june, after)


@pytest.mark.parametrize(
    ("code", "previous", "year_ago"),
    [
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("2024-06", "2024-05", "2023-06"),
        ("2024-01X1", "2023-12X3", "2023-01X1"),
        ("2020-W53", "2020-W52", "2019-W52"),
        ("2024-F01", "2023-F26", "2023-F01"),
        ("2024Q1", "2023Q4", "2023Q1"),
        ("2024H1", "2023H2", "2023H1"),
        ("2024-01@25", "2023-12@25", "2023-01@25"),
        ("2024-01-01..2024-02-29", "2023-11-02..2023-12-31", "2023-01-01..2023-02-28"),
        ("2025-01-01..2025-02-28", "2024-11-03..2024-12-31", "2024-01-01..2024-02-29"),
        ("2024", "2023", "2023"),
    ],
)
def test_before_and_a_year_ago(code, previous, year_ago):
    assert parse(code).previous().code == previous
    assert parse(code).year_ago().code == year_ago


def test_cumulative_and_parts():
    assert parse("2024-06").cumulative().code == "2024-01-01..2024-06-30"
    assert parse("2024-02@25").cumulative().code == "2023-12-26..2024-02-25"
    parts = parse("2024-05-26..2024-08-10").months_and_days()
    assert parts == Parts(
        (date(2024, 6, 1), date(2024, 7, 1)),
        ((date(2024, 5, 26), date(2024, 5, 31)), (date(2024, 8, 1), date(2024, 8, 10))),
    )
    assert [month.code for month in parse("2024-05-26..2024-08-10").months()] == [
        "2024-05", "2024-06", "2024-07", "2024-08",
    ]  # fmt: skip
    assert parse("2024-06").up_to(date(2024, 6, 12)).code == "2024-06-01..2024-06-12"
    assert parse("2024-06").up_to(date(2024, 7, 1)).code == "2024-06"
    assert periods.last_complete(Kind.MONTH, date(2024, 7, 1)).code == "2024-06"


def test_months_are_counted_with_both_ends():
    assert periods.month_count(date(2020, 4, 1), date(2022, 12, 31)) == 33
    assert periods.months_before(date(2020, 10, 31), 48).code == "2016-10"


def test_labels_in_english():
    with override("en"):
        assert parse("2024-06").label == "2024-06"
        assert parse("2024H1").label == "first half of 2024"
        assert parse("2024-06X3").label == "2024-06, last ten days"
        assert parse("2024-01-01..2024-06-30").label == "2024, months 1 to 6"
