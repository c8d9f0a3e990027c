"""What the pages about days and rules show."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.domain.hazards.models import Grade, Source
from anlan.domain.office.models import Recount, RulesChange
from anlan.kernel.calendar import queries as days
from anlan.kernel.calendar.models import CalendarDay, CalendarYear
from anlan.kernel.loop.models import LoopSettings
from anlan.kernel.loop.settings import DEFAULTS, RUNGS, URGE_WORKDAYS

#: Years listed at most; the packaged table has about thirty.
YEARS_MAX = 60


@dataclass(frozen=True)
class Day:
    """One square of a month; ``kind`` is work, weekend, rest (a weekday off) or worked."""

    day: date
    kind: str
    note: str = ""
    provisional: bool = False

    @property
    def mark(self) -> str:
        """Colour is never the only cue."""
        if self.kind == "rest":
            return pgettext("calendar", "off")
        return pgettext("calendar", "on") if self.kind == "worked" else ""

    @property
    def words(self) -> str:
        """What a reader of the screen hears."""
        said = {
            "work": _("working day"),
            "weekend": _("weekend"),
            "rest": _("day off"),
            "worked": _("weekend worked"),
        }[self.kind]
        return f"{self.day.isoformat()} {said} {self.note}".strip()


def months_of(year: int) -> list[list[list[Day | None]]]:
    """Twelve months of weeks of seven, Monday first; None stands for another month's day."""
    known = {row.day: row for row in days.days_of(year)}

    def square(number: int, month: int) -> Day | None:
        return _day(date(year, month, number), known) if number else None

    return [
        [[square(n, month) for n in week] for week in months.monthcalendar(year, month)]
        for month in range(1, 13)
    ]


def day_of(day: date) -> Day:
    return _day(day, {row.day: row for row in CalendarDay.objects.filter(day=day)})


def _day(day: date, known: Mapping[date, CalendarDay]) -> Day:
    row, weekend = known.get(day), day.weekday() >= 5
    if row is None:
        return Day(day, "weekend" if weekend else "work")
    if row.is_workday:
        return Day(day, "worked" if weekend else "work", row.note, row.provisional)
    return Day(day, "weekend" if weekend else "rest", row.note, row.provisional)


@dataclass(frozen=True)
class Year:
    year: int
    announced: bool
    source: str
    days: int
    #: The last counting again that this year set off, where there was one.
    recount: Recount | None


def years(*, with_recounts: bool) -> list[Year]:
    """Every year that the calendar knows, newest first; three statements at most."""
    rows = list(CalendarYear.objects.order_by("-year")[:YEARS_MAX])
    counted = dict(
        CalendarDay.objects.annotate(y=ExtractYear("day"))
        .values("y")
        .annotate(n=Count("pk"))
        .values_list("y", "n")
    )
    last: dict[int, Recount] = {}
    if with_recounts:
        # A year is announced once or twice; those that nobody touched have no row.
        for row in Recount.objects.order_by("-at", "-pk")[: YEARS_MAX * 10]:
            last.setdefault(row.year, row)
    return [
        Year(row.year, row.announced, row.source, counted.get(row.year, 0), last.get(row.year))
        for row in rows
    ]


# Deadlines and ladder


@dataclass(frozen=True)
class Version:
    """One version of the rules, with who put it in force, since when, why, and what it changed."""

    version: int
    data: Mapping[str, Any]
    at: datetime | None
    who: str
    reason: str
    changes: Sequence[tuple[str, str, str]]


#: Versions shown; an office changes its rules a few times a year.
VERSIONS_MAX = 50


def versions(kind: str) -> list[Version]:
    """Newest first; the defaults that came with Anlan stand at the end as version 1."""
    rows = list(LoopSettings.objects.filter(kind=kind).order_by("-version")[: VERSIONS_MAX + 1])
    reasons = dict(RulesChange.objects.filter(kind=kind).values_list("version", "reason"))
    before = [*(row.data for row in rows[1:]), dict(DEFAULTS)][: len(rows)]
    found = [
        Version(
            row.version,
            row.data,
            row.made_at,
            row.made_by,
            reasons.get(row.version, ""),
            differences(earlier, row.data),
        )
        for row, earlier in zip(rows, before, strict=True)
    ][:VERSIONS_MAX]
    if len(rows) <= VERSIONS_MAX:
        found.append(Version(1, DEFAULTS, None, "", "", ()))
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(what, before, after) in words, for what differs."""
    old, new = _told(before), _told(after)
    return [
        (what, old.get(what, ""), new.get(what, ""))
        for what in dict.fromkeys((*new, *old))
        if old.get(what) != new.get(what)
    ]


def _told(data: Mapping[str, Any]) -> dict[str, str]:
    said = {deadline_name(key): rule_words(rule) for key, rule in data["deadlines"].items()}
    for name, days_after in zip(RUNGS, data["rungs"], strict=True):
        said[str(name)] = rung_words(days_after)
    return said | dict(approvals(data))


def approvals(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a version asks for beside days."""
    return [
        (_("Two people close"), _list(data["two_to_close"])),
        (_("Five elements before rectifying"), _list(data["five_elements"])),
        (_("Extensions of one case at most"), str(data["extensions_max"])),
        (_("Working days before a unit may urge the same case again"),
         str(data.get("urge_workdays", URGE_WORKDAYS))),
        (_("Both confirm when found by"), _list(data["double_assignment"])),
    ]  # fmt: skip


def _list(codes: Sequence[str]) -> str:
    names = {**dict(Grade.choices), **dict(Source.choices)}
    return "、".join(str(names.get(code, code)) for code in codes) or _("none")


def deadline_name(key: str) -> str:
    """What a deadline of the settings is for."""
    return {
        "assign": _("to assign it, after it was found"),
        "receipt": _("to sign for receipt"),
        "rectify": _("to rectify it"),
        "rectify:major": _("to rectify a major one"),
        "verify": _("to verify it"),
        "close": _("to close it"),
    }.get(key, key)


def rule_words(rule: Mapping[str, Any]) -> str:
    n = rule.get("n", 0)
    said = {
        "hours": _("%(n)s hours"),
        "calendar_days": _("%(n)s calendar days"),
        "working_days": _("%(n)s working days"),
    }.get(rule["kind"], str(rule["kind"])) % {"n": n}
    if rule.get("rest_day") == "moves":
        said += _(", moved to the next working day")
    if not rule.get("includes_day", True):
        said += _(", the last day not counted")
    return said


def rung_words(days_after: int) -> str:
    if days_after < 0:
        return _("%(n)s days before the deadline") % {"n": -days_after}
    if days_after == 0:
        return _("on the day of the deadline")
    return _("%(n)s days after the deadline") % {"n": days_after}
