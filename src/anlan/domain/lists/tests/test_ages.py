"""S059: open hazards by area and age; cleared to zero only where nothing is overdue."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anlan.domain.lists.settings import bands_of
from anlan.domain.lists.tests.house import House, numbers, rows_of
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code


@given(st.lists(st.integers(0, 400), min_size=1, max_size=7, unique=True), st.integers(0, 500))
def test_every_age_lies_in_just_one_band(ends: list[int], age: int) -> None:
    today = date(2026, 6, 1)
    day = today - timedelta(days=age)
    bands = bands_of(sorted(ends))
    within = [
        band for band in bands
        if (first := band.days(today)[0] or date.min) <= day <= band.days(today)[1] and first
    ]  # fmt: skip
    assert len(within) == 1


@pytest.mark.django_db
def test_each_counter_opens_as_many_hazards(house: House) -> None:
    today = timezone.localdate()
    for days in (0, 7, 8, 30, 31, 90, 91, 400):
        house.hazard(f"隐患{days}", on=today - timedelta(days=days))
    below = by_code("530102")
    street = below.children.filter(valid_to=None).first()
    if street:
        Case.objects.filter(opened_on=today).update(area=street, path=street.path)
    late = house.hazard("逾期的", on=today - timedelta(days=20), due_on=today - timedelta(days=1))
    closed = house.hazard("关了的", on=today - timedelta(days=20))
    Case.objects.filter(pk=closed).update(state="closed", is_open=False, unsettled=False)
    assert Case.objects.get(pk=late).is_open
    for who, area in (("office", "530102"), ("city", "530100")):
        page = house.get(who, "lists:ages", area)
        text = page.content.decode()
        assert "Not cleared to zero" in text
        figures = numbers(page)
        for href, n in figures:
            assert rows_of(house.browser(who).get(href)) == n, href
        base = f"{reverse('hazards:list')}?kind=hazard&area={area}&open=1"
        by_href = dict(figures)
        assert by_href[base] == 9
        assert by_href[f"{base}&late=1"] == 1
        bands = [n for href, n in figures if href.startswith(f"{base}&found")]
        assert bands == [2, 3, 2, 2]
    # The line of the area itself opens a list of its own.
    own = dict(numbers(house.get("office", "lists:ages", "530102")))
    assert any(reverse("lists:ages_itself", args=["530102"]) in href for href in own)


@pytest.mark.django_db
def test_cleared_to_zero_holds_only_when_nothing_is_overdue(house: House) -> None:
    today = timezone.localdate()
    on_the_day = house.hazard("今天到期", on=today - timedelta(days=9), due_on=today)
    assert "Cleared to zero" in house.get("office", "lists:ages", "530102").content.decode()
    Case.objects.filter(pk=on_the_day).update(due_on=today - timedelta(days=1))
    assert "Not cleared to zero" in house.get("office", "lists:ages", "530102").content.decode()
    link = reverse("lists:ages", args=["530102"])
    assert link in house.get("office", "overview:area", "530102").content.decode()
    assert house.get("stranger", "lists:ages", "530102").status_code == 404
    assert house.get("stranger", "lists:ages_itself", "530102").status_code == 404
    assert house.get("firm", "lists:ages", "530102").status_code == 404


@pytest.mark.django_db
def test_the_head_of_the_topmost_office_sets_the_bands(house: House) -> None:
    assert house.post("leader", "lists:setting", "ages", version=0, ends="5, 10").status_code == 403
    assert house.post("mayor", "lists:setting", "ages", version=0, ends="10, 5").status_code == 422
    assert house.post("mayor", "lists:setting", "ages", version=0, ends="五天").status_code == 422
    assert (
        house.post(
            "mayor", "lists:setting", "ages", version=0, ends="5，10", reason="按季度例会"
        ).status_code
        == 302
    )
    page = house.get("office", "lists:ages", "530102")
    house.hazard()
    page = house.get("office", "lists:ages", "530102").content.decode()
    assert "up to 5 days" in page
    assert "over 10 days" in page
    late = {"version": 0, "ends": "6", "reason": "另定"}
    assert house.post("mayor", "lists:setting", "ages", **late).status_code == 409


@pytest.mark.once
@pytest.mark.django_db
def test_the_page_asks_as_much_for_many_areas_as_for_few(
    house: House, django_assert_max_num_queries
) -> None:
    house.cast.person("viewer2", "city", Role.VIEWER)
    for number in range(12):
        house.hazard(f"隐患{number}")
    house.get("city", "lists:ages", "530100")
    with django_assert_max_num_queries(18):
        assert house.get("city", "lists:ages", "530100").status_code == 200
