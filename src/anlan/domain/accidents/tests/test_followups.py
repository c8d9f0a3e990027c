"""What follows an accident: each is answered by its unit and judged by another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands
from anlan.domain.accidents.commands import NewFollowUp
from anlan.domain.accidents.models import FollowUp, RestartTerms
from anlan.domain.accidents.tests.desk import Desk
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.models import Case, Event
from anlan.kernel.notices.models import Notice
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
CITY = "530100"


def told(desk: Desk, pk: UUID, who: str = "city", **more: Any) -> Any:
    given = {"kind": "lesson", "text": "排查同类罐区动火", "source": "调查报告六", **more}
    try:
        return commands.follow_up(pk, NewFollowUp(**given), **desk.call(who))
    except Refusal as refusal:
        return refusal.code, refusal.data.get("field")


def step(desk: Desk, who: str, what: str, pk: UUID, **given: Any) -> Any:
    try:
        getattr(commands, what)(pk, **given, **desk.call(who))
    except Refusal as refusal:
        return refusal.code, refusal.data.get("field")
    return "done"


def test_a_lesson_goes_out_to_each_unit_and_each_answers_for_itself(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    names = (desk.cast.units["elsewhere"].name,)
    assert told(desk, pk, heap="next", names=names) == pk
    rows = {row.unit.name: row for row in FollowUp.objects.select_related("unit")}
    assert set(rows) == {desk.cast.units["office"].name, desk.cast.units["elsewhere"].name}
    row = rows[desk.cast.units["office"].name]
    answer = {"answer": "排查3处罐区", "found": 2}
    assert step(desk, "stranger", "answer_followup", row.pk, **answer)[0] == "not_found"
    assert step(desk, "office", "answer_followup", row.pk, answer="已查", found=None) == (
        "accident_incomplete",
        "found",
    )
    assert step(desk, "office", "answer_followup", row.pk, **answer) == "done"
    # The unit that answered judges nothing of it.
    verdict = {"verdict": "done", "evidence": "抽查2处"}
    assert step(desk, "office", "judge_followup", row.pk, **verdict)[0] in (
        "not_allowed",
        "not_found",
    )
    assert step(desk, "city", "judge_followup", row.pk, **verdict) == "done"
    assert step(desk, "office", "answer_followup", row.pk, **answer)[0] in (
        "not_allowed",
        "not_found",
    )
    row.refresh_from_db()
    assert (row.found, row.verdict, bool(row.judged_at)) == (2, "done", True)


def test_what_a_lesson_led_to_opens_to_the_hazards_on_record(desk: Desk) -> None:
    name = desk.cast.units["office"].name
    told(desk, desk.report(deaths=1), names=(name,))
    row = FollowUp.objects.get()
    mine, other = (Case.objects.get(pk=hazard(desk, who)) for who in ("inspector", "stranger"))
    given = {"answer": "已排查", "found": None}
    assert step(desk, "office", "answer_followup", row.pk, **given, numbers=(other.number,)) == (
        "accident_incomplete", "numbers",
    )  # fmt: skip
    few = {**given, "found": 0, "numbers": (mine.number,)}
    assert step(desk, "office", "answer_followup", row.pk, **few) == (
        "accident_incomplete",
        "found",
    )
    sent = {"answer": "已排查", "found": "", "numbers": mine.number.lower(), "request_id": uuid7()}
    assert desk.post("office", "accidents:answer_followup", row.pk, **sent).status_code == 302
    row.refresh_from_db()
    assert (row.found, [one.hazard_id for one in row.hazards.all()]) == (1, [mine.pk])
    page = desk.get("city", "accidents:followup", row.pk).content.decode()
    assert reverse("hazards:page", args=[mine.pk]) in page
    assert mine.number in page


def hazard(desk: Desk, who: str) -> UUID:
    by = desk.cast.actor(who)
    unit = Unit.objects.get(pk=by.unit_id)
    new = Finding(pk=uuid7(), description="罐区动火未审批", area_id=unit.area_id, unit_id=unit.pk,
                  opened_on=timezone.localdate(desk.now), grade="ordinary",
                  source="inspection")  # fmt: skip
    hazards.find([new], **desk.call(who))
    return new.pk


def test_it_must_be_said_to_whom_and_where_it_stands(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    name = desk.cast.units["office"].name
    assert told(desk, pk) == ("accident_incomplete", "names")
    assert told(desk, pk, names=("没有这个单位",)) == ("accident_incomplete", "names")
    assert told(desk, pk, names=(name,), source=" ") == ("accident_incomplete", "source")
    assert told(desk, pk, names=(name,), kind="term") == ("accident_incomplete", "kind")
    past = timezone.localdate() - timedelta(days=1)
    assert told(desk, pk, names=(name,), due_on=past) == ("accident_incomplete", "due_on")
    assert told(desk, pk, heap="sector", sector="moon") == ("accident_incomplete", "sector")
    assert told(desk, pk, "inspector", names=(name,))[0] == "not_allowed"
    assert not FollowUp.objects.exists()


def test_an_inquiry_is_evaluated_once_each_measure_is_judged(desk: Desk) -> None:
    pk, own = desk.report(deaths=1), uuid7()
    today = timezone.localdate(desk.now)
    commands.open_inquiry(pk, inquiry=own, liability=False, **desk.call("city"))
    said = {"on": today, "cause": "违章", "responsibility": "企业", "measures": "整改"}
    assert desk.do("city", "submit", own, **said) == "submitted"
    assert desk.do("city", "approve", own, on=today, number="1号") == "approved"
    done = {"on": today, "evaluation": "已落实", "published_at": "官网"}
    # One sentence over measures that nobody wrote down judges none of them.
    assert desk.do("city", "evaluate", own, **done) == "accident_already_asked"
    assert (
        told(desk, pk, kind="measure", text="更换阀门", names=(desk.cast.units["office"].name,))
        == pk
    )
    assert desk.do("city", "evaluate", own, **done) == "accident_already_asked"
    row = FollowUp.objects.get()
    assert (
        step(desk, "city", "judge_followup", row.pk, verdict="partly", evidence="现场核查")
        == "done"
    )
    assert desk.do("city", "evaluate", own, **{**done, "published_at": ""}) == "accident_incomplete"
    assert desk.do("city", "evaluate", own, **done) == "evaluated"
    assert desk.get("city", "accidents:inquiry", own).status_code == 200
    assert Event.objects.filter(case=own, step="evaluate").exists()


def test_terms_of_a_restart_are_the_offices_and_ticked_by_another_than_the_enterprise(
    desk: Desk,
) -> None:
    pk = desk.report(deaths=1)
    firm = desk.cast.units["firm"].name
    wish = {"unit": firm}
    assert step(desk, "city", "want_restart", pk, **wish) == ("accident_incomplete", "unit")
    area = by_code(CITY).pk
    terms = {
        "area": area,
        "items": ["通风系统验收", " ", "人员培训合格"],
        "source": "市安委〔2026〕5号",
    }
    assert step(desk, "office", "set_restart_terms", uuid7(), **terms) == (
        "accident_incomplete",
        "area",
    )
    assert step(desk, "city", "set_restart_terms", uuid7(), **{**terms, "items": []}) == (
        "accident_incomplete",
        "items",
    )
    for _n in range(2):
        assert step(desk, "city", "set_restart_terms", uuid7(), **terms) == "done"
    assert list(RestartTerms.objects.order_by("version").values_list("version", flat=True)) == [
        1,
        2,
    ]
    assert step(desk, "city", "want_restart", pk, **wish) == "done"
    assert step(desk, "city", "want_restart", pk, **wish)[0] == "accident_already_asked"
    first, second = FollowUp.objects.order_by("pk")
    assert (first.text, second.text) == ("通风系统验收", "人员培训合格")
    tick = {"verdict": "done", "evidence": "检测报告12号"}
    assert step(desk, "firm", "judge_followup", first.pk, **tick)[0] in ("not_allowed", "not_found")
    assert step(desk, "city", "judge_followup", first.pk, verdict="done", evidence=" ") == (
        "accident_incomplete",
        "evidence",
    )
    assert step(desk, "city", "judge_followup", first.pk, **tick) == "done"
    shown = desk.get("city", "accidents:of_accident", pk).content.decode()
    assert "No restart yet" in shown
    assert step(desk, "city", "judge_followup", second.pk, **tick) == "done"
    assert (
        "All terms of the restart are shown"
        in desk.get("city", "accidents:of_accident", pk).content.decode()
    )


def test_through_the_pages_it_is_told_answered_judged_and_withdrawn(desk: Desk) -> None:
    pk = desk.report(deaths=1)
    office = desk.cast.units["office"].name
    given = {"kind": "lesson", "text": "排查动火", "source": "报告六", "names": office}
    assert (
        desk.post("city", "accidents:of_accident", pk, **{**given, "names": "无"}).status_code
        == 422
    )
    assert desk.post("city", "accidents:of_accident", pk, **given).status_code == 302
    row = FollowUp.objects.get()
    assert Notice.objects.filter(kind="accidents.followup").count() == 1
    assert (
        desk.get("office", "accidents:followups", query="?mine=1")
        .content.decode()
        .count("排查动火")
        >= 1
    )
    assert desk.get("stranger", "accidents:followup", row.pk).status_code == 404
    assert (
        desk.post("office", "accidents:answer_followup", row.pk, answer="已查").status_code == 422
    )
    assert (
        desk.post("office", "accidents:answer_followup", row.pk, answer="已查", found=0).status_code
        == 302
    )
    assert (
        desk.post(
            "city", "accidents:judge_followup", row.pk, verdict="done", evidence="抽查"
        ).status_code
        == 302
    )
    assert "抽查" in desk.get("office", "accidents:followup", row.pk).content.decode()
    assert (
        desk.post("city", "accidents:withdraw_followup", row.pk, reason="误发").status_code == 302
    )
    assert desk.get("city", "accidents:followups").content.decode().count("排查动火") == 0
    form = {"pk": uuid7(), "area": CITY, "items": "通风", "source": "文件"}
    assert desk.post("city", "accidents:terms", **form).status_code == 302
    assert "通风" in desk.get("office", "accidents:terms").content.decode()


def test_what_waits_for_an_answer_or_a_verdict_is_in_the_worklist_and_on_the_ladder(
    desk: Desk,
) -> None:
    pk = desk.report(deaths=1)
    due = timezone.localdate(desk.now) + timedelta(days=3)
    name = desk.cast.units["elsewhere"].name
    assert told(desk, pk, names=(name,), due_on=due) == pk
    row = FollowUp.objects.select_related("case").get()
    assert (row.case_id, row.case.state, row.case.due_on) == (row.pk, "told", due)

    def waits(who: str, tray: str) -> bool:
        page = desk.browser(who).get(f"/work/{tray}/").content.decode()
        return "排查同类罐区动火" in page

    assert waits("stranger", "answer_followup")
    assert not waits("office", "answer_followup")
    assert step(desk, "stranger", "answer_followup", row.pk, answer="已查", found=1) == "done"
    assert not waits("stranger", "answer_followup")
    assert waits("city", "judge_followup")
    # Before it is judged another answer takes the place of the first; it counts once.
    assert step(desk, "stranger", "answer_followup", row.pk, answer="又查", found=2) == "done"
    verdict = {"verdict": "done", "evidence": "抽查"}
    assert step(desk, "city", "judge_followup", row.pk, **verdict) == "done"
    assert not waits("city", "judge_followup")
    row.refresh_from_db()
    assert (row.case.state, row.case.is_open) == ("judged", False)
    steps = Event.objects.filter(case=row.pk).order_by("seq").values_list("step", flat=True)
    assert list(steps) == ["find", "answer", "answer_again", "judge"]
    sums = desk.sums("followup")
    assert (sums["found"], sums["rectified"], sums["closed"], sums["open"]) == (1, 1, 1, 0)
    # What was judged and turns out a slip counts nowhere but among those told.
    assert step(desk, "city", "withdraw_followup", row.pk, reason="误发") == "done"
    sums = desk.sums("followup")
    assert (sums["found"], sums["rectified"], sums["closed"], sums["voided"]) == (1, 0, 0, 1)
    desk.check()
