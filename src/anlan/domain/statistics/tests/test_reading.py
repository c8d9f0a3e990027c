"""The analysis as a table: what is missing, what overlaps, what stands out, how large a page gets."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.domain.accidents.tests.desk import Desk
from anlan.domain.statistics import settings
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Coverage
from anlan.kernel.regions.models import Region
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
FIGURE = re.compile(r'<a class="fig[^"]*" href="([^"]+)"[^>]*>([^<]+)</a>')


def post(*facts: NewFact) -> None:
    with transaction.atomic():
        ledger.post(facts, at=timezone.now())


def found(area: int, day: date, count: int = 1, **labels: str) -> list[NewFact]:
    return [NewFact("hazard.found", labels, area, day, 1, uuid7()) for _n in range(count)]


def settled(facts: list[NewFact]) -> list[NewFact]:
    return ledger.cohort("hazard.found", "hazard.found_settled",
                         [fact.case_id for fact in facts if fact.case_id])  # fmt: skip


def page(desk: Desk, **query: Any) -> str:
    answer = desk.browser("city").get(reverse("statistics:analysis"), query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def counties() -> list[Region]:
    return list(Region.objects.filter(parent=by_code("530100"), valid_to=None).order_by("code"))


def test_where_nobody_was_on_the_system_a_figure_is_missing_and_no_zero(desk: Desk) -> None:
    home, other = counties()[:2]
    Coverage.objects.create(unit_id=1, area_id=home.pk, kinds="hazard.", since=date(2024, 1, 1))
    post(*found(home.pk, date(2024, 5, 3), 2))
    html = page(desk, period="2024-05", indicator=["hazard.found", "hazard.found_major"])
    rows = {
        name: html[html.index(f">{name}<") :].split("</tr>")[0] for name in (home.name, other.name)
    }
    assert ">2</a>" in rows[home.name]
    assert "missing" not in rows[home.name], "zero major hazards are a zero"
    assert rows[other.name].count("missing") == 2
    assert "nobody there was on the system yet" in rows[other.name]
    assert "that is not zero" in html


def test_topics_overlap_and_say_so(desk: Desk) -> None:
    home = counties()[0]
    post(*found(home.pk, date(2024, 5, 3), 3, topics="fire,gas"))
    html = page(desk, period="2024-05", rows="topics", indicator="hazard.found")
    assert "有交叉，不可相加" in html
    assert [value for _href, value in FIGURE.findall(html)] == ["3", "3", "3"]
    assert "有交叉" not in page(desk, period="2024-05", rows="sector", indicator="hazard.found")


def test_a_rate_far_from_the_others_stands_out_and_a_large_county_does_not(desk: Desk) -> None:
    for n, area in enumerate(counties()[:8]):
        cases = found(area.pk, date(2024, 5, 3), 10 if n else 60)
        post(*cases, *settled(cases[: len(cases) * (9 if n != 3 else 1) // 10]))
    html = page(desk, period="2024-05", indicator=["hazard.found", "hazard.rectification_rate"])
    flags = re.findall(r"stands out: modified z (-?[\d.]+)", html)
    assert len(flags) == 1
    assert Decimal(flags[0]) < Decimal("-3.5")
    assert "That is no finding" in html


def test_a_month_far_from_the_others_stands_out_and_the_running_one_does_not(desk: Desk) -> None:
    home = counties()[0]
    for month in range(1, 9):
        post(*found(home.pk, date(2024, month, 5), 40 if month == 4 else 5 + month % 2))
    html = page(desk, period="2024", rows="period", step="month", indicator="hazard.found")
    assert len(re.findall("stands out: modified z", html)) >= 1
    row = html[html.index(">40</a>") :].split("</td>")[0]
    assert "stands out" in row


def test_a_rate_opens_to_its_part_and_its_whole(desk: Desk) -> None:
    cases = found(counties()[0].pk, date(2024, 5, 3), 4)
    post(*cases, *settled(cases[:3]))
    html = page(desk, period="2024-05", indicator="hazard.rectification_rate")
    href, words = FIGURE.findall(html)[0]
    assert words == "75.0%"
    shown = unescape(desk.browser("city").get("/statistics/" + href).content.decode())
    assert "75.0%" in shown
    assert re.search(r"part: [^<]* 3<", shown)
    whole = re.search(r'href="([^"]+)"[^>]*>whole: [^<]* 4<', shown)
    assert whole
    again = desk.browser("city").get("/statistics/records/" + whole.group(1))
    assert again.status_code == 200


def test_on_todays_map_and_as_they_were_are_two_addresses_of_the_same_page(desk: Desk) -> None:
    post(*found(counties()[0].pk, date(2024, 5, 3), 4))
    for query in ({}, {"map": "now"}):
        html = page(desk, period="2024-05", indicator="hazard.found", **query)
        values = [value for _href, value in FIGURE.findall(html)]
        assert values == ["4", "4"], query
        href = FIGURE.findall(html)[0][0]
        assert desk.browser("city").get("/statistics/" + href, follow=True).status_code == 200


def test_chart_and_map_are_of_the_tables_numbers(desk: Desk) -> None:
    post(*found(counties()[0].pk, date(2024, 5, 3), 4))
    html = page(desk, period="2024-05", indicator=["hazard.found", "hazard.rectification_rate"],
                show="chart")  # fmt: skip
    assert '"values": [4' in html
    assert "of another unit" in html
    html = page(desk, period="2024-05", indicator="hazard.found", show="map")
    assert '"value": 4' in html or "No map of this" in html
    assert "A map needs areas" in page(desk, period="2024-05", rows="sector", show="map")


def test_a_page_stays_small_however_large_the_table_is(desk: Desk) -> None:
    facts = []
    for area in counties():
        for month in range(1, 13):
            for sector in ("fire", "coal", "hazchem", "construction"):
                facts += found(area.pk, date(2024, month, 9), sector=sector)
    post(*facts)
    for query in ({"columns": "period", "step": "month"}, {"columns": "sector", "rows": "period"},
                  {"columns": "period", "step": "month", "compare": "year"}):  # fmt: skip
        html = page(desk, period="2024", indicator=["hazard.found", "hazard.open"], **query)
        assert len(html.encode()) <= 150_000, (query, len(html.encode()))


def test_more_columns_than_fit_are_refused_with_what_to_choose(desk: Desk) -> None:
    post(*found(counties()[0].pk, date(2024, 5, 3), 4))
    answer = desk.browser("city").get(
        reverse("statistics:analysis"),
        {"period": "2024", "columns": "period", "step": "week", "compare": ["year", "total"]},
    )
    assert answer.status_code == 422
    assert "columns" in answer.content.decode()


def test_by_reporting_unit_each_figure_opens_to_that_units_records(desk: Desk) -> None:
    home = counties()[0]
    units = [desk.cast.units[name].pk for name in ("office", "city")]
    cases = [found(home.pk, date(2024, 5, 3), count) for count in (3, 2, 1)]
    for facts, unit in zip(cases, [*units, None], strict=True):
        post(*(fact._replace(unit_id=unit) for fact in facts))
    html = page(desk, period="2024-05", rows="unit",
                indicator=["hazard.found", "hazard.found_major", "hazard.open",
                           "hazard.rectification_rate"])  # fmt: skip
    figures = FIGURE.findall(html)
    assert sorted(value for _href, value in figures) == ["0.0%", "1", "2", "3", "6"]
    assert "五华区安委办" in html
    assert "no unit named" in html
    assert html.count(">missing<") == 6, "what stands and what follows a cohort has no unit"
    for href, value in figures:
        shown = desk.browser("city").get("/statistics/" + href, follow=True).content.decode()
        title = re.search(r"<h1[^>]*>(.*?)</h1>", shown, re.S)
        assert title
        assert value in title.group(1)
    answer = desk.browser("city").get(
        reverse("statistics:analysis"), {"rows": "unit", "compare": "year"}
    )
    assert answer.status_code == 422


def test_a_change_on_next_to_nothing_is_told_with_both_numbers_and_no_percentage(
    desk: Desk,
) -> None:
    home, other = counties()[:2]
    post(*found(home.pk, date(2023, 5, 3), 3), *found(home.pk, date(2024, 5, 3), 900))
    post(*found(other.pk, date(2023, 5, 3), 20), *found(other.pk, date(2024, 5, 3), 30))
    asked = {"period": "2024-05", "compare": "year"}
    html = page(desk, **asked)
    assert "too small a base: 3 → 900" in html
    assert "+50.0%" in html
    assert "29,900" not in html
    # Sorted by its change, it leads neither way.
    for sort in ("1", "-1"):
        rows = page(desk, sort=sort, **asked)
        assert rows.index("+50.0%") < rows.index("too small a base")
    sheet = desk.browser("city").get(reverse("statistics:workbook"), asked)
    book = openpyxl.load_workbook(BytesIO(b"".join(sheet.streaming_content)))
    told = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert "too small a base: 3 → 900" in told
    settings.OFFICE.change(
        settings.CHANGES, {"base": 3}, version=0, reason="x", by=CLOCK, at=timezone.now()
    )
    assert "+29,900.0%" in page(desk, **asked)
