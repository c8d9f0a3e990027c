"""What pages and other engines ask the calendar."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from anlan.kernel.calendar.models import CalendarDay, CalendarYear

#: Names of holidays that are offered.
NAMES_MAX = 60


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


@dataclass(frozen=True)
class Holiday:
    """A holiday's days off, from the first to the last. Provisional: not all are announced."""

    name: str
    starts_on: date
    ends_on: date
    provisional: bool


#: Days off of one holiday lie no further apart: weekends between them stand in no table.
GAP_DAYS = 3


def holidays(names: Collection[str], first: date, last: date) -> dict[str, list[Holiday]]:
    """By name the holidays that have a day off between ``first`` and ``last``: one statement."""
    margin = timedelta(15)
    rows = CalendarDay.objects.filter(
        note__in=sorted(names), is_workday=False, day__gte=first - margin, day__lte=last + margin
    ).order_by("day")
    found: dict[str, list[Holiday]] = {name: [] for name in names}
    for row in rows:
        known = found[row.note]
        if known and (row.day - known[-1].ends_on).days <= GAP_DAYS:
            before = known.pop()
            starts_on, provisional = before.starts_on, before.provisional or row.provisional
        else:
            starts_on, provisional = row.day, row.provisional
        known.append(Holiday(row.note, starts_on, row.day, provisional))
    return {
        name: [one for one in each if one.ends_on >= first and one.starts_on <= last]
        for name, each in found.items()
    }


def holiday_names() -> list[str]:
    """What the calendar calls its holidays, those with most days first."""
    rows = CalendarDay.objects.filter(is_workday=False).exclude(note="").values("note")
    counted = rows.annotate(days=Count("pk")).order_by("-days", "note")[:NAMES_MAX]
    return [row["note"] for row in counted]
