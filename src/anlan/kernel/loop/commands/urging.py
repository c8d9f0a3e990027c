"""Urging (催办): who is above asks whoever must rectify to get on with it. No state changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Unpack
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.loop import engine, settings, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Event, PartyRole
from anlan.kernel.loop.refusals import UrgeRefused
from anlan.kernel.loop.requests import Call


def can_be_urged(case: Case, rules: settings.Rules, today: date) -> bool:
    """Late, or so near its deadline that the ladder's first rung (提示) is reached."""
    if case.state != "assigned" or case.due_on is None or case.suspended_on is not None:
        return False
    # A ladder that begins after the deadline doesn't put off urging what is late.
    return today >= case.due_on + timedelta(days=min(rules.rungs[0], 1))


def urge(
    machine: Machine, cases: Sequence[Case], *, reason: str = "", **call: Unpack[Call]
) -> None:
    """Tell each case's rectifying unit at once, and keep who urged and how often it was.

    Constant in statements. Raises StepNotPossible and UrgeRefused, before anything is written.
    """
    by, at, reason = call["by"], call["at"], reason.strip()
    today, rules = timezone.localdate(at), settings.current(machine.kind)
    answering = told.units_of(cases, PartyRole.RECTIFIER)
    for case in cases:
        if case.state != "assigned":
            raise engine.not_possible(case, "urge")
        if not can_be_urged(case, rules, today):
            raise UrgeRefused(reason=_("its deadline is not near yet, or its clock stands still"))
        units = answering.get(case.pk, [])
        if not units or by.unit_id in units:
            raise UrgeRefused(reason=_("no other unit has to rectify it"))
    earlier = _earlier(cases, by.unit_id)
    if urged_lately([day for _count, day in earlier.values() if day], rules, today):
        raise UrgeRefused(reason=_("your unit has urged it already; do so on another working day"))
    moves = [Move(case, {}, {"urged": earlier.get(case.pk, (0, None))[0] + 1}) for case in cases]
    engine.take(machine, "urge", moves, reason=reason, **call)
    unit = Unit.objects.filter(pk=by.unit_id or 0).values_list("name", flat=True).first()
    told.units(
        [(case, answering[case.pk]) for case in cases],
        "loop.urged_why" if reason else "loop.urged",
        at=at,
        unit=unit or by.name,
        **({"reason": reason} if reason else {}),
    )


def _earlier(cases: Sequence[Case], unit_id: int | None) -> Mapping[UUID, tuple[int, date | None]]:
    """By case, how often it was urged, and when this unit did so last."""
    found: dict[UUID, tuple[int, date | None]] = {}
    for chunk in bulk.slices([case.pk for case in cases]):
        events = Event.objects.filter(case__in=chunk, step="urge").values_list("case_id")
        last = Max("day", filter=Q(unit_id=unit_id))
        for pk, count, day in events.annotate(times=Count("pk"), last=last).order_by():
            found[pk] = (count, day)
    return found


def urged_lately(days: Sequence[date], rules: settings.Rules, today: date) -> bool:
    """Whether a unit that urged on these days has to wait before it does so again."""
    workdays = rules.urge_workdays
    if not days or not workdays:
        return False
    calendar = Calendar.load(min(days).year, today.year + 1)
    return any(calendar.add_workdays(day, workdays) > today for day in days)


def not_urged_lately(
    kind: str, pks: Sequence[UUID], unit_id: int | None, today: date
) -> list[UUID]:
    """Of these cases, those that the unit may urge again by now; two statements."""
    rules = settings.current(kind)
    urged = Event.objects.filter(case__in=pks, step="urge", unit_id=unit_id).order_by()
    lately = {
        pk
        for pk, day in urged.values_list("case_id").annotate(last=Max("day"))
        if urged_lately([day], rules, today)
    }
    return [pk for pk in pks if pk not in lately]
