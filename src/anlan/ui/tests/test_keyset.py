"""Paging visits each row once, in order, both ways, whatever is empty or equal."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.db import connection, models
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.memory import Memory
from anlan.base.refusal import Unreadable
from anlan.ui import keyset as keysets
from anlan.ui.keyset import Branches, Keyset


class Row(models.Model):
    """A table of the tests: made by hand, because a migration would ship it."""

    a = models.IntegerField(null=True)
    b = models.CharField(max_length=9)
    day = models.DateField()

    class Meta:
        app_label = "ui"
        managed = False
        db_table = "ui_keyset_row"
        ordering: ClassVar[list[str]] = ["pk"]


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE ui_keyset_row (id integer PRIMARY KEY, a integer NULL,"
            " b varchar(9) NOT NULL, day date NOT NULL)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ui_keyset_row")


rows = st.lists(
    st.tuples(st.none() | st.integers(0, 3), st.sampled_from("xyz"), st.dates()), max_size=14
)
orders = st.sampled_from(
    [
        ("pk",),
        ("-pk",),
        ("b", "pk"),
        ("-b", "pk"),
        ("a?", "pk"),
        ("-a?", "-pk"),
        ("a?", "-b", "pk"),
        ("-day", "pk"),
    ]
)


#: Alternatives that overlap and together hold every row: as rights do.
BRANCHES = [Q(b="x") | Q(a=None), Q(b__in="yz"), Q(day__year__gte=2000)]


def in_branches(keyset: Keyset, params, size: int, **more):
    rows = Row.objects.all()
    return keyset.page_of(
        Branches(rows, BRANCHES, probe=rows, **more),
        params,
        size,
        whole=lambda keys: rows.filter(pk__in=keys),
    )


def in_all_at_once(keyset: Keyset, params, size: int):
    return in_branches(keyset, params, size, few=True)


def in_one(keyset: Keyset, params, size: int):
    return keyset.page(Row.objects.all(), params, size)


def walk(keyset: Keyset, size: int, one_too_many: int, read):
    """All pages forward, then all the way back from the last one."""
    forward, params = [], {}
    while True:
        page = read(keyset, params, size)
        forward.append(page)
        assert len(forward) <= one_too_many, "it doesn't end"
        if not page.after:
            break
        params = {"after": page.after}
    backward = [forward[-1]]
    while backward[-1].before:
        backward.append(read(keyset, {"before": backward[-1].before}, size))
        assert len(backward) <= one_too_many, "it doesn't end"
    return forward, backward


@pytest.mark.parametrize(
    ("read", "few"),
    [(in_one, 0), (in_branches, 0), (in_branches, 2), (in_branches, 3_000), (in_all_at_once, 0)],
)
@given(data=rows, order=orders, size=st.integers(1, 5), turned=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_pages_partition_the_list_in_order_both_ways(
    table, monkeypatch, read, few, data, order, size, turned
):
    monkeypatch.setattr(keysets, "FEW_MAX", few)
    monkeypatch.setattr(keysets, "SOME_MAX", 2 * few)
    Row.objects.all().delete()
    Row.objects.bulk_create(Row(pk=i + 1, a=a, b=b, day=day) for i, (a, b, day) in enumerate(data))
    keyset = Keyset.by(*order)
    keyset = keyset.turned() if turned else keyset
    whole = list(Row.objects.order_by(*(key.order(back=False) for key in keyset.keys)))
    forward, backward = walk(keyset, size, len(data) + 2, read)
    seen = [row.pk for page in forward for row in page]
    assert seen == [row.pk for row in whole]
    # Going back meets the same rows; only the page that holds the first may be cut differently.
    returned = [row.pk for page in reversed(backward) for row in page]
    assert returned == seen
    assert not forward[0].before
    assert all(page.before for page in forward[1:])
    assert all(page.after for page in backward[1:])


def test_a_page_costs_one_query_and_counts_nothing(table, django_assert_num_queries):
    Row.objects.bulk_create(
        Row(pk=i, a=None, b="x", day="2024-06-25") for i in range(1, 30)
    )  # fmt: skip
    keyset = Keyset.by("b", "pk")
    first = keyset.page(Row.objects.all(), {}, 10)
    with django_assert_num_queries(1) as asked:
        second = keyset.page(Row.objects.all(), {"after": first.after}, 10)
    assert "COUNT" not in asked[0]["sql"].upper()
    assert [row.pk for row in second] == list(range(11, 21))


def test_a_row_that_joins_meanwhile_neither_repeats_nor_hides_another(table):
    Row.objects.bulk_create(Row(pk=i, b="x", day="2024-06-25") for i in range(10, 20))
    keyset = Keyset.by("pk")
    first = keyset.page(Row.objects.all(), {}, 5)
    Row.objects.create(pk=1, b="x", day="2024-06-25")
    second = keyset.page(Row.objects.all(), {"after": first.after}, 5)
    assert [row.pk for row in second] == [15, 16, 17, 18, 19]


@given(cursor=st.text(max_size=40) | st.binary(max_size=30).map(lambda raw: raw.hex()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_forged_cursor_is_refused_in_words(table, cursor):
    keyset = Keyset.by("a?", "-day", "pk")
    if cursor:
        with pytest.raises(Unreadable):
            keyset.page(Row.objects.all(), {"after": cursor}, 5)


def test_a_cursor_of_wrong_types_is_refused(table):
    import base64
    import json

    keyset = Keyset.by("day", "pk")
    for values in (
        ["x", 1], [None, 1], [[], {}], ["2024-06-25", 2**70], ["2024-06-25"],
        ["2024-06-25", "\x00"], {"a": 1}, ["2024-06-25", 1, 2],
    ):  # fmt: skip
        cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
        with pytest.raises(Unreadable):
            keyset.page(Row.objects.all(), {"after": cursor}, 5)


def test_a_page_of_branches_costs_the_same_whatever_is_in_them(
    table, monkeypatch, django_assert_num_queries
):
    """A count, the keys of each branch, and the rows; the second time no count."""
    monkeypatch.setattr(keysets, "SIZE_SECONDS", 60)
    Row.objects.bulk_create(Row(pk=i, b="xyz"[i % 3], day="2024-06-25") for i in range(1, 400))
    for few in (3_000, 20):
        monkeypatch.setattr(keysets, "FEW_MAX", few)
        monkeypatch.setattr(keysets, "_sizes", Memory(100))
        for statements in (2 * len(BRANCHES) + 1, len(BRANCHES) + 1):
            with django_assert_num_queries(statements):
                page = in_branches(Keyset.by("-day", "pk"), {}, 10)
            assert [row.pk for row in page] == list(range(1, 11))


def test_what_is_remembered_of_a_list_is_how_to_read_it_and_not_what_is_in_it(table, monkeypatch):
    monkeypatch.setattr(keysets, "SIZE_SECONDS", 60)
    monkeypatch.setattr(keysets, "FEW_MAX", 5)
    monkeypatch.setattr(keysets, "_sizes", Memory(100))
    keyset, seen = Keyset.by("-day", "pk"), []
    for count in (2, 40, 1, 0):
        Row.objects.all().delete()
        Row.objects.bulk_create(Row(pk=i, b="y", day="2024-06-25") for i in range(count))
        seen.append(len(in_branches(keyset, {}, 10)))
    assert seen == [2, 10, 1, 0]
