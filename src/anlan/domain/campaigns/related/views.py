"""Records of daily work that belong to a task or to a plan's tasks, and a record's tasks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.carrying.forms import Seen
from anlan.domain.campaigns.carrying.views_wanted import call_of, saved
from anlan.domain.campaigns.models import Plan, Task, TaskRecord
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.related import commands as do
from anlan.domain.campaigns.related import exporting
from anlan.domain.campaigns.related import queries as related
from anlan.domain.inspections.models import Sweep
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop.models import Case
from anlan.ui.forms import text_area
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Filters, Flag
from anlan.ui.offers import choices_of
from anlan.ui.pages import go_on, render_page

ORDER = Keyset.by("-opened_on", "-pk")
SWEEPS_MAX = 100
_BETWEEN = re.compile(r"[\s、,，;；]+")


class LinkForm(Seen):
    numbers = text_area(
        gettext_lazy("Numbers of records"), required=False, rows=3,
        help_text=gettext_lazy("One or several, as they stand on their pages or in a sheet."),
    )  # fmt: skip
    sweep = forms.ChoiceField(label=gettext_lazy("Or a whole sweep"), required=False)

    def __init__(self, *args: Any, sweeps: QuerySet[Sweep], **more: Any) -> None:
        super().__init__(*args, **more)
        sweep: Any = self.fields["sweep"]
        rows = sweeps.order_by("-starts_on", "-pk")
        sweep.choices = [("", "—"), *choices_of(rows, SWEEPS_MAX, lambda row: row.name)]

    @property
    def named(self) -> list[str]:
        return [word for word in _BETWEEN.split(self.cleaned_data["numbers"]) if word]

    @property
    def chosen(self) -> int | None:
        return int(self.cleaned_data["sweep"]) if self.cleaned_data["sweep"] else None


def task_of(pk: UUID, permission: str, by: Actor) -> Task:
    rows = Task.objects.select_related("case", "line", "plan__campaign", "plan__unit")
    return policy.access(rows, permission, by, pk, at=timezone.now())


def _sweeps(by: Actor) -> QuerySet[Sweep]:
    return policy.permitted(Sweep.objects.all(), "sweep.view", by)


@require_http_methods(["GET", "POST"])
@requires("tasks.view")
def records(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What belongs to a task; whoever does it or is in charge of it names more."""
    by = actor_of(request)
    task = task_of(pk, "tasks.link" if request.method == "POST" else "tasks.view", by)
    may_link = "tasks.link" in policy.allowed(Task, pk, {"tasks.link"}, by)
    data = request.POST if request.method == "POST" else None
    form = LinkForm(data, sweeps=_sweeps(by))

    def save() -> None:
        call = call_of(request, form)
        call.pop("seen")
        do.link(pk, form.named, sweep=form.chosen, **call)

    if request.method == "POST" and saved(form, save):
        messages.success(request, _("Saved."))
        return go_on(request, reverse("campaigns:records", args=[pk]))
    context = {
        "task": task, "form": form, "may_link": may_link, "title": task.line.title,
        "crumb": (task.line.title, reverse("campaigns:task", args=[pk])),
        "export": reverse("campaigns:records_export", args=[pk]),
        "visits_url": reverse("campaigns:task_visits", args=[pk]),
    }  # fmt: skip
    return _records(request, Task.objects.filter(pk=pk), context, 422 if form.errors else 200)


@require_GET
@requires("plans.view")
def of_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The records of all of a plan's tasks: one that belongs to several stands here once."""
    by = actor_of(request)
    plan = policy.access(Plan.objects.select_related("campaign", "unit"), "plans.view", by, pk)
    context = {
        "task": None, "may_link": False, "title": plan.title,
        "crumb": (plan.title, reverse("campaigns:plan", args=[pk])), "export": "",
        "visits_url": reverse("campaigns:plan_visits", args=[pk]),
    }  # fmt: skip
    tasks = policy.permitted(Task.objects.filter(plan=plan), "tasks.view", by)
    return _records(request, tasks, context)


def _records(
    request: HttpRequest, tasks: QuerySet[Task], context: dict[str, Any], status: int = 200
) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    sums = related.sums(tasks, by, today)
    filters = Filters(
        (
            Choice("kind", _("Kind"), [(one.code, one.label) for one in sums.kinds]),
            Flag("open", _("Not finished yet")),
            Flag("late", _("Behind time")),
        ),
        request.GET,
    )
    rows = related.cases_of(tasks).filter(related.seen(by, filters["kind"] or None))
    if filters["open"]:
        rows = rows.filter(is_open=True)
    if filters["late"]:
        rows = rows.filter(unsettled=True, due_on__lt=today, suspended_on=None)
    page: Any = ORDER.page(rows.select_related("area"), request.GET)
    task = context["task"]
    named = None
    if task is not None:
        mine = TaskRecord.objects.filter(task=task, case__in=[case.pk for case in page.rows])
        named = mine.values_list("case", flat=True)
    sweeps, more_sweeps = related.sweeps_of(tasks, by)
    context |= {
        "sums": sums, "filters": filters, "today": today,
        "page": replace(page, rows=related.shown(page.rows, named)),
        "sweeps": sweeps, "more_sweeps": more_sweeps, "request_id": uuid7(),
    }  # fmt: skip
    name = "campaigns/records.html"
    return render_page(request, name, name, context, status)


@require_POST
@requires("tasks.link")
def unlink(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one record, a sweep or a visit away from a task."""
    by = actor_of(request)
    task_of(pk, "tasks.link", by)
    form = UnlinkForm(request.POST)
    if not form.is_valid():
        raise NotFound
    data = form.cleaned_data
    do.unlink(pk, case=data["case"], sweep=data["sweep"], visit=data["visit"], by=by,
              at=timezone.now(), request_id=data["request_id"])  # fmt: skip
    messages.success(request, _("It doesn’t belong to the task any more."))
    page = "campaigns:task_visits" if data["visit"] else "campaigns:records"
    return go_on(request, reverse(page, args=[pk]))


class UnlinkForm(forms.Form):
    request_id = forms.UUIDField()
    case = forms.UUIDField(required=False)
    sweep = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    visit = forms.UUIDField(required=False)


@require_GET
@requires("tasks.view")
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    return exporting.answer(task_of(pk, "tasks.view", by), by=by, at=at)


# --- from the record -----------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("hazard.view")
def of_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The tasks to which a hazard belongs, as its own page shows them; and the way into one."""
    by = actor_of(request)
    case = Case.objects.filter(related.seen(by), pk=pk).first()
    if case is None:
        raise NotFound
    if request.method == "POST":
        to_task(request, by, [case.number])
        [record] = related.shown([case])
        return go_on(request, record.href)
    context = {
        "tasks": related.tasks_with(pk, by), "request_id": uuid7(),
        "action": reverse("campaigns:of_case", args=[pk]),
        "may_link": policy.may(by, "tasks.link") and case.state != "void",
    }  # fmt: skip
    return render(request, "campaigns/_records_of_case.html", context)


class ToTask(forms.Form):
    request_id = forms.UUIDField()
    number = forms.CharField(max_length=40)


def to_task(
    request: HttpRequest, by: Actor, numbers: Sequence[str] = (), visit: UUID | None = None
) -> None:
    """Put a record, or a visit, to the task with the number written; what is refused is said."""
    form = ToTask(request.POST)
    task = None
    if form.is_valid():
        number = form.cleaned_data["number"].strip().upper()
        rows = policy.permitted(Task.objects.filter(case__number=number), "tasks.view", by)
        task = rows.first()
    if task is None:
        messages.error(request, _("There is no task that you may see with that number."))
        return
    task_of(task.pk, "tasks.link", by)
    try:
        do.link(task.pk, numbers, visit=visit, by=by, at=timezone.now(),
                request_id=form.cleaned_data["request_id"])  # fmt: skip
    except PlanIncomplete as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It belongs to the task now."))
