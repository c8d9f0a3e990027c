"""Dispatch meetings: what changed, who is late, what was promised; minutes that stand as issued."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from anlan.base.ids import uuid7
from anlan.domain.campaigns import (
    commands,
)
from anlan.domain.campaigns.commands.terms import NewLine
from anlan.domain.campaigns.invariants import invariants
from anlan.domain.campaigns.meetings import changes as meetings
from anlan.domain.campaigns.meetings import commands as does
from anlan.domain.campaigns.models import Meeting, MeetingItem, Minutes, Plan, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tests.house import House, lead
from anlan.kernel.loop.models import Case, Party

pytestmark = pytest.mark.django_db


def sent(house: House, **more: Any) -> dict[str, Any]:
    day = house.today
    return {
        "unit": house.cast.units["city"].pk, "title": "第一次调度例会", "held_on": day,
        "place": "三楼会议室", "chair": "李某", "present": "市应急局、市住建局",
        "since": day - timedelta(7), "next_on": day + timedelta(30), "seen": "", **more,
    }  # fmt: skip


def made(house: House, campaign: UUID, **more: Any) -> Meeting:
    answer = house.post("city", "campaigns:meeting_new", campaign, **sent(house, **more))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Meeting.objects.latest("pk")


def decide(house: House, meeting: Meeting, status: int = 302, **more: Any) -> Any:
    data = {
        "kind": "decision", "text": "由市应急局牵头，月底前完成全部复查。", "task": "",
        "unit": house.cast.units["emergency"].code, "due_on": house.today + timedelta(20),
        "seen": "", **more,
    }  # fmt: skip
    answer = house.post("city", "campaigns:meeting_item_new", meeting.pk, **data)
    assert answer.status_code == status, answer.content.decode()[-6000:]
    return answer


def test_an_office_prepares_holds_and_issues_and_decisions_become_tasks(house: House) -> None:
    first, second, *rest = house.lines()
    past = replace(second, due_on=house.today - timedelta(2))
    plan = house.published(lines=[first, past, *rest])
    task, late = (house.task(plan, one.title) for one in (first, second))
    campaign = plan.campaign_id
    new = reverse("campaigns:meeting_new", args=[campaign])
    assert new in house.text("city", "campaigns:meetings", campaign)
    assert new not in house.text("housing", "campaigns:meetings", campaign)
    assert house.post("housing", "campaigns:meeting_new", campaign).status_code == 403
    wrong = sent(house, since=house.today)
    assert house.post("city", "campaigns:meeting_new", campaign, **wrong).status_code == 422
    wrong = sent(house, next_on=house.today)
    assert house.post("city", "campaigns:meeting_new", campaign, **wrong).status_code == 422
    wrong = sent(house, unit=house.cast.units["office"].pk)
    assert house.post("city", "campaigns:meeting_new", campaign, **wrong).status_code == 422
    meeting = made(house, campaign)
    page = house.text("city", "campaigns:meeting", meeting.pk)
    for code in meetings.HEAPS:
        assert reverse("campaigns:meeting_tasks", args=[meeting.pk, code]) in page
        assert house.get("city", "campaigns:meeting_tasks", meeting.pk, code).status_code == 200
    assert house.get("city", "campaigns:meeting_tasks", meeting.pk, "nothing").status_code == 404
    behind = house.text("city", "campaigns:meeting_tasks", meeting.pk, "late_all")
    assert "整治燃气管道占压" in behind
    assert f"?task={late.pk}" in behind

    # What is said: refused where it names nobody, no day, a day before, a strange task.
    decide(house, meeting, 422, unit="")
    decide(house, meeting, 422, due_on="")
    decide(house, meeting, 422, due_on=house.today - timedelta(1))
    decide(house, meeting, 422, text=" ")
    decide(house, meeting, 422, kind="promise", unit="", task="RW00000000-0000-0000")
    decide(house, meeting, 422, kind="promise", unit="", task="")
    decide(house, meeting)
    decide(house, meeting, kind="promise", unit="", task=late.case.number, text="五日内完成整治。",
           due_on=house.today + timedelta(5))  # fmt: skip
    decide(house, meeting, kind="note", unit="", due_on="", text="传达上级会议精神。")
    promise = MeetingItem.objects.get(kind="promise")
    assert (promise.task_id, promise.unit) == (late.pk, house.cast.units["housing"])
    offered = house.text("city", "campaigns:meeting_item_new", meeting.pk, query=f"?task={late.pk}")
    assert late.case.number in offered

    # Nobody else sees it before there are minutes.
    assert house.get("office", "campaigns:meeting", meeting.pk).status_code == 404
    assert house.get("emergency", "campaigns:meeting", meeting.pk).status_code == 404
    stale = house.post("city", "campaigns:meeting_issue", meeting.pk, seen="1")
    assert stale.status_code == 409
    meeting.refresh_from_db()
    answer = house.post("city", "campaigns:meeting_issue", meeting.pk, seen=meeting.version)
    assert answer.headers["Location"] == reverse("campaigns:meeting", args=[meeting.pk])
    decision = MeetingItem.objects.get(kind="decision")
    assert decision.line is not None
    made_task = Task.objects.get(line=decision.line)
    assert made_task.case.state == "assigned"
    assert made_task.case.due_on == decision.due_on
    parties = Party.objects.filter(case=made_task.pk, role="rectifier")
    assert parties.get().unit == house.cast.units["emergency"]
    minutes = Minutes.objects.get()
    assert minutes.plan == Plan.objects.get(pk=decision.line.plan_id)
    assert all(holds for _name, holds, *_more in invariants(timezone.now()))

    # Linked both ways.
    shown = house.text("city", "campaigns:meeting", meeting.pk)
    assert reverse("campaigns:task", args=[made_task.pk]) in shown
    assert reverse("campaigns:meeting", args=[meeting.pk]) in house.text(
        "emergency", "campaigns:task", made_task.pk
    )
    assert reverse("campaigns:meeting", args=[meeting.pk]) in house.text(
        "city", "campaigns:task", late.pk
    )
    assert "例会" not in house.text("city", "campaigns:task", task.pk)
    # Those near read the minutes; what they can't open isn't a link; nobody far away does.
    below = house.text("office", "campaigns:meeting", meeting.pk)
    assert decision.text in below
    assert reverse("campaigns:task", args=[made_task.pk]) not in below
    assert house.get("office", "campaigns:meeting_tasks", meeting.pk, "late").status_code == 403
    assert house.post("office", "campaigns:meeting_correct", meeting.pk).status_code == 403


def test_issued_minutes_stand_and_a_correction_is_a_version_of_its_own(house: House) -> None:
    campaign = house.published().campaign_id
    meeting = made(house, campaign)
    decide(house, meeting)
    decide(house, meeting, kind="note", unit="", due_on="", text="记录一。")
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    first = Minutes.objects.get()
    assert first.data["counts"]["added"] == 3
    # Fixed: each way to change it is refused, and nothing is lost.
    decide(house, meeting, 409)
    for view, data in (
        ("meeting_edit", sent(house)), ("meeting_agenda", {"text_0": "别的", "seen": ""}),
        ("meeting_issue", {"seen": ""}),
    ):  # fmt: skip
        found = house.post("city", f"campaigns:{view}", meeting.pk, **data)
        assert found.status_code in (409, 422), view
    note = MeetingItem.objects.get(kind="note")
    remove = ("campaigns:meeting_item_remove", meeting.pk, note.pk)
    assert house.post("city", *remove, seen="").status_code == 409
    assert Minutes.objects.get().data == first.data

    house.post("city", "campaigns:meeting_correct", meeting.pk, reason=" ", seen="")
    meeting.refresh_from_db()
    assert meeting.status == "issued"
    house.post("city", "campaigns:meeting_correct", meeting.pk, reason="漏记一项", seen="")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.why) == ("correcting", "漏记一项")
    # While it is written anew, others read what stands.
    decide(house, meeting, text="补充：另行组织一次督查。")
    assert "另行组织" not in house.text("office", "campaigns:meeting", meeting.pk)
    decided = MeetingItem.objects.exclude(line=None).get()
    change = house.post(
        "city", "campaigns:meeting_item", meeting.pk, decided.pk, kind="note", text="改写",
        unit="", task="", due_on="", seen="",
    )  # fmt: skip
    assert change.status_code == 422  # It is a task by now.
    assert house.post("city", *remove, seen="").status_code == 302
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    assert [one.number for one in Minutes.objects.order_by("number")] == [1, 2]
    first.refresh_from_db()
    second = Minutes.objects.get(number=2)
    assert "另行组织" not in str(first.data)
    assert "另行组织" in str(second.data)
    assert [one["struck"] for one in second.data["items"]] == [0, 2, 0]
    assert [one["struck"] for one in first.data["items"]] == [0, 0]
    assert second.why == "漏记一项"
    # Its figures stay those of the day, and only what is new became a task.
    assert second.data["counts"] == first.data["counts"]
    assert Task.objects.filter(plan__in=(first.plan_id, second.plan_id)).count() == 2
    for number, word in ((1, "记录一"), (2, "漏记一项")):
        for who in ("city", "office"):
            text = house.text(who, "campaigns:meeting_minutes", meeting.pk, number)
            assert word in text
    assert house.get("city", "campaigns:meeting_minutes", meeting.pk, 3).status_code == 404
    assert house.get("stranger", "campaigns:meeting_minutes", meeting.pk, 9).status_code == 404


def test_the_next_meeting_shows_what_became_of_promises(house: House) -> None:
    plan = house.published(lines=[
        NewLine(f"任务{n}", title=f"任务{n}", units=lead("市应急局"),
                due_on=house.today + timedelta(60))
        for n in range(3)
    ])  # fmt: skip
    kept, broken, running = (house.task(plan, f"任务{n}") for n in range(3))
    early = house.today - timedelta(10)
    first = made(house, plan.campaign_id, held_on=early, since="", next_on="")
    assert first.since == early - timedelta(meetings.DAYS_BACK)
    for task, days in ((kept, 10), (broken, 5), (running, 15)):
        decide(house, first, kind="promise", unit="", task=task.case.number,
               text=f"承诺{task.line.title}", due_on=early + timedelta(days))  # fmt: skip
    house.post("city", "campaigns:meeting_issue", first.pk, seen="")
    commands.rectify(kept.pk, result="完成", **house.call("emergency"))
    second = made(house, plan.campaign_id, title="第二次调度例会", since="")
    assert second.since == early  # That of the last meeting.
    found = meetings.promised(first, house.today)
    assert [(one.code, one.days) for one in found] == [
        ("kept", 0), ("broken", 5), ("running", 0)
    ]  # fmt: skip
    page = house.text("city", "campaigns:meeting", second.pk)
    assert page.count("承诺任务") == 3
    house.post("city", "campaigns:meeting_issue", second.pk, seen="")
    data = Minutes.objects.latest("pk").data
    assert [one["code"] for one in data["promised"]] == ["kept", "broken", "running"]
    # Returned afterwards it isn't kept any more; what was issued says what it said.
    commands.reject(kept.pk, reason="未完成", **house.call("city"))
    assert meetings.promised(first, house.today)[0].code == "running"
    assert Minutes.objects.latest("pk").data == data


def test_the_agenda_is_made_by_rule_and_may_be_put_in_another_order(house: House) -> None:
    plan = house.published()
    meeting = made(house, plan.campaign_id)
    shown = meetings.figures(meeting, house.cast.actor("city"), house.today)
    rules = meetings.by_rules(shown, [])
    assert [point.code for point in rules] == ["changes", "decide"]
    Case.objects.filter(campaign_task__plan=plan).update(due_on=house.today - timedelta(1))
    shown = meetings.figures(meeting, house.cast.actor("city"), house.today)
    assert [point.code for point in meetings.by_rules(shown, [])] == [
        "changes", "late_all", "decide"
    ]  # fmt: skip
    form = house.text("city", "campaigns:meeting_agenda", meeting.pk)
    assert 'name="place_0"' in form
    data = {"place_0": "2", "text_0": "进展", "code_0": "changes", "place_1": "1",
            "text_1": "传达精神", "code_1": "", "place_2": "3", "text_2": " "}  # fmt: skip
    stale = house.post("city", "campaigns:meeting_agenda", meeting.pk, seen="9", **data)
    assert stale.status_code == 409
    house.post("city", "campaigns:meeting_agenda", meeting.pk, seen="1", **data)
    meeting.refresh_from_db()
    assert [one["text"] for one in meeting.agenda] == ["传达精神", "进展"]
    page = house.text("city", "campaigns:meeting", meeting.pk)
    assert page.index("1. 传达精神") < page.index("2. 进展")
    long = {"text_0": "长" * 300}
    assert house.post("city", "campaigns:meeting_agenda", meeting.pk, seen="", **long).status_code in (
        400, 422
    )  # fmt: skip
    house.post("city", "campaigns:meeting_agenda", meeting.pk, seen="", by_rule="1", **data)
    meeting.refresh_from_db()
    assert meeting.agenda == []


def test_agenda_and_minutes_are_papers(house: House) -> None:
    plan = house.published()
    meeting = made(house, plan.campaign_id)
    decide(house, meeting)
    agenda = house.get("city", "campaigns:meeting_agenda_docx", meeting.pk)
    assert "三楼会议室" in _words(agenda.content)
    assert "议" in house.text("city", "campaigns:meeting_agenda_print", meeting.pk)
    assert house.get("office", "campaigns:meeting_agenda_docx", meeting.pk).status_code == 404
    assert house.get("city", "campaigns:meeting_minutes_docx", meeting.pk, 1).status_code == 404
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    minutes = house.get("city", "campaigns:meeting_minutes_docx", meeting.pk, 1)
    assert "attachment" in minutes.headers["Content-Disposition"]
    words = _words(minutes.content)
    # Chinese whoever takes it out; its page is in the reader's language.
    for word in ("李某", "由市应急局牵头", "昆明市应急管理局", "议定事项", "主持人："):
        assert word in words
    printed = house.text("office", "campaigns:meeting_minutes", meeting.pk, 1)
    assert "由市应急局牵头" in printed
    assert "In the chair" in printed


def _words(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read("word/document.xml").decode()


def test_minutes_want_a_day_that_has_come_a_chair_and_who_was_there(house: House) -> None:
    campaign = house.published().campaign_id
    meeting = made(house, campaign, held_on=house.today + timedelta(3), next_on="")
    for field, wrong in (
        ("held_on", {}),
        ("present", {"held_on": house.today, "present": ""}),
        ("chair", {"held_on": house.today, "chair": ""}),
        ("chair", {"held_on": house.today, "chair": "", "present": ""}),
    ):
        if wrong:
            house.post("city", "campaigns:meeting_edit", meeting.pk, **sent(house, **wrong))
        answer = house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
        edit = reverse("campaigns:meeting_edit", args=[meeting.pk])
        assert answer.headers["Location"] == f"{edit}#f-{field}"
        assert not Minutes.objects.exists()
    # What lacks is told at once, not one after the other.
    told = house.text("city", "campaigns:meeting_edit", meeting.pk)
    assert "who chaired the meeting. Write down who was there." in told
    house.post("city", "campaigns:meeting_edit", meeting.pk, **sent(house))
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    assert Minutes.objects.get().plan is None  # Nothing was decided.


def test_a_repeat_issues_nothing_twice(house: House) -> None:
    meeting = made(house, house.published().campaign_id)
    decide(house, meeting)
    call = house.call("city")
    does.issue(meeting.pk, **call)
    does.issue(meeting.pk, **call)
    assert Minutes.objects.count() == 1
    assert Task.objects.filter(line__meeting_item__isnull=False).count() == 1
    with pytest.raises(does.MinutesAreIssued):
        does.issue(meeting.pk, **house.call("city"))


def test_an_issued_note_does_not_turn_into_a_decision_without_a_task(house: House) -> None:
    meeting = made(house, house.published().campaign_id)
    decide(house, meeting, kind="note", unit="", due_on="", text="记录一。")
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    house.post("city", "campaigns:meeting_correct", meeting.pk, reason="记错", seen="")
    note = MeetingItem.objects.get()
    change = ("campaigns:meeting_item", meeting.pk, note.pk)
    # Other words, but not another kind: that isn't offered, and is refused where it is sent.
    assert 'value="decision"' not in house.text("city", *change)
    data = {
        "kind": "note",
        "text": "记录一（更正）。",
        "unit": "",
        "task": "",
        "due_on": "",
        "seen": "",
    }
    assert house.post("city", *change, **data).status_code == 302
    turned = {**data, "kind": "decision", "unit": house.cast.units["emergency"].code,
              "due_on": house.today}  # fmt: skip
    answer = house.post("city", *change, **turned)
    assert answer.status_code == 422
    assert "strike it out and write a new item" in answer.content.decode()
    new = does.NewItem("decision", "改写", house.cast.units["emergency"].pk, house.today)
    with override("zh-hans"), pytest.raises(PlanIncomplete) as caught:
        does.put_item(meeting.pk, new, item=note.pk, **house.call("city"))
    with override("zh-hans"):
        assert "请划掉后另写一项" in str(caught.value)
    # Struck out and written anew it is a task.
    house.post("city", "campaigns:meeting_item_remove", meeting.pk, note.pk, seen="")
    decide(house, meeting)
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    standing = [one for one in Minutes.objects.latest("pk").data["items"] if not one["struck"]]
    assert [bool(one["task"]) for one in standing if one["kind"] == "decision"] == [True]


def test_of_a_correction_that_is_being_written_only_what_was_issued_is_read(house: House) -> None:
    plan = house.published()
    task, other = (house.task(plan, one.title) for one in house.lines()[:2])
    meeting = made(house, plan.campaign_id, title="原定例会")
    decide(house, meeting, kind="promise", unit="", task=task.case.number, text="十日内完成。",
           due_on=house.today + timedelta(10))  # fmt: skip
    decide(house, meeting, kind="promise", unit="", task=task.case.number, text="另作补报。",
           due_on=house.today + timedelta(11))  # fmt: skip
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    house.post("city", "campaigns:meeting_correct", meeting.pk, reason="记错", seen="")
    first, second = MeetingItem.objects.order_by("place")
    data = {"kind": "promise", "unit": "", "seen": "", "task": other.case.number,
            "text": "二十日内完成。", "due_on": house.today + timedelta(20)}  # fmt: skip
    assert (
        house.post("city", "campaigns:meeting_item", meeting.pk, first.pk, **data).status_code
        == 302
    )
    house.post("city", "campaigns:meeting_item_remove", meeting.pk, second.pk, seen="")
    moved = sent(house, title="改名例会", held_on=house.today - timedelta(1),
                 next_on=house.today + timedelta(44))  # fmt: skip
    assert house.post("city", "campaigns:meeting_edit", meeting.pk, **moved).status_code == 302

    by = house.cast.actor("city")
    for who in ("city", "emergency"):
        page = house.text(who, "campaigns:task", task.pk)
        for words in ("原定例会", "十日内完成", "另作补报"):
            assert words in page, words
        for words in ("改名例会", "二十日内完成"):
            assert words not in page, words
        listed = house.text(who, "campaigns:meetings", plan.campaign_id)
        assert "原定例会" in listed
        assert "改名例会" not in listed
        assert str(house.today + timedelta(44)) not in listed
    assert meetings.said_of(other, by) == []
    # Issued, the correction is what stands; what it struck out isn't said any more.
    house.post("city", "campaigns:meeting_issue", meeting.pk, seen="")
    assert meetings.said_of(task, by) == []
    (said,) = meetings.said_of(other, by)
    assert (said.title, said.text, said.kind) == ("改名例会", "二十日内完成。", "promise")
    assert "改名例会" in house.text("emergency", "campaigns:meetings", plan.campaign_id)


@pytest.mark.once
@pytest.mark.parametrize("name", ["held_on", "since", "next_on"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_refused(house: House, name: str, day: str) -> None:
    campaign = house.campaign()
    data = {**sent(house, since=""), name: day}
    answer = house.post("city", "campaigns:meeting_new", campaign, **data)
    assert answer.status_code == 422
    assert "Choose a day between the years 1900 and 2199" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_nothing_is_decided_until_the_end_of_time(house: House) -> None:
    meeting = made(house, house.campaign())
    answer = decide(house, meeting, 422, due_on="9999-12-31")
    assert "Choose a day between the years" in answer.content.decode()


def test_a_series_is_planned_ahead_each_compared_with_the_one_before(house: House) -> None:
    campaign = house.published().campaign_id
    first = date(2027, 1, 31)
    new = ("campaigns:meeting_new", campaign)
    data = {"unit": house.cast.units["city"].pk, "title": "例会", "held_on": first,
            "since": first - timedelta(30), "months": 1, "more": 2}  # fmt: skip
    assert house.post("city", *new, **{**data, "more": 99}).status_code == 422
    assert not Meeting.objects.exists()
    sent = {**data, "request_id": uuid7()}
    assert house.post("city", *new, **sent).status_code == 302
    assert house.post("city", *new, **sent).status_code == 302, "the same request again"
    rows = list(Meeting.objects.order_by("held_on").values_list("held_on", "since", "next_on"))
    assert rows == [
        (first, first - timedelta(30), date(2027, 2, 28)),
        (date(2027, 2, 28), first, date(2027, 3, 31)),
        (date(2027, 3, 31), date(2027, 2, 28), date(2027, 4, 30)),
    ]
