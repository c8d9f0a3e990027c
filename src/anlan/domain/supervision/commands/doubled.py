"""Double assignment (双重交办): a hazard goes to the territory's line and to the sector's."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision.refusals import DoubleRefused, PaperIncomplete
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine, frame, settings
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import OnOne
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.notices import outbox

BOTH = (PartyRole.TERRITORY, PartyRole.REGULATOR)


@transaction.atomic(durable=True)
def double_assign(
    pk: UUID, *, territory: int, regulator: int, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Give a hazard to both lines; neither alone can let it be closed (双重督办).

    Who rectifies it stays as it is: the two answer for it beside the rectifying unit.
    """
    given = {"territory": territory, "regulator": regulator, "reason": reason}
    work = frame.begin(Hazard, "listed.double", [pk], given, **call)
    for machine, case in work.each():
        names = _names(territory, regulator)
        if not case.is_open:
            raise DoubleRefused(reason=_("it is closed."))
        if Party.objects.filter(case=case, role__in=BOTH, until=None).exists():
            raise DoubleRefused(reason=_("it was given to them before."))
        engine.take(machine, "amend", [Move(case, {}, dict(names))], reason=reason, **work.call)
        receipt = settings.current(machine.kind).due("receipt", "", work.at)
        for role, unit in zip(BOTH, (territory, regulator), strict=True):
            engine.parties(
                [case], role, {pk: unit}, at=work.at, receipt_due=receipt.on if receipt else None
            )
        outbox.post(
            "listed.doubled", to_units=[territory, regulator], about=pk, at=work.at,
            data={"number": case.number, **names},
        )  # fmt: skip
    return work.done()


def _names(territory: int, regulator: int) -> dict[str, str]:
    units = Unit.objects.filter(valid_to=None).in_bulk([territory, regulator])
    if territory not in units:
        raise PaperIncomplete(field="territory", reason=_("Choose the unit from the list."))
    if regulator not in units or regulator == territory:
        raise PaperIncomplete(
            field="regulator", reason=_("Choose another unit from the list, of the sector's line.")
        )
    return {"territory": units[territory].name, "regulator": units[regulator].name}
