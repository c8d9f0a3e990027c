"""Reading saved views: whose they are, and which period they are of."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics.models import View
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import User
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period

#: Views that the list and the menu show: one's own, then those of one's units.
SHOWN_MAX, MENU_MAX = 200, 20


def opened_by(by: Actor) -> QuerySet[View]:
    """One's own, and those that were shared with a unit where one works."""
    return policy.permitted(View.objects.all(), "savedviews.view", by)


def menu_of(by: Actor) -> list[View]:
    """What the menu beside an analysis shows: names alone."""
    rows = opened_by(by).select_related("owner").order_by("name", "pk")[:MENU_MAX]
    return sorted(rows, key=lambda row: row.owner_id != by.user_id)


def shown_to(by: Actor) -> list[View]:
    rows = opened_by(by).select_related("owner").prefetch_related("shares__unit", "awaited")
    mine = list(rows.order_by("name", "pk")[:SHOWN_MAX])
    return sorted(mine, key=lambda row: row.owner_id != by.user_id)


def period_over(view: View, today: date) -> Period | None:
    """The view's latest period that is over; None while its only one still runs."""
    if view.rolling:
        return periods.last_complete(analyses.STEPS[view.rolling][0], today)
    code = QueryDict(view.query).get("period", "")
    period = periods.parse(code) if code else None
    return period if period is not None and period.end < today else None


def last_over(view: View, today: date) -> date:
    """Up to where nobody has to be told any more: what is over when they begin to wait."""
    period = period_over(view, today)
    return period.end if period else date(1900, 1, 1)


def address(view: View, today: date) -> str:
    """The analysis that it opens today."""
    given = QueryDict(view.query, mutable=True)
    if view.rolling:
        kind = analyses.STEPS[view.rolling][0]
        given["period"] = periods.last_complete(kind, today).code
    return given.urlencode()


def reaches(view: View, user: int, at: datetime) -> bool:
    """Whether that person may still open it: posts and shares change while one waits."""
    person = User.objects.filter(pk=user, is_active=True).first()
    if person is None:
        return False
    by = held.actor(person, today=timezone.localdate(at))
    return opened_by(by).filter(Q(pk=view.pk)).exists()
