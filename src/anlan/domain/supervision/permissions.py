"""Who may do what with supervision's papers: each rule a filter over Paper, or over hazards."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.hazards.permissions import JUDGES, SEES, in_charge, party
from anlan.domain.hazards.permissions import view as hazard_view
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role, Unit
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.loop.models import Listing, PartyRole

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


def holds(by: Actor) -> Q:
    """Hazards whose listing is of a level at whose office one works, or that one supervises."""
    units = policy.units_of(by, OFFICE)
    if by.trusted:
        return policy.EVERYTHING
    if not units:
        return policy.NOTHING
    standing = Listing.objects.filter(status__in=Listing.STANDING)
    levels = Unit.objects.filter(pk__in=units).values("area__level")
    own = standing.filter(Q(level__in=levels) | Q(supervisor__in=units))
    return in_charge(by, *OFFICE) & Q(case__in=own.values("case"))


def asked(by: Actor) -> Q:
    """Escalations that one's office must decide."""
    units = policy.units_of(by, OFFICE)
    return Q(to_unit__in=units) if units else policy.NOTHING


def escalations(by: Actor) -> Q:
    """Those that one's office asked for or decides, and those of hazards in one's areas."""
    units = policy.units_of(by, OFFICE)
    own = Q(from_unit__in=units) | Q(to_unit__in=units) if units else policy.NOTHING
    return own | policy.scope(by, SEES, prefix="hazard__case__")


RULES: dict[str, Rule] = {
    "paper.view":    lambda by: view(by) | sent(by),
    "paper.issue":   lambda by: in_charge(by, *OFFICE),
    "paper.receive": lambda by: party(by, ANSWERS),
    "paper.reply":   lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "paper.comment": lambda by: party(by, ANSWERS, PartyRole.SUPERVISOR),
    "paper.judge":   sent,
    "paper.decide":  led,
    "listed.view":     hazard_view,
    "listed.escalate": holds,
    "listed.send":     holds,
    "listed.log":      lambda by: in_charge(by, *JUDGES),
    "listed.accept":   holds,
    "escalation.view":   escalations,
    "escalation.decide": asked,
}  # fmt: skip
