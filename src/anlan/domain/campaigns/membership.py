"""What sitting in a body gives: its members see the tasks of its plans, its leaders check them.

A unit sits in a body while one of the body's rows names it, from the row's first day to its last.
Who is lent to a body by a unit (抽调人员) doesn't let the whole unit in.

    rule = of_bodies(by, SEES, SITS)
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import OrganMember, OrganPlan, Task
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role

_Part = OrganMember.Role
#: Parts in a body that let their unit see its tasks, and those that let it check them.
SITS = (_Part.CHAIR, _Part.DEPUTY, _Part.OFFICE, _Part.MEMBER, _Part.LIAISON)
HEADS = (_Part.CHAIR, _Part.DEPUTY, _Part.OFFICE)


def carried(
    by: Actor, roles: Iterable[Role], parts: Iterable[OrganMember.Role] = SITS
) -> QuerySet[OrganPlan] | None:
    """The plans of the bodies in which a unit sits today where ``by`` holds one of ``roles``.

    None where there is no such unit. It asks the database for nothing by itself: a rule may not.
    """
    units = policy.units_of(by, roles)
    if not units:
        return None
    today = policy.today_of(by)
    # One filter, for it is one and the same row that has to be all of this.
    return OrganPlan.objects.filter(
        Q(organ__members__until=None) | Q(organ__members__until__gte=today),
        Q(organ__until=None) | Q(organ__until__gte=today),
        organ__members__unit__in=units,
        organ__members__role__in=list(parts),
        organ__members__since__lte=today,
    )


def of_bodies(by: Actor, roles: Iterable[Role], parts: Iterable[OrganMember.Role] = SITS) -> Q:
    """Tasks of those plans, as which cases: a list reads these alone to put them in order."""
    plans = carried(by, roles, parts)
    if plans is None:
        return policy.NOTHING
    return Q(case__in=Task.objects.filter(plan__in=plans.values("plan")).values("case"))
