"""Sampling plans: the list, a new one, one with its draws, and what a draw drew from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7, uuid_of
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.inspections.remote import commands, queries, tabs
from anlan.domain.inspections.remote.forms import DrawForm, PlanForm
from anlan.domain.inspections.remote.models import Pick, RemoteDraw, RemotePlan
from anlan.domain.inspections.remote.permissions import PLANS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.ui.forms import put_refusal
from anlan.ui.lists import Filters
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("remoteplans.view")
def plans(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters((), request.GET)
    context = {
        "tabs": tabs.of(by, "plans"), "filters": asked, "columns": queries.PLAN_COLUMNS,
        "page": asked.order(queries.PLANS, "newest").page(queries.plans(by), request.GET),
        "may_make": policy.may(by, "remoteplans.make"),
    }  # fmt: skip
    return render_page(request, "remote/plans.html", "remote/_plans.html", context)


@require_http_methods(["GET", "POST"])
@requires("remoteplans.make")
def new(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    form = PlanForm(request.POST or None, initial={"pk": uuid7(), "request_id": uuid7()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _made(form, by):
            messages.success(request, _("The plan is made; draw by it now."))
            return go_on(request, reverse("remote:plan", args=[form.cleaned_data["pk"]]))
    code = form["area"].value() or main_unit(by, PLANS).area.code
    context = {"form": form, "area_code": code, "area_text": area_name(code)}
    return render_page(request, "remote/new.html", "remote/new.html", context, status)


def _made(form: PlanForm, by: Actor) -> bool:
    data = form.cleaned_data
    plan = commands.NewPlan(
        data["pk"], data["name"], data["way"], data["area"].pk, data["every"], data["wanted"],
        tuple(data["kinds"]), data["sector"] or None, data["rest"],
    )  # fmt: skip
    try:
        commands.make(plan, by=by, at=timezone.now(), request_id=data["request_id"])
    except Refusal as refusal:
        put_refusal(form, refusal)
        return False
    return True


@require_http_methods(["GET", "POST"])
@requires("remoteplans.view")
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A plan with its draws and what came of each; and the next draw."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(queries.plans(by), "remoteplans.view", by, pk, at=at)
    today = timezone.localdate(at)
    initial = {"pk": uuid7(), "request_id": uuid7(), "day": today}
    form = DrawForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _drawn(form, row, by):
            messages.success(request, _("Drawn. Each of them is now to be looked at."))
            return go_on(request, reverse("remote:plan", args=[pk]))
    draws = list(row.draws.defer("frame").order_by("-start")[: queries.DRAWS_MAX])
    context = {
        "row": row, "form": form,
        "draws": [(each, queries.period_of(each)) for each in draws],
        "states": _states(draws, by), "kinds": [ObjectKind(kind).label for kind in row.kinds],
        "may_draw": row.ended_at is None
        and bool(policy.allowed(RemotePlan, pk, {"remoteplans.make"}, by)),
        "due": _due(row, draws, periods.of(periods.Kind(row.every), today)),
        "every": queries.every_label(row), "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "remote/plan.html", "remote/plan.html", context, status)


def _due(row: RemotePlan, draws: Sequence[RemoteDraw], now: periods.Period) -> str:
    """The present period, where nothing was drawn for it yet."""
    if row.ended_at or any(draw.start == now.start for draw in draws):
        return ""
    return now.label


def _states(draws: Sequence[RemoteDraw], by: Actor) -> dict[UUID, Mapping[str, Any]]:
    """By draw, what came of those that one sees."""
    picks = policy.permitted(Pick.objects.filter(draw__in=draws), "remote.view", by).order_by()
    found = picks.values("draw").annotate(
        seen=Count("pk"), waiting=Count("pk", filter=Q(state="waiting")),
        found=Count("pk", filter=Q(state="found")), missing=Count("pk", filter=Q(state="missing")),
        told=Count("told_at"), received=Count("received_at"),
    )  # fmt: skip
    return {each["draw"]: each for each in found}


def _drawn(form: DrawForm, row: RemotePlan, by: Actor) -> bool:
    data = form.cleaned_data
    call = {"by": by, "at": timezone.now(), "request_id": data["request_id"]}
    try:
        commands.draw(data["pk"], row.pk, day=data["day"], seed=data["seed"], **call)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return False
    return True


@require_POST
@requires("remoteplans.make")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    request_id = uuid_of(request.POST.get("request_id", ""))
    if request_id is None:
        raise NotFound
    commands.end(pk, by=actor_of(request), at=timezone.now(), request_id=request_id)
    messages.success(request, _("Ended. What was drawn stays to be looked at."))
    return go_on(request, reverse("remote:plan", args=[pk]))


@require_GET
@requires("remoteplans.view")
def frame(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ids that a draw drew from, one a line: anybody can draw again from them."""
    by = actor_of(request)
    row = RemoteDraw.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    policy.access(RemotePlan.objects.all(), "remoteplans.view", by, row.plan_id)
    answer = HttpResponse("\n".join(map(str, row.frame)), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="frame-{row.start:%Y%m%d}.txt"'
    return answer
