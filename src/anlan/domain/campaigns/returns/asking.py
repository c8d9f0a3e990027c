"""Asking for returns as their days come near, and moving days that the calendar moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import Duty, Return
from anlan.domain.campaigns.returns import rule as returns_rule
from anlan.domain.campaigns.returns.loop import RETURN
from anlan.domain.campaigns.returns.rule import Rule
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

declare(
    "campaigns.return_asked",
    _("“%(title)s” is due on %(due)s: file it, or a nil report."),
    "campaigns:return",
)


def open_due(now: datetime) -> int:
    """Ask for what is due soon under every duty in force; a tick calls it."""
    _move_provisional(now)
    asked = 0
    today = timezone.localdate(now)
    soon = Duty.objects.filter(ended_on=None, ends_on__gte=today).order_by("pk")
    for pk in soon.values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            duty = Duty.objects.select_for_update(of=("self",)).filter(pk=pk, ended_on=None).first()
            if duty is not None:
                asked += open_returns(duty, by=CLOCK, at=now, request_id=uuid7())
    return asked


def _move_provisional(now: datetime) -> None:
    """Put what is still owed on the day that the calendar now gives for the day stated.

    The kernel's recount can't: a stated day has no count to begin again.
    """
    calendar = Calendar.load()
    owed = Q(returns__case__unsettled=True, returns__case__due_provisional=True)
    for pk in Duty.objects.filter(owed).order_by("pk").distinct().values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            duty = Duty.objects.select_for_update(of=("self",)).get(pk=pk)
            _move_days(duty, calendar, by=CLOCK, at=now, request_id=uuid7())


def _move_days(duty: Duty, calendar: Calendar, **call: Any) -> None:
    rule = Rule.of(duty.rule)
    waiting = duty.returns.filter(case__unsettled=True, case__due_provisional=True)
    rows = {row.pk: row for row in waiting}
    moves, moved = [], []
    for pk, case in engine.lock(rows).items():
        row, one = rows[pk], returns_rule.day_of(rule, rows[pk].stated_on, calendar)
        # Whoever was given another day keeps it; what was filed meanwhile stands.
        if not case.unsettled or case.due_on != row.due_on:
            continue
        if (one.day, one.provisional) != (case.due_on, case.due_provisional):
            changed = {"due_on": one.day, "due_provisional": one.provisional}
            moves.append(Move(case, changed))
            row.due_on = one.day
            moved.append(row)
    engine.take(RETURN, "recount", moves, **call)
    Return.objects.bulk_update(moved, ["due_on"], batch_size=500)


def open_returns(duty: Duty, *, by: Actor, at: datetime, request_id: UUID) -> int:
    """Open the returns that come due within the duty's days ahead, each once."""
    today = timezone.localdate(at)
    last = min(duty.ends_on, today + timedelta(duty.opens_days))
    days = returns_rule.due_days(Rule.of(duty.rule), duty.starts_on, last)
    if not days:
        return 0
    stated = [one.stated for one in days]
    have = set(duty.returns.filter(stated_on__in=stated).values_list("unit", "stated_on"))
    units = Unit.objects.filter(pk__in=duty.owing.values("unit"), valid_to=None).select_related(
        "area"
    )
    wanted = [
        (uuid7(), unit, one)
        for one in days for unit in units if (unit.pk, one.stated) not in have
    ]  # fmt: skip
    for part in bulk.slices(wanted, 500):
        _open_part(duty, part, by=by, at=at, request_id=request_id)
    return len(wanted)


def _open_part(duty: Duty, wanted: Sequence[Any], **call: Any) -> None:
    today = timezone.localdate(call["at"])
    new = [
        NewCase(
            pk=pk, area_id=unit.area_id, path=unit.path, unit_id=duty.unit_id,
            # What was due before it was asked for is open from its own day on.
            opened_on=min(today, one.day), due_on=one.day,
        )
        for pk, unit, one in wanted
    ]  # fmt: skip
    cases = {case.pk: case for case in engine.open_cases(RETURN, new, **call)}
    bulk.insert(
        [
            bulk.make(
                Return,
                case_id=pk,
                duty_id=duty.pk,
                unit_id=unit.pk,
                stated_on=one.stated,
                due_on=one.day,
            )
            for pk, unit, one in wanted
        ]
    )
    moves = [
        Move(cases[pk], {"due_on": one.day, "due_provisional": one.provisional},
             {"rectifier": unit.pk})
        for pk, unit, one in wanted
    ]  # fmt: skip
    engine.take(RETURN, "assign", moves, **call)
    # Nobody signs for each of a hundred returns: the duty itself was given.
    signed = {"since": today, "received_at": call["at"]}
    parties = []
    for pk, unit, _one in wanted:
        parties += [
            bulk.make(Party, case_id=pk, role=PartyRole.RECTIFIER, unit_id=unit.pk, **signed),
            bulk.make(Party, case_id=pk, role=PartyRole.ASSIGNER, unit_id=duty.unit_id, rank=1,
                      **signed),
        ]  # fmt: skip
    bulk.insert(parties)
    outbox.post_many(
        [
            Post("campaigns.return_asked", str(pk), {"title": duty.title, "due": str(one.day)},
                 to_units=(unit.pk,))
            for pk, unit, one in wanted
        ],
        at=call["at"],
    )  # fmt: skip
