"""Who asks for reports, who answers, and who sees which are missing: filters over Expected."""

from __future__ import annotations

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.held import Grant
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import Rule

_SEES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DUTY, Role.VIEWER)
_ANSWERS = (Role.OFFICE, Role.INSPECTOR, Role.RECTIFIER, Role.DUTY)


def _areas(by: Actor, roles: tuple[Role, ...], *, every_sector: bool) -> Q:
    """Areas of posts over no single enterprise; a report tells of a whole unit."""
    if by.trusted:
        return policy.EVERYTHING
    wide = [
        Grant(grant.role, grant.unit_id, grant.path, None, None)
        for grant in held.grants(by)
        if grant.role in roles
        and grant.enterprise is None
        and (grant.sector is None or not every_sector)
    ]
    return policy.compiled(wide)


def _own(by: Actor) -> Q:
    units = policy.units_of(by, _ANSWERS)
    return Q(unit_id__in=units) if units else policy.NOTHING


RULES: dict[str, Rule] = {
    "reports.view": lambda by: _areas(by, _SEES, every_sector=True) | _own(by),
    "reports.ask": lambda by: _areas(by, (Role.OFFICE,), every_sector=True),
    "reports.answer": _own,
}
