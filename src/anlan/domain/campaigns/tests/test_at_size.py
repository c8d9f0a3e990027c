"""A province's tasks: the list reads keys alone, and shows what the rule shows, to everybody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.domain.campaigns import columns, commands, task_lists
from anlan.domain.campaigns.commands.terms import NewLine, NewTarget
from anlan.domain.campaigns.models import Task
from anlan.domain.campaigns.tests.house import House, lead
from anlan.kernel.accounts import policy
from anlan.kernel.loop import registers
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region

pytestmark = pytest.mark.django_db


def many(house: House, count: int) -> tuple[NewLine, ...]:
    return tuple(
        NewLine(
            f"完成第{n}处整治。", title=f"整治第{n}处", units=lead("市应急局"),
            targets=(NewTarget(value=Decimal(n + 1), unit="处", comparator=">="),),
            due_on=house.today + timedelta(n % 7),
        )
        for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "alone"),
    [
        ("", True), ("open=1", True), ("late=1", True), ("state=found", True), ("mine=1", True),
        ("area=530102", True), ("area=999999", True), ("unit=应急", True), ("q=宣传", True),
        ("q=宣傳", True), ("plan=PLAN", True), ("above=ABOVE", True), ("sort=number", True),
        ("due_from=2020-01-01&due_to=2099-12-31", True), ("plan=no-such-plan", True),
    ],
)  # fmt: skip
def test_the_list_of_keys_is_that_of_the_rule(house: House, asked: str, alone: bool) -> None:
    plan = house.published()
    units = [house.cast.units[name].pk for name in ("office", "elsewhere")]
    commands.break_down(plan.pk, units=units, **house.call("city"))
    above = house.task(plan, "关闭不达标矿山")
    Case.objects.filter(pk=above.pk).update(due_on=house.today - timedelta(3))
    params = QueryDict(asked.replace("PLAN", str(plan.pk)).replace("ABOVE", str(above.pk)))
    filters = columns.task_filters(params, [])
    order = filters.order(columns.ORDERS, "due")
    seen = 0
    for key in house.cast.users:
        by = house.cast.actor(key)
        region = None
        if filters["area"]:
            region = Region.objects.filter(code=filters["area"]).first()
        where = task_lists.conditions(filters, region, by, house.today, params.get("above", ""))
        rows = policy.permitted(Task.objects.filter(where), "tasks.view", by)
        wanted = list(
            rows.order_by(*(each.order(False) for each in order.keys)).values_list("pk", flat=True)
        )
        page = task_lists.page(by, filters, order, params, house.today)
        assert [row.pk for row in page.rows] == wanted, key
        rule = registers.by_key(where & policy.rule_of("tasks.view", by))
        assert registers.is_of_case(rule) is alone, "it would read whole tasks to sort them"
        seen += len(wanted)
    if asked not in ("area=999999", "plan=no-such-plan"):
        assert seen, "nobody saw anything"


@pytest.mark.once
def test_pages_cost_the_same_whatever_the_number_of_tasks(house: House) -> None:
    counts: dict[str, list[int]] = {}
    for count in (2, 40):
        plan = house.published(lines=many(house, count))
        units = [house.cast.units[name].pk for name in ("office", "elsewhere")]
        commands.break_down(plan.pk, units=units, **house.call("city"))
        asked = {
            "plan": reverse("campaigns:plan", args=[plan.pk]),
            "shares": reverse("campaigns:shares", args=[plan.pk]),
            "tasks": reverse("campaigns:tasks"), "late": reverse("campaigns:tasks") + "?late=1",
            "work": reverse("work:list"),
        }  # fmt: skip
        for name, address in asked.items():
            house.browser("city").get(address)
            with CaptureQueriesContext(connection) as queries:
                assert house.browser("city").get(address).status_code == 200
            counts.setdefault(name, []).append(len(queries))
    assert {name: one for name, (one, two) in counts.items()} == {
        name: two for name, (one, two) in counts.items()
    }


def test_a_plan_shows_a_few_shares_and_opens_the_rest(house: House) -> None:
    plan = house.published(lines=many(house, 130))
    unit = house.cast.units["office"].pk
    [below] = commands.break_down(plan.pk, units=[unit], **house.call("city"))
    page = house.text("city", "campaigns:plan", plan.pk)
    assert len(page) < 150_000
    assert page.count(f"/plans/{plan.pk}/shares/") == 12  # Ten of them, all, and what is short.
    assert "130" in page
    first = house.text("city", "campaigns:shares", plan.pk)
    assert first.count('class="main-link"') == 100
    rest = house.text("city", "campaigns:shares", plan.pk, query="?after=100")
    assert rest.count('class="main-link"') == 30
    # Who only reads the plan gets the figures, without a way to set them.
    assert 'class="main-link"' not in house.text("emergency", "campaigns:shares", plan.pk)
    # A draft is its unit's own.
    assert house.get("city", "campaigns:shares", below).status_code == 404
    assert house.get("office", "campaigns:shares", below).status_code == 200

    task = Task.objects.get(plan=below, line__title="整治第0处")
    target = task.line.targets.get()
    share = commands.Share(task.pk, target.pk, 1)
    commands.set_quotas(plan.pk, [share], **house.call("city"))
    open_ones = house.text("city", "campaigns:shares", plan.pk, query="?open=1")
    assert f"/shares/{target.pk}/" not in open_ones
    assert f"/shares/{target.pk}/" in house.text("city", "campaigns:shares", plan.pk)
