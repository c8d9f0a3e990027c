"""Campaigns: the list of them, one of them with its plans, and entering one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.campaigns import (
    choosing,
    columns,
    commands,
    forms_plans,
    queries,
    templates,
)
from anlan.domain.campaigns.carrying import queries_goals, queries_organs, queries_wanted
from anlan.domain.campaigns.models import Campaign, Letter, OrganMember, Plan, Stage
from anlan.domain.campaigns.permissions import LEADS
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.sharing import queries as sharing
from anlan.domain.campaigns.stages import pages as pages_of_stages
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.kernel.papers import scripts
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Column, Filters, Search
from anlan.ui.pages import go_on, render_page

ORDERS = {"starts": Keyset.by("-starts_on", "-pk")}
#: Plans that a campaign's page shows; a province has 1+2+10 and a few of its departments.
SHOWN_MAX = 200
#: Parts that its page names, the newest first.
PARTS_MAX = 50
#: Heads of bodies that it names.
HEADS_MAX = 8
#: Titles that the picker of a form shows for what was typed.
OPTIONS_MAX = 12


def own_units(by: Actor) -> list[Unit]:
    rows = Unit.objects.filter(pk__in=policy.units_of(by, LEADS), valid_to=None)
    return list(rows.order_by("path", "name"))


@require_GET
@requires("campaigns.view")
def pick(request: HttpRequest) -> HttpResponse:
    """Campaigns whose title holds what was typed, the newest first."""
    text = request.GET.get("picker_q", "").replace("\x00", "").strip()[:40]
    if not text:
        return HttpResponse()
    rows = choosing.offered(actor_of(request), request.GET.get("of", choosing.ANY))
    found = rows.filter(scripts.holding(text, "title"))[:OPTIONS_MAX]
    context = {
        "rows": [(str(row.pk), row.title, f"{row.starts_on} · {row.unit.name}") for row in found],
        "nothing": _("No campaign of that title among those that you may choose here."),
    }
    return HttpResponse(render_to_string("accounts/_options.html", context, request))


@require_GET
@requires("campaigns.view")
def campaigns(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    filters = Filters((Search("q", _("Words in the title")),), request.GET)
    rows = queries.campaigns(by).filter(scripts.holding(filters["q"], "title"))
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
    drawn = [plan for plan in plans if plan.area_id == row.area_id]
    expected = list(row.expected.order_by("place"))
    awaited = queries_wanted.awaited(expected, drawn)
    context = {
        "campaign": row, "stages": list(row.stages.order_by("place")), "today": today,
        "declared": queries_wanted.declared(row, drawn, expected),
        "missing": [one.expected for one in awaited if one.plan is None], "expected": expected,
        "looks": columns.PLAN_LOOKS, "goals": queries_goals.goals(row, by, timezone.now()),
        **_carried(row, by), **_counted(row, by),
        "plans": [(plan, cells(figures.get(plan.pk, {}), f"{base}?plan={plan.pk}"))
                  for plan in plans],
        "labels": LABELS,
        "may_edit": "campaigns.edit" in policy.allowed(Campaign, pk, {"campaigns.edit"}, by),
        "may_make": policy.may(by, "plans.make"), "may_read": policy.may(by, "intakes.make"),
    }  # fmt: skip
    return render_page(request, "campaigns/campaign.html", "campaigns/campaign.html", context)


def _counted(row: Campaign, by: Actor) -> dict[str, Any]:
    """A part's countdown, what is counted in its days, and the parts of a whole."""
    at = timezone.now()
    counted = [
        (one, progress_pages.shown(one.figure, reverse("campaigns:counter",
                                                       args=[row.pk, one.counter.pk]))
         if one.figure else "")
        for one in sharing.counters(row, at)
    ]  # fmt: skip
    today = timezone.localdate(at)
    parts = queries.campaigns(by).filter(parent=row).order_by("-starts_on", "pk")
    above = queries.campaigns(by).filter(pk=row.parent_id).first() if row.parent_id else None
    return {
        "counters": counted, "above": above, "shares": row.shared_lines.exists(),
        "countdown": sharing.countdown(row, today) if row.parent_id else None,
        "all_parts": [(part, sharing.countdown(part, today)) for part in parts[:PARTS_MAX]],
    }  # fmt: skip


def _carried(row: Campaign, by: Actor) -> dict[str, Any]:
    """Who heads it, the hearing that is due next, and how many duty letters wait."""
    today = timezone.localdate()
    heads = OrganMember.objects.filter(
        queries_organs.now(today), organ__campaign=row, role=OrganMember.Role.CHAIR
    )
    due = row.hearings.filter(case__state="awaited").select_related("case")
    hearings = policy.permitted(due, "hearings.view", by).order_by("case__due_on")
    letters = policy.permitted(Letter.objects.filter(campaign=row), "duty_letters.view", by)
    told = letters.aggregate(
        letters=Count("pk", filter=~Q(case__state="void")),
        unsigned=Count("pk", filter=Q(case__state="signing")),
    )
    first = hearings.first()
    due_on = first.case.due_on if first else None
    left = (due_on - today).days if due_on else None
    return {
        "heads": heads.select_related("organ").order_by("organ__since", "pk")[:HEADS_MAX],
        "due_hearing": first, "due_days": left,
        **told,
    }  # fmt: skip


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
    """Empty, or begun from a template; what it brings along can be left out and is editable."""
    known = templates.all_of(timezone.localdate().year)
    return _edit(request, None, known.get(request.GET.get("preset", "")), list(known.values()))


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = policy.access(Campaign.objects.all(), "campaigns.edit", actor_of(request), pk)
    return _edit(request, row, None, [])


def _edit(
    request: HttpRequest,
    row: Campaign | None,
    template: templates.Preset | None,
    offered: list[templates.Preset],
) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    units = own_units(by)
    if row is not None and row.unit_id not in {unit.pk for unit in units}:
        units.append(row.unit)
    if request.method == "GET":
        stages = row.stages.order_by("place") if row else ()
        initial = forms_plans.CampaignForm.of(row, stages, template)
        form = forms_plans.CampaignForm(initial=initial, units=units, template=template)
    else:
        form = forms_plans.CampaignForm(request.POST, units=units, template=template)
        if form.is_valid():
            data = form.cleaned_data
            call = {"by": by, "at": at, "request_id": data["request_id"]}
            try:
                if row is None:
                    pk = commands.make_campaign(form.new(uuid7()), **call)
                else:
                    seen = data["seen"]
                    pk = commands.change_campaign(row.pk, form.new(row.pk), seen=seen, **call)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                rows = Stage.objects.filter(campaign=pk).order_by("place")
                pages_of_stages.saved(request, rows)
                return go_on(request, reverse("campaigns:campaign", args=[pk]))
    context = {"form": form, "campaign": row, "templates": offered, "template": template}
    status = 422 if form.errors else 200
    return render_page(request, "campaigns/edit.html", "campaigns/edit.html", context, status)
