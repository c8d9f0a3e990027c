"""Who sees a turn at a working list, and who ticks it; copies go by handing/permissions.py.

a turn   seen by those in charge of its place, by its unit and by the office that handed the list
         out; ticked by whoever holds the post at that unit, and by those who answer for the unit.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from anlan.base.actor import Actor
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import BUSINESS_ROLES, Post, Role, valid_on
from anlan.kernel.accounts.policy import NOTHING, Rule
from anlan.kernel.accounts.reach import SEES
from anlan.kernel.loop.rights import in_charge, party


def holds(by: Actor) -> Q:
    """Turns of a post that the person holds today, by the job title that stands with the post."""
    units = policy.units_of(by, BUSINESS_ROLES)
    if by.user_id is None or not units:
        return NOTHING
    own = Post.objects.filter(
        valid_on(policy.today_of(by)), user=by.user_id, unit=OuterRef("unit"),
        title=OuterRef("post"), role__in=BUSINESS_ROLES,
    )  # fmt: skip
    return Q(unit__in=units) & ~Q(post="") & Q(Exists(own))


def unheld(by: Actor) -> Q:
    """Turns whose post nobody at the unit holds today."""
    someone = Post.objects.filter(
        valid_on(policy.today_of(by)), user__is_active=True, unit=OuterRef("unit"),
        title=OuterRef("post"), role__in=BUSINESS_ROLES,
    )  # fmt: skip
    return Q(post="") | Q(~Exists(someone))


def view(by: Actor) -> Q:
    keeps = policy.units_of(by, LEADS)
    found = in_charge(by, *SEES) | party(by, (*SEES, Role.RECTIFIER)) | holds(by)
    return found | Q(copy__checklist__campaign__unit__in=keeps) if keeps else found


def fill(by: Actor) -> Q:
    units = policy.units_of(by, ANSWERS)
    return holds(by) | Q(unit__in=units) if units else holds(by)


RULES: dict[str, Rule] = {"checklist_turns.view": view, "checklist_turns.fill": fill}
