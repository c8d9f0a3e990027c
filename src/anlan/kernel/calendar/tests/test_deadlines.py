"""Deadlines: the four kinds, their last-day rules, and years that aren't announced (F11)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.actor import Actor
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.calendar import commands, loading, queries
from anlan.kernel.calendar.commands import DayRule
from anlan.kernel.calendar.deadlines import COUNT_MAX, DeadlineRule, due
from anlan.kernel.calendar.models import CalendarDay, CalendarYear
from anlan.kernel.calendar.workdays import Calendar

BY = Actor(user_id=None, name="test", trusted=True)
AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
#: Every year is announced and has no holidays but one week in October.
PLAIN = Calendar(
    {date(2024, 10, n): False for n in range(1, 8)} | {date(2024, 9, 29): True},
    frozenset(range(1900, 2200)),
)

moments = st.datetimes(
    datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)
)  # fmt: skip
offsets = st.dictionaries(st.dates(date(2000, 1, 1), date(2091, 1, 1)), st.booleans(), max_size=60)
calendars = st.builds(Calendar, offsets, st.just(frozenset(range(1990, 2100))))
numbers = st.integers(1, 250)
kinds = st.sampled_from(["hours", "calendar_days", "working_days"])


def at(text: str) -> datetime:
    """A moment in local time."""
    return timezone.make_aware(datetime.fromisoformat(text))


# Laws


@given(kinds, numbers, moments, calendars, st.booleans())
def test_a_longer_deadline_never_ends_earlier(kind, n, start, calendar, moves):
    rest = "moves" if moves else "stays"
    one = due(DeadlineRule(kind, n, rest_day=rest), start, calendar=calendar)
    more = due(DeadlineRule(kind, n + 1, rest_day=rest) if n < COUNT_MAX[kind] else
               DeadlineRule(kind, n, rest_day=rest), start, calendar=calendar)  # fmt: skip
    assert more.on >= one.on


@given(kinds, numbers, moments, st.integers(0, 400), calendars)
def test_a_later_start_never_ends_earlier(kind, n, start, days, calendar):
    rule = DeadlineRule(kind, n)
    early = due(rule, start, calendar=calendar)
    late = due(rule, start + timedelta(days=days), calendar=calendar)
    assert late.on >= early.on


@given(numbers, moments, calendars)
def test_working_days_end_on_one_and_hold_exactly_so_many(n, start, calendar):
    first = timezone.localdate(start)
    last = due(DeadlineRule("working_days", n), start, calendar=calendar).on
    assert calendar.is_workday(last)
    assert calendar.count_workdays(first + timedelta(1), last) == n


@given(st.sampled_from(["hours", "calendar_days"]), numbers, moments, calendars)
def test_moving_off_a_rest_day_skips_no_working_day(kind, n, start, calendar):
    stays = due(DeadlineRule(kind, n), start, calendar=calendar)
    moves = due(DeadlineRule(kind, n, rest_day="moves"), start, calendar=calendar)
    assert calendar.is_workday(moves.on)
    assert moves.on == stays.on or calendar.count_workdays(stays.on, moves.on) == 1
    if kind == "hours":
        assert timezone.localdate(moves.at) == moves.on


@given(kinds, numbers, st.sampled_from(["stays", "moves"]), st.booleans())
def test_a_rule_survives_being_kept_as_data(kind, n, rest_day, includes_day):
    rule = DeadlineRule(kind, n, includes_day, rest_day)
    assert DeadlineRule.of(rule.data()) == rule


# Examples


@pytest.mark.parametrize(
    ("rule", "start", "on"),
    [
        # Found on a Friday: five working days are the next Friday.
        (DeadlineRule("working_days", 5), "2024-06-21T10:00", "2024-06-28"),
        (DeadlineRule("working_days", 1), "2024-06-22T10:00", "2024-06-24"),
        # Over the October holidays, with the 29th of September worked.
        (DeadlineRule("working_days", 3), "2024-09-27T10:00", "2024-10-08"),
        (DeadlineRule("calendar_days", 15), "2024-06-21T10:00", "2024-07-06"),
        (DeadlineRule("calendar_days", 15, rest_day="moves"), "2024-06-21T10:00", "2024-07-08"),
        (DeadlineRule("calendar_days", 15, includes_day=False), "2024-06-21T10:00", "2024-07-05"),
        # 23:30 in China is 15:30 the same day in UTC; 00:30 is still yesterday in UTC.
        (DeadlineRule("calendar_days", 1), "2024-06-21T23:30", "2024-06-22"),
        (DeadlineRule("calendar_days", 1), "2024-06-21T00:30", "2024-06-22"),
        (DeadlineRule("hours", 24), "2024-06-21T10:00", "2024-06-22"),
        (DeadlineRule("hours", 14), "2024-06-21T10:00", "2024-06-22"),
        (DeadlineRule("hours", 13), "2024-06-21T10:00", "2024-06-21"),
    ],
)
def test_counted_deadlines(rule, start, on):
    assert str(due(rule, at(start), calendar=PLAIN).on) == on


def test_a_stated_day_counts_unless_set_otherwise(refused):
    saturday = date(2024, 6, 22)
    start = at("2024-06-01T10:00")
    assert due(DeadlineRule("date"), start, saturday).on == saturday
    assert due(DeadlineRule("date", includes_day=False), start, saturday).on == date(2024, 6, 21)
    moved = due(DeadlineRule("date", rest_day="moves"), start, saturday, calendar=PLAIN)
    assert moved.on == date(2024, 6, 24)
    with refused("stated_day_missing"):
        due(DeadlineRule("date"), start)


def test_hours_keep_their_moment():
    start = at("2024-06-21T10:00")
    assert due(DeadlineRule("hours", 36), start).at == at("2024-06-22T22:00")
    moved = due(DeadlineRule("hours", 36, rest_day="moves"), start, calendar=PLAIN)
    assert moved.at == at("2024-06-24T22:00")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "weeks", "n": 1},
        {"kind": "hours", "n": 0},
        {"kind": "hours", "n": "5"},
        {"kind": "working_days", "n": 251},
        {"kind": "calendar_days", "n": -1},
        {"kind": "date", "n": 3},
        {"kind": "hours", "n": 1, "rest_day": "falls"},
        {"kind": "hours", "n": 1, "more": 1},
    ],
)
def test_a_rule_that_can_not_be_counted_is_refused(refused, data):
    with refused("deadline_rule_unreadable"):
        DeadlineRule.of(data)


# The calendar in the database


@pytest.fixture
def seeded(db):
    loading.load_all()


def test_announced_years_are_seeded_and_the_next_is_not(seeded):
    calendar = Calendar.load()
    assert calendar.announced == frozenset(range(2004, 2027))
    assert queries.provisional_years() == [2027, 2028, 2029]
    # As announced for 2024: 除夕 was a working day, 18 February (a Sunday) was worked.
    assert calendar.is_workday(date(2024, 2, 9))
    assert not calendar.is_workday(date(2024, 2, 12))
    assert calendar.is_workday(date(2024, 2, 18))
    assert calendar.count_workdays(date(2024, 1, 1), date(2024, 12, 31)) == 251
    assert calendar.count_workdays(date(2025, 1, 1), date(2025, 12, 31)) == 248
    assert CalendarDay.objects.get(day="2024-10-01").note == "国庆节"
    assert loading.load_all() == 0


def test_part_of_the_calendar_can_be_loaded(seeded):
    some = Calendar.load(2024, 2025)
    assert some.announced == {2024, 2025}
    assert {day.year for day in some.exceptions} == {2024, 2025}


def test_F11_a_deadline_into_an_unannounced_year_is_provisional_until_it_is(seeded):
    rule = DeadlineRule("working_days", 5)
    start = at("2026-12-28T10:00")
    before = due(rule, start)
    # Statutory days are known: 1 January is off. Days in lieu aren't.
    assert (before.on, before.provisional) == (date(2027, 1, 5), True)
    # Inside the announced year nothing is provisional.
    assert not due(DeadlineRule("working_days", 3), start).provisional
    # A count of calendar days depends on no announcement unless its last day may move.
    assert not due(DeadlineRule("calendar_days", 30), start).provisional
    assert due(DeadlineRule("calendar_days", 30, rest_day="moves"), start).provisional

    days = [
        DayRule(date(2027, 1, 1), False, "元旦"),
        DayRule(date(2027, 1, 4), False, "元旦"),
        DayRule(date(2027, 1, 9), True, "元旦"),
        DayRule(date(2026, 12, 27), True, "元旦"),
    ]
    affected = commands.announce_year(2027, days, source="国办发明电〔2026〕8号", by=BY, at=AT)
    assert (affected.first, affected.last) == (date(2026, 12, 27), date(2027, 12, 31))
    after = due(rule, start)
    assert (after.on, after.provisional) == (date(2027, 1, 6), False)
    assert queries.provisional_years() == [2028, 2029]
    assert Calendar.load().is_workday(date(2026, 12, 27))
    said = AuditRow.objects.get(action="calendar.announce_year")
    assert said.object_id == "2027"
    # A newer package doesn't write over what the office announced.
    assert loading.load_all() == 0
    assert CalendarYear.objects.get(year=2027).source == "国办发明电〔2026〕8号"


def test_F11_a_year_without_any_row_is_provisional_too(seeded):
    assert due(DeadlineRule("working_days", 5), at("2040-05-05T10:00")).provisional


def test_F11_what_a_newer_package_announces_replaces_the_provisional_days(seeded):
    CalendarYear.objects.filter(year=2026).update(announced=False)
    CalendarDay.objects.filter(day__year=2026).update(source="holidays", provisional=True)
    CalendarDay.objects.filter(day="2026-02-18").delete()
    assert loading.load_all() == 1
    assert not Calendar.load().is_workday(date(2026, 2, 18))
    assert not CalendarDay.objects.filter(day__year=2026, provisional=True).exists()


def test_a_day_can_be_set_and_unset(seeded):
    day = date(2024, 6, 24)  # A Monday.
    affected = commands.set_day(day, False, note="抗洪停工", by=BY, at=AT)
    assert (affected.first, affected.last) == (day, day)
    assert not Calendar.load().is_workday(day)
    commands.set_day(day, None, by=BY, at=AT)
    assert Calendar.load().is_workday(day)
    assert AuditRow.objects.filter(action="calendar.set_day").count() == 2
    commands.set_day(day, None, by=BY, at=AT)


def test_days_that_belong_to_another_year_are_refused(seeded, refused):
    for day in (date(2026, 12, 24), date(2028, 1, 1)):
        with refused("calendar_day_outside"):
            commands.announce_year(2027, [DayRule(day, False)], source="x", by=BY, at=AT)
    many = [DayRule(date(2027, 1, 1) + timedelta(n), False) for n in range(121)]
    with refused("calendar_too_many_days"):
        commands.announce_year(2027, many, source="x", by=BY, at=AT)
    with refused("calendar_day_outside"):
        commands.announce_year(1, [], source="x", by=BY, at=AT)
    with refused("calendar_day_outside"):
        commands.set_day(date(2300, 1, 1), False, by=BY, at=AT)


def test_no_database_is_asked_where_the_answer_is_arithmetic(django_assert_num_queries, seeded):
    with django_assert_num_queries(0):
        due(DeadlineRule("calendar_days", 15), AT)
        due(DeadlineRule("hours", 15), AT)
        due(DeadlineRule("working_days", 15), AT, calendar=PLAIN)
    with django_assert_num_queries(2):
        due(DeadlineRule("working_days", 15), AT)
