"""Visits that belong to a task, or to a plan's tasks, by themselves or with their sweep."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models import Plan, Task, TaskRecord
from anlan.domain.campaigns.related import queries as related
from anlan.domain.campaigns.related.views import task_of, to_task
from anlan.domain.inspections.models import Visit, VisitHazard
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Filters, Flag
from anlan.ui.pages import go_on, render_page

ORDER = Keyset.by("-on", "-pk")


@require_GET
@requires("tasks.view")
def of_task(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    task = task_of(pk, "tasks.view", by)
    context = {
        "task": task,
        "may_link": "tasks.link" in policy.allowed(Task, pk, {"tasks.link"}, by),
        "crumb": (task.line.title, reverse("campaigns:task", args=[pk])),
        "records": reverse("campaigns:records", args=[pk]),
    }
    return _visits(request, Task.objects.filter(pk=pk), context)


@require_GET
@requires("plans.view")
def of_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The visits of all of a plan's tasks: one that belongs to several stands here once."""
    by = actor_of(request)
    plan = policy.access(Plan.objects.all(), "plans.view", by, pk)
    context = {
        "task": None,
        "may_link": False,
        "crumb": (plan.title, reverse("campaigns:plan", args=[pk])),
        "records": reverse("campaigns:plan_records", args=[pk]),
    }
    tasks = policy.permitted(Task.objects.filter(plan=plan), "tasks.view", by)
    return _visits(request, tasks, context)


def _visits(request: HttpRequest, tasks: QuerySet[Task], context: dict[str, Any]) -> HttpResponse:
    filters = Filters((Flag("found", _("With hazards only")),), request.GET)
    rows = related.visits_seen(tasks, actor_of(request))
    if filters["found"]:
        rows = rows.filter(Exists(VisitHazard.objects.filter(visit=OuterRef("pk"))))
    shown = rows.select_related("sweep", "target__enterprise", "target__area", "unit")
    page: Any = ORDER.page(shown.annotate(found=Count("hazards")), request.GET)
    named = TaskRecord.objects.filter(
        task__in=tasks.order_by().values("pk"), visit__in=[row.pk for row in page.rows]
    )
    context |= {
        "filters": filters,
        "page": page,
        "count": rows.count(),
        "request_id": uuid7(),
        "named": set(named.values_list("visit", flat=True)),
    }
    name = "campaigns/records_visits.html"
    return render_page(request, name, name, context)


@require_http_methods(["GET", "POST"])
@requires("target.view")
def of_visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The tasks to which a visit belongs, as its own page shows them; and the way into one."""
    by = actor_of(request)
    visit = policy.access(Visit.objects.all(), "target.view", by, pk)
    if request.method == "POST":
        to_task(request, by, visit=pk)
        return go_on(request, reverse("inspections:visit", args=[visit.sweep_id, pk]))
    context = {
        "tasks": related.tasks_with_visit(pk, by), "request_id": uuid7(),
        "action": reverse("campaigns:of_visit", args=[pk]),
        "may_link": policy.may(by, "tasks.link") and visit.withdrawn_at is None,
    }  # fmt: skip
    return render(request, "campaigns/_records_of_case.html", context)
