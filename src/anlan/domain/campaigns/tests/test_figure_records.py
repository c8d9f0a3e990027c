"""Whoever sees a target sees its sum; the records behind it are for those who answer for the area."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from anlan.domain.campaigns.models import LineUnit, Plan, Target, Task
from anlan.domain.campaigns.tests.house import CITY, DISTRICT, House
from anlan.domain.campaigns.tests.test_progress import post, published, twenty
from anlan.domain.hazards.tests.stage import EPOCH, ROOT
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import Role, User
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
#: As rows say it: where it came from, and of which sector it is.
TIP_OFF, COAL, CHEMICALS = "tip-off", "煤矿", "危险化学品"
ALONE, NARROWED = "You see the sum alone", "records of your own sectors"


@pytest.fixture
def counted(house: House) -> tuple[Plan, Target, Task]:
    """Seven were counted in one district of the city: five in coal mines, two of a tip-off."""
    plan = published(house, twenty(counted="hazard.closed"))
    post(DISTRICT, house.today, 5, sector="coal")
    post(DISTRICT, house.today, 2, source="tip_off", sector="hazchem")
    return plan, Target.objects.get(), house.task(plan, "关闭不达标矿山")


def rows(page: str) -> dict[str, int]:
    assert "<b>7</b>" in page, "the sum is everybody's who sees the target"
    return {name: page.count(name) for name in (TIP_OFF, COAL, CHEMICALS) if name in page}


ALL = {TIP_OFF: 1, COAL: 1, CHEMICALS: 1}


def test_S14_a_county_reads_the_citys_sum_and_not_its_records(
    house: House, counted: tuple[Plan, Target, Task]
) -> None:
    plan, target, _task = counted
    for who in ("city", "mayor", "emergency"):
        page = house.text(who, "campaigns:line_figure", plan.pk, target.pk)
        assert rows(page) == ALL
        assert ALONE not in page
    for who in ("office", "viewer", "stranger", "firm"):
        page = house.text(who, "campaigns:line_figure", plan.pk, target.pk)
        assert rows(page) == {}
        assert ALONE in page
        assert by_code(CITY).full_name in page
    answer = house.browser("office").get(
        reverse("campaigns:line_figure", args=[plan.pk, target.pk]),
        headers={"accept-language": "zh-hans"},
    )
    assert "仅显示合计" in answer.content.decode()


@pytest.mark.parametrize("part", ["rectifier", "support"])
def test_S14_a_part_in_the_task_shows_no_record_and_least_of_all_a_tip_off(
    house: House, counted: tuple[Plan, Target, Task], part: str
) -> None:
    """Among them may be the tip-off about the very firm."""
    _plan, target, task = counted
    page: Any = ("campaigns:task_figure", task.pk, target.pk)
    assert house.get("firm", *page).status_code == 404
    firm = house.cast.units["firm"]
    if part == "support":
        LineUnit.objects.create(line=task.line, role="support", place=9, name=firm.name, unit=firm)
    else:
        Party.objects.create(case=task.case, unit=firm, role=PartyRole.RECTIFIER, rank=9,
                             since=house.today)  # fmt: skip
    shown = house.text("firm", *page)
    assert rows(shown) == {}
    assert ALONE in shown
    assert rows(house.text("emergency", *page)) == ALL


def test_S14_an_officer_of_one_sector_reads_the_records_of_that_sector(
    house: House, counted: tuple[Plan, Target, Task]
) -> None:
    plan, target, _task = counted
    city = by_code(CITY)
    house.cast.units["mines"] = accounts.create_unit(
        "test-mines", "昆明市煤炭局", "department", city, by=ROOT, at=EPOCH,
        lands=[Land(city, "coal")],
    )  # fmt: skip
    house.cast.person("mines", "mines", Role.INSPECTOR)
    User.objects.update(password_changed_at=timezone.now())
    page = house.text("mines", "campaigns:line_figure", plan.pk, target.pk)
    assert rows(page) == {COAL: 1}
    assert NARROWED in page
