"""What a workbook still claims of a case that has come back since is old news.

A rectification was returned, or what was closed broke out again (反弹): the register that is sent
once more says of it what it said before. Only a later day speaks of the round it is in now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Max

from anlan.base import bulk
from anlan.domain.hazards.importing.rows import Claim
from anlan.kernel.loop.models import Event

#: Steps with which a new round begins.
RETURNS = ("reject", "reopen")


def came_back(case_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The day on which each of those that came back did so last."""
    found: dict[UUID, date] = {}
    for chunk in bulk.slices(sorted(case_ids)):
        events = Event.objects.filter(case__in=chunk, step__in=RETURNS).order_by()
        found.update(events.values_list("case").annotate(last=Max("day")))
    return found


def news(claim: Claim, state: str, back: date | None) -> Claim:
    """The claim, or none where what would move a case in this state is of before it came back."""
    settled = claim.settled if state in ("found", "assigned") else claim.closed or claim.settled
    stale = back is not None and settled is not None and settled <= back
    return Claim() if stale else claim
