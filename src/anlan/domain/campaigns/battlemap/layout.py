"""Where things stand on the chart: days as per cent of an axis, ticks that fit, no drawing yet.

Everything is per cent of the lane, so that one answer fits a screen, a phone and A3 paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

#: From the widest to the closest.
ZOOMS: dict[str, str | Promise] = {
    "years": gettext_lazy("three years"),
    "year": gettext_lazy("year"),
    "quarter": gettext_lazy("quarter"),
    "month": gettext_lazy("month"),
    "days": gettext_lazy("ten days"),
}
#: The least part of a lane that a bar takes, so that a day in three years still shows.
WIDTH_MIN = 0.4
YEAR_MIN, YEAR_MAX = 1990, 2090


@dataclass(frozen=True)
class Tick:
    """A line of the axis; ``label`` is empty where there is no room for one."""

    x: float
    label: str
    major: bool


@dataclass(frozen=True)
class Axis:
    """The days that a lane shows, both ends included."""

    zoom: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def x(self, day: date) -> float:
        """Where a day begins, in per cent; days outside stand at the ends."""
        return max(0.0, min(100.0, (day - self.first).days * 100 / self.days))

    def span(self, start: date, end: date) -> tuple[float, float] | None:
        """Left and width of the days from ``start`` to ``end``, as far as they show."""
        if end < start or end < self.first or start > self.last:
            return None
        left, right = self.x(start), self.x(end + timedelta(days=1))
        width = max(right - left, WIDTH_MIN)
        return min(left, 100.0 - width), width

    def middle(self, day: date) -> float | None:
        """Where the middle of a day stands, or None where it doesn't show."""
        if not self.first <= day <= self.last:
            return None
        return ((day - self.first).days + 0.5) * 100 / self.days

    def ticks(self) -> list[Tick]:
        return list(_TICKS[self.zoom](self))

    def moved(self, steps: int) -> Axis:
        """The same zoom one window earlier or later; three years go on by one."""
        if self.zoom == "days":
            return axis_of("days", self.first + timedelta(days=10 * steps))
        months = {"years": 12, "year": 12, "quarter": 3, "month": 1}[self.zoom]
        return axis_of(self.zoom, add_months(self.first, months * steps))


def clamped(day: date) -> date:
    return min(max(day, date(YEAR_MIN, 1, 1)), date(YEAR_MAX, 12, 31))


def add_months(day: date, months: int) -> date:
    """The first of the month so many months on."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def axis_of(zoom: str, day: date) -> Axis:
    """The window of a zoom that begins at or holds ``day``."""
    day = clamped(day)
    if zoom == "days":
        return Axis(zoom, day, day + timedelta(days=9))
    if zoom in ("years", "year"):
        first, months = date(day.year, 1, 1), 36 if zoom == "years" else 12
    elif zoom == "quarter":
        first, months = date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3
    else:
        first, months = date(day.year, day.month, 1), 1
    return Axis(zoom, first, add_months(first, months) - timedelta(days=1))


def begin(zoom: str, today: date, starts_on: date) -> Axis:
    """What is shown at first: the campaign's years, or the time around today."""
    if zoom == "years":
        year = starts_on.year if starts_on.year <= today.year <= starts_on.year + 2 else today.year
        return axis_of(zoom, date(year, 1, 1))
    return axis_of(zoom, today - timedelta(days=3) if zoom == "days" else today)


def _quarters(axis: Axis) -> Iterator[Tick]:
    for n in range(12):
        day = add_months(axis.first, 3 * n)
        label = str(day.year) if day.month == 1 else _("Q%(n)s") % {"n": day.month // 3 + 1}
        yield Tick(axis.x(day), label, day.month == 1)


def _months(axis: Axis) -> Iterator[Tick]:
    for n in range(12):
        day = add_months(axis.first, n)
        yield Tick(
            axis.x(day),
            date_format(day, pgettext("month on an axis, a date format", "M")),
            day.month in (1, 4, 7, 10),
        )


def _weeks(axis: Axis) -> Iterator[Tick]:
    """Each Monday, with a label on every other; the first of a month is a line without one."""
    day, labelled = axis.first, False
    while day <= axis.last:
        if day.weekday() == 0:
            labelled = not labelled
            fits = labelled and (axis.last - day).days >= 9
            yield Tick(axis.x(day), f"{day.month}-{day.day}" if fits else "", False)
        elif day.day == 1:
            yield Tick(axis.x(day), "", True)
        day += timedelta(days=1)


def _of_month(axis: Axis) -> Iterator[Tick]:
    for n in range(axis.days):
        day = axis.first + timedelta(days=n)
        label = str(day.day) if day.day % 3 == 1 and axis.days - n > 2 else ""
        yield Tick(axis.x(day), label, day.weekday() == 0)


def _each_day(axis: Axis) -> Iterator[Tick]:
    for n in range(axis.days):
        day = axis.first + timedelta(days=n)
        yield Tick(axis.x(day), f"{day.month}-{day.day}", day.weekday() == 0)


_TICKS = {
    "years": _quarters, "year": _months, "quarter": _weeks, "month": _of_month, "days": _each_day,
}  # fmt: skip
assert set(_TICKS) == set(ZOOMS)
