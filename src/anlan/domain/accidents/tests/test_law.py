"""Grades, days and types are what the articles say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.domain.accidents import law

WAN = 1_000_000
ORDER = ("", "ordinary", "larger", "major", "extraordinary")


@pytest.mark.parametrize(
    ("deaths", "serious", "wan", "grade"),
    [
        (0, 0, 0, ""), (0, 0, 1, "ordinary"), (1, 0, 0, "ordinary"), (2, 9, 999, "ordinary"),
        (3, 0, 0, "larger"), (9, 49, 4999, "larger"), (0, 10, 0, "larger"),
        (0, 0, 1000, "larger"), (10, 0, 0, "major"), (29, 99, 9999, "major"),
        (0, 50, 0, "major"), (0, 0, 5000, "major"), (30, 0, 0, "extraordinary"),
        (0, 100, 0, "extraordinary"), (0, 0, 10_000, "extraordinary"),
        (1, 0, 5000, "major"), (3, 50, 0, "major"),
    ],
)  # fmt: skip
def test_a_grade_includes_its_lower_bound_and_not_its_upper(
    deaths: int, serious: int, wan: int, grade: str
) -> None:
    assert law.grade_of(deaths, serious, wan * WAN) == grade


def test_a_fen_below_a_bound_stays_below_it() -> None:
    assert law.grade_of(0, 0, 1000 * WAN - 1) == "ordinary"


numbers = st.integers(0, 200)


@given(numbers, numbers, st.integers(0, 2 * 10**10), st.integers(0, 50))
def test_more_harm_never_makes_an_accident_less_grave(
    deaths: int, serious: int, loss: int, more: int
) -> None:
    before = ORDER.index(law.grade_of(deaths, serious, loss))
    for worse in ((deaths + more, serious, loss), (deaths, serious + more, loss)):
        assert ORDER.index(law.grade_of(*worse)) >= before


def test_a_death_counts_for_thirty_days_and_for_seven_in_traffic_and_fire() -> None:
    day = date(2026, 1, 31)
    for nature, days in (("general", 30), ("traffic", 7), ("fire", 7)):
        assert law.counts(nature, day, day)
        assert law.counts(nature, day, day + timedelta(days=days))
        assert not law.counts(nature, day, day + timedelta(days=days + 1))


def test_each_day_has_one_edition_of_types_and_old_names_are_mapped() -> None:
    assert law.edition_of(date(2026, 6, 30)) == "1986"
    assert law.edition_of(date(2026, 7, 1)) == "2025"
    assert [len(law.types_on(date(2026, month, 1))) for month in (6, 7)] == [20, 27]
    new = date(2026, 7, 1)
    mapped = law.type_named("车辆伤害", new)
    assert mapped is not None
    assert mapped.name == "厂（场）内车辆致害"
    # What may be several of the new ones waits for somebody to look.
    assert law.type_named("中毒和窒息", new) is None
    for row in law.types().values():
        assert row.edition == "2025" or row.name_2025 in {each.name for each in law.types_on(new)}


def test_what_the_law_says_carries_source_version_and_day() -> None:
    for name, table in law.law().items():
        assert table["source"], name
        assert table["confidence"] in "ABC", name
        assert table["version"], name
        assert isinstance(table["from"], date), name


def test_an_office_may_be_stricter_than_the_law_and_never_laxer() -> None:
    moment = datetime(2026, 9, 7, 10, tzinfo=UTC)
    for own, minutes in ((None, 120), ({"level": 30}, 30), ({"level": 300}, 120), ({}, 120)):
        assert law.minutes_after(moment, "level", own) == moment + timedelta(minutes=minutes)
