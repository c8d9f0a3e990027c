"""Festivals, seasons and events: their tasks are drawn up ahead of time, each time once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.campaigns.keydates import commands as do
from anlan.domain.campaigns.keydates.commands import NewKeyDate, NewPrecaution
from anlan.domain.campaigns.models import Campaign, KeyDate, KeyDateRun, Plan, Task
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.calendar.models import CalendarDay
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db

CHECK = NewPrecaution("节前安全检查", "对重点场所检查一遍。", "市应急局、市住建局", 7)
WATCH = NewPrecaution("值班值守", units="市应急局")


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def event(house: House, campaign: UUID, days: int = 20, **more: Any) -> KeyDate:
    start = house.today + timedelta(days)
    data: dict[str, Any] = {
        "name": "博览会", "kind": "event", "rule": "once", "lead_days": 15, "starts_on": start,
        "ends_on": start + timedelta(4), "precautions": (CHECK, WATCH), **more,
    }  # fmt: skip
    pk = do.make_key_date(campaign, NewKeyDate(**data), **house.call("city"))
    return KeyDate.objects.get(pk=pk)


def test_its_tasks_are_drafted_ahead_of_time_once_and_the_office_publishes_them(
    house: House,
) -> None:
    campaign = house.campaign()
    row = event(house, campaign)
    start = house.today + timedelta(20)
    assert do.draw_up_due(noon(start - timedelta(16))) == 0
    assert do.draw_up_due(noon(start - timedelta(15))) == 1
    assert do.draw_up_due(noon(start - timedelta(14))) == 0
    run = KeyDateRun.objects.get()
    plan = run.plan
    assert plan is not None
    assert (plan.status, plan.kind, plan.campaign_id) == ("draft", "beside", campaign)
    assert not Task.objects.filter(plan=plan).exists()
    told = Notice.objects.get(kind="campaigns.key_date_drafted")
    assert told.data["count"] == 2
    assert house.post("city", "campaigns:publish", plan.pk).status_code == 302
    check = house.task(plan, "节前安全检查")
    assert check.case.due_on == start - timedelta(7)
    assert house.task(plan, "值班值守").case.due_on == start + timedelta(4)
    # Another kind of plan than those that the campaign's code counts.
    page = house.text("city", "campaigns:key_date", row.pk)
    assert plan.title in page
    assert f"?plan={plan.pk}" in page


def test_where_the_office_set_it_so_they_go_out_at_once(house: House) -> None:
    row = event(house, house.campaign(), days=3, automatic=True)
    assert do.draw_up_due(timezone.now()) == 1
    plan = Plan.objects.get(key_date_run__key_date=row)
    assert plan.status == "published"
    # Drawn up late, a task is due at once and not in the past.
    assert house.task(plan, "节前安全检查").case.due_on == house.today
    assert house.task(plan, "节前安全检查").case.state == "assigned"
    assert Notice.objects.filter(kind="campaigns.key_date_given").count() == 1


def test_a_holiday_follows_the_calendar_and_a_yearly_day_its_day(house: House) -> None:
    campaign = Campaign.objects.get(pk=house.campaign())
    year = house.today.year + 1
    CalendarDay.objects.filter(day__year=year).delete()
    for day in (date(year, 2, 5), date(year, 2, 8), date(year, 2, 9)):
        CalendarDay.objects.create(day=day, is_workday=False, note="春节", source="test",
                                   provisional=day.day == 9)  # fmt: skip
    CalendarDay.objects.create(day=date(year, 2, 13), is_workday=True, note="春节", source="test")
    row = event(house, campaign.pk, name="春节", kind="festival", rule="holiday", holiday="春节",
                starts_on=None, ends_on=None)  # fmt: skip
    page = house.text("city", "campaigns:key_date", row.pk)
    assert f'value="{year}-02-05"' in page
    assert "provisional" in page
    flood = event(house, campaign.pk, name="汛期", kind="season", rule="yearly", lead_days=30,
                  starts_on=date(2020, 6, 1), ends_on=date(2020, 9, 30))  # fmt: skip
    page = house.text("city", "campaigns:key_date", flood.pk)
    for each in range(campaign.starts_on.year, campaign.ends_on.year + 1):
        inside = date(each, 9, 30) >= campaign.starts_on and date(each, 6, 1) <= campaign.ends_on
        shown = f'value="{each}-06-01"' in page
        assert shown == (inside and date(each, 9, 30) >= house.today), each
    leap = event(house, campaign.pk, name="闰日", rule="yearly", starts_on=date(2024, 2, 29),
                 ends_on=date(2024, 2, 29))  # fmt: skip
    assert house.text("city", "campaigns:key_date", leap.pk)


def test_a_time_is_left_out_with_a_reason_or_drawn_up_by_hand_but_never_twice(
    house: House,
) -> None:
    campaign = house.campaign()
    row, start = event(house, campaign), house.today + timedelta(20)
    call = house.call("city")
    plan = do.draw_up(row.pk, start, **call)
    assert do.draw_up(row.pk, start, **call) == plan
    with pytest.raises(MovedOn):
        do.draw_up(row.pk, start, **house.call("city"))
    with pytest.raises(MovedOn):
        do.skip(row.pk, start, reason="取消", **house.call("city"))
    assert do.draw_up_due(noon(start)) == 0
    other = event(house, campaign, name="论坛")
    with pytest.raises(Refusal):
        do.skip(other.pk, start, reason=" ", **house.call("city"))
    with pytest.raises(NotFound):
        do.skip(other.pk, start + timedelta(1), reason="改期", **house.call("city"))
    do.skip(other.pk, start, reason="今年停办", **house.call("city"))
    assert do.draw_up_due(noon(start)) == 0
    assert "今年停办" in house.text("city", "campaigns:key_dates", campaign)
    ended = event(house, campaign, name="赛会")
    do.end_key_date(ended.pk, **house.call("city"))
    assert do.draw_up_due(noon(start)) == 0
    # Where nothing is set to do, the office hears that it is near, once.
    event(house, campaign, name="纪念日", precautions=())
    assert [do.draw_up_due(noon(start)) for _each in range(2)] == [1, 0]
    assert Notice.objects.filter(kind="campaigns.key_date_near").count() == 1


def test_an_office_enters_one_through_its_page_and_others_read_it(house: House) -> None:
    campaign = house.campaign()
    start = house.today + timedelta(40)
    data = {
        "name": "国际马拉松", "kind": "event", "rule": "once", "starts_on": start,
        "ends_on": start, "lead_days": 20, "title_0": "赛道沿线排查", "units_0": "市应急局",
        "days_before_0": 5, "title_1": "", "units_1": "",
    }  # fmt: skip
    new = ("campaigns:new_key_date", campaign)
    for who in ("office", "viewer", "emergency"):
        assert house.post(who, *new, **data).status_code in (403, 404)
    for wrong in ({"name": " "}, {"starts_on": ""}, {"rule": "holiday"}, {"lead_days": 999},
                  {"ends_on": start - timedelta(1)}, {"ends_on": start + timedelta(400)},
                  {"starts_on": "0001-01-01"}, {"kind": "party"}, {"days_before_0": -1}):  # fmt: skip
        assert house.post("city", *new, **{**data, **wrong}).status_code == 422, wrong
    assert house.post("city", *new, **data).status_code == 302
    row = KeyDate.objects.get()
    page = house.text("office", "campaigns:key_date", row.pk)
    assert "赛道沿线排查" in page
    assert "Draw up now" not in page
    edit = ("campaigns:edit_key_date", row.pk)
    stale = house.post("city", *edit, **data, seen=row.version - 1)
    assert stale.status_code == 409
    done = house.post("city", *edit, **{**data, "title_1": "医疗保障"}, seen=row.version)
    assert done.status_code == 302
    assert row.precautions.count() == 2
    press = house.post("city", "campaigns:draw_up_key_date", row.pk, starts_on=start)
    assert press.status_code == 302
    assert Plan.objects.get(key_date_run__key_date=row).lines.count() == 2
    assert house.post("office", "campaigns:skip_key_date", row.pk).status_code in (403, 404)


@pytest.mark.once
def test_statements_do_not_grow_with_key_dates_and_times(house: House) -> None:
    campaign, counts = house.campaign(), []
    for n in (1, 4):
        for i in range(n):
            row = event(house, campaign, name=f"活动{n}{i}", rule="yearly")
            do.draw_up(row.pk, house.today + timedelta(20), **house.call("city"))
        house.text("city", "campaigns:key_dates", campaign)
        with CaptureQueriesContext(connection) as seen:
            house.text("city", "campaigns:key_dates", campaign)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
