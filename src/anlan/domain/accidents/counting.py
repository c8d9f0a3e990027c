"""What an accident counts: facts on its day, under the labels that stand.

When a number, the grade, the scope, the sector or the area changes, the facts that no longer hold
are reversed and posted anew. So a figure of today is right at once, and what was published before
a supplement is still there as it was known then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from anlan.domain.accidents.loop import COUNTED, DEATHS, HAPPENED, LOSS, MISSING, SERIOUS
from anlan.domain.accidents.models import Accident
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact


class Stand(NamedTuple):
    """One fact that an accident stands for."""

    quantity: int
    area_id: int
    day: date
    #: Names and values, in order: a mapping could not be compared cheaply.
    labels: tuple[tuple[str, str], ...]


def stands(accident: Accident) -> dict[str, Stand]:
    """What the accident counts as its row and its case are now; nothing where it is void."""
    case = accident.case
    if case.state == "void":
        return {}
    labels = {
        "grade": case.grade, "sector": case.sector_id or "", "scope": accident.scope,
        "type": accident.type, "nature": accident.nature,
    }  # fmt: skip
    named = tuple((name, value) for name, value in labels.items() if value)
    day = timezone.localdate(accident.happened_at)
    numbers = {
        HAPPENED.code: 1, DEATHS.code: accident.deaths, SERIOUS.code: accident.serious,
        MISSING.code: accident.missing, LOSS.code: accident.loss_fen,
    }  # fmt: skip
    return {code: Stand(n, case.area_id, day, named) for code, n in numbers.items() if n}


def post(accidents: Iterable[Accident], *, at: datetime, batch_id: UUID | None = None) -> None:
    """Count accidents that are new."""
    facts = [_fact(row, code, stand) for row in accidents for code, stand in stands(row).items()]
    ledger.post(facts, at=at, batch_id=batch_id)


def recount(pairs: Sequence[tuple[Accident, Mapping[str, Stand]]], *, at: datetime) -> None:
    """Bring the ledger from what accidents counted before to what they count now.

    In the caller's transaction, with the cases locked.
    """
    facts = []
    for accident, before in pairs:
        after = stands(accident)
        changed = [kind.code for kind in COUNTED if before.get(kind.code) != after.get(kind.code)]
        gone = [code for code in changed if code in before]
        if gone:
            ledger.reverse(case_ids=[accident.pk], kinds=gone, at=at)
        facts += [_fact(accident, code, after[code]) for code in changed if code in after]
    ledger.post(facts, at=at)


def _fact(accident: Accident, code: str, stand: Stand) -> NewFact:
    return NewFact(
        kind=code, labels=dict(stand.labels), area_id=stand.area_id, day=stand.day,
        quantity=stand.quantity, case_id=accident.pk, unit_id=accident.case.unit_id,
    )  # fmt: skip
