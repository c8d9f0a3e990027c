"""The row of a workbook as it came: who reads it, and who opens the numbers in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from django.test import Client

    from anlan.domain.hazards.tests.stage import Cast

pytestmark = pytest.mark.django_db

PHONE, CARD = "13912340001", "530102199001011237"
REGISTER = (
    "检查日期,存在问题,整改责任人,联系电话,备注\n"
    f"2024-06-03,护栏缺失，负责人电话{PHONE},张三 {PHONE},0871-6312345,证件{CARD}\n"
)


@pytest.fixture
def brought(cast: Cast, tmp_path: Path) -> tuple[Any, Any]:
    """A hazard that a county's register told of, and the row that did."""
    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.models import Hazard, Sighting

    path, root = tmp_path / "register.csv", Actor(None, "test", trusted=True)
    path.write_text(REGISTER, "utf-8")
    for _again in range(2):
        batch, _ = importing.prepare(
            [("台账.csv", path)], unit=cast.units["office"], by=root, at=timezone.now()
        )
        done = importing.run(batch.pk, by=root)
    assert (done.created, done.unchanged) == (0, 1), "told of again, it is the same hazard"
    return Hazard.objects.get(), Sighting.objects.order_by("pk")[0]


def test_S30_no_text_of_a_hazard_keeps_a_number_that_its_workbook_brought(
    brought: tuple[Any, Any],
) -> None:
    hazard, _row = brought
    assert hazard.description == "护栏缺失，负责人电话••••"
    assert hazard.responsible_person == "张三 ••••"
    for table in ("hazards_hazard", "hazards_sighting", "hazards_identity", "loop_event"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            dump = str(cursor.fetchall())
        assert not [number for number in (PHONE, CARD, "6312345") if number in dump], table


def test_whoever_works_on_it_opens_the_numbers_and_that_is_on_record(
    brought: tuple[Any, Any], cast: Cast, client_of: Callable[[str], Client]
) -> None:
    from anlan.kernel.audit.models import AuditRow

    hazard, row = brought
    browser = client_of("inspector")
    address = reverse("hazards:row", args=[hazard.pk, row.pk])
    assert address in browser.get(reverse("hazards:page", args=[hazard.pk])).content.decode()
    shown = browser.get(address).content.decode()
    assert "整改责任人" in shown
    assert "护栏缺失，负责人电话••••" in shown, "the words around a number are read"
    assert not [number for number in (PHONE, CARD, "6312345") if number in shown]
    assert not AuditRow.objects.filter(action="hazard.numbers").exists()
    opened = browser.post(reverse("hazards:row_numbers", args=[hazard.pk, row.pk]))
    for number in (PHONE, CARD, "0871-6312345"):
        assert number in opened.content.decode()
    told = AuditRow.objects.get(action="hazard.numbers")
    assert (told.user_id, told.object_id) == (cast.users["inspector"].pk, str(hazard.pk))
    assert PHONE not in str(told.after)
    assert PHONE not in browser.get(address).content.decode()


def test_who_only_looks_on_reads_the_row_and_opens_no_number(
    brought: tuple[Any, Any], client_of: Callable[[str], Client]
) -> None:
    hazard, row = brought
    browser = client_of("viewer")
    page = browser.get(reverse("hazards:row", args=[hazard.pk, row.pk])).content.decode()
    assert "Show the numbers" not in page
    assert browser.post(reverse("hazards:row_numbers", args=[hazard.pk, row.pk])).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "other_firm"])
def test_a_row_of_elsewhere_is_none(
    who: str, brought: tuple[Any, Any], client_of: Callable[[str], Client]
) -> None:
    hazard, row = brought
    browser = client_of(who)
    assert browser.get(reverse("hazards:row", args=[hazard.pk, row.pk])).status_code in (403, 404)
    posted = browser.post(reverse("hazards:row_numbers", args=[hazard.pk, row.pk]))
    assert posted.status_code in (403, 404)


def test_a_row_of_another_hazard_is_none(
    brought: tuple[Any, Any], stage: Callable[..., Any], client_of: Callable[[str], Client]
) -> None:
    from datetime import date

    _hazard, row = brought
    other = stage()
    other.do(date(2024, 6, 4), "office", "find")
    address = reverse("hazards:row", args=[other.pk, row.pk])
    assert client_of("office").get(address).status_code == 404


def test_a_row_whose_time_is_over_says_so(
    brought: tuple[Any, Any], client_of: Callable[[str], Client]
) -> None:
    from anlan.domain.hazards.models import Sighting

    hazard, row = brought
    Sighting.objects.update(raw={})
    page = client_of("office").get(reverse("hazards:row", args=[hazard.pk, row.pk]))
    assert "thrown away" in page.content.decode()
