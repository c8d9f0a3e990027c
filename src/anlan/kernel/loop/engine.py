"""The loop's core: open cases, take steps, fill in history — each over a set, set-wise.

Every function here runs inside its caller's transaction and leaves the cases, their events,
their facts, the audit rows and the notices in step with one another, or refuses. A page calls it
with one case, an import with thousands; the number of statements doesn't depend on how many.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import IN_LIST_MAX
from anlan.base.refusal import MovedOn, NotAllowed, Refusal, RequestReused
from anlan.kernel.audit import trail
from anlan.kernel.calendar.deadlines import Due, due
from anlan.kernel.loop import posting, settings, sql
from anlan.kernel.loop.machine import Machine, Step, word_of
from anlan.kernel.loop.models import Case, Event, Party, PartyRole, Request
from anlan.kernel.loop.posting import Change


class StepNotPossible(Refusal):
    """The loop has no such step from the state that the case is in."""

    code = "step_not_possible"
    message = _(
        "%(number)s is “%(state)s”, so “%(step)s” can't be done now. "
        "Reload the page to see which steps are next."
    )
    status = 409


class OwnWork(NotAllowed):
    """Nobody passes judgement on their own work."""

    code = "own_work"
    message = _("You did “%(step)s” on %(number)s yourself, so somebody else must check it.")


class ReasonMissing(Refusal):
    """A step that needs a reason came without one."""

    code = "reason_missing"
    message = _("Write the reason: whoever reads this later must understand why.")


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


@dataclass
class Move:
    """What one step changes on one case: fields of the case, and what the step brought along."""

    case: Case
    fields: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    #: The local day it counts for; today where nothing is stated.
    day: date | None = None


# --- idempotency ---------------------------------------------------------------------------


def fingerprint(command: str, by: Actor, arguments: Mapping[str, Any]) -> str:
    text = json.dumps(
        [command, by.user_id, by.name, arguments],
        cls=DjangoJSONEncoder,
        sort_keys=True,
        default=str,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    request_id: UUID, command: str, by: Actor, arguments: Mapping[str, Any], at: datetime
) -> list[Any] | None:
    """Claim a request id. None means go ahead; a list is what the first call answered.

    Of two calls at once the second waits for the first to commit, then gets its answer.
    Raises RequestReused where the id was used for something else.
    """
    mark = fingerprint(command, by, arguments)
    Request.objects.bulk_create(
        [Request(id=request_id, fingerprint=mark, result=UNANSWERED, at=at)],
        ignore_conflicts=True,
    )
    row = Request.objects.get(pk=request_id)
    if row.fingerprint != mark:
        raise RequestReused
    return None if row.result == UNANSWERED else list(row.result)


def answer_of(
    request_id: UUID, command: str, by: Actor, arguments: Mapping[str, Any]
) -> list[Any] | None:
    """What the very same call answered before; None where there was none."""
    row = Request.objects.filter(pk=request_id).first()
    if row is None or row.result == UNANSWERED:
        return None
    return list(row.result) if row.fingerprint == fingerprint(command, by, arguments) else None


#: A request that was claimed and has not answered yet (only seen inside its own transaction).
UNANSWERED: list[Any] = ["…"]


def answered(request_id: UUID, result: Sequence[Any]) -> None:
    Request.objects.filter(pk=request_id).update(result=[str(item) for item in result])


# --- opening -------------------------------------------------------------------------------


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIXES = {"hazard": "YH", "problem": "WT", "list_item": "QD", "transfer": "YJ", "letter": "HG"}


def number_of(kind: str, pk: UUID, day: date) -> str:
    """A number that can be read out: kind, day, and 40 bits of the id in Crockford's base 32."""
    value = pk.int & (2**40 - 1)
    head, tail = divmod(value, 2**20)
    prefix = PREFIXES.get(kind) or kind[:2].upper()
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
    step_due = _step_due(rules, "assign", at)
    cases, events, changes = [], [], []
    for item in new:
        case = _new_case(machine, item, rules, step_due)
        cases.append(case)
        claimed = bool(item.state and item.state != machine.initial)
        events.append(
            event(
                case,
                "backfill" if claimed else step,
                "",
                by,
                at,
                item.opened_on,
                "",
                item.changes,
                request_id,
                item.batch_id,
            )
        )
        changes += _history(machine, case, item)
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
        number=number_of(machine.kind, item.pk, item.opened_on),
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


# --- steps ---------------------------------------------------------------------------------


def lock(pks: Iterable[UUID]) -> dict[UUID, Case]:
    """The cases, locked until the end of the transaction, in the order of their ids."""
    wanted, found = sorted(set(pks)), {}
    for start in range(0, len(wanted), IN_LIST_MAX):
        rows = Case.objects.select_for_update(of=("self",)).order_by("pk")
        found.update(
            {case.pk: case for case in rows.filter(pk__in=wanted[start : start + IN_LIST_MAX])}
        )
    return found


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
    seen: Mapping[UUID, int] | None = None,
    declared: bool = False,
) -> list[Event]:
    """Take one step with each case, all or none.

    moves:  cases locked by ``lock``, each once.
    seen:   the version that the caller looked at, by case; raises MovedOn where it is past.

    Raises StepNotPossible, OwnWork, MovedOn.
    """
    assert transaction.get_connection().in_atomic_block
    step = machine.step(step_name)
    if not moves:
        return []
    _refuse_unless_possible(machine, step, moves, by, seen or {})
    today = timezone.localdate(at)
    table = settings.versions(machine.kind)
    events, changes, audits = [], [], []
    for move in moves:
        case, day = move.case, move.day or today
        old = {name: getattr(case, name) for name in (*move.fields, "state")}
        change = Change(
            case, step, day, posting.lines_of(case), case.due_on, case.settled_on, declared=declared
        )
        source = case.state
        _enter(machine, step, move, table[case.settings_version], at, day, declared)
        diff = {
            name: [old[name], getattr(case, name)]
            for name in old
            if old[name] != getattr(case, name)
        }
        events.append(
            event(
                case,
                step.name,
                source,
                by,
                at,
                day,
                reason,
                {**diff, **move.changes},
                request_id,
                batch_id,
            )
        )
        changes.append(change)
        audits.append((case, step.name, reason, diff))
    save([move.case for move in moves])
    bulk.insert(events)
    posting.post(machine, changes, at=at, batch_id=batch_id)
    audited(machine, audits, by, at, request_id)
    return events


def _refuse_unless_possible(
    machine: Machine, step: Step, moves: Sequence[Move], by: Actor, seen: Mapping[UUID, int]
) -> None:
    for move in moves:
        case = move.case
        if case.pk in seen and seen[case.pk] != case.version:
            raise MovedOn
        if case.state not in step.sources:
            raise StepNotPossible(
                number=case.number, state=state_label(case.state), step=step_label(step.name)
            )
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
            give_deadline(case, rules, step.deadline, at)
        follow = {"rectified": "verify", "verified": "close"}.get(step.target)
        step_due = _step_due(rules, follow, at) if follow else None
        case.step_due_on = step_due.on if step_due else None
        if declared:
            case.declared = True
        elif step.name == "verify":
            case.declared = False
    case.version += 1


def give_deadline(case: Case, rules: settings.Rules, key: str, at: datetime) -> None:
    """Count the deadline from ``at`` by the settings that the case was opened under."""
    rule = rules.deadline(key, case.grade)
    if rule is None:
        return
    counted = due(rule, at)
    case.due_on, case.due_at, case.due_provisional = counted.on, counted.at, counted.provisional
    case.due_rule = {
        **rules.data["deadlines"].get(f"{key}:{case.grade}", rules.data["deadlines"].get(key)),
        "from": at.isoformat(),
    }


def _step_due(rules: settings.Rules, key: str, at: datetime) -> Due | None:
    rule = rules.deadline(key, "")
    return due(rule, at) if rule else None


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
)


def save(cases: Sequence[Case]) -> None:
    """Write cases that moved on, or refuse all where one did so under somebody else's hands."""
    sql.save(cases, COLUMNS)


# --- records -------------------------------------------------------------------------------


def event(
    case: Case,
    step: str,
    source: str,
    by: Actor,
    at: datetime,
    day: date,
    reason: str,
    changes: dict[str, Any],
    request_id: UUID,
    batch_id: UUID | None,
) -> Event:
    return bulk.make(
        Event,
        case_id=case.pk,
        seq=case.version,
        step=step,
        source_state=source,
        target_state=case.state,
        at=at,
        day=day,
        user_id=by.user_id,
        actor=by.name,
        unit_id=by.unit_id,
        reason=reason,
        changes={**changes, "round": case.round},
        request_id=request_id,
        batch_id=batch_id,
    )


def audited(
    machine: Machine,
    rows: Iterable[tuple[Case, str, str, dict[str, Any]]],
    by: Actor,
    at: datetime,
    request_id: UUID,
) -> None:
    trail.record(
        [
            trail.Entry(
                f"{machine.kind}.{step}",
                "case",
                str(case.pk),
                reason=reason,
                before=_plain({name: pair[0] for name, pair in diff.items()}) if diff else None,
                after=_plain({name: pair[1] for name, pair in diff.items()}) if diff else None,
                request_id=request_id,
            )
            for case, step, reason, diff in rows
        ],
        by=by,
        at=at,
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder, default=str))
    return found


def parties(
    cases: Sequence[Case],
    role: PartyRole,
    unit_ids: Mapping[UUID, int],
    *,
    at: datetime,
    receipt_due: date | None = None,
    rank: int = 0,
) -> None:
    """Give each case a unit in a role; a unit that has it already is left as it is."""
    today = timezone.localdate(at)
    Party.objects.bulk_create(
        [
            Party(
                case=case,
                role=role,
                unit_id=unit_ids[case.pk],
                since=today,
                rank=rank,
                receipt_due_on=receipt_due,
            )
            for case in cases
            if case.pk in unit_ids
        ],
        ignore_conflicts=True,
    )


def state_label(state: str) -> str:
    return str(STATES.get(state) or word_of(state) or state)


def step_label(step: str) -> str:
    return str(STEPS.get(step) or word_of(step) or step)


STATES = {
    "found": pgettext_lazy("state", "found"),
    "assigned": pgettext_lazy("state", "being rectified"),
    "rectified": pgettext_lazy("state", "to be verified"),
    "verified": pgettext_lazy("state", "to be closed"),
    "closed": pgettext_lazy("state", "closed"),
    "void": pgettext_lazy("state", "void"),
}
STEPS = {
    "find": pgettext_lazy("step", "find"),
    "backfill": pgettext_lazy("step", "fill in history"),
    "assign": pgettext_lazy("step", "assign"),
    "hand_over": pgettext_lazy("step", "hand over"),
    "succeed": pgettext_lazy("step", "pass on to the successor"),
    "rectify": pgettext_lazy("step", "rectify"),
    "fix_on_spot": pgettext_lazy("step", "rectify on the spot"),
    "reject": pgettext_lazy("step", "return"),
    "verify": pgettext_lazy("step", "verify"),
    "review": pgettext_lazy("step", "review"),
    "close": pgettext_lazy("step", "close"),
    "second": pgettext_lazy("step", "confirm closing"),
    "look_back": pgettext_lazy("step", "look back"),
    "reopen": pgettext_lazy("step", "rebound"),
    "void": pgettext_lazy("step", "void"),
    "suspend": pgettext_lazy("step", "suspend"),
    "resume": pgettext_lazy("step", "resume"),
    "merge": pgettext_lazy("step", "merge"),
    "split": pgettext_lazy("step", "split"),
    "move": pgettext_lazy("step", "move"),
    "extend": pgettext_lazy("step", "extend"),
    "rung": pgettext_lazy("step", "ladder"),
    "list": pgettext_lazy("step", "list"),
    "delist": pgettext_lazy("step", "delist"),
    "amend": pgettext_lazy("step", "amend"),
    "declare": pgettext_lazy("step", "declare"),
    "declare_rectified": pgettext_lazy("step", "declare rectified"),
    "declare_closed": pgettext_lazy("step", "declare closed"),
    "withdraw": pgettext_lazy("step", "withdraw"),
    "withdraw_rectified": pgettext_lazy("step", "withdraw a declared rectification"),
    "withdraw_closed": pgettext_lazy("step", "withdraw a declared closing"),
    "receive": pgettext_lazy("step", "sign for receipt"),
    "extension_asked": pgettext_lazy("step", "ask for an extension"),
    "extension_refused": pgettext_lazy("step", "refuse an extension"),
    "delisting_asked": pgettext_lazy("step", "ask for delisting"),
    "downgrade_asked": pgettext_lazy("step", "ask for a lower grade"),
    "void_asked": pgettext_lazy("step", "ask for voiding"),
    "recount": pgettext_lazy("step", "count the deadline again"),
}
