"""What was compiled once answers as the queryset would, for each key and with each time's values."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, Count, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from anlan.base.statements import Kept, Row, Statement, among, filled, given
from anlan.kernel.regions.models import Region


def regions(below: int = 2) -> list[Region]:
    """Some with a parent, and the one that has none."""
    return list(Region.objects.filter(Q(parent=None) | Q(level=below)).order_by("pk")[:5])


def by_pk(count: int = 5) -> QuerySet[Region]:
    return Region.objects.filter(among("pk", "pk", count, BigIntegerField()))


@pytest.mark.django_db
def test_models_come_with_their_relations_as_the_queryset_gives_them():
    wanted = [row.pk for row in regions()]
    statement = Statement(by_pk().select_related("parent"))
    expected = {r.pk: r for r in Region.objects.select_related("parent").filter(pk__in=wanted)}
    with CaptureQueriesContext(connection) as queries:
        found = {row.pk: row for row in statement.rows(**filled("pk", wanted, 5, -1))}
        for pk, row in found.items():
            for name in [field.attname for field in Region._meta.concrete_fields]:
                assert getattr(row, name) == getattr(expected[pk], name), name
            assert row.parent == expected[pk].parent
    assert found.keys() == expected.keys() == set(wanted)
    assert len(queries) == 1
    assert {row.parent_id for row in found.values()} > {None}


@pytest.mark.django_db
def test_a_column_that_was_left_out_is_read_when_it_is_asked_for():
    statement = Statement(by_pk().only("name"))
    [row] = statement.rows(**filled("pk", [regions()[0].pk], 5, -1))
    assert row.get_deferred_fields() >= {"code", "path"}
    assert row.code == Region.objects.get(pk=row.pk).code


@pytest.mark.django_db
def test_tuples_come_converted_and_annotated():
    rows = Region.objects.filter(given("level", "level", BigIntegerField()))
    asked = rows.values("valid_from").annotate(n=Count("pk")).values_list("valid_from", "n")
    expected = (
        Region.objects.filter(level=1).values("valid_from").annotate(n=Count("pk"))
        .values_list("valid_from", "n")
    )  # fmt: skip
    assert sorted(Statement(asked).rows(level=1)) == sorted(expected)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 5])
def test_among_takes_as_many_as_there_are(count: int):
    wanted = [row.pk for row in regions()][:count]
    found = Statement(by_pk().values_list("pk")).rows(**filled("pk", wanted, 5, -1))
    assert {pk for (pk,) in found} == set(wanted)


def test_more_values_than_slots_are_refused_before_any_is_left_out():
    with pytest.raises(AssertionError, match="6 values for 5 slots"):
        filled("pk", list(range(6)), 5, -1)


@pytest.mark.django_db
def test_what_nothing_can_fulfil_asks_the_database_nothing(django_assert_num_queries: Any):
    statement = Statement(by_pk().filter(pk__in=[]))
    with django_assert_num_queries(0):
        assert statement.rows(**filled("pk", [], 5, -1)) == []


@pytest.mark.django_db
def test_each_key_is_built_once_and_none_every_time():
    built = []

    def build() -> QuerySet[Any, Any]:
        built.append(1)
        return by_pk(1).values_list("pk")

    kept, values = Kept(10), filled("pk", [regions()[0].pk], 1, -1)
    answers = [kept.one(key, build).rows(**values) for key in ("a", "a", "b", None, None)]
    assert len(built) == 4
    assert answers == [answers[0]] * 5 != [[]] * 5


@pytest.mark.django_db
def test_the_oldest_make_room():
    built = []
    kept = Kept(2)
    for key in ("a", "b", "c", "c", "a"):
        kept.one(key, lambda key=key: built.append(key) or by_pk(1).values_list("pk"))
    assert built == ["a", "b", "c", "a"]


@pytest.mark.realdb
def test_threads_share_a_statement(realdb: Any):
    wanted = [row.pk for row in regions()]
    kept, values = Kept(10), filled("pk", wanted, 5, -1)

    def read(_n: int) -> list[Any]:
        rows = kept.one("x", lambda: by_pk().order_by("pk")).rows(**values)
        return [(row.pk, row.valid_from) for row in rows]

    expected = read(0)
    assert len(expected) == 5
    assert realdb.together(read, 4) == [expected] * 4


@pytest.mark.django_db
def test_a_lazy_row_is_what_was_read_until_something_of_it_is_asked():
    some = regions()
    wanted = [row.pk for row in some]
    statement = Statement(by_pk().select_related("parent"))
    with CaptureQueriesContext(connection) as queries:
        rows = {row.pk: row for row in statement.lazy(**filled("pk", wanted, 5, -1))}
        assert {row.read("name") for row in rows.values()} == {row.name for row in some}
        assert {row.read("parent__level") for row in rows.values()} >= {None, 1}
        assert [row._made for row in rows.values()] == [None] * len(wanted)
        assert all(isinstance(row, Region) and isinstance(row, Row) for row in rows.values())
        again = {row.pk: row.raw for row in statement.lazy(**filled("pk", wanted, 5, -1))}
    assert len(queries) == 2
    assert again == {pk: row.raw for pk, row in rows.items()}
    for made in Region.objects.select_related("parent").filter(pk__in=wanted):
        row = rows.pop(made.pk)
        assert (row.name, row.made, row.parent) == (made.name, made, made.parent)
    assert not rows


@pytest.mark.django_db
def test_what_is_planned_once_answers_as_what_is_bound_each_time_and_is_counted():
    plain, planned = Statement(by_pk()), Statement(by_pk(), planned=True)
    some = [row.pk for row in regions()]
    for n in range(8):  # past the time from which PostgreSQL keeps one plan for all values
        wanted = filled("pk", some[n % 3 :], 5, -1)
        with CaptureQueriesContext(connection) as queries:
            counted = planned.rows(**wanted)
        assert len(queries) == 1
        assert queries[0]["sql"], "it is written down as any other"
        found = planned.rows(**wanted)
        for rows in (counted, found):
            assert {row.pk for row in rows} == {row.pk for row in plain.rows(**wanted)}
