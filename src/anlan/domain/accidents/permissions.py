"""Who may do what with accidents.

an accident     seen by those in charge of its area and sector, by units that have a part in it and
                by whoever reported it; supplemented by those who judge there, the duty desk
                and the department that reported it;
                concluded, moved and voided by office and leader.
its scope       changed in two steps: asked for by office or leader, decided by another of them.
control targets, outputs  read in their area, below it and above it; set by office and leader,
                whose post is of every sector, for their own areas.
what follows    seen by those in charge and by the unit that is told; answered by that unit; judged
                by those in charge, never by who answered nor by anybody of its unit.
imports, mappings  seen by office and leader of the unit that sent or saved them.
what is suspected of its reporting  seen by those in charge alone, not by who reported it.
names           of the dead and injured: office, leader and duty desk in charge; each look is on
                record.
"""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.accidents.models import Wish
from anlan.domain.lists.permissions import ANSWERS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES, around, own_paths, within
from anlan.kernel.loop.rights import in_charge, party, reported
from anlan.kernel.regions.models import Region

LEADS = (Role.OFFICE, Role.LEADER)
#: Who reports first: whoever learns of it at work.
REPORTERS = (*JUDGES, Role.DUTY, Role.GRID, Role.RECTIFIER)


def view(by: Actor) -> Q:
    return (
        in_charge(by, *SEES)
        | party(by, (*SEES, Role.RECTIFIER))
        | reported(by, Role.GRID, Role.RECTIFIER, Role.DUTY)
    )


def edit(by: Actor) -> Q:
    """Who reported it as well: of an accident whose sector nobody has said yet, a department of
    one sector is in charge of nothing, and knows most.
    """
    return in_charge(by, *JUDGES, Role.DUTY) | party(by, (*JUDGES, Role.DUTY))


def lead(by: Actor) -> Q:
    return in_charge(by, *LEADS)


def decide(by: Actor) -> Q:
    """Office and leader, but for what they asked for themselves."""
    rule = in_charge(by, *LEADS)
    if by.trusted or by.user_id is None:
        return rule
    own = Wish.objects.filter(granted=None, asked_by=by.user_id)
    return rule & ~Q(case__in=own.values("accident"))


def _words(by: Actor, roles: tuple[Role, ...]) -> Q:
    """Of one's own areas, whatever the sector: what a source tells has none yet."""
    return EVERYTHING if by.trusted else within(own_paths(by, roles))


def _set_paths(by: Actor) -> list[str]:
    """Areas for which somebody sets targets: a post of one sector sets none for all of them."""
    return own_paths(by, LEADS, whole=True)


def sets_for(by: Actor, area: Region) -> bool:
    """Whether targets, outputs and terms of that area are theirs to set."""
    return by.trusted or any(area.path.startswith(path) for path in _set_paths(by))


def _set_view(by: Actor) -> Q:
    return EVERYTHING if by.trusted else around(own_paths(by, SEES))


def _set_make(by: Actor) -> Q:
    return EVERYTHING if by.trusted or _set_paths(by) else NOTHING


def _set_edit(by: Actor) -> Q:
    return EVERYTHING if by.trusted else within(_set_paths(by))


def _follows(by: Actor) -> Q:
    """Those in charge of the accident, and the unit that is told."""
    rule = policy.scope(by, SEES, prefix="accident__case__")
    units = policy.units_of(by, ANSWERS)
    return rule | Q(unit__in=units) if units else rule


def _answers(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    return Q(unit__in=units, verdict="", withdrawn_at=None) if units else NOTHING


def _judges(by: Actor) -> Q:
    """Those in charge, who are not of the unit that answers and did not answer themselves."""
    rule = policy.scope(by, JUDGES, prefix="accident__case__")
    if rule == NOTHING or by.trusted or by.user_id is None:
        return rule
    units = policy.units_of(by, ANSWERS)
    return rule & ~Q(unit__in=units) & ~Q(answered_by=by.user_id)


RULES: dict[str, Rule] = {
    "accidents.view":    view,
    "accidents.report":  lambda by: in_charge(by, *JUDGES, Role.DUTY, Role.GRID)
                                    | party(by, (Role.RECTIFIER,)),
    "accidents.edit":    edit,
    "accidents.lead":    lead,
    "accidents.decide":  decide,
    # What is suspected of who reported it is none of theirs to read: a tip-off stands there.
    "accidents.findings": lambda by: in_charge(by, *SEES),
    "accidents.names":   lambda by: in_charge(by, *LEADS, Role.DUTY),
    "inquiries.view":    lambda by: in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)),
    "inquiries.edit":    lambda by: in_charge(by, *JUDGES) | party(by, JUDGES),
    "inquiries.lead":    lambda by: in_charge(by, *LEADS) | party(by, LEADS),
    "words.view":        lambda by: _words(by, (*JUDGES, Role.DUTY)),
    "words.edit":        lambda by: _words(by, (*JUDGES, Role.DUTY)),
    "controls.view":     _set_view,
    "controls.make":     _set_make,
    "controls.edit":     _set_edit,
    "followups.view":    _follows,
    "followups.answer":  _answers,
    "followups.judge":   _judges,
    "followups.edit":    lambda by: policy.scope(by, LEADS, prefix="accident__case__"),
    "restartterms.view": _set_view,
    "restartterms.make": _set_make,
    "raisingrules.view": _set_view,
    "raisingrules.make": _set_make,
    "outputs.view":      _set_view,
    "outputs.make":      _set_make,
    "outputs.edit":      _set_edit,
    "accidents.import":  lambda by: in_charge(by, *LEADS),
    "accidentbatches.view": lambda by: Q(unit__in=policy.units_of(by, LEADS)),
    "accidentmappings.view": lambda by: Q(unit__in=policy.units_of(by, LEADS)),
}  # fmt: skip
