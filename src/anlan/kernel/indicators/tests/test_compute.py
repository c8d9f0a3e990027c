"""Indicators from the ledger: values, comparisons, streaks, and what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from anlan.base.ids import uuid7
from anlan.kernel.calendar.periods import parse
from anlan.kernel.facts import ledger
from anlan.kernel.facts.figures import Query
from anlan.kernel.facts.kinds import declared as declared_kinds
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.tests.support import new_kinds, townships
from anlan.kernel.indicators import compute
from anlan.kernel.indicators.compute import evaluate, falling_months
from anlan.kernel.indicators.declare import Average, Count, Distinct, Ratio, declared
from anlan.kernel.regions.models import Region

AT = datetime(2024, 6, 10, 4, tzinfo=UTC)


@pytest.fixture
def kinds():
    return new_kinds()


@pytest.fixture
def ledger_of(db, kinds):
    """Posts what is given as (day, how many, grade): found, of which all but one are settled."""
    area = townships(1)[0]

    def post(*rows: tuple[date, int, str]) -> Region:
        facts = []
        for day, count, grade in rows:
            for number in range(count):
                case = uuid7()
                labels = {"grade": grade, "sector": "coal"}
                facts.append(NewFact(kinds.found, labels, area.pk, day, 1, case))
                facts.append(NewFact(kinds.who, {}, area.pk, day, 1, case, f"unit:{number % 2}"))
                if number:
                    facts += ledger.cohort(kinds.found, kinds.settled, [case])
        with transaction.atomic():
            ledger.post(facts, at=AT)
        return area

    return post


def ask(indicators, area, period, *compare, at=AT, **options):
    query = Query([], [area.pk], [parse(code) for code in period.split()], at, **options)
    return evaluate(indicators, query, compare)


def test_a_rate_over_nothing_is_none_and_zero_is_zero(ledger_of, kinds):
    area = ledger_of((date(2024, 5, 3), 4, "major"), (date(2024, 4, 1), 1, "major"))
    rate = Ratio("rate", "rate", kinds.settled, kinds.found)
    values = ask([rate], area, "2024-03 2024-04 2024-05")
    assert [value.value for value in values] == [None, Decimal("0.0"), Decimal("75.0")]
    assert [value.counts for value in values] == [(0, 0), (0, 1), (3, 4)]
    assert {value.missing for value in values} == {""}


def test_an_indicator_narrowed_to_a_label_leaves_the_others_whole(ledger_of, kinds):
    area = ledger_of((date(2024, 5, 3), 4, "major"), (date(2024, 5, 9), 6, "ordinary"))
    total = Count("total", "total", kinds.found)
    major = Count("major", "major", kinds.found, {"grade": ("major",)})
    share = Ratio("share", "share", kinds.found, kinds.found, {"grade": ("major",)})
    each = Average("each", "each", kinds.found, kinds.who)
    values = ask([total, major, share, each], area, "2024-05")
    assert [value.value for value in values] == [10, 4, Decimal("40.0"), Decimal("5.0")]
    by_sector = ask([total, major], area, "2024-05", by=("sector",))
    assert [(value.labels, value.value) for value in by_sector] == [
        ({"sector": "coal"}, 10),
        ({"sector": "coal"}, 4),
    ]


def test_year_on_year_and_the_month_before(ledger_of, kinds):
    area = ledger_of(
        (date(2023, 5, 20), 8, "major"), (date(2024, 4, 20), 5, "major"),
        (date(2024, 5, 20), 6, "major"),
    )  # fmt: skip
    (value,) = ask([Count("found", "", kinds.found)], area, "2024-05", compute.YEAR_AGO,
                   compute.PREVIOUS)  # fmt: skip
    year, before = value.compared[compute.YEAR_AGO], value.compared[compute.PREVIOUS]
    assert (year.period.code, year.value, year.change, year.points) == (
        "2023-05", 8, Decimal("-25.0"), -2,
    )  # fmt: skip
    assert (before.period.code, before.value, before.change) == ("2024-04", 5, Decimal("20.0"))


def test_a_month_that_is_not_over_is_compared_with_as_much_of_others(ledger_of, kinds):
    area = ledger_of(
        (date(2023, 6, 5), 2, "major"), (date(2023, 6, 25), 9, "major"),
        (date(2024, 5, 10), 4, "major"), (date(2024, 5, 11), 7, "major"),
        (date(2024, 6, 9), 3, "major"),
    )  # fmt: skip
    (value,) = ask([Count("found", "", kinds.found)], area, "2024-06", compute.YEAR_AGO,
                   compute.PREVIOUS)  # fmt: skip
    year, before = value.compared[compute.YEAR_AGO], value.compared[compute.PREVIOUS]
    assert value.value == 3
    assert (year.period.code, year.value, year.change) == (
        "2023-06-01..2023-06-10", 2, Decimal("50.0"),
    )  # fmt: skip
    assert (before.period.code, before.value, before.change) == (
        "2024-05-01..2024-05-10", 4, Decimal("-25.0"),
    )  # fmt: skip


def test_against_a_base_year_a_mean_of_years_and_the_year_to_date(ledger_of, kinds):
    area = ledger_of(
        (date(2019, 5, 2), 20, "major"), (date(2021, 5, 2), 1, "major"),
        (date(2022, 5, 2), 2, "major"), (date(2023, 5, 2), 6, "major"),
        (date(2024, 1, 2), 2, "major"), (date(2024, 5, 2), 4, "major"),
    )  # fmt: skip
    (value,) = ask([Count("found", "", kinds.found)], area, "2024-05", compute.base(2019),
                   compute.mean_of(3), compute.CUMULATIVE)  # fmt: skip
    assert value.compared["base:2019"].change == Decimal("-80.0")
    mean = value.compared["mean:3"]
    assert (mean.value, mean.change) == (Decimal("3.00"), Decimal("33.3"))
    year = value.compared[compute.CUMULATIVE]
    assert (year.period.code, year.current, year.value) == ("2024-01-01..2024-05-31", 6, 6)


def test_from_nothing_there_is_no_percentage(ledger_of, kinds):
    area = ledger_of((date(2024, 5, 2), 4, "major"))
    (value,) = ask([Count("found", "", kinds.found)], area, "2024-05", compute.YEAR_AGO)
    assert value.compared[compute.YEAR_AGO].change is None
    assert value.compared[compute.YEAR_AGO].points == 4


def test_different_units_are_counted_in_their_own_period_only(ledger_of, kinds):
    area = ledger_of((date(2024, 5, 2), 5, "major"), (date(2024, 4, 2), 5, "major"))
    units = Distinct("units", "", kinds.who)
    month, quarter = ask([units], area, "2024-05 2024Q2", compute.PREVIOUS)
    assert (month.value, month.compared[compute.PREVIOUS].value) == (2, 2)
    assert (quarter.value, quarter.missing) == (None, "not_divisible")


def test_months_in_a_row_in_which_both_fell(ledger_of, kinds):
    rows = []
    for month in range(1, 13):
        rows.append((date(2022, month, 3), 6, "major"))
        # From April on both found and settled are below the year before.
        rows.append((date(2023, month, 3), 6 if month < 4 else 5, "major"))
    area = ledger_of(*rows)
    both = [kinds.found, kinds.settled]
    december = parse("2023-12")
    assert falling_months(both, area.pk, december, at=AT, months=24) == 9
    assert falling_months(both, area.pk, december, at=AT, months=5) == 5


@pytest.mark.parametrize(("count", "months"), [(1, "2024-05"), (6, "2024-03 2024-04 2024-05")])
def test_the_ledger_is_read_once(ledger_of, kinds, count, months, django_assert_max_num_queries):
    area = ledger_of((date(2024, 5, 2), 4, "major"))
    ask([Count("found", "", kinds.found)], area, "2024-05")
    asked = [Count(f"n{n}", "", kinds.found) for n in range(count)]
    with django_assert_max_num_queries(4):
        ask(asked, area, months, compute.YEAR_AGO)


def test_a_rate_that_could_pass_100_percent_is_refused_at_start_up(kinds):
    with pytest.raises(AssertionError, match="no part of"):
        Ratio("rate", "rate", kinds.found, kinds.settled).check()
    whole = {"grade": ("major",)}
    with pytest.raises(AssertionError, match="narrowed"):
        Ratio("rate", "rate", kinds.settled, kinds.found, {}, whole).check()
    Ratio("rate", "rate", kinds.checked, kinds.found).check()
    Average("average", "average", kinds.found, kinds.settled).check()


def test_every_indicator_of_this_installation_stands_on_declared_kinds():
    for indicator in declared().values():
        indicator.check()
        assert set(indicator.kinds) <= declared_kinds().keys()


def test_a_narrowed_zero_is_one_where_the_kind_was_counted_and_missing_where_nobody_was(
    ledger_of, kinds
):
    from anlan.kernel.facts.models import Coverage

    area = ledger_of((date(2024, 5, 3), 4, "ordinary"))
    Coverage.objects.create(unit_id=1, area_id=area.pk, kinds="", since=date(2024, 5, 1))
    major = Count("major", "major", kinds.found, {"grade": ("major",)})
    ordinary = Count("ordinary", "ordinary", kinds.found, {"grade": ("ordinary",)})
    both = ask([major, ordinary], area, "2024-04 2024-05", coverage=True)
    assert [(value.value, value.missing) for value in both] == [
        (None, "not_on_system"), (None, "not_on_system"), (0, ""), (4, ""),
    ]  # fmt: skip
