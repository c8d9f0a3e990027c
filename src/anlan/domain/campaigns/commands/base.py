"""What the commands of campaigns have in common."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, Refusal
from anlan.domain.campaigns.models import Plan, Task
from anlan.domain.campaigns.permissions import LEADS
from anlan.domain.campaigns.refusals import PlanIncomplete, PlanIsPublished
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.periods import YEAR_MAX, YEAR_MIN
from anlan.kernel.loop import frame

begin = partial(frame.begin, Task)
text_of = partial(text.stated, refusal=PlanIncomplete)
short = partial(text.short, refusal=PlanIncomplete)


class Turn(frame.Turn[Task]):
    @property
    def task(self) -> Task:
        return self.row


turns = partial(frame.turns, Task.objects.select_related("plan", "line"), Turn)


def check_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise PlanIncomplete(
            field="ends_on", reason=_("The last day is before the first; correct one.")
        )


def day_within(day: date | None, field: str, refusal: type[Refusal] = PlanIncomplete) -> None:
    """Refuse a slip of the pen: days are counted on from these, and calendars have an end."""
    if day is not None and not YEAR_MIN <= day.year <= YEAR_MAX:
        reason = _("Choose a day between the years %(first)d and %(last)d.")
        raise refusal(field=field, reason=reason % {"first": YEAR_MIN, "last": YEAR_MAX})


def own_unit(pk: int, by: Actor, permission: str, at: datetime) -> Unit:
    """The unit for which ``by`` writes: one where they hold office or lead."""
    policy.demand(by, permission, at)
    unit = Unit.objects.select_related("area").filter(pk=pk, valid_to=None).first()
    if unit is None or not (by.trusted or pk in policy.units_of(by, LEADS)):
        raise PlanIncomplete(field="unit", reason=_("Choose one of your own units."))
    return unit


def draft(pk: UUID, seen: int | None) -> Plan:
    """The plan, locked, as long as it may still be written; its version goes one up."""
    assert connection.in_atomic_block, "the lock is its caller's"
    plan = Plan.objects.select_for_update(of=("self",)).select_related("area").get(pk=pk)
    if seen is not None and plan.version != seen:
        raise MovedOn
    if plan.status != Plan.Status.DRAFT:
        raise PlanIsPublished(title=plan.title)
    plan.version += 1
    Plan.objects.filter(pk=pk).update(version=plan.version)
    return plan
