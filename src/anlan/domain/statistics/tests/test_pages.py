"""The analysis through its pages: figures that open, rights, what is missing, the same address."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.ids import uuid7
from anlan.domain.accidents.tests.desk import Desk
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.commands import Finding
from anlan.kernel.facts import fold
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
FIGURE = re.compile(r'<a class="fig[^"]*" href="([^"]+)"[^>]*>([^<]+)</a>')
WHERE = "/statistics/"


def found(desk: Desk, *codes: str, days: int = 3, **more: Any) -> None:
    """A hazard at each place, found some days ago."""
    day = (desk.now - timedelta(days=days)).date()
    new = [
        Finding(pk=uuid7(), description=f"疏散通道堵塞{n}", area_id=by_code(code).pk,
                unit_id=desk.cast.units["city"].pk, opened_on=day,
                **{"sector": "fire", "source": "inspection", **more})
        for n, code in enumerate(codes)
    ]  # fmt: skip
    hazards.find(new, by=desk.cast.actor("city"), request_id=uuid7(), at=desk.now)


def page(desk: Desk, who: str = "city", **query: Any) -> str:
    answer = desk.browser(who).get(reverse("statistics:analysis"), query)
    assert answer.status_code == 200, answer.content.decode()[:2_000]
    return unescape(answer.content.decode())


def test_every_figure_opens_to_as_many_records(desk: Desk) -> None:
    found(desk, "530102", "530102", "530103")
    found(desk, "530102", sector="hazchem", grade="major", days=1)
    desk.report(deaths=1, serious=2)
    chosen = ["hazard.found", "hazard.open", "hazard.found_major", "accident.count",
              "accident.dead_each", "hazard.enterprises"]  # fmt: skip
    for rows, columns in (("area", ""), ("sector", "area"), ("area", "period"), ("grade", "sector"),
                          ("source", "")):  # fmt: skip
        wanted = chosen[:3] if columns in ("area", "period") else chosen
        html = page(desk, rows=rows, columns=columns, indicator=wanted, compare=["total"])
        figures = FIGURE.findall(html)
        assert len(figures) > 4, (rows, columns)
        for href, value in dict(figures).items():
            shown = desk.browser("city").get(WHERE + href, follow=True)
            assert shown.status_code == 200, href
            title = re.search(r"<h1[^>]*>(.*?)</h1>", shown.content.decode(), re.S)
            assert title, href
            assert value in title.group(1), (href, value, title.group(1))


def test_sums_are_the_ledgers_and_rows_add_up_where_they_may(desk: Desk) -> None:
    found(desk, "530102", "530102", "530103", "530100")
    html = page(desk, indicator="hazard.found", rows="area")
    values = [int(value) for _href, value in FIGURE.findall(html)]
    assert sorted(values) == [1, 1, 2, 4]
    assert "昆明市 itself" in html


def test_areas_that_are_not_mine_and_records_behind_them_are_not_there(desk: Desk) -> None:
    found(desk, "530103")
    client = desk.browser("office")
    assert client.get(reverse("statistics:analysis"), {"area": "530103"}).status_code == 404
    assert client.get(reverse("statistics:workbook"), {"area": "530103"}).status_code == 404
    behind = {"i": "hazard.looked_back:kind", "a": "530103", "p": "2026"}
    assert client.get(reverse("statistics:records"), behind).status_code == 404
    assert desk.get("firm", "statistics:analysis").status_code in (403, 404)


def test_S14_a_units_number_in_an_address_tells_nobody_its_name(desk: Desk) -> None:
    asked = {"i": "hazard.looked_back:kind", "a": "530102", "p": "2026"}
    shown = {}
    for name in ("other_firm", "office"):
        unit = desk.cast.units[name]
        answer = desk.browser("office").get(reverse("statistics:records"), {**asked, "u": unit.pk})
        assert answer.status_code == 200
        # Of the page itself: one's own unit stands in its head as well.
        shown[name] = unit.name in answer.content.decode().split("<h1", 1)[1]
    assert shown == {"other_firm": False, "office": True}


def test_an_address_that_asks_for_nonsense_says_how_to_mend_it(desk: Desk) -> None:
    for query in ({"indicator": "no.such"}, {"rows": "colour"}, {"known": "yesterday"},
                  {"base": "19x"}, {"period": "2199"}, {"sector": "no"}, {"compare": "no"}):  # fmt: skip
        answer = desk.browser("office").get(reverse("statistics:analysis"), query)
        assert answer.status_code == (200 if "compare" in query else 422), query
    assert desk.browser("office").get(
        reverse("statistics:analysis"), {"period": "June"}).status_code == 400  # fmt: skip


def test_the_workbook_holds_the_numbers_of_the_page_their_basis_and_who_took_it(desk: Desk) -> None:
    found(desk, "530102", "530102", "530103")
    query = {"indicator": ["hazard.found", "hazard.rectification_rate"], "compare": ["year"]}
    html = page(desk, **query)
    answer = desk.browser("city").get(reverse("statistics:workbook"), query)
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    text = str(rows)
    assert "city" in text
    assert "As known at" in text
    body = {row[0]: row[1] for row in rows if row[0] and isinstance(row[1], int)}
    assert body["五华区"] == 2
    assert body["In all"] == 3
    assert {str(n) for n in body.values() if n} <= {value for _href, value in FIGURE.findall(html)}
    basis = [cell.value for row in book.worksheets[1].iter_rows() for cell in row]
    assert "Rectification rate" in basis


# On PostgreSQL nothing is known of a transaction that is open, as a test's is all the time.
@pytest.mark.sqlite
def test_as_known_before_a_correction_the_page_says_what_was_known(desk: Desk) -> None:
    desk.now -= timedelta(hours=1)
    found(desk, "530102")
    fold.fold(desk.now)
    moment = desk.now + timedelta(seconds=1)
    desk.now += timedelta(minutes=5)
    found(desk, "530102", "530102")
    fold.fold(desk.now)
    query = {"indicator": "hazard.found", "area": "530102", "rows": "sector"}
    assert "3" in {value for _href, value in FIGURE.findall(page(desk, **query))}
    then = page(desk, **query, known=moment.isoformat())
    assert {value for _href, value in FIGURE.findall(then)} == {"1"}


@pytest.mark.once
def test_a_page_costs_as_many_queries_with_many_rows_as_with_few(desk: Desk) -> None:
    def cost() -> list[str]:
        page(desk, rows="area", columns="sector", compare=["year", "total", "mean"])
        with CaptureQueriesContext(connection) as queries:
            page(desk, rows="area", columns="sector", compare=["year", "total", "mean"])
        return [one["sql"][:300] for one in queries]

    found(desk, "530102")
    found(desk, "530103", sector="hazchem")
    few = cost()
    found(desk, *["530103", "530111", "530112", "530113"] * 3, sector="hazchem")
    many = cost()
    assert len(many) <= len(few), (few, many)


def test_a_statistician_finds_which_figure_is_which_and_hands_it_on(desk: Desk) -> None:
    """Comparisons stand under their indicator, a map's can be chosen, a link stands still."""
    found(desk, "530102")
    wanted = {"indicator": ["hazard.found", "hazard.rectified"], "area": "530100"}
    html = page(desk, **wanted, compare=["year", "before"])
    assert html.count('scope="colgroup" colspan="3"') == 2
    html = page(desk, **wanted, show="map")
    first = re.search(
        r'href="(\?[^"]*indicator=hazard.rectified&indicator=hazard.found[^"]*)"', html
    )
    assert first is not None
    known = re.search(r'href="(\?[^"]*known=[^"]*)"', html)
    assert known is not None
    still = desk.browser("city").get(reverse("statistics:analysis") + known[1])
    assert still.status_code == 200
    assert "截至" in still.content.decode() or "as known at" in still.content.decode()
