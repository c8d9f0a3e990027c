"""Tasks: the list with its filters, one task beside what the plan says, and its steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import columns, forms, queries, steps
from anlan.domain.campaigns.history import timeline_of
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.models import Plan, Report, Target, Task
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

kept_lists.register("campaigns:tasks", page="campaigns:tasks")
#: Plans that the filter offers.
OFFERED_MAX = 60
REPORT_LOOKS = {"sent": ("blue", "clock"), "returned": ("red", "arrow-back-up"),
                "accepted": ("green", "check")}  # fmt: skip


@require_GET
@requires("tasks.view")
def tasks(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    above = request.GET.get("above", "")[:40]
    asked = columns.task_filters(request.GET, _plans(by, request.GET.get("plan", "")))
    rows = queries.narrowed(queries.tasks(by), asked, by, today, above)
    page = asked.order(columns.ORDERS, "due").page(rows.select_related(*queries.ROW), request.GET)
    queries.with_units(page.rows)
    kept = kept_lists.Kept(request, columns.task_columns(today))
    context = {
        "filters": asked, "page": page, "sort": asked.sort(columns.ORDERS, "due"),
        "kept": kept, "columns": kept.columns,
    }  # fmt: skip
    return render_page(request, "campaigns/tasks.html", "campaigns/_tasks.html", context)


def _plans(by: Actor, chosen: str) -> list[tuple[str, str]]:
    """Plans that the filter offers: those on top, and the one that is asked for."""
    rows = queries.plans(by).exclude(status=Plan.Status.DRAFT, parent=None).order_by("-starts_on")
    found = {str(row.pk): row.title for row in rows.filter(parent=None)[:OFFERED_MAX]}
    if chosen and chosen not in found:
        row = rows.filter(pk=queries.uuid_of(chosen) or UUID(int=0)).first()
        found |= {chosen: f"{row.title} · {row.unit.name}"} if row else {}
    return list(found.items())


@require_GET
@requires("tasks.view")
def task(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _rows() -> QuerySet[Task]:
    return Task.objects.select_related(
        "case__area", "case__sector", "case__unit", "plan__campaign", "plan__unit",
        "line__plan__unit", "line__stage",
    )  # fmt: skip


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, forms.StepForm] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    by, today = actor_of(request), timezone.localdate()
    row = policy.access(_rows(), "tasks.view", by, pk)
    around = queries.around(row)
    allowed = policy.allowed(Task, pk, {page.permission for page in steps.PAGES}, by)
    dialogs = [
        (page, bad[1] if bad and bad[0] == page.code else _form(page, row, around, by))
        for page in steps.offered(row, around, allowed, by)
    ]
    case = row.case
    may_plan = queries.plans(by).filter(pk__in={row.plan_id, row.line.plan_id})
    context = {
        "task": row, "case": case, "line": row.line, "around": around, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(case.area),
        "state": STATES[case.state], "rung": RUNGS[case.rung - 1] if case.rung else "",
        "days": columns.days_left(row, today), "timeline": timeline_of(around.events),
        "steps": [STATES[state] for state in ORDER], "step": _place(case.state),
        "seen_plans": set(may_plan.order_by().values_list("pk", flat=True)),
        "targets": _targets(around), "parts": _parts(row, by),
        "above": _above(row, by), "looks": REPORT_LOOKS,
    }  # fmt: skip
    return render_page(request, "campaigns/task.html", "campaigns/task.html", context, status)


ORDER = ("found", "assigned", "rectified", "verified", "closed")


def _place(state: str) -> int:
    """How many of the steps are done."""
    return len(ORDER) if state == "closed" else ORDER.index(state) if state in ORDER else 0


def _targets(around: queries.Around) -> list[dict[str, Any]]:
    """Each target, its share for this task, and what the newest standing report says of it."""
    standing = [one for one in around.reports if one.status != Report.Status.RETURNED]
    found = []
    for target in around.targets:
        said = next((one for one in standing if str(target.pk) in one.reached), None)
        reached = said.reached[str(target.pk)] if said else None
        wanted = around.quotas.get(target.pk, target.value)
        found.append({
            "words": queries.said(target), "target": target, "by": said,
            "share": queries.number(around.quotas.get(target.pk), target.digits),
            "reached": queries.number(reached, target.digits),
            "rate": _rate(target, reached, wanted),
        })  # fmt: skip
    return found


def _rate(target: Target, reached: int | None, wanted: int | None) -> float | None:
    if reached is None or not wanted or not queries.adds_up(target) or target.comparator == "<=":
        return None
    return reached / wanted


def _parts(row: Task, by: Actor) -> dict[str, Any]:
    """The parts of this task that units below have: how many, how many finished, how many late."""
    parts = queries.tasks(by).filter(parent=row).exclude(case__state="void")
    return parts.aggregate(**queries.counts(timezone.localdate()))


def _above(row: Task, by: Actor) -> Task | None:
    if row.parent_id is None:
        return None
    rows = queries.tasks(by).select_related("plan__unit", "case")
    return rows.filter(pk=row.parent_id).first()


def _form(
    page: offering.StepPage, row: Task, around: queries.Around, by: Actor, data: Any = None
) -> Any:
    more: dict[str, Any] = {"auto_id": f"{page.code}_%s"}
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.case.version}
    if page.form is forms.Progress:
        more["targets"] = [
            (target.pk, queries.said(target))
            for target in around.targets
            if target.value is not None and not target.counted and target.kind in queries.NUMBERED
        ]
        initial["progress"] = row.progress
    if page.form is forms.Person:
        initial |= {"person": row.person, "starts_on": row.starts_on}
    return forms.chosen_by(page.form(data, initial=initial, **more), by)


@require_POST
@requires("tasks.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a task's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "tasks.view", by, pk, at=at)
    page = steps.BY_CODE.get(code)
    if page is None:
        raise NotFound
    form = _form(page, row, queries.around(row), by, request.POST)
    if not form.is_valid():
        return _page(request, pk, (code, form), status=422)
    try:
        offering.take(page, form, pk, by=by, at=at)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return _page(request, pk, (code, form), status=422)
    messages.success(request, _("Done: %(step)s.") % {"step": page.label})
    return go_on(request, reverse("campaigns:task", args=[pk]))
