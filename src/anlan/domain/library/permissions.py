"""Who may do what with the library.

a text     read in the area of the office that keeps it, above and below it, once an edition stands;
           drafts by the keeper's own people. Written by office, leader or department of the unit.
a set      of items: read as a text is, written by the unit that made it.
a link     made by whoever reads the text, works at an office or department, and sees the case.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import above_or_at, own_paths

WRITES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)
SEES = (*WRITES, Role.DUTY, Role.VIEWER)
READS = (*SEES, Role.RECTIFIER, Role.GRID)


def _reach(by: Actor) -> Q:
    """Of one's own areas and below; of a place where somebody works, and above it."""
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    roles = {str(role) for role in READS}
    at = sorted({grant.path for grant in held.grants(by) if grant.role in roles and grant.path})
    parts = [below(path) for path in paths]
    if at:
        parts.append(above_or_at(at))
    return reduce(or_, parts) if parts else NOTHING


def _kept(by: Actor, roles: tuple[Role, ...]) -> Q:
    units = policy.units_of(by, roles)
    return Q(unit__in=units) if units else NOTHING


def text_view(by: Actor) -> Q:
    reach = _reach(by)
    if reach == NOTHING:
        return _kept(by, SEES)
    return reach & Q(first_on__isnull=False) | _kept(by, SEES)


def text_link(by: Actor) -> Q:
    return text_view(by) if policy.units_of(by, WRITES) else NOTHING


def set_view(by: Actor) -> Q:
    return _reach(by) | _kept(by, SEES)


def _makes(by: Actor) -> Q:
    return EVERYTHING if own_paths(by, WRITES) else NOTHING


RULES: dict[str, Rule] = {
    "laws.view": text_view,
    "laws.make": _makes,
    "laws.drafts": lambda by: _kept(by, SEES),
    "laws.edit": lambda by: _kept(by, WRITES),
    "laws.link": text_link,
    "rulesets.view": set_view,
    "rulesets.make": _makes,
    "rulesets.edit": lambda by: _kept(by, WRITES),
}
