"""Who plans and draws checks from afar, who looks, and what an enterprise sees of it.

An enterprise sees what it was told, and nothing of who else was drawn.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.domain.inspections.permissions import grants, own_firms
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.policy import EVERYTHING, NOTHING, Rule

SEES = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.DUTY, Role.VIEWER)
LOOKS = (Role.OFFICE, Role.INSPECTOR)
PLANS = (Role.OFFICE, Role.LEADER)


def plan_view(by: Actor) -> Q:
    """Plans of one's own areas and of the areas around them, as far as one's sectors are in."""
    if by.trusted:
        return EVERYTHING
    parts = []
    for each in grants(by, SEES):
        place = Q(area_id__in=ancestors(each.path)) | below(each.path) if each.path else EVERYTHING
        sector = Q(sector_id__isnull=True) | Q(sector_id=each.sector)
        parts.append(place if each.sector is None else place & sector)
    return reduce(or_, parts) if parts else NOTHING


def plan_make(by: Actor) -> Q:
    """Plans within one's areas, and of one's sector where one has a sector alone."""
    return EVERYTHING if by.trusted else policy.compiled(grants(by, PLANS))


def may_plan_in(by: Actor, path: str, sector: str | None) -> bool:
    """Whether ``by`` may make a plan of this area and sector; asked before there is a row."""
    return by.trusted or any(
        path.startswith(each.path) and each.sector in (None, sector) for each in grants(by, PLANS)
    )


def _told(by: Actor) -> Q:
    """What the enterprises were told that one is the safety officer of, and of no other unit."""
    if by.trusted:
        return EVERYTHING
    firms = [enterprise for enterprise, _unit in own_firms(by)]
    return Q(enterprise_id__in=firms, told_at__isnull=False) if firms else NOTHING


RULES: dict[str, Rule] = {
    "remoteplans.view": plan_view,
    "remoteplans.make": plan_make,
    # Over the enterprises that were drawn.
    "remote.view": lambda by: policy.scope(by, SEES) | _told(by),
    "remote.look": lambda by: policy.scope(by, LOOKS),
    # The enterprise signs on the system; whoever handed it over enters what was signed on paper.
    "remote.receive": lambda by: policy.scope(by, LOOKS) | _told(by),
}
