"""Which days an overview is about: the period chooser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.kernel.calendar import periods as calendar
from anlan.kernel.calendar.periods import Kind, Period, PeriodUnreadable

#: Beyond this a wish in an address is no code of ours.
CODE_CHARS_MAX = 40

KINDS: Mapping[str, tuple[Kind, str | Promise]] = {
    "week": (Kind.WEEK, gettext_lazy("Week")),
    "ten_days": (Kind.TEN_DAYS, gettext_lazy("Ten days")),
    "fortnight": (Kind.FORTNIGHT, gettext_lazy("Fortnight")),
    "month": (Kind.MONTH, gettext_lazy("Month")),
    "quarter": (Kind.QUARTER, gettext_lazy("Quarter")),
    "half": (Kind.HALF, gettext_lazy("Half-year")),
    "year": (Kind.YEAR, gettext_lazy("Year")),
}
#: Campaigns that the whole country runs; an office saves others under names of its own.
#: Source: 国务院安委会《安全生产治本攻坚三年行动方案（2024—2026年）》.
CAMPAIGNS: tuple[tuple[str | Promise, date, date], ...] = (
    (gettext_lazy("Three-year campaign 2024–2026"), date(2024, 1, 1), date(2026, 12, 31)),
)


@dataclass(frozen=True)
class Wish:
    """What the two fields of the chooser ask for; ``problem`` says how to mend it."""

    period: Period | None = None
    first: str = ""
    last: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Chooser:
    kinds: list[tuple[str | Promise, str, bool]]
    before: str
    after: str
    label: str
    #: Until which day the figures go, where the period isn't over.
    until: date | None
    #: Periods with names: the year up to today, campaigns.
    named: list[tuple[str | Promise, str, bool]]
    #: What the fields for two days hold.
    first: str
    last: str
    problem: str
    #: Whether the period is none of the kinds.
    custom: bool


def period_of(params: Mapping[str, str], today: date) -> Period:
    """The period that the address names; this month where it names none."""
    code = params.get("period", "")[:CODE_CHARS_MAX]
    return calendar.parse(code) if code else calendar.month(today)


def wish(params: Mapping[str, str]) -> Wish:
    """Two days chosen by hand, both included. A whole month, quarter … is taken for one."""
    first, last = (params.get(name, "").strip()[:CODE_CHARS_MAX] for name in ("from", "to"))
    if not first and not last:
        return Wish()
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return Wish(None, first, last, _("Choose both days, the first and the last."))
    if start > end:
        return Wish(None, first, last, _("The first day is after the last: exchange them."))
    try:
        span = calendar.parse(f"{start}..{end}")
    except PeriodUnreadable:
        return Wish(None, first, last, _("Choose days between 1900 and 2199, 60 years at most."))
    for kind, _label in KINDS.values():
        same = calendar.of(kind, start)
        if (same.start, same.end) == (start, end):
            return Wish(same)
    return Wish(span)


def chooser(period: Period, today: date, asked: Wish) -> Chooser:
    anchor = min(period.end, max(today, period.start))
    kinds = [
        (label, calendar.of(kind, anchor).code, period.kind is kind)
        for kind, label in KINDS.values()
    ]
    to_date = calendar.span(date(today.year, 1, 1), today)
    named: list[tuple[str | Promise, Period]] = [(_("This year up to today"), to_date)]
    named += [(label, calendar.span(start, end)) for label, start, end in CAMPAIGNS]
    after = period.next()
    return Chooser(
        kinds, period.previous().code, after.code if after.start <= today else "", period.label,
        today if period.contains(today) and today < period.end else None,
        [(label, each.code, each == period) for label, each in named],
        asked.first or period.start.isoformat(), asked.last or period.end.isoformat(),
        asked.problem, period.kind is Kind.SPAN,
    )  # fmt: skip
