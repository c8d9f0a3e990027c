"""问题清单综合分析: each unit in the dimensions of the office, as table and charts (S304)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.refusal import Refusal
from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics import commands, dimensions, forms, offered, reading, settings, tabs
from anlan.domain.statistics.asked import AREA
from anlan.domain.statistics.refusals import AnalysisUnreadable
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.calendar import periods, spans
from anlan.kernel.indicators.declare import declared
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

#: What a row may be.
ROWS = {AREA: analyses.DIMENSIONS[AREA], "unit": analyses.DIMENSIONS["unit"]}


@require_GET
@requires("statistics.view")
def page(request: HttpRequest) -> HttpResponse:
    """By area below or reporting unit; the last quarter that is over, unless another is asked."""
    by, at = actor_of(request), timezone.now()
    shell: dict[str, Any] = {
        "tabs": tabs.of(by, "dimensions"), "rows_of": ROWS,
        "may_set": policy.may(by, "statistics.settings"),
    }  # fmt: skip
    laid_down = settings.dimensions()
    if not laid_down:
        return render_page(
            request, "statistics/dimensions.html", "statistics/dimensions.html", shell
        )
    quarter = periods.of(periods.Kind.QUARTER, timezone.localdate(at)).previous().code
    may = offered.for_reader(by, by_sector=False)
    given: dict[str, Any] = {
        "area": request.GET.get("area", ""), "period": request.GET.get("period") or quarter,
        "rows": request.GET.get("rows", AREA), "known": request.GET.get("known", ""),
        "indicator": [code for code in dimensions.codes(laid_down) if code in may],
    }  # fmt: skip
    if given["rows"] not in ROWS:
        given["rows"] = AREA
    try:
        asked = analyses.read(QueryDict(urlencode(given, doseq=True)), by, at)
        table = dimensions.beside(reading.read(asked))
    except AnalysisUnreadable as refusal:
        told = {"problem": str(refusal), "usual": reverse("statistics:dimensions")}
        return render_page(request, "statistics/unreadable.html", "statistics/unreadable.html",
                           told, status=422)  # fmt: skip
    found = dimensions.parts(table, laid_down)
    context: dict[str, Any] = {
        **shell, "asked": asked, "table": table, "parts": found,
        "whole": dimensions.whole(table, found), "now": at,
        "chooser": spans.chooser(asked.period, asked.today, spans.wish({})),
        "source": settings.current(settings.DIMENSIONS)[1]["source"],
        "here": lambda **changes: "?" + urlencode({
            "area": asked.area.code, "period": asked.period.code, "rows": asked.rows, **changes}),
        "workbook": reverse("statistics:workbook") + asked.query(),
        "analysis": reverse("statistics:analysis") + asked.query(),
        "restricted": sector_names(asked.sectors) if asked.sectors is not None else [],
    }  # fmt: skip
    return render_page(request, "statistics/dimensions.html", "statistics/dimensions.html", context)


@require_http_methods(["GET", "POST"])
@requires("statistics.settings")
def setting(request: HttpRequest) -> HttpResponse:
    """Which dimensions there are: a new version, for every area."""
    by, at = actor_of(request), timezone.now()
    version, data = settings.current(settings.DIMENSIONS)
    choices: list[Any] = [
        (str(label), [(each.code, str(each.label)) for each in rows])
        for label, rows in offered.grouped(declared(), (), every_count=False)
    ]
    initial = {"version": version, **forms.SetDimensions.initial_of(data)}
    form = forms.SetDimensions(request.POST or None, initial=initial, choices=choices)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            commands.change_setting(
                settings.DIMENSIONS, form.data_of(), version=sent["version"],
                reason=sent["reason"], by=by, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("In force from now on."))
            return go_on(request, reverse("statistics:dimensions"))
    context = {"form": form, "back": reverse("statistics:dimensions"), "version": version,
               "title": _("Dimensions of the analysis"), "crumb": _("Dimensions")}  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render_page(
        request, "statistics/setting.html", "statistics/setting.html", context, status=status
    )
