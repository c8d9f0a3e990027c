"""Who may do what with supervision's papers: each rule a filter over Paper, or over hazards."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards.permissions import view as hazard_view
from anlan.domain.supervision.models import DirectCopy
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import BUSINESS_ROLES, Role, Unit, UnitKind
from anlan.kernel.accounts.policy import Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import Listing, PartyRole
from anlan.kernel.loop.rights import in_charge, party
from anlan.kernel.loop.rights import reported as found

OFFICE = (Role.OFFICE, Role.LEADER)
#: Who signs and answers for the unit that a paper was sent to.
ANSWERS = (*JUDGES, Role.RECTIFIER)


def view(by: Actor) -> Q:
    """Who answers for the receiver's area, and whoever has a part in it."""
    return in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER))


def sent(by: Actor) -> Q:
    """Papers of the offices where one works, or of those that ended and left them theirs."""
    units = policy.units_of(by, OFFICE)
    if not units:
        return policy.NOTHING
    return Q(office__in=units) | party(by, OFFICE, PartyRole.ASSIGNER)


def led(by: Actor) -> Q:
    units = policy.units_of(by, (Role.LEADER,))
    if not units:
        return policy.NOTHING
    return Q(office__in=units) | party(by, (Role.LEADER,), PartyRole.ASSIGNER)


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


def reports_directly(by: Actor) -> Q:
    """Whoever found it or deals with it, at any tier."""
    return (
        in_charge(by, *JUDGES, Role.DUTY)
        | party(by, ANSWERS)
        | found(by, Role.GRID, Role.RECTIFIER, Role.DUTY)
    )


def receives_directly(by: Actor) -> Q:
    """Hazards of which a direct report went to an office where one works."""
    units = policy.units_of(by, (*OFFICE, Role.DUTY))
    if not units:
        return policy.NOTHING
    copies = DirectCopy.objects.filter(unit__in=units)
    return Q(pk__in=copies.values("report"))


@policy.asking
def terms_edit(by: Actor) -> Q:
    """The head of the topmost committee office: it holds for every area below."""
    wide = [
        grant
        for grant in held.grants(by)
        if grant.role == Role.LEADER and grant.sector is None and grant.enterprise is None
    ]
    offices = Unit.objects.filter(kind=UnitKind.COMMITTEE_OFFICE).valid_on(policy.today_of(by))
    own = offices.filter(pk__in={grant.unit_id for grant in wide})
    led = set(own.values_list("pk", flat=True)) if wide else set()
    paths = [grant.path for grant in wide if grant.unit_id in led]
    top = by.trusted or any(not offices.exclude(below(path)).exists() for path in paths)
    return policy.EVERYTHING if top else policy.NOTHING


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
    "listed.report":   reports_directly,
    "listed.receive":  receives_directly,
    "listed.dual":     lambda by: in_charge(by, *JUDGES)
                                  | party(by, (Role.RECTIFIER,), PartyRole.RECTIFIER),
    "listed.double":   lambda by: in_charge(by, *JUDGES),
    "terms.view":      policy.by_role(*BUSINESS_ROLES),
    "terms.edit":      terms_edit,
    "escalation.view":   escalations,
    "escalation.decide": asked,
}  # fmt: skip
