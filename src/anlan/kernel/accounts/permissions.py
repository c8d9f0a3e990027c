"""Who sees units and people, who administrates them, and who reads what was put on record."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import ancestors
from anlan.kernel.accounts import held
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import ADMIN_ROLES, BUSINESS_ROLES, Post, Role, UnitKind
from anlan.kernel.accounts.policy import (
    EVERYTHING,
    NOTHING,
    Rule,
    by_role,
    compiled,
    has_role,
    units_of,
)

_SYSTEM = by_role(Role.SYSTEM_ADMIN)
_SECURITY = by_role(Role.SECURITY_ADMIN)
_AUDIT = by_role(Role.AUDITOR)
_ORGANISERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def units_seen(by: Actor) -> Q:
    """Units of one's areas, one's own, and the authorities above them.

    Sectors don't narrow it: a department hands cases over to its neighbours. A firm sees itself
    and the authorities of its place, and no other firm.
    """
    if has_role(by, _ORGANISERS):
        return EVERYTHING
    own = units_of(by, BUSINESS_ROLES)
    if not own:
        return NOTHING
    wide = [grant for grant in held.grants(by) if grant.enterprise is None]
    areas = compiled([Grant(each.role, each.unit_id, each.path, None, None) for each in wide])
    above = {
        "".join(f"{part}/" for part in ids[: end + 1])
        for grant in held.grants(by)
        for ids in [ancestors(grant.path)]
        for end in range(len(ids))
    }
    authorities = Q(path__in=sorted(above)) & ~Q(kind__in=[UnitKind.ENTERPRISE, UnitKind.TEAM])
    return areas | Q(pk__in=own) | authorities


def people_seen(by: Actor) -> Q:
    """Those who hold a post at a unit of one's areas or one's own; no administrators."""
    if has_role(by, _ORGANISERS):
        return EVERYTHING
    own = units_of(by, BUSINESS_ROLES)
    if not own:
        return NOTHING
    wide = [grant for grant in held.grants(by) if grant.enterprise is None]
    areas = compiled(
        [Grant(each.role, each.unit_id, each.path, None, None) for each in wide], "unit__"
    )
    posts = Post.objects.filter(areas | Q(unit__in=own)).exclude(role__in=ADMIN_ROLES)
    return Q(pk__in=posts.order_by().values("user_id"))


def _signed_in(by: Actor) -> Q:
    return EVERYTHING if by.user_id else NOTHING


RULES: dict[str, Rule] = {
    "accounts.own": _signed_in,
    "units.view": units_seen,
    "people.view": people_seen,
    # The system administrator makes things and grants nothing.
    "units.edit": _SYSTEM,
    "people.edit": _SYSTEM,
    "settings.edit": _SYSTEM,
    # The security administrator grants and makes nothing.
    "units.grant": _SECURITY,
    "people.grant": _SECURITY,
    "people.unlock": _SECURITY,
    "people.watch": _SECURITY,
    # The audit administrator reads what was put on record, and nothing else.
    "audit.view": _AUDIT,
    "audit.export": _AUDIT,
    "audit.reveal": _AUDIT,
}
