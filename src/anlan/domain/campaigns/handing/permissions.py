"""Who sees a unit's copy of what was handed out, and who works on it.

a copy   seen by its unit, by those who work in its area or above it, and by the office that handed
         it out; worked on by its unit alone. What was handed out goes by its campaign.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.domain.lists.permissions import own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import SEES


def _view(paper: str) -> Rule:
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
            parts.append(Q(**{f"{paper}__campaign__unit__in": keeps}))
        return reduce(or_, parts) if parts else NOTHING

    return view


def _fill(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    return Q(unit__in=units) if units else NOTHING


RULES: dict[str, Rule] = {
    "checklists.view": _view("checklist"),
    "checklists.fill": _fill,
    "tallies.view": _view("tally"),
    "tallies.fill": _fill,
}
