"""Who may do what with papers.

a paper     while it is written: read by the unit that writes it and by those asked to countersign;
            once given out: by the units it went to as well. Written by office, leader and
            department of the unit; signed by its leader or office, and never by who wrote it.
numbers     taken by the unit's office, and seen by everybody of the unit who reads papers.
"""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.lists.permissions import LEADS, own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES

RECEIVES = (*SEES, Role.RECTIFIER)


def _kept(by: Actor, roles: tuple[Role, ...]) -> Q:
    if by.trusted:
        return EVERYTHING
    units = policy.units_of(by, roles)
    return Q(case__unit__in=units) if units else NOTHING


def _asked(by: Actor, roles: tuple[Role, ...]) -> Q:
    """Papers that a unit of theirs is asked to countersign."""
    from anlan.domain.bulletins.models import Countersign

    units = policy.units_of(by, roles)
    if not units:
        return NOTHING
    return Q(pk__in=Countersign.objects.filter(unit__in=units).values("paper"))


def _given(by: Actor, roles: tuple[Role, ...]) -> Q:
    from anlan.domain.bulletins.models import Delivery

    units = policy.units_of(by, roles)
    if not units:
        return NOTHING
    return Q(pk__in=Delivery.objects.filter(unit__in=units).values("paper"))


def view(by: Actor) -> Q:
    return _kept(by, SEES) | _asked(by, JUDGES) | _given(by, RECEIVES)


def _answers_somewhere(by: Actor, roles: tuple[Role, ...]) -> Q:
    """Whoever answers for an area; which one is the scope's to hold (scope.py)."""
    return EVERYTHING if by.trusted or own_paths(by, roles) else NOTHING


def _units(by: Actor, roles: tuple[Role, ...]) -> Q:
    """Rows of one's own units: words of numbers, templates."""
    if by.trusted:
        return EVERYTHING
    units = policy.units_of(by, roles)
    return Q(unit__in=units) if units else NOTHING


RULES: dict[str, Rule] = {
    "bulletins.view":        view,
    "bulletins.make":        lambda by: _answers_somewhere(by, JUDGES),
    "bulletins.situation":   lambda by: _answers_somewhere(by, SEES),
    "bulletins.edit":        lambda by: _kept(by, JUDGES),
    "bulletins.countersign": lambda by: _asked(by, JUDGES),
    "bulletins.sign":        lambda by: _kept(by, LEADS),
    "bulletins.number":      lambda by: _kept(by, (Role.OFFICE,)),
    "bulletins.receive":     lambda by: _given(by, RECEIVES),
    "paper_numbers.view":    lambda by: _units(by, SEES),
    "paper_layouts.edit":    lambda by: _units(by, (Role.OFFICE,)),
}  # fmt: skip
