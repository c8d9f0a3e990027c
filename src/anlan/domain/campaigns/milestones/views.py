"""Writing a task's milestones, stated or counted back from its deadline; marking key tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns.milestones import commands as do
from anlan.domain.campaigns.milestones import queries, scheduling
from anlan.domain.campaigns.milestones.scheduling import Step
from anlan.domain.campaigns.models import Task
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.loop.forms import StepForm
from anlan.ui.forms import Form, put_refusal, text_area
from anlan.ui.pages import go_on, render_page

TEXT_CHARS_MAX = 5_000


class StepsForm(Form):
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)
    seen = django_forms.IntegerField(required=False, widget=django_forms.HiddenInput)
    steps = text_area(
        gettext_lazy("Steps that are still ahead, one a line"), required=False, rows=8,
        help_text=gettext_lazy(
            "End each line with a day (2026-12-05), or each with a number of working days (10), or "
            "each with a share (30%): then the days are counted back from the deadline."
        ),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("tasks.plan")
def milestones(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The steps of a task; the days that are counted are shown before they are put in force."""
    by, at = actor_of(request), timezone.now()
    rows = Task.objects.select_related("case", "line", "plan__campaign")
    task = policy.access(rows, "tasks.plan", by, pk, at=at)
    have = queries.by_task([pk]).get(pk, [])
    ahead = "\n".join(f"{one.name} {one.due_on}" for one in have if one.reached_on is None)
    initial = {"request_id": uuid7(), "seen": task.case.version, "steps": ahead}
    form = StepsForm(request.POST or None, initial=initial)
    shown: Sequence[Step] = ()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                steps = scheduling.read(
                    data["steps"][:TEXT_CHARS_MAX], task.starts_on, task.case.due_on
                )
                if "preview" in request.POST:
                    shown, status = steps, 200
                else:
                    do.set_milestones(pk, steps, by=by, at=at, request_id=data["request_id"],
                                      seen=data["seen"])  # fmt: skip
                    messages.success(request, _("Saved."))
                    return go_on(request, reverse("campaigns:task", args=[pk]))
            except Refusal as refusal:
                put_refusal(form, refusal)
                status = 422
    context = {
        "task": task, "form": form, "shown": shown, "steps_max": scheduling.STEPS_MAX,
        "reached": [one for one in have if one.reached_on is not None],
    }  # fmt: skip
    return render_page(
        request, "campaigns/milestones.html", "campaigns/milestones.html", context, status
    )


@require_POST
@requires("tasks.mark_key")
def key(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a task into the catalogue of key tasks, or take it out of it."""
    by, at = actor_of(request), timezone.now()
    policy.access(Task.objects.all(), "tasks.mark_key", by, pk, at=at)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise NotFound
    data: dict[str, Any] = form.cleaned_data
    on = request.POST.get("key") == "1"
    note = request.POST.get("note", "").replace("\x00", "")
    do.mark_key(pk, key=on, note=note, by=by, at=at,
                request_id=data["request_id"])  # fmt: skip
    messages.success(request, _("Saved."))
    return go_on(request, reverse("campaigns:task", args=[pk]))
