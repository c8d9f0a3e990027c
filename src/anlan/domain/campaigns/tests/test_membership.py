"""Members of a body see its plans' tasks while they sit in it; its head checks them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.refusal import Refusal
from anlan.domain.campaigns.carrying.commands import organs as do
from anlan.domain.campaigns.carrying.commands.organs import NewOrgan, NewOrganMember
from anlan.domain.campaigns.models import Organ, OrganMember, Plan, Task
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(house: House) -> House:
    """A department of another city: nothing here is in its hands."""
    house.cast.unit("far", "曲靖市能源局", "department", "530300")
    house.cast.person("far", "far", Role.INSPECTOR)
    User.objects.update(password_changed_at=timezone.now())
    return house


def body(house: House, plan: Plan, *members: NewOrganMember, **more: Any) -> Organ:
    new = NewOrgan("矿山专业委员会", house.today, kind="committee", plans=(plan.pk,), **more)
    pk = do.make_organ(plan.campaign_id, new, members, **house.call("city"))
    return Organ.objects.get(pk=pk)


def unit(house: House, key: str, role: str = "member", **more: Any) -> NewOrganMember:
    return NewOrganMember(role, house.today, unit=house.cast.units[key].pk, **more)


def sees(house: House, who: str, plan: Plan, day: Any = None) -> int:
    by = house.cast.actor(who, day)
    return policy.permitted(Task.objects.filter(plan=plan), "tasks.view", by).count()


def test_a_member_sees_the_tasks_from_the_day_it_joins_to_the_day_it_leaves(far: House) -> None:
    house, today = far, far.today
    plan, other = house.published(), house.published()
    assert sees(house, "far", plan) == 0
    row = body(house, plan, unit(house, "far"))
    assert sees(house, "far", plan) == Task.objects.filter(plan=plan).count() > 0
    assert sees(house, "far", plan, today - timedelta(1)) == 0
    assert sees(house, "far", other) == 0, "another plan of the same campaign is not the body's"
    member = OrganMember.objects.get()
    last = today + timedelta(3)
    do.end_member(row.pk, member.pk, until=last, **house.call("city"))
    assert sees(house, "far", plan, last) > 0
    assert sees(house, "far", plan, last + timedelta(1)) == 0


def test_who_is_lent_to_a_body_lets_no_unit_in_and_a_dissolved_one_nobody(far: House) -> None:
    house = far
    plan = house.published()
    row = body(house, plan, unit(house, "far", "seconded", person="张某"))
    assert sees(house, "far", plan) == 0
    do.add_members(row.pk, [unit(house, "far")], **house.call("city"))
    assert sees(house, "far", plan) > 0
    end = NewOrgan(row.name, house.today, kind="committee", until=house.today, plans=(plan.pk,))
    do.change_organ(row.pk, end, **house.call("city"))
    assert sees(house, "far", plan) > 0
    assert sees(house, "far", plan, house.today + timedelta(1)) == 0


def test_the_head_checks_what_others_did_and_never_what_its_own_unit_did(far: House) -> None:
    house = far
    plan = house.published()
    task = house.task(plan, "整治燃气管道占压")
    house.step("housing", task.pk, "receive")
    assert house.step("housing", task.pk, "rectify", result="已整治完成") == "rectified"
    assert house.step("far", task.pk, "verify", reason="现场核验合格") == 404
    row = body(house, plan, unit(house, "far"))
    # A member reads and doesn't judge.
    assert house.get("far", "campaigns:task", task.pk).status_code == 200
    assert house.step("far", task.pk, "verify", reason="现场核验合格") == 403
    do.add_members(row.pk, [unit(house, "far", "chair", person="李某"),
                            unit(house, "housing", "deputy")], **house.call("city"))  # fmt: skip
    # The deputy's unit is the one that did it.
    assert house.step("housing", task.pk, "verify", reason="现场核验合格") == 403
    assert house.step("far", task.pk, "verify", reason="现场核验合格") == "verified"
    # The head's powers end with the body's plans.
    assert house.get("far", "campaigns:plan", plan.pk).status_code == 200
    off = NewOrgan(row.name, house.today, kind="committee")
    do.change_organ(row.pk, off, **house.call("city"))
    assert house.step("far", task.pk, "close", reason="同意") == 404
    assert house.get("far", "campaigns:plan", plan.pk).status_code == 404


def test_what_is_not_in_ones_hands_is_given_to_no_body(far: House) -> None:
    """A district reads the city's plan; by putting a unit into a body it can't show its tasks."""
    house = far
    mine = house.campaign("office")
    theirs = house.published(campaign=mine)
    new = NewOrgan("工作专班", house.today, plans=(theirs.pk,))
    members = [unit(house, "far")]
    with pytest.raises(Refusal) as refused:
        do.make_organ(mine, new, members, **house.call("office"))
    assert refused.value.data["field"] == "plans"
    assert sees(house, "far", theirs) == 0
    own = house.published(campaign=mine, who="office")
    do.make_organ(mine, replace(new, plans=(own.pk,)), members, **house.call("office"))
    assert sees(house, "far", own) > 0
    offered = house.text("office", "campaigns:new_organ", mine)
    assert str(own.pk) in offered
    assert str(theirs.pk) not in offered


def test_the_list_is_narrowed_to_ones_bodies_and_the_page_counts_what_it_opens(far: House) -> None:
    house = far
    plan, other = house.published(), house.published()
    row = body(house, plan, unit(house, "emergency"), sectors=("hazchem",))
    mine = house.text("emergency", "campaigns:tasks", query="?bodies=1")
    assert str(house.task(plan, "整治燃气管道占压").pk) in mine
    assert str(house.task(other, "整治燃气管道占压").pk) not in mine
    none = house.text("far", "campaigns:tasks", query="?bodies=1")
    assert "整治燃气管道占压" not in none
    of = house.text("city", "campaigns:tasks", query=f"?body={row.pk}")
    assert str(house.task(plan, "整治燃气管道占压").pk) in of
    assert str(house.task(other, "整治燃气管道占压").pk) not in of
    page = house.text("city", "campaigns:organ", row.pk)
    assert "kind=hazard.found&amp;area=530100" in page
    # Whose sectors' figures are not theirs to see gets none.
    assert "kind=hazard.found" not in house.text("firm", "campaigns:organ", row.pk)


@pytest.mark.once
def test_the_list_costs_the_same_however_many_bodies_and_members(far: House) -> None:
    house, counts = far, []
    for n in (1, 5):
        for _each in range(n):
            body(house, house.published(), unit(house, "emergency"), unit(house, "far", "chair"))
        found = []
        for who, address in (("emergency", "?bodies=1"), ("far", ""), ("emergency", "")):
            house.text(who, "campaigns:tasks", query=address)
            with CaptureQueriesContext(connection) as seen:
                house.text(who, "campaigns:tasks", query=address)
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1], counts
