"""Who has to deal with a case: assigned, handed over, signed for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Unpack
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.loop import engine, settings, told
from anlan.kernel.loop.commands.signing import reason_in
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.loop.requests import Call

#: Kinds of units that rectify and never review.
FIRMS = (UnitKind.ENTERPRISE, UnitKind.TEAM)


def assign(
    machine: Machine,
    cases: Sequence[Case],
    *,
    rectifier: Mapping[UUID, int],
    others: Mapping[PartyRole, Mapping[UUID, int]] | None = None,
    due_on: date | None = None,
    reason: str = "",
    **call: Unpack[Call],
) -> None:
    """Give each case a rectifying unit and a deadline, and ask all parties to sign for receipt.

    rectifier:  by case, the unit (id) that must rectify it.
    others:     by role, further parties: regulator, territory, supervisor, verifier, leader.
    due_on:     a stated deadline; else the one the case has, else the settings' rule counts one.
    """

    def deadline(case: Case) -> dict[str, Any]:
        if due_on:
            stated = {"kind": "date"}
            return {"due_on": due_on, "due_at": None, "due_provisional": False, "due_rule": stated}
        return {"due_on": case.due_on} if case.due_on else {}

    moves = [Move(case, deadline(case), {"rectifier": rectifier[case.pk]}) for case in cases]
    engine.take(machine, "assign", moves, reason=reason, **call)
    at, receipt_due = call["at"], _receipt_due(machine, call["at"])
    engine.parties(cases, PartyRole.RECTIFIER, rectifier, at=at, receipt_due=receipt_due)
    for role, units in (others or {}).items():
        engine.parties(cases, role, units, at=at, receipt_due=receipt_due)
    _assigner(cases, call["by"], at)
    told.units([(case, [rectifier[case.pk]]) for case in cases], "loop.assigned", at=at)


def _receipt_due(machine: Machine, at: datetime) -> date | None:
    due = settings.current(machine.kind).due("receipt", "", at)
    return due.on if due else None


def _assigner(cases: Sequence[Case], by: Actor, at: datetime) -> None:
    """Remember which unit assigned, in order: closing passes back through them (逐级审核)."""
    if by.unit_id is None or Unit.objects.filter(pk=by.unit_id, kind__in=FIRMS).exists():
        # An enterprise that passes on what isn't its own is no level that reviews.
        return
    assigners = Party.objects.filter(case__in=cases, role=PartyRole.ASSIGNER, until=None)
    ranks = dict(assigners.values_list("case").annotate(top=Max("rank")))
    have = set(assigners.filter(unit_id=by.unit_id).values_list("case", flat=True))
    Party.objects.bulk_create(
        Party(
            case=case,
            role=PartyRole.ASSIGNER,
            unit_id=by.unit_id,
            since=timezone.localdate(at),
            rank=ranks.get(case.pk, 0) + 1,
            received_at=at,
            received_by=by.user_id,
        )
        for case in cases
        if case.pk not in have
    )


def hand_over(
    machine: Machine, case: Case, *, to_unit: int, reason: str, **call: Unpack[Call]
) -> None:
    """Another unit rectifies from now on. An office above passes it down, or it was wrong here.

    The deadline stays: handing over wins nobody time.
    """
    reason = reason_in(reason)
    old = Party.objects.filter(case=case, role=PartyRole.RECTIFIER, until=None)
    was = list(old.values_list("unit_id", flat=True))
    move = Move(case, {}, {"rectifier": [was, to_unit]})
    engine.take(machine, "hand_over", [move], reason=reason, **call)
    at = call["at"]
    old.update(until=timezone.localdate(at))
    engine.parties(
        [case],
        PartyRole.RECTIFIER,
        {case.pk: to_unit},
        at=at,
        receipt_due=_receipt_due(machine, at),
    )
    _assigner([case], call["by"], at)
    told.units([(case, [to_unit])], "loop.assigned", at=at)


def receive(
    machine: Machine, cases: Sequence[Case], *, units: Sequence[int], **call: Unpack[Call]
) -> int:
    """Sign for receipt (签收) for one's units. Returns how many parts were signed for."""
    waiting = Party.objects.filter(case__in=cases, unit__in=units, until=None, received_at=None)
    found = {party.case_id for party in waiting}
    if not found:
        return 0
    engine.take(machine, "receive", [Move(case) for case in cases if case.pk in found], **call)
    return waiting.update(received_at=call["at"], received_by=call["by"].user_id)
