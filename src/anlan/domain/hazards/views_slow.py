"""Who is slow, by area and by rectifying unit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.domain.hazards import slowness
from anlan.domain.hazards.overview_page import area_url, crumbs
from anlan.kernel.accounts import readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.calendar import spans
from anlan.kernel.regions import queries as regions
from anlan.ui.figures import Basis
from anlan.ui.pages import render_page

CODE_CHARS_MAX = 40


@require_GET
@requires("hazard.view")
def slow(request: HttpRequest, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    area, today = regions.by_code(code[:CODE_CHARS_MAX]), timezone.localdate(at)
    sectors = readers.demand(by, area, at)
    wish = spans.wish(request.GET)
    period = wish.period or spans.period_of(request.GET, today)

    def here(**changes: str) -> str:
        asked = {"period": period.code, "sort": order, **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    order = request.GET.get("sort", "")
    order = order if order in slowness.ORDERS else "overdue"
    if wish.period:
        return HttpResponseRedirect(here())
    narrow = area.level >= slowness.WIDEST
    places = slowness.by_area(area, sectors, period, today) if narrow else []
    units = slowness.by_unit(area, sectors, period, today) if narrow else []

    def listed(row: slowness.Slow, **flags: str) -> str:
        """The hazards that a figure counts; none for an area without those below it."""
        if row.own or row.area is None or (sectors is not None and len(sectors) > 1):
            return ""
        asked = {"area": row.area.code, **flags, "sector": sectors[0] if sectors else ""}
        return f"{reverse('hazards:list')}?{urlencode({k: v for k, v in asked.items() if v})}"

    settled = {"settled_from": str(period.start), "settled_to": str(period.end)}
    context: dict[str, Any] = {
        "area": area, "period": period, "chooser": spans.chooser(period, today, wish),
        "places": slowness.slowest(places, order),
        "units": slowness.slowest(units, order)[: slowness.UNITS_MAX], "every": len(units),
        "all": slowness.total(places), "order": order, "here": here, "narrow": narrow,
        "crumbs": [*crumbs(by, area, period), (area.name, area_url(area, period))],
        "late_url": lambda row: listed(row, late="1"),
        "settled_url": lambda row: listed(row, **settled),
        "restricted": [] if sectors is None else sector_names(sectors),
        "mean": Basis(_(
            "Day rectified minus day found, of those rectified in the period and not returned "
            "since; all their days, divided by how many they are. As the cases stand now."
        )),
        "of_units": Basis(_(
            "By the unit that has to rectify it now, or did at last. What was rectified on the "
            "spot, and names no unit, is in none of them."
        )),
    }  # fmt: skip
    return render_page(request, "hazards/slow.html", "hazards/slow.html", context)
