"""Loads the packaged holidays; a year that an office put in itself is left alone."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.db import transaction

from anlan.kernel.calendar.models import CalendarDay, CalendarYear

DATA = Path(__file__).parent / "data" / "days.csv"
#: The ``source`` of years that came with the package.
PACKAGED = "packaged"

#: Called with rows done, rows in all, and what is being loaded.
Progress = Callable[[int, int, str], None]


@transaction.atomic
def load_all(progress: Progress | None = None) -> int:
    """Load the years that are missing, and those announced since; returns how many.

    A year that was provisional and is announced in a newer package is replaced; the callers'
    provisional deadlines are then to be counted again, as after `commands.announce_year`.
    """
    packed = _packed()
    known = {row.year: row for row in CalendarYear.objects.all()}
    wanted = {
        year: days
        for year, days in packed.items()
        if year not in known or (_announced(days) and _replaceable(known[year]))
    }
    for year, days in wanted.items():
        there = CalendarDay.objects.filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))
        there.exclude(source="holidays", provisional=True).update(provisional=False)
        there.filter(source="holidays", provisional=True).delete()
        # A day that somebody set beforehand stays as set.
        CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
        CalendarYear.objects.update_or_create(
            year=year, defaults={"announced": _announced(days), "source": PACKAGED}
        )
    if progress is not None and wanted:
        progress(len(wanted), len(wanted), "calendar")
    return len(wanted)


def _announced(days: list[CalendarDay]) -> bool:
    return not any(day.provisional for day in days)


def _replaceable(year: CalendarYear) -> bool:
    return year.source == PACKAGED and not year.announced


def _packed() -> dict[int, list[CalendarDay]]:
    years: dict[int, list[CalendarDay]] = defaultdict(list)
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["day"])
            years[day.year].append(
                CalendarDay(
                    day=day,
                    is_workday=row["is_workday"] == "1",
                    note=row["note"],
                    source=row["source"],
                    provisional=row["provisional"] == "1",
                )
            )
    return years
