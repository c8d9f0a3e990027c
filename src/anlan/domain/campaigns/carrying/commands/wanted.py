"""What a campaign wants there to be: the plans it expects, and its goals.

Both are written as whole lists under the campaign's version: who saw an older one is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn
from anlan.domain.campaigns.carrying.commands.terms_wanted import (
    EXPECTED_MAX,
    GOALS_MAX,
    NewExpected,
    NewGoal,
)
from anlan.domain.campaigns.carrying.queries_goals import countable
from anlan.domain.campaigns.carrying.refusals import CarryingIncomplete
from anlan.domain.campaigns.commands import base
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, Campaign, Expected, Goal, Plan
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim


def lacks(field: str, reason: Any) -> CarryingIncomplete:
    return CarryingIncomplete(field=field, reason=reason)


def text_of(value: str, field: str, reason: Any, chars_max: int = TITLE_CHARS_MAX) -> str:
    return text.stated(value, field, reason, chars_max, refusal=CarryingIncomplete)


def short(value: str, field: str, chars_max: int = TITLE_CHARS_MAX) -> str:
    return text.short(value, field, chars_max, refusal=CarryingIncomplete)


day_within = partial(base.day_within, refusal=CarryingIncomplete)


def turned(pk: UUID, seen: int | None) -> Campaign:
    """The campaign, locked; its version goes one up."""
    assert connection.in_atomic_block, "the lock is its caller's"
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=pk)
    if seen is not None and row.version != seen:
        raise MovedOn
    row.version += 1
    Campaign.objects.filter(pk=pk).update(version=row.version)
    return row


# --- plans ---------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def set_expected(
    pk: UUID, rows: Sequence[NewExpected], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    given = {"rows": list(rows)}
    campaign, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", pk, given, **call)
    if claim.repeated:
        return pk
    turned(pk, seen)
    put_expected(campaign, rows, claim.by)
    claim.record("campaigns.list_plans", "campaign", pk, after={"rows": [row.name for row in rows]})
    return claim.done(pk)


def put_expected(campaign: Campaign, rows: Sequence[NewExpected], by: Actor) -> None:
    """Tied are plans that ``by`` may see; one that is tied already may stay, seen or not."""
    assert connection.in_atomic_block, "it commits with what writes it"
    if len(rows) > EXPECTED_MAX:
        raise lacks("rows", _("At most %(n)d plans can be expected.") % {"n": EXPECTED_MAX})
    tied = [row.plan for row in rows if row.plan is not None]
    if len(set(tied)) != len(tied):
        raise lacks("rows", _("A plan can stand for one expected plan only; choose it once."))
    seen = policy.permitted(Plan.objects.filter(campaign=campaign), "plans.view", by)
    fresh = set(tied) - set(campaign.expected.values_list("plan", flat=True))
    if not fresh <= set(seen.filter(pk__in=fresh).values_list("pk", flat=True)):
        raise lacks("rows", _("Choose a plan of this campaign."))
    campaign.expected.all().delete()
    made = []
    for place, row in enumerate(rows):
        if row.kind not in Plan.Kind.values:
            raise lacks(f"kind_{place}", _("Choose from the list what plan it is."))
        name = text_of(row.name, f"name_{place}", _("Write what the plan is about."))
        source = short(row.source, f"name_{place}")
        made.append(
            Expected(campaign=campaign, place=place, kind=row.kind, name=name, source=source,
                     plan_id=row.plan)
        )  # fmt: skip
    Expected.objects.bulk_create(made)


# --- goals ---------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def set_goals(
    pk: UUID, rows: Sequence[NewGoal], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    given = {"rows": list(rows)}
    campaign, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", pk, given, **call)
    if claim.repeated:
        return pk
    turned(pk, seen)
    before = [_told(goal) for goal in campaign.goals.order_by("place")]
    put_goals(campaign, rows, claim)
    after = [_told(goal) for goal in campaign.goals.order_by("place")]
    claim.record("campaigns.aim", "campaign", pk, before={"goals": before}, after={"goals": after})
    return claim.done(pk)


def put_goals(campaign: Campaign, rows: Sequence[NewGoal], claim: Claim) -> None:
    assert connection.in_atomic_block, "it commits with what writes it"
    if len(rows) > GOALS_MAX:
        raise lacks("rows", _("A campaign has at most %(n)d goals.") % {"n": GOALS_MAX})
    old = {goal.pk: goal for goal in campaign.goals.all()}
    made = [_goal(campaign, n, row, old.get(row.pk), claim) for n, row in enumerate(rows)]
    campaign.goals.all().delete()
    Goal.objects.bulk_create(made)


def _goal(campaign: Campaign, n: int, new: NewGoal, old: Goal | None, claim: Claim) -> Goal:
    words = text_of(new.text, f"text_{n}", _("Write what the goal is."))
    if new.kind not in Goal.Kind.values:
        raise lacks(f"gkind_{n}", _("Choose what kind of goal it is."))
    if new.indicator and new.indicator not in countable():
        raise lacks(f"indicator_{n}", _("Choose the indicator from the list."))
    if new.kind in (Goal.Kind.CHANGE, Goal.Kind.VALUE):
        if new.aim is None:
            raise lacks(f"aim_{n}", _("Say how much is to be reached."))
        if new.direction not in Goal.Direction.values:
            raise lacks(f"direction_{n}", _("Say whether it is to go up or down."))
    if new.kind == Goal.Kind.CHANGE:
        if new.base_year is None:
            raise lacks(f"base_year_{n}", _("Say against which year it is measured."))
        if not 0 <= (new.aim or 0) <= Decimal(1000):
            raise lacks(f"aim_{n}", _("Write per cent without a sign, from 0 to 1000."))
    base_source = short(new.base_source, f"base_source_{n}")
    if new.base_value is not None and not base_source:
        raise lacks(
            f"base_source_{n}", _("Say where the number stands; a number without a source is none.")
        )
    # Who stated a number stays with it as long as neither it nor its source changes.
    same = old is not None and (old.base_value, old.base_source, old.base_year) == (
        new.base_value, base_source, new.base_year
    )  # fmt: skip
    stated = new.base_value is not None
    author = old.base_author if same and old else claim.by.name
    moment = old.base_stated_at if same and old else claim.at
    return Goal(
        campaign=campaign, place=n, kind=new.kind, text=words, indicator=new.indicator,
        base_year=new.base_year, base_value=new.base_value, base_source=base_source,
        base_author=author if stated else "", base_stated_at=moment if stated else None,
        direction=new.direction, aim=new.aim, unit=short(new.unit, f"unit_{n}", 20),
        due_on=new.due_on, source=short(new.source, f"text_{n}"),
    )  # fmt: skip


def _told(goal: Goal) -> str:
    parts = [goal.text, goal.indicator, goal.base_year, goal.base_value, goal.base_source,
             goal.direction, goal.aim, goal.due_on]  # fmt: skip
    return " · ".join(str(part) for part in parts if part not in (None, ""))
