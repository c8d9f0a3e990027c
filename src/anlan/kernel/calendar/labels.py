"""Periods as people read them, in the language that is active now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from anlan.kernel.calendar.dates import fortnight_number, month_end

if TYPE_CHECKING:
    from anlan.kernel.calendar.periods import Period


def _day_label(of_day: date) -> str:
    return _("%(year)d-%(month)02d-%(day)02d") % {
        "year": of_day.year,
        "month": of_day.month,
        "day": of_day.day,
    }


def _month_label(p: Period) -> str:
    return _("%(year)d-%(month)02d") % {"year": p.end.year, "month": p.end.month}


def _week_label(p: Period) -> str:
    iso = p.start.isocalendar()
    return _("week %(number)d of %(year)d") % {"number": iso.week, "year": iso.year}


def _ten_days_label(p: Period) -> str:
    values = {"year": p.start.year, "month": p.start.month}
    if p.start.day == 1:
        return _("%(year)d-%(month)02d, first ten days") % values
    if p.start.day == 11:
        return _("%(year)d-%(month)02d, second ten days") % values
    return _("%(year)d-%(month)02d, last ten days") % values


def _fortnight_label(p: Period) -> str:
    return _("fortnight %(number)d of %(year)d") % {
        "number": fortnight_number(p.start),
        "year": p.start.year,
    }


def _closing_month_label(p: Period) -> str:
    return _("%(year)d-%(month)02d, closing on day %(day)d") % {
        "year": p.end.year,
        "month": p.end.month,
        "day": p.variant,
    }


def _quarter_label(p: Period) -> str:
    values = {"year": p.start.year}
    match p.end.month:
        case 3:
            return _("first quarter of %(year)d") % values
        case 6:
            return _("second quarter of %(year)d") % values
        case 9:
            return _("third quarter of %(year)d") % values
        case _other:
            return _("fourth quarter of %(year)d") % values


def _half_label(p: Period) -> str:
    values = {"year": p.start.year}
    if p.start.month == 1:
        return _("first half of %(year)d") % values
    return _("second half of %(year)d") % values


def _year_label(p: Period) -> str:
    return _("%(year)d") % {"year": p.start.year}


def _span_label(p: Period) -> str:
    whole_months = p.start.day == 1 and p.end == month_end(p.end)
    if whole_months and p.start.year == p.end.year and p.start.month < p.end.month:
        return _("%(year)d, months %(first)d to %(last)d") % {
            "year": p.start.year,
            "first": p.start.month,
            "last": p.end.month,
        }
    return _("%(start)s to %(end)s") % {"start": _day_label(p.start), "end": _day_label(p.end)}


#: By the kind of a period.
LABELS: dict[str, Callable[[Period], str]] = {
    "day": lambda p: _day_label(p.start),
    "week": _week_label,
    "ten_days": _ten_days_label,
    "fortnight": _fortnight_label,
    "month": _month_label,
    "closing_month": _closing_month_label,
    "quarter": _quarter_label,
    "half": _half_label,
    "year": _year_label,
    "span": _span_label,
}
