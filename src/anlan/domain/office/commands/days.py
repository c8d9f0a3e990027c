"""Working days: set one by one, or announced for a year; provisional deadlines follow (F11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.office.models import Recount
from anlan.kernel.accounts.policy import demand
from anlan.kernel.calendar import commands as calendar
from anlan.kernel.calendar.commands import DayRule
from anlan.kernel.calendar.models import CalendarYear
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case

#: Provisional deadlines that one request counts again; more of them the clock counts.
RECOUNT_NOW_MAX = 500


@transaction.atomic(durable=True)
def set_day(
    day: date, is_workday: bool | None, *, note: str, by: Actor, at: datetime
) -> Recount | None:
    """Say that a day is worked or off, or with None what its weekday says.

    Deadlines into an announced year were final when they were given and stay. Those into a year
    that isn't announced are counted again at once; returns what that changed.
    """
    demand(by, "settings.edit", at)
    calendar.set_day(day, is_workday, note=note, by=by, at=at)
    if CalendarYear.objects.filter(year=day.year, announced=True).exists():
        return None
    return _recount(day.year, by=by, at=at)


@transaction.atomic(durable=True)
def announce_year(
    year: int, days: Sequence[DayRule] | None, *, source: str, by: Actor, at: datetime
) -> Recount:
    """Record a year's announced holidays and count the provisional deadlines again (F11).

    days:  None keeps the days that were set one by one.
    """
    demand(by, "settings.edit", at)
    calendar.announce_year(year, days, source=source, by=by, at=at)
    return _recount(year, by=by, at=at)


def _recount(year: int, *, by: Actor, at: datetime) -> Recount:
    waiting = _provisional()
    done = Recount(year=year, at=at, by_name=by.name[:120], counted=waiting, changed=0)
    if waiting > RECOUNT_NOW_MAX:
        done.deferred, done.left = True, waiting
    else:
        if waiting:
            done.changed = sum(
                loop.recount(machine, by=by, at=at, request_id=uuid7())
                for machine in machines().values()
            )
        done.left = _provisional() if waiting else 0
    done.save()
    return done


def _provisional() -> int:
    return Case.objects.filter(unsettled=True, due_provisional=True).count()
