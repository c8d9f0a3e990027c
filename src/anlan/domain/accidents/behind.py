"""The accidents behind a figure, as the ledger knows them now or knew them at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from anlan.base.actor import Actor
from anlan.domain.accidents import queries
from anlan.domain.accidents.models import Accident
from anlan.domain.hazards import behind as facts
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import sql
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.models import Fact, Fold
from anlan.kernel.regions.models import Region


@dataclass(frozen=True)
class Asked:
    """One figure, as its link names it."""

    kind: str
    area: Region
    period: Period
    where: Mapping[str, list[str]] = field(default_factory=dict)
    own: bool = False
    known_at: datetime | None = None


def value_of(asked: Asked, at: datetime) -> int | None:
    cells = figures(
        Query(
            kinds=[asked.kind], areas=[asked.area.pk], periods=[asked.period], at=at,
            by=("region",) if asked.own else (), where=asked.where, as_known_at=asked.known_at,
        )
    )  # fmt: skip
    values = [cell.value for cell in cells if cell.own == asked.own]
    return values[0] if values else 0


def quantities(asked: Asked, at: datetime) -> QuerySet[Fact, Any]:
    """By case how much of the figure it is; ask for the figure first, which leaves the fold."""
    rows = facts.facts_of(
        facts.Asked(asked.kind, asked.area, asked.period, asked.where, asked.own), at
    )
    if asked.known_at is not None:
        fold = Fold.objects.filter(at__lte=asked.known_at).order_by("-at").first()
        rows = rows.filter(**{f"{sql.order_column()}__lt": fold.mark if fold else 0})
    rows = rows.filter(case_id__isnull=False).order_by()
    return rows.values("case_id").annotate(sum=Sum("quantity")).exclude(sum=0)


def accidents(asked: Asked, by: Actor, at: datetime) -> QuerySet[Accident]:
    """Those that ``by`` may see."""
    return queries.visible(by).filter(pk__in=quantities(asked, at).values("case_id"))
