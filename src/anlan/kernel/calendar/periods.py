"""Periods that figures are kept for. Pure: no database, no clock.

A period is its kind and its first and last day; its code says all of that and reads back:

    2024-06-25                day               2024-06       month
    2024-W23                  ISO week          2024-06@25    month that closes on the 25th
    2024-06X1                 旬 (X1 X2 X3)      2024Q2        quarter
    2024-F12                  fortnight (双周)   2024H1        half-year
    2024-F12@2024-01-08       … from an anchor  2024          year
    2024-06-01..2024-06-30    any span: a campaign, a year to date
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.kernel.calendar.dates import (
    DAY,
    FORTNIGHT_DAYS,
    fortnight_number,
    month_after,
    month_end,
    shift_year,
)
from anlan.kernel.calendar.labels import LABELS

YEAR_MIN, YEAR_MAX = 1900, 2199
#: A closing day that every month has.
CLOSING_DAY_MAX = 28
#: Fortnights are counted from this Monday unless an office says otherwise.
FORTNIGHT_ANCHOR = date(2024, 1, 1)
#: The widest span that one figure may ask for.
SPAN_DAYS_MAX = 366 * 60


class Kind(StrEnum):
    DAY = "day"
    WEEK = "week"
    TEN_DAYS = "ten_days"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    #: A month that closes on a set day (统计月): 2024-06@25 is 26 May to 25 June.
    CLOSING_MONTH = "closing_month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    SPAN = "span"


class PeriodUnreadable(Refusal):
    """A text that is no period code."""

    code = "period_unreadable"
    message = gettext_lazy(
        "“%(text)s” is not a period. Write a year (2024), half-year (2024H1), quarter (2024Q2), "
        "month (2024-06), ten days (2024-06X1), week (2024-W23), day (2024-06-25) "
        "or two days (2024-06-01..2024-06-30)."
    )


@dataclass(frozen=True)
class Parts:
    """A period cut for the ledger: whole calendar months, and the days left over at its ends."""

    #: The first day of each whole month, in order; the months are consecutive.
    months: tuple[date, ...]
    #: At most two spans (first day, last day), each inside one or two calendar months.
    days: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class Period:
    """From ``start`` to ``end``, both included. Make one with the functions below or `parse`."""

    kind: Kind
    start: date
    end: date
    #: The closing day of a closing month, the phase (0 to 13) of a fortnight; else 0.
    variant: int = 0

    @property
    def code(self) -> str:
        return _CODES[self.kind](self)

    @property
    def label(self) -> str:
        """What people read, in the language that is active now."""
        return LABELS[self.kind](self)

    @property
    def day_count(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return self.code

    def __contains__(self, day: date) -> bool:
        return self.contains(day)

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def covers(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        return self.start <= other.end and other.start <= self.end

    def previous(self) -> Period:
        """The period before; before a span, the same number of days."""
        if self.kind is Kind.SPAN:
            return span(self.start - timedelta(self.day_count), self.start - DAY)
        return self._like(self.start - DAY)

    def next(self) -> Period:
        if self.kind is Kind.SPAN:
            return span(self.end + DAY, self.end + timedelta(self.day_count))
        return self._like(self.end + DAY)

    def year_ago(self) -> Period:
        """The period of the same name a year earlier (同比); see `years_ago`."""
        return self.years_ago(1)

    def years_ago(self, years: int) -> Period:
        """The period of the same name so many years earlier, for a base year or a mean of years.

        A 53rd week or 27th fortnight that the other year lacks becomes its last one. The end of
        February stays the end of February, and 29 February as a first day becomes the 28th.
        """
        if self.kind in (Kind.WEEK, Kind.FORTNIGHT):
            return _numbered(self, self._year() - years)
        if self.kind is Kind.SPAN:
            return span(
                shift_year(self.start, years, keep_month_end=False),
                shift_year(self.end, years, keep_month_end=True),
            )
        # The last day lies in the month that names the period, also for closing months.
        return self._like(shift_year(self.end, years, keep_month_end=self.kind is not Kind.DAY))

    def cumulative(self) -> Period:
        """The year to date: from the first day of the year in which it ends, to its end.

        For months that close on a set day the year begins where the December before closed.
        """
        if self.kind is Kind.CLOSING_MONTH:
            return span(closing_month(date(self.end.year, 1, 1), self.variant).start, self.end)
        return span(date(self.end.year, 1, 1), self.end)

    def up_to(self, day: date) -> Period:
        """Itself if it is over on ``day``, else the part of it that has passed by then."""
        assert self.start <= day, (self, day)
        return self if self.end <= day else span(self.start, day)

    def days(self) -> Iterator[date]:
        day = self.start
        while day <= self.end:
            yield day
            day += DAY

    def months(self) -> tuple[Period, ...]:
        """Each calendar month that it touches, in order."""
        return tuple(self.split(Kind.MONTH))

    def split(self, kind: Kind) -> Iterator[Period]:
        """Each period of ``kind`` that it touches, in order."""
        part = of(kind, self.start)
        while part.start <= self.end:
            yield part
            part = part.next()

    def months_and_days(self) -> Parts:
        """Whole calendar months and the days left over, which together are this period.

        The ledger keeps month cells and day cells; this says which of them to add.
        """
        first = self.start if self.start.day == 1 else month_after(self.start)
        after = self.end + DAY
        # The first day of the month that is no longer whole.
        stop = after if after.day == 1 else after.replace(day=1)
        if first >= stop:
            return Parts((), ((self.start, self.end),))
        months: list[date] = []
        month_start = first
        while month_start < stop:
            months.append(month_start)
            month_start = month_after(month_start)
        days: list[tuple[date, date]] = []
        if self.start < first:
            days.append((self.start, first - DAY))
        if stop <= self.end:
            days.append((stop, self.end))
        return Parts(tuple(months), tuple(days))

    def _like(self, day: date) -> Period:
        """The period of this kind and variant that holds ``day``."""
        if self.kind is Kind.CLOSING_MONTH:
            return closing_month(day, self.variant)
        if self.kind is Kind.FORTNIGHT:
            return _fortnight(day, self.variant)
        return of(self.kind, day)

    def _year(self) -> int:
        return self.start.isocalendar().year if self.kind is Kind.WEEK else self.start.year


# Made from a day


def of(kind: Kind, day: date) -> Period:
    """The period of ``kind`` that holds ``day``; fortnights by the usual anchor."""
    return _MAKERS[kind](day)


def day(of_day: date) -> Period:
    return Period(Kind.DAY, of_day, of_day)


def week(of_day: date) -> Period:
    """The ISO week: Monday to Sunday, in the year that holds its Thursday."""
    start = of_day - timedelta(of_day.weekday())
    return Period(Kind.WEEK, start, start + timedelta(6))


def ten_days(of_day: date) -> Period:
    """旬: the 1st to 10th, the 11th to 20th, the 21st to the end of the month (8 to 11 days)."""
    third = min((of_day.day - 1) // 10, 2)
    end = of_day.replace(day=third * 10 + 10) if third < 2 else month_end(of_day)
    return Period(Kind.TEN_DAYS, of_day.replace(day=third * 10 + 1), end)


def fortnight(of_day: date, anchor: date = FORTNIGHT_ANCHOR) -> Period:
    """双周: fourteen days, counted without a gap from ``anchor`` in both directions."""
    return _fortnight(of_day, anchor.toordinal() % FORTNIGHT_DAYS)


def month(of_day: date) -> Period:
    return Period(Kind.MONTH, of_day.replace(day=1), month_end(of_day))


def closing_month(of_day: date, closes_on: int) -> Period:
    """The month that closes on ``closes_on`` (1 to 28) and holds ``of_day``."""
    assert 1 <= closes_on <= CLOSING_DAY_MAX, closes_on
    name = of_day if of_day.day <= closes_on else month_after(of_day)
    before = name.replace(day=1) - DAY
    return Period(
        Kind.CLOSING_MONTH,
        before.replace(day=closes_on) + DAY,
        name.replace(day=closes_on),
        closes_on,
    )


def quarter(of_day: date) -> Period:
    first = (of_day.month - 1) // 3 * 3 + 1
    return Period(
        Kind.QUARTER,
        date(of_day.year, first, 1),
        month_end(date(of_day.year, first + 2, 1)),
    )


def half(of_day: date) -> Period:
    first = 1 if of_day.month <= 6 else 7
    return Period(
        Kind.HALF, date(of_day.year, first, 1), month_end(date(of_day.year, first + 5, 1))
    )


def year(of_day: date) -> Period:
    return Period(Kind.YEAR, date(of_day.year, 1, 1), date(of_day.year, 12, 31))


def span(start: date, end: date) -> Period:
    """Any days from ``start`` to ``end``, both included: a campaign, a year to date."""
    if not (start <= end and (end - start).days < SPAN_DAYS_MAX):
        raise PeriodUnreadable(text=f"{start}..{end}")
    return Period(Kind.SPAN, start, end)


def last_complete(kind: Kind, today: date) -> Period:
    """The latest period of ``kind`` that is over before ``today`` begins."""
    return of(kind, today).previous()


def month_count(start: date, end: date) -> int:
    """Calendar months from ``start`` to ``end``, both named: 2020-04 to 2022-12 are 33."""
    return (end.year - start.year) * 12 + end.month - start.month + 1


def months_before(of_day: date, count: int) -> Period:
    """The calendar month ``count`` months before that of ``of_day``."""
    index = of_day.year * 12 + of_day.month - 1 - count
    return month(date(index // 12, index % 12 + 1, 1))


# Made from a code

_D = r"(\d{4}-\d\d-\d\d)"
_CODE = re.compile(
    rf"""(?P<day>{_D})
    | (?P<span>{_D}\.\.{_D})
    | (?P<year>\d{{4}})
      (?: Q(?P<quarter>[1-4])
        | H(?P<half>[12])
        | -W(?P<week>\d\d)
        | -F(?P<fortnight>\d\d)(?:@(?P<anchor>{_D}))?
        | -(?P<month>\d\d)(?: X(?P<third>[123]) | @(?P<closes>\d\d) )?
      )?""",
    re.VERBOSE | re.ASCII,
)


def parse(code: str) -> Period:
    """The period that ``code`` names. Raises PeriodUnreadable for anything else."""
    try:
        return _parse(code)
    except (ValueError, OverflowError):
        raise PeriodUnreadable(text=code[:60]) from None


def _parse(code: str) -> Period:
    match = _CODE.fullmatch(code)
    if not match:
        raise ValueError(code)
    part = match.groupdict()
    if part["day"]:
        return day(_in_range(date.fromisoformat(code)))
    if part["span"]:
        start, end = (_in_range(date.fromisoformat(text)) for text in code.split(".."))
        return span(start, end)
    number = int(part["year"])
    first = _in_range(date(number, 1, 1))
    if part["quarter"]:
        return quarter(first.replace(month=int(part["quarter"]) * 3))
    if part["half"]:
        return half(first.replace(month=int(part["half"]) * 6))
    if part["week"]:
        return week(date.fromisocalendar(number, int(part["week"]), 1))
    if part["fortnight"]:
        anchor = date.fromisoformat(part["anchor"]) if part["anchor"] else FORTNIGHT_ANCHOR
        found = _nth_fortnight(number, int(part["fortnight"]), anchor.toordinal() % FORTNIGHT_DAYS)
        if found.start.year != number or part["fortnight"] == "00":
            raise ValueError(code)
        return found
    if part["month"]:
        of_month = first.replace(month=int(part["month"]))
        if part["third"]:
            return ten_days(of_month.replace(day=int(part["third"]) * 10 - 9))
        if part["closes"]:
            closes = int(part["closes"])
            if not 1 <= closes <= CLOSING_DAY_MAX:
                raise ValueError(code)
            return closing_month(of_month, closes)
        return month(of_month)
    return year(first)


# Inner arithmetic


def _in_range(of_day: date) -> date:
    if not YEAR_MIN <= of_day.year <= YEAR_MAX:
        raise ValueError(of_day)
    return of_day


def _fortnight(of_day: date, phase: int) -> Period:
    start = of_day - timedelta((of_day.toordinal() - phase) % FORTNIGHT_DAYS)
    return Period(Kind.FORTNIGHT, start, start + timedelta(FORTNIGHT_DAYS - 1), phase)


def _nth_fortnight(in_year: int, number: int, phase: int) -> Period:
    """The ``number``-th fortnight that begins in ``in_year``."""
    first = date(in_year, 1, 1)
    start = first + timedelta((phase - first.toordinal()) % FORTNIGHT_DAYS)
    return _fortnight(start + timedelta((number - 1) * FORTNIGHT_DAYS), phase)


def _numbered(period: Period, in_year: int) -> Period:
    """The week or fortnight of the same number in another year, or that year's last."""
    if period.kind is Kind.WEEK:
        # 28 December is always in the last week of its ISO year.
        last = date(in_year, 12, 28).isocalendar().week
        return week(date.fromisocalendar(in_year, min(period.start.isocalendar().week, last), 1))
    found = _nth_fortnight(in_year, fortnight_number(period.start), period.variant)
    return found if found.start.year == in_year else found.previous()


def _anchor_code(phase: int) -> str:
    """The first day from the usual anchor on that has this phase; nothing for the usual one."""
    off = (phase - FORTNIGHT_ANCHOR.toordinal()) % FORTNIGHT_DAYS
    return f"@{FORTNIGHT_ANCHOR + timedelta(off)}" if off else ""


_MAKERS: dict[Kind, Callable[[date], Period]] = {
    Kind.DAY: day,
    Kind.WEEK: week,
    Kind.TEN_DAYS: ten_days,
    Kind.FORTNIGHT: fortnight,
    Kind.MONTH: month,
    Kind.QUARTER: quarter,
    Kind.HALF: half,
    Kind.YEAR: year,
}

_CODES: dict[Kind, Callable[[Period], str]] = {
    Kind.DAY: lambda p: f"{p.start}",
    Kind.WEEK: lambda p: f"{p._year():04d}-W{p.start.isocalendar().week:02d}",
    Kind.TEN_DAYS: lambda p: f"{p.start:%Y-%m}X{p.start.day // 10 + 1}",
    Kind.FORTNIGHT: lambda p: (
        f"{p.start:%Y}-F{fortnight_number(p.start):02d}{_anchor_code(p.variant)}"
    ),
    Kind.MONTH: lambda p: f"{p.start:%Y-%m}",
    Kind.CLOSING_MONTH: lambda p: f"{p.end:%Y-%m}@{p.variant:02d}",
    Kind.QUARTER: lambda p: f"{p.start:%Y}Q{p.end.month // 3}",
    Kind.HALF: lambda p: f"{p.start:%Y}H{p.end.month // 6}",
    Kind.YEAR: lambda p: f"{p.start:%Y}",
    Kind.SPAN: lambda p: f"{p.start}..{p.end}",
}
