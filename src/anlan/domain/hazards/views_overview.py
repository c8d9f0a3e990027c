"""The overview of an area, which is the home page of whoever has one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET
from markupsafe import Markup

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards import overview
from anlan.domain.hazards.overview import Sides
from anlan.domain.hazards.overview_page import MEASURES, Page, crumbs
from anlan.domain.hazards.views_shapes import note_of
from anlan.kernel.accounts import lists, policy, readers, sectors
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.calendar import spans
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region
from anlan.ui.pages import render_page

#: Beyond this a wish in an address is no code of ours.
_CODE_CHARS_MAX = 40


lists.register("overview:home", "overview:area", page="overview")


@require_GET
@requires("accounts.own")
def home(request: HttpRequest) -> HttpResponse:
    """The overview of one's own area; whoever has none goes to what they have."""
    by = actor_of(request)
    if policy.may(by, "hazard.view"):
        areas = readers.areas_of(by)
        if areas:
            return _page(request, by, areas[0], areas)
        return HttpResponseRedirect(_first("work:list", "work:worklist", "hazards:list"))
    if policy.may(by, "units.view"):
        return HttpResponseRedirect(reverse("accounts:units"))
    return HttpResponseRedirect(
        reverse("accounts:audit") if policy.may(by, "audit.view") else reverse("mfa_index")
    )


def _ages_url(area: Region) -> str:
    """Open hazards by age: a page of another capability, which may not be there."""
    try:
        return reverse("lists:ages", args=[area.code])
    except NoReverseMatch:
        return ""


def _first(*names: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    raise NotFound


@require_GET
@requires("hazard.view")
def area_page(request: HttpRequest, code: str) -> HttpResponse:
    by = actor_of(request)
    return _page(request, by, regions.by_code(code[:_CODE_CHARS_MAX]), readers.areas_of(by))


def _page(
    request: HttpRequest, by: Actor, area: Region, areas: Sequence[Region]
) -> HttpResponse:  # fmt: skip
    at = timezone.now()
    today = timezone.localdate(at)
    allowed = readers.demand(by, area, at)
    wish = spans.wish(request.GET)
    if wish.period:
        return HttpResponseRedirect(_query(request, period=wish.period.code))
    period = spans.period_of(request.GET, today)
    reading = overview.read(area, period, allowed, at)
    page = Page(area, period, Sides.of(period, today), reading, allowed, today)
    measure = request.GET.get("by", "")
    measure = measure if measure in MEASURES else "overdue"
    sort = request.GET.get("sort", "")
    sort = sort if sort.lstrip("-") in (*MEASURES, "name") else f"-{measure}"
    note = note_of(area, reading.rows)
    names = sectors.names()
    # All that the figures' pieces of the page depend on beside the reading itself.
    key = (
        get_language(), area.pk, period.code, today, measure, sort, _query(request), note,
        tuple(names.items()), None if allowed is None else tuple(allowed),
    )  # fmt: skip

    def written(name: Hashable, write: Callable[[], Markup]) -> Markup:
        html = reading.written.get((key, name))
        if html is None:
            reading.written.put((key, name), html := write())
        return html

    late = overview.late(area, allowed, today)
    context = {
        "page": page, "area": area, "period": period, "reading": reading, "now": at,
        "chooser": spans.chooser(period, today, wish), "kept": lists.Kept(request),
        "measure": measure, "measures": MEASURES,
        "sort": sort, "written": written, "names": names,
        "map_note": note, "has_map": note is not None,
        "areas": [each for each in areas if each.pk != area.pk],
        "ages_url": _ages_url(area),
        # Above one's own figures stands what one has to do; it is asked for once the page shows.
        "waiting_url": reverse("work:waiting") if area == next(iter(areas), None) else "",
        "crumbs": crumbs(by, area, period),
        "nothing_yet": overview.nothing_yet(reading, area, allowed),
        "may_find": policy.may(by, "hazard.find"),
        "may_import": policy.may(by, "hazard.import"),
        "late": late, "late_as_read": tuple(row.raw for row in late),
        "today": today,
        "restricted": [] if allowed is None else sector_names(allowed),
        "query": lambda **changes: _query(request, **changes),
    }  # fmt: skip
    return render_page(request, "hazards/overview.html", "hazards/overview.html", context)


def _query(request: HttpRequest, **changes: Any) -> str:
    kept = {name: request.GET[name] for name in ("period", "by", "sort") if request.GET.get(name)}
    kept.update(changes)
    return "?" + urlencode({name: value for name, value in kept.items() if value})
