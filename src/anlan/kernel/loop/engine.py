"""The loop's core: take a step with each case of a set, set-wise.

Every function here and in opening.py runs inside its caller's transaction and leaves the cases,
their events, their facts and the audit rows in step with one another, or refuses. A page calls
it with one case, an import with thousands; the statements don't depend on how many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.prepared import Among
from anlan.kernel.loop import posting, seals, settings, sql
from anlan.kernel.loop.labels import STATES, STEPS, state_label, step_label
from anlan.kernel.loop.machine import Machine, Step
from anlan.kernel.loop.models import Case, Event, Extension
from anlan.kernel.loop.opening import NewCase, open_cases
from anlan.kernel.loop.posting import Change
from anlan.kernel.loop.records import audited, event, parties
from anlan.kernel.loop.refusals import OwnWork, ReasonMissing, StepNotPossible
from anlan.kernel.loop.requests import answer_of, answered, once

#: Whoever writes a command finds here all that it may need.
__all__ = (
    "STATES",
    "STEPS",
    "Move",
    "NewCase",
    "OwnWork",
    "ReasonMissing",
    "StepNotPossible",
    "answer_of",
    "answered",
    "audited",
    "event",
    "lock",
    "not_possible",
    "once",
    "open_cases",
    "parties",
    "save",
    "state_label",
    "step_label",
    "take",
    "withdraw_wishes",
)


@dataclass
class Move:
    """What one step changes on one case: fields of the case, and what the step brought along."""

    case: Case
    fields: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    #: The local day it counts for; today where nothing is stated.
    day: date | None = None


def lock(pks: Iterable[UUID]) -> dict[UUID, Case]:
    """The cases, locked until the end of the transaction, in the order of their ids.

    Raises RecordBent where a closed one was changed past us (S32).
    """
    found = {case.pk: case for case in _locked.rows(sorted(set(pks)))}
    seals.demand(found.values())
    return found


_locked = Among(lambda: Case.objects.select_for_update(of=("self",)).order_by("pk"), "pk")


def take(
    machine: Machine,
    step_name: str,
    moves: Sequence[Move],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str = "",
    batch_id: UUID | None = None,
    declared: bool = False,
) -> list[Event]:
    """Take one step with each case, all or none.

    moves:  cases locked by ``lock``, each once.
    Raises StepNotPossible, OwnWork; MovedOn where a case was changed without a lock.
    """
    assert transaction.get_connection().in_atomic_block
    step = machine.step(step_name)
    if not moves:
        return []
    _refuse_unless_possible(machine, step, moves, by)
    if step.target:
        withdraw_wishes(
            machine, [m.case for m in moves], step,
            by=by, at=at, request_id=request_id, batch_id=batch_id,
        )  # fmt: skip
    today = timezone.localdate(at)
    table = settings.versions(machine.kind)
    events, changes, audits = [], [], []
    for move in moves:
        case, day = move.case, move.day or today
        old = {name: getattr(case, name) for name in (*move.fields, "state")}
        change = Change(
            case, step, day, posting.lines_of(case), case.due_on, case.settled_on,
            declared=declared, late=day < today,
        )  # fmt: skip
        source = case.state
        _enter(machine, step, move, table[case.settings_version], at, day, declared)
        diff = {
            name: [old[name], getattr(case, name)]
            for name in old
            if old[name] != getattr(case, name)
        }
        said = {**diff, **move.changes}
        events.append(
            event(case, step.name, source, by, at, day, reason, said, request_id, batch_id)
        )
        changes.append(change)
        audits.append((case, step.name, reason, diff))
    save([move.case for move in moves])
    bulk.insert(events)
    posting.post(machine, changes, at=at, batch_id=batch_id)
    audited(machine, audits, by, at, request_id)
    return events


def _refuse_unless_possible(machine: Machine, step: Step, moves: Sequence[Move], by: Actor) -> None:
    for move in moves:
        case = move.case
        if case.state not in step.sources:
            raise not_possible(case, step.name)
    if step.not_by and by.user_id is not None:
        own = Event.objects.filter(
            case__in=[move.case.pk for move in moves], user_id=by.user_id, step__in=step.not_by
        ).select_related("case")
        for done in own:
            if done.changes.get("round", done.case.round) == done.case.round:
                raise OwnWork(
                    step=step_label(done.step),
                    number=done.case.number,
                    reason=_("somebody else must check it"),
                )


def withdraw_wishes(
    machine: Machine,
    cases: Iterable[Case],
    step: Step,
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    batch_id: UUID | None = None,
) -> None:
    """Withdraw the extensions that wait, of cases that ``step`` takes to where none is asked for.

    Nobody decided on them: they are kept as not granted, by nobody.
    """
    if not machine.has("extension_withdrawn"):
        return
    asking = machine.step("extension_withdrawn").sources
    if step.target in asking:
        return
    left = {case.pk: case for case in cases if case.state in asking}
    waiting = _waiting.rows(sorted(left))
    moves = [
        Move(left[wish.case_id], {}, {"until": wish.until, "because": step.name})
        for wish in waiting
    ]
    take(
        machine, "extension_withdrawn", moves,
        by=by, at=at, request_id=request_id, batch_id=batch_id,
    )  # fmt: skip
    for chunk in bulk.slices([wish.pk for wish in waiting]):
        Extension.objects.filter(pk__in=chunk).update(granted=False, decided_at=at)


_waiting = Among(lambda: Extension.objects.filter(granted=None), "case_id")


def not_possible(case: Case, step: str) -> StepNotPossible:
    return StepNotPossible(number=case.number, state=state_label(case.state), step=step_label(step))


def _enter(
    machine: Machine,
    step: Step,
    move: Move,
    rules: settings.Rules,
    at: datetime,
    day: date,
    declared: bool,
) -> None:
    """Set the case's fields for the state that the step leads to."""
    case = move.case
    for name, value in move.fields.items():
        setattr(case, name, value)
    if step.target:
        was_open, was_unsettled = case.is_open, case.unsettled
        case.state = step.target
        case.is_open = machine.is_open(step.target)
        case.unsettled = step.target in machine.unsettled
        if was_unsettled and not case.unsettled and step.target != "void":
            case.settled_on = move.fields.get("settled_on") or day
        elif case.unsettled and not was_unsettled:
            case.settled_on = None
            case.rung = 0
        if was_open and not case.is_open:
            case.closed_on = move.fields.get("closed_on") or day
        elif case.is_open and not was_open:
            case.closed_on = None
        if step.deadline and "due_on" not in move.fields and case.unsettled:
            _give_deadline(case, rules, step.deadline, at)
        follow = {"rectified": "verify", "verified": "close"}.get(step.target)
        step_due = rules.due(follow, "", at) if follow else None
        case.step_due_on = step_due.on if step_due else None
        if declared:
            case.declared = True
        elif step.name == "verify":
            case.declared = False
    case.version += 1


def _give_deadline(case: Case, rules: settings.Rules, key: str, at: datetime) -> None:
    """Count the deadline from ``at`` by the settings that the case was opened under."""
    counted = rules.due(key, case.grade, at)
    if counted is None:
        return
    case.due_on, case.due_at, case.due_provisional = counted.on, counted.at, counted.provisional
    table = rules.data["deadlines"]
    case.due_rule = {
        **table.get(f"{key}:{case.grade}", table.get(key)),
        "from": at.isoformat(),
    }


#: The columns of a case that a step may change.
COLUMNS = (
    "state",
    "is_open",
    "unsettled",
    "version",
    "area_id",
    "path",
    "sector_id",
    "grade",
    "source",
    "topics",
    "enterprise_id",
    "due_on",
    "due_at",
    "due_provisional",
    "due_rule",
    "step_due_on",
    "settled_on",
    "closed_on",
    "rung",
    "round",
    "rebounds",
    "listed",
    "suspended_on",
    "merged_into_id",
    "split_from_id",
    "parent_id",
    "declared",
    "seal",
)


def save(cases: Sequence[Case]) -> None:
    """Write cases that moved on, or refuse all where one did so under somebody else's hands."""
    seals.stamp(cases)
    sql.save(cases, COLUMNS)
