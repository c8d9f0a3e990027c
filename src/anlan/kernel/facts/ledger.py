"""Posting facts: in the caller's transaction, a set at a time, and never taken back but by facts.

    post(facts, at=…)         adds facts; cohort facts and distinct ones are placed by the ledger
    reverse(case_ids=…, at=…) posts the opposite of facts that still stand
    move(moves, day=…, at=…)  −1/+1 for what stands, where a case changed area or labels
    fold(at)                  see fold.py

Commands that post about a case hold that case's row (they have just moved it on), so that two of
them can't both find the same room in a cohort.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.base.limits import IN_LIST_MAX
from anlan.kernel.facts import cluster, intern, sql
from anlan.kernel.facts.fold import fold, health, rebuild
from anlan.kernel.facts.kinds import Measure, declared, known
from anlan.kernel.facts.models import Fact, Kind, LabelSet, Span
from anlan.kernel.facts.sql import Counted, Key, Row

__all__ = ["Move", "NewFact", "cohort", "fold", "health", "move", "post", "rebuild", "reverse"]

#: Facts that one step of a reversal reads at once.
REVERSED_AT_ONCE = 5_000


#: Looking a member up on its class costs more than the comparison, and every fact is compared.
STOCK, DISTINCT = Measure.STOCK, Measure.DISTINCT


class NewFact(NamedTuple):
    """A fact to be posted; see models.Fact. ``quantity`` is in the kind's smallest unit."""

    kind: str
    labels: Mapping[str, str]
    area_id: int
    day: date
    quantity: int = 1
    case_id: UUID | None = None
    #: Whom a distinct measure counts.
    subject: str = ""
    unit_id: int | None = None
    #: The last day of a span that can't be divided.
    until: date | None = None
    #: Set by reverse() alone.
    reverses_id: int | None = None


class Move(NamedTuple):
    """A case changes its area, or some labels (an empty value takes the label away)."""

    case_id: UUID
    area_id: int | None = None
    labels: Mapping[str, str] = {}


class Cell(NamedTuple):
    """Where a fact counts, within its kind."""

    area_id: int
    labels_id: int
    day: date
    until: date | None
    span: int


def post(
    facts: Sequence[NewFact],
    *,
    at: datetime,
    batch_id: UUID | None = None,
    settings_version: int = 1,
) -> int:
    """Add facts in the caller's transaction; returns how many rows that made.

    A cohort fact takes area, labels and day from the fact that opened its cohort, whatever it
    says itself; where the case has no opener, or is in the cohort already, nothing is added.
    The first fact about a subject in a distinct measure's period counts 1, the others 0.
    """
    if not facts:
        return 0
    assert connection.in_atomic_block, "facts are posted with the change that they report"
    cluster.check_once()
    kinds = {code: known(code) for code in {fact.kind for fact in facts}}
    kind_ids = intern.kinds(kinds)
    # Facts about one case share one mapping.
    keys = {
        number: intern.key_of(labels)
        for number, labels in {id(fact.labels): fact.labels for fact in facts}.items()
    }
    label_ids = intern.label_sets(set(keys.values()))
    rows: list[Row] = []
    followers: dict[str, list[NewFact]] = defaultdict(list)
    firsts: list[int] = []
    areas = set()
    for fact in facts:
        kind = kinds[fact.kind]
        if kind.cohort_of:
            assert fact.case_id, f"{fact.kind} counts cases"
            assert fact.quantity == 1, f"{fact.kind} counts cases"
            followers[fact.kind].append(fact)
            continue
        _assert_fits(fact, kind.measure)
        areas.add(fact.area_id)
        if kind.measure is DISTINCT and fact.until is None:
            firsts.append(len(rows))
        rows.append(
            Row(
                kind_ids[fact.kind], label_ids[keys[id(fact.labels)]], fact.area_id, fact.day,
                fact.until, _span(fact.day, fact.until), fact.unit_id, fact.quantity,
                fact.case_id, fact.subject, batch_id, None, settings_version, at,
            )
        )  # fmt: skip
    intern.assert_areas(areas)
    if firsts:
        _count_subjects(rows, firsts, {kind_ids[code]: kind.period for code, kind in kinds.items()})
    if followers:
        template = Row(0, 0, 0, date.min, None, 0, None, 1, None, "", batch_id, None,
                       settings_version, at)  # fmt: skip
        _place_followers(rows, followers, kind_ids, template)
    sql.insert(rows)
    return len(rows)


def _assert_fits(fact: NewFact, measure: Measure) -> None:
    assert fact.reverses_id is None, "reverse() alone posts reversals"
    if measure is STOCK:
        assert fact.until is None, f"{fact.kind} stands at the end of a day, not over a span"
    elif fact.case_id is not None:
        assert fact.quantity > 0, f"{fact.kind}: what a case counted is reversed, not negated"
    if fact.until is not None:
        assert fact.until > fact.day, fact
    if measure is DISTINCT and fact.until is None:
        assert fact.subject, f"{fact.kind} counts subjects"
        assert fact.quantity == 1, f"{fact.kind} counts subjects"


def _span(day: date, until: date | None) -> int:
    if until is None:
        return Span.DAY
    return Span.MONTH if (day.year, day.month) == (until.year, until.month) else Span.LONGER


# Distinct measures


def period_start(day: date, period: str) -> date:
    """The first day of the period in which a distinct measure counts a subject once."""
    return day.replace(day=1) if period == "month" else date(day.year, 1, 1)


def _count_subjects(rows: list[Row], places: Sequence[int], periods: Mapping[int, str]) -> None:
    """Let each subject's first occurrence in its period count 1, and the others 0, in ``rows``."""
    groups: dict[Key, list[int]] = defaultdict(list)
    for place in places:
        row = rows[place]
        start = period_start(row.day, periods[row.kind_id])
        groups[Key(row.kind_id, row.subject, start)].append(place)
    firsts = {}
    for key, own in groups.items():
        first = rows[own[0]]
        firsts[key] = Counted(len(own), first.area_id, first.labels_id, first.day)
    after = sql.occurred(firsts)
    for key, own in groups.items():
        counted_before = after[key].times > len(own)
        for number, place in enumerate(own):
            if counted_before or number:
                rows[place] = rows[place]._replace(quantity=0)


# Cohorts


def cohort(opener: str, kind: str, case_ids: Iterable[UUID]) -> list[NewFact]:
    """Facts that put cases into a cohort; post() finds their place."""
    assert known(kind).cohort_of == opener, (kind, opener)
    return [NewFact(kind, {}, 0, date.min, 1, case_id) for case_id in case_ids]


def _place_followers(
    rows: list[Row],
    followers: Mapping[str, list[NewFact]],
    kind_ids: Mapping[str, int],
    template: Row,
) -> None:
    """Append cohort facts to ``rows``, each where its opener counts and has room left."""
    for code in sorted(followers, key=_depth):
        opener_id = intern.kinds([known(code).cohort_of])[known(code).cohort_of]
        own_id = kind_ids[code]
        wanted = {fact.case_id for fact in followers[code] if fact.case_id}
        room: dict[UUID, dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            if row.kind_id == opener_id and row.case_id and row.case_id in wanted:
                room[row.case_id][_cell(row)] += row.quantity
        elsewhere = [pk for pk in wanted if pk not in room]
        for chunk in _chunks(sorted(elsewhere), IN_LIST_MAX):
            for case_id, cells in _room(chunk, opener_id, own_id).items():
                room[case_id] = cells
        for fact in followers[code]:
            assert fact.case_id is not None
            cells = room.get(fact.case_id, {})
            # The newest opener first: a case that was due twice is settled for the second time.
            cell = next((cell for cell in reversed(cells) if cells[cell] > 0), None)
            if cell is None:
                continue
            cells[cell] -= 1
            rows.append(
                Row(
                    own_id, cell.labels_id, cell.area_id, cell.day, cell.until, cell.span,
                    fact.unit_id, 1, fact.case_id, "", template.batch_id, None,
                    template.settings_version, template.posted_at,
                )
            )  # fmt: skip


def _depth(code: str) -> int:
    opener = known(code).cohort_of
    return 1 + _depth(opener) if opener else 0


def _room(case_ids: Sequence[UUID], opener_id: int, own_id: int) -> dict[UUID, dict[Cell, int]]:
    """By case, its openers' cells in the order they were posted, less what follows already."""
    openers = Fact.objects.filter(case_id__in=case_ids, kind_id=opener_id)
    # Whoever else is about to follow the same openers waits here, and then sees us.
    list(openers.order_by("id").select_for_update().values_list("id"))
    room: dict[UUID, dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
    rows = Fact.objects.filter(case_id__in=case_ids, kind_id__in=[opener_id, own_id])
    for case_id, kind_id, quantity, *cell in rows.order_by("id").values_list(
        "case_id", "kind_id", "quantity", *Cell._fields
    ):
        room[case_id][Cell(*cell)] += quantity if kind_id == opener_id else -quantity
    return room


def _cell(row: Row | Fact) -> Cell:
    return Cell(row.area_id, row.labels_id, row.day, row.until, row.span)


# Reversals


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
        for cases in _chunks(sorted(set(case_ids)), IN_LIST_MAX):
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
        for cases in _chunks(sorted(set(case_ids)), IN_LIST_MAX):
            yield Q(case_id__in=cases)
    elif fact_ids is not None:
        for ids in _chunks(sorted(set(fact_ids)), IN_LIST_MAX):
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
    return [fact for chunk in _chunks(ids, IN_LIST_MAX) for fact in _held(Q(pk__in=chunk))]


def _with_dependants(facts: Iterable[Fact]) -> Collection[Fact]:
    """With them, what can't stand without them."""
    codes = _codes()
    taken = {fact.pk: fact for fact in facts}
    _add_rest_of_stocks(taken, codes)
    _add_without_room(taken, codes)
    return taken.values()


def _codes() -> dict[int, str]:
    return dict(Kind.objects.values_list("pk", "code"))


def _put_opposites(facts: Collection[Fact], template: Row) -> int:
    withdrawals = _withdraw_subjects(facts)
    rows = []
    for fact in facts:
        cell, quantity = withdrawals.get(fact.pk, (_cell(fact), -fact.quantity))
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
    for cases in _chunks(sorted({case_id for case_id, _ in pairs if case_id}), IN_LIST_MAX):
        found = standing(Q(case_id__in=cases, kind_id__in=kinds))
        rest += [f for f in found if (f.case_id, f.kind_id) in pairs and f.pk not in taken]
    taken.update((fact.pk, fact) for fact in _held_among([fact.pk for fact in rest]))


def _add_without_room(taken: dict[int, Fact], codes: Mapping[int, str]) -> None:
    """Take the cohort facts that pass what is left of their openers, newest first."""
    numbers = {code: pk for pk, code in codes.items()}
    for code in sorted(declared(), key=_depth):
        opener_id, own_id = numbers.get(known(code).cohort_of), numbers.get(code)
        cases = {f.case_id for f in taken.values() if f.kind_id == opener_id and f.case_id}
        if own_id is None or not cases:
            continue
        surplus: dict[tuple[UUID | None, Cell], int] = defaultdict(int)
        followers: list[Fact] = []
        for chunk in _chunks(sorted(cases), IN_LIST_MAX):
            for fact in standing(Q(case_id__in=chunk, kind_id__in=[opener_id, own_id])):
                if fact.pk in taken:
                    continue
                mine = fact.kind_id == own_id
                surplus[fact.case_id, _cell(fact)] += fact.quantity if mine else -fact.quantity
                if mine:
                    followers.append(fact)
        for fact in _held_among([fact.pk for fact in followers])[::-1]:
            if surplus[fact.case_id, _cell(fact)] > 0:
                surplus[fact.case_id, _cell(fact)] -= fact.quantity
                taken[fact.pk] = fact


def _withdraw_subjects(facts: Iterable[Fact]) -> dict[int, tuple[Cell, int]]:
    """By fact of a distinct measure, where its reversal counts and how much.

    As long as a subject still occurs in the period it stays counted where it was counted first.
    """
    kinds = {number: known(code) for number, code in _codes().items()}
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
            found[fact.pk] = (_cell(fact), 0)
        if left[key].times == 0:
            counted = left[key]
            found[own[-1].pk] = (
                Cell(counted.area_id, counted.labels_id, counted.day, None, Span.DAY), -1,
            )  # fmt: skip
    return found


# Moves


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
    codes = _codes()
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
    codes = _codes()
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
    for chunk in _chunks(sorted(cases), IN_LIST_MAX):
        rows = Fact.objects.filter(case_id__in=chunk, kind_id__in=stocks)
        list(rows.order_by("pk").select_for_update().values_list("pk"))
        for case_id, kind_id, area_id, labels_id, on, quantity in rows.values_list(
            "case_id", "kind_id", "area_id", "labels_id", "day", "quantity"
        ):
            assert case_id is not None
            yield (case_id, kind_id, area_id, labels_id, on), quantity


def _label_keys(numbers: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in _chunks(sorted(set(numbers)), IN_LIST_MAX):
        found.update(LabelSet.objects.filter(pk__in=chunk).values_list("pk", "key"))
    return found


T = TypeVar("T")


def _chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
