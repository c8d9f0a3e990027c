"""What pages and other engines ask the calendar."""

from __future__ import annotations

from datetime import date

from anlan.kernel.calendar.models import CalendarDay, CalendarYear


def provisional_years() -> list[int]:
    """Years that have days in the calendar and aren't announced, oldest first.

    A year without any row isn't announced either.
    """
    return list(
        CalendarYear.objects.filter(announced=False).order_by("year").values_list("year", flat=True)
    )


def days_of(year: int) -> list[CalendarDay]:
    """The exceptions of a year, in order, for the page that edits them."""
    found = CalendarDay.objects.filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))
    return list(found.order_by("day"))
