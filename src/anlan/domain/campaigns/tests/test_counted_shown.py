"""What the ledger counts of a task stands wherever the task does, for so many statements."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from anlan.domain.campaigns.commands.terms import NewLine, NewTarget
from anlan.domain.campaigns.models import Plan, Target, Task
from anlan.domain.campaigns.tests.house import CITY, House, lead
from anlan.domain.campaigns.tests.test_progress import post

pytestmark = pytest.mark.django_db
KIND = "hazard.closed"


def counted(house: House, count: int, late: bool = False, kind: str = KIND) -> Plan:
    due = house.today + timedelta(-1 if late else 30)
    lines = [
        NewLine(
            f"市应急局牵头，关闭第{n}批矿山20处。", title=f"关闭第{n}批矿山", units=lead("市应急局"),
            starts_on=house.today - timedelta(20), due_on=due,
            targets=(NewTarget(value=Decimal(20), unit="处", comparator=">=", counted=kind),),
        )
        for n in range(count)
    ]  # fmt: skip
    return house.published(lines=lines)


def pages(plan: Plan) -> dict[str, str]:
    return {
        "map": reverse("campaigns:map", args=[plan.campaign_id]) + "?open=all",
        "tasks": reverse("campaigns:tasks") + f"?plan={plan.pk}",
        "work": reverse("work:list") + "?kind=task",
    }


def test_value_of_wanted_and_how_it_stands_are_on_map_list_worklist_and_workbook(
    house: House,
) -> None:
    plan = counted(house, 1, late=True)
    post(CITY, house.today, 12)
    task, target = Task.objects.get(), Target.objects.get()
    href = reverse("campaigns:task_figure", args=[task.pk, target.pk])
    for name, address in pages(plan).items():
        page = house.browser("emergency").get(address).content.decode()
        assert f'href="{href}"' in page, name
        assert "missed" in page, name
        assert "short by 8" in page, name
    on_map = house.browser("emergency").get(pages(plan)["map"]).content.decode()
    assert f'<a class="fig ink-red" href="{href}"' in on_map
    assert ">12/20</a>" in on_map
    answer = house.get("emergency", "campaigns:export_tasks", query=f"?plan={plan.pk}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    row = next(row for row in book.get_sheet_by_index(0).to_python() if "关闭第0批矿山" in row)
    assert "12 of 20" in row
    assert "missed short by 8" in row
    post(CITY, house.today, 8)
    on_map = house.browser("emergency").get(pages(plan)["map"]).content.decode()
    assert f'<a class="fig ink-green" href="{href}"' in on_map


def test_a_share_is_what_a_part_is_held_against(house: House) -> None:
    from anlan.domain.campaigns import commands

    plan = counted(house, 1)
    [below] = commands.break_down(
        plan.pk, units=[house.cast.units["office"].pk], **house.call("city")
    )
    part, target = Task.objects.get(plan=below), Target.objects.get()
    share = commands.Share(part.pk, target.pk, 5)
    commands.set_quotas(plan.pk, [share], **house.call("city"))
    post("530102", house.today, 4)
    page = house.text("office", "campaigns:map", plan.campaign_id, query="?open=all")
    assert ">4/5</a>" in page


@pytest.mark.once
@pytest.mark.parametrize("kind", [KIND, "hazard.enterprises"])
def test_the_pages_cost_the_same_whatever_the_number_of_counted_tasks(
    house: House, kind: str
) -> None:
    costs: dict[str, list[int]] = {}
    for count in (2, 40):
        plan = counted(house, count, kind=kind)
        for name, address in pages(plan).items():
            house.browser("emergency").get(address)
            with CaptureQueriesContext(connection) as queries:
                answer = house.browser("emergency").get(address)
            assert answer.content.decode().count('class="fig') >= count, name
            costs.setdefault(name, []).append(len(queries))
    assert all(few == many for few, many in costs.values()), costs


def test_a_worklist_of_what_nobody_counts_has_no_column_for_it(house: House) -> None:
    plan = house.published()
    page: Any = house.browser("emergency").get(pages(plan)["work"]).content.decode()
    assert ">Counted<" not in page
    counted(house, 1)
    page = house.browser("emergency").get(pages(plan)["work"]).content.decode()
    assert "Counted" in page
