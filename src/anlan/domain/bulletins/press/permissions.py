"""Who may do what with the bank of questions and the register of publications.

a question      its unit's own: read by everybody of it who reads papers, written by office, leader
                and department.
a publication   read in the area of the unit that entered it, above and below it; entered and taken
                back by office, leader or department of the unit.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES, above_or_at, own_paths


def _units(by: Actor, roles: tuple[Role, ...]) -> Q:
    if by.trusted:
        return EVERYTHING
    units = policy.units_of(by, roles)
    return Q(unit__in=units) if units else NOTHING


def _near(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if by.trusted or "" in paths:
        return EVERYTHING
    return reduce(or_, [*map(below, paths), above_or_at(paths)]) if paths else NOTHING


def _makes(by: Actor) -> Q:
    return EVERYTHING if own_paths(by, JUDGES) else NOTHING


RULES: dict[str, Rule] = {
    "press_questions.view": lambda by: _units(by, SEES),
    "press_questions.make": _makes,
    "press_questions.edit": lambda by: _units(by, JUDGES),
    "publications.view": lambda by: _near(by) | _units(by, SEES),
    "publications.make": _makes,
    "publications.edit": lambda by: _units(by, JUDGES),
}
