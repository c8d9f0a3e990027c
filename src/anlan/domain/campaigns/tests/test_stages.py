"""A campaign by its stages, its key tasks as a paper, words in either script, links one may open."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.domain.campaigns import queries
from anlan.domain.campaigns.carrying.commands.organs import NewOrgan, NewOrganMember, make_organ
from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.milestones.commands import mark_key, set_milestones
from anlan.domain.campaigns.milestones.scheduling import Step
from anlan.domain.campaigns.models import Campaign, Line, Plan
from anlan.domain.campaigns.stages.queries import stages
from anlan.domain.campaigns.tests.house import House, lead
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
    from anlan.domain.campaigns import commands

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
        behind = queries.tasks(by).filter(queries.in_stage(one.stage.pk))
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
