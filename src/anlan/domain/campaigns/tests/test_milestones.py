"""Milestones: stated or counted back, reached by a report or late; the catalogue of key tasks."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from anlan.domain.campaigns.milestones import commands as do
from anlan.domain.campaigns.milestones import queries, scheduling
from anlan.domain.campaigns.milestones.scheduling import Step
from anlan.domain.campaigns.models import KeyTask, Milestone, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.tests.house import House
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.notices.models import Notice

FIRST, LAST = date(2024, 9, 2), date(2024, 10, 31)
#: 1–7 October were days off, 29 September and 12 October were worked.
CALENDAR = Calendar(
    {**{date(2024, 10, n): False for n in range(1, 8)}, date(2024, 9, 29): True,
     date(2024, 10, 12): True},
    frozenset({2024}),
)  # fmt: skip


def days(text: str) -> list[date]:
    return [one.due_on for one in scheduling.read(text, FIRST, LAST, CALENDAR)]


def test_days_are_counted_back_from_the_deadline_in_working_days() -> None:
    assert days("制定方案 5\n排查 10\n整治 10") == [
        date(2024, 9, 29), date(2024, 10, 17), date(2024, 10, 31),
    ]  # fmt: skip
    found = scheduling.read("制定方案 5个工作日\n整治 10天", FIRST, LAST, CALENDAR)
    assert [one.name for one in found] == ["制定方案", "整治"]
    assert days("方案 2024-09-10\n整治：2024年10月8日") == [date(2024, 9, 10), date(2024, 10, 8)]
    assert days("") == []
    [only] = scheduling.read("整治 3", date(2025, 1, 1), date(2025, 3, 3), CALENDAR)
    assert only.provisional  # 2025 isn't announced.


@pytest.mark.parametrize("seed", range(30))
def test_counted_back_each_step_has_its_working_days_and_the_last_ends_on_the_deadline(
    seed: int,
) -> None:
    draw = random.Random(seed)
    lengths = [draw.randrange(1, 9) for _n in range(draw.randrange(1, 5))]
    found = days("\n".join(f"第{n}步 {length}" for n, length in enumerate(lengths)))
    assert found[-1] == LAST
    for before, after, length in zip(found, found[1:], lengths[1:], strict=False):
        assert CALENDAR.count_workdays(before + timedelta(1), after) == length
        assert CALENDAR.is_workday(before)
    cuts = sorted(draw.sample(range(1, 100), draw.randrange(0, 5)))
    shares = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    found = days("\n".join(f"第{n}步 {share}%" for n, share in enumerate(shares)))
    assert found[-1] == LAST
    assert found == sorted(set(found))
    spans = [
        CALENDAR.count_workdays(low + timedelta(1), high)
        for low, high in zip([FIRST - timedelta(1), *found], found, strict=False)
    ]
    assert sum(spans) == CALENDAR.count_workdays(FIRST, LAST)
    assert all(spans)


@pytest.mark.parametrize("text", [
    "制定方案", "制定方案 明天", "方案 5\n整治 30%", "方案 40%\n整治 50%", "方案 2024-02-31",
    "方案 300", "方案 0", "\n".join(f"步骤{n} 1" for n in range(21)), f"{'长' * 201} 5",
])  # fmt: skip
def test_what_cannot_be_counted_is_refused(text: str) -> None:
    with pytest.raises(PlanIncomplete):
        days(text)


pages = pytest.mark.django_db


def task_of(house: House) -> Task:
    return house.task(house.published(), "关闭不达标矿山")


def write(house: House, who: str, task: Task, text: str, **more: Any) -> int:
    answer = house.post(who, "campaigns:milestones", task.pk, steps=text, **more)
    return int(answer.status_code)


@pages
def test_an_office_or_the_leading_unit_writes_steps_and_a_report_reaches_them(
    house: House,
) -> None:
    task = task_of(house)
    due = house.today + timedelta(90)
    text = f"制定方案 {house.today + timedelta(10)}\n完成关闭 {due}"
    assert write(house, "stranger", task, text) == 404
    assert write(house, "housing", task, text) in (403, 404)
    assert write(house, "emergency", task, "制定方案 明天") == 422
    assert write(house, "emergency", task, f"制定方案 {due + timedelta(1)}") == 422
    assert write(house, "emergency", task, f"乙 {due}\n甲 {house.today}") == 422
    assert write(house, "emergency", task, "制定方案 20\n完成关闭 10", preview="1") == 200
    assert not Milestone.objects.exists()
    assert write(house, "emergency", task, text) == 302
    assert write(house, "city", task, "制定方案 20\n动员 10\n完成关闭 10") == 302
    assert Milestone.objects.count() == 3
    assert Milestone.objects.get(name="完成关闭").due_on == due
    assert write(house, "emergency", task, text) == 302
    first = Milestone.objects.get(name="制定方案")
    page = house.text("emergency", "campaigns:task", task.pk)
    assert "制定方案" in page
    assert 'name="milestones"' in page
    house.step(
        "emergency", task.pk, "report", progress=30, text="方案已印发", milestones=[first.pk]
    )
    first.refresh_from_db()
    assert first.reached_on == house.today
    again = house.step("emergency", task.pk, "report", progress=30, text="再报",
                       milestones=[first.pk])  # fmt: skip
    assert again == 422
    # What was reached stays, whatever is written anew.
    assert write(house, "city", task, f"验收 {due}") == 302
    assert list(Milestone.objects.order_by("place").values_list("name", flat=True)) == [
        "制定方案", "验收",
    ]  # fmt: skip
    house.step("city", task.pk, "return_report", reason="方案未印发")
    first.refresh_from_db()
    assert (first.reached_on, first.report_id) == (None, None)


@pages
def test_a_late_step_is_told_once_and_stands_on_map_list_worklist_and_workbook(
    house: House,
) -> None:
    task = task_of(house)
    gone = house.today - timedelta(2)
    Milestone.objects.create(task=task, place=0, name="制定方案", due_on=gone)
    Milestone.objects.create(task=task, place=1, name="完成关闭", due_on=house.today + timedelta(9))
    assert "milestones late" not in house.text("emergency", "work:list")
    assert do.tell_late(timezone.now()) == 1
    assert do.tell_late(timezone.now()) == 0  # Once.
    told = Notice.objects.filter(kind="campaigns.milestone_late")
    assert told.exists()
    assert "制定方案" in house.text("emergency", "work:tray", "milestone")
    plan = f"?plan={task.plan_id}"
    assert "milestone late: 制定方案" in house.text("city", "campaigns:tasks", query=plan)
    late = house.text("city", "campaigns:tasks", query=f"{plan}&step_late=1")
    assert "关闭不达标矿山" in late
    assert "整治燃气管道占压" not in late
    on_map = house.text("city", "campaigns:map", task.plan.campaign_id, query="?open=all")
    assert 'class="ms late"' in on_map
    assert 'class="ms ahead"' in on_map
    assert "milestone late: 制定方案" in on_map
    answer = house.get("city", "campaigns:export_tasks", query=plan)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert any(f"制定方案 {gone} late, not reached" in str(cell) for row in rows for cell in row)
    # Once it is reported done, no step of it is late any more.
    house.step("emergency", task.pk, "rectify", result="已完成")
    assert "制定方案" not in house.text("emergency", "work:list")
    row = Milestone.objects.get(place=1)
    assert queries.state_of(row, house.today + timedelta(30), house.today) == "ahead"


@pages
def test_an_office_keeps_a_catalogue_of_key_tasks(house: House) -> None:
    task = task_of(house)
    mark = ("campaigns:key_task", task.pk)
    assert house.post("emergency", *mark, key="1").status_code == 403
    assert house.post("stranger", *mark, key="1").status_code == 404
    assert house.post("city", *mark, key="1", note="挂牌重点").status_code == 302
    assert KeyTask.objects.get().note == "挂牌重点"
    shown = house.text("city", "campaigns:tasks", query="?key=1")
    assert "关闭不达标矿山" in shown
    assert "key task" in shown
    assert "整治燃气管道占压" not in shown
    assert "关闭不达标矿山" not in house.text("city", "campaigns:tasks", query="?key=1&late=1")
    assert "挂牌重点" in house.text("emergency", "campaigns:task", task.pk)
    assert house.post("city", *mark, key="0").status_code == 302
    assert not KeyTask.objects.exists()
    assert AuditRow.objects.filter(action="tasks.key").count() == 2


@pytest.mark.once
@pages
def test_steps_cost_the_same_however_many_tasks_have_them(house: House) -> None:
    from anlan.domain.campaigns.tests.test_at_size import many

    costs: dict[str, list[int]] = {}
    for count in (2, 30):
        plan = house.published(lines=many(house, count))
        for task in Task.objects.filter(plan=plan):
            Milestone.objects.create(
                task=task, place=0, name="第一步", due_on=house.today - timedelta(1)
            )
        for name, address in (
            ("map", reverse("campaigns:map", args=[plan.campaign_id]) + "?open=all"),
            ("tasks", reverse("campaigns:tasks") + f"?plan={plan.pk}"),
        ):
            house.browser("city").get(address)
            with CaptureQueriesContext(connection) as found:
                page = house.browser("city").get(address).content.decode()
            assert page.count("milestone late") >= count
            costs.setdefault(name, []).append(len(found))
    assert all(few == more for few, more in costs.values()), costs


@pages
def test_a_repeat_of_writing_steps_changes_nothing(house: House) -> None:
    task = task_of(house)
    steps = [Step("制定方案", house.today + timedelta(5))]
    call = house.call("city")
    do.set_milestones(task.pk, steps, **call)
    do.set_milestones(task.pk, steps, **call)
    assert Milestone.objects.count() == 1


@pages
def test_a_late_step_that_stays_as_it_is_is_not_told_again_when_others_are_written(
    house: House,
) -> None:
    task = task_of(house)
    gone, ahead = house.today - timedelta(2), house.today + timedelta(9)
    Milestone.objects.create(task=task, place=0, name="制定方案", due_on=gone)
    assert do.tell_late(timezone.now()) == 1
    steps = f"制定方案 {gone}\n完成关闭 {ahead}"
    answer = house.post("city", "campaigns:milestones", task.pk, steps=steps, seen="")
    assert answer.status_code == 302
    assert do.tell_late(timezone.now()) == 0
    assert "制定方案" in house.text("emergency", "work:tray", "milestone")
    # With another day it is another promise.
    steps = f"制定方案 {gone + timedelta(1)}\n完成关闭 {ahead}"
    answer = house.post("city", "campaigns:milestones", task.pk, steps=steps, seen="")
    assert answer.status_code == 302
    assert do.tell_late(timezone.now()) == 1


@pages
def test_a_note_with_a_character_that_no_database_takes_is_kept_without_it(house: House) -> None:
    task = task_of(house)
    answer = house.post("city", "campaigns:key_task", task.pk, key="1", note="挂牌\0重点")
    assert answer.status_code == 302
    assert KeyTask.objects.get().note == "挂牌重点"
