"""Who may do what with a hazard: each rule a filter over Hazard."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role, Unit
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import Listing, PartyRole
from anlan.kernel.loop.rights import in_charge, party, reported


def view(by: Actor) -> Q:
    return (
        in_charge(by, *SEES)
        | party(by, (*SEES, Role.RECTIFIER))
        | reported(by, Role.GRID, Role.RECTIFIER, Role.DUTY)
    )


def judge(by: Actor) -> Q:
    return in_charge(by, *JUDGES)


def rectify(by: Actor) -> Q:
    return party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER)


def lead(by: Actor) -> Q:
    return in_charge(by, Role.OFFICE, Role.LEADER)


def delist(by: Actor) -> Q:
    """Who leads there may ask; of what is asked for, only the level that listed it decides."""
    units = policy.units_of(by, (Role.OFFICE, Role.LEADER))
    if by.trusted or not units:
        return lead(by)
    asked = Listing.objects.filter(status=Listing.Status.DELISTING)
    own = Unit.objects.filter(pk__in=units)
    others = asked.exclude(level__in=own.values("area__level")).exclude(supervisor__in=units)
    return lead(by) & ~Q(case__in=others.values("case"))


def decide(by: Actor) -> Q:
    return in_charge(by, Role.LEADER)


RULES: dict[str, Rule] = {
    "hazard.view":      view,
    # A firm reads where it was reported, and not what else that register holds.
    "hazard.rows":      lambda by: in_charge(by, *SEES),
    "hazard.numbers":   lambda by: in_charge(by, *JUDGES, Role.DUTY),
    "hazard.find":      lambda by: in_charge(by, *JUDGES, Role.DUTY, Role.GRID)
                                   | party(by, (Role.RECTIFIER,)),
    "hazard.assign":    judge,
    "hazard.hand_over": lambda by: judge(by) | rectify(by),
    "hazard.receive":   lambda by: party(by, (Role.RECTIFIER, *JUDGES)),
    "hazard.rectify":   rectify,
    "hazard.urge":      lambda by: judge(by) | party(by, JUDGES, PartyRole.ASSIGNER),
    "hazard.verify":    judge,
    "hazard.reject":    judge,
    "hazard.review":    lambda by: party(by, JUDGES),
    "hazard.close":     judge,
    "hazard.look_back": judge,
    "hazard.void":      lead,
    "hazard.merge":     lead,
    "hazard.split":     lead,
    "hazard.move":      lead,
    "hazard.amend":     judge,
    "hazard.grade":     judge,
    "hazard.suspend":   decide,
    "hazard.ask_extension":    rectify,
    "hazard.decide_extension": decide,
    "hazard.list":      lead,
    "hazard.delist":    delist,
    "hazard.export":    view,
    "hazard.import":    lambda by: in_charge(by, Role.OFFICE, Role.INSPECTOR),
    "hazard.propose":   decide,
    "batches.view":     lambda by: Q(unit__in=policy.units_of(by, (Role.OFFICE, Role.INSPECTOR))),
}  # fmt: skip
