"""A unit says that nothing in one of its lists has changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.lists import freshness
from anlan.domain.lists.models import NoChange, UnitUpdate
from anlan.domain.lists.refusals import Incomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail


@transaction.atomic(durable=True)
def state_no_change(
    unit_pk: int, which: str, *, note: str = "", by: Actor, at: datetime
) -> None:  # fmt: skip
    """which: a code of ``freshness.LISTS``."""
    unit = policy.access(Unit.objects.all(), "freshness.state", by, unit_pk, at=at)
    if which not in freshness.LISTS:
        raise Incomplete(field="which", reason=_("Say of which list: problems or measures."))
    NoChange.objects.create(
        unit=unit, which=which, at=at, user_id=by.user_id, who=by.name, note=note[:300]
    )
    UnitUpdate.objects.bulk_create([UnitUpdate(unit=unit)], ignore_conflicts=True)
    row = UnitUpdate.objects.select_for_update().get(unit=unit)
    freshness.LISTS[which].put(row, "no_change_at", at)
    row.save()
    entry = trail.Entry(
        "lists.no_change", "unit", unit.pk, reason=note[:300], after={"list": which}
    )
    trail.record([entry], by=by, at=at)
