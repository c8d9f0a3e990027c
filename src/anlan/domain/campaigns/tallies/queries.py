"""Reading one table and three lists: a unit's figures, all units', the rows behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Campaign, Tally, TallyCopy, TallyRow
from anlan.domain.campaigns.tallies.spec import Head, Spec, added
from anlan.kernel.accounts import policy

Shown = list[tuple[Head, Decimal | None]]


def copies(by: Actor) -> QuerySet[TallyCopy]:
    return policy.permitted(TallyCopy.objects.all(), "tallies.view", by)


def of_campaign(campaign: Campaign, by: Actor) -> list[tuple[Tally, int]]:
    """Its tables with how many units' copies the reader may see: two statements."""
    rows = list(Tally.objects.filter(campaign=campaign).order_by("-pk"))
    seen = copies(by).filter(tally__in=rows).order_by().values("tally").annotate(n=Count("pk"))
    having = {one["tally"]: one["n"] for one in seen}
    return [(row, having.get(row.pk, 0)) for row in rows]


def total(row: Tally, by: Actor) -> Shown:
    """The last line of the table: over every unit that the reader may see."""
    spec = Spec.of(row.spec)
    every = list(copies(by).filter(tally=row).values_list("sums", flat=True))
    return spec.shown(added(every, spec.nothing))


def rows_of(copy: TallyCopy, place: int, head: Head | None = None) -> QuerySet[TallyRow]:
    """The rows of one list that stand; behind a figure of the table those that it counts."""
    rows = copy.rows.filter(place=place, removed_at=None)
    return rows if head is None else rows.filter(Spec.of(copy.tally.spec).said(head))


def mine(units: Sequence[int], by: Actor) -> list[Any]:
    """What these units have to keep: one statement."""
    rows = copies(by).filter(unit__in=units).select_related("tally__campaign", "unit")
    return list(rows.order_by(F("updated_at").asc(nulls_first=True), "-pk"))


def disagreeing() -> list[str]:
    """Copies whose table doesn't say what their lists do."""
    bad = []
    for copy in TallyCopy.objects.select_related("tally", "unit").order_by("pk").iterator():
        rows = copy.rows.filter(removed_at=None).values_list("place", "values")
        if Spec.of(copy.tally.spec).sums(list(rows)) != copy.sums:
            bad.append(f"{copy.tally.name} {copy.unit.name}")
    return bad
