"""One search over pages, areas, hazards and enterprises: nothing that the reader may not see."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.enterprises.models import Enterprise, EnterpriseQuerySet
from anlan.domain.hazards import overview, queries, search
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import where_of
from anlan.kernel.regions import queries as regions
from anlan.ui.shell import Shell

Option = tuple[str, str, str, str]

ROWS_MAX = 8
CHARS_MAX = 60
#: Areas that are looked at before those out of one's reach are left out.
_AREAS_LOOKED_AT = 40
_AFTER_ANY = "\U0010ffff"


@require_GET
@requires("accounts.own")
def find(request: HttpRequest) -> HttpResponse:
    """``?q=``: the whole page; with ``part``, the lines that the palette shows."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:CHARS_MAX]
    by = actor_of(request)
    part = bool(request.GET.get("part"))
    groups: list[tuple[str, list[Option]]] = []
    if text:
        groups = [
            (_("Pages"), [] if part else list(_pages(request, text))),
            (_("Areas"), list(_areas(by, text))),
            (_("Hazards"), list(_hazards(by, text))),
            (_("Enterprises"), list(_enterprises(by, text))),
        ]
    context = {"groups": groups, "text": text, "found": any(rows for _label, rows in groups)}
    template = "hazards/_overview_found.html" if part else "hazards/overview_search.html"
    return render(request, template, context)


def _pages(request: HttpRequest, text: str) -> Iterator[Option]:
    folded = text.casefold()
    for group in Shell(request).nav:
        for item in group.items:
            if folded in str(item.label).casefold():
                yield item.url, str(item.label), str(group.label), item.icon


def _areas(by: Actor, text: str) -> Iterator[Option]:
    if not policy.may(by, "hazard.view"):
        return
    shown = 0
    for area in regions.find(text, limit=_AREAS_LOOKED_AT):
        try:
            overview.covered(by, area)
        except NotFound:
            continue
        yield reverse("overview:area", args=[area.code]), area.name, where_of(area), "map-pin"
        shown += 1
        if shown >= ROWS_MAX:
            return


def _hazards(by: Actor, text: str) -> Iterator[Option]:
    rows = queries.visible(by)
    number = text.upper()
    if number.isascii():
        rows = rows.filter(case__number__gte=number, case__number__lt=number + _AFTER_ANY)
        rows = rows.order_by("case__number")
    elif len(text) > 1:
        rows = search.find(rows.exclude(case__state="void"), text)
        rows = rows.order_by("-case__opened_on", "-pk")
    else:
        return
    for row in rows.select_related("case", "case__area")[:ROWS_MAX]:
        note = f"{row.case.number} · {row.case.area.name}"
        yield reverse("hazards:page", args=[row.pk]), row.description[:80], note, "alert-triangle"


def _enterprises(by: Actor, text: str) -> Iterator[Option]:
    if len(text) < 2:
        return
    rows = policy.permitted(Enterprise.objects.all(), "enterprise.view", by)
    assert isinstance(rows, EnterpriseQuerySet)
    for row in rows.listed().search(text).select_related("area")[:ROWS_MAX]:
        url = reverse("enterprises:page", args=[row.pk])
        yield url, row.name, row.area.name, "building-factory-2"
