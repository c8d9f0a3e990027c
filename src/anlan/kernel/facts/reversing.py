"""Taking facts back: by posting the opposite of what still stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.base import bulk
from anlan.kernel.facts import cluster, intern, sql
from anlan.kernel.facts.kinds import Measure, declared, known
from anlan.kernel.facts.models import Fact, Span
from anlan.kernel.facts.posting import Cell, cell_of, depth, period_start
from anlan.kernel.facts.sql import Key, Row

#: Facts that one step of a reversal reads at once.
REVERSED_AT_ONCE = 5_000


def reverse(
    *,
    at: datetime,
    case_ids: Collection[UUID] | None = None,
    kinds: Collection[str] | None = None,
    of_batch: UUID | None = None,
    fact_ids: Collection[int] | None = None,
    batch_id: UUID | None = None,
    settings_version: int = 1,
) -> int:
    """Post the opposite of facts that still stand; returns how many were reversed.

    Choose by ``case_ids``, ``of_batch`` or ``fact_ids``; ``kinds`` narrows it down. ``batch_id``
    is the batch that the reversals belong to. What is reversed already is left alone. With an
    opener go the cohort facts for which it has no room then; with part of a case's stock goes
    all of it, because what a case stands in is one thing.
    """
    assert connection.in_atomic_block, "facts are reversed with the change that they report"
    assert sum(given is not None for given in (case_ids, of_batch, fact_ids)) == 1
    cluster.check_once()
    template = Row(0, 0, 0, date.min, None, 0, None, 0, None, "", batch_id, None,
                   settings_version, at)  # fmt: skip
    narrow = Q()
    if kinds is not None:
        numbers = intern.known_kinds(kinds)
        narrow = Q(kind_id__in=[numbers[code] for code in kinds if code in numbers])
    count = 0
    if case_ids is not None and kinds is None:
        # All that stands of a case goes, so that there is nothing left to look for that goes along.
        for cases in bulk.slices(sorted(set(case_ids))):
            count += _put_opposites(_held(Q(case_id__in=cases)), template)
        return count
    for chosen in _choices(case_ids, of_batch, fact_ids):
        after = 0
        while ids := list(
            standing(chosen & narrow & Q(pk__gt=after)).values_list("pk", flat=True)[
                :REVERSED_AT_ONCE
            ]
        ):
            count += _put_opposites(_with_dependants(_held_among(ids)), template)
            after = ids[-1]
    return count


def _choices(
    case_ids: Collection[UUID] | None, of_batch: UUID | None, fact_ids: Collection[int] | None
) -> Iterator[Q]:
    if case_ids is not None:
        for cases in bulk.slices(sorted(set(case_ids))):
            yield Q(case_id__in=cases)
    elif fact_ids is not None:
        for ids in bulk.slices(sorted(set(fact_ids))):
            yield Q(pk__in=ids)
    else:
        yield Q(batch_id=of_batch)


def standing(chosen: Q) -> QuerySet[Fact]:
    """Facts among ``chosen`` that are no reversals and were not reversed, in order."""
    reversals = Fact.objects.filter(reverses_id=OuterRef("pk"))
    return Fact.objects.filter(chosen, ~Exists(reversals), reverses_id=None).order_by("pk")


def _held(chosen: Q) -> list[Fact]:
    """The facts among ``chosen`` that stand, locked so that nobody else reverses them meanwhile."""
    if connection.features.has_select_for_update:
        rows = Fact.objects.filter(chosen, reverses_id=None).order_by("pk").select_for_update()
        list(rows.values_list("pk"))
    # A statement of its own, to see what those committed for whom we had to wait.
    return list(standing(chosen))


def _held_among(ids: Sequence[int]) -> list[Fact]:
    return [fact for chunk in bulk.slices(ids) for fact in _held(Q(pk__in=chunk))]


def _with_dependants(facts: Iterable[Fact]) -> Collection[Fact]:
    """With them, what can't stand without them."""
    codes = intern.codes()
    taken = {fact.pk: fact for fact in facts}
    _add_rest_of_stocks(taken, codes)
    _add_without_room(taken, codes)
    return taken.values()


def _put_opposites(facts: Collection[Fact], template: Row) -> int:
    withdrawals = _withdraw_subjects(facts)
    rows = []
    for fact in facts:
        cell, quantity = withdrawals.get(fact.pk, (cell_of(fact), -fact.quantity))
        rows.append(
            template._replace(
                kind_id=fact.kind_id, unit_id=fact.unit_id, quantity=quantity,
                case_id=fact.case_id, subject=fact.subject, reverses_id=fact.pk, **cell._asdict(),
            )
        )  # fmt: skip
    sql.insert(rows)
    return len(rows)


def _add_rest_of_stocks(taken: dict[int, Fact], codes: Mapping[int, str]) -> None:
    """Take what else stands of each case's stock that is partly taken."""
    kinds = {
        fact.kind_id
        for fact in taken.values()
        if fact.case_id and known(codes[fact.kind_id]).measure is Measure.STOCK
    }
    pairs = {(fact.case_id, fact.kind_id) for fact in taken.values() if fact.kind_id in kinds}
    rest: list[Fact] = []
    for cases in bulk.slices(sorted({case_id for case_id, _ in pairs if case_id})):
        found = standing(Q(case_id__in=cases, kind_id__in=kinds))
        rest += [f for f in found if (f.case_id, f.kind_id) in pairs and f.pk not in taken]
    taken.update((fact.pk, fact) for fact in _held_among([fact.pk for fact in rest]))


def _add_without_room(taken: dict[int, Fact], codes: Mapping[int, str]) -> None:
    """Take the cohort facts that pass what is left of their openers, newest first."""
    numbers = {code: pk for pk, code in codes.items()}
    for code in sorted(declared(), key=depth):
        opener_id, own_id = numbers.get(known(code).cohort_of), numbers.get(code)
        cases = {f.case_id for f in taken.values() if f.kind_id == opener_id and f.case_id}
        if own_id is None or not cases:
            continue
        surplus: dict[tuple[UUID | None, Cell], int] = defaultdict(int)
        followers: list[Fact] = []
        for chunk in bulk.slices(sorted(cases)):
            for fact in standing(Q(case_id__in=chunk, kind_id__in=[opener_id, own_id])):
                if fact.pk in taken:
                    continue
                mine = fact.kind_id == own_id
                surplus[fact.case_id, cell_of(fact)] += fact.quantity if mine else -fact.quantity
                if mine:
                    followers.append(fact)
        for fact in _held_among([fact.pk for fact in followers])[::-1]:
            if surplus[fact.case_id, cell_of(fact)] > 0:
                surplus[fact.case_id, cell_of(fact)] -= fact.quantity
                taken[fact.pk] = fact


def _withdraw_subjects(facts: Iterable[Fact]) -> dict[int, tuple[Cell, int]]:
    """By fact of a distinct measure, where its reversal counts and how much.

    As long as a subject still occurs in the period it stays counted where it was counted first.
    """
    kinds = {number: known(code) for number, code in intern.codes().items()}
    groups: dict[Key, list[Fact]] = defaultdict(list)
    for fact in facts:
        kind = kinds[fact.kind_id]
        if kind.measure is Measure.DISTINCT and fact.until is None:
            key = Key(fact.kind_id, fact.subject, period_start(fact.day, kind.period))
            groups[key].append(fact)
    found: dict[int, tuple[Cell, int]] = {}
    left = sql.withdrawn({key: len(own) for key, own in groups.items()})
    for key, own in groups.items():
        for fact in own:
            found[fact.pk] = (cell_of(fact), 0)
        if left[key].times == 0:
            counted = left[key]
            found[own[-1].pk] = (
                Cell(counted.area_id, counted.labels_id, counted.day, None, Span.DAY), -1,
            )  # fmt: skip
    return found
