"""The ladder's upper rungs: what the clock drafts, a leader decides and somebody carries out."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.loop import engine, ladder
from anlan.kernel.loop.models import Proposal


def _proposal(pk: UUID, by: Actor, at: datetime) -> Proposal:
    """A proposal on a case that the person may decide; else what isn't there."""
    proposal = Proposal.objects.select_related("case").filter(pk=pk).first()
    if proposal is None:
        raise NotFound
    policy.access(Hazard.objects.all(), "hazard.propose", by, proposal.case_id, at=at)
    return proposal


@transaction.atomic(durable=True)
def decide_proposal(
    pk: UUID, *, approve: bool, by: Actor, request_id: UUID, at: datetime, reason: str = ""
) -> UUID:
    """A leader takes a drafted talk, circular or accountability up, or dismisses it."""
    proposal = _proposal(pk, by, at)
    given = {"pk": str(pk), "approve": approve, "reason": reason}
    if engine.once(request_id, "hazard.propose", by, given, at) is None:
        ladder.decide(proposal, approve=approve, by=by, at=at, reason=reason)
        engine.answered(request_id, [pk])
    return pk


@transaction.atomic(durable=True)
def carry_out(
    pk: UUID, *, on: date, paper_number: str, by: Actor, request_id: UUID, at: datetime
) -> UUID:
    """The talk was held, or the paper issued: now the rung is taken and the fact counts."""
    proposal = _proposal(pk, by, at)
    given = {"pk": str(pk), "on": on, "paper_number": paper_number}
    if engine.once(request_id, "hazard.carry_out", by, given, at) is None:
        ladder.carry_out(proposal, on=on, paper_number=paper_number, by=by, at=at)
        engine.answered(request_id, [pk])
    return pk
