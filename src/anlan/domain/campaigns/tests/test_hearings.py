"""Hearings: which body hears how often, what is due and late, papers in, decisions out as tasks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from anlan.domain.campaigns.carrying.commands import hearings
from anlan.domain.campaigns.carrying.commands.hearings import months_on
from anlan.domain.campaigns.carrying.refusals import CarryingIncomplete
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.models import Decision, Hearing, HearingRule, Task
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case
from anlan.kernel.papers.tests.documents import docx, p

pytestmark = pytest.mark.django_db


def rule(house: House, campaign: Any, **more: Any) -> Hearing:
    """A body set to hear every quarter; the hearing that is due first."""
    data = {"body": "市政府常务会议", "months": 3, "first_on": house.today, **more}
    answer = house.post("city", "campaigns:new_rule", campaign, **data)
    assert answer.status_code == 302, answer.content.decode()
    return Hearing.objects.select_related("case").latest("pk")


def act(house: House, who: str, row: Hearing, code: str, **data: Any) -> str | int:
    answer = house.post(who, "campaigns:hearing_step", row.pk, code, **data)
    return Case.objects.get(pk=row.pk).state if answer.status_code == 302 else answer.status_code


def test_a_day_months_on_is_never_beyond_its_month() -> None:
    assert months_on(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_on(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_on(date(2026, 3, 15), 12) == date(2027, 3, 15)


def test_a_body_is_set_and_its_first_hearing_waits_in_the_worklist(house: House) -> None:
    campaign = house.campaign()
    data = {"body": "市政府常务会议", "months": 3, "first_on": house.today}
    for who in ("office", "viewer"):
        assert house.post(who, "campaigns:new_rule", campaign, **data).status_code in (403, 404)
    for wrong in ({"months": 0}, {"months": 61}, {"body": " "},
                  {"first_on": house.today + timedelta(900)}):  # fmt: skip
        answer = house.post("city", "campaigns:new_rule", campaign, **{**data, **wrong})
        assert answer.status_code == 422, wrong
    row = rule(house, campaign)
    again = house.post("city", "campaigns:new_rule", campaign, **data)
    assert again.status_code == 422  # Once is enough.
    assert "市政府常务会议" in house.text("city", "campaigns:hearings", campaign)
    assert "市政府常务会议" in house.text("city", "campaigns:campaign", campaign)
    assert "市政府常务会议" in house.browser("city").get("/work/").content.decode()
    assert "市政府常务会议" not in house.browser("office").get("/work/").content.decode()
    # Read by those in charge of the city, written by the office that keeps the campaign.
    assert house.get("emergency", "campaigns:hearing", row.pk).status_code == 200
    assert act(house, "emergency", row, "hold", held_on=house.today) == 403
    assert house.get("office", "campaigns:hearing", row.pk).status_code == 404
    assert act(house, "office", row, "hold", held_on=house.today) == 404
    assert "市政府常务会议" not in house.text("office", "campaigns:campaign", campaign)
    Case.objects.filter(pk=row.pk).update(due_on=house.today - timedelta(5))
    assert "late by 5 d" in house.text("city", "campaigns:hearings", campaign)


def test_a_hearing_is_held_and_the_next_one_keeps_the_beat(house: House) -> None:
    campaign = house.campaign()
    first = house.today - timedelta(10)
    row = rule(house, campaign, first_on=first)
    assert act(house, "city", row, "hold", held_on=house.today + timedelta(1)) == 422
    state = act(house, "city", row, "hold", held_on=house.today, meeting="市政府第32次常务会议",
                note="听取安委办汇报", seen=row.case.version)  # fmt: skip
    assert state == "held"
    following = Hearing.objects.exclude(pk=row.pk).select_related("case").get()
    # From the day on which it was due, not from that on which it was held at last.
    assert following.case.due_on == months_on(first, 3)
    assert following.rule_id == row.rule_id
    facts = Fact.objects.filter(case_id=row.pk)
    assert facts.filter(kind__code="hearing.closed").count() == 1
    assert act(house, "city", row, "hold", held_on=house.today) == 409
    assert act(house, "city", following, "drop", reason="与下次合并") == "void"
    third = Hearing.objects.select_related("case").latest("pk")
    assert third.case.due_on == months_on(first, 6)
    later = house.today + timedelta(300)
    assert act(house, "city", third, "put_off", due_on=later, reason=" ") == 422
    assert act(house, "city", third, "put_off", due_on=later, reason="会期调整") == "awaited"
    stale = act(house, "city", third, "put_off", due_on=later, reason="再调", seen=1)
    assert stale == 409
    rule_pk = HearingRule.objects.get().pk
    ended = house.post("city", "campaigns:end_hearing_rule", campaign, rule_pk)
    assert ended.status_code == 302
    assert Case.objects.get(pk=third.pk).state == "void"
    again = house.post("city", "campaigns:end_hearing_rule", campaign, rule_pk)
    assert again.status_code == 404


def test_no_hearing_is_set_down_after_the_campaign(house: House) -> None:
    campaign = house.campaign()
    row = rule(house, campaign, months=60)
    act(house, "city", row, "hold", held_on=house.today)
    assert Hearing.objects.count() == 1


def test_papers_go_in_and_are_served_to_readers_only(house: House) -> None:
    row = rule(house, house.campaign())
    paper = SimpleUploadedFile("汇报材料.docx", docx(p("汇报")))
    assert act(house, "city", row, "add_papers") == 422
    assert act(house, "city", row, "add_papers", files=paper) == "awaited"
    page = house.text("city", "campaigns:hearing", row.pk)
    assert "汇报材料.docx" in page
    href = page.split(f'href="/campaigns/hearings/{row.pk}/files/')[1].split('"')[0].strip("/")
    assert house.get("emergency", "campaigns:hearing_file", row.pk, href).status_code == 200
    for who in ("office", "firm", "stranger"):
        assert house.get(who, "campaigns:hearing_file", row.pk, href).status_code in (403, 404)
    assert house.get("city", "campaigns:hearing_file", row.pk, row.pk).status_code == 404
    bad = SimpleUploadedFile("程序.exe", b"MZ")
    assert act(house, "city", row, "add_papers", files=bad) in (400, 415, 422)


def test_each_decision_becomes_a_task_linked_both_ways(house: House) -> None:
    row = rule(house, house.campaign())
    decide = ("campaigns:hearing_decide", row.pk)
    due = house.today + timedelta(15)
    data = {"text_0": "市应急局牵头开展尾矿库专项检查。", "unit_name_0": "市应急局",
            "due_on_0": due, "text_1": "有关部门研究经费保障。"}  # fmt: skip
    assert house.post("city", *decide, **data).status_code == 409  # Not held yet.
    act(house, "city", row, "hold", held_on=house.today, meeting="第32次常务会议")
    assert house.post("emergency", *decide, **data).status_code == 403
    assert house.post("office", *decide, **data).status_code == 404
    assert house.post("firm", *decide, **data).status_code in (403, 404)
    assert house.post("city", *decide).status_code == 422
    early = {**data, "due_on_0": house.today - timedelta(1)}
    assert house.post("city", *decide, **early).status_code == 422
    assert not Decision.objects.exists()
    assert house.post("city", *decide, **data).status_code == 302
    mine = Task.objects.select_related("case", "line").get(line__text__startswith="市应急局")
    assert (mine.case.state, mine.case.due_on, mine.line.kind) == ("assigned", due, "requirement")
    other = Task.objects.select_related("case").get(line__text__startswith="有关")
    assert other.case.state == "found"  # It waits to be taken.
    assert other.case.due_on == house.today + timedelta(30)
    page = house.text("city", "campaigns:hearing", row.pk)
    assert f"/campaigns/tasks/{mine.pk}/" in page
    task = house.text("emergency", "campaigns:task", mine.pk)
    assert f"/campaigns/hearings/{row.pk}/" in task
    # Worked on like any other; more decisions come into the same plan.
    assert house.step("emergency", mine.pk, "receive") == "assigned"
    more = {"text_0": "再定一事。", "unit_name_0": "市住建局"}
    assert house.post("city", *decide, **more).status_code == 302
    row.refresh_from_db()
    assert row.plan is not None
    assert row.plan.tasks.count() == Decision.objects.count() == 3
    assert row.plan.title == f"第32次常务会议议定事项（{house.today.isoformat()}）"
    assert house.get("city", "campaigns:plan", row.plan_id).status_code == 200
    assert all(fine for _name, fine, _count, _why in invariants(timezone.now()))


def test_a_single_hearing_needs_no_rule(house: House) -> None:
    campaign = house.campaign()
    data = {"body": "安委会全体会议", "due_on": house.today}
    assert house.post("office", "campaigns:new_hearing", campaign, **data).status_code in (403, 404)
    assert house.post("city", "campaigns:new_hearing", campaign, body="会").status_code == 422
    assert house.post("city", "campaigns:new_hearing", campaign, **data).status_code == 302
    row = Hearing.objects.get()
    assert row.rule is None
    assert act(house, "city", row, "hold", held_on=house.today) == "held"
    assert Hearing.objects.count() == 1
    assert house.post("city", "campaigns:hearing_step", row.pk, "nonsense").status_code == 404


@pytest.mark.once
def test_the_calendar_costs_the_same_for_any_number_of_hearings(house: House) -> None:
    campaign = house.campaign()
    counts = []
    for n in (1, 4):
        for i in range(n):
            row = rule(house, campaign, body=f"会议{n}{i}", months=60)
            act(house, "city", row, "hold", held_on=house.today)
            house.post("city", "campaigns:hearing_decide", row.pk, text_0="做一件事。")
        with CaptureQueriesContext(connection) as seen:
            house.text("city", "campaigns:hearings", campaign)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


def test_days_beyond_the_calendar_are_refused(house: House) -> None:
    campaign, far = house.campaign(), "9999-12-31"
    row = rule(house, campaign)
    put_off = ("campaigns:hearing_step", row.pk, "put_off")
    answer = house.post("city", *put_off, due_on=far, reason="会期调整")
    assert answer.status_code == 422
    assert "Choose a day between the years 1900 and 2199" in answer.content.decode()
    assert act(house, "city", row, "hold", held_on="0001-01-01") == 422
    single = {"body": "安委会全体会议", "due_on": far}
    assert house.post("city", "campaigns:new_hearing", campaign, **single).status_code == 422
    with override("zh-hans"), pytest.raises(CarryingIncomplete) as caught:
        hearings.put_off(row.pk, due_on=date(9999, 12, 31), reason="调整", **house.call("city"))
    with override("zh-hans"):
        assert "请选择1900年至2199年之间的日期" in str(caught.value)
    assert Hearing.objects.count() == 1


@pytest.mark.parametrize("code", ["hold", "drop"])
def test_a_hearing_that_was_put_off_for_ever_is_dealt_with(house: House, code: str) -> None:
    row = rule(house, house.campaign())
    Case.objects.filter(pk=row.pk).update(due_on=date(9999, 12, 30))
    data = {"held_on": house.today} if code == "hold" else {"reason": "合并"}
    assert act(house, "city", row, code, **data) == ("held" if code == "hold" else "void")
    assert Hearing.objects.count() == 1  # None lies behind that day.


def test_a_campaign_and_a_plan_lie_within_the_calendar(house: House) -> None:
    unit, campaign = house.cast.units["city"].pk, house.campaign()
    for view, more in (
        (("campaigns:new",), {}),
        (("campaigns:new_plan", campaign), {"kind": "master"}),
    ):
        for wrong in ({"starts_on": "0001-01-01"}, {"ends_on": "9999-12-31"}):
            data = {"title": "行动", "unit": unit, "starts_on": house.today,
                    "ends_on": house.today, **more, **wrong}  # fmt: skip
            answer = house.post("city", *view, **data)
            assert answer.status_code == 422, (view, wrong)
            assert "Choose a day between the years" in answer.content.decode()
