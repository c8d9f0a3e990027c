"""Tasks: the list with its filters, one task beside what the plan says, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns import (
    columns,
    forms,
    queries,
    steps,
    task_lists,
    tasks_export,
)
from anlan.domain.campaigns.carrying.views_hearings import of_line
from anlan.domain.campaigns.history import timeline_of
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.meetings import changes as meetings
from anlan.domain.campaigns.milestones import queries as steps_of
from anlan.domain.campaigns.models import KeyTask, Plan, Report, Target, Task
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.progress import facts as progress_facts
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.related import queries as related
from anlan.domain.campaigns.returns import feeding
from anlan.domain.campaigns.sharing import queries as sharing
from anlan.domain.campaigns.supporting.queries import rules_of
from anlan.domain.hazards.photos import taken
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.models import PartyRole
from anlan.kernel.loop.settings import RUNGS
from anlan.kernel.papers import attachments
from anlan.kernel.papers.keeping import Kept, Offer
from anlan.ui.lists import Filters
from anlan.ui.offers import first_of, rest
from anlan.ui.pages import render_page

kept_lists.register("campaigns:tasks", page="campaigns:tasks")
#: Plans that the filter offers.
OFFERED_MAX = 60
REPORT_LOOKS = {"sent": ("blue", "clock"), "returned": ("red", "arrow-back-up"),
                "accepted": ("green", "check")}  # fmt: skip


def _asked(request: HttpRequest, by: Actor) -> Filters:
    plans = plans_offered(by, request.GET.get("plan", ""))
    return columns.task_filters(
        request.GET, plans, queries.stage_name(request.GET.get("stage", ""), by)
    )


@require_GET
@requires("tasks.view")
def tasks(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = _asked(request, by)
    page = task_lists.page(by, asked, asked.order(columns.ORDERS, "due"), request.GET, today)
    steps_of.on_tasks(page.rows, today)
    kept = kept_lists.Kept(request, columns.task_columns(today))
    if any(column.code == "progress" for column in kept.columns):
        progress_pages.on_tasks(page.rows, timezone.now())
    context = {
        "filters": asked, "page": page, "sort": asked.sort(columns.ORDERS, "due"),
        "kept": kept, "columns": kept.columns,
        "may_rule": policy.may(by, "listsettings.edit"),
    }  # fmt: skip
    return render_page(request, "campaigns/tasks.html", "campaigns/_tasks.html", context)


@require_GET
@requires("tasks.view")
def export(request: HttpRequest) -> HttpResponse:
    """The list with the same filters as a workbook, every row."""
    by = actor_of(request)
    asked = _asked(request, by)
    above = request.GET.get("above", "")[:40]
    return tasks_export.answer(asked, above, by=by, at=timezone.now())


def plans_offered(by: Actor, chosen: str) -> list[tuple[str, Any]]:
    """Plans that the filter offers: those on top, and the one that is asked for."""
    rows = queries.plans(by).exclude(status=Plan.Status.DRAFT, parent=None).order_by("-starts_on")
    first, left = first_of(rows.filter(parent=None), OFFERED_MAX)
    found = {str(row.pk): row.title for row in first}
    if chosen and chosen not in found:
        row = rows.filter(pk=queries.uuid_of(chosen) or UUID(int=0)).first()
        found |= {chosen: f"{row.title} · {row.unit.name}"} if row else {}
    return [*found.items(), *rest(left)]


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
    offers: Sequence[Offer] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    by, today = actor_of(request), timezone.localdate()
    row = policy.access(_rows(), "tasks.view", by, pk)
    around = queries.around(row)
    asked = {page.permission for page in steps.PAGES} | {"tasks.plan", "tasks.mark_key"}
    allowed = policy.allowed(Task, pk, asked, by)
    dialogs = offering.dialogs(
        steps.offered(row, around, allowed, by), bad, lambda page: _form(page, row, around, by)
    )
    case, files = row.case, _files(row, around)
    targets = _targets(row, around)
    may_plan = queries.plans(by).filter(pk__in={row.plan_id, row.line.plan_id})
    context = {
        "task": row, "case": case, "line": row.line, "around": around, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(case.area),
        "state": STATES[case.state], "rung": RUNGS[case.rung - 1] if case.rung else "",
        "days": columns.days_left(row, today), "timeline": timeline_of(around.events),
        "steps": [STATES[state] for state in ORDER], "step": _place(case.state),
        # Who sees a task through a body or another area needn't see its campaign.
        "seen_campaign": queries.campaigns(by).filter(pk=row.plan.campaign_id).exists(),
        "seen_plans": set(may_plan.order_by().values_list("pk", flat=True)),
        "milestones": [
            (one, steps_of.STATES[state], steps_of.TONES[state])
            for one in steps_of.by_task([pk]).get(pk, [])
            for state in [steps_of.state_of(one, today, case.settled_on)]
        ],
        "may_plan": "tasks.plan" in allowed and case.state in ("found", "assigned"),
        "may_mark": "tasks.mark_key" in allowed, "request_id": uuid7(),
        "key": KeyTask.objects.filter(task=row).first(),
        "targets": targets, "parts": _parts(row, by), "offers": offers, "files": files,
        "is_counted": _is_counted(around), "progress": _progress(row, around, targets),
        "also_in": sharing.memberships_of(row, by),
        "related": related.sums(Task.objects.filter(pk=pk), by, today),
        "above": _above(row, by), "said": meetings.said_of(row, by),
        "looks": REPORT_LOOKS, "decided_by": of_line(row.line_id, by),
        "supporting": rules_of([row.line_id], by, today).get(row.line_id),
    }  # fmt: skip
    return render_page(request, "campaigns/task.html", "campaigns/task.html", context, status)


ORDER = ("found", "assigned", "rectified", "verified", "closed")


def _place(state: str) -> int:
    """How many of the steps are done."""
    return len(ORDER) if state == "closed" else ORDER.index(state) if state in ORDER else 0


def _targets(row: Task, around: queries.Around) -> list[dict[str, Any]]:
    """Each target with its share, and what the ledger counts or else the unit's newest standing
    report says of it, beside what the parts below declare."""
    standing = [one for one in around.reports if one.status != Report.Status.RETURNED]
    figures: dict[Any, Any] = {}
    if any(one.counted for one in around.targets):
        figures = progress_tasks.of_tasks([row], at=timezone.now())
    below = {}
    filed: dict[int, Any] = {}
    if any(_is_typed(one) for one in around.targets):
        below = progress_facts.of_parts_of(row)
        filed = _filed(row, around)
    found = []
    for target in around.targets:
        figure = figures.get((row.pk, target.pk))
        said = next((one for one in standing if str(target.pk) in one.reached), None)
        reached = said.reached[str(target.pk)] if said else None
        if target.pk in filed:
            reached = filed[target.pk].value
        wanted = around.quotas.get(target.pk, target.value)
        href = reverse("campaigns:task_figure", args=[row.pk, target.pk])
        found.append({
            "words": queries.said(target), "target": target, "by": said,
            "share": queries.number(around.quotas.get(target.pk), target.digits),
            "figure": progress_pages.shown(figure, href) if figure else "",
            "percent": figure.percent if figure else None,
            "basis": figure.counting.label if figure else "",
            "below": progress_pages.declared_words(target, None, below.get(target.pk)),
            "reached": queries.number(reached, target.digits),
            "rate": _rate(target, reached, wanted),
        })  # fmt: skip
    return found


def _filed(row: Task, around: queries.Around) -> dict[int, Any]:
    """What accepted returns say of its targets: of the plan's own task all, else its unit's."""
    targets = [one.pk for one in around.targets if _is_typed(one)]
    if not row.is_inherited:
        return feeding.sums(targets)
    unit = next((one.unit_id for one in around.parties if one.role == PartyRole.RECTIFIER), 0)
    return feeding.sums(targets, unit)


def _is_typed(target: Target) -> bool:
    return target.value is not None and not target.counted and target.kind in queries.NUMBERED


def _is_counted(around: queries.Around) -> bool:
    """Whether nobody types how far it is."""
    numbers = [one for one in around.targets if one.kind == "number" and one.value is not None]
    return bool(numbers) and all(one.counted for one in numbers)


def _progress(row: Task, around: queries.Around, targets: Sequence[dict[str, Any]]) -> int:
    """In per cent: as it is counted now, else as it was last reported."""
    counted = [one["percent"] for one in targets if one["percent"] is not None]
    return min(counted) if counted and _is_counted(around) else row.progress


def _files(row: Task, around: queries.Around) -> dict[str, list[dict[str, Any]]]:
    """What hangs on each report, and under "" on the task itself; two statements."""
    on_reports = attachments.by_object(evidence.ON_REPORT, [one.pk for one in around.reports])
    found = {**on_reports, "": attachments.by_object(evidence.ON_TASK, [row.pk]).get(
        str(row.pk), [])}  # fmt: skip
    return {
        key: [
            {"url": reverse("campaigns:task_file", args=[row.pk, one.pk]), "name": one.name,
             "at": one.at, "who": one.actor}
            for one in rows
        ]
        for key, rows in found.items()
    }  # fmt: skip


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
        fed = feeding.fed(target.pk for target in around.targets)
        more["targets"] = [
            (target.pk, queries.said(target))
            for target in around.targets
            if _is_typed(target) and target.pk not in fed
        ]
        more["counted"] = _is_counted(around)
        ahead = row.milestones.filter(reached_on=None).order_by("place")
        more["steps"] = [(one.pk, f"{one.name} ({one.due_on})") for one in ahead]
        initial["progress"] = row.progress
    if issubclass(page.form, forms.Proved):
        wanted = bool(row.line.evidence.strip())
        more["asks_why"] = wanted and evidence.current()[1] is evidence.Mode.ASK
    if page.form is forms.Person:
        initial |= {"person": row.person, "starts_on": row.starts_on}
    return forms.chosen_by(page.form(data, initial=initial, **more), by)


@require_POST
@requires("tasks.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from a task's page. A form that must be mended comes back as it was typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "tasks.view", by, pk, at=at)
    page = offering.page_of(steps.BY_CODE, code)
    form = _form(page, row, queries.around(row), by, request.POST)
    files = taken(request, form, by=by, at=at, name="files") if page.photos else Kept()
    more: dict[str, Any] = {"files": files.ready} if page.photos else {}
    return offering.answer(
        request, pk, page, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, files.offers(by, at), status=422),
        done=lambda: reverse("campaigns:task", args=[pk]), **more,
    )  # fmt: skip
