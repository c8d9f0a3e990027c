"""One search over pages, areas, numbers of every kind, hazards and enterprises.

Nothing in it that the reader may not see. What it doesn't look through itself it leads to: the
lists that search their own rows, with the words taken along.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.enterprises.models import Enterprise, EnterpriseQuerySet
from anlan.domain.hazards import queries, search
from anlan.kernel.accounts import policy, readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import where_of
from anlan.kernel.loop import worklist
from anlan.kernel.loop.machine import machines
from anlan.kernel.regions import pinyin
from anlan.kernel.regions import queries as regions
from anlan.ui.shell import Shell

Option = tuple[str, str, str, str]

ROWS_MAX = 8
CHARS_MAX = 60
#: Areas that are looked at before those out of one's reach are left out.
_AREAS_LOOKED_AT = 40
_AFTER_ANY = "\U0010ffff"
#: How a number begins: two letters for its kind.
_KIND_CHARS = 2
#: What one begins from anywhere: what it is called, its address, its right.
BEGINNINGS: tuple[tuple[str | Promise, str, str], ...] = (
    (gettext_lazy("Report an accident"), "accidents:new", "accidents.report"),
    (gettext_lazy("New paper"), "bulletins:new", "bulletins.make"),
    (gettext_lazy("New campaign"), "campaigns:new", "campaigns.make"),
    (gettext_lazy("New sweep"), "inspections:new", "sweep.make"),
    (gettext_lazy("New entry of enforcement"), "enforcement:new", "enforcement.enter"),
    (gettext_lazy("New measure"), "measures:new", "measures.make"),
)
#: Lists that search their rows by ``q``.
LISTS: tuple[tuple[str | Promise, str, str], ...] = (
    (gettext_lazy("Hazards"), "hazards:list", "hazard.view"),
    (gettext_lazy("Tasks of campaigns"), "campaigns:tasks", "tasks.view"),
    (gettext_lazy("Register of accidents"), "accidents:list", "accidents.view"),
    (gettext_lazy("Problem lists"), "lists:items", "lists.view"),
    (gettext_lazy("Measure list"), "measures:list", "measures.view"),
    (gettext_lazy("Library"), "library:list", "laws.view"),
    (gettext_lazy("Book of enforcement"), "enforcement:list", "enforcement.view"),
    (gettext_lazy("Papers"), "bulletins:list", "bulletins.view"),
    (gettext_lazy("Enterprises"), "enterprises:list", "enterprise.view"),
    (gettext_lazy("Units"), "accounts:units", "units.view"),
    (gettext_lazy("People"), "accounts:people", "units.view"),
)


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
            (_("Go to"), list(_pages(request, by, text, part))),
            (_("Areas"), list(_areas(by, text))),
            (_("By number"), list(_numbered(by, text))),
            (_("Hazards"), list(_hazards(by, text))),
            (_("Enterprises"), list(_enterprises(by, text))),
        ]
    found = any(rows for _label, rows in groups)
    if len(text) > 1:
        groups.append((_("Search a list for it"), list(_lists(by, text))))
    context = {"groups": groups, "text": text, "found": found}
    template = "hazards/_overview_found.html" if part else "hazards/overview_search.html"
    return render(request, template, context)


def _called(label: str, text: str) -> bool:
    """Whether ``text`` is part of what a page is called, or how its pinyin begins."""
    folded = text.casefold()
    return folded in label.casefold() or (folded.isascii() and _sounds(label, folded))


def _sounds(label: str, folded: str) -> bool:
    return any(spelled.startswith(folded) for spelled in pinyin.of_name(label))


def _pages(request: HttpRequest, by: Actor, text: str, part: bool) -> Iterator[Option]:
    """The navigation's lines, and what one may begin. Lines by name the palette finds itself."""
    for group in Shell(request).nav:
        for item in group.items:
            label = str(item.label)
            if _called(label, text) and not (part and text.casefold() in label.casefold()):
                yield item.url, label, str(group.label), item.icon
    for act, name, needs in BEGINNINGS:
        if policy.may(by, needs) and _called(str(act), text):
            yield reverse(name), str(act), "", "plus"


def _numbered(by: Actor, text: str) -> Iterator[Option]:
    """Cases of other kinds than hazards, by the beginning of their number."""
    number, known = text.upper(), machines()
    for work in worklist.works():
        kinds = [kind for kind in work.kinds if known[kind].prefix == number[:_KIND_CHARS]]
        if not kinds or "hazard" in work.kinds or not policy.may(by, work.view):
            continue
        rows = policy.permitted(work.rows, work.view, by).filter(
            case__kind__in=kinds, case__number__gte=number, case__number__lt=number + _AFTER_ANY
        )
        for row in rows.select_related(*work.related).order_by("case__number")[:ROWS_MAX]:
            page = reverse(known[row.case.kind].page, args=[row.pk])
            note = f"{work.kinds[row.case.kind]} · {row.case.number}"
            yield page, work.title(row)[:80], note, "file-text"


def _lists(by: Actor, text: str) -> Iterator[Option]:
    for label, name, needs in LISTS:
        if policy.may(by, needs):
            yield f"{reverse(name)}?{urlencode({'q': text})}", str(label), f"“{text}”", "search"


def _areas(by: Actor, text: str) -> Iterator[Option]:
    if not policy.may(by, "hazard.view"):
        return
    shown = 0
    for area in regions.find(text, limit=_AREAS_LOOKED_AT):
        try:
            readers.covered(by, area)
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
