"""Arithmetic of days that periods and their labels share."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

DAY = timedelta(days=1)
FORTNIGHT_DAYS = 14


def month_end(of_day: date) -> date:
    return of_day.replace(day=monthrange(of_day.year, of_day.month)[1])


def month_after(of_day: date) -> date:
    """The first day of the next month."""
    return month_end(of_day) + DAY


def shift_year(of_day: date, years: int, *, keep_month_end: bool) -> date:
    there = date(of_day.year - years, of_day.month, 1)
    last = monthrange(there.year, there.month)[1]
    if keep_month_end and of_day == month_end(of_day):
        return there.replace(day=last)
    return there.replace(day=min(of_day.day, last))


def fortnight_number(start: date) -> int:
    """The number, within its year, of the fortnight that begins on ``start``."""
    return (start.timetuple().tm_yday - 1) // FORTNIGHT_DAYS + 1
