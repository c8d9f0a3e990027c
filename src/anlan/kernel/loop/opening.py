"""Opening cases: where they were found, or in the state that their source claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.kernel.calendar.deadlines import Due
from anlan.kernel.loop import posting, seals, settings
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.posting import Change
from anlan.kernel.loop.records import audited, event


@dataclass
class NewCase:
    """What is known of a case when it is found. ``pk`` is made by the client (ids.uuid7)."""

    pk: UUID
    area_id: int
    path: str
    unit_id: int
    opened_on: date
    sector: str | None = None
    grade: str = ""
    source: str = ""
    topics: str = ""
    enterprise_id: int | None = None
    #: A stated deadline, where the finder set one.
    due_on: date | None = None
    batch_id: UUID | None = None
    parent_id: UUID | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    #: For history filled in: the state claimed, with the days stated for it.
    state: str = ""
    settled_on: date | None = None
    closed_on: date | None = None
    listed: bool = False


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def number_of(machine: Machine, pk: UUID, day: date) -> str:
    """A number that can be read out: kind, day, and 40 bits of the id in Crockford's base 32."""
    value = pk.int & (2**40 - 1)
    head, tail = divmod(value, 2**20)
    prefix = machine.prefix or machine.kind[:2].upper()
    return (
        f"{prefix}{day.year:04d}{day.month:02d}{day.day:02d}"
        f"-{PAIRS[head >> 10]}{PAIRS[head & 1023]}-{PAIRS[tail >> 10]}{PAIRS[tail & 1023]}"
    )


#: Crockford's base 32, two digits (10 bits) at a time.
PAIRS = [a + b for a in ALPHABET for b in ALPHABET]


def open_cases(
    machine: Machine,
    new: Sequence[NewCase],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    step: str = "find",
) -> list[Case]:
    """Open cases where they were found, or put them into the state that their source claims.

    A claimed state is marked ``declared`` (台账申报): it never counts as verified here.
    """
    assert transaction.get_connection().in_atomic_block
    rules = settings.current(machine.kind)
    step_due = rules.due("assign", "", at)
    cases, events, changes = [], [], []
    for item in new:
        case = _new_case(machine, item, rules, step_due)
        cases.append(case)
        day = item.opened_on
        taken = "backfill" if item.state and item.state != machine.initial else step
        events.append(
            event(case, taken, "", by, at, day, "", item.changes, request_id, item.batch_id)
        )
        changes += _history(machine, case, item)
    seals.stamp(cases)
    bulk.insert(cases)
    bulk.insert(events)
    posting.post(machine, changes, at=at, batch_id=new[0].batch_id if new else None)
    audited(machine, [(case, "find", "", {}) for case in cases], by, at, request_id)
    return cases


def _new_case(machine: Machine, item: NewCase, rules: settings.Rules, step_due: Due | None) -> Case:
    state = item.state or machine.initial
    is_open = machine.is_open(state)
    unsettled = state in machine.unsettled
    return bulk.make(
        Case,
        id=item.pk,
        kind=machine.kind,
        number=number_of(machine, item.pk, item.opened_on),
        state=state,
        is_open=is_open,
        unsettled=unsettled,
        area_id=item.area_id,
        path=item.path,
        sector_id=item.sector,
        grade=item.grade,
        source=item.source,
        topics=item.topics,
        enterprise_id=item.enterprise_id,
        unit_id=item.unit_id,
        opened_on=item.opened_on,
        due_on=item.due_on,
        step_due_on=step_due.on if step_due and state == machine.initial else None,
        due_rule={"kind": "date"} if item.due_on else {},
        settled_on=None if unsettled else (item.settled_on or item.closed_on or item.opened_on),
        closed_on=None if is_open else (item.closed_on or item.settled_on or item.opened_on),
        listed=item.listed and is_open,
        declared=state != machine.initial,
        batch_id=item.batch_id,
        parent_id=item.parent_id,
        settings_version=rules.version,
    )


def _history(machine: Machine, case: Case, item: NewCase) -> list[Change]:
    """The changes that a claimed state stands for, so that its stocks are right on every day."""
    found = bulk.twin(
        case,
        state=machine.initial,
        is_open=True,
        unsettled=True,
        settled_on=None,
        closed_on=None,
        listed=item.listed,
    )
    changes = [
        Change(
            found,
            None,
            item.opened_on,
            {},
            None,
            None,
            is_new=True,
            flows=[("found", item.opened_on)],
        )
    ]
    if case.settled_on:
        settled = bulk.twin(found, unsettled=False, settled_on=case.settled_on)
        changes.append(
            Change(
                settled,
                None,
                case.settled_on,
                posting.lines_of(found),
                found.due_on,
                None,
                declared=True,
                flows=[("rectified", case.settled_on)],
            )
        )
        found = settled
    if case.closed_on:
        changes.append(
            Change(
                case,
                None,
                case.closed_on,
                posting.lines_of(found),
                found.due_on,
                found.settled_on,
                declared=True,
                flows=[("closed", case.closed_on)],
            )
        )
    return changes
