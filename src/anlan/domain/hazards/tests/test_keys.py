"""A list's keys are read from the cases alone: the same rows as from the hazards, for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base import textindex
from anlan.base.memory import Memory
from anlan.domain.hazards import columns, queries, search
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.tests.stage import Cast, Stage
from anlan.kernel.accounts import policy
from anlan.ui.keyset import Branches


@pytest.mark.parametrize(
    ("asked", "alone"),
    [
        ("", True), ("open=1", True), ("late=1", True), ("grade=major&sort=due", True),
        ("sector=none", True), ("state=closed", True), ("listed=1", True),
        ("found_from=2020-01-01&found_to=2099-12-31", True), ("area=530102", True),
        ("area=999999", True), ("object=enterprise", False), ("q=渗", False),
        ("enterprise=1", False),
    ],
)  # fmt: skip
def test_keys_are_those_of_the_hazards(
    cast: Cast, stage: Callable[..., Stage], asked: str, alone: bool
) -> None:
    today = timezone.localdate()
    for n, grade in enumerate(("ordinary", "major", "ordinary")):
        stage(grade=grade).do(today - timedelta(days=20 * n + 1), "office", "find", "")
    filters = columns.filters(QueryDict(asked))
    order = filters.order(columns.ORDERS, "found")
    words = search.INDEX.conditions(filters["q"]) if filters["q"] else []
    where = queries._conditions(filters, queries._region(filters), today)
    seen = 0
    for key in cast.users:
        by = cast.actor(key)
        rows = policy.permitted(Hazard.objects.filter(where, *words), "hazard.view", by)
        plain = rows.order_by(*(key.order(False) for key in order.keys))
        keys = queries.keys(by, filters, order, today)
        assert list(keys) == list(plain.values_list("pk", flat=True)), key
        # A rule that asks more than the case (a grid worker's own finds) is asked of the hazards.
        assert alone or keys.model is Hazard
        seen += len(keys)
    if asked in ("", "open=1", "area=530102"):
        assert seen, "nobody saw anything"


@pytest.mark.parametrize("asked", ["q=X", "q=X&sort=due", "q=X&open=1", "q=X&area=530102"])
@pytest.mark.parametrize("taken_in_turn", [True, False])
def test_a_common_text_is_looked_for_in_the_lists_own_order(
    cast: Cast,
    stage: Callable[..., Stage],
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    taken_in_turn: bool,
) -> None:
    """The page holds what holds the text, whichever way it is looked for; PostgreSQL has two."""
    today = timezone.localdate()
    monkeypatch.setattr(textindex, "RARE_HITS_MAX", 1)
    monkeypatch.setattr(textindex, "_common", Memory(10))
    if not taken_in_turn:
        monkeypatch.setattr(Branches, "takes_turns", lambda self: False)
    word = "阀门渗漏"
    for n in range(9):
        stage(description=f"{n}号{word if n % 3 else '井盖缺失'}").do(
            today - timedelta(days=7 * n % 20 + 1), "office", "find", ""
        )
    filters = columns.filters(QueryDict(asked.replace("X", word)))
    order = filters.order(columns.ORDERS, "found")
    where = queries._conditions(filters, queries._region(filters), today)
    seen = 0
    for key in cast.users:
        by = cast.actor(key)
        rows = policy.permitted(
            Hazard.objects.filter(where, description__contains=word), "hazard.view", by
        )
        plain = [row.pk for row in rows.order_by(*(key.order(False) for key in order.keys))]
        with CaptureQueriesContext(connection) as statements:
            page = queries.page(by, filters, order, {}, today)
        assert [row.pk for row in page] == plain, key
        if plain and taken_in_turn and connection.vendor == "postgresql":
            assert any("found.c0" in each["sql"] for each in statements), key
        seen += len(plain)
    assert seen, "nobody saw anything"
