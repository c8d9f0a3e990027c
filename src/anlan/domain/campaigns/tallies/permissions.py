"""Who sees a unit's table and lists, and who writes them; a campaign's keeper lays them down.

a copy   seen by its unit, by those who work in its area or above it, and by the office that handed
         it out; written by its unit alone.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.domain.hazards.permissions import SEES
from anlan.domain.lists.permissions import own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule


def view(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if by.trusted or "" in paths:
        return EVERYTHING
    own = policy.units_of(by, (*SEES, Role.RECTIFIER))
    keeps = policy.units_of(by, LEADS)
    parts = [below(path) for path in paths]
    if own:
        parts.append(Q(unit__in=own))
    if keeps:
        parts.append(Q(tally__campaign__unit__in=keeps))
    return reduce(or_, parts) if parts else NOTHING


def fill(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    return Q(unit__in=units) if units else NOTHING


RULES: dict[str, Rule] = {"tallies.view": view, "tallies.fill": fill}
