"""Plans: drafted, published into tasks, broken down to units below."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine, NewLineUnit
from anlan.domain.campaigns.matching import plain, units_named
from anlan.domain.campaigns.models import Line, LineUnit, Plan, Quota, Target, Task
from anlan.domain.campaigns.tests.house import CITY, House
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Party
from anlan.kernel.notices.models import Notice
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db


def code(call: Any, *args: Any, **more: Any) -> str:
    try:
        call(*args, **more)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_publishing_a_plan_gives_each_task_to_the_unit_that_leads_it(house: House) -> None:
    plan = house.published()
    tasks = {task.line.title: task for task in plan.tasks.select_related("case", "line")}
    # The goal is no task.
    assert set(tasks) == {"关闭不达标矿山", "整治燃气管道占压", "开展宣传教育"}
    mine = tasks["关闭不达标矿山"]
    assert mine.case.state == "assigned"
    assert mine.case.due_on == mine.line.due_on
    assert mine.case.number.startswith("RW")
    parties = set(Party.objects.filter(case=mine.pk).values_list("role", "unit__name"))
    assert parties == {("rectifier", "昆明市应急管理局"), ("assigner", "昆明市安委办")}
    # Without a day of its own it is due with the plan, not in a fortnight.
    assert tasks["整治燃气管道占压"].case.due_on == plan.ends_on
    assert tasks["开展宣传教育"].case.state == "found"  # Nobody leads it: it waits to be taken.
    assert plan.status == "published"
    assert plan.published_by == "city"
    told = Notice.objects.filter(kind="campaigns.given")
    assert sorted(told.values_list("data__count", flat=True)) == [1, 1]
    facts = Fact.objects.filter(kind__code="task.found", case_id__in=plan.tasks.values("case"))
    assert facts.count() == 3


def test_a_published_plan_is_fixed_and_an_unseen_change_is_refused(house: House) -> None:
    pk = house.plan()
    lines = [NewLine("再加一项任务。")]
    assert Plan.objects.get(pk=pk).version == 1
    commands.put_lines(pk, lines, seen=1, **house.call("city"))
    with pytest.raises(MovedOn):
        commands.put_lines(pk, lines, seen=1, **house.call("city"))
    line = Line.objects.get(plan=pk, no="1")
    commands.change_line(line.pk, NewLine("改成别的任务。"), **house.call("city"))
    line.refresh_from_db()
    assert (line.text, line.place) == ("改成别的任务。", 0)
    assert not LineUnit.objects.filter(line=line).exists()
    assert not Target.objects.filter(line=line).exists()
    assert code(commands.publish, pk, seen=2, **house.call("city")) == "moved_on"
    commands.publish(pk, seen=3, **house.call("city"))
    call = house.call("city")
    assert code(commands.put_lines, pk, lines, **call) == "plan_is_published"
    assert code(commands.publish, pk, **house.call("city")) == "plan_is_published"
    assert code(commands.remove_line, line.pk, **house.call("city")) == "plan_is_published"
    assert code(commands.change_line, line.pk, lines[0], **house.call("city")) == (
        "plan_is_published"
    )


def test_a_repeat_of_the_same_call_makes_nothing_twice(house: House) -> None:
    pk = house.plan()
    call = house.call("city")
    first = commands.put_lines(pk, [NewLine("再加一项任务。")], **call)
    assert commands.put_lines(pk, [NewLine("再加一项任务。")], **call) == first
    call = house.call("city")
    commands.publish(pk, **call)
    commands.publish(pk, **call)
    assert Task.objects.count() == 4
    line = Line.objects.get(plan=house.plan(), no="2")
    call = house.call("city")
    assert commands.remove_line(line.pk, **call) == commands.remove_line(line.pk, **call)


def test_who_may_not_see_a_draft_finds_nothing(house: House) -> None:
    pk = house.plan()
    with pytest.raises(NotFound):
        commands.publish(pk, **house.call("stranger"))
    with pytest.raises(NotFound):
        commands.put_lines(pk, [NewLine("任务")], **house.call("emergency"))
    new = NewCampaign(house.cast.units["city"].pk, "行动", house.today, house.today)
    assert code(commands.make_campaign, new, **house.call("viewer")) == "not_allowed"
    assert code(commands.make_campaign, new, **house.call("office")) == "plan_incomplete"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("市应急局", "昆明市应急管理局"),
        ("应急管理局", "昆明市应急管理局"),
        ("昆明市应急局", "昆明市应急管理局"),
        ("市住房城乡建设局", "昆明市住房和城乡建设局"),
        ("市安委会办公室", "昆明市安委办"),
        ("五华区安委办", "五华区安委办"),
        ("市教育局", None),
        ("各县区", None),
    ],
)
def test_a_name_in_a_paper_means_one_of_our_units(
    house: House, said: str, meant: str | None
) -> None:
    found = units_named([said], by_code(CITY))
    names = {unit.pk: unit.name for unit in house.cast.units.values()}
    assert names.get(found.get(said, 0)) == meant


def test_what_is_said_in_full_is_not_made_longer() -> None:
    area = type("Area", (), {"full_name": "云南省昆明市", "name": "昆明市"})()
    assert plain("市应急管理局", area) == "应急管理局"
    assert plain("云南省昆明市卫健委", area) == "卫生健康委员会"


@pytest.mark.once
def test_statements_do_not_grow_with_the_lines(house: House) -> None:
    campaign = house.campaign()

    def many(n: int) -> list[NewLine]:
        return [
            NewLine(f"任务{i}", units=(NewLineUnit("市应急局"), NewLineUnit("市住建局", "support")),
                    targets=house.lines()[0].targets)
            for i in range(n)
        ]  # fmt: skip

    counts = []
    for n in (3, 30):
        with CaptureQueriesContext(connection) as made:
            pk = house.plan(campaign, lines=many(n))
        with CaptureQueriesContext(connection) as given:
            commands.publish(pk, **house.call("city"))
        units = [house.cast.units[key].pk for key in ("office", "elsewhere")]
        with CaptureQueriesContext(connection) as broken:
            commands.break_down(pk, units=units, **house.call("city"))
        counts.append((len(made), len(given), len(broken)))
        assert Task.objects.filter(plan__parent=pk).count() == 2 * n
    small, large = counts
    # A unit's name among ours and the like is asked once, whatever there is.
    assert all(b <= a + 3 for a, b in zip(small, large, strict=True)), counts


def test_a_plan_below_has_the_tasks_above_and_adds_its_own(house: House) -> None:
    plan = house.published()
    office = house.cast.units["office"]
    [pk] = commands.break_down(plan.pk, units=[office.pk], **house.call("city"))
    below = Plan.objects.get(pk=pk)
    assert (below.parent, below.unit, below.status) == (plan, office, "draft")
    fixed = below.tasks.select_related("case", "line", "parent")
    assert [task.is_inherited for task in fixed] == [True] * 3
    assert {task.parent_id for task in fixed} == set(plan.tasks.values_list("pk", flat=True))
    assert {task.case.state for task in fixed} == {"assigned"}
    mine = fixed.get(line__title="关闭不达标矿山")
    assert mine.case.due_on == mine.line.due_on
    # Its words are the plan's above, whom nobody below can write to.
    call = house.call("office")
    assert code(commands.change_line, mine.line_id, NewLine("改小"), **call) == "not_allowed"
    commands.put_lines(pk, [NewLine("本区再整治老旧小区。")], **house.call("office"))
    commands.publish(pk, **house.call("office"))
    assert below.tasks.count() == 4
    assert [task.is_inherited for task in below.tasks.filter(line__plan=below)] == [False]
    # Once is enough, and only those below get it.
    again = {"units": [office.pk], **house.call("city")}
    assert code(commands.break_down, plan.pk, **again) == "plan_incomplete"
    own = {"units": [house.cast.units["city"].pk], **house.call("city")}
    assert code(commands.break_down, plan.pk, **own) == "plan_incomplete"
    draft = {"units": [office.pk], **house.call("city")}
    assert code(commands.break_down, house.plan(), **draft) == "plan_not_published"


def test_quotas_are_set_from_above_and_stand_in_the_history(house: House) -> None:
    plan = house.published()
    units = [house.cast.units[key].pk for key in ("office", "elsewhere")]
    plans = commands.break_down(plan.pk, units=units, **house.call("city"))
    target = Target.objects.get()
    tasks = [Task.objects.get(plan=pk, line=target.line_id) for pk in plans]
    shares = [commands.Share(task.pk, target.pk, n) for task, n in zip(tasks, (8, 9), strict=True)]
    commands.set_quotas(plan.pk, shares, **house.call("city"))
    commands.set_quotas(plan.pk, shares[:1], **house.call("city"))
    assert sorted(Quota.objects.values_list("value", flat=True)) == [8, 9]
    assert tasks[0].case.events.filter(step="set_quota").count() == 2
    other = Task.objects.get(plan=plans[0], line__title="开展宣传教育")
    wrong = [commands.Share(other.pk, target.pk, 3)]
    assert code(commands.set_quotas, plan.pk, wrong, **house.call("city")) == "plan_incomplete"
    below = house.call("office")
    assert code(commands.set_quotas, plan.pk, shares, **below) == "not_allowed"
    negative = [commands.Share(tasks[0].pk, target.pk, -1)]
    assert code(commands.set_quotas, plan.pk, negative, **house.call("city")) == "plan_incomplete"


def test_numbers_are_kept_in_their_smallest_unit(house: House) -> None:
    from anlan.domain.campaigns.commands.plans import scaled

    assert scaled(Decimal("68.62")) == (6862, 2)
    assert scaled(Decimal("1E+4")) == (10000, 0)
    assert scaled(Decimal("100.0")) == (100, 0)
    assert scaled(None) == (None, 0)
