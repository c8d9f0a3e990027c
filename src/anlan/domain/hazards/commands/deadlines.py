"""Stopping a hazard's clock, giving it more time, and urging what runs out of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction

from anlan.domain.hazards.commands.frame import begin
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.frame import OnOne, OnSet


@transaction.atomic(durable=True)
def suspend(pk: UUID, *, on: bool, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Stop the clock, or start it again; the days it stood still are added."""
    work = begin("hazard.suspend", [pk], {"on": on, "reason": reason}, **call)
    for machine, case in work.each():
        loop.suspend(machine, case, on=on, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def ask_extension(pk: UUID, *, until: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("hazard.ask_extension", [pk], {"until": until, "reason": reason}, **call)
    for machine, case in work.each():
        loop.ask_extension(machine, case, until=until, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def decide_extension(
    pk: UUID, *, grant: bool, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Grant or refuse the extension that is waiting; not by whoever asked for it."""
    work = begin("hazard.decide_extension", [pk], {"grant": grant, "reason": reason}, **call)
    for machine, case in work.each():
        loop.decide_extension(machine, case, grant=grant, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def urge(pks: Sequence[UUID], *, reason: str = "", **call: Unpack[OnSet]) -> list[UUID]:
    """Urge whoever must rectify what is late or soon due (催办); the state stays."""
    work = begin("hazard.urge", pks, {"reason": reason}, **call)
    for machine, cases in work:
        loop.urge(machine, cases, reason=reason, **work.call)
    return work.done()
