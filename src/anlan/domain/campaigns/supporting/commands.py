"""Saying which rules support a plan's items, before and after it is published.

Neither the plan's words nor the rule change: what is said is a link, by the unit that keeps the
plan. A rule may still be a draft: an item waits for it, and the page says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.deriving.queries import items_of
from anlan.domain.campaigns.models import Plan, SupportingRule
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.library.models import Text
from anlan.domain.measures.models import Measure
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Items that one call speaks of, and rules that support one item.
ITEMS_MAX, RULES_MAX = 300, 50


@transaction.atomic(durable=True)
def support(
    pk: UUID, lines: Sequence[UUID], *, text: UUID | None = None, measure: UUID | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Say that a text of the library, or a measure, supports these items; what is said stays."""
    given = {"lines": list(lines), "text": text, "measure": measure}
    plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, given, **call)
    if claim.repeated:
        return pk
    _lock(plan)
    rule, named = _rule(text, measure, claim.by)
    wanted = list(dict.fromkeys(lines))
    _check(plan, wanted)
    rows = SupportingRule.objects.filter(line__in=wanted)
    have = set(rows.filter(**rule).values_list("line", flat=True))
    fresh = [line for line in wanted if line not in have]
    if not fresh:
        raise PlanIncomplete(field="items", reason=_("It supports these items already."))
    _room(fresh)
    SupportingRule.objects.bulk_create(
        SupportingRule(line_id=line, made_at=claim.at, made_by=claim.by.name, **rule)
        for line in fresh
    )
    claim.record("plans.support", "plan", pk, after={"rule": named, "items": fresh})
    return claim.done(pk)


@transaction.atomic(durable=True)
def unsupport(pk: UUID, rule: int, **call: Unpack[Call]) -> UUID:
    """Take back that a rule supports an item."""
    plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, {"rule": rule}, **call)
    if claim.repeated:
        return pk
    rows = SupportingRule.objects.filter(pk=rule, line__plan=plan)
    row = rows.select_related("text", "measure").first()
    if row is None:
        raise NotFound
    named = row.text.title if row.text else row.measure.title  # type: ignore[union-attr]
    row.delete()
    before = {"rule": named, "items": [str(row.line_id)]}
    claim.record("plans.unsupport", "plan", pk, before=before)
    return claim.done(pk)


def _lock(plan: Plan) -> None:
    """Two presses at once don't pass the limit together."""
    assert connection.in_atomic_block, "the lock is its caller's"
    Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)


def _rule(text: UUID | None, measure: UUID | None, by: Actor) -> tuple[dict[str, UUID], str]:
    """What supports, as a row keeps it, and its title: one that ``by`` may read."""
    if (text is None) == (measure is None):
        raise PlanIncomplete(field="rule", reason=_("Choose a rule from the list."))
    if text is not None:
        found: Text | Measure = policy.access(Text.objects.all(), "laws.view", by, text)
        return {"text_id": text}, found.title
    found = policy.access(Measure.objects.all(), "measures.view", by, measure)
    return {"measure_id": found.pk}, found.title


def _check(plan: Plan, lines: Collection[UUID]) -> None:
    if not lines:
        raise PlanIncomplete(field="items", reason=_("Write the number of an item."))
    if len(lines) > ITEMS_MAX:
        reason = _("At most %(n)d items at a time.") % {"n": ITEMS_MAX}
        raise PlanIncomplete(field="items", reason=reason)
    if not set(items_of(plan).values_list("pk", flat=True)).issuperset(lines):
        raise PlanIncomplete(field="items", reason=_("An item isn't one of this plan."))


def _room(lines: Sequence[UUID]) -> None:
    for chunk in bulk.slices(list(lines)):
        rows = SupportingRule.objects.filter(line__in=chunk).values_list("line", flat=True)
        count: dict[UUID, int] = {}
        for line in rows:
            count[line] = count.get(line, 0) + 1
        if any(n >= RULES_MAX for n in count.values()):
            reason = _("At most %(n)d rules support one item.") % {"n": RULES_MAX}
            raise PlanIncomplete(field="items", reason=reason)
