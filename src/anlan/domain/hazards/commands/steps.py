"""The way round the loop: assigned, signed for, rectified, verified, closed, looked at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.prepared import Among
from anlan.domain.hazards.commands.frame import begin
from anlan.domain.hazards.commands.records import attach, set_fields
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.refusals import FiveElementsMissing, Incomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, settings, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import Call, OnOne, OnSet
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.papers.attachments import Prepared

FIVE_LABELS = {
    "measure": _("measure"),
    "responsible_unit": _("responsible unit or person"),
    "funds": _("funds"),
    "due_on": _("deadline"),
    "contingency": _("contingency plan"),
}


def assign_within(
    pks: Sequence[UUID],
    *,
    rectifier: int,
    due_on: date | None = None,
    others: Mapping[PartyRole, int] | None = None,
    reason: str = "",
    **call: Unpack[OnSet],
) -> list[UUID]:
    """Assign to a rectifying unit with a deadline: the stated one, else by the settings' rule.

    In the transaction of a command that found the cases: both stand, or neither.
    """
    assert transaction.get_connection().in_atomic_block
    given = {"rectifier": rectifier, "due_on": due_on, "others": others, "reason": reason}
    work = begin("hazard.assign", pks, given, **call)
    for machine, cases in work:
        _check_units("rectifier", {rectifier, *(others or {}).values()})
        if due_on and due_on < timezone.localdate(work.at):
            raise Incomplete(
                field="due_on", reason=_("The deadline is in the past; choose a later day.")
            )
        loop.assign(
            machine,
            cases,
            rectifier=dict.fromkeys([case.pk for case in cases], rectifier),
            others={
                role: dict.fromkeys([case.pk for case in cases], unit)
                for role, unit in (others or {}).items()
            },
            due_on=due_on,
            reason=reason,
            **work.call,
        )
    return work.done()


#: The same as a command of its own.
assign = transaction.atomic(durable=True)(assign_within)


@transaction.atomic(durable=True)
def hand_over(pk: UUID, *, to_unit: int, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Another unit rectifies from now on; the deadline stays."""
    work = begin("hazard.hand_over", [pk], {"to_unit": to_unit, "reason": reason}, **call)
    for machine, case in work.each():
        _check_units("to_unit", {to_unit})
        loop.hand_over(machine, case, to_unit=to_unit, reason=reason, **work.call)
    return work.done()


def _check_units(field: str, wanted: set[int]) -> None:
    if len(_standing.rows(wanted)) != len(wanted):
        raise Incomplete(field=field, reason=_("Choose the unit from the list."))


_standing = Among(lambda: Unit.objects.filter(valid_to=None).values_list("pk"), "pk")


@transaction.atomic(durable=True)
def receive(pks: Sequence[UUID], **call: Unpack[Call]) -> list[UUID]:
    """Sign for receipt for all one's units that have a part."""
    work = begin("hazard.receive", pks, {}, **call)
    for machine, cases in work:
        units = policy.units_of(work.by, ("rectifier", "office", "leader", "inspector"))
        loop.receive(machine, cases, units=units, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def rectify(
    pk: UUID,
    *,
    result: str,
    fields: Mapping[str, Any] | None = None,
    photos: Sequence[Prepared] = (),
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Report a hazard rectified, with what was done, and ask for verification."""
    work = begin("hazard.rectify", [pk], {"result": result, "fields": fields}, **call)
    for machine, case in work.each():
        if not result.strip():
            raise Incomplete(field="result", reason=_("Say what was done; photos go below."))
        [hazard] = _hazards.rows([pk])
        hazard.case = case
        diff = set_fields(hazard, {**(fields or {}), "result": result})
        if case.grade in settings.current(machine.kind).data["five_elements"]:
            _check_five_elements(hazard)
        moves = [Move(case, {}, {**diff, "result": result})]
        engine.take(machine, "rectify", moves, **work.call)
        attach(photos, pk, "after", work.by, work.at)
        told.parties([case], PartyRole.ASSIGNER, "loop.to_verify", at=work.at)
    return work.done()


_hazards = Among(lambda: Hazard.objects.all(), "pk")


def _check_five_elements(hazard: Hazard) -> None:
    if missing := hazard.five_missing:
        names = "、".join(str(FIVE_LABELS[name]) for name in missing)
        raise FiveElementsMissing(number=hazard.case.number, fields=names)


@transaction.atomic(durable=True)
def verify(pks: Sequence[UUID], *, reason: str = "", **call: Unpack[OnSet]) -> list[UUID]:
    """Confirm on the evidence that it is rectified; never by whoever rectified it."""
    work = begin("hazard.verify", pks, {"reason": reason}, **call)
    for machine, cases in work:
        moves = [Move(case) for case in cases]
        engine.take(machine, "verify", moves, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def reject(
    pks: Sequence[UUID], *, reason: str, due_on: date | None = None, **call: Unpack[OnSet]
) -> list[UUID]:
    """Return a rectification with a reason and a new deadline."""
    work = begin("hazard.reject", pks, {"reason": reason, "due_on": due_on}, **call)
    for machine, cases in work:
        loop.reject(machine, cases, reason=reason, due_on=due_on, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def review(pk: UUID, *, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """Sign off the closing for the unit whose turn it is (逐级审核)."""
    work = begin("hazard.review", [pk], {"reason": reason}, **call)
    for machine, case in work.each():
        units = policy.units_of(work.by, ("office", "leader", "inspector"))
        loop.review(machine, case, units=units, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def close(pks: Sequence[UUID], *, reason: str = "", **call: Unpack[OnSet]) -> list[UUID]:
    """Close (销号). A major hazard takes two people: the second signature closes it."""
    work = begin("hazard.close", pks, {"reason": reason}, **call)
    for machine, cases in work:
        loop.close(machine, cases, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def look_back(pk: UUID, *, holds: bool, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Look again after closing (回头看): it holds, or it broke out again (反弹)."""
    work = begin("hazard.look_back", [pk], {"holds": holds, "reason": reason}, **call)
    for machine, case in work.each():
        loop.look_back(machine, case, holds=holds, reason=reason, **work.call)
    return work.done()
