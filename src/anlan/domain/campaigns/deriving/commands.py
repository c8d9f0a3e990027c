"""Saying which items of another plan a plan's lines carry out (细化分解).

The words of both stay as they are: what is said is a link, and it is said by the unit whose plan
carries out, before and after it is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.refusal import MovedOn
from anlan.domain.campaigns.deriving.queries import items_of
from anlan.domain.campaigns.models import Derived, Plan
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Items that one line may carry out, lines that one call speaks of, and how far a chain may go.
ITEMS_MAX, ROWS_MAX, CHAIN_MAX = 60, 300, 12


@dataclass(frozen=True)
class Named:
    """A line, and all items of the plan above that it carries out; none takes them away."""

    line: UUID
    items: tuple[UUID, ...] = ()


@transaction.atomic(durable=True)
def name_items(
    pk: UUID, source: UUID, rows: Sequence[Named], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Of these lines of the plan ``pk``, say which items of the plan ``source`` they carry out.

    Lines that aren't among ``rows`` keep what they name, and so do all of other sources.
    """
    given = {"source": source, "rows": list(rows)}
    plan, claim = plain.begin(Plan.objects.all(), "plans.edit", pk, given, **call)
    if claim.repeated:
        return pk
    above = policy.access(
        Plan.objects.exclude(status=Plan.Status.DRAFT), "plans.view", claim.by, source, at=claim.at
    )
    plan = _turned(plan.pk, above.pk, seen)
    _check(plan, above, rows)
    before = _standing(above, rows)
    wanted = {row.line: set(row.items) for row in rows}
    fresh = [(line, item) for line, items in wanted.items() for item in items - before[line]]
    gone = [(line, item) for line in wanted for item in before[line] - wanted[line]]
    _refuse_circles(fresh)
    for line in {line for line, _item in gone}:
        dropped = [item for one, item in gone if one == line]
        Derived.objects.filter(line=line, item__in=dropped).delete()
    Derived.objects.bulk_create(
        Derived(line_id=line, item_id=item, made_at=claim.at, made_by=claim.by.name)
        for line, item in fresh
    )
    claim.record(
        "plans.name_items", "plan", pk, before=_told(above, gone), after=_told(above, fresh)
    )
    return claim.done(pk)


def _turned(pk: UUID, source: UUID, seen: int | None) -> Plan:
    """Both plans locked, so that two can't name each other at once; the version goes one up."""
    assert connection.in_atomic_block, "the lock is its caller's"
    both = Plan.objects.select_for_update(of=("self",)).filter(pk__in=[pk, source]).order_by("pk")
    plan = {each.pk: each for each in both}[pk]
    if seen is not None and plan.version != seen:
        raise MovedOn
    plan.version += 1
    Plan.objects.filter(pk=pk).update(version=plan.version)
    return plan


def _check(plan: Plan, above: Plan, rows: Sequence[Named]) -> None:
    if plan.pk == above.pk:
        raise PlanIncomplete(field="source", reason=_("Choose another plan than this one."))
    if len(rows) > ROWS_MAX:
        raise PlanIncomplete(
            field="source", reason=_("At most %(n)d lines at a time.") % {"n": ROWS_MAX}
        )
    own = set(items_of(plan).values_list("pk", flat=True))
    theirs = set(items_of(above).values_list("pk", flat=True))
    for n, row in enumerate(rows):
        if row.line not in own:
            raise PlanIncomplete(field="source", reason=_("A line isn't one of this plan."))
        if len(set(row.items)) > ITEMS_MAX:
            reason = _("A line carries out at most %(n)d items of a plan.") % {"n": ITEMS_MAX}
            raise PlanIncomplete(field=f"items_{n}", reason=reason)
        if not theirs.issuperset(row.items):
            raise PlanIncomplete(
                field=f"items_{n}",
                reason=_("An item isn't one of “%(title)s”.") % {"title": above.title},
            )


def _standing(above: Plan, rows: Sequence[Named]) -> Mapping[UUID, set[UUID]]:
    """By line, what it names of that plan now."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for chunk in bulk.slices([row.line for row in rows]):
        pairs = Derived.objects.filter(line__in=chunk, item__plan=above)
        for line, item in pairs.values_list("line", "item"):
            found[line].add(item)
    return found


def _refuse_circles(fresh: Sequence[tuple[UUID, UUID]]) -> None:
    """What carries something out can't be carried out by it, over however many plans."""
    if not fresh:
        return
    lines = {line for line, _item in fresh}
    level = {item for _line, item in fresh}
    seen: set[UUID] = set()
    for _step in range(CHAIN_MAX):
        if lines & level:
            raise PlanIncomplete(
                field="source",
                reason=_("That plan carries out this one already; one of them has to be above."),
            )
        seen |= level
        level = _above(level) - seen
        if not level:
            return
    raise PlanIncomplete(
        field="source",
        reason=_("Plans carry out one another over at most %(n)d steps.") % {"n": CHAIN_MAX},
    )


def _above(lines: Collection[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for chunk in bulk.slices(sorted(lines)):
        found |= set(Derived.objects.filter(line__in=chunk).values_list("item", flat=True))
    return found


def _told(above: Plan, pairs: Iterable[tuple[UUID, UUID]]) -> dict[str, object]:
    by_line: dict[UUID, list[str]] = defaultdict(list)
    for line, item in pairs:
        by_line[line].append(str(item))
    items = {str(line): sorted(found) for line, found in by_line.items()}
    return {"of": above.title, "items": items}
