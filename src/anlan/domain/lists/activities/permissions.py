"""Who may do what with the register of new activities.

an activity   read in the area of the office that keeps it, above and below it, and by the unit
              named to regulate it; entered, assigned and ended by that office or its leader; taken
              on or disputed by the unit named; a dispute decided by who keeps it, unless they sit
              in the unit that disputes it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.lists.permissions import ANSWERS, LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import SEES, above_or_at, own_paths


def view(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if by.trusted or "" in paths:
        return EVERYTHING
    parts = [below(path) for path in paths]
    if paths:
        parts.append(above_or_at(paths))
    if units := policy.units_of(by, (*SEES, *ANSWERS)):
        parts.append(Q(regulator__in=units) | Q(unit__in=units))
    return reduce(or_, parts) if parts else NOTHING


def edit(by: Actor) -> Q:
    units = policy.units_of(by, LEADS)
    return Q(unit__in=units) if units else NOTHING


def answer(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    return Q(regulator__in=units) if units else NOTHING


def decide(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    rule = edit(by)
    return rule & ~Q(regulator__in=units) if rule != NOTHING and units else rule


RULES: dict[str, Rule] = {
    "activities.view": view,
    "activities.make": lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "activities.edit": edit,
    "activities.answer": answer,
    "activities.decide": decide,
}
