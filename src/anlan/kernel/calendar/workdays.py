"""Counting working days: pure, over a calendar that was loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Self

from django.db.models import DateField

from anlan.base.prepared import Prepared, slot
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
    def load(cls, first: int = MINYEAR, last: int = MAXYEAR) -> Self:
        """From the database, in two statements; all years, or only those from first to last."""
        days = _days.rows(first=date(first, 1, 1), last=date(last, 12, 31))
        return cls(
            dict(days), frozenset(year for (year,) in _announced.rows() if first <= year <= last)
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


#: Nearly every step of a case counts a deadline.
_days = Prepared(
    lambda: CalendarDay.objects.filter(
        day__gte=slot("first", DateField()), day__lte=slot("last", DateField())
    ).values_list("day", "is_workday")
)
_announced = Prepared(lambda: CalendarYear.objects.filter(announced=True).values_list("year"))
