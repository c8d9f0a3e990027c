"""Facts of a sweep: counted by area, sector, team and day, never a row for each subject."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count

from anlan.domain.inspections.loop import SWEEP, TEAM, TO_VISIT, VISITED
from anlan.domain.inspections.models import Sweep, Target
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact

#: Facts that one statement posts.
POSTED_AT_ONCE = 5_000


def labels(sweep_id: int, sector: str | None, unit: int | None) -> Mapping[str, str]:
    return {
        SWEEP: str(sweep_id),
        **({"sector": sector} if sector else {}),
        **({TEAM: str(unit)} if unit else {}),
    }


def post_register(sweep: Sweep, *, sign: int, at: datetime) -> None:
    """Post how many subjects are to be visited and were, or take it back with ``sign`` −1.

    Whoever changes the register or its teams takes back what stood before and posts what stands
    now: both stay in the ledger, so that a figure of yesterday can be shown as it was.
    """
    groups = (
        Target.objects.filter(sweep=sweep)
        .order_by()
        .values_list("area_id", "sector_id", "unit_id", "visited_on")
        .annotate(n=Count("pk"))
    )
    facts = []
    for area, sector, unit, visited_on, n in groups:
        said = labels(sweep.pk, sector, unit)
        facts.append(NewFact(TO_VISIT.code, said, area, sweep.starts_on, sign * n))
        if visited_on:
            facts.append(NewFact(VISITED.code, said, area, visited_on, sign * n))
    for start in range(0, len(facts), POSTED_AT_ONCE):
        ledger.post(facts[start : start + POSTED_AT_ONCE], at=at)
