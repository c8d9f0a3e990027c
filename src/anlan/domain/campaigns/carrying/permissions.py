"""Who may do what with hearings and duty letters; bodies, goals and elements go by the campaign.

a plan         given to a body only where its tasks could be shown to others: by the unit that
               wrote it, or that leads its whole area, in its sector.

a hearing      read by those in charge of its area: its papers are a meeting's own. Written by the
               office that keeps the campaign.
a duty letter  a draft by the unit that draws it up alone; once sent out, by those in charge of its
               area and by the units that are to sign it. Signed by those units, or put on record
               by the office that drew it up, where it was signed on paper.
"""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.domain.lists.permissions import own_paths
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import SEES
from anlan.kernel.loop.rights import in_charge, party


def _kept(by: Actor) -> Q:
    units = policy.units_of(by, LEADS)
    return Q(case__unit__in=units) if units else NOTHING


def hearing_view(by: Actor) -> Q:
    return in_charge(by, *SEES) | _kept(by)


def entrust(by: Actor) -> Q:
    """Whoever sits in a body sees its plans' tasks: nobody hands on what lies not in his hands."""
    units = policy.units_of(by, LEADS)
    lands = [each for each in held.grants(by) if each.role in LEADS and each.enterprise is None]
    return policy.compiled(lands) | (Q(unit__in=units) if units else NOTHING)


def letter_view(by: Actor) -> Q:
    others = in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER))
    out = Q(case__state__in=("signing", "signed", "ended"))
    return (others & out if others != NOTHING else NOTHING) | _kept(by)


def letter_sign(by: Actor) -> Q:
    mine = party(by, ANSWERS)
    out = Q(case__state="signing")
    return (mine & out if mine != NOTHING else NOTHING) | _kept(by)


CARRYING: dict[str, Rule] = {
    "plans.entrust":       entrust,
    "hearings.view":       hearing_view,
    "hearings.edit":       _kept,
    "duty_letters.view":   letter_view,
    "duty_letters.make":   lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "duty_letters.edit":   _kept,
    "duty_letters.sign":   letter_sign,
}  # fmt: skip
