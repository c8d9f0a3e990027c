"""Figures of returns that count targets, never twice; and more time for a single return."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.domain.campaigns.commands.terms import NewLine, NewTarget
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Duty, Feed, Filing, Plan, Report, Return, Target
from anlan.domain.campaigns.returns import feeding
from anlan.domain.campaigns.returns import table as returns_table
from anlan.domain.campaigns.tests.house import House, lead
from anlan.domain.campaigns.tests.test_returns import made, mine, take
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case, Event, Extension

pytestmark = pytest.mark.django_db


def plan_of(house: House, **more: Any) -> Plan:
    target = NewTarget(value=Decimal(150), unit="家", comparator=">=", object="企业", **more)
    line = NewLine("检查企业150家，每月5日前报送。", title="检查企业", units=lead("市应急局"),
                   targets=(target,))  # fmt: skip
    return Plan.objects.get(pk=house.published(lines=[line]).pk)


def fed(house: House, mode: str = "adds", **more: Any) -> tuple[Duty, Target]:
    """A duty two weeks old whose figure counts the plan's target."""
    plan = plan_of(house)
    duty = made(house, plan, **{"starts_on": house.today - timedelta(14), **more})
    target = Target.objects.get(line__plan=plan)
    assert choose(house, duty, target.pk, mode) == 302
    return duty, target


def choose(house: House, duty: Duty, target: Any, mode: str = "adds", who: str = "city") -> int:
    duty.refresh_from_db()
    figure = duty.figures.get()
    answer = house.post(who, "campaigns:feed", duty.pk, figure.pk, target=target or "", mode=mode,
                        seen=duty.version)  # fmt: skip
    return int(answer.status_code)


def files(house: House, duty: Duty, unit: str, ahead: int, value: int) -> Return:
    who = {"office": "office", "elsewhere": "stranger"}[unit]
    row = mine(house, duty, unit, ahead)
    figure = duty.figures.get()
    said = {"text": f"检查{value}家", f"figure_{figure.pk}": value}
    assert take(house, who, row, "file", **said) == "rectified"
    return row


def declared() -> int:
    rows = Fact.objects.filter(kind__code="target.declared")
    return int(rows.aggregate(n=Sum("quantity"))["n"] or 0)


def fine() -> None:
    for name, ok, _checked, named in invariants(timezone.now()):
        assert ok, (name, named)


def test_an_accepted_return_counts_the_target_and_sent_back_it_counts_no_more(
    house: House,
) -> None:
    duty, target = fed(house)
    row = files(house, duty, "office", -14, 12)
    assert declared() == 0  # Nobody has read it.
    assert take(house, "city", row, "accept") == "closed"
    fact = Fact.objects.get(kind__code="target.declared")
    assert (fact.quantity, fact.unit_id, fact.case_id, fact.day) == (
        12, row.unit_id, row.pk, row.due_on,
    )  # fmt: skip
    files(house, duty, "elsewhere", -7, 30)
    assert house.post("city", "campaigns:accept_returns", duty.pk).status_code == 302
    assert declared() == 42
    plan = house.text("city", "campaigns:plan", duty.plan_id)
    assert "by returns 42 of 150 (2 units)" in plan
    page = house.text("city", "campaigns:declared", duty.plan_id, target.pk)
    assert "<b>42</b>" in page
    assert str(row.pk) in page  # It opens to the return.
    assert "42" in house.text("city", "campaigns:duty", duty.pk)
    task = house.task(Plan.objects.get(pk=duty.plan_id), "检查企业")
    assert "42" in house.text("emergency", "campaigns:task", task.pk)
    fine()
    # It turns out wrong: an accepted one is sent back, too.
    assert take(house, "office", row, "recall", reason="数字有误") == 403
    assert take(house, "city", row, "recall", reason=" ") == 422
    assert take(house, "city", row, "recall", reason="数字有误") == "assigned"
    assert declared() == 30
    assert Filing.objects.get(case=row).status == "returned"
    fine()
    files(house, duty, "office", -14, 11)
    assert take(house, "city", row, "accept") == "closed"
    assert declared() == 41
    fine()


def test_what_stands_takes_the_place_of_what_the_unit_said_before(house: House) -> None:
    duty, target = fed(house, "stands")
    first = files(house, duty, "office", -14, 10)
    second = files(house, duty, "office", -7, 25)
    other = files(house, duty, "elsewhere", -7, 4)
    for row in (second, first, other):  # Read out of order.
        assert take(house, "city", row, "accept") == "closed"
    assert feeding.sums([target.pk])[target.pk] == feeding.Declared(29, 2)
    until = Fact.objects.filter(kind__code="target.declared", day__lt=second.due_on)
    assert until.aggregate(n=Sum("quantity"))["n"] == 10  # As of a day between the two.
    assert take(house, "city", second, "recall", reason="重复") == "assigned"
    assert declared() == 14
    fine()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mode", ["adds", "stands"])
def test_the_target_is_what_stands_accepted_whatever_was_done_in_whatever_order(
    house: House, seed: int, mode: str
) -> None:
    draw = random.Random(seed)
    duty, target = fed(house, mode)
    rows = list(Return.objects.filter(duty=duty, due_on__lte=house.today).order_by("pk"))
    says: dict[Any, int] = {}
    keys = {house.cast.units[key].pk: key for key in ("office", "elsewhere")}
    for _n in range(14):
        row = draw.choice(rows)
        state = Case.objects.get(pk=row.pk).state
        if state == "assigned":
            value = draw.randrange(40)
            files(house, duty, keys[row.unit_id], (row.due_on - house.today).days, value)
            says[row.pk] = value
        elif state == "rectified":
            take(house, "city", row, draw.choice(("accept", "accept", "send_back")), reason="核实")
        elif draw.random() < 0.4:
            take(house, "city", row, "recall", reason="核实")
        closed = [one for one in rows if Case.objects.get(pk=one.pk).state == "closed"]
        wanted = sum(says[one.pk] for one in closed)
        if mode == "stands":
            newest = {one.unit_id: one for one in sorted(closed, key=lambda one: one.due_on)}
            wanted = sum(says[one.pk] for one in newest.values())
        assert declared() == wanted
        assert sum(one.value for one in feeding.entries(target)) == wanted
    fine()


def test_a_target_is_counted_by_one_thing_alone(house: House) -> None:
    plan = plan_of(house)
    target = Target.objects.get(line__plan=plan)
    duty = made(house, plan, unit_0="处")
    assert choose(house, duty, target.pk) == 422  # 处 aren't 家.
    duty = made(house, plan, title="另一项报送")
    assert house.get("office", "campaigns:feed", duty.pk, duty.figures.get().pk).status_code == 403
    assert choose(house, duty, target.pk, who="office") == 403
    assert choose(house, duty, 10**9) == 422
    assert choose(house, duty, target.pk, mode="never") == 422
    Target.objects.filter(pk=target.pk).update(counted="hazard.closed")
    assert choose(house, duty, target.pk) == 422
    Target.objects.filter(pk=target.pk).update(counted="")
    task = house.task(plan, "检查企业")
    reached = {f"reached_{target.pk}": "6"}
    house.step("emergency", task.pk, "report", progress=10, text="进展", **reached)
    assert choose(house, duty, target.pk) in (409, 422)  # Units typed it already.
    house.step("city", task.pk, "return_report", reason="改由报送统计")
    assert choose(house, duty, target.pk) == 302
    # Nobody types it any more, nor lets the ledger count it, nor another duty.
    assert f"reached_{target.pk}" not in house.text("emergency", "campaigns:task", task.pk)
    from anlan.domain.campaigns import commands
    from anlan.domain.campaigns.refusals import PlanIncomplete

    with pytest.raises(PlanIncomplete):
        commands.report(task.pk, progress=20, text="自填", reached={target.pk: Decimal(9)},
                        **house.call("emergency"))  # fmt: skip
    assert Report.objects.count() == 1
    counting = house.post("city", "campaigns:counting", plan.pk, target.pk, code="hazard.closed")
    assert counting.status_code == 422
    third = made(house, plan, title="第三项报送")
    assert choose(house, third, target.pk) == 422
    # Taken from the first, what it counted goes with it.
    row = files(house, duty, "office", 0, 5)
    assert take(house, "city", row, "accept") == "closed"
    assert declared() == 5
    assert choose(house, duty, None) == 302
    assert declared() == 0
    assert choose(house, third, target.pk) == 302
    assert Feed.objects.filter(ended_at=None).count() == 1
    fine()


def test_what_was_accepted_before_counts_as_soon_as_the_office_chooses(house: House) -> None:
    plan = plan_of(house)
    duty = made(house, plan)
    row = files(house, duty, "office", 0, 8)
    assert take(house, "city", row, "accept") == "closed"
    assert declared() == 0
    assert choose(house, duty, Target.objects.get(line__plan=plan).pk) == 302
    assert declared() == 8


@pytest.mark.once
def test_accepting_costs_the_same_statements_however_many_returns(house: House) -> None:
    duty, _target = fed(house, starts_on=house.today - timedelta(70))
    counts = []
    for days in ((-70,), (-63, -56, -49, -42, -35)):
        for day in days:
            files(house, duty, "elsewhere", day, 3)
        with CaptureQueriesContext(connection) as queries:
            assert house.post("city", "campaigns:accept_returns", duty.pk).status_code == 302
        counts.append(len(queries))
    assert declared() == 18
    assert counts[1] <= counts[0] + 2, counts


def test_a_unit_asks_for_more_time_and_late_is_counted_against_what_was_granted(
    house: House,
) -> None:
    duty = made(house, starts_on=house.today - timedelta(14), name_0="", unit_0="")
    row = mine(house, duty, "office", -7)
    assert returns_table.state_of(row, house.today) == "missing"
    until = house.today + timedelta(3)
    asked = {"until": until, "reason": "数据正在核实"}
    assert take(house, "stranger", row, "ask_extension", **asked) == 404
    assert take(house, "city", row, "ask_extension", **asked) == 403
    assert take(house, "office", row, "ask_extension", until=until, reason=" ") == 422
    early, far = row.due_on, house.today + timedelta(800)
    assert take(house, "office", row, "ask_extension", until=early, reason="提前") == 422
    assert take(house, "office", row, "ask_extension", until=far, reason="太远") == 422
    assert take(house, "office", row, "ask_extension", **asked) == "assigned"
    page = house.text("city", "campaigns:return", row.pk)
    assert "数据正在核实" in page
    assert "月度推进情况" in house.text("city", "work:tray", "extension")
    assert take(house, "office", row, "decide_extension", grant="1") == 403
    assert take(house, "city", row, "decide_extension", grant="0", reason=" ") == 422
    assert take(house, "city", row, "decide_extension", grant="1", reason="同意") == "assigned"
    row = mine(house, duty, "office", -7)
    assert (row.case.due_on, row.due_on) == (until, house.today - timedelta(7))
    assert returns_table.state_of(row, house.today) == "waiting"
    assert returns_table.counts(Return.objects.filter(pk=row.pk), house.today)["waiting"] == 1
    assert take(house, "office", row, "nil") == "rectified"
    row = mine(house, duty, "office", -7)
    assert returns_table.state_of(row, house.today) == "nil"  # In time, by the granted day.
    wish = Extension.objects.get(case=row.pk)
    assert (wish.granted, wish.reason, wish.answer) == (True, "数据正在核实", "同意")
    steps = list(Event.objects.filter(case=row.pk).order_by("seq").values_list("step", flat=True))
    assert steps[-3:] == ["extension_asked", "extend", "rectify"]
    fine()
    refused = mine(house, duty, "elsewhere", -7)
    assert take(house, "stranger", refused, "ask_extension", **asked) == "assigned"
    assert take(house, "city", refused, "decide_extension", grant="0", reason="按期报送") == (
        "assigned"
    )
    assert returns_table.state_of(mine(house, duty, "elsewhere", -7), house.today) == "missing"


def test_what_one_duty_stops_saying_the_one_before_it_says_again(house: House) -> None:
    old, target = fed(house, "stands")
    assert take(house, "city", files(house, old, "office", -14, 10), "accept") == "closed"
    ended = house.post("city", "campaigns:end_duty", old.pk, reason="换新表", seen="")
    assert ended.status_code == 302
    new = made(house, Plan.objects.get(pk=old.plan_id), title="新表",
               starts_on=house.today - timedelta(14))  # fmt: skip
    assert choose(house, new, target.pk, "stands") == 302
    assert take(house, "city", files(house, new, "office", -7, 25), "accept") == "closed"
    assert declared() == 25
    # Taken from the new one, what the old one said was never replaced.
    assert choose(house, new, None) == 302
    assert declared() == 10
    fine()


def test_of_returns_filed_ahead_on_one_day_the_one_that_is_due_last_stands(house: House) -> None:
    duty, target = fed(house, "stands", opens_days=80)
    ahead = Return.objects.filter(duty=duty, due_on__gt=house.today + timedelta(1))
    rows = list(ahead.filter(unit=house.cast.units["office"]).order_by("due_on"))
    assert len(rows) > 6
    for n, row in enumerate(rows, 1):
        row = files(house, duty, "office", (row.due_on - house.today).days, 10 * n)
        assert take(house, "city", row, "accept") == "closed"
    assert declared() == 10 * len(rows)
    assert [one.pk for one in feeding.entries(target)] == [rows[-1].pk]
    fine()


def test_units_that_were_sent_back_are_not_counted_among_those_that_said_something(
    house: House,
) -> None:
    duty, target = fed(house)
    row = files(house, duty, "office", -14, 10)
    assert take(house, "city", row, "accept") == "closed"
    assert take(house, "city", files(house, duty, "elsewhere", -7, 4), "accept") == "closed"
    assert take(house, "city", row, "recall", reason="数字有误") == "assigned"
    assert feeding.sums([target.pk])[target.pk] == feeding.Declared(4, 1)
