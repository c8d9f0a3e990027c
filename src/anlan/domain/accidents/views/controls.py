"""Control targets: what an area is held to and how it stands, one with its areas, setting them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.accidents import commands, controls, tabs
from anlan.domain.accidents.forms_controls import ChangeControlForm, ControlForm, EndForm
from anlan.domain.accidents.models import ControlTarget
from anlan.domain.lists import sums
from anlan.kernel.accounts import policy, readers
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar.periods import YEAR_MIN
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters
from anlan.ui.pages import go_on, render_page

CODE_CHARS_MAX = 40
#: Areas below one that its page shows; a province has no more prefectures and counties.
AREAS_MAX = 200
VERSIONS_MAX = 50
ORDER = Keyset.by("-last_year", "-id")


def _day(params: QueryDict, today: date) -> date:
    """The day up to which is counted: today, or the last day of an earlier year."""
    year = params.get("year", "")
    if not year:
        return today
    if not (year.isdecimal() and len(year) == 4 and YEAR_MIN <= int(year) <= today.year):
        raise NotFound
    return today if int(year) == today.year else date(int(year), 12, 31)


@require_GET
@requires("controls.view")
def target_list(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    code = request.GET.get("area", "")[:CODE_CHARS_MAX]
    area = regions.by_code(code) if code else sums.widest(by)
    day = _day(request.GET, today)
    # What is set for all sectors shows figures of all of them.
    whole = readers.demand(by, area, at) is None
    asked = _filters(request.GET)
    context = {
        "tabs": tabs.of(by, "controls"), "area": area, "day": day, "today": today,
        "held": controls.of_area(area, day, at=at) if whole else [], "whole": whole,
        "may_set": policy.may(by, "controls.make"), "filters": asked, "columns": _columns(),
        "page": ORDER.page(_rows(by, asked), request.GET),
        "years": range(today.year, max(YEAR_MIN, today.year - 8), -1),
    }  # fmt: skip
    return render_page(request, "accidents/controls.html", "accidents/_controls.html", context)


def _filters(params: QueryDict) -> Filters:
    kinds = [("now", gettext_lazy("in force")), ("ended", gettext_lazy("ended or replaced"))]
    return Filters((Choice("status", gettext_lazy("Status"), kinds),), params)


def _rows(by: Actor, asked: Filters) -> QuerySet[ControlTarget]:
    rows = policy.permitted(ControlTarget.objects.all(), "controls.view", by)
    if asked["status"]:
        rows = rows.filter(ended_at__isnull=asked["status"] == "now")
    return rows.select_related("area", "unit")


def _columns() -> list[Column]:
    return [
        Column("words", gettext_lazy("As the document words it"), kind="text",
               link=lambda row: reverse("accidents:control", args=[row.pk])),
        Column("area", gettext_lazy("Area"), cell="area.name"),
        Column("kind", gettext_lazy("Kind of target"), cell="get_kind_display", kind="text"),
        Column("years", gettext_lazy("Years in force")),
        Column("version", gettext_lazy("Version"), kind="number"),
        Column("unit", gettext_lazy("Unit that set it"), cell="unit.name", kind="text"),
        Column("ended", gettext_lazy("Ended at"), cell="ended_at", kind="moment", phone=False),
    ]  # fmt: skip


@require_GET
@requires("controls.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk, EndForm(initial={"request_id": uuid7()}, auto_id="end_%s"))


def _page(request: HttpRequest, pk: UUID, form: EndForm, status: int = 200) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    rows = ControlTarget.objects.select_related("area", "unit", "sector")
    row = policy.access(rows, "controls.view", by, pk, at=at)
    # What held until a year that is over is shown as it ended.
    day = min(_day(request.GET, timezone.localdate(at)), date(row.last_year, 12, 31))
    whole = _is_whole(by, row.area)
    versions = rows.filter(key=row.key).order_by("-version")[:VERSIONS_MAX]
    allowed = policy.allowed(ControlTarget, pk, {"controls.edit"}, by)
    context = {
        "row": row, "areas": _below(row, day, at) if whole and row.below else [],
        "held": next(iter(controls.of_area(row.area, day, at=at, targets=[row])), None)
        if whole else None,
        "versions": list(versions), "day": day, "form": form,
        "may_edit": "controls.edit" in allowed and row.ended_at is None,
    }  # fmt: skip
    return render_page(request, "accidents/control.html", "accidents/control.html", context, status)


def _is_whole(by: Actor, area: Region) -> bool:
    """Whether the reader's posts cover all of the area, in all sectors."""
    try:
        return readers.covered(by, area) is None
    except NotFound:
        return False


def _below(row: ControlTarget, day: date, at: datetime) -> list[controls.Held]:
    areas = Region.objects.filter(parent=row.area_id, valid_to=None).order_by("code")[:AREAS_MAX]
    found = controls.of_areas(row, list(areas), day, at=at)
    return sorted(found, key=lambda held: (held.room.left is None, held.room.left or 0))


@require_http_methods(["GET", "POST"])
@requires("controls.make")
def new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    year = timezone.localdate(at).year
    initial = {
        "pk": uuid7(), "request_id": uuid7(), "area": sums.widest(by).code,
        "first_year": year, "last_year": year, "base_year": year - 1,
    }  # fmt: skip
    form = ControlForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            pk = commands.set_control(
                form.new(data["pk"]), by=by, at=at, request_id=data["request_id"]
            )
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The target is in force."))
            return go_on(request, reverse("accidents:control", args=[pk]))
    return _edit(request, form, None)


@require_http_methods(["GET", "POST"])
@requires("controls.edit")
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another version of it; the one before keeps its days."""
    by, at = actor_of(request), timezone.now()
    rows = ControlTarget.objects.select_related("area")
    row = policy.access(rows, "controls.edit", by, pk, at=at)
    initial: dict[str, Any] = {
        name: getattr(row, name) for name in ControlForm.base_fields if hasattr(row, name)
    }
    initial |= {"pk": uuid7(), "request_id": uuid7(), "area": row.area.code,
                "sector": row.sector_id or ""}  # fmt: skip
    form = ChangeControlForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = commands.change_control(
                pk, form.new(data["pk"]), reason=data["reason"], by=by, at=at,
                request_id=data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The new version is in force."))
            return go_on(request, reverse("accidents:control", args=[made]))
    return _edit(request, form, row)


def _edit(request: HttpRequest, form: ControlForm, row: ControlTarget | None) -> HttpResponse:
    code = str(form["area"].value() or "")
    context = {"form": form, "row": row, "area_code": code, "area_text": area_name(code)}
    return render_page(
        request, "accidents/control_edit.html", "accidents/control_edit.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


@require_POST
@requires("controls.edit")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    policy.access(ControlTarget.objects.all(), "controls.edit", by, pk, at=at)
    form = EndForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    data = form.cleaned_data
    try:
        commands.end_control(pk, reason=data["reason"], by=by, at=at, request_id=data["request_id"])
    except Refusal as refusal:
        put_refusal(form, refusal)
        return _page(request, pk, form, status=422)
    messages.success(request, _("The target is ended."))
    return go_on(request, reverse("accidents:controls"))
