"""S014: an item of an assessment and the campaign tasks whose work it assesses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.domain.assessments import commands
from anlan.domain.assessments.models import ItemTask
from anlan.domain.assessments.tests.desk import Desk
from anlan.domain.assessments.views import tasks
from anlan.domain.campaigns import commands as campaigns
from anlan.domain.campaigns.models import Task
from anlan.domain.campaigns.tests.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk.cast, desk.client_of)


def test_an_item_names_the_tasks_that_it_assesses_and_each_figure_opens_them(
    desk: Desk, house: House, monkeypatch: Any
) -> None:
    scheme, plan = desk.scheme(), house.published()
    unit = house.cast.units["office"].pk
    campaigns.break_down(plan.pk, units=[unit], **house.call("city"))
    first, second = (house.task(plan, title) for title in ("关闭不达标矿山", "整治燃气管道占压"))
    at = (scheme.pk, "task")

    def add(who: str, *numbers: str) -> Any:
        return house.post(who, "assessments:tasks", *at, numbers="、".join(numbers))

    assert add("city", first.case.number.lower(), second.case.number).status_code == 302
    assert add("city", first.case.number).status_code == 302
    assert ItemTask.objects.count() == 2, "what is there stays, once"
    for wrong in ((), ("RW-0",), ("YH-1",)):
        assert add("city", *wrong).status_code == 422
    page = house.text("city", "assessments:tasks", *at)
    assert page.count('class="main-link"') == 2
    assert "0 / 1" in page, "the part of the district is told beside its task"
    for flag, rows in (("open", 2), ("closed", 0), ("late", 0)):
        listed = house.text("city", "assessments:tasks", *at, query=f"?{flag}=1")
        assert listed.count('class="main-link"') == rows
    # From the scheme, from where points are given, and from the task and its part below.
    address = reverse("assessments:tasks", args=at)
    assert address in house.text("city", "assessments:scheme", scheme.pk)
    assert address in house.text("city", "assessments:points", *at)
    part = Task.objects.get(parent=first.pk)
    for who, task in (("city", first), ("office", part)):
        panel = reverse("assessments:of_task", args=[task.pk])
        assert panel in house.text(who, "campaigns:task", task.pk)
        assert "重点任务" in house.text(who, "assessments:of_task", task.pk)
    # The district reads of its own part, and neither names tasks nor sees those of the city.
    assert house.text("office", "assessments:tasks", *at).count('class="main-link"') == 0
    assert add("office", part.case.number).status_code in (403, 404)
    assert house.get("stranger", "assessments:of_task", first.pk).status_code == 404
    assert house.get("city", "assessments:tasks", scheme.pk, "nothing").status_code == 404
    with CaptureQueriesContext(connection) as two:
        house.text("city", "assessments:tasks", *at)
    away = {"task": second.pk, "request_id": uuid7()}
    for _twice in range(2):
        assert house.post("city", "assessments:task_away", *at, **away).status_code == 302
    with CaptureQueriesContext(connection) as one:
        house.text("city", "assessments:tasks", *at)
    assert len(one) == len(two)
    assert ItemTask.objects.get().task_id == first.pk
    with CaptureQueriesContext(connection) as one:
        house.text("city", "assessments:of_task", first.pk)
    for _n in range(2):
        commands.link_tasks(desk.scheme().pk, "task", [first.case.number], **desk.call())
    with CaptureQueriesContext(connection) as three:
        assert house.text("city", "assessments:of_task", first.pk).count("<li>") == 3
    assert len(three) == len(one)
    # Of many the panel shows the first, says how many more there are and leads to them.
    monkeypatch.setattr(tasks, "ITEMS_SHOWN", 1)
    short = house.text("city", "assessments:of_task", first.pk)
    assert (short.count("<li>"), "2 more" in short, "?all=1" in short) == (1, True, True)
    whole = house.text("city", "assessments:of_task", first.pk, query="?all=1")
    assert (whole.count("<li>"), "more" in whole) == (3, False)
    commands.withdraw_scheme(scheme.pk, **desk.call())
    assert add("city", second.case.number).status_code == 404
