"""A campaign by its stages, its key tasks as a paper, words in either script, links one may open."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns import commands, queries
from anlan.domain.campaigns.carrying.commands.organs import NewOrgan, NewOrganMember, make_organ
from anlan.domain.campaigns.commands.terms import NewLine, NewPlan, NewStage
from anlan.domain.campaigns.forms_plans import StagesForm
from anlan.domain.campaigns.milestones.commands import mark_key, set_milestones
from anlan.domain.campaigns.milestones.scheduling import Step
from anlan.domain.campaigns.models import Campaign, Line, Plan
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.stages.queries import of_plan, stages
from anlan.domain.campaigns.tests.house import House, lead
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.papers.scripts import spellings

pytestmark = pytest.mark.django_db


def staged(house: House) -> Plan:
    """A line that names its stage, one due in the second stage's days, one due in none."""
    campaign = house.campaign()
    second = Campaign.objects.get(pk=campaign).stages.get(place=1)
    lines = (
        NewLine("动员", title="动员部署会", units=lead("市应急局"), due_on=second.starts_on),
        NewLine("排查", title="排查燃气", units=lead("市住建局"),
                due_on=second.ends_on),
        NewLine("以后", title="长期机制", due_on=second.ends_on + timedelta(30)),
    )  # fmt: skip
    pk = house.plan(campaign, lines=lines)
    first = Campaign.objects.get(pk=campaign).stages.get(place=0)
    Line.objects.filter(plan=pk, title="动员部署会").update(stage=first)
    # One task is due after its campaign’s stages, which wants a reason.
    commands.publish(pk, reason="另有长期任务", **house.call("city"))
    return Plan.objects.get(pk=pk)


def test_each_stage_counts_its_tasks_and_opens_to_them(house: House) -> None:
    plan = staged(house)
    by = house.cast.actor("city")
    found = stages(plan.campaign, by, timezone.now())
    assert [one.counts["tasks"] for one in found.rows] == [1, 1]
    assert found.outside == 1
    for one in found.rows:
        behind = queries.tasks(by).filter(queries.in_stage(one.stage))
        assert behind.count() == one.counts["tasks"], "the list has what the figure counts"
        listed = house.text("city", "campaigns:tasks",
                            query=f"?campaign={plan.campaign_id}&stage={one.stage.pk}")  # fmt: skip
        assert listed.count("main-link clip-2") == one.counts["tasks"]
        assert one.stage.name in listed
    page = house.text("city", "campaigns:stages", plan.campaign_id)
    assert f"stage={found.rows[0].stage.pk}" in page
    assert house.get("firm", "campaigns:stages", plan.campaign_id).status_code in (200, 403)
    with CaptureQueriesContext(connection) as seen:
        house.text("city", "campaigns:stages", plan.campaign_id)
    plan.campaign.stages.create(place=2, name="巩固提升", starts_on=house.today + timedelta(200),
                                ends_on=house.today + timedelta(300))  # fmt: skip
    with CaptureQueriesContext(connection) as again:
        house.text("city", "campaigns:stages", plan.campaign_id)
    assert len(again) == len(seen)


def own_stages(house: House) -> tuple[NewStage, ...]:
    """Two of the plan's own; the first is called as one of the campaign's."""
    day = house.today
    return (
        NewStage("排查整治", day, day + timedelta(60), "问题清单"),
        NewStage("验收总结", day + timedelta(61), day + timedelta(365)),
    )


def own_staged(house: House) -> Plan:
    """A plan with stages of its own: a line that names the second, one that is due in the first."""
    lines = (
        NewLine("验收", title="逐项验收", units=lead("市应急局")),
        NewLine(
            "排查", title="排查燃气", units=lead("市住建局"), due_on=house.today + timedelta(9)
        ),
    )
    pk = house.plan(house.campaign(), lines=lines)
    commands.set_plan_stages(pk, own_stages(house), **house.call("city"))
    row = Plan.objects.get(pk=pk)
    line = row.lines.get(title="逐项验收")
    new = replace(lines[0], stage=row.stages.get(place=1).pk)
    commands.change_line(line.pk, new, **house.call("city"))
    commands.publish(pk, **house.call("city"))
    return Plan.objects.get(pk=pk)


def test_a_plan_has_stages_of_its_own_and_its_tasks_are_due_with_them(house: House) -> None:
    plan = own_staged(house)
    first, second = plan.stages.order_by("place")
    assert house.task(plan, "逐项验收").case.due_on == second.ends_on
    page = house.text("city", "campaigns:plan", plan.pk)
    for stage in (first, second):
        assert stage.name in page
        query = f"?plan={plan.pk}&stage={stage.pk}"
        assert f'href="{reverse("campaigns:tasks")}{query.replace("&", "&amp;")}"' in page
        listed = house.text("city", "campaigns:tasks", query=query)
        assert listed.count("main-link clip-2") == 1
    # In the campaign's stages it counts by its day, once.
    counted = stages(plan.campaign, house.cast.actor("city"), timezone.now())
    assert [one.counts["tasks"] for one in counted.rows] == [0, 1]
    assert counted.outside == 1
    drawn = house.text("city", "campaigns:map", plan.campaign_id, query="?open=all")
    assert f'id="bm-back-{plan.pk}"' in drawn
    # Behind its head and both of its tasks.
    assert drawn.count(f'href="#bm-back-{plan.pk}"') == 3
    month = f"?month={second.starts_on:%Y-%m}"
    assert f"{plan.title} · 验收总结" in house.text(
        "city", "campaigns:calendar", plan.campaign_id, query=month
    )


def test_stages_of_a_plan_go_down_with_it(house: House) -> None:
    plan = own_staged(house)
    unit = house.cast.units["office"]
    [pk] = commands.break_down(plan.pk, units=[unit.pk], **house.call("city"))
    below = Plan.objects.get(pk=pk)
    assert [one.name for one in below.stages_offered()] == ["排查整治", "验收总结"]
    own = NewLine("自选", title="自选动作", stage=below.stages_offered()[0].pk)
    commands.put_lines(pk, [own, NewLine("到期", title="按期", due_on=house.today)],
                       **house.call("office"))  # fmt: skip
    commands.publish(pk, reason="要件随后补齐", **house.call("office"))
    found = of_plan(below, house.cast.actor("city"), house.today).rows
    assert [one.counts["tasks"] for one in found] == [3, 1]
    for one in found:
        query = f"?plan={pk}&stage={one.stage.pk}"
        listed = house.text("city", "campaigns:tasks", query=query)
        assert listed.count("main-link clip-2") == one.counts["tasks"]
    drawn = house.text("city", "campaigns:map", plan.campaign_id, query="?open=all")
    assert drawn.count(f'href="#bm-back-{plan.pk}"') == 3 + 5, "plan below and its tasks, too"
    answer = house.post("office", "campaigns:plan_stages", pk, stage_0="其他")
    assert answer.status_code in (403, 409, 422)


def test_a_plan_is_broken_down_over_any_number_of_levels(house: House) -> None:
    """A local line six levels down is in the stages of the plan at the top."""
    top = own_staged(house)
    for n in range(5):
        house.cast.unit(f"level{n}", f"五华区第{n}级单位", "department", "530102")
    names, plan = ("office", *(f"level{n}" for n in range(5))), top
    for name in names:
        unit = house.cast.units[name].pk
        call = {"by": ROOT, "at": timezone.now()}
        [pk] = commands.break_down(plan.pk, units=[unit], request_id=uuid7(), **call)
        plan = Plan.objects.get(pk=pk)
        assert plan.root_id == top.pk
        own = [NewLine("自选", title="按期的自选动作", due_on=house.today)]
        commands.put_lines(pk, own, request_id=uuid7(), **call)
        commands.publish(pk, reason="要件随后补齐", request_id=uuid7(), **call)
    [first, _second] = of_plan(plan, ROOT, house.today).rows
    # The top's first task, and a local one of each of the six.
    assert first.counts["tasks"] == len(names) + 1
    assert of_plan(plan, ROOT, house.today).outside == 0


def test_stages_of_a_plan_are_written_on_its_page_and_their_days_are_held(house: House) -> None:
    campaign = house.campaign()
    named = Campaign.objects.get(pk=campaign).stages.get(place=1)
    pk = house.plan(campaign, lines=[NewLine("排查", title="排查", stage=named.pk)])
    assert "排查整治" in house.text("city", "campaigns:plan_stages", pk), "the campaign's to begin"
    day = house.today
    row = {"stage_0": "排查整治", "from_0": day, "to_0": day + timedelta(30)}
    late = {"stage_1": "巩固", "from_1": day, "to_1": day + timedelta(366)}
    for wrong, words in (
        (row | late, "within the plan"),
        (row | {"stage_0": "另名"}, "Keep one of that name"),
        (row | {"stage_1": "排查整治", "from_1": day, "to_1": day}, "Two stages are called"),
        (row | {"from_1": day}, "Give each stage a name"),
    ):
        answer = house.post("city", "campaigns:plan_stages", pk, **wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert house.post("city", "campaigns:plan_stages", pk, **row).status_code == 302
    plan = Plan.objects.get(pk=pk)
    line = plan.lines.get()
    assert line.stage == plan.stages.get(), "the line is in the plan's stage of that name"
    shorter = NewPlan(campaign, plan.unit_id, "短", day, day + timedelta(9))
    with pytest.raises(PlanIncomplete, match="排查整治"):
        commands.change_plan(pk, shorter, **house.call("city"))
    # Enter in a field presses the first button of its form.
    form = house.text("city", "campaigns:plan_stages", pk).split('<form class="form"')[1]
    assert form.index(">Save<") < form.index('name="leave"')
    assert house.post("city", "campaigns:plan_stages", pk, leave="1").status_code == 302
    assert plan.lines.get().stage == named, "and in the campaign's again"
    commands.publish(pk, reason="要件随后补齐", **house.call("city"))
    assert house.post("city", "campaigns:plan_stages", pk, **row).status_code in (403, 409)
    for form in ("plan_stages", "edit_plan", "new_line"):
        answer = house.get("city", f"campaigns:{form}", pk)
        assert "lines stand as they are" in house.follow("city", answer), form


def test_lines_stay_in_their_stage_where_one_before_it_is_left_out(house: House) -> None:
    """A stage is known by its name, and by its place only where it was given another one."""
    pk = house.plan(house.campaign(), lines=[NewLine("总结", title="总结")])
    first, last = own_stages(house)
    middle = replace(first, name="攻坚")

    def put(*stages: NewStage) -> str:
        """What the stages are called, and in which the line is."""
        commands.set_plan_stages(pk, stages, **house.call("city"))
        names = Plan.objects.get(pk=pk).stages.order_by("place").values_list("name", flat=True)
        line = Line.objects.get(plan=pk)
        return f"{'、'.join(names)}：{line.stage.name if line.stage else ''}"

    # Two that share days: it may be meant, and is told.
    rows = StagesForm.of_stages((first, middle, last))
    answer = house.post("city", "campaigns:plan_stages", pk, **rows)
    assert "“排查整治” and “攻坚” share the days" in house.follow("city", answer)
    assert put(first, middle, last) == "排查整治、攻坚、验收总结："
    Line.objects.filter(plan=pk).update(stage=Plan.objects.get(pk=pk).stages.get(place=1))
    assert put(middle, last) == "攻坚、验收总结：攻坚"
    assert put(first, middle, last) == "排查整治、攻坚、验收总结：攻坚"
    assert put(middle, first, last) == "攻坚、排查整治、验收总结：攻坚"
    assert put(replace(middle, name="集中攻坚"), first, last).endswith("：集中攻坚")
    with pytest.raises(PlanIncomplete, match="rename it"):
        put(first, last)


def test_a_stage_of_a_draft_is_named_to_nobody_else(house: House) -> None:
    """Stages have numbers that anybody can count on from their own."""
    elsewhere = house.plan(house.campaign("office"), "office", [])
    pk = house.plan(house.campaign(), lines=[NewLine("排查", title="排查")])
    stages = replace(own_stages(house)[0], name="尚未公开的阶段"), own_stages(house)[1]
    commands.set_plan_stages(pk, stages, **house.call("city"))
    query = f"?stage={Plan.objects.get(pk=pk).stages.get(place=0).pk}"
    assert "尚未公开的阶段" in house.text("city", "campaigns:tasks", query=query)
    assert "尚未公开的阶段" not in house.text("office", "campaigns:tasks", query=query)
    other = NewLine("排查", title="排查", due_on=house.today - timedelta(9), stage=int(query[7:]))
    with pytest.raises(PlanIncomplete) as refused:
        commands.put_lines(elsewhere, [other], **house.call("office"))
    assert refused.value.data["field"] == "stage"
    assert "尚未公开的阶段" not in str(refused.value)


def test_a_list_of_tasks_follows_a_stage_whose_days_change(house: House) -> None:
    """A list of one shape is kept by the process; what it was read from stands in its key."""
    plan = staged(house)
    stage = plan.campaign.stages.get(place=1)
    query = f"?campaign={plan.campaign_id}&stage={stage.pk}"
    assert "排查燃气" in house.text("city", "campaigns:tasks", query=query)
    plan.campaign.stages.filter(pk=stage.pk).update(ends_on=stage.ends_on - timedelta(1))
    assert "排查燃气" not in house.text("city", "campaigns:tasks", query=query)


def test_the_catalogue_of_key_tasks_is_a_paper_with_their_steps(house: House) -> None:
    plan = staged(house)
    task = house.task(plan, "排查燃气")
    mark_key(task.pk, key=True, **house.call("city"))
    steps = [Step("摸清底数", house.today + timedelta(5))]
    set_milestones(task.pk, steps, **house.call("city"))
    answer = house.get("city", "campaigns:key_tasks_paper", plan.campaign_id)
    paper = docx.Document(BytesIO(answer.content))
    words = "\n".join(
        [one.text for one in paper.paragraphs]
        + [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    )
    assert "排查燃气" in words
    assert "摸清底数" in words
    assert "重点任务目录清单" in words
    assert "动员部署会" not in words, "it is no key task"
    assert AuditRow.objects.filter(action="campaigns.key_tasks").exists()


def test_words_are_found_in_either_script(house: House) -> None:
    assert {"燃氣", "燃气"} <= set(spellings("燃气"))
    plan = house.published()
    line = plan.lines.get(title="整治燃气管道占压")
    Line.objects.filter(pk=line.pk).update(text="市住建局牽頭，完成燃氣管道佔壓整治。")
    for words in ("燃氣管道", "燃气管道", "牽頭", "牵头"):
        found = house.text("city", "campaigns:tasks", query=f"?q={words}")
        assert line.title in found, words
        found = house.text("city", "campaigns:plan", plan.pk, query=f"?q={words}")
        assert line.title in found, words


def test_a_task_links_to_its_campaign_only_where_that_may_be_seen(house: House) -> None:
    """A member of a body from another area sees the task; the campaign isn't theirs to read."""
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    campaign = reverse("campaigns:campaign", args=[plan.campaign_id])
    house.cast.unit("guest", "外市应急局", "department", "530300")
    from anlan.kernel.accounts.models import Role, User

    house.cast.person("guest", "guest", Role.OFFICE)
    User.objects.update(password_changed_at=timezone.now())
    make_organ(
        plan.campaign_id,
        NewOrgan("工作专班", house.today - timedelta(1), "task_force", plans=(plan.pk,)),
        [NewOrganMember("member", house.today - timedelta(1), unit=house.cast.units["guest"].pk)],
        **house.call("city"),
    )
    for who in ("city", "guest"):
        text = house.text(who, "campaigns:task", task.pk)
        opens = house.browser(who).get(campaign).status_code == 200
        assert (campaign in text) is opens, who
        for href in set(re.findall(r'href="(/campaigns/[^"?#]+)"', text)):
            assert house.browser(who).get(href).status_code == 200, (who, href)
    assert house.browser("guest").get(campaign).status_code == 404
    # Nor does the campaign's own page lead anybody near by to what they may not open.
    text = house.browser("office").get(campaign).content.decode()
    for href in set(re.findall(r'href="(/campaigns/[^"?#]+)"', text)):
        assert house.browser("office").get(href).status_code == 200, href
