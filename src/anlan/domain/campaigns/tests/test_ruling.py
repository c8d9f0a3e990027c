"""Days outside their stage or campaign, and missing elements: told, listed, allowed with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.refusal import MovedOn
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.models import Elements, Line, Plan, Stage
from anlan.domain.campaigns.ruling import rules
from anlan.domain.campaigns.tests.house import House, lead
from anlan.domain.hazards.tests.stage import ROOT
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.django_db


def rule(days: str = "warn", elements: str = "warn") -> None:
    version = rules.current().version
    rules.set_plan_rules(
        days, elements, version=version, reason="本级规定", by=ROOT, at=timezone.now()
    )


def stray(house: House, days: int = 200, plan: UUID | None = None) -> UUID:
    """A draft with a line that is due after its stage has ended, as a document may say it."""
    campaign = house.campaign()
    stage = Stage.objects.get(campaign=campaign, name="排查整治")
    line = NewLine("完成整治。", title="完成整治", units=lead("市应急局"), stage=stage.pk,
                   due_on=house.today + timedelta(days))  # fmt: skip
    return house.plan(campaign, lines=[line])


def publish(house: House, pk: UUID, reason: str = "") -> int:
    version = Plan.objects.get(pk=pk).version
    answer = house.post("city", "campaigns:publish", pk, seen=version, reason=reason)
    return int(answer.status_code)


def test_a_plan_with_days_outside_its_stages_wants_a_reason_that_stays(house: House) -> None:
    pk = stray(house)
    page = house.text("city", "campaigns:plan", pk)
    assert "排查整治" in page
    assert 'name="reason"' in page
    assert publish(house, pk) == 400
    assert publish(house, pk, " ") == 400
    assert Plan.objects.get(pk=pk).status == "draft"
    assert publish(house, pk, "上级文件如此规定") == 302
    plan = Plan.objects.get(pk=pk)
    assert (plan.status, plan.published_because) == ("published", "上级文件如此规定")
    assert "上级文件如此规定" in house.text("emergency", "campaigns:plan", pk)
    assert AuditRow.objects.filter(action="plans.publish_despite").count() == 1


@pytest.mark.parametrize(("mode", "reason", "status"), [
    ("off", "", 302), ("warn", "", 400), ("warn", "说明", 302), ("refuse", "说明", 400),
])  # fmt: skip
def test_the_office_says_how_strictly_days_are_taken(
    house: House, mode: str, reason: str, status: int
) -> None:
    pk = stray(house)
    rule(days=mode)
    assert publish(house, pk, reason) == status
    assert ("完成整治:" in house.text("city", "campaigns:plan", pk)) == (status == 400)
    # What fits is published under every rule, and without a reason.
    assert publish(house, stray(house, 50)) == 302


def test_a_day_outside_its_stage_is_told_at_its_field_when_it_is_written(house: House) -> None:
    pk = house.plan()
    stage = Stage.objects.get(campaign__plans=pk, name="动员部署")
    data: dict[str, Any] = {
        "kind": "task", "text": "印发方案。", "stage": stage.pk,
        "due_on": house.today + timedelta(5), "seen": Plan.objects.get(pk=pk).version,
    }  # fmt: skip
    page = house.post("city", "campaigns:new_line", pk, **data)
    assert page.status_code == 422
    assert "动员部署" in page.content.decode()
    assert 'name="days_kept"' in page.content.decode()
    assert not Line.objects.filter(plan=pk, text="印发方案。").exists()
    kept = house.post("city", "campaigns:new_line", pk, days_kept="on", **data)
    assert kept.status_code == 302
    line = Line.objects.get(plan=pk, text="印发方案。")
    changed = data | {"seen": Plan.objects.get(pk=pk).version}
    assert house.post("city", "campaigns:line", pk, line.pk, **changed).status_code == 422
    rule(days="refuse")
    again = house.post("city", "campaigns:line", pk, line.pk, days_kept="on", **changed)
    assert again.status_code == 422
    rule(days="off")
    assert house.post("city", "campaigns:line", pk, line.pk, **changed).status_code == 302


def test_a_plans_days_outside_the_campaign_are_told_at_their_field(house: House) -> None:
    campaign = house.campaign()
    data: dict[str, Any] = {
        "kind": "master", "title": "总方案", "unit": house.cast.units["city"].pk,
        "starts_on": house.today - timedelta(60), "ends_on": house.today + timedelta(10),
    }  # fmt: skip
    page = house.post("city", "campaigns:new_plan", campaign, **data)
    assert page.status_code == 422
    assert 'name="days_kept"' in page.content.decode()
    assert (
        house.post("city", "campaigns:new_plan", campaign, days_kept="on", **data).status_code
        == 302
    )
    plan = Plan.objects.get(title="总方案")
    found = rules.findings(plan)
    assert len(found.warned) == 1
    line = NewLine("完成整治。", units=lead("市应急局"))
    commands.put_lines(plan.pk, [line], **house.call("city"))
    assert publish(house, plan.pk) == 400
    assert publish(house, plan.pk, "行动提前启动") == 302


def test_a_plan_that_lacks_elements_is_taken_as_the_office_says(house: House) -> None:
    pk = house.plan()
    plan = Plan.objects.get(pk=pk)
    Elements.objects.create(
        campaign=plan.campaign, made_at=timezone.now(), made_by="test", source="自定",
        items=[{"name": "责任单位", "needed": True, "by": "lead"}],
    )  # fmt: skip
    page = house.text("city", "campaigns:plan", pk)
    assert "责任单位" in page  # 开展宣传教育 names no unit.
    assert publish(house, pk) == 400
    rule(elements="refuse")
    assert publish(house, pk, "说明") == 400
    rule(elements="off")
    assert publish(house, pk) == 302
    assert Plan.objects.get(pk=pk).published_because == ""


def test_the_rule_has_versions_and_is_the_offices_alone(house: House) -> None:
    assert house.get("office", "campaigns:plan_rules").status_code in (403, 404)
    rule("refuse", "off")
    assert rules.current() == rules.Rules(1, rules.Mode.REFUSE, rules.Mode.OFF)
    with pytest.raises(MovedOn):
        rules.set_plan_rules("off", "off", version=0, reason="再改", by=ROOT, at=timezone.now())
    row = AuditRow.objects.get(action="list_setting.change")
    assert row.actor == "test"


@pytest.mark.once
def test_findings_cost_the_same_however_many_lines(house: House) -> None:
    campaign = house.campaign()
    stage = Stage.objects.get(campaign=campaign, name="排查整治")
    counts = []
    for number in (2, 60):
        lines = [
            NewLine(f"完成整治{n}。", stage=stage.pk, due_on=house.today + timedelta(150))
            for n in range(number)
        ]
        plan = Plan.objects.select_related("campaign").get(pk=house.plan(campaign, lines=lines))
        with CaptureQueriesContext(connection) as queries:
            assert len(rules.findings(plan).warned) == number
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


def test_a_text_from_above_keeps_days_of_its_own_and_lacks_nothing(house: House) -> None:
    campaign, city = house.campaign(), house.cast.units["city"].pk
    Elements.objects.create(
        campaign_id=campaign, items=[{"name": "责任单位", "needed": True, "by": "lead"}],
        made_at=timezone.now(), made_by="市安委办",
    )  # fmt: skip
    rule("refuse", "refuse")
    long_ago = house.today - timedelta(2_000)
    data = {"kind": "text", "unit": city, "title": "十五条硬措施", "starts_on": long_ago,
            "ends_on": long_ago + timedelta(100)}  # fmt: skip
    assert house.post("city", "campaigns:new_plan", campaign, **data).status_code == 302
    plan = Plan.objects.get(title="十五条硬措施")
    data |= {"title": "国务院安委会十五条硬措施", "seen": plan.version}
    assert house.post("city", "campaigns:edit_plan", plan.pk, **data).status_code == 302
    commands.put_lines(plan.pk, [NewLine("严格落实责任。", title="落实责任")], **house.call("city"))
    assert publish(house, plan.pk) == 302
    # A plan of its own is held against its campaign all the same.
    data |= {"kind": "master", "title": "总方案"}
    assert house.post("city", "campaigns:new_plan", campaign, **data).status_code == 422


def test_a_reason_with_a_character_that_no_database_takes_is_kept_without_it(house: House) -> None:
    pk = stray(house)
    assert publish(house, pk, "上级文件\0如此规定") == 302
    assert Plan.objects.get(pk=pk).published_because == "上级文件如此规定"
