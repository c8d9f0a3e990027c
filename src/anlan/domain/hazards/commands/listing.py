"""Listed supervision of major hazards (挂牌督办) and its end (摘牌)."""

from __future__ import annotations

from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.domain.hazards.commands.frame import begin
from anlan.domain.hazards.models import Grade
from anlan.domain.hazards.refusals import Incomplete
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.regions.models import Level


@transaction.atomic(durable=True)
def put_on_list(
    pk: UUID,
    *,
    level: int,
    number: str,
    due_on: date,
    supervisor: int,
    reason: str = "",
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Put a major hazard under listed supervision by a government's level."""
    given = {"level": level, "number": number, "due_on": due_on, "supervisor": supervisor}
    work = begin("hazard.list", [pk], {**given, "reason": reason}, **call)
    for machine, case in work.each():
        if case.grade != Grade.MAJOR:
            raise loop.ListingRefused(reason=_("only major hazards are listed; grade it first"))
        if not number.strip():
            raise Incomplete(field="number", reason=_("Enter the number of the listing notice."))
        _check_level(level, supervisor)
        loop.put_on_list(
            machine,
            case,
            level=level,
            number=number.strip(),
            due_on=due_on,
            supervisor=supervisor,
            reason=reason,
            **work.call,
        )
    return work.done()


def _check_level(level: int, supervisor: int) -> None:
    """A unit lists for its own government or one below, never for one above (挂牌督办分级)."""
    unit = Unit.objects.select_related("area").filter(pk=supervisor, valid_to=None).first()
    if unit is None:
        raise Incomplete(field="supervisor", reason=_("Choose the unit from the list."))
    if not Level.PROVINCE <= level <= Level.COUNTY:
        raise Incomplete(
            field="level", reason=_("A province, prefecture or county lists. Choose one of them.")
        )
    if level < unit.area.level:
        raise Incomplete(
            field="level",
            reason=_(
                "%(unit)s can't list for a level above its own. Choose its level, or the unit."
            )
            % {"unit": unit.name},
        )


@transaction.atomic(durable=True)
def ask_delisting(pk: UUID, *, reason: str, **call: Unpack[Call]) -> list[UUID]:
    work = begin("hazard.delist", [pk], {"ask": True, "reason": reason}, **call)
    for machine, case in work.each():
        loop.ask_delisting(machine, case, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def delist(pk: UUID, *, reason: str, **call: Unpack[Call]) -> list[UUID]:
    """Take a hazard off the list after acceptance; not by whoever asked for it."""
    work = begin("hazard.delist", [pk], {"ask": False, "reason": reason}, **call)
    for machine, case in work.each():
        loop.delist(machine, case, reason=reason, **work.call)
    return work.done()
