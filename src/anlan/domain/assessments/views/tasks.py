"""Campaign tasks whose work an item assesses, and beside a task the items that assess it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.assessments import commands, item_tasks
from anlan.domain.assessments.models import Scheme
from anlan.domain.assessments.views import schemes
from anlan.domain.campaigns import queries as campaigns
from anlan.domain.campaigns import task_lists
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.models import Task
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import Form, put_refusal, text_area
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Filters, Flag
from anlan.ui.pages import go_on, render_page

ORDER = Keyset.by("-case__opened_on", "-pk")
_BETWEEN = re.compile(r"[\s、,，;；]+")


class LinkForm(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    numbers = text_area(
        gettext_lazy("Numbers of tasks"), rows=3,
        help_text=gettext_lazy("One or several, as they stand on their pages or in a sheet."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("schemes.view")
def tasks(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """The tasks that an item assesses, how far they are, and the way for others."""
    by, at = actor_of(request), timezone.now()
    row = schemes.read(by, pk, "schemes.edit" if request.method == "POST" else "schemes.view")
    version = schemes.shown_version(row, by, "")
    item = version.read.item(code) if version else None
    if item is None:
        raise NotFound
    form = LinkForm(request.POST or None, initial={"request_id": uuid7()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        numbers = [word for word in _BETWEEN.split(given["numbers"]) if word]
        try:
            commands.link_tasks(pk, code, numbers, by=by, at=at, request_id=given["request_id"])
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return go_on(request, reverse("assessments:tasks", args=[pk, code]))
    may_edit = policy.permitted(Scheme.objects.filter(pk=pk), "schemes.edit", by).exists()
    context = {
        "row": row, "item": item, "form": form, "request_id": uuid7(),
        "may_edit": may_edit and row.withdrawn_at is None,
    }  # fmt: skip
    every = campaigns.tasks(by).filter(item_tasks.of_item(pk, code))
    return _listed(request, every, context, 422 if form.errors else 200)


def _listed(
    request: HttpRequest, every: QuerySet[Task], context: dict[str, Any], status: int
) -> HttpResponse:
    """Their figures, each of which opens its rows, and a page of them with their parts below."""
    today = timezone.localdate()
    filters = Filters(
        (Flag("open", _("Not finished yet")), Flag("closed", _("Finished")),
         Flag("late", _("Behind time"))), request.GET,
    )  # fmt: skip
    where = {"open": Q(case__is_open=True), "closed": Q(case__state="closed"),
             "late": campaigns.late(today)}  # fmt: skip
    rows = every
    for name, only in where.items():
        if filters[name]:
            rows = rows.filter(only)
    page: Any = ORDER.page(rows.select_related("case", "line", "plan"), request.GET)
    task_lists.with_units(page.rows)
    parts = campaigns.tasks(actor_of(request)).filter(parent__in=[task.pk for task in page.rows])
    counted = parts.exclude(case__state="void").order_by().values("parent")
    context |= {
        "page": page, "filters": filters, "today": today, "states": STATES,
        "sums": every.order_by().aggregate(**campaigns.counts(today)),
        "parts": {
            one["parent"]: one
            for one in counted.annotate(n=Count("pk"), closed=Count("pk", where["closed"]))
        },
    }  # fmt: skip
    return render_page(request, "assessments/tasks.html", "assessments/tasks.html", context, status)


@require_POST
@requires("schemes.edit")
def away(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take one task away from an item."""
    by = actor_of(request)
    schemes.read(by, pk, "schemes.edit")
    form = Away(request.POST)
    if not form.is_valid():
        raise NotFound
    given = form.cleaned_data
    commands.unlink_task(
        pk, code, given["task"], by=by, at=timezone.now(), request_id=given["request_id"]
    )
    messages.success(request, _("The item doesn’t assess that task any more."))
    return go_on(request, reverse("assessments:tasks", args=[pk, code]))


#: Items that a task's page names before one asks for all.
ITEMS_SHOWN = 20


class Away(forms.Form):
    request_id = forms.UUIDField()
    task = forms.UUIDField()


@require_GET
@requires("tasks.view")
def of_task(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Beside a task: the items in force that assess its work, or that of the task above it."""
    by = actor_of(request)
    task = policy.access(Task.objects.all(), "tasks.view", by, pk)
    found = item_tasks.items_of(task, by)
    shown = len(found) if request.GET.get("all") == "1" else ITEMS_SHOWN
    context = {"found": found[:shown], "left": max(0, len(found) - shown), "task": task}
    return render(request, "assessments/_of_task.html", context)
