"""Rules that cases of every kind share: each a filter over rows that have a ``case``."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop.models import Event, Party, PartyRole


def in_charge(by: Actor, *roles: Role) -> Q:
    """Rows within the jurisdiction of the posts that the person holds in these roles."""
    return policy.scope(by, roles, prefix="case__")


def party(by: Actor, roles: tuple[Role, ...], *parts: PartyRole) -> Q:
    """Rows in which a unit, where the person holds one of these posts, has a part."""
    units = policy.units_of(by, roles)
    if not units:
        return policy.NOTHING
    parties = Party.objects.filter(unit__in=units, until=None)
    # IN, not EXISTS: evaluated once, and an index on the case can serve it beside a path range.
    return Q(case__in=(parties.filter(role__in=parts) if parts else parties).values("case"))


def reported(by: Actor, *roles: Role) -> Q:
    """Rows that the person found, while in one of these roles."""
    if not policy.units_of(by, roles) or by.user_id is None:
        return policy.NOTHING
    found = Event.objects.filter(user_id=by.user_id, step__in=("find", "fix_on_spot"))
    return Q(case__in=found.values("case"))
