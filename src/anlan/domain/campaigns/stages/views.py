"""A campaign and a plan by their stages; and the catalogue of key tasks as a paper."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.carrying.views_wanted import campaign_of
from anlan.domain.campaigns.forms_plans import StagesForm
from anlan.domain.campaigns.models import Plan, Stage
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.stages import catalogue, pages
from anlan.domain.campaigns.stages import queries as staged
from anlan.domain.campaigns.views_campaigns import LABELS, cells
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.audit import trail
from anlan.kernel.papers.official.language import of_papers
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
@requires("campaigns.view")
def stages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each stage with its tasks and with what was counted in its days; each figure opens."""
    by, at = actor_of(request), timezone.now()
    row = campaign_of(pk, "campaigns.view", by)
    found = staged.stages(row, by, at)
    lines = []
    base = f"{reverse('campaigns:tasks')}?campaign={pk}"
    for one in found.rows:
        counted = [
            progress_pages.shown(
                figure,
                f"{reverse('campaigns:counter', args=[pk, counter.pk])}?stage={one.stage.pk}",
            )
            if figure else ""
            for counter, figure in zip(found.counters, one.figures, strict=True)
        ]  # fmt: skip
        shown = cells(one.counts, f"{base}&stage={one.stage.pk}")
        lines.append((one.stage, shown, counted))
    context = {"campaign": row, "lines": lines, "counters": found.counters,
               "outside": found.outside, "today": timezone.localdate(at), "labels": LABELS,
               "overlaps": staged.overlaps([one.stage for one in found.rows])}  # fmt: skip
    return render_page(request, "campaigns/stages.html", "campaigns/stages.html", context)


def of_plan(plan: Plan, by: Actor, today: date) -> list[tuple[Stage, list[Any], tuple[()]]]:
    """What a plan's page shows of its stages: each with its figures, which open."""
    base = f"{reverse('campaigns:tasks')}?plan={plan.pk}"
    return [
        (one.stage, cells(one.counts, f"{base}&stage={one.stage.pk}"), ())
        for one in staged.of_plan(plan, by, today).rows
    ]


@require_http_methods(["GET", "POST"])
@requires("plans.edit")
def plan_stages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stages of a draft's own; its campaign's are offered to begin with."""
    by, at = actor_of(request), timezone.now()
    plan = policy.access(Plan.objects.select_related("campaign"), "plans.edit", by, pk, at=at)
    if answer := pages.stands(request, plan):
        return answer
    if request.method == "GET":
        rows = StagesForm.of_stages(plan.stages_offered())
        form = StagesForm(initial={"seen": plan.version, **rows})
    else:
        form = StagesForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            stages = () if "leave" in request.POST else form.new_stages()
            try:
                commands.set_plan_stages(
                    pk, stages, seen=data["seen"], by=by, at=at, request_id=data["request_id"]
                )
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                pages.saved(request, plan.stages.order_by("place"))
                return go_on(request, reverse("campaigns:plan", args=[pk]))
    context = {"form": form, "plan": plan, "is_own": plan.stages.exists()}
    status = 422 if form.errors else 200
    name = "campaigns/plan_stages.html"
    return render_page(request, name, name, context, status)


@require_GET
@requires("campaigns.view")
def key_tasks_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """重点任务目录清单 as a document; on record before it goes out (S22)."""
    by, at = actor_of(request), timezone.now()
    row = campaign_of(pk, "campaigns.view", by)
    content, count = catalogue.written(row, by, at)
    with of_papers():
        name = quote(f"{row.title}{_('Catalogue of key tasks')}.docx", safe="")
    with transaction.atomic():
        entry = trail.Entry("campaigns.key_tasks", "campaign", pk, after={"rows": count})
        trail.record([entry], by=by, at=at)
    response = HttpResponse(content, content_type=DOCUMENT)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
