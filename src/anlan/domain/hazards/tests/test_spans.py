"""The overview's period: kinds, own days, campaigns; what can't be is said with how to mend it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone, translation

from anlan.kernel.calendar import spans

AREA = "/areas/530102/"


@pytest.mark.once
@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-11-03", "2026-11-17", "2026-11-03..2026-11-17"),
        ("2026-11-01", "2026-11-30", "2026-11"),
        ("2026-11-11", "2026-11-20", "2026-11X2"),
        ("2026-10-01", "2026-12-31", "2026Q4"),
        ("2026-01-01", "2026-12-31", "2026"),
        ("2026-11-05", "2026-11-05", "2026-11-05..2026-11-05"),
    ],
)  # fmt: skip
def test_two_days_are_a_period_and_a_whole_month_is_that_month(first, last, code):
    assert spans.wish({"from": first, "to": last}).period.code == code


@pytest.mark.once
@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-17", "2026-11-03", "exchange them"),
        ("2026-11-17", "", "both days"),
        ("2026-11-31", "2026-12-01", "both days"),
        ("0001-01-01", "2026-12-01", "between 1900 and 2199"),
        ("1900-01-01", "2199-12-31", "60 years at most"),
    ],
)  # fmt: skip
def test_days_that_make_no_period_are_refused_with_how_to_mend_it(first, last, said):
    with translation.override("en"):
        wish = spans.wish({"from": first, "to": last})
    assert wish.period is None
    assert said in wish.problem


@pytest.mark.once
def test_each_kind_is_offered_and_reads_back():
    today = date(2026, 11, 20)
    shown = spans.chooser(spans.period_of({}, today), today, spans.Wish())
    for _label, code, _current in [*shown.kinds, *shown.named]:
        assert spans.period_of({"period": code}, today).contains(today)
    assert len(shown.kinds) == 7
    assert [current for _label, _code, current in shown.kinds].count(True) == 1


def found_in(client, query):
    text = client.get(AREA + query).content.decode()
    figure = re.search(r'<a [^>]*href="[^"]*kind=hazard\.found&[^"]*"[^>]*>\s*([\d,]+)', text)
    return int(figure[1].replace(",", "")) if figure else 0


def test_the_figures_are_of_the_days_that_were_chosen(client_of, stage):
    today = timezone.localdate()
    for _n in range(2):
        stage().do(today, "inspector", "find")
    client = client_of("office")
    answer = client.get(f"{AREA}?from={today.year}-01-01&to={today}&by=found")
    assert answer.status_code == 302
    assert "by=found" in answer["Location"]
    assert found_in(client, f"?period={today}..{today}") == 2
    yesterday = date.fromordinal(today.toordinal() - 1)
    assert found_in(client, f"?period={yesterday}..{yesterday}") == 0
    fortnight = next(code for _l, code, _c in spans.chooser(
        spans.period_of({}, today), today, spans.Wish()).kinds if "-F" in code)  # fmt: skip
    assert found_in(client, f"?period={fortnight}") == 2
    assert found_in(client, "?period=2024-01-01..2026-12-31") == 2 * (today.year <= 2026)


def test_a_wrong_wish_leaves_the_page_with_a_word(client_of):
    answer = client_of("office").get(f"{AREA}?from=2026-11-17&to=2026-11-03")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "exchange them" in text
    assert 'value="2026-11-17"' in text


def test_a_period_is_saved_under_a_name_for_every_area(client_of):
    office = client_of("office")
    query = "?period=2026-06-01..2026-06-30&by=found"
    data = {"path": AREA, "name": "安全生产月", "query": query, "shared": "1"}
    assert office.post("/accounts/lists/save/", data).status_code == 302
    for who in ("office", "leader"):
        text = client_of(who).get(AREA).content.decode()
        assert "安全生产月" in text
        assert "period=2026-06-01..2026-06-30" in text
    stranger = client_of("stranger")
    assert "安全生产月" not in stranger.get("/areas/530103/").content.decode()
