"""The records behind a figure."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards import behind, columns, indicators
from anlan.domain.hazards.behind import Asked
from anlan.domain.hazards.models import Grade
from anlan.domain.hazards.overview_page import area_url, crumbs
from anlan.kernel.accounts import readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.sectors import sector_names
from anlan.kernel.calendar import spans
from anlan.kernel.facts.kinds import Measure, declared, known
from anlan.kernel.regions import queries as regions
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Given, chosen
from anlan.ui.pages import render_page

#: Beyond this a wish in an address is no code of ours.
_CODE_CHARS_MAX = 40


ORDER = Keyset.by("-case__opened_on", "-pk")
#: What of an address says which figure was opened, and its columns.
ADDRESS = ("kind", "area", "period", "sector", "grade", "own", "cols")


@require_GET
@requires("hazard.view")
def records(request: HttpRequest) -> HttpResponse:
    """The hazards that one figure counts, and how they make it up."""
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    asked = _asked(request, by, at)
    wanted = Given({name: request.GET[name] for name in ADDRESS if request.GET.get(name)})
    every = columns.columns(today)
    above = [*crumbs(by, asked.area, asked.period)]
    above.append((asked.area.name, area_url(asked.area, asked.period)))
    context = {
        "asked": asked, "kind": known(asked.kind), "behind": behind.made_of(asked, by, at),
        "label": _label(asked),
        "as_it_stood": known(asked.kind).measure is Measure.STOCK and asked.period.end < today,
        "page": behind.page_of_records(asked, by, at, ORDER, request.GET),
        "columns": chosen(every, request.GET.get("cols", "")), "same": columns.same(today),
        "filters": wanted,
        "narrowed": _narrowed(request), "crumbs": above,
    }  # fmt: skip
    return render_page(
        request, "hazards/overview_records.html", "hazards/overview_records.html", context
    )


def _asked(request: HttpRequest, by: Actor, at: datetime) -> Asked:
    get = request.GET.get
    kind = get("kind", "")
    if not kind.startswith("hazard.") or kind not in declared():
        raise NotFound
    area = regions.by_code(get("area", "")[:_CODE_CHARS_MAX])
    allowed = readers.demand(by, area, at)
    period = spans.period_of(request.GET, timezone.localdate(at))
    where = readers.where_of(allowed)
    if sector := get("sector", ""):
        code = "" if sector == "none" else sector
        if allowed is not None and code not in allowed:
            raise NotFound
        where["sector"] = [code]
    if grade := get("grade", ""):
        if grade not in Grade.values:
            raise NotFound
        where["grade"] = [grade]
    return Asked(kind, area, period, where, own=get("own") == "1")


def _label(asked: Asked) -> str | Promise:
    """As the tiles call it, where there is one."""
    for each in indicators.INDICATORS:
        if each.kinds == (asked.kind,) and not each.filters[0]:
            return each.label
    return known(asked.kind).label


def _narrowed(request: HttpRequest) -> list[str]:
    words = []
    if sector := request.GET.get("sector"):
        words.append(_("not stated") if sector == "none" else sector_names([sector])[0])
    if grade := request.GET.get("grade"):
        words.append(str(dict(Grade.choices).get(grade, grade)))
    if request.GET.get("own") == "1":
        words.append(_("the area itself, nothing below it"))
    return words
