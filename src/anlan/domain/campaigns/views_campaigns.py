"""Campaigns: the list of them, one of them with its plans, and entering one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.campaigns import columns, commands, forms, presets, queries
from anlan.domain.campaigns.models import Campaign, Plan
from anlan.domain.campaigns.permissions import LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDERS = {"starts": Keyset.by("-starts_on", "-pk")}
#: Plans that a campaign's page shows; a province has 1+2+10 and a few of its departments.
SHOWN_MAX = 200


def own_units(by: Actor) -> list[Unit]:
    rows = Unit.objects.filter(pk__in=policy.units_of(by, LEADS), valid_to=None)
    return list(rows.order_by("path", "name"))


@require_GET
@requires("campaigns.view")
def campaigns(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    filters = Filters((Search("q", _("Words in the title")),), request.GET)
    rows = queries.campaigns(by)
    for word in str(filters["q"] or "").split()[:5]:
        rows = rows.filter(title__icontains=word)
    page = filters.order(ORDERS, "starts").page(rows, request.GET)
    shown = [
        Column("title", _("Campaign"), kind="text",
               link=lambda row: reverse("campaigns:campaign", args=[row.pk])),
        Column("code", _("Plans it declares")),
        Column("area", _("Area"), cell="area.name"),
        Column("unit", _("Kept by"), cell="unit.name", phone=False),
        Column("starts_on", _("First day"), kind="day", sort="starts"),
        Column("ends_on", _("Last day"), kind="day"),
    ]  # fmt: skip
    context = {
        "filters": filters, "page": page, "columns": shown,
        "sort": filters.sort(ORDERS, "starts"), "may_make": policy.may(by, "campaigns.make"),
        "may_read": policy.may(by, "intakes.make"),
    }  # fmt: skip
    return render_page(request, "campaigns/list.html", "campaigns/_list.html", context)


@require_GET
@requires("campaigns.view")
def campaign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its plans held against the declared code, its stages with today, how far the plans are."""
    by, today = actor_of(request), timezone.localdate()
    rows = Campaign.objects.select_related("unit", "area")
    row = policy.access(rows, "campaigns.view", by, pk)
    whole = queries.plans(by).filter(campaign=row, parent=None)
    plans = list(whole.order_by("kind", "starts_on", "pk")[:SHOWN_MAX])
    figures = queries.progress(queries.tasks(by), whole, today)
    order = list(Plan.Kind.values)
    plans.sort(key=lambda plan: order.index(plan.kind))
    base = reverse("campaigns:tasks")
    drawn = [plan.kind for plan in plans if plan.area_id == row.area_id]
    context = {
        "campaign": row, "stages": list(row.stages.order_by("place")), "today": today,
        "declared": queries.declared(row, drawn), "looks": columns.PLAN_LOOKS,
        "plans": [(plan, cells(figures.get(plan.pk, {}), f"{base}?plan={plan.pk}"))
                  for plan in plans],
        "labels": LABELS,
        "may_edit": "campaigns.edit" in policy.allowed(Campaign, pk, {"campaigns.edit"}, by),
        "may_make": policy.may(by, "plans.make"), "may_read": policy.may(by, "intakes.make"),
    }  # fmt: skip
    return render_page(request, "campaigns/campaign.html", "campaigns/campaign.html", context)


LABELS = {
    "tasks": gettext_lazy("Tasks"),
    "open": gettext_lazy("Not finished yet"),
    "closed": gettext_lazy("Finished"),
    "late": gettext_lazy("Behind time"),
    "untaken": gettext_lazy("Not taken"),
}


def cells(counts: Any, base: str) -> list[tuple[str, int, str]]:
    """Each figure of a plan with the list of tasks that it counts."""
    return [
        (name, counts.get(name, 0), f"{base}&{query}" if (query := queries.OPENS[name]) else base)
        for name in queries.FIGURES
    ]


@require_http_methods(["GET", "POST"])
@requires("campaigns.make")
def new(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    known = {**presets.PRESETS, "yearly": presets.yearly(today.year)}
    preset = known.get(request.GET.get("preset", ""))
    return _edit(request, None, preset, [(code, one["label"]) for code, one in known.items()])


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = policy.access(Campaign.objects.all(), "campaigns.edit", actor_of(request), pk)
    return _edit(request, row, None, [])


def _edit(
    request: HttpRequest, row: Campaign | None, preset: Any, offered: list[tuple[str, Any]]
) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    units = own_units(by)
    if row is not None and row.unit_id not in {unit.pk for unit in units}:
        units.append(row.unit)
    if request.method == "GET":
        stages = row.stages.order_by("place") if row else ()
        form = forms.CampaignForm(initial=forms.CampaignForm.of(row, stages, preset), units=units)
    else:
        form = forms.CampaignForm(request.POST, units=units)
        if form.is_valid():
            call = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
            try:
                if row is None:
                    pk = commands.make_campaign(form.new(uuid7()), **call)
                else:
                    pk = commands.change_campaign(row.pk, form.new(row.pk), **call)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return go_on(request, reverse("campaigns:campaign", args=[pk]))
    context = {"form": form, "campaign": row, "presets": offered}
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/edit.html", "campaigns/edit.html", context, status)
