"""Working days: a year at a glance, a day to be set, a year to be announced.

Kept by the system administrator: what the State Council announces holds for the whole
installation, entering it decides nothing, and no business shows here. Whoever works here reads it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.base.refusal import Refusal
from anlan.domain.office import announcement, commands, queries
from anlan.domain.office.forms import REST, WORK, AnnounceForm, DayForm
from anlan.domain.office.models import Recount
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.calendar import queries as calendar
from anlan.kernel.calendar.commands import YEAR_MIN
from anlan.kernel.calendar.models import CalendarYear
from anlan.kernel.calendar.periods import YEAR_MAX
from anlan.ui.pages import go_on

#: Years before this one that are listed openly; those before them are folded away.
RECENT_YEARS = 3


@requires("settings.days")
def days(request: HttpRequest) -> HttpResponse:
    year = _year(request.GET.get("year", ""))
    day = _day(request.GET.get("day", ""), year)
    form = None
    if day is not None and policy.may(actor_of(request), "settings.edit"):
        known = queries.day_of(day)
        # What one most likely wants of it: a plain day changes, an exception is corrected.
        state = REST if known.kind in ("rest", "work") else WORK
        form = DayForm(initial={"day": day, "state": state, "note": known.note})
    return _page(request, year, day, form)


def _page(
    request: HttpRequest, year: int, day: date | None, form: DayForm | None, status: int = 200
) -> HttpResponse:
    may_edit = policy.may(actor_of(request), "settings.edit")
    known = queries.years(with_recounts=may_edit)
    recent = timezone.localdate().year - RECENT_YEARS
    context = {
        "year": year,
        "months": queries.months_of(year),
        "recent": [each for each in known if each.year >= recent or each.year == year],
        "earlier": [each for each in known if each.year < recent and each.year != year],
        "this": next((each for each in known if each.year == year), None),
        "day": queries.day_of(day) if day else None,
        "form": form,
        "today": timezone.localdate(),
        "may_edit": may_edit,
        "first": YEAR_MIN,
        "last": YEAR_MAX,
    }
    return render(request, "office/days.html", context, status=status)


def _year(text: str) -> int:
    if text.isdecimal() and len(text) == 4 and YEAR_MIN <= int(text) <= YEAR_MAX:
        return int(text)
    return timezone.localdate().year


def _day(text: str, year: int) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year == year else None


@requires("settings.edit", management=True)
@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    form = DayForm(request.POST)
    day = form.cleaned_data.get("day") if form.is_valid() else _sent(request)
    if not form.is_valid():
        year = day.year if day and YEAR_MIN <= day.year <= YEAR_MAX else timezone.localdate().year
        return _page(request, year, day if day and day.year == year else None, form, status=422)
    assert day is not None
    try:
        done = commands.set_day(
            day,
            form.is_workday,
            note=form.cleaned_data["note"],
            by=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error("day", str(refusal))
        return _page(request, timezone.localdate().year, None, form, status=422)
    messages.success(request, _("Saved: %(day)s.") % {"day": queries.day_of(day).words})
    if done is not None:
        _say(request, done)
    return go_on(request, f"{reverse('office:days')}?year={day.year}&day={day.isoformat()}#day")


def _sent(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return None


@requires("settings.edit", management=True)
def announce(request: HttpRequest) -> HttpResponse:
    year = _year(request.GET.get("year", "") or str(timezone.localdate().year + 1))
    form = AnnounceForm(request.POST or None, initial={"year": year, "days": _lines(year)})
    if request.method == "POST" and form.is_valid() and _says_days(form):
        entered = form.cleaned_data
        try:
            rules = announcement.read(entered["days"], entered["year"]) if entered["days"] else None
            done = commands.announce_year(
                entered["year"],
                rules,
                source=entered["source"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("days", str(refusal))
        else:
            messages.success(request, _("%(year)s is announced.") % {"year": entered["year"]})
            _say(request, done)
            return go_on(request, f"{reverse('office:days')}?year={entered['year']}")
    known = CalendarYear.objects.filter(year=year).first()
    context: dict[str, Any] = {"form": form, "year": year, "known": known}
    return render(request, "office/announce.html", context, status=422 if form.errors else 200)


def _says_days(form: AnnounceForm) -> bool:
    """Refuses a year whose days nobody entered: the statutory ones alone lack every day in lieu."""
    year = form.cleaned_data["year"]
    if form.cleaned_data["days"] or CalendarYear.objects.filter(year=year, announced=True).exists():
        return True
    if any(not row.provisional for row in calendar.days_of(year)):
        return True
    form.add_error("days", _("Holidays: paste what was announced; nobody has entered a day yet."))
    return False


def _lines(year: int) -> str:
    """What is known of an announced year, as the form reads it; else there is room to paste."""
    if not CalendarYear.objects.filter(year=year, announced=True).exists():
        return ""
    return "\n".join(
        f"{row.day.isoformat()} {'班' if row.is_workday else '休'} {row.note}".strip()
        for row in calendar.days_of(year)
    )


def _say(request: HttpRequest, done: Recount) -> None:
    if done.deferred:
        words = _(
            "%(n)s provisional deadlines will be counted again by the background work within the "
            "hour."
        ) % {"n": done.counted}
    elif done.counted:
        words = _(
            "%(counted)s provisional deadlines were counted again: %(changed)s changed, %(left)s "
            "remain provisional."
        ) % {"counted": done.counted, "changed": done.changed, "left": done.left}
    else:
        words = _("No deadline was provisional.")
    messages.info(request, words)
