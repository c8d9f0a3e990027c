"""The days of returns: their bounds, and what a year's announcement moves."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Duty, Return
from anlan.domain.campaigns.returns import commands as do
from anlan.domain.campaigns.returns import rule as returns_rule
from anlan.domain.campaigns.returns import table as returns_table
from anlan.domain.campaigns.returns.rule import Rule
from anlan.domain.campaigns.tests.house import House
from anlan.domain.campaigns.tests.test_returns import data_of, days, made, pages, plan_of, take
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.calendar.models import CalendarDay, CalendarYear
from anlan.kernel.loop import ticks as loop_ticks
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case


def moving(house: House) -> tuple[Duty, date]:
    """A duty whose one day is off, in a year that isn't announced: the next one, provisionally."""
    ahead = (house.today + timedelta(n) for n in (10, 20))
    stated = next(day for day in ahead if day.year == (day + timedelta(4)).year)
    CalendarYear.objects.all().delete()
    for n, worked in enumerate((False, True)):
        CalendarDay.objects.update_or_create(
            day=stated + timedelta(n), defaults={"is_workday": worked, "source": "t"}
        )
    duty = made(house, every="dates", dates=f"{stated.month}-{stated.day}", rest_day="moves",
                ends_on=stated + timedelta(60), opens_days=30, name_0="", unit_0="")  # fmt: skip
    rows = duty.returns.values_list("stated_on", "due_on", "case__due_provisional")
    assert list(rows) == [(stated, stated + timedelta(1), True)] * 2
    return duty, stated


def announce(house: House, stated: date) -> Any:
    """The year is announced: three days off from the one stated."""
    for n, worked in enumerate((False, False, False, True)):
        CalendarDay.objects.update_or_create(
            day=stated + timedelta(n), defaults={"is_workday": worked, "source": "t"}
        )
    house.cast.unit("keeper", "省平台运维中心", "other", "530000")
    house.cast.person("keeper", "keeper", Role.SYSTEM_ADMIN)
    User.objects.update(password_changed_at=timezone.now())
    return house.post("keeper", "office:announce", year=stated.year, source="文号", days="")


@pages
def test_a_year_is_announced_while_returns_are_provisional(house: House) -> None:
    duty, stated = moving(house)
    was, moved = stated + timedelta(1), stated + timedelta(3)
    row, filed = (duty.returns.get(unit=house.cast.units[key]) for key in ("office", "elsewhere"))
    assert take(house, "stranger", filed, "nil") == "rectified"
    assert announce(house, stated).status_code == 302  # It answered 500.
    loop_ticks.recount(timezone.now())
    assert do.open_due(timezone.now()) == 0  # No second one for the same day.
    row.refresh_from_db()
    case = Case.objects.get(pk=row.pk)
    assert (row.due_on, case.due_on, case.due_provisional) == (moved, moved, False)
    filed.refresh_from_db()
    assert filed.due_on == was  # What was filed stands.
    assert Return.objects.count() == 2
    assert do.open_due(timezone.now()) == 0
    assert Case.objects.get(pk=row.pk).version == case.version
    # The table shows both days, and each opens to its own return.
    table = house.text("city", "campaigns:duty", duty.pk)
    for one in (row, filed):
        assert reverse("campaigns:return", args=[one.pk]) in table
    assert "count the deadline again" in house.text("city", "campaigns:return", row.pk)
    # Nobody is late before the new day is over.
    fresh = Return.objects.select_related("case").get(pk=row.pk)
    assert returns_table.state_of(fresh, moved) == "waiting"
    assert all(ok for _name, ok, _n, _what in invariants(timezone.now()))


@pages
def test_one_kinds_failure_keeps_no_other_from_being_counted_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def recount(machine: Any, **_call: Any) -> int:
        done.append(machine.kind)
        if machine.kind == "return":
            raise KeyError("from")
        return 0

    monkeypatch.setattr(loop_ticks.commands, "recount", recount)
    with pytest.raises(ExceptionGroup):
        loop_ticks.recount(timezone.now())
    assert set(done) == set(machines())


@pages
def test_what_was_asked_for_before_stated_days_were_kept_gets_them(house: House) -> None:
    fill = import_module("anlan.domain.campaigns.migrations.0006_stated_days")
    week = Rule("week", day=1).data()
    assert fill.stated(week, date(2024, 1, 8), set()) == date(2024, 1, 8)
    moves = Rule("month", day=5, rest_day="moves").data()
    assert fill.stated(moves, date(2024, 10, 8), set()) == date(2024, 10, 5)
    assert fill.stated(moves, date(2024, 10, 9), {date(2024, 10, 5)}) == date(2024, 10, 9)
    before = Rule("month", day=5, includes_day=False).data()
    assert fill.stated(before, date(2024, 3, 4), set()) == date(2024, 3, 5)
    last = Rule("quarter", month=3).data()
    assert fill.stated(last, date(2024, 6, 30), set()) == date(2024, 6, 30)
    dates = Rule("dates", dates=((2, 29),)).data()
    assert fill.stated(dates, date(2023, 2, 28), set()) == date(2023, 2, 28)
    duty = made(house, starts_on=house.today - timedelta(14))
    Return.objects.update(stated_on=F("due_on") - timedelta(3))
    fill.fill(apps, None)
    assert not duty.returns.exclude(stated_on=F("due_on")).exists()


UNBOUND = (
    ({"starts_on": date(1, 1, 1)}, "日期应在2000年至2100年之间"),
    ({"ends_on": date(9999, 12, 31)}, "日期应在2000年至2100年之间"),
    ({"starts_on": date(2, 1, 1), "ends_on": date(9998, 12, 31), "day": 1}, "日期应在2000年"),
    ({"starts_on": date(2020, 1, 1), "ends_on": date(2030, 12, 31), "day": 1}, "最长为十年"),
)


@pytest.mark.once
@pages
@pytest.mark.parametrize("more", ["preview", "made"])
def test_a_duty_has_bounds(house: House, more: str) -> None:
    plan = plan_of(house)
    house.browser("city").defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    for stated, said in UNBOUND:
        data = data_of(house, **stated, **({"preview": "1"} if more == "preview" else {}))
        answer = house.post("city", "campaigns:new_duty", plan.pk, **data)
        assert answer.status_code == 422, stated
        assert said in answer.content.decode(), stated
    assert not Duty.objects.exists()


def test_days_are_counted_no_further_than_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    ten = days(Rule("week", day=1), date(2024, 1, 1), date(2033, 12, 31))
    assert ten[-1] == date(2033, 12, 26)  # Ten years of weeks are all asked for.
    counted: list[Any] = []
    real = returns_rule.due

    def due(*args: Any, **more: Any) -> Any:
        counted.append(args)
        return real(*args, **more)

    monkeypatch.setattr(returns_rule, "due", due)
    days(Rule("week", day=1), date(2000, 1, 1), date(2900, 1, 1))
    assert len(counted) < returns_rule.DATES_MAX + 20


@pages
def test_the_table_goes_back_to_earlier_days(house: House) -> None:
    duty = made(house, starts_on=house.today - timedelta(7 * 15))
    page = house.text("city", "campaigns:duty", duty.pk)  # It answered 500.
    assert "Earlier days" in page
    first = house.today - timedelta(7 * 15)
    assert f'from={first.isoformat()}"' in page
    back = house.text("city", "campaigns:duty", duty.pk, query=f"?from={first.isoformat()}")
    assert "Later days" in back
    assert "Earlier days" not in back


@pages
def test_more_time_that_was_granted_is_no_longer_provisional(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    assert house.step("emergency", task.pk, "receive") == "assigned"
    Case.objects.filter(pk=task.pk).update(due_provisional=True)
    until = house.today + timedelta(120)
    asked = house.step("emergency", task.pk, "ask_extension", until=until, reason="雨季无法施工")
    assert asked == "assigned"
    assert house.step("city", task.pk, "decide_extension", grant="1") == "assigned"
    loop_ticks.recount(timezone.now())  # It died of the day that was stated.
    case = Case.objects.get(pk=task.pk)
    assert (case.due_on, case.due_provisional) == (until, False)
