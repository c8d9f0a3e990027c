"""Who sets the house in order, and why it is they.

The three administrators stay apart (S16): one of them keeps what the whole installation shares
and what says nothing of the business; what decides over people's work is a leader's.

    working days       the system administrator. The State Council announces them, so entering
                       them decides nothing; they hold for all, and no business shows on the page.
    deadlines, ladder  the head of the topmost committee office. How long people get, and when
                       somebody is summoned, is business; it holds for every area below.
    areas: zones,      office staff of the place: they know their zones and grids, and adding
    villages, grids    one changes no other place's figures and grants nothing.
    areas: divisions   the head of the committee office above: no place redraws itself.
    assessment trees   the head of the committee office whose area the tree is about: whoever
                       assesses says who is compared.

No rule here grants a right to anybody: after a reform the security administrator says what units
answer for.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below, upper
from anlan.kernel.accounts import held
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import BUSINESS_ROLES, Role, Unit, UnitKind
from anlan.kernel.accounts.policy import (
    EVERYTHING,
    NOTHING,
    Rule,
    asking,
    compiled,
    has_role,
    today_of,
)
from anlan.kernel.regions.models import AssessmentNode, Level

_DAYS = (*BUSINESS_ROLES, Role.SYSTEM_ADMIN)
_OFFICE = (Role.OFFICE, Role.LEADER)


def _paths(by: Actor, roles: tuple[str, ...], *, every_sector: bool) -> list[str]:
    """The areas of these posts; an area has no sector, so a sector's post reads it, too."""
    return sorted(
        {
            grant.path
            for grant in held.grants(by)
            if grant.role in roles
            and grant.enterprise is None
            and (grant.sector is None or not every_sector)
        }
    )


def _within(paths: list[str], prefix: str = "") -> Q:
    return compiled([Grant("", 0, path, None, None) for path in paths], prefix)


def own_paths(by: Actor) -> list[str]:
    """The areas that somebody looks at, the wider first; the empty one is the nation."""
    return _paths(by, BUSINESS_ROLES, every_sector=False)


def _led(by: Actor) -> list[str]:
    """The areas whose committee office ``by`` heads."""
    if "office.led" not in by.memo:
        wide = [
            grant
            for grant in held.grants(by)
            if grant.role == Role.LEADER and grant.sector is None and grant.enterprise is None
        ]
        units = {grant.unit_id for grant in wide}
        offices = set(
            Unit.objects.filter(pk__in=units, kind=UnitKind.COMMITTEE_OFFICE).values_list(
                "pk", flat=True
            )
            if units
            else ()
        )
        by.memo["office.led"] = sorted({g.path for g in wide if g.unit_id in offices})
    led: list[str] = by.memo["office.led"]
    return led


def _top(by: Actor) -> str | None:
    """The area of the topmost committee office, where ``by`` heads it: none lies outside it."""
    offices = Unit.objects.filter(kind=UnitKind.COMMITTEE_OFFICE).valid_on(today_of(by))
    for path in _led(by):
        if path == "" or not offices.exclude(below(path)).exists():
            return path
    return None


def area_view(by: Actor) -> Q:
    return _within(own_paths(by))


def area_add(by: Actor) -> Q:
    return _within(_paths(by, _OFFICE, every_sector=True))


@asking
def area_change(by: Actor) -> Q:
    own = _within(_paths(by, _OFFICE, every_sector=True))
    led = _led(by)
    parts = [(Q(is_division=False) | Q(level__gte=Level.VILLAGE)) & own] if own != NOTHING else []
    if "" in led:
        return Q(level__gt=Level.NATION)
    parts += [Q(path__gt=path, path__lt=upper(path)) for path in led]
    if led and (top := _top(by)):
        parts.append(Q(path=top))
    return reduce(or_, parts) if parts else NOTHING


def _rooted(paths: Q) -> Q:
    roots = AssessmentNode.objects.filter(paths, parent=None)
    return Q(pk__in=roots.order_by().values("tree"))


def tree_view(by: Actor) -> Q:
    """Trees about one's own areas, and those of the areas above, in which one is compared."""
    own = own_paths(by)
    if not own:
        return NOTHING
    if "" in own:
        return EVERYTHING
    above = {pk for path in own for pk in ancestors(path)}
    return _rooted(_within(own, "region__") | Q(region__in=sorted(above)))


@asking
def tree_edit(by: Actor) -> Q:
    led = _led(by)
    return _rooted(_within(led, "region__")) if led else NOTHING


@asking
def deadlines_edit(by: Actor) -> Q:
    return EVERYTHING if by.trusted or _top(by) is not None else NOTHING


@asking
def tree_make(by: Actor) -> Q:
    """The areas that somebody may make a tree for."""
    led = _led(by)
    return _within(led) if led else NOTHING


RULES: dict[str, Rule] = {
    "settings.days": lambda by: EVERYTHING if has_role(by, _DAYS) else NOTHING,
    "deadlines.view": lambda by: EVERYTHING if has_role(by, BUSINESS_ROLES) else NOTHING,
    "deadlines.edit": deadlines_edit,
    "area.view": area_view,
    "area.add": area_add,
    "area.change": area_change,
    "area.assess": tree_make,
    "tree.view": tree_view,
    "tree.edit": tree_edit,
}
