"""Carrying what cases stand in to another area or other labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from anlan.base import bulk
from anlan.kernel.facts import intern
from anlan.kernel.facts.kinds import Measure, declared
from anlan.kernel.facts.models import Fact, LabelSet
from anlan.kernel.facts.posting import NewFact, post


class Move(NamedTuple):
    """A case changes its area, or some labels (an empty value takes the label away)."""

    case_id: UUID
    area_id: int | None = None
    labels: Mapping[str, str] = {}


def move(
    moves: Sequence[Move],
    *,
    day: date,
    at: datetime,
    batch_id: UUID | None = None,
    settings_version: int = 1,
) -> int:
    """Carry what cases stand in to a new area or new labels from ``day`` on; returns the rows.

    Entries that lie ahead (a case that will be overdue) move on their own days. Flows stay where
    they were counted.
    """
    assert connection.in_atomic_block
    wanted = {each.case_id: each for each in moves}
    assert len(wanted) == len(moves), "a case moves to one place at a time"
    codes = intern.codes()
    of_stock = {kind.code for kind in declared().values() if kind.measure is Measure.STOCK}
    stocks = [pk for pk, code in codes.items() if code in of_stock]
    entries: dict[tuple[UUID, int, int, int, date], int] = defaultdict(int)
    for (case_id, kind_id, area_id, labels_id, on), quantity in _entries(wanted, stocks):
        entries[case_id, kind_id, area_id, labels_id, max(on, day)] += quantity
    keys = _label_keys(labels_id for _, _, _, labels_id, _ in entries)
    facts: list[NewFact] = []
    for (case_id, kind_id, area_id, labels_id, on), quantity in entries.items():
        each, before = wanted[case_id], intern.labels_of(keys[labels_id])
        after = {name: value for name, value in {**before, **each.labels}.items() if value}
        target = area_id if each.area_id is None else each.area_id
        if quantity and (target, after) != (area_id, before):
            old = NewFact(codes[kind_id], before, area_id, on, -quantity, case_id)
            facts += [old, old._replace(labels=after, area_id=target, quantity=quantity)]
    return post(facts, at=at, batch_id=batch_id, settings_version=settings_version)


def taken_back(ends: Mapping[UUID, date], kinds: Collection[str]) -> list[NewFact]:
    """What ends these stocks of cases from a day on that lies before what they stand in by now.

    Of what is learnt late: between that day and today a case may have moved, or got another
    deadline, and stands nowhere from that day on. Not posted here.

    ends:  by case the day.
    """
    codes = intern.codes()
    stocks = [pk for pk, code in codes.items() if code in kinds]
    entries: dict[tuple[UUID, int, int, int, date], int] = defaultdict(int)
    for (case_id, kind_id, area_id, labels_id, on), quantity in _entries(ends, stocks):
        entries[case_id, kind_id, area_id, labels_id, max(on, ends[case_id])] += quantity
    keys = _label_keys(labels_id for _, _, _, labels_id, _ in entries)
    return [
        NewFact(codes[kind_id], intern.labels_of(keys[labels_id]), area_id, on, -quantity, case_id)
        for (case_id, kind_id, area_id, labels_id, on), quantity in entries.items()
        if quantity
    ]


#: Case, kind, area, labels, day.
_Entry = tuple[UUID, int, int, int, date]


def _entries(cases: Iterable[UUID], stocks: Collection[int]) -> Iterator[tuple[_Entry, int]]:
    """All that these cases stand in, locked."""
    for chunk in bulk.slices(sorted(cases)):
        rows = Fact.objects.filter(case_id__in=chunk, kind_id__in=stocks)
        list(rows.order_by("pk").select_for_update().values_list("pk"))
        for case_id, kind_id, area_id, labels_id, on, quantity in rows.values_list(
            "case_id", "kind_id", "area_id", "labels_id", "day", "quantity"
        ):
            assert case_id is not None
            yield (case_id, kind_id, area_id, labels_id, on), quantity


def _label_keys(numbers: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in bulk.slices(sorted(set(numbers))):
        found.update(LabelSet.objects.filter(pk__in=chunk).values_list("pk", "key"))
    return found
