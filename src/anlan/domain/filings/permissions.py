"""Who may do what with forms and filings.

a form      seen by offices of its area, above and below it, and by units that owe it; made by
            offices of an area; changed by office and leader of the unit that wants it.
an item     seen as forms are; made by whoever makes forms.
a filing    seen by those in charge of its place, by its unit, by units on its way up and by the
            unit that wants it; filled in by its unit, checked there by somebody else, reviewed by
            the units above it, received by the unit that wants it, never by whoever filed it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.filings.models import Filing
from anlan.domain.lists.permissions import ANSWERS, LEADS, above_or_at, own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.rights import in_charge, party


def _near(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    return reduce(or_, [*map(below, paths), above_or_at(paths)]) if paths else NOTHING


def form_view(by: Actor) -> Q:
    near = _near(by)
    units = policy.units_of(by, (*SEES, Role.RECTIFIER))
    if not units or near == EVERYTHING:
        return near
    return near | Q(pk__in=Filing.objects.filter(unit__in=units).values("form"))


def form_edit(by: Actor) -> Q:
    units = policy.units_of(by, LEADS)
    return Q(unit__in=units) if units else NOTHING


def _makes(by: Actor) -> Q:
    return EVERYTHING if own_paths(by, LEADS) and policy.units_of(by, LEADS) else NOTHING


def view(by: Actor) -> Q:
    return in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)) | _wanted_by(by, SEES)


def _wanted_by(by: Actor, roles: tuple[Role, ...]) -> Q:
    units = policy.units_of(by, roles)
    return Q(form__unit__in=units) if units else NOTHING


def fill(by: Actor) -> Q:
    return party(by, ANSWERS, PartyRole.RECTIFIER)


def review(by: Actor) -> Q:
    return party(by, JUDGES, PartyRole.ASSIGNER)


def receive(by: Actor) -> Q:
    """The unit that wants it; what it owes itself nobody but others receives."""
    rule = _wanted_by(by, JUDGES)
    units = policy.units_of(by, JUDGES)
    if rule == NOTHING:
        return rule
    own = Party.objects.filter(unit__in=units, until=None, role=PartyRole.RECTIFIER)
    return rule & ~Q(case__in=own.values("case"))


RULES: dict[str, Rule] = {
    "forms.view": form_view,
    "forms.make": _makes,
    "forms.edit": form_edit,
    "items.view": _near,
    "items.make": _makes,
    "filings.view": view,
    "filings.file": fill,
    "filings.check": fill,
    "filings.review": review,
    "filings.return": lambda by: review(by) | receive(by),
    "filings.receive": receive,
    "filings.ask_extension": fill,
    "filings.decide_extension": receive,
}
