"""A campaign's tasks with others, its parts, and what it counts in its own days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.campaigns import columns, queries
from anlan.domain.campaigns.carrying.views_wanted import call_of, campaign_of, saved
from anlan.domain.campaigns.models import Campaign, Plan, SharedLine, Target
from anlan.domain.campaigns.progress import counting as progress_counting
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.progress import records as progress_records
from anlan.domain.campaigns.progress.views import RECORDS
from anlan.domain.campaigns.sharing import exporting
from anlan.domain.campaigns.sharing import queries as sharing
from anlan.domain.campaigns.sharing.commands import (
    countable,
    make_part,
    set_counters,
    share_lines,
    shareable,
)
from anlan.domain.campaigns.sharing.forms import CountersForm, PartForm, ShareForm
from anlan.domain.campaigns.stages import queries as staged
from anlan.domain.campaigns.views_campaigns import own_units
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.facts.asking import MISSING
from anlan.kernel.papers import scripts
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Filters, Given, Search
from anlan.ui.pages import go_on, render_page

PLANS = Keyset.by("-starts_on", "-pk")
#: Targets of plans that are offered to be counted.
TARGETS_MAX = 200


def _may_edit(pk: UUID, by: Actor) -> bool:
    return "campaigns.edit" in policy.allowed(Campaign, pk, {"campaigns.edit"}, by)


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    template, form = f"campaigns/{name}.html", context.get("form")
    status = 422 if form is not None and form.errors else 200
    return render_page(request, template, template, context, status)


# --- shared tasks --------------------------------------------------------------------------


@require_GET
@requires("campaigns.view")
def shared(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whose tasks count in a campaign, how many it has alone and with each other campaign."""
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.view", by)
    lines = SharedLine.objects.filter(campaign=row)
    here = lines.order_by().values("line__plan").annotate(n=Count("pk"))
    count = {one["line__plan"]: one["n"] for one in here}
    may_edit = _may_edit(pk, by)
    filters = Filters((Search("q", _("Words in the title")),), request.GET)
    plans = queries.plans(by).exclude(status=Plan.Status.DRAFT).exclude(campaign=row)
    plans = plans.filter(parent=None).exclude(kind=Plan.Kind.TEXT)
    if not may_edit:
        plans = plans.filter(pk__in=count)
    plans = plans.filter(scripts.holding(filters["q"], "title", "campaign__title"))
    page: Any = PLANS.page(plans.select_related("campaign"), request.GET)
    context = {
        "campaign": row, "sums": sharing.memberships(row, by), "may_edit": may_edit,
        "filters": filters, "page": page, "count": count, "looks": columns.PLAN_LOOKS,
    }  # fmt: skip
    return _page(request, "shared", context)


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def share(request: HttpRequest, pk: UUID, plan: UUID) -> HttpResponse:
    """Choose the lines of another campaign's plan whose tasks count here as well."""
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.edit", by)
    rows = queries.plans(by).exclude(status=Plan.Status.DRAFT).select_related("campaign")
    source = rows.filter(pk=plan).exclude(campaign=row).first()
    if source is None:
        raise NotFound
    page: Any = columns.LINE_ORDERS["place"].page(shareable(source), request.GET)
    had = set(SharedLine.objects.filter(campaign=row, line__plan=source)
              .values_list("line", flat=True))  # fmt: skip
    shown = {line.pk for line in page.rows}
    initial = {"seen": row.version, "lines": [str(pk) for pk in had & shown]}
    data = request.POST if request.method == "POST" else None
    form = ShareForm(data, lines=page.rows, initial=initial)

    def save() -> None:
        # Lines of other pages stay as they are.
        lines = list((had - shown) | form.chosen)
        share_lines(pk, plan, lines, **call_of(request, form))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved. These tasks count in both campaigns now."))
        return go_on(request, reverse("campaigns:shared", args=[pk]))
    context = {"campaign": row, "plan": source, "form": form, "page": page,
               "filters": Given({}), "had": len(had)}  # fmt: skip
    return _page(request, "share", context)


# --- parts ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("campaigns.make")
def new_part(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.view", by)
    start = max(row.starts_on, min(timezone.localdate() + timedelta(1), row.ends_on))
    units = [unit for unit in own_units(by) if unit.path.startswith(row.path)]
    form = PartForm(request.POST or None, initial={"starts_on": start}, units=units)
    made: list[UUID] = []

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        made.append(make_part(form.new(row), **call))

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Begun. Now say what it counts, and write its plan."))
        return go_on(request, reverse("campaigns:counters", args=made))
    return _page(request, "part_edit", {"campaign": row, "form": form})


# --- counters ------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("campaigns.edit")
def counters(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row = campaign_of(pk, "campaigns.edit", by)
    rows = list(row.counters.order_by("place"))
    chosen = [one.target_id for one in rows if one.target_id]
    open_ones = countable(row, queries.plans(by)).order_by().values("pk")
    offered = Target.objects.filter(Q(pk__in=open_ones) | Q(pk__in=chosen))
    found = offered.select_related("line").order_by("line__plan", "line__place", "place")
    targets = [(one.pk, f"{one.line.title}：{queries.said(one)}") for one in found[:TARGETS_MAX]]
    initial = {"seen": row.version, **CountersForm.of(rows)}
    data = request.POST if request.method == "POST" else None
    form = CountersForm(data, initial=initial, have=len(rows), targets=targets)
    if request.method == "POST" and saved(
        form, lambda: set_counters(pk, form.new(), **call_of(request, form))
    ):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:campaign", args=[pk]))
    return _page(request, "counters", {"campaign": row, "form": form})


@require_GET
@requires("campaigns.view")
def counter(request: HttpRequest, pk: UUID, counter: int) -> HttpResponse:
    """The records that a counter sums, as far as the reader may see them one by one."""
    by, at = actor_of(request), timezone.now()
    row = campaign_of(pk, "campaigns.view", by)
    stage = staged.stage_of(row, request.GET.get("stage"))
    found = sharing.counters(row, at, only=counter, stage=stage)
    if not found:
        raise NotFound
    one = found[0]
    context: dict[str, Any] = {"campaign": row, "counter": one.counter, "figure": one.figure,
                               "stage": stage}  # fmt: skip
    if one.figure is not None:
        facts = progress_records.facts_of(one.figure)
        seen, why_not = progress_records.open_to(facts, by, row.area)
        page: Any = progress_records.ORDER.page(seen.select_related("kind", "labels"), request.GET)
        context |= {
            "page": replace(page, rows=progress_records.shown(page.rows, by)), "why_not": why_not,
            "parts": progress_records.parts_of(one.figure, facts), "columns": RECORDS,
            "filters": Given({}), "plain": progress_pages.plain,
            "count": progress_pages.count_words(one.figure),
            "short": progress_pages.short_words(one.figure),
            "where": progress_counting.said_where(one.figure.counting.parts[0][1]),
            "missing": MISSING.get(one.figure.missing, ""),
        }  # fmt: skip
    return _page(request, "counter", context)


@require_GET
@requires("campaigns.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    return exporting.answer(campaign_of(pk, "campaigns.view", by), by=by, at=at)
