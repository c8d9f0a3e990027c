"""Adding facts: in the caller's transaction, a set at a time.

Commands that post about a case hold that case's row (they have just moved it on), so that two of
them can't both find the same room in a cohort.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from anlan.base.prepared import Among
from anlan.kernel.facts import cluster, intern, sql
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.models import Fact, Span
from anlan.kernel.facts.sql import Counted, Key, Row

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
    openers = {code: known(code).cohort_of for code in followers}
    opener_ids = intern.kinds(openers.values())
    here = {(row.case_id, row.kind_id) for row in rows}
    before = _room(
        {fact.case_id for code, facts in followers.items() for fact in facts
         if fact.case_id and (fact.case_id, opener_ids[openers[code]]) not in here},
        {kind_ids[code]: opener_ids[opener] for code, opener in openers.items()},
    )  # fmt: skip
    for code in sorted(followers, key=depth):
        opener_id, own_id = opener_ids[openers[code]], kind_ids[code]
        wanted = {fact.case_id for fact in followers[code]}
        room: dict[UUID, dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            if row.kind_id == opener_id and row.case_id and row.case_id in wanted:
                room[row.case_id][cell_of(row)] += row.quantity
        for case_id in [pk for pk in wanted if pk and pk not in room]:
            room[case_id] = before[case_id, own_id]
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


def depth(code: str) -> int:
    """How many cohorts lie before one, so that those that are followed come first."""
    opener = known(code).cohort_of
    return 1 + depth(opener) if opener else 0


def _room(
    case_ids: Collection[UUID], opener_of: Mapping[int, int]
) -> dict[tuple[UUID, int], dict[Cell, int]]:
    """By case and cohort, its openers' cells in the order they were posted, less what follows."""
    room: dict[tuple[UUID, int], dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
    followed = defaultdict(list)
    for own_id, opener_id in opener_of.items():
        followed[opener_id].append(own_id)
    cases = sorted(case_ids)
    # Whoever else is about to follow the same openers waits here, and then sees us.
    _openers.rows(cases, sorted(followed))
    for case_id, kind_id, quantity, *place in _of_cases.rows(
        cases, sorted({*followed, *opener_of})
    ):
        cell = Cell(*place)
        if kind_id in opener_of:
            room[case_id, kind_id][cell] -= quantity
        for own_id in followed[kind_id]:
            room[case_id, own_id][cell] += quantity
    return room


_openers = Among(
    lambda: Fact.objects.order_by("id").select_for_update().values_list("id"), "case_id", "kind_id"
)
_of_cases = Among(
    lambda: Fact.objects.order_by("id").values_list(
        "case_id", "kind_id", "quantity", *Cell._fields
    ),
    "case_id", "kind_id",
)  # fmt: skip


def cell_of(row: Row | Fact) -> Cell:
    return Cell(row.area_id, row.labels_id, row.day, row.until, row.span)
