"""Counting working days: pure, over a calendar that was loaded once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self

from anlan.kernel.calendar.models import CalendarDay, CalendarYear

_DAY = timedelta(days=1)
_SATURDAY = 5
#: No holiday is longer; a search for a working day that goes on is a broken calendar.
REST_DAYS_MAX = 60


@dataclass(frozen=True)
class Calendar:
    """Days that differ from their weekday, and the years that are announced.

    A year that isn't announced counts with what is known of it (statutory days, else weekends
    alone), and whoever asked must say that the answer is provisional.
    """

    #: True for a day worked, False for a day off.
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    @classmethod
    def load(cls, years: Iterable[int] | None = None) -> Self:
        """From the database, in two statements; all years, or only these."""
        days, known = CalendarDay.objects.all(), CalendarYear.objects.filter(announced=True)
        if years is not None:
            wanted = sorted(years)
            known = known.filter(year__in=wanted)
            days = days.filter(day__gte=date(wanted[0], 1, 1), day__lte=date(wanted[-1], 12, 31))
        return cls(
            dict(days.values_list("day", "is_workday")),
            frozenset(known.values_list("year", flat=True)),
        )

    def is_workday(self, day: date) -> bool:
        known = self.exceptions.get(day)
        return day.weekday() < _SATURDAY if known is None else known

    def is_announced(self, day: date) -> bool:
        return day.year in self.announced

    def workday_on_or_after(self, day: date) -> date:
        for _ in range(REST_DAYS_MAX):
            if self.is_workday(day):
                return day
            day += _DAY
        raise AssertionError(f"no working day in {REST_DAYS_MAX} days before {day}")

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``; with 0, ``day`` itself if it is worked,
        else the next day that is."""
        if count == 0:
            return self.workday_on_or_after(day)
        for _ in range(count):
            day = self.workday_on_or_after(day + _DAY)
        return day

    def count_workdays(self, start: date, end: date) -> int:
        """Working days from ``start`` to ``end``, both included; 0 where the end comes first."""
        span = range((end - start).days + 1)
        return sum(self.is_workday(start + timedelta(n)) for n in span)
