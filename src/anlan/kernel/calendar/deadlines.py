"""Until when something must be done: four kinds of deadline, each with its last-day rule.

    due(DeadlineRule("working_days", 5), found_at)           the fifth working day after
    due(DeadlineRule("date"), found_at, stated=day)          the day that a paper names

Many at once: load the calendar once and pass it, `due(rule, at, calendar=Calendar.load())`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Any, Literal, Self, get_args

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.kernel.calendar.workdays import Calendar

DeadlineKind = Literal["date", "hours", "calendar_days", "working_days"]
RestDay = Literal["stays", "moves"]

#: The widest count of each kind: about a year of hours, ten of days, one of working days.
COUNT_MAX: Mapping[str, int] = {
    "date": 0,
    "hours": 8_784,
    "calendar_days": 3_660,
    "working_days": 250,
}


#: No count of working days ends later than in the year after the next.
REACH_YEARS = 2


class RuleUnreadable(Refusal):
    """A deadline rule that says nothing which could be counted."""

    code = "deadline_rule_unreadable"
    message = _(
        "This deadline can't be counted: %(reason)s. Use a stated date, hours, calendar days or "
        "working days with a number between 1 and the largest allowed."
    )


class StatedDayMissing(Refusal):
    """A rule of the kind "date" without the date."""

    code = "stated_day_missing"
    message = _("The deadline is a stated date, but no date was given. Enter the date.")


@dataclass(frozen=True)
class DeadlineRule:
    """How a deadline is counted. It is plain data: settings keep it as JSON.

    kind:          a stated date, hours, calendar days, or working days.
    n:             how many; nothing for a stated date.
    includes_day:  whether the last day still counts. X日前 includes X unless set otherwise; without
                   it the last moment is the end of the day before.
    rest_day:      where the last day is no working day, it "stays" (whoever sets a deadline for a
                   danger means that day) or "moves" to the next working day.

    Source: 《民法典》第二百零一条至第二百零三条 (the day on which the clock starts isn't counted; a
    last day that is a holiday moves to the day after), 《行政处罚法》第八十五条 (periods of two,
    three, five and seven days are working days); cited from memory. Rules of law set
    rest_day="moves".
    """

    kind: DeadlineKind
    n: int = 0
    includes_day: bool = True
    rest_day: RestDay = "stays"

    def __post_init__(self) -> None:
        if self.kind not in get_args(DeadlineKind):
            raise RuleUnreadable(reason=f"kind={self.kind}")
        if self.rest_day not in get_args(RestDay):
            raise RuleUnreadable(reason=f"rest_day={self.rest_day}")
        low = 0 if self.kind == "date" else 1
        if not isinstance(self.n, int) or not low <= self.n <= COUNT_MAX[self.kind]:
            raise RuleUnreadable(reason=f"n={self.n}")

    def data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        try:
            return cls(**data)
        except TypeError as error:
            raise RuleUnreadable(reason=str(error)) from None


@dataclass(frozen=True)
class Due:
    #: The last local day on which the deadline is met; overdue from the day after.
    on: date
    #: The last moment, only where hours are counted.
    at: datetime | None
    #: It depends on a year whose holidays aren't announced: count again when they are (F11).
    provisional: bool


def due(
    rule: DeadlineRule,
    start_at: datetime,
    stated: date | None = None,
    *,
    calendar: Calendar | None = None,
) -> Due:
    """When ``rule`` falls due for a clock that started at ``start_at`` (aware).

    The local day of ``start_at`` is day zero: counting begins the day after. Hours run from the
    moment itself. The database is asked only where the answer depends on holidays and no
    ``calendar`` was passed.

    Raises StatedDayMissing where the rule is a stated date and there is none.
    """
    start = timezone.localdate(start_at)
    if rule.kind == "working_days":
        return _working_days(rule, start, calendar or _calendar(start))
    at: datetime | None = None
    if rule.kind == "hours":
        at = start_at + timedelta(hours=rule.n)
        last = timezone.localdate(at)
    elif rule.kind == "calendar_days":
        last = start + timedelta(rule.n)
    elif stated is None:
        raise StatedDayMissing
    else:
        last = stated
    if not rule.includes_day and at is None:
        last -= timedelta(1)
    if rule.rest_day == "stays":
        return Due(last, at, provisional=False)
    calendar = calendar or _calendar(last)
    moved = calendar.workday_on_or_after(last)
    if at is not None and moved != last:
        # The same time of day, on the first day on which somebody is there.
        at += moved - last
    return Due(moved, at, provisional=not _all_announced(calendar, last, moved))


def _calendar(start: date) -> Calendar:
    """As far as a deadline can reach that starts, or would end, on ``start``."""
    return Calendar.load(start.year, min(start.year + REACH_YEARS, MAXYEAR))


def _working_days(rule: DeadlineRule, start: date, calendar: Calendar) -> Due:
    count = rule.n if rule.includes_day else rule.n - 1
    last = calendar.add_workdays(start, count)
    first = start + timedelta(1) if count else start
    return Due(last, None, provisional=not _all_announced(calendar, first, last))


def _all_announced(calendar: Calendar, first: date, last: date) -> bool:
    return all(year in calendar.announced for year in range(first.year, last.year + 1))
