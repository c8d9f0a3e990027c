"""Reading double assignments: which hazards went to both lines, and who has confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from anlan.base.actor import Actor
from anlan.domain.hazards import queries as hazards
from anlan.domain.hazards.loop import LOOPS
from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision.reports import FOUND, within
from anlan.kernel.loop import settings
from anlan.kernel.loop.commands.checking import BOTH_LINES
from anlan.kernel.loop.models import Party, PartyRole
from anlan.ui.keyset import Page


@dataclass(frozen=True)
class DoubleRow:
    hazard: Hazard
    territory: Party | None
    regulator: Party | None

    @property
    def pk(self) -> UUID:
        pk: UUID = self.hazard.pk
        return pk


def _has(role: PartyRole, **more: Any) -> Q:
    # IN, not EXISTS: few are given to both lines.
    rows = Party.objects.filter(role=role, until=None, **more)
    return Q(case__in=rows.values("case"))


def where(state: str | None) -> Q:
    """Given to both lines; or, where the rules ask for it, not given to them yet."""
    if state == "missing":
        asked = Q(pk__in=[])
        for kind in LOOPS:
            sources = settings.current(kind).data["double_assignment"]
            asked |= Q(case__kind=kind, case__source__in=sources)
        none = ~_has(PartyRole.TERRITORY) | ~_has(PartyRole.REGULATOR)
        return asked & Q(case__is_open=True) & none
    both = _has(PartyRole.TERRITORY) & _has(PartyRole.REGULATOR)
    if state == "waiting":
        unconfirmed = [_has(role, confirmed_at=None) for role in sorted(BOTH_LINES)]
        return both & Q(case__is_open=True) & (unconfirmed[0] | unconfirmed[1])
    return both & ~Q(case__state="void")


def page(by: Actor, asked: Any, params: Any) -> tuple[Page[Hazard], list[DoubleRow]]:
    wanted = where(asked["state"]) & within(asked["area"])
    found = hazards.page_where(by, wanted, FOUND, params)
    parties: dict[tuple[UUID, str], Party] = {}
    rows = Party.objects.filter(
        case__in=[row.pk for row in found.rows], role__in=BOTH_LINES, until=None
    )
    for party in rows.select_related("unit").order_by("pk"):
        parties.setdefault((party.case_id, party.role), party)
    return found, [
        DoubleRow(
            row,
            parties.get((row.pk, PartyRole.TERRITORY)),
            parties.get((row.pk, PartyRole.REGULATOR)),
        )
        for row in found.rows
    ]
