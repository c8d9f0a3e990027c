"""Reading lists by which units work: how much of each is done, by list, indicator and unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import (
    Campaign,
    Checklist,
    ChecklistCopy,
    ChecklistItem,
    ChecklistTick,
)
from anlan.kernel.accounts import policy

State = ChecklistTick.State


@dataclass(frozen=True)
class Sum:
    """Of so many items (of all copies) that many are done; what doesn't apply counts in neither."""

    of: int
    done: int
    excepted: int = 0

    @property
    def rate(self) -> Decimal | None:
        """As a fraction; None where nothing applies."""
        return Decimal(self.done) / self.of if self.of else None

    @property
    def is_whole(self) -> bool:
        """100 %, and not by rounding."""
        return bool(self.of) and self.done == self.of


def copies(by: Actor) -> QuerySet[ChecklistCopy]:
    return policy.permitted(ChecklistCopy.objects.all(), "checklists.view", by)


_TICKED = {
    "done": Count("pk", filter=Q(state=State.DONE)),
    "excepted": Count("pk", filter=Q(state=State.NOT_APPLICABLE)),
}


def _sum(items: int, ticked: Any) -> Sum:
    """Of so many items, with what a statement counted of their ticks, if there are any."""
    ticked = ticked or {}
    excepted = ticked.get("excepted", 0)
    return Sum(items - excepted, ticked.get("done", 0), excepted)


@dataclass(frozen=True)
class Listed:
    """A list of a campaign, with how far the copies are that the reader may see."""

    row: Checklist
    items: int
    copies: int
    sum: Sum


def of_campaign(campaign: Campaign, by: Actor) -> list[Listed]:
    """All its lists, the newest first: four statements, however many."""
    rows = list(campaign.checklists.order_by("-pk"))
    items = _by(ChecklistItem.objects.filter(checklist__in=rows), "checklist")
    seen = copies(by).filter(checklist__in=rows)
    having = _by(seen, "checklist")
    ticks = ChecklistTick.objects.filter(copy__in=seen.order_by().values("pk"))
    ticked = {
        one["copy__checklist"]: one
        for one in ticks.order_by().values("copy__checklist").annotate(**_TICKED)
    }
    return [
        Listed(row, n := items.get(row.pk, 0), m := having.get(row.pk, 0),
               _sum(n * m, ticked.get(row.pk)))
        for row in rows
    ]  # fmt: skip


def _by(rows: QuerySet[Any], name: str) -> dict[UUID, int]:
    found = rows.order_by().values(name).annotate(n=Count("pk"))
    return {one[name]: one["n"] for one in found}


@dataclass(frozen=True)
class Indicator:
    name: str
    items: int
    sum: Sum


def indicators(row: Checklist, by: Actor) -> list[Indicator]:
    """What the list's items count toward; each has to reach 100 %. Three statements."""
    found = (
        row.items.exclude(indicator="").order_by().values("indicator")
        .annotate(n=Count("pk")).order_by("indicator")
    )  # fmt: skip
    items = {one["indicator"]: one["n"] for one in found}
    if not items:
        return []
    seen = copies(by).filter(checklist=row)
    count = seen.count()
    ticks = ChecklistTick.objects.filter(copy__in=seen.order_by().values("pk"))
    ticked = {
        one["item__indicator"]: one
        for one in ticks.order_by().values("item__indicator").annotate(**_TICKED)
    }
    return [Indicator(name, n, _sum(n * count, ticked.get(name))) for name, n in items.items()]


def on_copies(rows: Iterable[Any], row: Checklist, indicator: str = "") -> None:
    """Put beside the copies of a page how far each is: two statements."""
    rows = list(rows)
    items = row.items.filter(indicator=indicator) if indicator else row.items.all()
    count = items.count()
    ticks = ChecklistTick.objects.filter(copy__in=[one.pk for one in rows])
    if indicator:
        ticks = ticks.filter(item__indicator=indicator)
    ticked = {one["copy"]: one for one in ticks.order_by().values("copy").annotate(**_TICKED)}
    for one in rows:
        one.sum = _sum(count, ticked.get(one.pk))


def mine(units: Sequence[int], by: Actor) -> list[Any]:
    """The copies of these units with how far they are: two statements."""
    rows = list(
        copies(by).filter(unit__in=units).select_related("checklist__campaign", "unit")
        .order_by(F("checklist__due_on").asc(nulls_last=True), "-checklist")
    )  # fmt: skip
    lists = {one.checklist_id for one in rows}
    items = _by(ChecklistItem.objects.filter(checklist__in=lists), "checklist")
    ticks = ChecklistTick.objects.filter(copy__in=[one.pk for one in rows])
    ticked = {one["copy"]: one for one in ticks.order_by().values("copy").annotate(**_TICKED)}
    found: list[Any] = []
    for one in rows:
        shown: Any = one
        shown.sum = _sum(items.get(one.checklist_id, 0), ticked.get(one.pk))
        found.append(shown)
    return found
