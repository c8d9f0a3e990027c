"""Who sees an acceptance, and who enters one: whoever answers for the enterprise."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.enterprises.permissions import own
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import NOTHING, Rule

SEES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DUTY, Role.VIEWER, Role.RECTIFIER)
ENTERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)


def withdraw(by: Actor) -> Q:
    """What one's own unit entered, as far as one still answers for the enterprise."""
    units = policy.units_of(by, ENTERS)
    return policy.scope(by, ENTERS) & Q(unit__in=units) if units else NOTHING


RULES: dict[str, Rule] = {
    "acceptances.view": lambda by: policy.scope(by, SEES),
    "acceptances.withdraw": withdraw,
    # Over the register of enterprises.
    "enterprise.accept": lambda by: own(policy.scope(by, ENTERS)),
}
