"""What a campaign wants: begun from a template, plans that are missing, goals, elements."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from anlan.base.ids import uuid7
from anlan.domain.campaigns import (
    commands,
    templates,
)
from anlan.domain.campaigns.carrying import queries_wanted
from anlan.domain.campaigns.carrying.commands.terms_wanted import NewExpected
from anlan.domain.campaigns.carrying.commands.wanted import set_expected
from anlan.domain.campaigns.carrying.refusals import CarryingIncomplete
from anlan.domain.campaigns.commands.campaigns import make_campaign
from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine
from anlan.domain.campaigns.models import Campaign, Elements, Expected, Goal, Line, Plan
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.audit.models import AuditRow

pytestmark = pytest.mark.django_db


def begun(house: House, code: str, **more: Any) -> Campaign:
    """A campaign of the city's office, from a template, through its page."""
    template = templates.all_of(house.today.year)[code]
    data: dict[str, Any] = {
        "title": template.title, "unit": house.cast.units["city"].pk,
        "starts_on": template.starts_on, "ends_on": template.ends_on, "code": template.declared,
        "base_year": template.base_year, "basis": template.basis,
        "expected": [str(n) for n in range(len(template.plans))],
        "goals": [str(n) for n in range(len(template.goals))], **more,
    }  # fmt: skip
    for n, stage in enumerate(template.stages):
        data |= {f"stage_{n}": stage.name, f"from_{n}": stage.starts_on, f"to_{n}": stage.ends_on,
                 f"outputs_{n}": stage.outputs}  # fmt: skip
    browser = house.browser("city")
    answer = browser.post(
        f"{reverse('campaigns:new')}?preset={code}", {**data, "request_id": uuid7()}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Campaign.objects.get()


def test_every_template_is_whole_and_says_how_sure_each_thing_is() -> None:
    found = templates.all_of(2026)
    assert list(found) == ["2020", "2024", "yearly"]
    first = found["2020"]
    kinds = [plan.kind for plan in first.plans]
    assert [kinds.count(kind) for kind in ("master", "topic", "sector")] == [1, 2, 9]
    assert [stage.name for stage in first.stages] == [
        "动员部署",
        "排查整治",
        "集中攻坚",
        "巩固提升",
    ]
    assert first.stages[1].starts_on == date(2020, 5, 1)
    assert "安委〔2020〕3号" in first.basis
    second = found["2024"]
    assert [goal.due_on for goal in second.goals] == [date(y, 12, 31) for y in (2024, 2025, 2026)]
    assert [plan.source[-3:] for plan in second.plans[1:]] == ["［A］"] * 4 + ["［B］"] * 4
    assert found["yearly"].title == "2026年度安全生产工作要点"
    for each in found.values():
        assert each.source
        for plan in each.plans:
            assert plan.kind in Plan.Kind.values
        for goal in each.goals:
            assert goal.kind in Goal.Kind.values
        days = [(stage.starts_on, stage.ends_on) for stage in each.stages]
        assert days == sorted(days)


def test_a_template_fills_the_form_and_what_it_brings_can_be_left_out(house: House) -> None:
    page = house.text("city", "campaigns:new", query="?preset=2024")
    for words in ("全民安全素质提升", "有效遏制重大隐患增量", "1+8", "2026-12-31"):
        assert words in page
    campaign = begun(house, "2024", expected=["0", "3"], goals=["1"])
    assert list(campaign.expected.order_by("place").values_list("kind", "name")) == [
        ("master", "总方案"), ("topic", "重大事故隐患动态清零"),
    ]  # fmt: skip
    goal = campaign.goals.get()
    assert (goal.kind, goal.text, goal.due_on) == (
        "curb", "有效遏制重大隐患增量", date(2025, 12, 31)
    )  # fmt: skip
    assert campaign.stages.count() == 3
    shown = house.text("city", "campaigns:campaign", campaign.pk)
    assert "重大事故隐患动态清零" in shown
    assert "有效遏制重大隐患增量" in shown


def test_a_number_of_a_template_that_is_none_is_refused(house: House) -> None:
    data = {"title": "行动", "unit": house.cast.units["city"].pk, "starts_on": house.today,
            "ends_on": house.today, "expected": ["99"]}  # fmt: skip
    answer = house.browser("city").post(
        f"{reverse('campaigns:new')}?preset=2020", {**data, "request_id": uuid7()}
    )
    assert answer.status_code == 422
    assert not Campaign.objects.exists()


def test_what_is_missing_is_named_and_can_be_written_at_once(house: House) -> None:
    campaign = begun(house, "2020")
    page = house.text("city", "campaigns:campaign", campaign.pk)
    assert page.count("?expected=") == 12
    row = campaign.expected.get(name="非煤矿山")
    form = house.text("city", "campaigns:new_plan", campaign.pk, query=f"?expected={row.pk}")
    assert 'value="非煤矿山"' in form
    assert house.get("city", "campaigns:new_plan", campaign.pk,
                     query="?expected=99999999999999999999").status_code == 200  # fmt: skip
    made = {"kind": "sector", "title": "昆明市非煤矿山安全专项整治实施方案",
            "unit": house.cast.units["city"].pk, "starts_on": campaign.starts_on,
            "ends_on": campaign.ends_on}  # fmt: skip
    house.post("city", "campaigns:new_plan", campaign.pk, **made)
    page = house.text("city", "campaigns:campaign", campaign.pk)
    assert page.count("?expected=") == 11
    assert f'?expected={row.pk}"' not in page
    # A coal mine isn't a mine other than of coal.
    assert f'?expected={campaign.expected.get(name="煤矿").pk}"' in page


def test_plans_that_are_expected_are_edited_tied_and_guarded(house: House) -> None:
    campaign = begun(house, "2024")
    plan = house.plan(campaign.pk, kind="topic", lines=[])
    other = house.plan(lines=[])
    seen = campaign.version
    rows = {"kind_0": "topic", "name_0": "执法帮扶", "plan_0": plan, "kind_1": "sector",
            "name_1": "燃气", "source_1": "本市方案［A］"}  # fmt: skip
    assert house.post("office", "campaigns:expected", campaign.pk, **rows).status_code in (403, 404)
    assert house.post("stranger", "campaigns:expected", campaign.pk, **rows).status_code in (
        403, 404,
    )  # fmt: skip
    foreign = {**rows, "plan_0": other}
    assert house.post("city", "campaigns:expected", campaign.pk, **foreign).status_code == 422
    answer = house.post("city", "campaigns:expected", campaign.pk, seen=seen, **rows)
    assert answer.status_code == 302
    assert list(Expected.objects.order_by("place").values_list("name", "plan", "source")) == [
        ("执法帮扶", plan, ""), ("燃气", None, "本市方案［A］"),
    ]  # fmt: skip
    page = house.text("city", "campaigns:campaign", campaign.pk)
    assert "燃气" in page
    assert "执法帮扶" not in page  # Tied to a plan whose title says something else.
    stale = house.post("city", "campaigns:expected", campaign.pk, seen=seen, **rows)
    assert stale.status_code == 409
    twice = {**rows, "kind_1": "topic", "plan_1": plan}
    assert house.post("city", "campaigns:expected", campaign.pk, **twice).status_code == 422
    assert AuditRow.objects.filter(action="campaigns.list_plans").count() == 1


def test_a_draft_of_another_unit_is_neither_named_nor_tied(house: House) -> None:
    campaign = begun(house, "2024")
    draft = house.plan(campaign.pk, who="emergency", kind="topic")
    Plan.objects.filter(pk=draft).update(title="未公开的专项方案")
    mine = house.plan(campaign.pk, kind="topic", lines=[])
    page = ("campaigns:expected", campaign.pk)
    assert "未公开的专项方案" not in house.text("city", *page)
    assert str(mine) in house.text("city", *page)
    rows = {"kind_0": "topic", "name_0": "执法帮扶", "plan_0": draft}
    assert house.post("city", *page, **rows).status_code == 422
    given = [NewExpected("topic", "执法帮扶", "", draft)]
    with override("zh-hans"), pytest.raises(CarryingIncomplete) as caught:
        set_expected(campaign.pk, given, **house.call("city"))
    with override("zh-hans"):
        assert (
            str(caught.value)
            == gettext("Choose a plan of this campaign.")
            != ("Choose a plan of this campaign.")
        )
    new = NewCampaign(
        unit=house.cast.units["city"].pk, title="另一行动", starts_on=house.today,
        ends_on=house.today, expected=tuple(given),
    )  # fmt: skip
    with pytest.raises(CarryingIncomplete):
        make_campaign(new, **house.call("city"))
    # One that is tied already stays so when the list is saved, without its title.
    campaign.expected.all().delete()
    Expected.objects.create(
        campaign=campaign, place=0, kind="topic", name="执法帮扶", plan_id=draft
    )
    text = house.text("city", *page)
    assert "未公开的专项方案" not in text
    assert "a draft of another unit" in text
    assert house.post("city", *page, **rows).status_code == 302
    assert campaign.expected.get().plan_id == draft
    # In force it is one to choose.
    commands.publish(draft, reason="期限早于行动", **house.call("emergency"))
    assert "未公开的专项方案" in house.text("city", *page)


def test_a_code_of_two_parts_is_read_by_what_is_expected(house: House) -> None:
    campaign = begun(house, "2024")
    rows = list(campaign.expected.order_by("place"))
    found = queries_wanted.declared(campaign, [], rows)
    assert [(str(part.label), part.wanted) for part in found] == [
        (str(Plan.Kind.MASTER.label), 1), (str(Plan.Kind.TOPIC.label), 8),
    ]  # fmt: skip


def goal_data(**more: Any) -> dict[str, Any]:
    return {
        "text_0": "一般隐患较2019年下降10%", "gkind_0": "change", "indicator_0": "hazard.found",
        "direction_0": "down", "aim_0": "10", "base_year_0": "2019", "base_value_0": "400",
        "base_source_0": "2019年统计年报", **more,
    }  # fmt: skip


def test_a_goal_is_stated_with_its_source_and_shown_with_what_the_ledger_counts(
    house: House,
) -> None:
    pk = house.campaign()
    for wrong in (
        {"base_source_0": ""}, {"aim_0": ""}, {"direction_0": ""}, {"base_year_0": ""},
        {"indicator_0": "hazard.settled_rate"}, {"aim_0": "-10"}, {"gkind_0": "nonsense"},
    ):  # fmt: skip
        answer = house.post("city", "campaigns:goals", pk, **goal_data(**wrong))
        assert answer.status_code == 422, wrong
    assert not Goal.objects.exists()
    more = {"text_1": "事故总量持续下降", "gkind_1": "trend"}
    assert house.post("city", "campaigns:goals", pk, **goal_data(**more)).status_code == 302
    first, second = Goal.objects.order_by("place")
    assert (first.base_value, first.base_author, first.aim) == (Decimal(400), "city", Decimal(10))
    page = house.text("city", "campaigns:campaign", pk)
    assert "400 stated by city: 2019年统计年报" in page
    assert "−10%" in page
    assert "kind=hazard.found" in page  # Its figure opens to its records.
    assert "Nobody counts it here." in page  # Of the second one.
    assert second.indicator == ""
    href = page.split('href="/figures/records/')[1].split('"')[0].replace("&amp;", "&")
    assert house.browser("city").get(f"/figures/records/{href}").status_code == 200
    # Who stated the number stays, as long as neither it nor its source changes.
    again = goal_data(pk_0=first.pk, text_0="隐患较2019年下降10%")
    house.post("mayor", "campaigns:goals", pk, **again)
    assert Goal.objects.get(place=0).base_author == "city"
    pk_0 = Goal.objects.get(place=0).pk
    house.post("mayor", "campaigns:goals", pk, **goal_data(pk_0=pk_0, base_value_0="401"))
    assert Goal.objects.get(place=0).base_author == "mayor"


def test_a_goal_of_another_area_is_not_counted_for_who_is_below(house: House) -> None:
    pk = house.campaign()
    house.post("city", "campaigns:goals", pk, **goal_data())
    page = house.text("office", "campaigns:campaign", pk)
    assert "Shown to those in charge of the area." in page
    assert "/figures/records/" not in page
    assert house.post("office", "campaigns:goals", pk, **goal_data()).status_code in (403, 404)
    version = Campaign.objects.get(pk=pk).version
    assert house.post("city", "campaigns:goals", pk, seen=version - 1,
                      **goal_data()).status_code == 409  # fmt: skip


def test_elements_are_the_offices_own_and_a_plan_is_checked_against_them(house: House) -> None:
    campaign = house.campaign()
    plan = house.published(campaign=campaign)
    assert "No elements are set" in house.text("city", "campaigns:elements", plan.pk)
    known = house.text("city", "campaigns:elements_template", campaign, query="?from=1")
    assert "责任单位" in known
    rows = {"name_0": "责任单位", "needed_0": "on", "by_0": "lead", "name_1": "时限",
            "needed_1": "on", "by_1": "due", "name_2": "措施", "needed_2": "on", "by_2": "",
            "name_3": "经费", "by_3": ""}  # fmt: skip
    twice = {**rows, "name_2": "时限"}
    page = ("campaigns:elements_template", campaign)
    assert house.post("city", *page, **twice).status_code == 422
    assert house.post("office", *page, **rows).status_code in (403, 404)
    assert house.post("city", *page, seen=0, **rows).status_code == 302
    assert house.post("city", *page, seen=0, **rows).status_code == 409
    text = house.text("city", "campaigns:elements", plan.pk)
    # Of three tasks two have a lead unit, one has a day, none says its measures.
    figures = {name: text.count(f"lack {name}") for name in ("责任单位", "时限", "措施", "经费")}
    assert figures["经费"] == 0
    lacking = house.text("city", "campaigns:elements", plan.pk, query="?lacks=责任单位")
    assert "开展宣传教育" in lacking
    assert "关闭不达标矿山" not in lacking
    line = Line.objects.get(plan=plan, no="1")
    assert line.title not in house.text("city", "campaigns:elements", plan.pk, query="?lacks=时限")
    # Filled in although the plan is in force: its words stay as they are.
    plan.refresh_from_db()
    data = {"answer_0": "", "answer_1": "", "answer_2": "全面检查", "answer_3": ""}
    where = ("campaigns:elements_line", plan.pk, line.pk)
    assert house.post("office", *where, **data).status_code in (403, 404)
    assert house.post("city", *where, seen=plan.version - 1, **data).status_code == 409
    assert house.post("city", *where, seen=plan.version, **data).status_code == 302
    line.refresh_from_db()
    assert line.elements == {"措施": "全面检查"}
    assert line.title not in house.text("city", "campaigns:elements", plan.pk, query="?lacks=措施")
    assert Elements.objects.get().made_by == "city"


@pytest.mark.once
def test_the_check_costs_the_same_for_any_number_of_lines(house: House) -> None:
    campaign = house.campaign()
    house.post("city", "campaigns:elements_template", campaign, name_0="措施", needed_0="on")
    counts = []
    for n in (2, 30):
        plan = house.plan(campaign, lines=[NewLine(f"任务{i}") for i in range(n)])
        with CaptureQueriesContext(connection) as seen:
            assert f"of {n}" in house.text("city", "campaigns:elements", plan)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_stale_campaign_is_not_overwritten(house: House) -> None:
    pk = house.campaign()
    row = Campaign.objects.get(pk=pk)
    data = {"title": "改名", "unit": house.cast.units["city"].pk, "starts_on": row.starts_on,
            "ends_on": row.ends_on + timedelta(1), "seen": row.version}  # fmt: skip
    assert house.post("city", "campaigns:edit", pk, **data).status_code == 302
    assert house.post("city", "campaigns:edit", pk, **data).status_code == 409
