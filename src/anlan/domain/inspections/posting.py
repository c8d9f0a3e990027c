"""Facts of a sweep: counted by area, sector, team and day, never a row for each subject.

But for which enterprises were inspected (家), and how often (家次): whom several sweeps have
visited, or a sweep and a record of enforcement on one day, counts once, so each visit says whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Count, Q

from anlan.domain.inspections.loop import CALL, INSPECTED, SWEEP, TEAM, TO_VISIT, VISITED, WHY
from anlan.domain.inspections.models import Sweep, Target, Visit
from anlan.kernel.facts import ledger
from anlan.kernel.facts.intern import key_of
from anlan.kernel.facts.ledger import NewFact

#: Facts that one statement posts.
POSTED_AT_ONCE = 5_000


def labels(sweep_id: int, sector: str | None, unit: int | None, why: str = "") -> Mapping[str, str]:
    return {
        SWEEP: str(sweep_id),
        **({"sector": sector} if sector else {}),
        **({TEAM: str(unit)} if unit else {}),
        **({WHY: why} if why else {}),
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


def _sector(target: Target) -> Mapping[str, str]:
    return {"sector": target.sector_id} if target.sector_id else {}


def of_enterprise(
    enterprise: int, unit: int | None, on: date, labels: Mapping[str, str], area: int
) -> list[NewFact]:
    """That this unit inspected this enterprise on that day: whom (家), and how often (家次)."""
    whom = f"enterprise:{enterprise}"
    return [
        NewFact(INSPECTED.code, labels, area, on, subject=whom, unit_id=unit),
        NewFact(CALL.code, labels, area, on, subject=f"{whom}:{unit or 0}:{on:%Y%m%d}",
                unit_id=unit),
    ]  # fmt: skip


def inspected(rows: Sequence[tuple[Visit, Target]]) -> list[NewFact]:
    """Whom these visits inspected, each at the place where its register has it."""
    said: dict[str | None, Mapping[str, str]] = {}
    return [
        fact
        for visit, target in rows
        for fact in of_enterprise(
            target.enterprise_id, visit.unit_id, visit.on,
            said.setdefault(target.sector_id, _sector(target)), target.area_id,
        )
    ]  # fmt: skip


def take_back_inspected(rows: Sequence[tuple[Visit, Target]], *, at: datetime) -> None:
    """Take back what each of these visits said."""
    # A visit from before this was counted has none.
    take_back(inspected(rows), at=at)


def take_back(facts: Sequence[NewFact], *, at: datetime) -> None:
    """Reverse a standing fact for each of these; which of two alike goes makes no difference."""
    taken: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for fact in facts:
        labels = key_of(fact.labels)
        key = (fact.kind, fact.area_id, fact.day, fact.subject, labels, fact.unit_id)
        found = ledger.standing(
            Q(kind__code=fact.kind, area_id=fact.area_id, day=fact.day, subject=fact.subject,
              labels__key=labels, unit_id=fact.unit_id)
        ).exclude(pk__in=taken[key])  # fmt: skip
        taken[key] += found.values_list("pk", flat=True)[:1]
    pks = [pk for each in taken.values() for pk in each]
    if pks:
        ledger.reverse(fact_ids=pks, at=at)
