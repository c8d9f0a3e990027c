"""What somebody who may see an accident still may not read of it, and days at their borders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from anlan.domain.accidents import commands, law
from anlan.domain.accidents import statistics as numbers
from anlan.domain.accidents.commands import Figures
from anlan.domain.accidents.models import Clock
from anlan.domain.accidents.tests.desk import HOME, Desk
from anlan.kernel.calendar import periods
from anlan.kernel.regions.queries import by_code

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HERE = ZoneInfo("Asia/Shanghai")


def test_who_reported_it_reads_nothing_of_what_is_suspected_of_them(desk: Desk) -> None:
    pk = desk.report("firm", deaths=1)
    desk.do("office", "suspect", pk, kind="hidden", text="工友举报：还有两人未报")
    finding = desk.row(pk).findings.get().pk
    desk.do("leader", "judge", pk, finding=finding, confirmed=False, answer="走访工友后排除")
    desk.do("office", "suspect", pk, kind="omitted", text="工友举报：还有两人未报")
    for word in ("工友举报", "走访工友"):
        assert word in desk.get("office", "accidents:page", pk).content.decode()
        assert word not in desk.get("firm", "accidents:page", pk).content.decode()
    # Nor does a filter tell that there is something.
    assert "储罐区闪爆" in desk.get("firm", "accidents:list").content.decode()
    asked = desk.get("firm", "accidents:list", query="?suspected=1").content.decode()
    assert "储罐区闪爆" not in asked
    assert (
        "储罐区闪爆" in desk.get("office", "accidents:list", query="?suspected=1").content.decode()
    )


@pytest.mark.parametrize(("nature", "days"), [("general", 30), ("traffic", 7), ("fire", 7)])
def test_the_last_day_of_counting_is_one_of_here_and_is_included(
    desk: Desk, nature: str, days: int
) -> None:
    # Half past eleven at night here is the same day's afternoon in UTC; half past midnight is
    # still the day before there.
    for minute, day in ((datetime(2026, 7, 1, 23, 30), 1), (datetime(2026, 7, 2, 0, 30), 2)):
        happened = minute.replace(tzinfo=HERE)
        pk = desk.report(at=happened + HOUR, ago=HOUR, deaths=1, nature=nature)
        last = date(2026, 7, day) + timedelta(days=days)
        assert desk.row(pk).last_counted_day == last
        late = happened + timedelta(days=days + 5)
        given = {"figures": Figures(deaths=2), "died_on": last}
        assert desk.do("office", "supplement", pk, late, **given) != "accident_incomplete"
        given = {"figures": Figures(deaths=3), "died_on": last + DAY}
        desk.do("office", "supplement", pk, late, **given)
        row = desk.row(pk)
        assert (row.deaths, row.deaths_late) == (2, 1)
    desk.check()


def test_the_edition_is_that_of_the_day_of_the_accident_not_of_its_report(desk: Desk) -> None:
    reported = datetime(2026, 7, 3, 9, tzinfo=HERE)
    before = datetime(2026, 6, 30, 23, 59, tzinfo=HERE)
    after = datetime(2026, 7, 1, 0, 1, tzinfo=HERE)
    old, new = law.types_on(date(2026, 6, 30))[0].key, law.types_on(date(2026, 7, 1))[0].key
    assert (old[:4], new[:4]) == ("1986", "2025")
    for moment, right, wrong in ((before, old, new), (after, new, old)):
        pk = desk.report(at=reported, ago=reported - moment, type=right)
        assert desk.row(pk).type == right
        given = {"fields": {"type": wrong}, "reason": "更正"}
        assert desk.do("office", "correct", pk, reported, **given) == "accident_incomplete"
    # Midnight in UTC is eight in the morning here.
    utc = datetime(2026, 6, 30, 16, 30, tzinfo=ZoneInfo("UTC"))
    assert desk.row(desk.report(at=reported, ago=reported - utc, type=new)).type == new


def test_a_report_is_owed_by_night_and_on_a_holiday_as_on_any_day(desk: Desk) -> None:
    # The night of the national day.
    at = datetime(2026, 10, 1, 23, 40, tzinfo=HERE)
    pk = desk.report(at=at, ago=HOUR, deaths=3)
    clock = Clock.objects.get(accident=pk, done_at=None)
    assert timezone.localtime(clock.due_at).strftime("%m-%d %H:%M") == "10-02 01:40"


def scoped(desk: Desk, pk: Any, scope: str, at: datetime) -> None:
    commands.ask_scope(pk, scope=scope, reason="认定", **desk.call("office", at))
    given = {"granted": True, "answer": "同意", "number": "昆安〔2026〕1号"}
    commands.decide_scope(pk, **given, **desk.call("leader", at))


def test_what_was_struck_off_and_put_back_counts_as_before(desk: Desk) -> None:
    pk = desk.report(deaths=2)

    for scope in ("struck", "work", "nonwork", "work"):
        scoped(desk, pk, scope, desk.now)
        assert desk.row(pk).scope == scope
        # As many as before, under the scope that stands.
        assert desk.sums()["deaths"] == 2
        year = periods.year(timezone.localdate(desk.now))
        for other in ("work", "nonwork", "struck"):
            asked = numbers.Asked(by_code(HOME), year, other, None, desk.now)
            found = numbers.read(asked).total.figures["accident.deaths"]
            assert found.value == (2 if other == scope else 0), (scope, other)
    desk.check()


def read(year: int, at: datetime) -> numbers.Statistics:
    whole = periods.year(date(year, 1, 1))
    return numbers.read(numbers.Asked(by_code(HOME), whole, "work", None, at, base_year=2019))


def test_double_triple_and_three_double_falls_by_hand_with_noughts_in_the_base_year(
    desk: Desk,
) -> None:
    at = datetime(2026, 12, 31, 12, tzinfo=HERE)

    def one(year: int, deaths: int, serious: int = 0) -> None:
        moment = datetime(year, 3, 5, 10, tzinfo=HERE)
        desk.report("office", at=moment, deaths=deaths, serious=serious)

    # 2025: 4 accidents, 7 dead, two of them 较大. 2026: 3 accidents, 5 dead, one 较大. 2019: none.
    for deaths in (3, 3, 1, 0):
        one(2025, deaths, 1)
    for deaths in (3, 1, 1):
        one(2026, deaths)
    found = read(2026, at)
    count, dead = found.total.figures["accident.happened"], found.total.figures["accident.deaths"]
    assert (count.value, count.before, count.base) == (3, 4, 0)
    assert (dead.value, dead.before, dead.base) == (5, 7, 0)
    assert (str(count.change), str(dead.change)) in (("-25.0", "-28.6"), ("-25", "-28.57142857"))
    # On nought there is no percentage.
    assert count.on_base is None
    assert (found.double, found.triple) == (True, True)
    assert (found.larger.value, found.larger.before) == (1, 2)
    # 三个双下降 asks it of all, of 较大 and of 重特大, of which there were none in either year.
    assert [group.double for group in found.groups] == [True, True, False]
    assert found.three_doubles is False
    # As many deaths as last year is no fall; a fall of the one alone is none of both.
    one(2026, 2)
    found = read(2026, at)
    assert (found.total.figures["accident.deaths"].value, found.double) == (7, False)
    # One of ten dead that the year before had, told late: now all six figures are below it.
    one(2025, 10)
    found = read(2026, at)
    assert [
        [(figure.value, figure.before) for _kind, figure in group.cells[:2]]
        for group in found.groups
    ] == [[(4, 5), (7, 17)], [(1, 2), (3, 6)], [(0, 1), (0, 10)]]
    assert found.three_doubles is True
    # From nought nothing falls.
    assert read(2025, datetime(2025, 12, 31, 12, tzinfo=HERE)).double is False
