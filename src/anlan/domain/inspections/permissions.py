"""Who makes a sweep, who sees it, and who visits which of its subjects."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.domain.inspections.models import SweepSector
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule

SEES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.GRID, Role.DUTY, Role.VIEWER)
VISITS = (Role.OFFICE, Role.INSPECTOR, Role.GRID)
MAKES = (Role.OFFICE, Role.LEADER)
WATCHES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DUTY, Role.VIEWER)


def grants(by: Actor, roles: tuple[Role, ...] = SEES) -> list[Grant]:
    """Posts over areas; one over a single firm takes no part in sweeps."""
    return [each for each in held.grants(by) if each.role in roles and each.enterprise is None]


def sweep_view(by: Actor) -> Q:
    """Sweeps of one's own areas and of the areas around them, as far as one's sectors are in."""
    if by.trusted:
        return EVERYTHING
    parts = []
    for each in grants(by):
        place = Q(area_id__in=ancestors(each.path)) if each.path else EVERYTHING
        if each.path:
            place |= below(each.path)
        if each.sector is not None:
            said = SweepSector.objects.all()
            place &= ~Q(pk__in=said.values("sweep")) | Q(
                pk__in=said.filter(sector=each.sector).values("sweep")
            )
        parts.append(place)
    return reduce(or_, parts) if parts else NOTHING


def sweep_make(by: Actor) -> Q:
    """Sweeps that lie within the areas of one's committee office."""
    if by.trusted:
        return EVERYTHING
    wide = [each for each in grants(by, MAKES) if each.sector is None]
    return policy.compiled(wide)


def own(by: Actor) -> Q:
    """Plans of the units at which one is the safety officer."""
    if by.trusted:
        return EVERYTHING
    units = policy.units_of(by, (Role.RECTIFIER,))
    return Q(unit_id__in=units) if units else NOTHING


def own_firms(by: Actor) -> list[tuple[int, int]]:
    """The enterprises (id) that one answers for, each with the unit that it answers as."""
    found = {
        (each.enterprise, each.unit_id)
        for each in held.grants(by)
        if each.role == Role.RECTIFIER and each.enterprise is not None
    }
    return sorted(found)


RULES: dict[str, Rule] = {
    "sweep.view": sweep_view,
    "sweep.make": sweep_make,
    # Over the subjects of sweeps.
    "target.view": lambda by: policy.scope(by, SEES),
    "target.visit": lambda by: policy.scope(by, VISITS),
    # Over the plans of enterprises' own checks.
    "selfcheck.view": lambda by: policy.scope(by, WATCHES) | own(by),
    "selfcheck.do": own,
    # What others found there; over cases, plans and whatever has an area, sector and enterprise.
    "selfcheck.watch": lambda by: policy.scope(by, WATCHES),
    "nilrule.set": sweep_make,
}


def may_make_in(by: Actor, path: str) -> bool:
    """Whether ``by`` may make a sweep of this area; asked before there is a row."""
    return by.trusted or any(
        path.startswith(each.path) for each in grants(by, MAKES) if each.sector is None
    )


def watches(by: Actor, path: str) -> bool:
    """Whether an area is among those whose enterprises' own checks ``by`` looks at."""
    return by.trusted or any(path.startswith(each.path) for each in grants(by, WATCHES))
