"""Who regulates a sector in an area (三管三必须): changed by the day, with a reason, on record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import policy, sectors
from anlan.kernel.accounts.commands.refusals import RegulatorRefused
from anlan.kernel.accounts.commands.units import Land, add_lands
from anlan.kernel.accounts.models import Jurisdiction, Sector, Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry
from anlan.kernel.regions.models import Region


@transaction.atomic
def set_regulators(
    sector_code: str,
    area: Region,
    unit_ids: Collection[int],
    *,
    by: Actor,
    at: datetime,
    reason: str,
) -> None:
    """Exactly these departments regulate a sector in an area from today on.

    Only lines of this very area change: a department of an area above keeps what it has there.
    Raises RegulatorRefused, NotFound.
    """
    policy.demand(by, "units.grant", at)
    if not reason.strip():
        raise RegulatorRefused(reason=_("write why; whoever reads this later must understand it."))
    sector = Sector.objects.filter(pk=sector_code).first()
    if sector is None:
        raise NotFound
    today = timezone.localdate(at)
    # One change of an area at a time: two at once would both add the same line.
    Region.objects.select_for_update(of=("self",), no_key=True).get(pk=area.pk)
    units = {unit.pk: unit for unit in sectors.candidates(area, today).filter(pk__in=unit_ids)}
    if units.keys() != set(unit_ids):
        raise RegulatorRefused(
            reason=_("choose departments of this area or of one above it; one of these is neither.")
        )
    held = Jurisdiction.objects.filter(
        unit__kind=UnitKind.DEPARTMENT, area=area, sector=sector, enterprise_id=None, valid_to=None
    ).select_related("unit")
    before = {row.unit_id: row.unit for row in held}
    gone = [row.pk for row in held if row.unit_id not in units]
    Jurisdiction.objects.filter(pk__in=gone).update(valid_to=today - timedelta(days=1))
    new = [unit for pk, unit in units.items() if pk not in before]
    add_lands([(unit, Land(area, sector.code)) for unit in new], today)
    if not gone and not new:
        return
    entry = Entry(
        "units.regulators_set",
        "accounts.sector",
        f"{area.code}/{sector.code}",
        reason=reason.strip(),
        before={"units": _names(before.values())},
        after={"units": _names(units.values())},
    )
    trail.record([entry], by=by, at=at)


def _names(units: Collection[Unit]) -> list[str]:
    return sorted(unit.name for unit in units)
