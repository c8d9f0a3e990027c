"""A plan and the units below: whom it is given to, and what share of its targets each has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import commands, forms, queries
from anlan.domain.campaigns.below.commands import last_job
from anlan.domain.campaigns.models import Plan, Quota, Task
from anlan.domain.campaigns.views_plans import call_of, plan_of
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.jobs import queue
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

HEAPS = {
    "next": gettext_lazy("Offices next below"),
    "all": gettext_lazy("All offices below"),
    "own": gettext_lazy("Departments of this area"),
}
#: Shares that a page of theirs shows.
SHARES_PAGE = 100


@require_http_methods(["GET", "POST"])
@requires("plans.break_down")
def break_down(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the units below that get the plan; how far it is while they get it."""
    by, at = actor_of(request), timezone.now()
    row = plan_of(pk, "plans.break_down", by, at)
    heap = request.GET.get("who", "next")
    heap = heap if heap in queries.HEAPS else "next"
    problem = ""
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("units") if pk.isdecimal()]
        call = call_of(request)
        call.pop("seen")
        try:
            commands.begin_break_down(pk, units=chosen, **call)
        except Refusal as refusal:
            if refusal.status >= 409 or "field" not in refusal.data:
                raise
            problem = str(refusal)
        else:
            return go_on(request, reverse("campaigns:break_down", args=[pk]))
    job = last_job(pk)
    running = bool(job and job.is_live)
    found = queries.units_below(row, heap)
    units = [] if running else list(
        queries.with_people(found, timezone.localdate(at))
        .select_related("area")
        .order_by("area__level", "path", "name")[: queries.CHILDREN_MAX]
    )  # fmt: skip
    left = found.count() - len(units) if len(units) == queries.CHILDREN_MAX else 0
    tasks = row.tasks.exclude(case__state="void").count()
    context = {"plan": row, "units": units, "problem": problem, "tasks": tasks,
               "tabs": [(label, f"?who={code}", code == heap) for code, label in HEAPS.items()],
               "request_id": uuid7(), "job": job, "running": running, "left": left}  # fmt: skip
    return render_page(
        request, "campaigns/break_down.html", "campaigns/break_down.html", context,
        422 if problem else 200,
    )  # fmt: skip


@require_GET
@requires("plans.break_down")
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the progress bar asks every second; at the end it leads on to the plan."""
    row = plan_of(pk, "plans.break_down", actor_of(request))
    job = last_job(pk)
    if job is None:
        raise NotFound
    context = {"plan": row, "job": job, "running": job.is_live}
    answer = HttpResponse(render_to_string("campaigns/_break_down_job.html", context, request))
    if job.state == "done":
        answer["HX-Redirect"] = reverse("campaigns:plan", args=[pk])
    elif not job.is_live:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@requires("plans.break_down")
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop giving it before the next unit; who has the plan by then keeps it."""
    by, at = actor_of(request), timezone.now()
    plan_of(pk, "plans.break_down", by, at)
    job = last_job(pk)
    if job is not None:
        queue.cancel(job.pk, by=by, at=at)
    return go_on(request, reverse("campaigns:break_down", args=[pk]))


@require_GET
@requires("plans.view")
def shares(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All shares of a plan, a page at a time; or those only that somebody has to look at."""
    by = actor_of(request)
    row = plan_of(pk, "plans.view", by)
    found = queries.shares(row)
    only = request.GET.get("open") == "1"
    rows = [one for one in found if one.is_open] if only else found
    asked = request.GET.get("after", "")
    first = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    base = "?open=1&after=" if only else "?after="
    more = first + SHARES_PAGE
    context = {
        "plan": row, "shares": rows[first:more], "number": queries.number, "said": queries.said,
        "may_break": "plans.break_down" in policy.allowed(Plan, pk, {"plans.break_down"}, by)
        and row.status == Plan.Status.PUBLISHED,
        "tabs": [(_("All targets"), "?", not only, len(found)),
                 (_("Short, or without a share"), "?open=1", only,
                  sum(one.is_open for one in found))],
        "before_url": f"{base}{max(0, first - SHARES_PAGE)}" if first else "",
        "after_url": f"{base}{more}" if more < len(rows) else "",
    }  # fmt: skip
    return render_page(request, "campaigns/shares.html", "campaigns/shares.html", context)


@require_http_methods(["GET", "POST"])
@requires("plans.break_down")
def quotas(request: HttpRequest, pk: UUID, target: int) -> HttpResponse:
    """The share of each unit below in one target, held against the whole."""
    by, at = actor_of(request), timezone.now()
    row = plan_of(pk, "plans.break_down", by, at)
    share = next((one for one in queries.shares(row) if one.target.pk == target), None)
    if share is None:
        raise NotFound
    tasks = list(
        Task.objects.filter(plan__parent=row, line=share.target.line_id, case__is_open=True)
        .select_related("plan__unit").order_by("plan__path", "pk")
    )  # fmt: skip
    form = forms.QuotaForm(request.POST or None, tasks=tasks, target=share.target)
    if request.method == "POST" and form.is_valid():
        call: Any = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
        try:
            commands.set_quotas(pk, form.shares, **call)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return go_on(request, reverse("campaigns:quotas", args=[pk, target]))
    settled = Quota.objects.filter(
        target=target, task__plan__parent=row, task__case__is_open=False
    ).exclude(task__case__state="void")
    settled = settled.select_related("task__plan__unit").order_by("task__plan__path")
    context = {"plan": row, "share": share, "form": form, "number": queries.number,
               "said": queries.said(share.target), "settled": settled}  # fmt: skip
    return render_page(
        request, "campaigns/quotas.html", "campaigns/quotas.html", context,
        422 if form.errors else 200,
    )  # fmt: skip
