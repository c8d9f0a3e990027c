"""What offices do at odds: two give the same plan, one drops what is fixed, a task changes hands."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns import commands, queries
from anlan.domain.campaigns.ending.commands import end_plan
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Plan, Task
from anlan.domain.campaigns.refusals import PlanIncomplete, PlanNotPublished
from anlan.domain.campaigns.tests.house import House
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.accounts.commands.people import disable
from anlan.kernel.loop.models import Case, Party
from anlan.kernel.notices.models import Notice

pytestmark = pytest.mark.django_db


def test_a_unit_gets_a_plan_once_whoever_above_gives_it(house: House) -> None:
    """The city gives it to district and department; neither gives it on to who has it by then."""
    top = house.published()
    house.cast.unit("street", "五华区住建局", "department", "530102")
    units = {name: house.cast.units[name].pk for name in ("office", "emergency", "street", "city")}
    both = [units["office"], units["emergency"]]
    commands.break_down(top.pk, units=both, **house.call("city"))
    commands.break_down(top.pk, units=[units["street"]], **house.call("city"))
    mine, other = (Plan.objects.get(parent=top, unit=pk) for pk in both)
    for who, plan in (("office", mine), ("emergency", other)):
        commands.publish(plan.pk, **house.call(who))
    assert units["street"] not in queries.units_below(mine, "own").values_list("pk", flat=True)
    with pytest.raises(PlanIncomplete, match="300"):
        commands.break_down(mine.pk, units=[units["street"]], **house.call("office"))
    # Nor does it come back to whoever gave it first.
    with pytest.raises(PlanIncomplete, match="300"):
        commands.break_down(other.pk, units=[units["city"]], **house.call("emergency"))
    assert not Plan.objects.filter(parent__in=(mine.pk, other.pk)).exists()


def test_a_unit_below_drops_its_own_tasks_and_none_that_came_from_above(house: House) -> None:
    from anlan.domain.campaigns.commands.terms import NewLine

    top = house.published()
    unit = house.cast.units["office"].pk
    [pk] = commands.break_down(top.pk, units=[unit], **house.call("city"))
    commands.put_lines(pk, [NewLine("自选", title="自选动作")], **house.call("office"))
    commands.publish(pk, reason="要件随后补齐", **house.call("office"))
    below = Plan.objects.get(pk=pk)
    fixed, own = house.task(below, "关闭不达标矿山"), house.task(below, "自选动作")
    assert house.step("office", fixed.pk, "void", reason="不做") == 403
    assert house.step("office", own.pk, "void", reason="改列明年") == "void"
    assert house.step("city", fixed.pk, "void", reason="省里已取消") == "void"


def test_a_task_goes_to_another_unit_with_its_reports_once_none_waits(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    target = task.line.targets.get()
    due = task.case.due_on
    house.step("emergency", task.pk, "receive")
    house.step("emergency", task.pk, "person", person="张三")
    sent = {"progress": 40, "text": "关闭8处", f"reached_{target.pk}": "8"}
    assert house.step("emergency", task.pk, "report", **sent) == "assigned"
    to = {"unit": house.cast.units["housing"].code, "reason": "职责调整"}
    assert house.step("city", task.pk, "hand_over", **to) == 409
    assert house.step("city", task.pk, "accept_report") == "assigned"
    assert house.step("emergency", task.pk, "hand_over", **to) == 403
    for wrong in ({**to, "reason": " "}, {**to, "unit": house.cast.units["emergency"].code}):
        assert house.step("city", task.pk, "hand_over", **wrong) == 422
    assert house.step("city", task.pk, "hand_over", **to) == "assigned"
    task = Task.objects.select_related("case").get(pk=task.pk)
    assert (task.case.due_on, task.person, task.progress) == (due, "", 40)
    have = Party.objects.filter(case=task.pk, role="rectifier", until=None)
    assert [one.unit.name for one in have] == ["昆明市住房和城乡建设局"]
    # What the first declared stands; what the second says counts by how much it moves that.
    more = {"progress": 60, "text": "又关闭4处", f"reached_{target.pk}": str(Decimal(12))}
    assert house.step("emergency", task.pk, "report", **more) in (403, 404)
    house.step("housing", task.pk, "receive")
    assert house.step("housing", task.pk, "report", **more) == "assigned"
    assert [name for name, ok, _n, _said in invariants(house.call("city")["at"]) if not ok] == []


def test_a_plan_that_is_ended_is_given_to_nobody_and_its_tasks_go_with_it(house: House) -> None:
    """The city ends it while the district is about to give it on."""
    top = house.published()
    house.cast.unit("street", "五华区住建局", "department", "530102")
    units = {name: house.cast.units[name].pk for name in ("office", "elsewhere", "street")}
    commands.break_down(top.pk, units=[units["office"]], **house.call("city"))
    mine = Plan.objects.get(parent=top)
    commands.publish(mine.pk, **house.call("office"))
    own = commands.begin_break_down(mine.pk, units=[units["street"]], **house.call("office"))
    task = house.task(mine, "关闭不达标矿山")
    target = task.line.targets.get()
    sent = {"progress": 40, "text": "关闭8处", f"reached_{target.pk}": "8"}
    house.step("office", task.pk, "report", **sent)
    form = {"reason": "省里另行部署", "withdraw": "1"}
    assert house.post("office", "campaigns:end_plan", mine.pk, **form).status_code == 400
    assert house.post("office", "campaigns:end_plan", top.pk, **form).status_code == 403
    assert house.post("city", "campaigns:end_plan", top.pk, reason=" ").status_code == 400
    one = {**form, "request_id": uuid7()}
    for _twice in range(2):
        assert house.post("city", "campaigns:end_plan", top.pk, **one).status_code == 302
    assert set(Plan.objects.values_list("status", flat=True)) == {"ended"}
    with pytest.raises(PlanNotPublished):
        commands.break_down(top.pk, units=[units["elsewhere"]], **house.call("city"))
    states = {job.pk: job.state for job in house.work()}
    assert states.pop(own) == "failed"
    assert list(states.values()) == ["done"]
    assert not Plan.objects.filter(parent=mine).exists()
    assert set(Case.objects.filter(kind="task").values_list("state", flat=True)) == {"void"}
    told = Notice.objects.filter(kind="campaigns.ended")
    assert sorted(told.values_list("about", flat=True)) == sorted([str(top.pk), str(mine.pk)])
    assert "省里另行部署" in house.text("office", "campaigns:plan", mine.pk)
    # What was declared toward its targets counts no more, as for each task that is withdrawn.
    assert [name for name, ok, _n, _said in invariants(house.call("city")["at"]) if not ok] == []


def test_a_plan_that_is_ended_lets_its_tasks_be_finished_and_asks_for_no_reports(
    house: House,
) -> None:
    plan = house.published()
    end_plan(plan.pk, reason="提前完成", **house.call("city"))
    task = house.task(plan, "关闭不达标矿山")
    assert house.step("emergency", task.pk, "rectify", result="已全部关闭") == "rectified"
    with pytest.raises(PlanNotPublished):
        end_plan(plan.pk, reason="再次", **house.call("city"))


def test_the_shares_that_make_a_sum_are_all_on_its_page(house: House) -> None:
    """One unit has finished, one was withdrawn: the first counts and can't be changed any more."""
    top = house.published()
    names = ("office", "elsewhere", "housing")
    units = [house.cast.units[name].pk for name in names]
    commands.break_down(top.pk, units=units, **house.call("city"))
    target = house.task(top, "关闭不达标矿山").line.targets.get()
    parts = {
        name: Task.objects.get(plan__unit=unit, line=target.line_id, plan__parent=top)
        for name, unit in zip(names, units, strict=True)
    }
    shares = [commands.Share(parts[name].pk, target.pk, n) for n, name in enumerate(names, 5)]
    commands.set_quotas(top.pk, shares, **house.call("city"))
    house.step("city", parts["housing"].pk, "void", reason="省里已取消")
    commands.rectify(parts["office"].pk, result="已关闭", **house.call("office"))
    commands.verify(parts["office"].pk, reason="现场核查", **house.call("city"))
    commands.close(parts["office"].pk, **house.call("city"))
    [share] = queries.shares(top)
    assert (share.wanted, share.given, share.shortfall, share.without) == (20, 11, 9, 0)
    page = house.text("city", "campaigns:quotas", top.pk, target.pk)
    assert f"share_{parts['elsewhere'].pk}" in page
    assert f"share_{parts['office'].pk}" not in page
    listed = page.split("Finished tasks, whose shares stand")[1]
    assert ("五华区安委办" in listed, "昆明市住房和城乡建设局" in listed) == (True, False)


def test_whoever_is_shut_out_gets_no_calendar_any_more(house: House) -> None:
    plan = house.published()
    at = ("campaigns:map_ics", plan.campaign_id)
    assert house.get("city", *at)["Content-Type"].startswith("text/calendar")
    disable(house.cast.users["city"].pk, by=ROOT, at=timezone.now())
    answer = house.get("city", *at)
    assert (answer.status_code, "/login" in answer.url) == (302, True)
