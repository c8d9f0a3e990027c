"""What reading promises: spans, parts and wholes, what is missing, whose figures are whose."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Q

from anlan.base.ids import uuid7
from anlan.base.paths import child_path
from anlan.kernel.calendar.periods import parse
from anlan.kernel.facts import ledger
from anlan.kernel.facts.figures import Query, figures, figures_of
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Coverage, Expected, Fold
from anlan.kernel.facts.tests.support import fold_all, new_kinds, only, townships
from anlan.kernel.regions.models import Lineage, Region

AT = datetime(2024, 6, 30, 4, tzinfo=UTC)


@pytest.fixture
def kinds():
    return new_kinds()


@pytest.fixture
def areas(db):
    return [area.pk for area in townships(4)]


def post(*facts, at=AT):
    with transaction.atomic():
        return ledger.post(list(facts), at=at)


def ask(kind, areas, *periods, at=AT, **options):
    areas = areas if isinstance(areas, list) else [areas]
    return figures(Query([kind], areas, [parse(code) for code in periods], at, **options))


def test_a_span_counts_where_it_fits_and_says_where_it_can_not_be_divided(kinds, areas):
    report = NewFact(kinds.found, {}, areas[0], date(2024, 4, 1), 30, until=date(2024, 6, 30))
    month = NewFact(kinds.found, {}, areas[0], date(2024, 5, 1), 7, until=date(2024, 5, 31))
    post(report, month)
    county = Region.objects.get(pk=areas[0]).parent_id
    for area in (areas[0], county):
        periods = ("2024Q2", "2024", "2024-05", "2024-05-01..2024-05-15", "2024-07", "2024-03")
        cells = ask(kinds.found, area, *periods)
        assert [(cell.value, cell.missing) for cell in cells] == [
            (37, ""), (37, ""), (None, "not_divisible"), (None, "not_divisible"), (0, ""), (0, ""),
        ]  # fmt: skip


def test_a_reversal_mends_what_a_span_tore(kinds, areas):
    post(NewFact(kinds.found, {}, areas[0], date(2024, 4, 1), 30, until=date(2024, 6, 30)))
    with transaction.atomic():
        ledger.reverse(
            fact_ids=list(ledger.standing(Q(area_id=areas[0])).values_list("pk", flat=True)),
            at=AT,
        )
    assert [(cell.value, cell.missing) for cell in ask(kinds.found, areas[0], "2024-05")] == [
        (0, "")
    ]


@pytest.mark.realdb
def test_what_is_carried_on_is_torn_and_mended_too(kinds, realdb):
    area = townships(1)[0].pk
    post(NewFact(kinds.found, {}, area, date(2024, 5, 2)))
    fold_all(AT)
    whole = ("2024-05", "2024-05-01..2024-05-15", "2024")
    seen = [[(cell.value, cell.missing) for cell in ask(kinds.found, area, *whole)]]
    post(NewFact(kinds.found, {}, area, date(2024, 4, 1), 30, until=date(2024, 6, 30)))
    post(NewFact(kinds.found, {}, area, date(2024, 5, 10), 4, until=date(2024, 5, 20)))
    seen.append([(cell.value, cell.missing) for cell in ask(kinds.found, area, *whole)])
    with transaction.atomic():
        spans = ledger.standing(Q(area_id=area, span__gt=0))
        ledger.reverse(fact_ids=list(spans.values_list("pk", flat=True)), at=AT)
    seen.append([(cell.value, cell.missing) for cell in ask(kinds.found, area, *whole)])
    torn = (None, "not_divisible")
    assert seen == [[(1, "")] * 3, [torn, torn, (35, "")], [(1, "")] * 3]


def test_parts_and_what_was_counted_above_them_add_up_to_the_whole(kinds, areas):
    county = Region.objects.get(pk=areas[0]).parent
    post(
        NewFact(kinds.found, {"sector": "coal"}, areas[0], date(2024, 5, 2), 3),
        NewFact(kinds.found, {"sector": "fire"}, county.pk, date(2024, 5, 2), 4),
    )
    whole = only(ask(kinds.found, county.pk, "2024-05"))
    parts = ask(kinds.found, county.pk, "2024-05", by=["region"])
    assert (whole, sum(cell.value for cell in parts)) == (7, 7)
    assert [(cell.area_id, cell.value) for cell in parts if cell.own] == [(county.pk, 4)]
    sectors = ask(kinds.found, county.pk, "2024-05", by=["sector"])
    assert {cell.labels["sector"]: cell.value for cell in sectors} == {"coal": 3, "fire": 4}
    months = ask(kinds.found, county.pk, "2024Q2", by=["month"])
    assert [cell.value for cell in months] == [0, 7, 0]


def test_queries_that_are_read_together_say_what_each_says_alone(
    kinds, areas, django_assert_max_num_queries
):
    county, case = Region.objects.get(pk=areas[0]).parent_id, uuid7()
    post(
        NewFact(kinds.found, {"sector": "coal"}, areas[0], date(2024, 5, 2), 3),
        NewFact(kinds.found, {"sector": "fire"}, areas[1], date(2024, 6, 2), 4),
        NewFact(kinds.found, {}, areas[0], date(2024, 4, 1), 30, until=date(2024, 6, 30)),
        NewFact(kinds.open, {"sector": "coal"}, areas[0], date(2023, 5, 2), 1, case),
        NewFact(kinds.open, {"sector": "coal"}, areas[0], date(2024, 6, 3), -1, case),
    )
    ledger.fold(AT)
    months = [parse("2024-05"), parse("2024-06")]
    both, year = [kinds.found, kinds.open], [parse("2024"), parse("2023"), parse("2023-05")]
    queries = [
        Query(both, [county], months, AT),
        Query([kinds.open], [county], year, AT),
        Query([kinds.found], [county], [parse("2024-06-01..2024-06-15")], AT),
        Query(both, [county], months, AT, by=["sector"]),
        Query(both, [county], months, AT, by=["region"]),
        Query(both, [county], months, AT, where={"sector": ["coal"]}),
        Query(both, [areas[0]], months, AT),
        Query(both, [county], [], AT),
    ]
    alone = [figures(query) for query in queries]
    assert [cell.value for cell in alone[1]] == [0, 1, 1]
    # The first three share what they read.
    with django_assert_max_num_queries(3 + 5):
        assert figures_of(queries) == alone


def test_an_area_that_ended_is_shown_while_it_had_figures(kinds, areas):
    old = Region.objects.get(pk=areas[0])
    post(NewFact(kinds.found, {}, old.pk, date(2024, 5, 2), 3))
    Region.objects.filter(pk=old.pk).update(valid_to=date(2024, 5, 31))

    def shown(period):
        return {cell.area_id for cell in ask(kinds.found, old.parent_id, period, by=["region"])}

    assert old.pk in shown("2024-05")
    assert old.pk not in shown("2024-06")


def test_what_stands_is_read_on_the_last_day_or_today(kinds, areas):
    case = uuid7()
    post(
        NewFact(kinds.open, {}, areas[0], date(2024, 5, 2), 1, case),
        NewFact(kinds.open, {}, areas[0], date(2024, 7, 20), -1, case),
    )
    cells = ask(kinds.open, areas[0], "2024-04", "2024-05", "2024-06", "2024", "2024-07")
    assert [(cell.value, cell.missing) for cell in cells] == [
        (0, ""), (1, ""), (1, ""), (1, ""), (None, "not_yet"),
    ]  # fmt: skip
    later = AT + timedelta(days=30)
    assert [cell.value for cell in ask(kinds.open, areas[0], "2024-07", at=later)] == [0]


def test_zero_needs_somebody_who_was_on_the_system(kinds, areas):
    post(NewFact(kinds.found, {}, areas[0], date(2024, 5, 2), 3))
    Coverage.objects.create(unit_id=1, area_id=areas[1], since=date(2024, 5, 10))
    Expected.objects.create(
        unit_id=2, area_id=areas[2], kind=kinds.found, start=date(2024, 5, 1),
        end=date(2024, 5, 31),
    )  # fmt: skip
    Expected.objects.create(
        unit_id=3, area_id=areas[3], kind=kinds.found, start=date(2024, 5, 1),
        end=date(2024, 5, 31), status="nil",
    )  # fmt: skip

    def said(period):
        cells = ask(kinds.found, areas, period, coverage=True)
        return [cell.missing or cell.value for cell in cells]

    assert said("2024-05") == [3, 0, "not_reported", 0]
    assert said("2024-04") == ["not_on_system"] * 4
    assert [cell.value for cell in ask(kinds.found, areas, "2024-04")] == [0, 0, 0, 0]


def test_figures_as_they_will_be_known_are_refused(kinds, areas, refused):
    with refused("not_yet_known"):
        ask(kinds.found, areas[0], "2024-05", as_known_at=AT + timedelta(seconds=1))


def test_more_than_anybody_can_read_is_refused(kinds, areas, refused):
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    with refused("too_many_figures"):
        ask(kinds.found, areas[0], *days, *(day.replace("2024", "2023") for day in days))


@pytest.mark.realdb
def test_the_first_of_a_kind_is_known_to_the_moment_that_took_it_in(kinds, realdb, monkeypatch):
    area, now = townships(1)[0].pk, datetime(2024, 7, 1, 4, tzinfo=UTC)
    fold = ledger.fold

    def posted_just_before(*args, **options):
        post(NewFact(kinds.found, {}, area, date(2024, 5, 2)))
        return fold(*args, **options)

    monkeypatch.setattr("anlan.kernel.facts.figures.fold", posted_just_before)
    first = only(ask(kinds.found, area, "2024-05", at=now, as_known_at=now))
    monkeypatch.undo()
    fold_all(now + timedelta(seconds=1))
    # Nothing, where other work on the server held the mark back; but then for ever.
    assert first == only(ask(kinds.found, area, "2024-05", at=now, as_known_at=now))


@pytest.mark.realdb
def test_a_correction_changes_what_is_known_and_not_what_was_known(kinds, realdb):
    area, case = townships(1)[0].pk, uuid7()
    post(NewFact(kinds.found, {}, area, date(2024, 5, 2), 1, case))
    fold_all(AT)
    published = AT + timedelta(hours=1)
    assert only(ask(kinds.found, area, "2024-05", at=published, as_known_at=published)) == 1
    now = published + timedelta(days=40)
    with transaction.atomic():
        ledger.reverse(case_ids=[case], at=now)
    for fold in (False, True):
        if fold:
            fold_all(now)
        assert only(ask(kinds.found, area, "2024-05", at=now)) == 0
        assert only(ask(kinds.found, area, "2024-05", at=now, as_known_at=published)) == 1
    before = AT - timedelta(days=1)
    assert only(ask(kinds.found, area, "2024-05", at=now, as_known_at=before)) == 0


def test_folds_are_later_than_one_another_whatever_the_clock_says(kinds, realdb):
    area = townships(1)[0].pk
    for days in (0, -3, 5, -40):
        post(NewFact(kinds.found, {}, area, date(2024, 5, 2)))
        ledger.fold(AT + timedelta(days=days), force=True)
    moments = list(Fold.objects.order_by("pk").values_list("at", flat=True))
    assert moments == sorted(set(moments))
    learnt = list(Fold.objects.order_by("pk").values_list("learnt", flat=True))
    assert learnt == sorted(learnt)


@pytest.mark.parametrize("folded", [False, True])
def test_statements_do_not_grow_with_what_is_asked(
    kinds, realdb, folded, django_assert_max_num_queries
):
    """Asked again, nothing is summed: what was posted since is all that is read."""
    found = townships(4)
    for area in found:
        post(NewFact(kinds.found, {"sector": "coal"}, area.pk, date(2024, 5, 2)))
    if folded:
        fold_all(AT)
    for asked, by in (([found[0].pk], []), ([area.parent_id for area in found], ["region"])):
        with django_assert_max_num_queries(9):
            first = ask(kinds.found, asked, "2024", "2024-05", "2024-W20", by=[*by, "sector"])
        with django_assert_max_num_queries(4) as seen:
            again = ask(kinds.found, asked, "2024", "2024-05", "2024-W20", by=[*by, "sector"])
        assert again == first
        assert not any("facts_monthcell" in each["sql"] for each in seen.captured_queries)


# Reforms


def made(parent: Region, pk: int, level: int) -> Region:
    return Region.objects.create(
        pk=pk, code=f"T{pk}", name="新", full_name="新", level=level, parent=parent,
        path=child_path(parent.path, pk),
    )  # fmt: skip


def became(old: Region, new: Region, kind: str = "transfer", divisible: bool = True) -> None:
    Lineage.objects.create(old=old, new=new, kind=kind, day=date(2024, 6, 1), divisible=divisible)
    Region.objects.filter(pk=old.pk).update(valid_to=date(2024, 5, 31))


def test_on_todays_map_a_county_brings_its_past_to_its_new_prefecture(kinds, areas):
    town = Region.objects.get(pk=areas[0])
    county, old_home = town.parent, town.parent.parent
    new_home = Region.objects.filter(level=2, parent=old_home.parent).exclude(pk=old_home.pk)[0]
    post(
        NewFact(kinds.found, {}, town.pk, date(2024, 5, 2), 5),
        NewFact(kinds.found, {}, county.pk, date(2024, 5, 2), 2),
    )
    moved = made(new_home, 10_000_001, 3)
    became(county, moved)
    # Its township went along, and says so too; that counts nothing twice.
    became(town, made(moved, 10_000_002, 4))
    post(NewFact(kinds.found, {}, 10_000_002, date(2024, 6, 2), 1))
    asked = [old_home.pk, new_home.pk, moved.pk, 10_000_002, old_home.parent_id]
    then = [cell.value for cell in ask(kinds.found, asked, "2024")]
    now = [cell.value for cell in ask(kinds.found, asked, "2024", territory="now")]
    assert (then, now) == ([7, 1, 1, 1, 8], [0, 8, 8, 6, 8])
    parts = ask(kinds.found, new_home.parent_id, "2024", by=["region"], territory="now")
    assert sum(cell.value for cell in parts) == 8


def test_what_was_split_can_not_be_divided_and_says_so(kinds, areas):
    town = Region.objects.get(pk=areas[0])
    county = town.parent
    other = Region.objects.filter(level=3, parent=county.parent).exclude(pk=county.pk)[0]
    post(NewFact(kinds.found, {}, town.pk, date(2024, 5, 2), 5))
    first, second = made(county, 10_000_003, 4), made(other, 10_000_004, 4)
    for new in (first, second):
        became(town, new, "split", divisible=False)
    post(NewFact(kinds.found, {}, first.pk, date(2024, 6, 2), 1))
    asked = [county.pk, other.pk, county.parent_id]

    def said(period):
        cells = ask(kinds.found, asked, period, territory="now")
        return [cell.missing or cell.value for cell in cells]

    # Both parts lie in the prefecture: to it, nothing is unclear.
    assert said("2024-05") == ["not_divisible", "not_divisible", 5]
    assert said("2024-06") == [1, 0, 1]


@pytest.mark.parametrize("sizes", [(1, 9, 2), (9, 1, 2), (4, 4, 4)])
def test_what_was_known_is_added_up_or_taken_off_and_is_the_same(kinds, realdb, sizes):
    """Folds of three months; each moment lies among more facts before it, or after it."""
    area, known, now = townships(1)[0].pk, [], AT - timedelta(days=60)
    for month in range(3):
        for size in (*sizes, 1):
            post(*[NewFact(kinds.found, {"sector": "coal"}, area, date(2024, 5, 2))] * size, at=now)
            fold_all(now)
            now += timedelta(hours=1)
            value = only(ask(kinds.found, area, "2024-05", at=now, as_known_at=now))
            known.append((now, value))
            now += timedelta(hours=1)
        now = AT + timedelta(days=30 * month)
    total = sum(sizes) + 1
    assert [value for _, value in known][3::4] == [total, 2 * total, 3 * total]
    now += timedelta(days=90)
    county = Region.objects.get(pk=area).parent_id
    for where in (area, county):
        for period, by in (("2024-05", []), ("2024-05-01..2024-05-09", []), ("2024", ["sector"])):
            assert [
                (moment, only(ask(kinds.found, where, period, at=now, as_known_at=moment, by=by)))
                for moment, _ in known
            ] == known
