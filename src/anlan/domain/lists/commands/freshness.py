"""A unit says that nothing in its list has changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.actor import Actor
from anlan.domain.lists.models import NoChange, UnitUpdate
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail


@transaction.atomic(durable=True)
def state_no_change(unit_pk: int, *, note: str = "", by: Actor, at: datetime) -> None:
    unit = policy.access(Unit.objects.all(), "freshness.state", by, unit_pk, at=at)
    NoChange.objects.create(unit=unit, at=at, user_id=by.user_id, who=by.name, note=note[:300])
    UnitUpdate.objects.bulk_create([UnitUpdate(unit=unit)], ignore_conflicts=True)
    row = UnitUpdate.objects.select_for_update().get(unit=unit)
    row.no_change_at = row.latest = at
    row.told = 0
    row.save()
    trail.record([trail.Entry("lists.no_change", "unit", unit.pk, reason=note[:300])], by=by, at=at)
