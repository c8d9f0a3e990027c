"""Which facts a change of a case posts: one place, for every loop and every command.

Flows say what happened on a day. Stocks say what stands: a case is a *line* in each stock it
belongs to, from a first day on; when the line ends or changes, its entry is taken back from the
day of the change, never from a day before the line began. Being overdue is such a line: it
begins on the day after the deadline, which may lie ahead, so nobody has to post anything at
midnight for a case to become late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop.machine import Machine, Step
from anlan.kernel.loop.models import Case

#: Stocks that every loop keeps, and the cohorts behind its rates.
STOCKS = ("open", "overdue", "listed")
#: Cohort of ``found``: of those found that day, how many are dealt with.
FOUND_SETTLED = "found_settled"
#: Cohort of ``due``: of those due that day, how many were dealt with by then.
DUE_MET = "due_met"


#: Labels by name, shared and so never changed.
Labels = Mapping[str, str]


class Line(NamedTuple):
    """A case's entry in one stock: where, as what, and from which day on."""

    start: date
    area_id: int
    labels: Labels


def labels_of(case: Case, claim: str = "") -> Labels:
    """What figures can be broken down by; an empty label is left out."""
    return _labels(case.grade, case.sector_id or "", case.source, case.topics, claim)


@lru_cache(maxsize=4096)
def _labels(grade: str, sector: str, source: str, topics: str, claim: str) -> Labels:
    """One mapping for all cases that are labelled alike: an import has few sets and many cases."""
    labels = {
        "grade": grade, "sector": sector, "source": source, "topics": topics, "claim": claim,
    }  # fmt: skip
    return MappingProxyType({name: value for name, value in labels.items() if value})


def lines_of(case: Case) -> dict[str, Line]:
    """The stocks that a case stands in now."""
    labels = labels_of(case)
    lines = {}
    if case.is_open:
        lines["open"] = Line(case.opened_on, case.area_id, labels)
        if case.listed:
            lines["listed"] = Line(case.opened_on, case.area_id, labels)
    # The last day that there is has none after it on which it would be past.
    due = case.due_on if case.due_on != date.max else None
    if case.unsettled and due and case.suspended_on is None:
        lines["overdue"] = Line(due + timedelta(days=1), case.area_id, labels)
    return lines


@dataclass
class Change:
    """One case after a step, and what stood before it."""

    case: Case
    step: Step | None
    day: date
    #: Lines before the step; empty where the case is new.
    before: Mapping[str, Line]
    due_before: date | None
    settled_before: date | None
    #: A state that a source claims (台账申报) and nobody here has verified.
    declared: bool = False
    is_new: bool = False
    #: Learnt late: ``day`` is past, and what is posted already may say more of the days since.
    late: bool = False
    #: Extra flows: (name, day).
    flows: list[tuple[str, date]] = field(default_factory=list)


def post(
    machine: Machine, changes: Sequence[Change], *, at: datetime, batch_id: UUID | None
) -> None:
    """Post what the changes count, in the caller's transaction. Constant in statements."""
    facts: list[NewFact] = []
    undone: dict[str, list[UUID]] = defaultdict(list)
    openers: dict[str, list[Change]] = defaultdict(list)
    ended = _ended(machine, changes)
    for change in changes:
        facts += _stock_entries(machine, change, ended)
        facts += _flows(machine, change)
        _cohorts(machine, change, openers, undone)
        if change.step:
            for name in change.step.undoes:
                undone[name].append(change.case.pk)
    for name, case_ids in undone.items():
        # The newest alone: what stood before a rebound stays counted.
        standing = ledger.standing(Q(case_id__in=case_ids, kind__code=f"{machine.kind}.{name}"))
        newest = dict(standing.values_list("case_id", "pk"))
        ledger.reverse(fact_ids=list(newest.values()), at=at, batch_id=batch_id)
    for name, members in openers.items():
        opener = "found" if name == FOUND_SETTLED else "due"
        facts += ledger.cohort(
            f"{machine.kind}.{opener}",
            f"{machine.kind}.{name}",
            [change.case.pk for change in members],
        )
    # In one call: a cohort's opener is mostly among these very facts.
    ledger.post(facts, at=at, batch_id=batch_id)


def _ended(
    machine: Machine, changes: Sequence[Change]
) -> Mapping[tuple[UUID | None, str], Sequence[NewFact]]:
    """Of cases and stocks whose lines change on a past day, what takes them back from it on."""
    days = {
        change.case.pk: change.day
        for change in changes
        if change.late and (change.before != lines_of(change.case) or not change.case.unsettled)
    }
    found: dict[tuple[UUID | None, str], list[NewFact]] = defaultdict(list)
    if days:
        for fact in ledger.taken_back(days, [f"{machine.kind}.{name}" for name in STOCKS]):
            found[fact.case_id, fact.kind].append(fact)
    return found


def _stock_entries(
    machine: Machine,
    change: Change,
    ended: Mapping[tuple[UUID | None, str], Sequence[NewFact]],
) -> Iterable[NewFact]:
    before, after = change.before, lines_of(change.case)
    for name in STOCKS:
        old, new = before.get(name), after.get(name)
        # Learnt late, it was over before it was suspended or taken off the list: then it stood in
        # neither on the days between.
        over = change.late and not new and _over(change.case, name)
        if old == new and not over:
            continue
        if change.late:
            yield from ended.get((change.case.pk, f"{machine.kind}.{name}"), ())
        elif old:
            yield _entry(machine, change, name, old, max(change.day, old.start), -1)
        if new:
            start = new.start if change.is_new else max(change.day, new.start)
            yield _entry(machine, change, name, new, start, +1)


def _over(case: Case, stock: str) -> bool:
    """Whether what the stock rests on has ended: only what isn't dealt with is overdue."""
    return not (case.unsettled if stock == "overdue" else case.is_open)


def _entry(
    machine: Machine, change: Change, name: str, line: Line, day: date, quantity: int
) -> NewFact:
    case = change.case
    return NewFact(
        kind=f"{machine.kind}.{name}",
        labels=line.labels,
        area_id=line.area_id,
        day=day,
        quantity=quantity,
        case_id=case.pk,
        unit_id=case.unit_id,
    )


def _flows(machine: Machine, change: Change) -> Iterable[NewFact]:
    case = change.case
    names = [(name, change.day) for name in (change.step.counts if change.step else ())]
    names += change.flows
    moved = change.is_new or case.due_on != change.due_before
    if machine.judges_deadlines and case.due_on and moved:
        names.append(("due", case.due_on))
    plain, claimed = labels_of(case), labels_of(case, "declared" if change.declared else "")
    for name, day in names:
        yield NewFact(
            kind=f"{machine.kind}.{name}",
            labels=plain if name in ("found", "due") else claimed,
            area_id=case.area_id,
            day=day,
            quantity=1,
            case_id=case.pk,
            unit_id=case.unit_id,
        )


def _cohorts(
    machine: Machine,
    change: Change,
    openers: dict[str, list[Change]],
    undone: dict[str, list[UUID]],
) -> None:
    """Keep "of those found" and "of those due" in step with what stands."""
    case, before, after = change.case, change.settled_before, change.case.settled_on
    if after and not before:
        openers[FOUND_SETTLED].append(change)
    elif before and not after:
        undone[FOUND_SETTLED].append(case.pk)
    if not machine.judges_deadlines:
        return
    moved = not change.is_new and case.due_on != change.due_before
    redated = change.step is not None and change.step.redates
    if moved and change.due_before and (change.due_before >= change.day or redated):
        # A deadline that has passed stays counted, met or missed; one that lies ahead is replaced,
        # and so is one that passed while the case was suspended, or for which another was said.
        undone["due"].append(case.pk)
    met_before = bool(before and change.due_before and before <= change.due_before)
    met_after = bool(after and case.due_on and after <= case.due_on)
    if met_before and (moved or not met_after):
        undone[DUE_MET].append(case.pk)
    if met_after and (moved or not met_before):
        openers[DUE_MET].append(change)
