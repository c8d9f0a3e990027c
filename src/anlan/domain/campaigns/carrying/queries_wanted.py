"""A campaign held against what it wants: which of the plans it expects are there, which are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from anlan.domain.campaigns.models import Campaign, Expected, Plan
from anlan.domain.campaigns.queries import Declared

#: There is one of these, whatever it is called.
ALONE = (Plan.Kind.MASTER, Plan.Kind.YEARLY)


@dataclass(frozen=True)
class Awaited:
    """A plan that is expected, and the one that is it; None where it is missing."""

    expected: Expected
    plan: Plan | None


def awaited(expected: Sequence[Expected], plans: Iterable[Plan]) -> list[Awaited]:
    """Each expected plan with the one that somebody tied to it, or whose title holds its name.

    A longer name chooses first, and a plan stands for one: 非煤矿山 isn't taken for 煤矿.
    """
    left = {plan.pk: plan for plan in plans}
    found: dict[int, Plan] = {}
    for row in expected:
        if row.plan_id is not None and row.plan_id in left:
            found[row.pk] = left.pop(row.plan_id)
    for row in sorted(expected, key=lambda row: -len(row.name)):
        if row.pk in found or row.plan_id is not None:
            continue
        plan = next((plan for plan in left.values() if _is(plan, row)), None)
        if plan is not None:
            found[row.pk] = left.pop(plan.pk)
    return [Awaited(row, found.get(row.pk)) for row in expected]


def _is(plan: Plan, row: Expected) -> bool:
    if plan.kind != row.kind:
        return False
    if row.kind in ALONE:
        return True
    return re.search(f"(?<!非){re.escape(row.name)}", plan.title) is not None


def declared(campaign: Campaign, plans: Sequence[Plan], rows: Sequence[Expected]) -> list[Declared]:
    """Its code part by part: 1+2+9 is the master plan, topics, sectors.

    A code of fewer parts says nothing of their kinds (1+8: eight actions, or eight sectors): the
    plans that are expected do.
    """
    parts = [int(part) for part in campaign.code.split("+") if part]
    kinds = list(dict.fromkeys(Plan.Kind(row.kind) for row in rows))
    usual = [Plan.Kind.MASTER, Plan.Kind.TOPIC, Plan.Kind.SECTOR, Plan.Kind.OTHER]
    if len(parts) < 3:
        usual = kinds or [Plan.Kind.MASTER, Plan.Kind.SECTOR]
    have = [plan.kind for plan in plans]
    return [
        Declared(kind.label, wanted, have.count(kind))
        for kind, wanted in zip(usual, parts, strict=False)
    ]


def plan_of(rows: Sequence[Awaited]) -> dict[UUID, Expected]:
    return {row.plan.pk: row.expected for row in rows if row.plan is not None}
