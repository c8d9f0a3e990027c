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
from anlan.base.paths import below
from anlan.domain.lists.models import Elsewhere
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import BUSINESS_ROLES, Role, Unit, UnitKind
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule
from anlan.kernel.accounts.reach import JUDGES, SEES
from anlan.kernel.accounts.reach import above_or_at as above_or_at
from anlan.kernel.accounts.reach import own_paths as own_paths
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.rights import in_charge, party

#: Who signs, rectifies and answers for a unit: on these lists that is mostly a department.
ANSWERS = (Role.RECTIFIER, Role.OFFICE, Role.LEADER, Role.INSPECTOR)
LEADS = (Role.OFFICE, Role.LEADER)


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


def tell(by: Actor) -> Q:
    """Units of one's own areas: nobody gives other places work."""
    paths = own_paths(by, JUDGES)
    if "" in paths:
        return EVERYTHING
    return reduce(or_, [below(path) for path in paths]) if paths else NOTHING


def promotions(by: Actor, *roles: Role) -> Q:
    return policy.scope(by, roles, prefix="hazard__case__")


def _top(by: Actor) -> bool:
    """Whether ``by`` heads the topmost committee office: none lies outside its area."""
    offices = Unit.objects.filter(kind=UnitKind.COMMITTEE_OFFICE).valid_on(policy.today_of(by))
    led = {
        grant.unit_id: grant.path
        for grant in held.grants(by)
        if grant.role == Role.LEADER and grant.sector is None and grant.enterprise is None
    }
    paths = [led[pk] for pk in offices.filter(pk__in=led).values_list("pk", flat=True)]
    return any(not path or not offices.exclude(below(path)).exists() for path in paths)


@policy.asking
def settings_edit(by: Actor) -> Q:
    return EVERYTHING if by.trusted or _top(by) else NOTHING


def _units(by: Actor) -> Q:
    """One's own units, those under them, and, for posts of every sector, those of the area."""
    own = policy.units_of(by, SEES)
    wide = {
        grant.path
        for grant in held.grants(by)
        if grant.role in SEES and grant.sector is None and grant.enterprise is None
    }
    if "" in wide:
        return EVERYTHING
    parts = [below(path) for path in sorted(wide)]
    mine = policy.units_of(by, (*SEES, Role.RECTIFIER))
    if mine:
        parts.append(Q(pk__in=mine) | Q(parent__in=own))
    return reduce(or_, parts) if parts else NOTHING


def library_view(by: Actor) -> Q:
    """Cases shown in one's own areas, in an area above, or in one below."""
    paths = own_paths(by, (*SEES, Role.RECTIFIER, Role.GRID))
    if not paths:
        return _firms_library(by)
    if "" in paths:
        return EVERYTHING
    return reduce(or_, [*(below(path) for path in paths), above_or_at(paths)])


def _firms_library(by: Actor) -> Q:
    """A firm's safety officer answers for a firm, and reads what is shown where it lies."""
    paths = sorted({grant.path for grant in held.grants(by) if grant.path})
    return above_or_at(paths) if paths else NOTHING


def stated_view(by: Actor) -> Q:
    paths = own_paths(by, SEES)
    if "" in paths:
        return EVERYTHING
    return reduce(or_, [below(path) for path in paths]) if paths else NOTHING


def _of_units(by: Actor, roles: tuple[Role, ...]) -> Q:
    units = policy.units_of(by, roles)
    return Q(unit__in=units) if units else NOTHING


RULES: dict[str, Rule] = {
    "listsettings.edit": settings_edit,
    "freshness.view": _units,
    "freshness.state": lambda by: Q(pk__in=policy.units_of(by, ANSWERS)),
    "library.view": library_view,
    "library.edit": lambda by: _of_units(by, JUDGES),
    "stated.view": stated_view,
    "stated.enter": lambda by: EVERYTHING if own_paths(by, LEADS) else NOTHING,
    "stated.withdraw": lambda by: _of_units(by, LEADS),
    "lists.shelve": judge,
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
    # On the units that are told to look for the same.
    "lists.tell": tell,
    "lists.answer": elsewhere,
    "lists.apply": judge,
    "lists.accept": check,
    "lists.track": check,
    "lists.reject": check,
    "lists.evaluate": check,
    "lists.analyse": judge,
    "lists.state": lambda by: judge(by) | rectify(by),
    "lists.close": check,
    "lists.void": lambda by: in_charge(by, *LEADS),
}
