"""The ladder for what is late: 提示 → 预警 → 约谈 → 通报 → 问责.

The clock alone takes the first two. From 约谈 up it drafts a proposal (拟办) for the leader of the
unit that answers for the case, and the fact counts when the talk was held or the paper issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS
from anlan.base.refusal import Refusal
from anlan.kernel.audit import trail
from anlan.kernel.jobs.pace import AT_ONCE, Pace
from anlan.kernel.loop import engine, posting, settings, talks, told
from anlan.kernel.loop.engine import Move, ReasonMissing
from anlan.kernel.loop.machine import Machine, machines
from anlan.kernel.loop.models import Case, PartyRole, Proposal
from anlan.kernel.loop.posting import Change
from anlan.kernel.loop.settings import RUNG_BY_CLOCK_MAX
from anlan.kernel.loop.standard import RUNG_FLOWS


class ProposalRefused(Refusal):
    """A proposal that was decided before, or is carried out without what it takes."""

    code = "proposal_refused"
    message = _("The proposal can't be changed: %(reason)s")
    status = 409


def tick(now: datetime, pace: Pace = AT_ONCE) -> int:
    """Climb the ladder for every kind of case. Safe to run twice; returns cases that climbed.

    Each case carries the settings version it was opened under, and climbs by that one.
    """
    climbed = 0
    today = timezone.localdate(now)
    for machine in machines().values():
        for version, rules in settings.versions(machine.kind).items():
            for rung in range(RUNG_BY_CLOCK_MAX, 0, -1):
                climbed += _climb(machine, version, rules, rung, today, now, pace)
            climbed += _propose(machine, version, rules, today, now, pace)
    return climbed


def _late(machine: Machine, version: int, days: int, today: date) -> Q:
    """Cases at least ``days`` after their deadline (before it, where negative)."""
    return Q(
        kind=machine.kind,
        unsettled=True,
        suspended_on=None,
        settings_version=version,
        due_on__lte=today - timedelta(days=days),
    )


def _next(reached: QuerySet[Case]) -> list[UUID]:
    """Some of those that a rung has reached, in the order of the index that leads to all of them.

    Whatever is late is looked through each time, and nearly all of it has climbed long ago.
    """
    return list(reached.order_by("due_on", "pk").values_list("pk", flat=True)[:BATCH_ROWS])


def _climb(
    machine: Machine, version: int, rules: settings.Rules, rung: int, today: date, now: datetime,
    pace: Pace,
) -> int:  # fmt: skip
    reached = Case.objects.filter(
        _late(machine, version, rules.rungs[rung - 1], today), rung__lt=rung
    )
    done = 0
    while pks := _next(reached):
        with pace.batch(), transaction.atomic():
            cases = [
                case for case in engine.lock(pks).values() if case.rung < rung and case.unsettled
            ]
            _take_rung(machine, cases, rung, by=CLOCK, day=today, at=now)
        done += len(cases)
        if not cases:
            break
    return done


def _take_rung(
    machine: Machine,
    cases: Sequence[Case],
    rung: int,
    *,
    by: Actor,
    day: date,
    at: datetime,
    reason: str = "",
) -> None:
    moves = [
        Move(case, {"rung": max(rung, case.rung)}, {"rung_taken": rung}, day) for case in cases
    ]
    engine.take(machine, "rung", moves, by=by, at=at, request_id=uuid7(), reason=reason)
    posting.post(
        machine,
        [
            Change(
                case,
                None,
                day,
                posting.lines_of(case),
                case.due_on,
                case.settled_on,
                flows=[(RUNG_FLOWS[rung], day)],
            )
            for case in cases
        ],
        at=at,
        batch_id=None,
    )
    answering = told.units_of(cases, PartyRole.RECTIFIER)
    told.units(
        [(case, answering.get(case.pk) or [case.unit_id]) for case in cases],
        f"loop.{RUNG_FLOWS[rung]}",
        at=at,
    )


def _propose(
    machine: Machine, version: int, rules: settings.Rules, today: date, now: datetime, pace: Pace
) -> int:
    """Draft the highest rung that lateness has reached, once per case and rung."""
    drafted = 0
    for rung in range(len(rules.rungs), RUNG_BY_CLOCK_MAX, -1):
        reached = Case.objects.filter(
            _late(machine, version, rules.rungs[rung - 1], today), rung__lt=rung
        ).exclude(pk__in=Proposal.objects.filter(rung__gte=rung).values("case"))
        while pks := _next(reached):
            with pace.batch(), transaction.atomic():
                cases = [case for case in engine.lock(pks).values() if case.unsettled]
                Proposal.objects.bulk_create(
                    (_draft(case, rung, unit, today, now) for case, unit in _assigning(cases)),
                    ignore_conflicts=True,
                )
            drafted += len(cases)
            if not cases:
                break
    return drafted


def _draft(case: Case, rung: int, unit: int, today: date, now: datetime) -> Proposal:
    assert case.due_on
    return Proposal(
        case=case, rung=rung, drafted_at=now, unit_id=unit, days_late=(today - case.due_on).days
    )


def _assigning(cases: Sequence[Case]) -> Iterable[tuple[Case, int]]:
    """Each case with the unit whose leader decides: the first to assign it, else who reported."""
    assigners = told.units_of(cases, PartyRole.ASSIGNER)
    return [(case, assigners.get(case.pk, [case.unit_id])[-1]) for case in cases]


def decide(proposal: Proposal, *, approve: bool, by: Actor, at: datetime, reason: str = "") -> None:
    """A leader takes the proposal up, or dismisses it with a reason."""
    if not approve and not reason.strip():
        raise ReasonMissing
    status = Proposal.Status.APPROVED if approve else Proposal.Status.DISMISSED
    hit = Proposal.objects.filter(pk=proposal.pk, status=Proposal.Status.DRAFTED).update(
        status=status, decided_at=at, decided_by=by.user_id, reason=reason
    )
    if not hit:
        raise ProposalRefused(reason=_("it was decided before"))
    _audit(proposal, "approve" if approve else "dismiss", by, at, reason)


def carry_out(proposal: Proposal, *, on: date, paper_number: str, by: Actor, at: datetime) -> None:
    """The talk was held, or the paper issued: now the rung is taken and the fact counts."""
    machine = machines()[proposal.case.kind]
    if on > timezone.localdate(at):
        raise ProposalRefused(reason=_("the day lies ahead; enter it once it has happened"))
    if proposal.rung > RUNG_BY_CLOCK_MAX + 1 and not paper_number.strip():
        raise ProposalRefused(reason=_("enter the number of the paper that was issued"))
    hit = Proposal.objects.filter(pk=proposal.pk, status=Proposal.Status.APPROVED).update(
        status=Proposal.Status.CARRIED_OUT, carried_out_on=on, paper_number=paper_number
    )
    if not hit:
        raise ProposalRefused(reason=_("a leader must approve it first"))
    case = engine.lock([proposal.case_id])[proposal.case_id]
    if case.is_open:
        _take_rung(machine, [case], proposal.rung, by=by, day=on, at=at, reason=paper_number)
    if proposal.rung == talks.RUNG and case.state != "void":
        proposal.case, proposal.carried_out_on = case, on
        talks.post([proposal], at=at)
    _audit(proposal, "carry_out", by, at, paper_number)


def _audit(proposal: Proposal, action: str, by: Actor, at: datetime, reason: str) -> None:
    trail.record(
        [trail.Entry(f"proposal.{action}", "proposal", str(proposal.pk), reason=reason)],
        by=by,
        at=at,
    )
