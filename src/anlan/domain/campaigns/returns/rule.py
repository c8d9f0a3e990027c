"""On which days returns are due: as a rule that a notice states, and the days that it gives.

Rule("dates", dates=((6, 20), (12, 20)))     6月20日、12月20日前
Rule("month", day=5)                         每月5日前
Rule("quarter", month=3)                     每季度末
"""

from __future__ import annotations

import calendar as months
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.reading.structure import han_number
from anlan.kernel.calendar.deadlines import DeadlineRule, due
from anlan.kernel.calendar.workdays import Calendar

EVERY: dict[str, str | Promise] = {
    "dates": _("on set days of the year"),
    "month": _("every month"),
    "quarter": _("every quarter"),
    "half": _("every half-year"),
    "year": _("every year"),
    "week": _("every week"),
}
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
REST_DAYS: dict[str, str | Promise] = {
    "stays": _("it stays on that day"),
    "moves": _("it moves to the next working day"),
}
#: Of one duty: ten years of weeks.
DATES_MAX = 530


@dataclass(frozen=True)
class Rule:
    """every:     dates, week, month, quarter, half or year.
    dates:     (month, day) of each year, for dates.
    month:     which month of the quarter, half-year or year, from 1.
    day:       of that month, 0 is its last; of a week 1 is Monday.
    rest_day:  what holds where it is no working day.
    includes_day:  whether X日前 includes the day.
    """

    every: str
    dates: tuple[tuple[int, int], ...] = ()
    month: int = 1
    day: int = 0
    rest_day: str = "stays"
    includes_day: bool = True

    @property
    def problem(self) -> str:
        """The field that says nothing which could be counted, or nothing."""
        if self.every not in EVERY:
            return "every"
        if self.every == "dates":
            fine = 0 < len(self.dates) <= 24 and all(_is_day(*one) for one in self.dates)
            return "" if fine else "dates"
        if self.every == "week":
            return "" if 1 <= self.day <= 7 else "day"
        if not 1 <= self.month <= MONTHS[self.every]:
            return "month"
        return "" if 0 <= self.day <= 31 else "day"

    def data(self) -> dict[str, Any]:
        return {
            "every": self.every, "dates": [list(one) for one in self.dates], "month": self.month,
            "day": self.day, "rest_day": self.rest_day, "includes_day": self.includes_day,
        }  # fmt: skip

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        dates = tuple((month, day) for month, day in data["dates"])
        return cls(**{**data, "dates": dates})


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31 and day <= months.monthrange(2024, month)[1]


@dataclass(frozen=True)
class DueDay:
    day: date
    #: The day that the rule states; ``day`` is where the calendar puts it.
    stated: date
    #: It depends on a year whose holidays aren't announced.
    provisional: bool


def due_days(rule: Rule, first: date, last: date, calendar: Calendar | None = None) -> list[DueDay]:
    """Every day from ``first`` to ``last`` on which a return is due, in order."""
    calendar = calendar or Calendar.load()
    found: dict[date, DueDay] = {}
    # A day that moves may begin before the first one and end on it.
    for stated in _stated(rule, first - timedelta(40), last + timedelta(1)):
        if len(found) == DATES_MAX:
            break
        one = day_of(rule, stated, calendar)
        if first <= one.day <= last:
            found.setdefault(one.day, one)
    return sorted(found.values(), key=lambda one: one.day)


def day_of(rule: Rule, stated: date, calendar: Calendar) -> DueDay:
    """Where the calendar puts a day that the rule states."""
    moves = rule.rest_day == "moves"
    deadline = DeadlineRule(
        "date", includes_day=rule.includes_day, rest_day="moves" if moves else "stays"
    )
    found = due(deadline, timezone.now(), stated, calendar=calendar)
    return DueDay(found.on, stated, found.provisional)


def _stated(rule: Rule, first: date, last: date) -> Iterator[date]:
    if rule.every == "week":
        day = first + timedelta((rule.day - 1 - first.weekday()) % 7)
        while day <= last:
            yield day
            day += timedelta(7)
        return
    for year in range(first.year, last.year + 1):
        for month, number in _in_year(rule):
            end = months.monthrange(year, month)[1]
            found = date(year, month, min(number, end) if number else end)
            if first <= found <= last:
                yield found


def _in_year(rule: Rule) -> list[tuple[int, int]]:
    if rule.every == "dates":
        return sorted(set(rule.dates))
    step = MONTHS[rule.every]
    return [(start + rule.month, rule.day) for start in range(0, 12, step)]


# --- reading a rule from a notice ------------------------------------------------------------

_N = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATES = re.compile(rf"{_N}月{_N}日")
_REPORTS = re.compile(
    r"报送|報送|上报|上報|报告|報告|报至|报(?:省|市|州|县|区|我|安)|報(?:省|市|州|縣|區|我|安)|汇报"
)
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("month", re.compile(rf"每(?:个)?月(?:的)?(?:{_N}[日号]|(?P<end>底|末))")),
    ("quarter", re.compile(
        rf"每(?:个)?季度?(?:的)?(?:(?P<which>首|第一个?|末|最后一个?|第三个?)月)?"
        rf"(?:{_N}[日号]|(?P<end>底|末))"
    )),
    ("half", re.compile(rf"每半年(?:{_N}[日号]|(?P<end>底|末)?)")),
    ("week", re.compile(r"每周(?P<weekday>[一二三四五六日天])")),
    ("year", re.compile(r"每年(?P<end>底|末|年底)")),
)  # fmt: skip
_WEEKDAYS = "一二三四五六日"


def read(text: str) -> Rule | None:
    """The rule that a sentence states about reporting; None where it states none."""
    if not _REPORTS.search(text):
        return None
    for every, shape in _RULES:
        match = shape.search(text)
        if match is None:
            continue
        said = match.groupdict()
        if every == "week":
            return Rule("week", day=_WEEKDAYS.index(said["weekday"].replace("天", "日")) + 1)
        number = next((one for one in match.groups() if one and re.fullmatch(_N, one)), "")
        day = han_number(number) if number else 0
        # A day of the month after the quarter, unless the month is named; its end is its own.
        month = MONTHS[every] if said.get("end") or not day else 1
        which = said.get("which") or ""
        month = 1 if which.startswith(("首", "第一")) else 3 if which else month
        rule = Rule(every, month=month, day=day)
        return None if rule.problem else rule
    found = tuple((han_number(m[1]), han_number(m[2])) for m in _DATES.finditer(text))
    rule = Rule("dates", dates=tuple(dict.fromkeys(found)))
    return None if rule.problem else rule


def sentences(text: str) -> Iterator[str]:
    """Sentences that speak of reporting and name days."""
    for sentence in re.split(r"(?<=[。；;\n])", text):
        if len(sentence) <= 400 and read(sentence) is not None:
            yield sentence.strip()


def days_of_text(text: str) -> tuple[tuple[int, int], ...]:
    """6-20、12-20 as people type it, or 6月20日；raises ValueError where something else stands."""
    found = []
    for part in re.split(r"[、,，;；\s]+", text.strip()):
        match = re.fullmatch(r"(\d{1,2})(?:月|[-./])(\d{1,2})日?", part)
        if match is None:
            raise ValueError(part)
        found.append((int(match[1]), int(match[2])))
    return tuple(dict.fromkeys(found))


def text_of_days(dates: tuple[tuple[int, int], ...]) -> str:
    return "、".join(f"{month}-{day}" for month, day in dates)
