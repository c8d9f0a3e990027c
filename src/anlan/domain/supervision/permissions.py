"""Who may do what with supervision's papers: each rule a filter over Paper, or over hazards."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.hazards.permissions import JUDGES, SEES, in_charge, party
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.loop.models import PartyRole

OFFICE = (Role.OFFICE, Role.LEADER)
#: Who signs and answers for the unit that a paper was sent to.
ANSWERS = (*JUDGES, Role.RECTIFIER)


def view(by: Actor) -> Q:
    """Who answers for the receiver's area, and whoever has a part in it."""
    return in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER))


def sent(by: Actor) -> Q:
    """Papers of the offices where one works."""
    units = policy.units_of(by, OFFICE)
    return Q(office__in=units) if units else policy.NOTHING


def led(by: Actor) -> Q:
    units = policy.units_of(by, (Role.LEADER,))
    return Q(office__in=units) if units else policy.NOTHING


RULES: dict[str, Rule] = {
    "paper.view":    lambda by: view(by) | sent(by),
    "paper.issue":   lambda by: in_charge(by, *OFFICE),
    "paper.receive": lambda by: party(by, ANSWERS),
    "paper.reply":   lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "paper.comment": lambda by: party(by, ANSWERS, PartyRole.SUPERVISOR),
    "paper.judge":   sent,
    "paper.decide":  led,
}  # fmt: skip
