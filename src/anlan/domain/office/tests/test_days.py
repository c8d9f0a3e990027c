"""Working days: seen by whoever works here, set by the system administrator alone."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.domain.hazards.tests.stage import moment
from anlan.domain.office import announcement
from anlan.domain.office.models import Recount
from anlan.domain.office.tests.house import AT, done, someone
from anlan.kernel.accounts.models import Role
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.calendar.models import CalendarDay, CalendarYear
from anlan.kernel.calendar.workdays import Calendar

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(settings):
    settings.MFA_OFF = True
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def keeper(db):
    return someone("keeper", Role.SYSTEM_ADMIN, "530000", kind="other")


def days(client, query="?year=2024"):
    answer = client.get(reverse("office:days") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def put(client, day, state, note=""):
    data = {"day": day, "state": state, "note": note}
    return client.post(reverse("office:set_day"), data)


def is_workday(*day):
    return Calendar.load().is_workday(date(*day))


def test_a_year_shows_what_is_off_and_what_is_worked(keeper):
    page = days(keeper)
    assert "2024-10-01 " in page
    assert (
        page.count("cal-worked")
        == 1 + CalendarDay.objects.filter(day__year=2024, is_workday=True).count()
    )
    assert CalendarYear.objects.get(year=2024).announced
    assert "not announced" in days(keeper, "?year=2028")
    # A year out of reach or a word is no error: this year is shown.
    for query in ("?year=9999999", "?year=x", "?year=%C2%B2", "?year=2024&day=2024-99-99"):
        assert "2024" in days(keeper, query)


def test_a_day_is_chosen_and_set_by_a_plain_form_with_its_reason(keeper):
    page = days(keeper, "?year=2024&day=2024-07-08")
    assert 'name="day" value="2024-07-08"' in page
    assert is_workday(2024, 7, 8)
    assert done(put(keeper, "2024-07-08", "rest", "本省火把节"))
    assert not is_workday(2024, 7, 8)
    row = CalendarDay.objects.get(day=date(2024, 7, 8))
    assert (row.note, row.source) == ("本省火把节", "keeper")
    assert done(put(keeper, "2024-07-06", "work", "调休"))
    assert is_workday(2024, 7, 6)
    assert done(put(keeper, "2024-07-08", "plain"))
    assert is_workday(2024, 7, 8)
    assert AuditRow.objects.filter(action="calendar.set_day").count() == 3


@pytest.mark.parametrize(
    ("day", "state", "note"),
    [
        ("2024-07-08", "rest", ""),
        ("2024-07-08", "rest", "长" * 81),
        ("2024-07-08", "holiday", "节"),
        ("2024-13-08", "rest", "节"),
        ("1900-07-08", "rest", "节"),
    ],
)
def test_a_day_that_cant_be_set_is_said_and_nothing_changes(keeper, day, state, note):
    before = CalendarDay.objects.count()
    answer = put(keeper, day, state, note)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert CalendarDay.objects.count() == before


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.GRID, Role.VIEWER])
def test_S16_whoever_works_here_reads_the_calendar_and_changes_nothing(role):
    client = someone("reader", role, "530000")
    page = days(client)
    assert "?year=2024&amp;day=" not in page
    assert "counted again</th>" not in page
    assert put(client, "2024-07-08", "rest", "节").status_code == 403
    assert client.get(reverse("office:announce")).status_code == 403
    assert is_workday(2024, 7, 8)


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDITOR])
def test_S16_the_other_two_administrators_neither_read_nor_set_it(role):
    client = someone("admin", role, "530000", kind="other")
    assert client.get(reverse("office:days")).status_code == 403
    assert put(client, "2024-07-08", "rest", "节").status_code == 403


OFFICIAL = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至12日（周五）放假调休，共8天。1月31日（周日）、2月14日（周日）上班。
2027-10-01 至 2027-10-03 休 国庆节
2027-09-26 班 国庆节"""


def test_the_announcement_is_read_as_it_is_published():
    rules = {rule.day: rule for rule in announcement.read(OFFICIAL, 2027)}
    worked = sorted(day for day, rule in rules.items() if rule.is_workday)
    assert worked == [date(2027, 1, 31), date(2027, 2, 14), date(2027, 9, 26)]
    off = sorted(day for day, rule in rules.items() if not rule.is_workday)
    # Weekends within a holiday differ from nothing, so they need no row.
    assert off == [
        date(2027, 1, 1),
        date(2027, 2, 5),
        *(date(2027, 2, n) for n in range(8, 13)),
        date(2027, 10, 1),
    ]
    assert rules[date(2027, 2, 14)].note == "春节"


@pytest.mark.parametrize(
    "line",
    [
        "国庆节放假三天",
        "2027-02-30 休 春节",
        "1月40日放假",
        "2027-10-07 至 2027-10-01 休",
        "2027-01-01 至 2027-12-31 休",
    ],
)
def test_a_line_that_says_no_day_is_named(line, refused):
    with refused("announcement_unreadable") as caught:
        announcement.read(line, 2027)
    assert line[:8] in str(caught.value)


def test_an_announcement_that_cant_be_read_changes_nothing(keeper):
    answer = keeper.post(
        reverse("office:announce"),
        {"year": 2028, "source": "国办发明电〔2027〕9号", "days": "国庆节放假三天"},
    )
    assert answer.status_code == 422
    assert "国庆节放假三天" in answer.content.decode()
    assert not CalendarYear.objects.filter(year=2028, announced=True).exists()


def test_F11_announcing_a_year_says_how_many_provisional_deadlines_it_counted_again(play, noon):
    from anlan.kernel.loop import settings

    day = date(2026, 12, 28)
    noon.move_to(moment(day))
    keeper = someone("keeper", Role.SYSTEM_ADMIN, "530000", kind="other")
    stage = play("""
        day         who        does    -> state
        2026-12-28  inspector  find    -> found
    """)
    rules = {**settings.DEFAULTS["deadlines"], "rectify": {"kind": "working_days", "n": 10}}
    settings.change(
        "hazard",
        {**settings.DEFAULTS, "deadlines": rules},
        by=stage.cast.actor("leader"),
        at=moment(day),
    )
    stage.pk = uuid7()
    stage.do(day, "inspector", "find")
    stage.do(day, "office", "assign")
    assert stage.case.due_provisional
    before = stage.case.due_on
    # A day set by hand in that year counts provisional deadlines again, too.
    assert done(put(keeper, "2027-01-06", "rest", "停工"))
    assert stage.case.due_provisional
    assert stage.case.due_on > before
    answer = keeper.post(
        reverse("office:announce"),
        {"year": 2027, "source": "国办发明电〔2026〕9号", "days": OFFICIAL},
    )
    assert done(answer), answer.content.decode()
    assert not stage.case.due_provisional
    said = [str(each) for each in get_messages(answer.wsgi_request)]
    assert any(
        "1 provisional deadlines were counted again: 1 changed, 0" in each for each in said
    ), said
    page = days(keeper, "?year=2027")
    assert "国办发明电〔2026〕9号" in page
    assert "1 counted, 1 changed, 0 still provisional" in page
    assert Recount.objects.filter(year=2027).count() == 2
    assert not is_workday(2027, 2, 8)
    # Announced again, nothing is provisional any more and no deadline moves.
    due = stage.case.due_on
    keeper.post(reverse("office:announce"), {"year": 2027, "source": "更正", "days": ""})
    assert stage.case.due_on == due
    assert Recount.objects.order_by("-pk")[0].counted == 0


@pytest.mark.once
def test_the_page_asks_as_much_for_many_years_and_days_as_for_few(keeper):
    def count():
        with CaptureQueriesContext(connection) as caught:
            days(keeper)
        return len(caught)

    days(keeper)
    few = count()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=date(2024, 8, n), is_workday=False, source="t") for n in range(1, 29)
    )
    CalendarYear.objects.bulk_create(CalendarYear(year=y, source="t") for y in range(2060, 2090))
    for year in range(2060, 2090):
        Recount.objects.create(year=year, at=AT, by_name="t", counted=1, changed=1, left=0)
    assert count() == few


def test_F11_more_deadlines_than_one_request_counts_are_left_to_the_clock(play, noon, monkeypatch):
    from anlan.domain.office.commands import days as command
    from anlan.kernel.loop.models import Case

    keeper = someone("keeper", Role.SYSTEM_ADMIN, "530000", kind="other")
    stage = play("""
        day         who        does    -> state
        2024-06-24  inspector  find    -> found
        2024-06-24  office     assign  -> assigned
    """)
    Case.objects.filter(pk=stage.pk).update(due_provisional=True)
    monkeypatch.setattr(command, "RECOUNT_NOW_MAX", 0)
    answer = keeper.post(
        reverse("office:announce"), {"year": 2028, "source": "文号", "days": "2028-01-03 休 元旦"}
    )
    assert done(answer)
    assert stage.case.due_provisional
    assert "1 left to the background work" in days(keeper, "?year=2028")
    from anlan.kernel.loop import ticks

    ticks.recount(AT)
    assert not stage.case.due_provisional


def test_a_year_isnt_announced_with_the_statutory_days_alone(keeper):
    """They lack every day in lieu, and deadlines would become final on them."""
    form = {"year": 2028, "source": "国办发明电〔2027〕9号", "days": ""}
    assert "2028-01-" not in keeper.get(reverse("office:announce") + "?year=2028").content.decode()
    answer = keeper.post(reverse("office:announce"), form)
    assert answer.status_code == 422
    assert "paste what was announced" in answer.content.decode()
    assert not CalendarYear.objects.filter(year=2028, announced=True).exists()
    # Days that were set one by one may stand.
    assert done(put(keeper, "2028-01-03", "rest", "元旦"))
    assert done(keeper.post(reverse("office:announce"), form))
    assert CalendarYear.objects.get(year=2028).announced
