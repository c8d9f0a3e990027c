"""Direct reports and dual reports of major hazards: lists, what is owed, and the terms."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.refusal import Refusal
from anlan.domain.supervision import columns_reports as columns
from anlan.domain.supervision import commands, doubled, reports, terms
from anlan.domain.supervision.forms_hazard import TermsForm
from anlan.domain.supervision.models import Terms
from anlan.domain.supervision.tabs import tabs
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Period, PeriodUnreadable
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("listed.view")
def direct(request: HttpRequest) -> HttpResponse:
    """Major hazards by whether they were reported straight to the province, and when."""
    by, at = actor_of(request), timezone.now()
    limit = terms.in_force()
    asked = columns.direct_filters(request.GET)
    page, rows = reports.direct(by, asked, request.GET, limit, at)
    here = reverse("supervision:direct")
    context = {
        "tabs": tabs(by, "direct"), "filters": asked, "page": page, "rows": rows, "limit": limit,
        "columns": columns.DIRECT_COLUMNS,
        "counts": [
            (_("Never reported"), reports.direct_count(by, "never", limit), f"{here}?state=never"),
            (_("Reported late"), reports.direct_count(by, "late", limit), f"{here}?state=late"),
        ],
        "may_set": policy.may(by, "terms.edit"),
    }  # fmt: skip
    return render_page(request, "supervision/direct.html", "supervision/_direct.html", context)


@require_GET
@requires("listed.view")
def dual(request: HttpRequest) -> HttpResponse:
    """Which enterprise has told its regulator and its workers' congress, and who owes it."""
    by, today = actor_of(request), timezone.localdate()
    limit = terms.in_force()
    context = {
        "tabs": tabs(by, "dual"), "limit": limit, "may_set": policy.may(by, "terms.edit"),
        "period": None, "filters": columns.dual_filters(request.GET),
    }  # fmt: skip
    if limit.period:
        period = _period(request.GET.get("period", ""), Kind(limit.period), today)
        asked = columns.dual_filters(request.GET, period)
        page, rows = reports.dual(by, asked, request.GET, period)
        here = reverse("supervision:dual")
        after = period.next()
        context |= {
            "period": period, "filters": asked, "page": page, "rows": rows,
            "columns": columns.dual_columns(reports.is_over(period, today)),
            "before_url": f"{here}?period={period.previous().code}",
            "after_url": f"{here}?period={after.code}" if after.start <= today else "",
            "owed": reports.dual_count(by, period),
            "owed_url": f"{here}?period={period.code}&owed=1",
            "running": not reports.is_over(period, today),
        }  # fmt: skip
    return render_page(request, "supervision/dual.html", "supervision/_dual.html", context)


@require_GET
@requires("listed.view")
def double(request: HttpRequest) -> HttpResponse:
    """Hazards that went to the territory's line and to the sector's, and who has confirmed."""
    by = actor_of(request)
    asked = columns.double_filters(request.GET)
    page, rows = doubled.page(by, asked, request.GET)
    context = {
        "tabs": tabs(by, "double"), "filters": asked, "page": page, "rows": rows,
        "columns": columns.DOUBLE_COLUMNS,
    }  # fmt: skip
    return render_page(request, "supervision/double.html", "supervision/_double.html", context)


def _period(code: str, kind: Kind, today: date) -> Period:
    """The period asked for, where it is of the kind that is set; else the last that is over."""
    try:
        asked = periods.parse(code[:30]) if code else None
    except PeriodUnreadable:
        asked = None
    fits = asked is not None and asked == periods.of(kind, asked.start)
    return asked if asked and fits else periods.last_complete(kind, today)


@require_http_methods(["GET", "POST"])
@requires("terms.view")
def terms_page(request: HttpRequest) -> HttpResponse:
    """What is set for both kinds of report, by whom and why; its head changes it."""
    by, at = actor_of(request), timezone.now()
    limit = terms.in_force()
    may_set = policy.may(by, "terms.edit")
    if request.method == "POST":
        policy.demand(by, "terms.edit", at)
    initial = {
        "version": limit.version, "hours": limit.hours, "since": limit.since,
        "period": limit.period,
    }  # fmt: skip
    form = TermsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            commands.set_terms(
                data["version"], hours=data["hours"], since=data["since"],
                period=data["period"], reason=data["reason"], by=by, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Saved; it holds from now on."))
            return go_on(request, reverse("supervision:terms"))
    context = {
        "limit": limit, "form": form if may_set else None, "tabs": tabs(by, ""),
        "history": Terms.objects.order_by("-version")[:50], "periods": terms.PERIODS,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(request, "supervision/terms.html", "supervision/terms.html", context, status)
