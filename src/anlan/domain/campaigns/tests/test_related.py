"""Records of daily work that belong to tasks (同步推进): entered once, counted once in each."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.domain.campaigns import commands
from anlan.domain.campaigns.models import Task, TaskRecord
from anlan.domain.campaigns.related import queries as related
from anlan.domain.campaigns.related.commands import link
from anlan.domain.campaigns.tests.house import House
from anlan.domain.hazards.tests.stage import Stage
from anlan.domain.inspections.tests.street import Street
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.loop.models import Case

pytestmark = pytest.mark.django_db


def hazard(stage: Callable[..., Stage], house: House, **more: Any) -> Case:
    """A hazard that the district's office found."""
    one = stage(**more)
    one.do(house.today, "office", "find")
    return one.case


def add(house: House, who: str, task: Task, *numbers: str, **more: Any) -> Any:
    return house.post(who, "campaigns:records", task.pk, numbers="\n".join(numbers), **more)


def tasks(house: House) -> list[Task]:
    plan = house.published()
    titles = ("关闭不达标矿山", "整治燃气管道占压")
    return [house.task(plan, title) for title in titles]


def test_a_record_counts_once_in_each_task_and_once_in_the_plan(
    house: House, stage: Callable[..., Stage]
) -> None:
    first, second = tasks(house)
    one, two = hazard(stage, house), hazard(stage, house)
    # Pasted from a sheet, with signs of any kind between, and one of them twice.
    assert add(house, "city", first, f"{one.number}、{two.number.lower()}", one.number)
    assert add(house, "city", second, one.number).status_code == 302
    assert TaskRecord.objects.count() == 3
    today = house.today
    by = house.cast.actor("city")
    assert related.sums(Task.objects.filter(pk=first.pk), by, today).count == 2
    assert related.sums(Task.objects.filter(pk=second.pk), by, today).count == 1
    page = house.text("city", "campaigns:plan_records", first.plan_id)
    assert page.count('class="main-link"') == 2
    # On the task's page by kind, and each number opens its rows.
    shown = house.text("city", "campaigns:task", first.pk)
    assert f"{reverse('campaigns:records', args=[first.pk])}?kind=hazard" in shown
    rows = house.text("city", "campaigns:records", first.pk, query="?kind=hazard")
    assert rows.count('class="main-link"') == 2
    assert one.number in rows
    # From the hazard's page to both tasks.
    beside = house.text("city", "campaigns:of_case", one.pk)
    assert "关闭不达标矿山" in beside
    assert "整治燃气管道占压" in beside
    assert reverse("campaigns:of_case", args=[one.pk]) in house.text("city", "hazards:page", one.pk)
    # Nothing of the hazard changed, and what is taken away is gone from one task alone.
    assert Case.objects.get(pk=one.pk).version == one.version
    away = house.post("city", "campaigns:unlink_record", first.pk, case=one.pk)
    assert away.status_code == 302
    assert "关闭不达标矿山" not in house.text("city", "campaigns:of_case", one.pk)
    assert "整治燃气管道占压" in house.text("city", "campaigns:of_case", one.pk)
    again = house.post("city", "campaigns:unlink_record", first.pk, case=one.pk)
    assert again.status_code == 400
    assert AuditRow.objects.filter(action__in=("tasks.link", "tasks.unlink")).count() == 3


def test_a_hazard_is_put_to_a_task_from_its_own_page(
    house: House, stage: Callable[..., Stage]
) -> None:
    task, _other = tasks(house)
    one = hazard(stage, house)
    address = ("campaigns:of_case", one.pk)
    assert house.post("city", *address, number=task.case.number.lower()).status_code == 302
    assert task.records.get().case_id == one.pk
    # A number that is nobody's changes nothing and is said on the page.
    wrong = house.post("city", *address, number="RW-0")
    assert wrong.status_code == 302
    assert "no task that you may see" in house.browser("city").get(wrong.url).content.decode()
    assert TaskRecord.objects.count() == 1
    # The district found it and sees the hazard, but the city's task isn't its to add to.
    assert house.post("office", *address, number=task.case.number).status_code in (302, 403, 404)
    assert house.post("stranger", *address, number=task.case.number).status_code == 404
    assert TaskRecord.objects.count() == 1


def test_what_may_not_be_seen_is_neither_named_nor_listed(
    house: House, stage: Callable[..., Stage]
) -> None:
    plan = house.published()
    unit = house.cast.units["elsewhere"].pk
    [below] = commands.break_down(plan.pk, units=[unit], **house.call("city"))
    task = Task.objects.select_related("case").get(plan=below, line__title="关闭不达标矿山")
    one = hazard(stage, house)
    # Another district's office does this task and doesn't see the hazard.
    refused = add(house, "stranger", task, one.number)
    assert refused.status_code == 422
    assert one.number in refused.content.decode()
    assert add(house, "stranger", task, "YH-999").status_code == 422
    assert add(house, "stranger", task).status_code == 422
    assert not TaskRecord.objects.exists()
    # The city names it; the district learns that there is one more, and nothing of it.
    assert add(house, "city", task, one.number).status_code == 302
    page = house.text("stranger", "campaigns:records", task.pk)
    assert one.number not in page
    assert "1 more belong to it" in page
    assert "储罐区" not in page
    # Who isn't in it at all finds neither the page nor the way in.
    other = Task.objects.select_related("case").get(plan=plan, line__title="关闭不达标矿山")
    assert house.get("firm", "campaigns:records", other.pk).status_code in (403, 404)
    assert add(house, "viewer", other, one.number).status_code in (403, 404)
    assert house.get("stranger", "campaigns:of_case", one.pk).status_code == 404
    # A task is no record of another.
    assert add(house, "city", task, other.case.number).status_code == 422
    assert TaskRecord.objects.count() == 1


def test_a_sweep_brings_what_its_visits_found_and_counts_a_hazard_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.kernel.accounts.models import Role

    house.cast.person("grid", "office", Role.GRID)
    street = Street(house.cast)
    street.firms(2)
    sweep = street.sweep()
    first, second = list(sweep.targets.order_by("pk"))
    street.visit(sweep, first, "grid", "灭火器过期", "电线私拉")
    street.visit(sweep, second, "grid", "安全出口锁闭")
    task, _other = tasks(house)
    assert add(house, "city", task, sweep="999999").status_code == 422
    assert add(house, "city", task, sweep=str(sweep.pk)).status_code == 302
    by = house.cast.actor("city")
    mine = Task.objects.filter(pk=task.pk)
    assert related.sums(mine, by, house.today).count == 3
    found = Case.objects.filter(kind="hazard").first()
    assert found is not None
    # Named as well: still one record.
    assert add(house, "city", task, found.number).status_code == 302
    assert related.sums(mine, by, house.today).count == 3
    page = house.text("city", "campaigns:records", task.pk)
    assert page.count('class="main-link"') == 3
    assert "沿街商铺大排查" in page
    assert "by its sweep" in page
    # A task has no more sweeps than its page shows.
    monkeypatch.setattr(related, "SWEEPS_MAX", 1)
    full = add(house, "city", task, sweep=str(street.sweep(name="第二轮").pk))
    assert full.status_code == 422
    monkeypatch.undo()
    assert "关闭不达标矿山" in house.text("city", "campaigns:of_case", found.pk)
    gone = house.post("city", "campaigns:unlink_record", task.pk, sweep=sweep.pk)
    assert gone.status_code == 302
    assert related.sums(mine, by, house.today).count == 1


def test_a_visit_is_put_to_a_task_by_itself_and_stands_once_beside_its_sweep(
    house: House,
) -> None:
    from anlan.domain.inspections.commands import withdraw
    from anlan.kernel.accounts.models import Role

    house.cast.person("grid", "office", Role.GRID)
    street = Street(house.cast)
    street.firms(2)
    sweep = street.sweep()
    first, second = list(sweep.targets.order_by("pk"))
    visit = street.visit(sweep, first, "grid", "灭火器过期", "电线私拉")
    street.visit(sweep, second, "grid", "安全出口锁闭")
    task, other = tasks(house)
    by = house.cast.actor("city")
    mine = Task.objects.filter(pk=task.pk)

    def counted() -> tuple[int, int]:
        sums = related.sums(mine, by, house.today)
        return sums.visits, sums.count

    number = {"number": task.case.number}
    panel = reverse("campaigns:of_visit", args=[visit.pk])
    assert panel in house.text("city", "inspections:visit", sweep.pk, visit.pk)
    assert house.post("city", "campaigns:of_visit", visit.pk, **number).status_code == 302
    assert counted() == (1, 2)
    assert task.line.title in house.text("city", "campaigns:of_visit", visit.pk)
    shown = house.text("city", "campaigns:task", task.pk)
    assert reverse("campaigns:task_visits", args=[task.pk]) in shown
    # With its sweep as well: still one visit, and of two tasks of a plan still one in the plan.
    add(house, "city", task, sweep=str(sweep.pk))
    house.post("city", "campaigns:of_visit", visit.pk, number=other.case.number)
    assert counted() == (2, 3)
    for name, pk in (("task_visits", task.pk), ("plan_visits", task.plan_id)):
        assert house.text("city", f"campaigns:{name}", pk).count('class="main-link"') == 2
    # Who may not see the visit neither puts it to a task nor reads that it is in one.
    assert house.get("stranger", "campaigns:of_visit", visit.pk).status_code == 404
    assert house.post("stranger", "campaigns:of_visit", visit.pk, **number).status_code == 404
    # One that was withdrawn belongs to nothing, with what it found.
    house.post("city", "campaigns:unlink_record", task.pk, sweep=sweep.pk)
    assert counted() == (1, 2)
    withdraw(visit.pk, by=house.cast.actor("grid"), at=street.now, reason="重复录入")
    assert counted() == (0, 0)
    assert house.post("city", "campaigns:unlink_record", task.pk, visit=visit.pk).url == reverse(
        "campaigns:task_visits", args=[task.pk]
    )
    answer = house.post("city", "campaigns:of_visit", visit.pk, **number)
    assert "There is no such visit" in house.follow("city", answer)
    assert not mine.get().records.exists()


def test_the_workbook_has_what_the_page_has(house: House, stage: Callable[..., Stage]) -> None:
    import openpyxl

    task, _other = tasks(house)
    one = hazard(stage, house)
    add(house, "city", task, one.number)
    answer = house.get("city", "campaigns:records_export", task.pk)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    [sheet] = book.worksheets
    assert [cell.value for cell in sheet["B"]].count(one.number) == 1
    assert AuditRow.objects.filter(action="tasks.export_records").exists()


def test_a_repeat_links_once(house: House, stage: Callable[..., Stage]) -> None:
    task, _other = tasks(house)
    one = hazard(stage, house)
    call = house.call("city")
    for _time in range(2):
        assert link(task.pk, [one.number], **call) == task.pk
    assert AuditRow.objects.filter(action="tasks.link").count() == 1
    link(task.pk, [one.number], **house.call("city"))
    assert TaskRecord.objects.count() == 1


@pytest.mark.once
def test_the_pages_cost_the_same_however_many_records(
    house: House, stage: Callable[..., Stage]
) -> None:
    task, _other = tasks(house)

    def asked() -> list[int]:
        counts = []
        for name, pk in (("records", task.pk), ("task", task.pk), ("plan_records", task.plan_id)):
            house.get("city", f"campaigns:{name}", pk)
            with CaptureQueriesContext(connection) as seen:
                assert house.get("city", f"campaigns:{name}", pk).status_code == 200
            counts.append(len(seen))
        return counts

    add(house, "city", task, hazard(stage, house).number)
    few = asked()
    numbers = [hazard(stage, house).number for _n in range(12)]
    add(house, "city", task, *numbers)
    assert asked() == few
