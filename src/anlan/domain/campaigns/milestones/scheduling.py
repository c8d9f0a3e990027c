"""Steps with days: stated, or counted back from the deadline in working days (倒排工期).

One step a line, its day, length or share at the end of the line:

    制定方案 2026-12-05        a day as stated
    排查摸底 10                so many working days
    集中整治 60%               its share of the working days from the task's first day on
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.models import TITLE_CHARS_MAX
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.calendar.workdays import Calendar

STEPS_MAX = 20
#: Of one step, in working days: two years.
LENGTH_MAX = 500
_LINE = re.compile(r"^(?P<name>.+?)[\s,，;；:：]+(?P<end>\S+)$")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_NUMBER = re.compile(r"^(\d{1,4})\s*(%|％|天|个工作日|d)?$")


@dataclass(frozen=True)
class Step:
    name: str
    due_on: date
    #: It depends on a year whose holidays aren't announced.
    provisional: bool = False


@dataclass(frozen=True)
class _Typed:
    name: str
    day: date | None = None
    length: int = 0
    share: int = 0


def read(text: str, first: date, last: date | None, calendar: Calendar | None = None) -> list[Step]:
    """The steps that somebody typed, with their days.

    first, last:  of the task; the last step ends on the deadline where days are counted back.

    Raises PlanIncomplete where a line says nothing that can be counted, and says which.
    """
    typed = [_line(n, line) for n, line in enumerate(_lines(text), 1)]
    if len({_kind(one) for one in typed}) > 1:
        raise _wrong(_("Give every step a day, or every one a length, or every one a share."))
    if all(one.day for one in typed):
        return [Step(one.name, one.day) for one in typed if one.day]
    if last is None:
        raise _wrong(_("The task has no deadline to count back from; state the days."))
    calendar = calendar or Calendar.load()
    lengths = [one.length for one in typed]
    if typed and typed[0].share:
        lengths = _shared([one.share for one in typed], calendar.count_workdays(first, last))
    return _back(typed, lengths, first, last, calendar)


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > STEPS_MAX:
        raise _wrong(_("A task has at most %(n)d steps.") % {"n": STEPS_MAX})
    return lines


def _line(n: int, line: str) -> _Typed:
    found = _LINE.match(line)
    name, end = (found["name"].strip(), found["end"]) if found else (line, "")
    if day := _DAY.match(end):
        try:
            return _Typed(_name(n, name), date(int(day[1]), int(day[2]), int(day[3])))
        except ValueError:
            raise _wrong(_("Line %(n)d: there is no such day.") % {"n": n}) from None
    number = _NUMBER.match(end)
    if number is None or not 1 <= int(number[1]) <= LENGTH_MAX:
        raise _wrong(
            _("Line %(n)d: end it with a day, a number of working days or a share in per cent.")
            % {"n": n}
        )
    if number[2] in ("%", "％"):
        return _Typed(_name(n, name), share=int(number[1]))
    return _Typed(_name(n, name), length=int(number[1]))


def _name(n: int, name: str) -> str:
    if len(name) > TITLE_CHARS_MAX:
        raise _wrong(_("Line %(n)d: write the step shorter.") % {"n": n})
    return name


def _kind(one: _Typed) -> str:
    return "day" if one.day else "share" if one.share else "length"


def _shared(shares: Sequence[int], days: int) -> list[int]:
    """Working days by shares, each a whole number and together all of them."""
    if sum(shares) != 100:
        raise _wrong(_("The shares make %(n)d per cent, not 100.") % {"n": sum(shares)})
    if days < len(shares):
        raise _wrong(
            _("There are %(days)d working days for %(n)d steps; state the days instead.")
            % {"days": days, "n": len(shares)}
        )
    ends: list[int] = []
    total = 0
    for n, share in enumerate(shares, 1):
        total += share
        # A step has a day at least, and leaves one to each that follows.
        least, most = (ends[-1] if ends else 0) + 1, days - (len(shares) - n)
        ends.append(min(max(round(days * total / 100), least), most))
    return [end - (ends[n - 1] if n else 0) for n, end in enumerate(ends)]


def _back(
    typed: Sequence[_Typed], lengths: Sequence[int], first: date, last: date, calendar: Calendar
) -> list[Step]:
    """The last step ends on the deadline, each before it where the next begins."""
    found: list[Step] = []
    day = last
    for one, length in zip(reversed(typed), reversed(lengths), strict=True):
        found.append(Step(one.name, day, not calendar.is_announced(day)))
        day = _workdays_before(day, length, calendar)
    begins = calendar.workday_on_or_after(day + timedelta(1))
    if begins < first:
        raise _wrong(
            _("Counted back, the first step would begin on %(day)s, before the task does on "
              "%(first)s: shorten the steps.")
            % {"day": begins, "first": first}
        )  # fmt: skip
    return found[::-1]


def _workdays_before(day: date, count: int, calendar: Calendar) -> date:
    """The last working day before the ``count`` working days that end with ``day``."""
    while count:
        if calendar.is_workday(day):
            count -= 1
        day -= timedelta(1)
    while not calendar.is_workday(day):
        day -= timedelta(1)
    return day


def _wrong(reason: object) -> PlanIncomplete:
    return PlanIncomplete(field="steps", reason=reason)
