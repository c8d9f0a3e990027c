"""As which unit an enterprise answers."""

from __future__ import annotations

from datetime import datetime

from anlan.base.actor import Actor
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import units
from anlan.kernel.accounts.models import Jurisdiction, UnitKind, valid_on
from anlan.kernel.accounts.policy import today_of


def unit_of(firm: Enterprise, *, by: Actor, at: datetime) -> int:
    """The unit that the enterprise has already, else one that is made for it."""
    found = (
        Jurisdiction.objects.filter(
            valid_on(today_of(by)), valid_on(today_of(by), "unit__"), enterprise_id=firm.pk,
            unit__kind=UnitKind.ENTERPRISE,
        )
        .order_by("pk")
        .values_list("unit", flat=True)
        .first()
    )  # fmt: skip
    if found is not None:
        return int(found)
    return units.for_enterprise(firm.pk, firm.name, firm.area_id, firm.path, by=by, at=at).pk
