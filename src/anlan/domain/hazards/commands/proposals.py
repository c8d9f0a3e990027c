"""The ladder's upper rungs: what the clock drafts, a leader decides and somebody carries out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction

from anlan.base.refusal import NotFound
from anlan.domain.hazards.models import Hazard
from anlan.kernel.loop import ladder, plain
from anlan.kernel.loop.models import Proposal
from anlan.kernel.loop.plain import Call, Claim


def _begin(pk: UUID, given: Mapping[str, Any], **call: Unpack[Call]) -> tuple[Proposal, Claim]:
    """A proposal on a case that the person may decide; else what isn't there."""
    proposal = Proposal.objects.select_related("case").filter(pk=pk).first()
    if proposal is None:
        raise NotFound
    hazards, given = Hazard.objects.all(), {"proposal": pk, **given}
    _hazard, claim = plain.begin(hazards, "hazard.propose", proposal.case_id, given, **call)
    return proposal, claim


@transaction.atomic(durable=True)
def decide_proposal(pk: UUID, *, approve: bool, reason: str = "", **call: Unpack[Call]) -> UUID:
    """A leader takes a drafted talk, circular or accountability up, or dismisses it."""
    proposal, claim = _begin(pk, {"approve": approve, "reason": reason}, **call)
    if claim.repeated:
        return claim.answer[0]
    ladder.decide(proposal, approve=approve, by=claim.by, at=claim.at, reason=reason)
    return claim.done(pk)


@transaction.atomic(durable=True)
def carry_out(pk: UUID, *, on: date, paper_number: str, **call: Unpack[Call]) -> UUID:
    """The talk was held, or the paper issued: now the rung is taken and the fact counts."""
    proposal, claim = _begin(pk, {"on": on, "paper_number": paper_number}, **call)
    if claim.repeated:
        return claim.answer[0]
    ladder.carry_out(proposal, on=on, paper_number=paper_number, by=claim.by, at=claim.at)
    return claim.done(pk)
