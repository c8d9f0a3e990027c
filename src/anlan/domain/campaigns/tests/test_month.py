"""A campaign's calendar: what stands on which day, for whom, and at what cost."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.domain.campaigns.battlemap.month import first_of, moved
from anlan.domain.campaigns.models import Meeting

if TYPE_CHECKING:
    from anlan.domain.campaigns.tests.battle import Battle

pytestmark = pytest.mark.django_db
CITY, DISTRICT, OTHER = "530100", "530102", "530103"


@pytest.fixture
def scene(cast: Any) -> Battle:
    from anlan.domain.campaigns.tests.battle import battle

    return battle(cast)


def page(client: Any, scene: Battle, day: date | None = None) -> str:
    query = f"?month={day:%Y-%m}" if day else ""
    answer = client.get(reverse("campaigns:calendar", args=[scene.campaign.pk]) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def cell(html: str, day: date) -> str:
    """What stands on a day."""
    found = re.search(rf'datetime="{day.isoformat()}".*?</td>', html, re.S)
    assert found, day
    return found[0]


def test_a_few_tasks_are_named_and_many_are_counted_and_open_to_the_list(
    scene: Battle, client_of: Any
) -> None:
    few, many = scene.day(3), scene.day(8)
    scene.tasks(2, due=3, title="完成燃气管网排查")
    scene.tasks(3, due=8)
    scene.tasks(2, due=8, settled=-1, progress=100)
    client = client_of("city")
    shown = cell(page(client, scene, few), few)
    assert shown.count("完成燃气管网排查") == 2
    shown = cell(page(client, scene, many), many)
    assert "5 tasks due" in shown
    listed = re.search(r'href="([^"]*tasks/[^"]*)"', shown)
    assert listed
    rows = client.get(listed[1].replace("&amp;", "&")).content.decode()
    assert rows.count("完成排查整治") >= 5
    assert "完成燃气管网排查" not in rows


def test_stages_and_meetings_stand_on_their_days(scene: Battle, client_of: Any) -> None:
    held, following = scene.day(-1), scene.day(6)
    Meeting.objects.create(
        campaign=scene.campaign, area=scene.campaign.area, path=scene.campaign.path,
        unit=scene.campaign.unit, title="十一月调度会", held_on=held, next_on=following,
        since=scene.day(-30), made_at=scene.campaign.made_at, made_by="test",
    )  # fmt: skip
    client = client_of("city")
    assert "十一月调度会" in cell(page(client, scene, held), held)
    assert "next dispatch meeting" in cell(page(client, scene, following), following)
    ends = scene.day(60)
    assert "排查整治 ends" in cell(page(client, scene, ends), ends)
    # A meeting that is being prepared is its unit's own.
    assert "十一月调度会" not in page(client_of("office"), scene, held)


def test_each_sees_the_tasks_that_are_theirs_to_see(scene: Battle, client_of: Any) -> None:
    day = scene.day(5)
    scene.tasks(1, area=OTHER, unit="elsewhere", due=5, title="另一个区的任务")
    assert "另一个区的任务" in page(client_of("city"), scene, day)
    assert "另一个区的任务" not in page(client_of("office"), scene, day)


def test_a_campaign_that_is_not_theirs_is_not_there(scene: Battle, client_of: Any) -> None:
    from uuid import uuid4

    answer = client_of("city").get(reverse("campaigns:calendar", args=[uuid4()]))
    assert answer.status_code == 404


@pytest.mark.once
def test_its_statements_do_not_depend_on_its_rows(scene: Battle, client_of: Any) -> None:
    from django.db import connection

    client, counts = client_of("city"), []
    scene.tasks(1, due=5)
    page(client, scene, scene.day(5))
    for more in (1, 12):
        for due in (1, 2):
            scene.tasks(more, due=due)
        with CaptureQueriesContext(connection) as found:
            page(client, scene, scene.day(5))
        counts.append(len(found))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("asked", ["", "2026", "2026-13", "0001-01", "9999-12", "x-y", "²⁰²⁶-01"])
def test_an_unknown_month_is_this_one(asked: str) -> None:
    assert first_of(asked, date(2026, 11, 22)) == date(2026, 11, 1)


def test_months_go_on_over_the_year() -> None:
    assert first_of("2026-1", date(2026, 11, 22)) == date(2026, 1, 1)
    assert moved(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert moved(date(2026, 12, 1), 1) == date(2027, 1, 1)
