"""Open hazards by area and age, the statement 动态清零, and the bands that an office sets."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from anlan.domain.hazards import columns as hazard_columns
from anlan.domain.hazards.queries import ROW
from anlan.domain.lists import ages, settings, sums, tabs
from anlan.domain.lists.settings import Band
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import CODE_CHARS_MAX, Region
from anlan.ui.lists import Filters, Flag
from anlan.ui.pages import render_page

KINDS = {"hazard": gettext_lazy("hazards"), "problem": gettext_lazy("problems")}


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in KINDS else "hazard"


@require_GET
@requires("hazard.view")
def page(request: HttpRequest, code: str = "") -> HttpResponse:
    """Counters of what is open, by the areas below one and by age; each opens its list."""
    by, at = actor_of(request), timezone.now()
    today, kind = timezone.localdate(at), _kind(request)
    area = regions.by_code(code[:CODE_CHARS_MAX]) if code else sums.widest(by)
    bands = settings.bands()
    read = ages.read(area, kind, bands, by, at, today)
    context = {
        "tabs": tabs.of(by, "ages"),
        "area": area, "read": read, "bands": [band.label for band in bands], "today": today,
        "kinds": [
            (label, f"{reverse('lists:ages', args=[area.code])}?kind={each}", each == kind)
            for each, label in KINDS.items()
        ],
        "total": _cells(read.total, area, kind, bands, today, own=False),
        "lines": [
            (line, _cells(line.counts, line.region, kind, bands, today, own=line.own),
             "" if line.own else f"{reverse('lists:ages', args=[line.region.code])}?kind={kind}")
            for line in read.lines if any(line.counts)
        ],
        "overview_url": reverse("overview:area", args=[area.code]),
        "may_edit": policy.may(by, "listsettings.edit"),
    }  # fmt: skip
    return render_page(request, "lists/ages.html", "lists/ages.html", context)


def _cells(
    counts: list[int], area: Region, kind: str, bands: list[Band], today: date, *, own: bool
) -> list[tuple[int, str]]:
    """Each count with the address of its rows: the hazard list, or of 本级 a list of its own."""
    if own:
        base = f"{reverse('lists:ages_itself', args=[area.code])}?kind={kind}"
        ends = [*(f"&band={n}" for n in range(len(bands))), "", "&late=1"]
    else:
        base = f"{reverse('hazards:list')}?kind={kind}&area={area.code}&open=1"
        ends = [*(f"&{band.query(today)}" for band in bands), "", "&late=1"]
    return [(n, base + end) for n, end in zip(counts, ends, strict=True)]


@require_GET
@requires("hazard.view")
def itself(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a line 本级: what is open at an area itself."""
    by, at = actor_of(request), timezone.now()
    today, bands = timezone.localdate(at), settings.bands()
    area = regions.by_code(code[:CODE_CHARS_MAX])
    asked = Filters((Flag("late", gettext_lazy("Overdue")),), request.GET)
    number = request.GET.get("band", "")[:3]
    band = bands[int(number)] if number.isdecimal() and int(number) < len(bands) else None
    rows = ages.at_area_itself(area, _kind(request), band, bool(asked["late"]), by, at, today)
    order = asked.order(hazard_columns.ORDERS, "due")
    context = {
        "area": area, "band": band.label if band else "", "filters": asked,
        "page": order.page(rows.select_related(*ROW), request.GET),
        "columns": [c for c in hazard_columns.columns(today) if c.shown],
    }  # fmt: skip
    return render_page(request, "lists/ages_itself.html", "lists/ages_itself.html", context)
