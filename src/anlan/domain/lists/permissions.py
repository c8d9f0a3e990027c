"""Who may do what with problem lists.

a kind of list     read by whoever works in its area or below; kept by the committee office or
                   department of its area that made it.
an item            seen by those in charge of its place and by units that have a part in it;
                   checked by those in charge who are not of the unit that rectified it.
a promotion        asked for by whoever may judge the hazard; decided by office and leader in
                   charge of it, as its kind says, never by who asked.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.domain.hazards.permissions import JUDGES, SEES, in_charge, party
from anlan.domain.lists.models import Elsewhere
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import BUSINESS_ROLES, Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.loop.models import Party, PartyRole

#: Who signs, rectifies and answers for a unit: on these lists that is mostly a department.
ANSWERS = (Role.RECTIFIER, Role.OFFICE, Role.LEADER, Role.INSPECTOR)
LEADS = (Role.OFFICE, Role.LEADER)


def own_paths(by: Actor, roles: tuple[Role, ...]) -> list[str]:
    """Areas of posts in these roles that are not limited to a firm; the empty one is the nation."""
    wanted = {str(role) for role in roles}
    return sorted(
        {
            grant.path
            for grant in held.grants(by)
            if grant.role in wanted and grant.enterprise is None
        }
    )


def above_or_at(paths: list[str], prefix: str = "") -> Q:
    """Rows whose area is one of these or lies above one of them."""
    ids = {pk for path in paths for pk in ancestors(path)}
    parts = [Q(**{f"{prefix}area__in": sorted(ids)}), Q(**{f"{prefix}area__level": 0})]
    return reduce(or_, parts)


def kind_view(by: Actor) -> Q:
    """Kinds of one's own areas, of those above, and of those below."""
    paths = own_paths(by, SEES) or []
    firms = policy.units_of(by, ANSWERS)
    if "" in paths:
        return EVERYTHING
    parts = [below(path) for path in paths]
    if paths:
        parts.append(above_or_at(paths))
    elif firms and policy.has_role(by, BUSINESS_ROLES):
        # A firm or grid worker reads the kind of an item that it has a part in, through the item.
        return NOTHING
    return reduce(or_, parts) if parts else NOTHING


def kind_edit(by: Actor) -> Q:
    units = policy.units_of(by, LEADS)
    return Q(unit__in=units) if units and own_paths(by, LEADS) else NOTHING


def elsewhere(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    if not units:
        return NOTHING
    return Q(case__in=Elsewhere.objects.filter(unit__in=units).values("item"))


def view(by: Actor) -> Q:
    return in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)) | elsewhere(by)


def judge(by: Actor) -> Q:
    return in_charge(by, *JUDGES)


def rectify(by: Actor) -> Q:
    return party(by, ANSWERS, PartyRole.RECTIFIER)


def check(by: Actor) -> Q:
    """Those in charge, unless it was their own unit that rectified."""
    rule = judge(by)
    units = policy.units_of(by, ANSWERS)
    if rule == NOTHING or not units:
        return rule
    own = Party.objects.filter(unit__in=units, until=None, role=PartyRole.RECTIFIER)
    return rule & ~Q(case__in=own.values("case"))


def promotions(by: Actor, *roles: Role) -> Q:
    return policy.scope(by, roles, prefix="hazard__case__")


RULES: dict[str, Rule] = {
    "listkind.view": kind_view,
    "listkind.make": lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "listkind.edit": kind_edit,
    # On the hazard.
    "hazard.promote": judge,
    "promotion.view": lambda by: promotions(by, *SEES),
    "promotion.decide": lambda by: promotions(by, *LEADS),
    "lists.view": view,
    "lists.enter": lambda by: in_charge(by, *LEADS),
    "lists.assign": judge,
    "lists.receive": lambda by: party(by, ANSWERS),
    "lists.rectify": rectify,
    "lists.ask": judge,
    "lists.answer": elsewhere,
    "lists.apply": judge,
    "lists.accept": check,
    "lists.reject": check,
    "lists.evaluate": check,
    "lists.analyse": judge,
    "lists.state": lambda by: judge(by) | rectify(by),
    "lists.close": check,
    "lists.void": lambda by: in_charge(by, *LEADS),
}
