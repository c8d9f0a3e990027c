"""Who sees the book of enforcement, who enters, who takes back.

Enterprises see nothing of it: it holds cases under way and tip-offs about them.
"""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.enterprises.permissions import own
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Role, Unit, UnitKind
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule

SEES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DUTY, Role.VIEWER)
ENTERS = (Role.OFFICE, Role.INSPECTOR)


def withdraw(by: Actor) -> Q:
    """What one's own unit entered, and as an office whatever was entered of one's area."""
    units = policy.units_of(by, ENTERS)
    own_units = policy.scope(by, ENTERS) & Q(unit__in=units) if units else NOTHING
    return own_units | policy.scope(by, (Role.OFFICE,))


def may_enter_in(by: Actor, path: str, sector: str | None) -> bool:
    """Whether ``by`` may enter what names no enterprise, at this area and of this sector."""
    return by.trusted or any(
        path.startswith(each.path)
        for each in held.grants(by)
        if each.role in ENTERS
        and each.enterprise is None
        and (each.sector is None or each.sector == sector)
    )


def may_enter_for(by: Actor, unit: Unit) -> bool:
    """Whether ``by`` may enter what this unit did: one's own, and an office those of its area."""
    if by.trusted or unit.pk in policy.units_of(by, ENTERS):
        return True
    return unit.kind != UnitKind.ENTERPRISE and any(
        unit.path.startswith(each.path)
        for each in held.grants(by)
        if each.role == Role.OFFICE and each.enterprise is None and each.sector is None
    )


RULES: dict[str, Rule] = {
    "enforcement.view": lambda by: policy.scope(by, SEES),
    "enforcement.enter": lambda by: policy.scope(by, ENTERS),
    "enforcement.withdraw": lambda by: EVERYTHING if by.trusted else withdraw(by),
    # Over the register of enterprises.
    "enterprise.enforce": lambda by: own(policy.scope(by, ENTERS)),
}
