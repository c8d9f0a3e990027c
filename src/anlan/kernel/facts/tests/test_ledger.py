"""What posting, reversing and moving promise, one case at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from anlan.base.ids import uuid7
from anlan.kernel.calendar.periods import parse
from anlan.kernel.facts import intern, ledger
from anlan.kernel.facts.figures import Query, behind, figures
from anlan.kernel.facts.invariants import invariants
from anlan.kernel.facts.kinds import FactKind, Measure, declare, declared
from anlan.kernel.facts.ledger import Move, NewFact
from anlan.kernel.facts.models import Fact, Occurrence
from anlan.kernel.facts.tests.support import new_kinds, only, townships
from anlan.kernel.regions.models import Region

AT = datetime(2024, 6, 30, 4, tzinfo=UTC)
MAY, JUNE = parse("2024-05"), parse("2024-06")


@pytest.fixture
def kinds():
    return new_kinds()


@pytest.fixture
def areas(db):
    return [area.pk for area in townships(4)]


def post(*facts, **options):
    with transaction.atomic():
        return ledger.post(list(facts), at=AT, **options)


def reverse(**chosen):
    with transaction.atomic():
        return ledger.reverse(at=AT, **chosen)


def figure(kind, area, period=MAY, **options):
    return only(figures(Query([kind], [area], [period], AT, **options)))


def assert_sound():
    assert [found for found in invariants(AT) if not found[1]] == []


@pytest.mark.parametrize("table", ["fact", "kind", "labelset", "labelvalue", "fold"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_S24_nothing_in_the_ledger_can_be_changed_or_taken_away(kinds, areas, table, act):
    post(NewFact(kinds.found, {"grade": "major"}, areas[0], date(2024, 5, 2), 1, uuid7()))
    if act.startswith("TRUNCATE") and connection.vendor == "sqlite":
        act = "DELETE FROM {} WHERE true"  # What it has instead.
    if table == "labelvalue":
        act = act.replace("id = id", "value = value")
    if table == "fold":
        ledger.fold(AT, force=True)
    with (
        pytest.raises(DatabaseError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(f"facts_{table}"))


def test_facts_are_posted_inside_the_transaction_of_what_they_report(kinds, realdb):
    with pytest.raises(AssertionError, match="with the change"):
        ledger.post([NewFact(kinds.found, {}, 1, date(2024, 5, 2))], at=AT)


def test_a_kind_nobody_declared_and_a_place_that_is_none_are_slips(kinds, areas):
    with pytest.raises(AssertionError, match="no capability declares"):
        post(NewFact("nobody.knows", {}, areas[0], date(2024, 5, 2)))
    with pytest.raises(AssertionError, match="no such areas"):
        post(NewFact(kinds.found, {}, 99_999_999, date(2024, 5, 2)))


def test_labels_are_one_set_however_they_are_written(kinds, areas):
    one = {"grade": "major", "sector": "coal", "topics": ",gas,fire,", "source": ""}
    other = {"topics": "fire,gas,fire", "sector": "coal", "grade": "major"}
    day = date(2024, 5, 2)
    post(NewFact(kinds.found, one, areas[0], day), NewFact(kinds.found, other, areas[0], day))
    key = "grade=major|sector=coal|topics=fire,gas"
    assert {fact.labels.key for fact in Fact.objects.filter(kind__code=kinds.found)} == {key}
    cells = figures(Query([kinds.found], [areas[0]], [MAY], AT, by=["topics"]))
    assert [(cell.labels["topics"], cell.value, cell.overlapping) for cell in cells] == [
        ("fire", 2, True), ("gas", 2, True),
    ]  # fmt: skip


def test_a_number_given_out_in_a_rolled_back_transaction_is_not_remembered(kinds, realdb):
    area, day = townships(1)[0].pk, date(2024, 5, 2)
    with transaction.atomic():
        ledger.post([NewFact(kinds.found, {"sector": "coal"}, area, day)], at=AT)
        transaction.set_rollback(True)
    with transaction.atomic():
        ledger.post([NewFact(kinds.open, {"sector": "fire"}, area, day)], at=AT)
    with transaction.atomic():
        ledger.post([NewFact(kinds.found, {"sector": "coal"}, area, day)], at=AT)
    query = Query([kinds.found, kinds.open], [area], [MAY], AT, by=["sector"])
    found = {(cell.kind, cell.labels["sector"]): cell.value for cell in figures(query)}
    assert found == {
        (kinds.found, "coal"): 1, (kinds.found, "fire"): 0,
        (kinds.open, "coal"): 0, (kinds.open, "fire"): 1,
    }  # fmt: skip


def test_a_cohort_fact_counts_where_and_when_its_opener_does(kinds, areas):
    case = uuid7()
    post(NewFact(kinds.found, {"grade": "major"}, areas[0], date(2024, 5, 2), 1, case))
    # Settled elsewhere, much later, and under another grade.
    late = NewFact(kinds.settled, {"grade": "ordinary"}, areas[1], date(2024, 6, 9), 1, case)
    assert post(late) == 1
    assert figure(kinds.settled, areas[0], where={"grade": ["major"]}) == 1
    assert figure(kinds.settled, areas[1], JUNE) == 0


def test_a_case_enters_a_cohort_once_and_only_with_an_opener(kinds, areas):
    case = uuid7()
    assert post(*ledger.cohort(kinds.found, kinds.settled, [case])) == 0
    post(
        NewFact(kinds.found, {}, areas[0], date(2024, 5, 2), 1, case),
        *ledger.cohort(kinds.found, kinds.settled, [case, case]),
    )
    assert post(*ledger.cohort(kinds.found, kinds.settled, [case])) == 0
    assert figure(kinds.settled, areas[0]) == 1
    # Found once more (it broke out again): there is room for one again.
    post(NewFact(kinds.found, {}, areas[0], date(2024, 5, 20), 1, case))
    assert post(*ledger.cohort(kinds.found, kinds.settled, [case])) == 1
    assert figure(kinds.settled, areas[0]) == 2
    assert_sound()


def test_with_an_opener_goes_what_has_no_room_left(kinds, areas):
    case = uuid7()
    first = NewFact(kinds.found, {}, areas[0], date(2024, 5, 2), 1, case)
    post(first, *ledger.cohort(kinds.found, kinds.settled, [case]))
    post(*ledger.cohort(kinds.settled, kinds.checked, [case]))
    assert reverse(case_ids=[case], kinds=[kinds.found]) == 3
    assert [figure(kind, areas[0]) for kind in (kinds.found, kinds.settled, kinds.checked)] == [
        0, 0, 0,
    ]  # fmt: skip
    assert_sound()


def test_of_two_openers_in_one_cell_one_may_go_and_one_follower_stays(kinds, areas):
    case = uuid7()
    fact = NewFact(kinds.found, {}, areas[0], date(2024, 5, 2), 1, case)
    post(fact, fact, *ledger.cohort(kinds.found, kinds.settled, [case]))
    first = Fact.objects.filter(case_id=case).order_by("pk").first()
    assert reverse(fact_ids=[first.pk]) == 1
    assert (figure(kinds.found, areas[0]), figure(kinds.settled, areas[0])) == (1, 1)
    assert_sound()


def test_nothing_is_reversed_twice(kinds, areas):
    case = uuid7()
    post(NewFact(kinds.found, {}, areas[0], date(2024, 5, 2), 1, case))
    assert reverse(case_ids=[case]) == 1
    assert reverse(case_ids=[case]) == 0
    assert reverse(fact_ids=list(Fact.objects.values_list("pk", flat=True))) == 0
    assert Fact.objects.filter(case_id=case).aggregate(sum=Sum("quantity"))["sum"] == 0


def test_undoing_a_batch_takes_back_all_of_a_case_that_stands_because_of_it(kinds, areas):
    batch, case, other = uuid7(), uuid7(), uuid7()
    day = date(2024, 5, 2)
    post(
        NewFact(kinds.found, {}, areas[0], day, 1, case),
        NewFact(kinds.open, {}, areas[0], day, 1, case),
        batch_id=batch,
    )
    post(NewFact(kinds.found, {}, areas[0], day, 1, other))
    with transaction.atomic():
        ledger.move([Move(case, areas[1])], day=date(2024, 5, 9), at=AT)
    reverse(of_batch=batch)
    assert [figure(kinds.open, area) for area in areas[:2]] == [0, 0]
    assert figure(kinds.found, areas[0]) == 1
    assert_sound()


def test_a_move_carries_what_stands_and_leaves_flows_where_they_were(kinds, areas):
    case = uuid7()
    post(
        NewFact(kinds.found, {"grade": "ordinary"}, areas[0], date(2024, 5, 2), 1, case),
        NewFact(kinds.open, {"grade": "ordinary"}, areas[0], date(2024, 5, 2), 1, case),
        # An entry that lies ahead, as that of a deadline does.
        NewFact(kinds.open, {"grade": "ordinary"}, areas[0], date(2024, 6, 20), 1, case),
    )
    with transaction.atomic():
        ledger.move([Move(case, areas[1], {"grade": "major"})], day=date(2024, 5, 10), at=AT)
    assert figure(kinds.found, areas[0]) == 1
    days = [parse(f"2024-05-{day:02d}") for day in (9, 10)] + [parse("2024-06-20")]
    assert [figure(kinds.open, areas[0], day) for day in days] == [1, 0, 0]
    major = {"grade": ["major"]}
    assert [figure(kinds.open, areas[1], day, where=major) for day in days] == [0, 1, 2]
    with transaction.atomic():
        again = ledger.move([Move(case, areas[1], {"grade": "major"})], day=AT.date(), at=AT)
    assert again == 0
    assert_sound()


def test_a_subject_counts_once_a_month_until_its_last_occurrence_goes(kinds, areas):
    cases = [uuid7() for _ in range(3)]
    visits = [
        NewFact(kinds.who, {}, area, date(2024, 5, day), 1, case, "enterprise:7")
        for area, day, case in zip(areas, (2, 2, 9), cases, strict=False)
    ]
    post(*visits[:2])
    post(visits[2], visits[2]._replace(day=date(2024, 6, 1)))
    assert [figure(kinds.who, area) for area in areas[:3]] == [1, 0, 0]
    assert figure(kinds.who, areas[2], JUNE) == 1
    province = Region.objects.get(code="530000").pk
    assert figure(kinds.who, province) == 1
    reverse(case_ids=cases[:1])
    assert figure(kinds.who, province) == 1, "others still occurred"
    reverse(case_ids=cases[1:])
    assert [figure(kinds.who, province, month) for month in (MAY, JUNE)] == [0, 0]
    post(visits[1])
    assert [figure(kinds.who, area) for area in areas[:2]] == [0, 1]
    assert Occurrence.objects.get(kind__code=kinds.who, period_start="2024-05-01").times == 1
    assert_sound()


def test_a_figure_opens_down_to_its_cases(kinds, areas):
    cases = sorted(uuid7() for _ in range(3))
    post(
        *(NewFact(kinds.found, {"grade": "major"}, areas[0], date(2024, 5, 3), 1, c) for c in cases)
    )
    reverse(case_ids=cases[:1])
    county = Region.objects.get(pk=areas[0]).parent
    assert behind(kinds.found, county, MAY, at=AT) == [(case, 1) for case in cases[1:]]
    where = {"grade": ["ordinary"]}
    assert behind(kinds.found, county, MAY, at=AT, where=where) == []
    assert behind(kinds.found, county, MAY, at=AT, after=cases[1]) == [(cases[2], 1)]


@pytest.mark.parametrize("count", [1, 150, 450])
def test_a_set_is_posted_in_a_constant_number_of_statements(
    kinds, areas, count, django_assert_max_num_queries
):
    labels = {"sector": "coal"}
    post(NewFact(kinds.found, labels, areas[0], date(2024, 5, 3), 1, uuid7()))
    facts = [NewFact(kinds.found, labels, areas[0], date(2024, 5, 3), 1, uuid7())] * count
    # Savepoint and release, kind, labels, area and the facts.
    with django_assert_max_num_queries(7):
        post(*facts)


def test_a_subject_of_any_writing_survives_the_fast_way_in(kinds, areas):
    odd = "enterprise:a\\b\tc\nd"
    facts = [
        NewFact(kinds.who, {}, areas[0], date(2024, 5, 3), 1, uuid7(), f"{odd}{n}")
        for n in range(250)
    ]
    post(*facts)
    assert Fact.objects.filter(subject=f"{odd}249").count() == 1


def test_every_kind_of_this_installation_fits_together():
    assert {"hazard.found", "hazard.due"} <= declared().keys()


def test_a_cohort_of_a_stock_is_refused():
    with pytest.raises(AssertionError, match="only a flow"):
        FactKind("a.b", "", "", "", Measure.STOCK, cohort_of="a.c")
    declare([FactKind("twice.a", "one", "", "")])
    with pytest.raises(AssertionError, match="declared twice"):
        declare([FactKind("twice.a", "two", "", "")])


def test_what_is_remembered_belongs_to_one_database(realdb):
    memory = intern.memory()
    memory.labels["from elsewhere"] = 1
    connection.settings_dict["NAME"] += "?"
    try:
        assert "from elsewhere" not in intern.memory().labels
    finally:
        connection.settings_dict["NAME"] = connection.settings_dict["NAME"][:-1]
