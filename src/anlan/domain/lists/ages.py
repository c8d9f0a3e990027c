"""Open hazards by area and age, and whether an area is cleared to zero (动态清零)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Count, Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards import queries
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists import sums
from anlan.domain.lists.settings import Band
from anlan.domain.lists.sums import Line
from anlan.kernel.accounts import policy, readers
from anlan.kernel.regions.models import Region

#: As the hazard list's own filter says it.
_LATE = {"case__unsettled": True, "case__suspended_on": None}


@dataclass
class Ages:
    """Counts for one area: by band, then all open, then overdue; and the same below it."""

    bands: list[Band]
    total: list[int]
    lines: list[Line]

    @property
    def open(self) -> int:
        return self.total[-2]

    @property
    def overdue(self) -> int:
        return self.total[-1]

    @property
    def cleared(self) -> bool:
        """动态清零: true only where nothing is overdue."""
        return self.overdue == 0


def read(area: Region, kind: str, bands: list[Band], by: Actor, at: datetime, today: date) -> Ages:
    """Raises NotFound where no post of ``by`` covers the area."""
    allowed = readers.demand(by, area, at)
    # Whoever covers the area in all sectors sees every row of it, so their rule needn't be asked.
    rows = Hazard.objects.all() if allowed is None else queries.visible(by)
    figures: dict[str, Any] = {
        f"band_{n}": Count("pk", filter=opened_in(band, today)) for n, band in enumerate(bands)
    }
    figures["open"] = Count("pk")
    figures["late"] = Count("pk", filter=Q(case__due_on__lt=today, **_LATE))
    found: Any = (
        rows.filter(below(area.path, "case__path"), case__kind=kind, case__is_open=True)
        .order_by()
        .values("case__path")
        .annotate(**figures)
    )
    counted = [(line["case__path"], [line[name] for name in figures]) for line in found]
    total = [sum(column) for column in zip(*(counts for _path, counts in counted), strict=True)]
    return Ages(bands, total or [0] * len(figures), sums.by_area(counted, area, len(figures)))


def opened_in(band: Band, today: date) -> Q:
    """Begun so many days ago as the band says."""
    first, last = band.days(today)
    where = Q(case__opened_on__lte=last)
    return where & Q(case__opened_on__gte=first) if first else where


def at_area_itself(
    area: Region, kind: str, band: Band | None, late: bool, by: Actor, at: datetime, today: date
) -> QuerySet[Hazard]:
    """The open hazards of an area itself, of nothing below it: rows behind the line 本级."""
    readers.demand(by, area, at)
    parts = [Q(case__area=area, case__kind=kind, case__is_open=True)]
    if band:
        parts.append(opened_in(band, today))
    if late:
        parts.append(Q(case__due_on__lt=today, **_LATE))
    rows: QuerySet[Hazard] = policy.permitted(Hazard.objects.all(), "hazard.view", by)
    return rows.filter(reduce(and_, parts))
