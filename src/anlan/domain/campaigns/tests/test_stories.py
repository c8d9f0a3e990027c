"""Campaigns through their pages: from the plan to the last task finished, and who is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.domain.campaigns import commands, queries
from anlan.domain.campaigns.commands.terms import NewLine, NewTarget
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Campaign, Line, LineUnit, Plan, Report, Target, Task
from anlan.domain.campaigns.tests.house import House, lead
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case, Event, Party

pytestmark = pytest.mark.django_db


def line_data(**more: Any) -> dict[str, Any]:
    """What the form of a line sends; rows of targets that are empty."""
    return {"kind": "task", "text": "完成燃气管道占压整治。", "seen": "", **more}


def plan_data(house: House, **more: Any) -> dict[str, Any]:
    return {
        "title": "昆明市治本攻坚总方案", "kind": "master", "unit": house.cast.units["city"].pk,
        "starts_on": house.today, "ends_on": house.today + timedelta(200), **more,
    }  # fmt: skip


def test_an_office_enters_a_campaign_writes_its_plan_and_publishes_it(house: House) -> None:
    day = house.today
    wrong = {"title": "行动", "unit": house.cast.units["city"].pk, "starts_on": day,
             "ends_on": day - timedelta(1)}  # fmt: skip
    assert house.post("city", "campaigns:new", **wrong).status_code == 422
    right = {**wrong, "ends_on": day + timedelta(200), "code": "1＋1＋2", "stage_0": "排查整治",
             "from_0": day, "to_0": day + timedelta(50)}  # fmt: skip
    assert house.post("city", "campaigns:new", **{**right, "code": "很多"}).status_code == 422
    outside = {**right, "to_0": day + timedelta(300)}
    assert house.post("city", "campaigns:new", **outside).status_code == 422
    answer = house.post("city", "campaigns:new", **right)
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == reverse("campaigns:campaign", args=[campaign.pk])
    assert campaign.code == "1+1+2"
    assert "排查整治" in house.text("city", "campaigns:campaign", campaign.pk)

    house.post("city", "campaigns:new_plan", campaign.pk, **plan_data(house))
    plan = Plan.objects.get()
    assert house.get("office", "campaigns:plan", plan.pk).status_code == 404  # A draft.
    empty = house.post("city", "campaigns:publish", plan.pk)
    assert empty.status_code == 400  # Without a task there is nothing to publish.
    assert house.post("city", "campaigns:new_line", plan.pk, **line_data(text=" ")).status_code == (
        422
    )
    for wrong in ({"starts_on": "0001-01-01"}, {"due_on": "9999-12-31"}):
        data = line_data(**wrong)
        assert house.post("city", "campaigns:new_line", plan.pk, **data).status_code == 422, wrong
    answer = house.post(
        "city", "campaigns:new_line", plan.pk,
        **line_data(leads="市应急局、外省某局", object_0="矿山", comparator_0=">=", value_0="20",
                    unit_0="处", tkind_0="number", again="1"),
    )  # fmt: skip
    assert answer.headers["Location"] == reverse("campaigns:new_line", args=[plan.pk])
    line = Line.objects.get()
    assert [one.name for one in LineUnit.objects.filter(line=line, unit=None)] == ["外省某局"]
    house.post("city", "campaigns:new_line", plan.pk, **line_data(text="另一项"))
    page = house.text("city", "campaigns:plan", plan.pk)
    assert "外省某局" in page
    assert "50.00%" in page  # One of two lines is quantified.
    other = Line.objects.get(text="另一项")
    house.post("city", "campaigns:remove_line", plan.pk, other.pk)
    assert not Line.objects.filter(pk=other.pk).exists()
    stale = house.post("city", "campaigns:publish", plan.pk, seen="1")
    assert stale.status_code == 409
    assert house.post("office", "campaigns:publish", plan.pk).status_code == 404
    assert house.post("city", "campaigns:publish", plan.pk).status_code == 302
    assert Task.objects.get().case.state == "assigned"
    assert house.get("office", "campaigns:plan", plan.pk).status_code == 200
    assert house.post("city", "campaigns:new_line", plan.pk, **line_data()).status_code == 409


def test_a_line_that_is_edited_keeps_what_its_form_does_not_show(house: House) -> None:
    target = NewTarget(value=house.lines()[0].targets[0].value, unit="处", text="关闭20处",
                       start=3, end=9, baseline="2019年")  # fmt: skip
    pk = house.plan(lines=[NewLine("关闭矿山20处。", targets=(target,), start=0, end=9)])
    line = Line.objects.get()
    page = house.text("city", "campaigns:line", pk, line.pk)
    assert "关闭矿山20处" in page
    same = line_data(text=line.text, title="关闭矿山", tkind_0="number", value_0="20", unit_0="处")
    assert house.post("city", "campaigns:line", pk, line.pk, **same).status_code == 302
    kept = Target.objects.get()
    assert (kept.start, kept.text, kept.baseline) == (3, "关闭20处", "2019年")
    line.refresh_from_db()
    assert (line.title, line.end) == ("关闭矿山", 9)
    house.post("city", "campaigns:line", pk, line.pk, **{**same, "value_0": "30"})
    changed = Target.objects.get()
    assert (changed.value, changed.start, changed.text) == (30, None, "")
    assert house.post("office", "campaigns:line", pk, line.pk, **same).status_code == 404


def test_a_task_is_reported_on_returned_checked_by_another_and_finished(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    pk, target = task.pk, Target.objects.get()
    assert house.step("emergency", pk, "receive") == "assigned"
    assert house.step("housing", pk, "report", progress=10, text="开展") == 403  # Not its unit.
    assert house.step("stranger", pk, "report", progress=10, text="开展") == 404
    assert house.step("city", pk, "report", progress=10, text="开展") == 403
    assert house.step("emergency", pk, "report", progress=101, text="开展") == 422
    assert house.step("emergency", pk, "report", progress=30, text=" ") == 422
    reached = {f"reached_{target.pk}": "6"}
    assert house.step("emergency", pk, "report", progress=30, text="关闭6处", **reached) == (
        "assigned"
    )
    report = Report.objects.get()
    assert (report.status, report.reached, report.who) == ("sent", {str(target.pk): 6}, "emergency")
    assert "关闭6处" in house.text("city", "campaigns:task", pk)
    assert house.step("city", pk, "return_report", reason=" ") == 422
    assert house.step("city", pk, "return_report", reason="请附名单") == "assigned"
    task.refresh_from_db()
    assert task.progress == 0  # What was returned counts no more.
    assert "请附名单" in house.text("emergency", "campaigns:task", pk)
    assert house.step("city", pk, "accept_report") == 409  # None waits.
    house.step("emergency", pk, "report", progress=40, text="关闭8处，名单附后")
    assert house.step("city", pk, "accept_report") == "assigned"
    assert house.step("emergency", pk, "person", person="李四") == "assigned"
    assert house.step("emergency", pk, "rectify", result=" ") == 422
    assert house.step("emergency", pk, "rectify", result="20处全部关闭，附公告") == "rectified"
    assert house.step("emergency", pk, "verify", reason="自查合格") == 403  # Its own work.
    assert house.step("city", pk, "reject", reason="3处未封井口") == "assigned"
    task.refresh_from_db()
    case = Case.objects.get(pk=pk)
    assert (task.progress, case.due_on, case.round) == (40, task.line.due_on, 1)
    house.step("emergency", pk, "report", progress=100, text="井口正在复核")
    assert house.step("emergency", pk, "rectify", result="井口均已封闭") == "rectified"
    assert house.step("city", pk, "close") == 409  # Not checked.
    assert house.step("city", pk, "verify", reason="现场核查20处") == "verified"
    assert not Report.objects.filter(status="sent").exists(), "who checked it has read them"
    assert house.step("city", pk, "close", reason="同意") == "closed"
    page = house.text("city", "campaigns:task", pk)
    for words in ("20处全部关闭", "现场核查20处", "李四"):
        assert words in page
    sums: dict[str, int] = {}
    for code, quantity in Fact.objects.filter(case_id=pk).values_list("kind__code", "quantity"):
        sums[code] = sums.get(code, 0) + quantity
    assert (sums["task.closed"], sums["task.open"], sums["task.rejected"]) == (1, 0, 1)
    assert all(ok for _name, ok, _n, _what in invariants(case.events.latest("at").at))


def test_what_nobody_has_is_taken_by_a_unit_of_the_area_or_given(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "开展宣传教育")
    assert task.case.state == "found"
    assert house.get("stranger", "campaigns:task", task.pk).status_code == 404
    assert house.step("stranger", task.pk, "claim") == 404  # Of another area.
    listed = house.text("city", "campaigns:tasks", query=f"?plan={plan.pk}&state=found")
    assert "开展宣传教育" in listed
    assert "关闭不达标矿山" not in listed
    assert "开展宣传教育" in house.text("housing", "campaigns:task", task.pk)
    assert house.step("housing", task.pk, "claim") == "assigned"
    parties = dict(Party.objects.filter(case=task.pk).values_list("role", "unit__name"))
    assert parties == {"rectifier": "昆明市住房和城乡建设局", "assigner": "昆明市安委办"}
    assert house.step("emergency", task.pk, "claim") in (403, 404)  # It is taken.
    second = house.task(house.published(campaign=plan.campaign_id), "开展宣传教育")
    unit = house.cast.units["emergency"].code
    late = house.today - timedelta(1)
    assert house.step("city", second.pk, "assign", unit=unit, due_on=late) == 422
    assert house.step("city", second.pk, "assign", unit=unit) == "assigned"
    assert Case.objects.get(pk=second.pk).due_on == plan.ends_on


def test_more_time_is_asked_for_and_decided_by_those_above(house: House) -> None:
    task = house.task(house.published(), "关闭不达标矿山")
    until = task.line.due_on + timedelta(30)  # type: ignore[operator]
    early = task.line.due_on
    asked = ("emergency", task.pk, "ask_extension")
    assert house.step(*asked, until=early, reason="不够") == 409
    assert house.step(*asked, until=until, reason="雨季无法施工") == "assigned"
    assert "雨季无法施工" in house.text("city", "campaigns:task", task.pk)
    decide = ("decide_extension",)
    assert house.step("emergency", task.pk, *decide, grant="1") == 403
    assert house.step("city", task.pk, *decide, grant="1") == "assigned"
    assert Case.objects.get(pk=task.pk).due_on == until


def test_a_task_is_withdrawn_with_a_reason_and_counts_no_more(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    assert house.step("city", task.pk, "void", reason=" ") == 422
    assert house.step("emergency", task.pk, "void", reason="不做") == 403
    assert house.step("city", task.pk, "void", reason="上级已取消") == "void"
    assert "关闭不达标矿山" not in house.text("city", "campaigns:tasks")
    page = house.text("city", "campaigns:tasks", query="?state=void")
    assert "关闭不达标矿山" in page


def test_tasks_stand_in_the_worklist_and_many_are_signed_for_at_once(house: House) -> None:
    plan = house.published()
    task = house.task(plan, "关闭不达标矿山")
    page = house.text("emergency", "work:list")
    assert "关闭不达标矿山" in page
    assert "开展宣传教育" in page  # To take.
    commands.receive_many([task.pk], **house.call("emergency"))
    assert Event.objects.filter(case=task.pk, step="receive").count() == 1
    house.step("emergency", task.pk, "report", progress=10, text="已部署")
    assert "关闭不达标矿山" in house.text("city", "work:list")


def test_the_code_is_held_against_the_plans_that_are_there(house: House) -> None:
    campaign = house.campaign(code="1+2+3")
    house.published(campaign=campaign)
    house.published(campaign=campaign, kind="sector")
    house.plan(campaign, who="city", kind="topic")  # A draft of one's own counts for oneself.
    row = Campaign.objects.get()
    found = queries.declared(row, ["master", "sector", "topic"])
    assert [(one.wanted, one.have, one.missing) for one in found] == [
        (1, 1, 0), (2, 1, 1), (3, 1, 2),
    ]  # fmt: skip
    row.code = "1+3"
    assert [one.have for one in queries.declared(row, ["master", "sector"])] == [1, 1]
    assert "1+2+3" in house.text("city", "campaigns:campaign", campaign)


def test_the_rate_of_quantified_tasks_is_counted(house: House) -> None:
    assert queries.Gaps(239, 164, 75, 0, 0).rate is not None
    assert str(queries.Gaps(239, 164, 75, 0, 0).rate) == "68.62"
    assert queries.Gaps(0, 0, 0, 0, 0).rate is None
    trend = NewTarget(kind="trend", object="事故起数")
    lines = [
        *house.lines(),
        NewLine("坚决遏制重特大事故。", targets=(trend,), units=lead("市应急局")),
    ]
    plan = house.published(lines=lines)
    gaps = queries.gaps(plan)
    # A goal is no task, and a trend is no number.
    assert (gaps.lines, gaps.quantified, gaps.no_unit, gaps.no_date) == (4, 1, 1, 3)
    listed = house.text("city", "campaigns:plan", plan.pk, query="?lacks=unit")
    assert "开展宣传教育" in listed
    assert "整治燃气管道占压" not in listed


def test_a_plan_goes_below_with_shares_that_are_held_against_the_whole(house: House) -> None:
    plan = house.published()
    units = [house.cast.units[key].pk for key in ("office", "elsewhere")]
    assert house.post("city", "campaigns:break_down", plan.pk).status_code == 422
    offered = house.text("city", "campaigns:break_down", plan.pk)
    assert "五华区安委办" in offered
    assert "昆明市应急管理局" not in offered  # A department is offered among the own.
    assert "昆明市应急管理局" in house.text(
        "city", "campaigns:break_down", plan.pk, query="?who=own"
    )
    assert house.post("office", "campaigns:break_down", plan.pk, units=units).status_code == 403
    assert house.post("city", "campaigns:break_down", plan.pk, units=units).status_code == 302
    house.work()
    below = Plan.objects.get(unit=house.cast.units["office"])
    target = Target.objects.get()
    page = house.text("city", "campaigns:quotas", plan.pk, target.pk)
    task = Task.objects.get(plan=below, line=target.line_id)
    assert f"share_{task.pk}" in page
    wrong = {f"share_{task.pk}": "-3"}
    assert house.post("city", "campaigns:quotas", plan.pk, target.pk, **wrong).status_code == 422
    share = {f"share_{task.pk}": "8"}
    assert house.post("city", "campaigns:quotas", plan.pk, target.pk, **share).status_code == 302
    [found] = queries.shares(plan)
    assert (found.wanted, found.given, found.shortfall, found.without) == (20, 8, 12, 1)
    assert house.post("office", "campaigns:quotas", plan.pk, target.pk, **share).status_code == 403
    # The unit below finds the fixed tasks, adds one of its own and publishes.
    own = house.text("office", "campaigns:plan", below.pk)
    assert f"?plan={below.pk}" in own
    assert "关闭不达标矿山" in house.text("office", "campaigns:tasks", query=f"?plan={below.pk}")
    house.post("office", "campaigns:new_line", below.pk, **line_data(text="本区自选动作"))
    assert house.post("office", "campaigns:publish", below.pk).status_code == 302
    assert below.tasks.count() == 4
    # Neither the neighbour's plan nor their tasks.
    assert house.get("stranger", "campaigns:plan", below.pk).status_code == 404
    assert house.get("stranger", "campaigns:task", task.pk).status_code == 404
    assert "五华区安委办" in house.text("city", "campaigns:plan", plan.pk)
    parts = house.text("city", "campaigns:tasks", query=f"?above={task.parent_id}")
    assert parts.count('class="main-link clip-2"') == 2


@pytest.mark.once
def test_pages_take_as_many_statements_for_many_rows_as_for_few(house: House) -> None:
    campaign = house.campaign()
    counts = []
    for n in (2, 25):
        lines = [NewLine(f"任务{i}", units=lead("市应急局"), targets=house.lines()[0].targets)
                 for i in range(n)]  # fmt: skip
        plan = house.published(campaign=campaign, lines=lines)
        found = []
        for name, args in (
            ("campaigns:plan", [plan.pk]), ("campaigns:tasks", []),
            ("campaigns:campaign", [campaign]), ("campaigns:list", []),
        ):  # fmt: skip
            house.get("city", name, *args)
            with CaptureQueriesContext(connection) as seen:
                assert house.get("city", name, *args).status_code == 200
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 26, counts


def test_a_presets_days_and_stages_are_offered(house: House) -> None:
    page = house.text("city", "campaigns:new", query="?preset=2020")
    for words in ("1+2+9", "动员部署", "2022-12-31"):
        assert words in page
    assert house.get("viewer", "campaigns:new").status_code == 403


def test_a_finished_task_waits_for_nobody_to_sign(house: House) -> None:
    task = house.task(house.published(), "关闭不达标矿山")
    mark = "not signed for"
    assert mark in house.text("city", "campaigns:task", task.pk)
    commands.rectify(task.pk, result="完成", **house.call("emergency"))
    commands.verify(task.pk, reason="现场核查", **house.call("city"))
    commands.close(task.pk, **house.call("city"))
    assert not Party.objects.get(case=task.pk, role="rectifier").received_at
    assert mark not in house.text("city", "campaigns:task", task.pk)
