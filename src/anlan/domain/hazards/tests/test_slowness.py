"""Who is slow: by hand-made cases, each figure by its own working out."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.domain.hazards import slowness
from anlan.kernel.calendar import periods
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code

MARCH = periods.parse("2024-03")
TODAY = date(2024, 5, 1)


def told(rows):
    return {
        row.unit or (row.area.name + ("*" if row.own else "")): (
            row.pace.overdue, row.pace.rectified, row.pace.days, row.pace.mean,
        )
        for row in rows
    }  # fmt: skip


@pytest.fixture
def played(play):
    """Two rectified in March after 5 and 10 days, one in April, one late, one fixed on the spot."""
    found = "2024-03-01  inspector  find  -> found\n2024-03-01  office  assign  -> assigned\n"
    header = "day  who  does  -> state\n"
    return [
        play(f"{header}{found}2024-03-06  firm  rectify  -> rectified"),
        play(f"{header}{found}2024-03-11  firm  rectify  -> rectified"),
        play(f"{header}{found}2024-04-02  firm  rectify  -> rectified"),
        play(f"{header}{found}"),
        play(f"{header}2024-03-04  inspector  find (已清理)  -> rectified"),
        play(f"{header}{found}2024-03-07  office  void  -> void"),
        # Returned since, and not rectified again: it is late, and nothing was rectified.
        play(f"{header}{found}2024-03-05  firm  rectify  -> rectified\n"
             "2024-03-06  inspector  reject  -> assigned"),
    ]  # fmt: skip


def test_the_mean_is_all_days_over_all_rectified_and_parts_add_up(played):
    city, county = by_code("530100"), by_code("530102")
    units = told(slowness.by_unit(city, None, MARCH, TODAY))
    assert units == {"五华模拟化工有限公司": (2, 2, 15, Decimal("7.5"))}
    areas = slowness.by_area(city, None, MARCH, TODAY)
    # With what was fixed on the spot: no day, and no unit.
    assert told(areas) == {"五华区": (2, 3, 15, Decimal("5.0"))}
    assert told(slowness.by_area(county, None, MARCH, TODAY)) == {
        "五华区*": (2, 3, 15, Decimal("5.0"))
    }
    whole = slowness.total(areas)
    assert (whole.overdue, whole.rectified, whole.mean) == (2, 3, Decimal("5.0"))
    april = told(slowness.by_unit(city, None, periods.parse("2024-04"), TODAY))
    assert april == {"五华模拟化工有限公司": (2, 1, 32, Decimal("32.0"))}
    # On the last day of the deadline nothing is late, and of nothing there is no mean.
    early = told(slowness.by_unit(city, None, periods.parse("2023-01"), date(2024, 3, 16)))
    assert early == {}
    assert slowness.Pace().mean is None
    assert slowness.by_area(by_code("530103"), None, MARCH, TODAY) == []
    assert slowness.by_unit(city, ["coal"], MARCH, TODAY) == []


def test_the_slowest_come_first():
    paces = {"甲": (3, 0, 0), "乙": (1, 2, 40), "丙": (1, 4, 20), "丁": (3, 1, 2)}
    rows = [slowness.Slow(slowness.Pace(*pace), unit=name) for name, pace in paces.items()]

    def order(by):
        return "".join(row.unit for row in slowness.slowest(rows, by))

    assert order("overdue") == "丁甲乙丙"
    assert order("mean") == "乙丙丁甲", "what has no mean is the last"
    assert order("rectified") == "丙乙丁甲"


def test_each_figure_of_an_area_opens_to_just_what_it_counts(played, client_of):
    office = client_of("city")
    page = office.get("/areas/530100/slow/?period=2024-03").content.decode()
    assert "五华模拟化工有限公司" in page
    assert "Day rectified minus day found" in page
    links = [html.unescape(link) for link in re.findall(r'href="(/hazards/\?[^"]+)"', page)]
    settled = next(link for link in links if "settled_from=2024-03-01" in link)
    late = next(link for link in links if "late=1" in link)
    for link, count in ((settled, 3), (late, Case.objects.overdue(timezone.localdate()).count())):
        shown = office.get(link).content.decode()
        listed = set(re.findall(r'href="/hazards/([0-9a-f-]{36})/"', shown))
        assert len(listed) == count, link


def test_who_may_not_see_the_area_sees_none_of_it(played, client_of):
    assert client_of("stranger").get("/areas/530102/slow/").status_code == 404
    assert client_of("office").get("/areas/530102/slow/").status_code == 200
    assert client_of("office").get("/areas/530100/slow/").status_code == 404
    assert client_of("firm").get("/areas/530102/slow/").status_code in (403, 404)
    assert "五华模拟化工有限公司" not in (
        client_of("stranger").get("/areas/530103/slow/").content.decode()
    )


@pytest.mark.once
def test_it_costs_no_statement_a_row(played, play, client_of):
    city = client_of("city")
    url = "/areas/530100/slow/?period=2024-03"
    counts = []
    for _more in range(2):
        city.get(url)
        with CaptureQueriesContext(connection) as asked:
            city.get(url)
        counts.append(len(asked))
        for n in range(3):
            day = date(2024, 3, 2) + timedelta(days=n)
            done = day + timedelta(days=3)
            play(f"""day who does -> state
                {day}  inspector   find                 -> found
                {day}  city        assign (other_firm)  -> assigned
                {done} other_firm  rectify              -> rectified""")  # fmt: skip
    assert counts[0] == counts[1]
