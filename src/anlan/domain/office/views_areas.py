"""Areas: the tree from one's own area down, one area with its history, and what changes it.

Zones, villages and grids are added by the office staff of the place, who know them. A division is
renamed, recoded, merged or ended by the head of the committee office above it: no place redraws
itself, and no administrator decides about places (S16). A reform grants nothing: what units answer
for afterwards is said by the security administrator.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.refusal import Refusal
from anlan.domain.office import areas, commands
from anlan.domain.office.commands.areas import ABOLISH
from anlan.domain.office.forms_areas import AreaForm, PaperForm, RecodeForm, ReformForm, RenameForm
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.regions.models import Level, Region
from anlan.kernel.regions.refusals import CodeTaken, CodeUnreadable, DayUnfit, LevelWrong
from anlan.ui.keyset import Page
from anlan.ui.pages import go_on, render_page

#: Lines of a preview that are written out; the rest is counted.
MOVING_SHOWN_MAX = 30
#: At which field a refusal stands, where it isn't about the whole form.
_FIELDS = {CodeTaken: "code", CodeUnreadable: "code", DayUnfit: "day", LevelWrong: "level"}


@requires("area.view")
def area_roots(request: HttpRequest) -> HttpResponse:
    """Where one's tree begins; with one area this is its page."""
    roots = areas.roots(actor_of(request))
    if len(roots) == 1:
        return _area(request, roots[0])
    return _area(request, None, roots)


@requires("area.view")
def area(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Region.objects.select_related("parent")
    return _area(request, policy.access(rows, "area.view", actor_of(request), pk))


def _area(
    request: HttpRequest, region: Region | None, roots: list[Region] | None = None
) -> HttpResponse:
    by, wanted = actor_of(request), areas.filters(request.GET)
    page: Page[Region]
    if wanted["q"]:
        page = Page(areas.searched(wanted, [region] if region else roots or []), "", "")
    elif region is not None:
        page = areas.ORDER.page(areas.narrowed(region, wanted), request.GET)  # type: ignore[arg-type]
    else:
        page = Page(roots or [], "", "")
    areas.count(page.rows, by)
    may = {name: region is not None and _may(by, name, region) for name in ("add", "change")}
    if region is not None and region.level >= Level.GRID:
        may["add"] = False  # Nothing lies below a grid.
    context = {
        "area": region,
        "what": areas.what_it_is(region) if region else "",
        "above": areas.above(region, by) if region else [],
        "history": areas.history(region) if region else None,
        "columns": areas.COLUMNS,
        "page": page,
        "filters": wanted,
        "may": may,
        "opens": areas.opens(by),
    }
    return render_page(request, "office/area.html", "office/_areas.html", context)


def _may(by: Any, name: str, region: Region) -> bool:
    rows = Region.objects.current().filter(pk=region.pk)
    return policy.permitted(rows, f"area.{name}", by).exists()


@requires("area.add")
def add_area(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    parent = policy.access(Region.objects.current(), "area.add", by, pk)
    form = AreaForm(parent, request.POST or None, initial={"kind": _usual(parent)})
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.add_area(pk, form.added(), by=by, at=timezone.now())
        except Refusal as refusal:
            form.add_error(_FIELDS.get(type(refusal)), str(refusal))
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": made.full_name})
            return go_on(request, reverse("office:area", args=[made.pk]))
    context = {"form": form, "area": parent}
    return render(request, "office/area_add.html", context, status=422 if form.errors else 200)


def _usual(parent: Region) -> str:
    """What is most often added below an area of this level."""
    if parent.level >= Level.VILLAGE:
        return "网格"
    return "村" if parent.level == Level.TOWNSHIP else "开发区"


@requires("area.change")
def rename_area(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(request, pk, RenameForm, _("Rename"), "name")


@requires("area.change")
def recode_area(request: HttpRequest, pk: int) -> HttpResponse:
    return _changed(request, pk, RecodeForm, _("New code"), "code")


def _changed(
    request: HttpRequest, pk: int, kind: type[PaperForm], title: str, field: str
) -> HttpResponse:
    by = actor_of(request)
    region = policy.access(Region.objects.current(), "area.change", by, pk)
    form = kind(request.POST or None, initial={field: getattr(region, field)})
    if request.method == "POST" and form.is_valid():
        command = commands.rename_area if field == "name" else commands.recode_area
        entered = form.cleaned_data
        try:
            command(
                pk, entered[field], day=entered["day"], paper=form.paper, by=by, at=timezone.now()
            )
        except Refusal as refusal:
            at = _FIELDS.get(type(refusal), field)
            form.add_error(at if at in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved. Figures and everything below stay where they are."))
            return go_on(request, reverse("office:area", args=[pk]))
    context = {"form": form, "area": region, "title": title}
    return render(request, "office/area_change.html", context, status=422 if form.errors else 200)


@requires("area.change")
def reform_area(request: HttpRequest, pk: int) -> HttpResponse:
    """First what it would do, then, confirmed on what was shown, the doing."""
    by = actor_of(request)
    region = policy.access(Region.objects.current(), "area.change", by, pk)
    form = ReformForm(request.POST or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") == "do":
                done = commands.reform_area(pk, form.reform, by=by, at=timezone.now())
                messages.success(request, _("Recorded. The areas before stay readable, as ended."))
                return go_on(request, reverse("office:area", args=[done.pk]))
            rehearsal = commands.rehearse(pk, form.reform, by=by, at=timezone.now())
        except Refusal as refusal:
            at = _FIELDS.get(type(refusal))
            form.add_error(at if at in form.fields else None, str(refusal))
        else:
            preview = {
                "ending": rehearsal.ending,
                "becomes": rehearsal.becomes,
                "moving": rehearsal.moving[:MOVING_SHOWN_MAX],
                "more": max(0, len(rehearsal.moving) - MOVING_SHOWN_MAX),
                "count": len(rehearsal.moving),
                "hanging": areas.hanging(rehearsal.ending, by),
                "dissolved": form.cleaned_data["kind"] == ABOLISH,
            }
    context = {"form": form, "area": region, "preview": preview}
    return render(request, "office/reform.html", context, status=422 if form.errors else 200)
