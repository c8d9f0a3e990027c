"""A case's time: its clock stops, it gets more of it, or a provisional day is counted again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Unpack

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.kernel.calendar.deadlines import DeadlineRule, due
from anlan.kernel.loop import engine, settings, told
from anlan.kernel.loop.commands.signing import not_whoever_asked, reason_in
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Extension, PartyRole
from anlan.kernel.loop.refusals import ExtensionRefused
from anlan.kernel.loop.requests import Call


def suspend(machine: Machine, case: Case, *, on: bool, reason: str, **call: Unpack[Call]) -> None:
    """Stop the clock of a case, or start it again; the days it stood still are added (顺延)."""
    reason = reason_in(reason)
    step, today = "suspend" if on else "resume", timezone.localdate(call["at"])
    if on == (case.suspended_on is not None):
        raise engine.not_possible(case, step)
    fields: dict[str, Any] = {"suspended_on": today if on else None}
    if not on and case.suspended_on and case.due_on and case.due_on >= case.suspended_on:
        fields["due_on"] = case.due_on + (today - case.suspended_on)
    engine.take(machine, step, [Move(case, fields)], reason=reason, **call)


def ask_extension(
    machine: Machine, case: Case, *, until: date, reason: str, **call: Unpack[Call]
) -> Extension:
    reason = reason_in(reason)
    by, at = call["by"], call["at"]
    if case.due_on is None or until <= case.due_on:
        raise ExtensionRefused(reason=_("choose a day after the present deadline"))
    granted = Extension.objects.filter(case=case, granted=True).count()
    if granted >= settings.current(machine.kind).data["extensions_max"]:
        raise ExtensionRefused(reason=_("no further extension is provided for"))
    try:
        with transaction.atomic():
            wish = Extension.objects.create(
                case=case, asked_by=by.user_id, asked_at=at, until=until, reason=reason
            )
    except IntegrityError as error:
        raise ExtensionRefused(reason=_("one is waiting to be decided")) from error
    engine.take(
        machine, "extension_asked", [Move(case, {}, {"until": until})], reason=reason, **call
    )
    told.parties([case], PartyRole.ASSIGNER, "loop.extension_asked", at=at, reason=reason)
    return wish


def decide_extension(
    machine: Machine, case: Case, *, grant: bool, reason: str = "", **call: Unpack[Call]
) -> None:
    """Grant or refuse the extension that is waiting. Not by whoever asked for it."""
    by, at = call["by"], call["at"]
    wish = Extension.objects.select_for_update().filter(case=case, granted=None).first()
    if wish is None:
        raise ExtensionRefused(reason=_("none is waiting to be decided"))
    not_whoever_asked(case, "extension_asked", wish.asked_by, by)
    if grant:
        # The day that was granted is final, whatever a year's holidays will be.
        later = {
            "due_on": wish.until, "due_at": None, "due_provisional": False,
            "due_rule": {"kind": "date"}, "rung": 0,
        }  # fmt: skip
        engine.take(machine, "extend", [Move(case, later)], reason=reason, **call)
    else:
        reason = reason_in(reason)
        engine.take(machine, "extension_refused", [Move(case)], reason=reason, **call)
    Extension.objects.filter(pk=wish.pk).update(
        granted=grant, decided_by=by.user_id, decided_at=at, answer=reason
    )
    told.parties([case], PartyRole.RECTIFIER, "loop.extension_decided", at=at, granted=grant)


def recount(machine: Machine, **call: Unpack[Call]) -> int:
    """Count provisional deadlines again, now that a year's holidays are announced (F11).

    Only what was counted from a day; where a day was stated, whoever stated it moves it.
    """
    waiting = Case.objects.filter(
        kind=machine.kind, unsettled=True, due_provisional=True, due_rule__has_key="from"
    )
    moves = []
    for case in engine.lock(waiting.values_list("pk", flat=True)).values():
        rule = dict(case.due_rule)
        start = datetime.fromisoformat(rule.pop("from"))
        counted = due(DeadlineRule(**rule), start)
        if (counted.on, counted.provisional) != (case.due_on, case.due_provisional):
            fields = {
                "due_on": counted.on,
                "due_at": counted.at,
                "due_provisional": counted.provisional,
            }
            moves.append(Move(case, fields))
    engine.take(machine, "recount", moves, **call)
    return len(moves)
