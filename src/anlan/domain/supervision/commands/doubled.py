"""Double assignment (双重交办): a hazard goes to the territory's line and to the sector's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn
from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision.refusals import DoubleRefused, PaperIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine, settings
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.notices import outbox

BOTH = (PartyRole.TERRITORY, PartyRole.REGULATOR)


@transaction.atomic(durable=True)
def double_assign(
    pk: UUID,
    *,
    territory: int,
    regulator: int,
    by: Actor,
    request_id: UUID,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
) -> UUID:
    """Give a hazard to both lines; neither alone can let it be closed (双重督办).

    Who rectifies it stays as it is: the two answer for it beside the rectifying unit.
    """
    policy.access(Hazard.objects.all(), "listed.double", by, pk, at=at)
    given = {"pk": pk, "territory": territory, "regulator": regulator, "reason": reason}
    if engine.once(request_id, "listed.double", by, given, at) is not None:
        return pk
    case = engine.lock([pk])[pk]
    if seen is not None and case.version != seen:
        raise MovedOn
    units = Unit.objects.filter(valid_to=None).in_bulk([territory, regulator])
    if territory not in units:
        raise PaperIncomplete(field="territory", reason=_("Choose the unit from the list."))
    if regulator not in units or regulator == territory:
        raise PaperIncomplete(
            field="regulator", reason=_("Choose another unit from the list, of the sector's line.")
        )
    if not case.is_open:
        raise DoubleRefused(reason=_("it is closed."))
    if Party.objects.filter(case=case, role__in=BOTH, until=None).exists():
        raise DoubleRefused(reason=_("it was given to them before."))
    machine = machines()[case.kind]
    names = {"territory": units[territory].name, "regulator": units[regulator].name}
    engine.take(
        machine, "amend", [Move(case, {}, dict(names))], by=by, at=at, request_id=request_id,
        reason=reason,
    )  # fmt: skip
    receipt = settings.current(machine.kind).due("receipt", "", at)
    for role, unit in zip(BOTH, (territory, regulator), strict=True):
        engine.parties([case], role, {pk: unit}, at=at, receipt_due=receipt.on if receipt else None)
    outbox.post(
        "listed.doubled", to_units=[territory, regulator], about=pk, at=at,
        data={"number": case.number, **names},
    )  # fmt: skip
    engine.answered(request_id, [pk])
    return pk
