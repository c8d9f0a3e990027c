"""Sweeps: the list, a new one, its meter, the subjects and visits behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards.models import Hazard
from anlan.domain.inspections import columns, commands, queries
from anlan.domain.inspections.forms import SweepForm, TeamForm, lines
from anlan.domain.inspections.loop import TO_VISIT, VISIT, VISITED
from anlan.domain.inspections.models import Sweep, Target, Visit
from anlan.domain.inspections.permissions import MAKES
from anlan.domain.inspections.refusals import SweepRefused
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import chosen_by
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.labels import state_label
from anlan.kernel.regions.models import Region
from anlan.ui.figures import Basis
from anlan.ui.forms import put_refusal
from anlan.ui.lists import Filters
from anlan.ui.pages import go_on, render_page

#: Visits that the page of a subject shows.
SHOWN_MAX = 50


def sweep_of(request: HttpRequest, pk: int) -> Sweep:
    rows = Sweep.objects.select_related("area", "unit")
    return policy.access(rows, "sweep.view", actor_of(request), pk)


def makes(by: Actor, pk: int) -> bool:
    return policy.permitted(Sweep.objects.filter(pk=pk), "sweep.make", by).exists()


@require_GET
@requires("sweep.view")
def sweeps(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    rows = policy.permitted(Sweep.objects.select_related("area", "unit"), "sweep.view", by)
    asked = Filters((), request.GET)
    context = {
        "page": asked.order(columns.SWEEP_ORDERS, "start").page(rows, request.GET),
        "filters": asked, "columns": columns.SWEEPS, "sort": "start",
        "may_make": policy.may(by, "sweep.make"),
    }  # fmt: skip
    return render_page(request, "inspections/sweeps.html", "inspections/_sweeps.html", context)


@require_http_methods(["GET", "POST"])
@requires("sweep.make")
def sweep_new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, MAKES)
    form = SweepForm(request.POST or None, initial={"starts_on": timezone.localdate(at)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sweep = _make(form, unit.pk, by, at)
            except SweepRefused as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("The register is drawn."))
                return go_on(request, reverse("inspections:sweep", args=[sweep.pk]))
    code = form["area"].value() or unit.area.code
    context = {"form": form, "area_code": code, "area_text": area_name(code)}
    return render_page(
        request, "inspections/sweep_new.html", "inspections/sweep_new.html", context, status
    )


def _make(form: SweepForm, unit: int, by: Actor, at: Any) -> Sweep:
    data = form.cleaned_data
    return commands.make(
        commands.NewSweep(
            name=data["name"], area_id=data["area"].pk, unit_id=unit,
            starts_on=data["starts_on"], ends_on=data["ends_on"], states=lines(data["states"]),
            kinds=tuple(data["kinds"]), sectors=tuple(data["sectors"]), fields=form.fields_given,
        ),
        by=by, at=at,
    )  # fmt: skip


@require_GET
@requires("sweep.view")
def sweep_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The meter of one's part of a sweep: in all, by area, by the unit that visits."""
    by, sweep = actor_of(request), sweep_of(request, pk)
    roots = queries.roots(by, sweep)
    area = _area(request, sweep, roots)
    allowed = queries.sectors_of(by, area)
    meter = queries.coverage(sweep, area, allowed, timezone.now())
    inside = [root for root in roots if root.pk != area.pk]
    context = {
        "sweep": sweep, "area": area, "meter": meter, "roots": inside,
        "subjects": reverse("inspections:subjects", args=[pk]),
        "visits": reverse("inspections:visits", args=[pk]),
        "basis": {kind.code: Basis(str(kind.basis), "") for kind in (TO_VISIT, VISITED, VISIT)},
        "fields": list(sweep.fields.order_by("order")),
        "teams": queries.teams_in(sweep, [area]),
        "may_make": makes(by, pk), "may_visit": policy.may(by, "target.visit"),
        "today": policy.today_of(by),
    }  # fmt: skip
    return render_page(request, "inspections/sweep.html", "inspections/sweep.html", context)


def _area(request: HttpRequest, sweep: Sweep, roots: list[Region]) -> Region:
    """The area asked for, where it is in the sweep; whose it is asks ``sectors_of``."""
    if code := request.GET.get("area", "")[:40]:
        found = Region.objects.filter(code=code).first()
        if found is None or not found.path.startswith(sweep.path):
            raise NotFound
        return found
    if not roots:
        raise NotFound
    return roots[0]


@require_GET
@requires("target.view")
def subjects(request: HttpRequest, pk: int) -> HttpResponse:
    by, sweep = actor_of(request), sweep_of(request, pk)
    asked = columns.target_filters(sweep, by, request.GET)
    rows = queries.narrowed(queries.targets(sweep, by), asked)
    rows = rows.select_related("enterprise", "area", "sector", "unit")
    context = {
        "sweep": sweep, "filters": asked, "columns": columns.TARGETS, "sort": "area",
        "page": asked.order(columns.TARGET_ORDERS, "area").page(rows, request.GET),
        "may_visit": policy.may(by, "target.visit"),
    }  # fmt: skip
    return render_page(request, "inspections/subjects.html", "inspections/_rows.html", context)


@require_GET
@requires("target.view")
def visits(request: HttpRequest, pk: int) -> HttpResponse:
    by, sweep = actor_of(request), sweep_of(request, pk)
    asked = columns.visit_filters(sweep, by, request.GET)
    rows = queries.visits_narrowed(queries.visits(sweep, by), asked)
    rows = rows.select_related("target__enterprise", "target__area", "unit")
    page = asked.order(columns.VISIT_ORDERS, "on").page(
        rows.annotate(hazard_count=Count("hazards")), request.GET
    )
    context = {
        "sweep": sweep, "filters": asked, "columns": columns.VISITS, "sort": "on", "page": page,
    }  # fmt: skip
    return render_page(request, "inspections/visits.html", "inspections/_rows.html", context)


@require_GET
@requires("target.view")
def subject(request: HttpRequest, pk: int, target: int) -> HttpResponse:
    """One subject of a sweep with the visits it has had."""
    by, sweep = actor_of(request), sweep_of(request, pk)
    rows = Target.objects.filter(sweep=sweep).select_related("enterprise", "area", "unit")
    row = policy.access(rows, "target.view", by, target)
    found = row.rows.select_related("unit").annotate(hazard_count=Count("hazards"))
    may_visit = policy.permitted(rows.filter(pk=target), "target.visit", by).exists()
    context = {
        "sweep": sweep, "row": row, "may_visit": may_visit and not sweep.closed_at,
        "visits": found.order_by("-on", "-pk")[:SHOWN_MAX],
    }  # fmt: skip
    return render_page(request, "inspections/subject.html", "inspections/subject.html", context)


@require_GET
@requires("target.view")
def visit(request: HttpRequest, pk: int, visit: UUID) -> HttpResponse:
    by, sweep = actor_of(request), sweep_of(request, pk)
    rows = Visit.objects.filter(sweep=sweep).select_related(
        "target__enterprise", "target__area", "unit"
    )
    row = policy.access(rows, "target.view", by, visit)
    fields = sweep.fields.order_by("order")
    found = Hazard.objects.filter(sweep_visit__visit=row).select_related("case")
    seen = policy.permitted(found, "hazard.view", by).order_by("pk")
    targets = Target.objects.filter(pk=row.target_id)
    context = {
        "sweep": sweep, "row": row, "facts": [(one.label, row.fact(one)) for one in fields],
        "hazards": [(each, state_label(each.case.state)) for each in seen],
        "may_withdraw": row.withdrawn_at is None
        and policy.permitted(targets, "target.visit", by).exists(),
    }  # fmt: skip
    return render_page(request, "inspections/visit.html", "inspections/visit.html", context)


@require_POST
@requires("sweep.make")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who visits an area."""
    sweep_of(request, pk)
    form = chosen_by(TeamForm(request.POST), actor_of(request))
    if form.is_valid() and form.cleaned_data["area"] is not None:
        data = form.cleaned_data
        unit = data["unit"].pk if data["unit"] else None
        commands.set_team(pk, data["area"].pk, unit, by=actor_of(request), at=timezone.now())
        messages.success(request, _("Entered."))
    else:
        messages.error(request, _("Choose an area and a unit from the lists."))
    return go_on(request, reverse("inspections:sweep", args=[pk]))


@require_POST
@requires("sweep.make")
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what has come into the register of enterprises since."""
    sweep_of(request, pk)
    drawn = commands.draw(pk, by=actor_of(request), at=timezone.now())
    messages.success(request, _("%(n)d subjects taken in.") % {"n": drawn})
    return go_on(request, reverse("inspections:sweep", args=[pk]))


@require_POST
@requires("sweep.make")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    sweep_of(request, pk)
    closed = request.POST.get("closed") == "1"
    commands.close(pk, closed=closed, by=actor_of(request), at=timezone.now())
    return go_on(request, reverse("inspections:sweep", args=[pk]))
