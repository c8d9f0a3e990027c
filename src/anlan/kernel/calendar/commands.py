"""Editing the calendar. Whoever counted deadlines before counts the provisional ones again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.audit import trail
from anlan.kernel.calendar.models import CalendarDay, CalendarYear
from anlan.kernel.calendar.periods import YEAR_MAX

YEAR_MIN = 1949
#: A year's announcement may also speak of the last days of the year before.
DAYS_BEFORE_YEAR = 7
#: More exceptions than any year has.
EXCEPTIONS_MAX = 120


class DayOutside(Refusal):
    """A day that the year's announcement can't speak of."""

    code = "calendar_day_outside"
    message = _(
        "%(day)s doesn't belong to the holidays of %(year)s. Check the year, or set the day alone."
    )


class TooManyDays(Refusal):
    """More exceptions than a year can have."""

    code = "calendar_too_many_days"
    message = _("%(count)s exceptions are more than a year has. Send at most %(most)s.")


@dataclass(frozen=True)
class DayRule:
    """A day off (``is_workday`` false) or a weekend worked, as announced."""

    day: date
    is_workday: bool
    note: str = ""


@dataclass(frozen=True)
class Affected:
    """The days whose working or resting may have changed, both included."""

    first: date
    last: date


@transaction.atomic
def set_day(
    day: date, is_workday: bool | None, *, note: str = "", by: Actor, at: datetime
) -> Affected:
    """Say that ``day`` is worked or off; with None it is again what its weekday says."""
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise DayOutside(day=day, year=day.year)
    row = CalendarDay.objects.filter(day=day).first()
    before = {"is_workday": row.is_workday, "note": row.note} if row else None
    after = None if is_workday is None else {"is_workday": is_workday, "note": note}
    if is_workday is None:
        CalendarDay.objects.filter(day=day).delete()
    else:
        CalendarDay.objects.update_or_create(
            day=day,
            defaults={
                "is_workday": is_workday,
                "note": note,
                "source": by.name[:120],
                "provisional": False,
            },
        )
    entry = trail.Entry(
        "calendar.set_day", "calendar.day", day.isoformat(), "ok", "", before, after
    )
    trail.record([entry], by=by, at=at)
    return Affected(day, day)


@transaction.atomic
def announce_year(
    year: int,
    days: Iterable[DayRule] | None = None,
    *,
    source: str,
    by: Actor,
    at: datetime,
) -> Affected:
    """Record that a year's holidays are announced; deadlines into it are final from now on.

    days:    the exceptions as announced, which replace those known of the year. None keeps the
             days that are there (they were set one by one).
    source:  the announcement's number (国办发明电〔2025〕7号).

    Returns the days affected: count provisional deadlines again.
    """
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise DayOutside(day=date(max(1, min(year, 9999)), 1, 1), year=year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    count: int | None = None
    if days is not None:
        rows = {item.day: item for item in days}
        _check(year, rows)
        count = len(rows)
        first = min([first, *rows])
        CalendarDay.objects.filter(day__gte=date(year, 1, 1), day__lte=last).delete()
        CalendarDay.objects.filter(day__in=list(rows)).delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(
                day=item.day, is_workday=item.is_workday, note=item.note[:80], source=source[:120]
            )
            for item in rows.values()
        )
    else:
        CalendarDay.objects.filter(day__gte=first, day__lte=last).update(provisional=False)
    before = CalendarYear.objects.filter(year=year).values("announced", "source").first()
    CalendarYear.objects.update_or_create(
        year=year, defaults={"announced": True, "source": source[:120]}
    )
    after = {"announced": True, "source": source, "days": count}
    entry = trail.Entry("calendar.announce_year", "calendar.year", year, "ok", "", before, after)
    trail.record([entry], by=by, at=at)
    return Affected(first, last)


def _check(year: int, rows: dict[date, DayRule]) -> None:
    if len(rows) > EXCEPTIONS_MAX:
        raise TooManyDays(count=len(rows), most=EXCEPTIONS_MAX)
    earliest = date(year, 1, 1) - timedelta(DAYS_BEFORE_YEAR)
    for day in rows:
        if not earliest <= day <= date(year, 12, 31):
            raise DayOutside(day=day, year=year)
