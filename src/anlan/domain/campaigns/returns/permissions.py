"""Who may do what with reporting duties and the returns that units owe.

a duty     seen by offices of its area, above and below it, and by units that owe its returns;
           made and ended by office and leader of the unit that wants it.
a return   seen by those in charge of its place, by its unit and by the unit that wants it; filed
           by its unit, which also asks for more time; read, and given more time, by the unit
           that wants it, never by whoever filed it or asked.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.models import DutyUnit
from anlan.domain.lists.permissions import ANSWERS, LEADS, above_or_at, own_paths
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.rights import in_charge, party


def duty_view(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    near = reduce(or_, [*map(below, paths), above_or_at(paths)]) if paths else NOTHING
    units = policy.units_of(by, (*SEES, Role.RECTIFIER))
    if not units:
        return near
    return near | Q(pk__in=DutyUnit.objects.filter(unit__in=units).values("duty"))


def duty_edit(by: Actor) -> Q:
    units = policy.units_of(by, LEADS)
    return Q(unit__in=units) if units else NOTHING


def view(by: Actor) -> Q:
    return in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)) | answer(by)


def answer(by: Actor) -> Q:
    """The unit that wants it; what it owes itself others read."""
    units = policy.units_of(by, JUDGES)
    if not units:
        return NOTHING
    own = Party.objects.filter(unit__in=units, until=None, role=PartyRole.RECTIFIER)
    return Q(duty__unit__in=units) & ~Q(case__in=own.values("case"))


RULES: dict[str, Rule] = {
    "duties.view": duty_view,
    "duties.edit": duty_edit,
    "returns.view": view,
    "returns.file": lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "returns.answer": answer,
    "returns.ask_extension": lambda by: party(by, ANSWERS, PartyRole.RECTIFIER),
    "returns.decide_extension": answer,
}
