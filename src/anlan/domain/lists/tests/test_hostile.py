"""What a hostile or tired hand sends: days of no year, and the same once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from anlan.domain.lists.models import DeclaredFigure, Item
from anlan.domain.lists.tests.house import HOME, House
from anlan.kernel.loop.models import Case

pytestmark = pytest.mark.django_db
STATED = {"area": HOME, "kind": "hazard.found", "text": "305.2万项", "source": "通报"}


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("2024-01-01", "2024-06-30", 302), ("0001-01-01", "2024-06-30", 422),
        ("2024-01-01", "9999-12-31", 422), ("1901-01-01", "2024-06-30", 422),
        ("2026-13-45", "2026-13-45", 422),
    ],
)  # fmt: skip
def test_a_stated_figure_of_impossible_days_never_breaks_the_page_for_others(
    house: House, start: str, end: str, status: int
) -> None:
    answer = house.post("office", "lists:new_stated", start=start, end=end, **STATED)
    assert answer.status_code == status
    assert DeclaredFigure.objects.count() == (status == 302)
    assert house.get("city", "lists:stated").status_code == 200


@pytest.mark.once
@pytest.mark.parametrize("year", ["0001", "9999"])
def test_days_of_no_counted_year_are_refused_at_their_field(house: House, year: str) -> None:
    kind = house.kind()
    item = house.enter(kind)
    day = f"{year}-06-01"
    step = {"rectifier": house.unit("housing"), "due_on": day}
    assert house.step("office", item.pk, "assign", **step) == 422
    assert house.step("office", item.pk, "assign", rectifier=house.unit("housing")) == "assigned"
    asked = {"other": house.unit("gas"), "wanted": "同类", "due_on": day}
    assert house.step("office", item.pk, "ask", **asked) == 422
    past = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert house.step("office", item.pk, "ask", **{**asked, "due_on": past}) == 422
    asked["due_on"] = timezone.localdate().isoformat()
    assert house.step("office", item.pk, "ask", **asked) == "assigned"
    many = {"found": "9" * 30, "answer": "已排查"}
    assert house.step("gas", item.pk, "answer", **many) == 422
    assert house.step("gas", item.pk, "answer", **{**many, "found": 2}) == "assigned"
    new = {
        "kind": kind.pk, "title": "占压", "description": "占压", "origin": "media",
        "origin_text": "通报", "area": HOME, "found_on": day,
    }  # fmt: skip
    assert house.post("office", "lists:new", **new).status_code == 422
    assert Item.objects.count() == Case.objects.filter(kind="list_item").count() == 1
