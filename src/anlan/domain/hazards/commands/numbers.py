"""Opening the telephone and identity numbers that a workbook's row brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.base import sealed
from anlan.base.actor import Actor
from anlan.domain.hazards.models import Sighting
from anlan.kernel.audit import trail


@transaction.atomic
def show(row: Sighting, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The row's cells with what is sealed opened; who opened it is on record, and what they saw
    is not."""
    after = {"unit": row.unit_id, "sheet": row.sheet, "row": row.row}
    entry = trail.Entry("hazard.numbers", "hazards.hazard", row.case_id, after=after)
    trail.record([entry], by=by, at=at)
    return sealed.opened(row.raw, row.place)
