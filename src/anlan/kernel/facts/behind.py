"""What is behind a figure: the facts that it sums, for pages that open one.

asked = Asked("hazard.found", area, period, {"grade": ["major"]})
value_of(asked, at), facts_of(asked, at)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import sql
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.models import Fact, Fold
from anlan.kernel.regions.models import Region


@dataclass(frozen=True)
class Asked:
    """One figure, as its link names it."""

    kind: str
    area: Region
    period: Period
    where: Mapping[str, list[str]] = field(default_factory=dict)
    #: What was counted at the area itself and at nothing below it (本级).
    own: bool = False
    #: As the ledger knew it at that moment; None: as it knows it now.
    known_at: datetime | None = None


def value_of(asked: Asked, at: datetime) -> int | None:
    """The figure itself."""
    cells = figures(
        Query(
            kinds=[asked.kind], areas=[asked.area.pk], periods=[asked.period], at=at,
            by=("region",) if asked.own else (), where=asked.where, as_known_at=asked.known_at,
        )
    )  # fmt: skip
    values = [cell.value for cell in cells if cell.own == asked.own]
    return values[0] if values else 0


def facts_of(asked: Asked, at: datetime) -> QuerySet[Fact]:
    """The facts that a figure sums; of one as known then, ask for the figure first.

    Asking leaves the fold up to which it was known.
    """
    places = Q(area_id=asked.area.pk)
    if not asked.own:
        places = Q(area_id__in=Region.objects.below(asked.area).values("pk"))
    return facts_in(
        places, asked.kind, asked.period, asked.where, timezone.localdate(at), asked.known_at
    )


def facts_in(
    places: Q, kind: str, period: Period, where: Mapping[str, Sequence[str]], today: date,
    known_at: datetime | None = None,
) -> QuerySet[Fact]:  # fmt: skip
    """The facts of a kind in places and days, with labels, as known now or then.

    A stock is a sum of all days so far; what is dated ahead (a deadline) isn't in it yet.
    """
    stock = known(kind).measure is Measure.STOCK
    end = min(period.end, today) if stock else period.end
    rows = Fact.objects.filter(places, kind__code=kind, day__lte=end)
    if not stock:
        rows = rows.filter(day__gte=period.start)
    for name, values in where.items():
        rows = rows.filter(sql.labelled(name, values))
    if known_at is not None:
        fold = Fold.objects.filter(at__lte=known_at).order_by("-at").first()
        rows = rows.filter(**{f"{sql.order_column()}__lt": fold.mark if fold else 0})
    return rows
