"""A prepared statement answers as its queryset does, each time with the values of that time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField, DateField
from django.test.utils import CaptureQueriesContext

from anlan.base.prepared import SLOTS, Prepared, PreparedRow, one_of, slot
from anlan.kernel.accounts.models import Sector, User

MOMENT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def people(db):
    return [
        User.objects.create(
            username=f"u{n}",
            name=f"人{n}",
            password="!",
            expires_on=date(2026, 11, n + 1),
            last_seen_at=MOMENT,
        )
        for n in range(3)
    ]


def test_values_differ_from_run_to_run_and_columns_are_converted(people):
    until = Prepared(
        lambda: (
            User.objects.filter(
                expires_on__gte=slot("day", DateField()), username__gte=slot("name", CharField())
            )
            .order_by("username")
            .values_list("username", "expires_on", "last_seen_at", "is_active")
        )
    )
    for day, name in ((date(2026, 11, 2), ""), (date(2026, 11, 1), "u2"), (date(2027, 1, 1), "")):
        asked = User.objects.filter(expires_on__gte=day, username__gte=name).order_by("username")
        expected = asked.values_list("username", "expires_on", "last_seen_at", "is_active")
        assert until.rows(day=day, name=name) == list(expected)
    with CaptureQueriesContext(connection) as queries:
        assert len(until.rows(day=date(2026, 11, 1), name="")) == 3
    assert len(queries) == 1


def test_a_row_comes_as_its_model_and_can_be_saved(people):
    by_number = PreparedRow(lambda: User.objects.filter(pk=slot("pk", BigIntegerField())))
    assert by_number.first(pk=0) is None
    found = by_number.first(pk=people[1].pk)
    assert found == people[1]
    assert found is not None
    assert found.last_seen_at == MOMENT
    found.name = "改名"
    found.save()
    assert User.objects.get(pk=found.pk).name == "改名"


@pytest.mark.parametrize("wanted", [[], [0], [0, 2], [0, 1, 2], [2, 1, 0] * 3])
def test_one_of_takes_as_many_as_there_are(people, wanted, django_assert_num_queries):
    """Those beyond the slots of one statement take another."""
    some = Prepared(
        lambda: User.objects.filter(one_of("pk", "pk", BigIntegerField())).values_list("pk")
    )
    keys = [people[n].pk for n in wanted]
    with django_assert_num_queries(max(-(-len(keys) // SLOTS), 1)):
        assert {pk for (pk,) in some.rows_of("pk", keys, -1)} == set(keys)


def test_a_value_that_is_not_given_is_an_error(people):
    one = Prepared(lambda: User.objects.filter(pk=slot("pk", BigIntegerField())).values_list("pk"))
    with pytest.raises(KeyError):
        one.rows(other=1)


@pytest.mark.realdb
def test_threads_share_what_was_compiled(realdb):
    codes = Prepared(lambda: Sector.objects.order_by("code").values_list("code"))
    expected = codes.rows()
    assert expected
    assert realdb.together(lambda _n: codes.rows(), 4) == [expected] * 4
    assert codes.rows() == expected


def test_what_is_compiled_reads_what_was_written_since(db):
    codes = Prepared(lambda: Sector.objects.order_by("code").values_list("code"))
    before = codes.rows()
    Sector.objects.create(code="zzz-new", name="新", order=999)
    assert codes.rows() == [*before, ("zzz-new",)]
