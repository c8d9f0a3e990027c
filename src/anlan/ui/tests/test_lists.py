"""A list's address says what is in the list, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.statements import Row as StatementRow
from anlan.ui.charts import AreaMap, Place
from anlan.ui.figures import MISSING, Change, number, percent
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Days, Filters, Flag, Search, chosen, row_writer

FILTERS = (
    Search("q", "text"),
    Choice("state", "state", [("a", "A"), ("b", "B")]),
    Days("due", "due"),
    Flag("late", "late"),
)


def read(query: str) -> Filters:
    return Filters(FILTERS, QueryDict(query))


@given(
    q=st.text(max_size=30),
    state=st.sampled_from(["", "a", "b", "zzz"]),
    due=st.none() | st.dates(),
    late=st.sampled_from(["", "1"]),
    sort=st.sampled_from(["", "due", "-due"]),
)
def test_reading_what_was_written_gives_the_same_list(q, state, due, late, sort):
    query = QueryDict(mutable=True)
    query.update({"q": q, "state": state, "due_from": str(due or ""), "late": late, "sort": sort})
    first = Filters(FILTERS, query)
    again = read(first.query()[1:])
    assert again.values == first.values
    assert again.query() == first.query()
    assert not again.problems


def test_narrowing_begins_at_the_first_page():
    assert "after" not in read("after=xyz&state=a").query()
    assert read("state=a").query(after="xyz") == "?state=a&after=xyz"


def test_what_cant_be_read_is_said_and_left_out():
    filters = read("state=nope&due_from=soon&late=1")
    assert filters.values == {"late": True}
    assert len(filters.problems) == 2
    assert read("due_from=2024-06-30&due_to=2024-06-01").problems


def test_each_chip_takes_itself_away_alone():
    filters = read("q=x&state=a&due_from=2024-06-01&due_to=2024-06-30&late=1")
    assert len(filters.chips) == 4
    for words, href in filters.chips:
        left = read(href[1:])
        assert len(left.chips) == 3
        assert words not in [text for text, _href in left.chips]


def test_orders_turn_round():
    orders = {"due": Keyset.by("due", "pk")}
    assert read("sort=due").order(orders, "due").keys[0].descending is False
    assert read("sort=-due").order(orders, "due").keys[0].descending is True
    assert read("sort=password").order(orders, "due") == orders["due"]


def test_columns_are_chosen_by_the_address():
    columns = [Column("a", "A"), Column("b", "B", shown=False), Column("c", "C")]
    assert [c.code for c in chosen(columns, "")] == ["a", "c"]
    assert [c.code for c in chosen(columns, "b,a,zzz")] == ["b", "a"]
    assert [c.code for c in chosen(columns, "zzz")] == ["a", "c"]
    assert Column("x.y", "X", cell="x.y").value({"x": {"y": 3}}) == 3
    assert Column("x.y", "X", cell="x.y").value({"x": None}) is None


@pytest.mark.parametrize(
    ("change", "words", "tone"),
    [
        (Change("YoY", 177, 214, "down"), "YoY: down 17.3%", "green"),
        (Change("YoY", 177, 160, "down"), "YoY: up 10.6%", "red"),
        (Change("YoY", 5, 0, "down"), "YoY: nothing to compare", "grey"),
        (Change("YoY", 5, None), "YoY: nothing to compare", "grey"),
        (Change("YoY", 5, MISSING), "YoY: nothing to compare", "grey"),
        (Change("YoY", 5, 5, "up"), "YoY: unchanged", "grey"),
        (
            Change("YoY", Decimal("0.9"), Decimal("0.895"), "up", True),
            "YoY: up 0.5 points",
            "green",
        ),
        (Change("YoY", 0, 14, "down"), "YoY: down 100.0%", "green"),
        (Change("YoY", 900, 3, "down"), "YoY: up (3 → 900, small base)", "red"),
    ],
)
def test_a_change_is_said_in_words(change, words, tone):
    with translation.override("en"):
        assert change.words == words
        assert change.tone == tone


def test_numbers_are_rounded_half_up_and_exactly():
    assert number(Decimal("2.675"), 2) == "2.68"
    assert number(0.1 + 0.2, 1) == "0.3"
    assert number(-1234) == "−1,234"
    assert percent(Decimal("0.98345"), 2) == "98.35%"
    assert percent(None) == "—"
    assert number(10**15) == "1,000,000,000,000,000"


@given(st.lists(st.none() | st.integers(0, 10**6), max_size=40))
def test_a_maps_classes_cover_every_figure(values):
    places = [Place(str(i), str(i), value, "") for i, value in enumerate(values)]
    bounds = AreaMap("t", "/s", places).bounds
    above = [value for value in values if value]
    assert bounds == sorted(set(bounds))
    assert len(bounds) <= 5
    assert (bounds[-1] if bounds else 0) == max(above, default=0)


def test_days_are_days():
    assert read("due_from=2024-06-01")["due_from"] == date(2024, 6, 1)


class Read:
    """Stands for the statement of a row: counts how often its model is made."""

    model = SimpleNamespace

    def __init__(self) -> None:
        self.made_of: list[tuple[str, ...]] = []

    def made(self, raw: tuple[str, ...]) -> SimpleNamespace:
        self.made_of.append(raw)
        return SimpleNamespace(name=raw[0])


def test_a_row_is_written_once_for_what_stands_in_it_and_for_whom() -> None:
    read = Read()
    name, shout = Column("name", "Name"), Column("shout", "Shout", cell=lambda row: row.name + "!")

    def written(raw: str, columns: list[Column], same: Any) -> str:
        return str(row_writer(columns, same)(StatementRow(read, 1, (raw,))))  # type: ignore[arg-type]

    assert "一" in written("一", [name], "a")
    assert written("一", [name], "a") == written("一", [name], "a")
    assert read.made_of == [("一",)]
    assert "二" in written("二", [name], "a"), "the row changed"
    assert "一!" in written("一", [shout], "a"), "other columns"
    assert "一" in written("一", [name], "b"), "another day, say"
    with translation.override("en"):
        assert "一" in written("一", [name], "a"), "another language"
    assert len(read.made_of) == 5
    for _n in range(2):
        assert "一" in written("一", [name], None), "depends on more: nothing is remembered"
    assert len(read.made_of) == 7


def test_what_is_no_row_of_a_statement_is_written_each_time() -> None:
    row = SimpleNamespace(name="一")
    write = row_writer([Column("name", "Name")], "a")
    assert "一" in write(row)
    row.name = "二"
    assert "二" in write(row)
