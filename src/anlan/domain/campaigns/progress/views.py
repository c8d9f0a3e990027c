"""What targets have reached: the records behind a figure, how it is counted, what is declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from markupsafe import Markup

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import (
    queries,
)
from anlan.domain.campaigns.models import Plan, Report, Target, Task
from anlan.domain.campaigns.progress import counting as progress_counting
from anlan.domain.campaigns.progress import figures as progress
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.progress import records as progress_records
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.campaigns.progress.commands import progress as do
from anlan.domain.campaigns.progress.figures import Figure
from anlan.domain.campaigns.progress.verdicts import RULES
from anlan.domain.campaigns.returns import feeding
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.facts.asking import MISSING
from anlan.ui.forms import Form, put_refusal
from anlan.ui.lists import Column, Given
from anlan.ui.pages import go_on, render_page

PLAN = ("campaign", "unit", "area", "parent")
#: Parts that the page of what units declared lists.
DECLARED_ROWS_MAX = 500
RECORDS = [
    Column("day", gettext_lazy("Day"), kind="day"),
    Column("kind", gettext_lazy("What is counted"), kind="text"),
    Column("quantity", gettext_lazy("Quantity"), kind="number"),
    Column("area", gettext_lazy("Area")),
    Column("labels", gettext_lazy("Narrowed to"), phone=False),
    Column("number", gettext_lazy("Number"), cell=lambda row: _number(row)),
    Column("unit", gettext_lazy("Posted for"), phone=False),
    Column("posted_at", gettext_lazy("Posted at"), kind="moment", phone=False),
]
SUBJECT = Column("subject", gettext_lazy("Whom it counts"), kind="text")


def _number(row: Any) -> Any:
    if not row.link:
        return row.number
    return Markup('<a href="{}">{}</a>').format(row.link, row.number)


def _plan(pk: UUID, permission: str, by: Any, at: Any = None) -> Plan:
    return policy.access(Plan.objects.select_related(*PLAN), permission, by, pk, at=at)


@require_GET
@requires("tasks.view")
def task_figure(request: HttpRequest, pk: UUID, target: int) -> HttpResponse:
    """What one figure of a task is made of."""
    by, at = actor_of(request), timezone.now()
    rows = Task.objects.select_related("case__area", "plan__campaign", "plan__unit", "line__plan")
    task = policy.access(rows, "tasks.view", by, pk)
    known = progress_tasks.known_at(request.GET.get("known", ""), timezone.localdate(at))
    found = progress_tasks.of_tasks([task], at=at, known=known)
    figure = found.get((task.pk, target))
    context = {
        "back": (task.line.title, reverse("campaigns:task", args=[pk])), "area": task.case.area,
        "plan": task.plan, "counting_url": "",
    }  # fmt: skip
    return _records(request, figure, context, at, known)


@require_GET
@requires("plans.view")
def line_figure(request: HttpRequest, pk: UUID, target: int) -> HttpResponse:
    """What one figure of a plan's line is made of, in the plan's own area."""
    by, at = actor_of(request), timezone.now()
    plan = _plan(pk, "plans.view", by)
    row = Target.objects.select_related("line").filter(pk=target, line__plan=plan).first()
    if row is None:
        raise NotFound
    known = progress_tasks.known_at(request.GET.get("known", ""), timezone.localdate(at))
    figure = progress_tasks.of_lines(plan, [row.line], [row], at=at, known=known).get(target)
    may = "plans.edit" in policy.allowed(Plan, pk, {"plans.edit"}, by)
    context = {
        "back": (row.line.title, reverse("campaigns:line", args=[pk, row.line_id])),
        "area": plan.area, "plan": plan,
        "counting_url": reverse("campaigns:counting", args=[pk, target]) if may else "",
    }  # fmt: skip
    return _records(request, figure, context, at, known)


def _records(
    request: HttpRequest, figure: Figure | None, context: dict[str, Any], at: datetime,
    known: datetime | None,
) -> HttpResponse:  # fmt: skip
    if figure is None:
        raise NotFound
    by = actor_of(request)
    rows = progress_records.facts_of(figure, known)
    seen, why_not = progress_records.open_to(rows, by, context["area"])
    page: Any = progress_records.ORDER.page(seen.select_related("kind", "labels"), request.GET)
    wanted = Given({name: request.GET[name] for name in ("known",) if request.GET.get(name)})
    distinct = figure.counting.is_distinct
    context |= {
        "figure": figure, "parts": progress_records.parts_of(figure, rows),
        "columns": [*RECORDS, SUBJECT] if distinct else RECORDS,
        "page": replace(page, rows=progress_records.shown(page.rows, by)), "why_not": why_not,
        "filters": wanted, "known": timezone.localdate(known) if known else None,
        "today": timezone.localdate(at), "said": queries.said(figure.asked.target),
        "where": progress_counting.said_where(figure.counting.parts[0][1]),
        "rule": RULES[figure.asked.target.kind], "count": progress_pages.count_words(figure),
        "short": progress_pages.short_words(figure), "years": list(progress_pages.years(figure)),
        "plain": progress_pages.plain, "missing": MISSING.get(figure.missing, ""),
    }  # fmt: skip
    return render_page(request, "campaigns/figure.html", "campaigns/figure.html", context)


# --- how it is counted ---------------------------------------------------------------------


class CountingForm(Form):
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)
    seen = django_forms.IntegerField(required=False, widget=django_forms.HiddenInput)
    code = django_forms.ChoiceField(label=gettext_lazy("What counts it"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        code: Any = self.fields["code"]
        code.choices = progress_counting.choices()
        for name in progress_counting.LABELS:
            self.fields[name] = django_forms.MultipleChoiceField(
                label=str(progress_counting.LABEL_NAMES[name]), required=False,
                choices=list(progress_counting.values_of(name).items()),
                widget=django_forms.SelectMultiple({"size": 5}),
                help_text=gettext_lazy("None chosen: all of them."),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.where and progress_counting.is_plain(data.get("code", "")):
            self.add_error(next(iter(self.where)), progress_counting.NOT_TOLD_APART)
        return data

    @property
    def where(self) -> dict[str, list[str]]:
        found = {name: self.cleaned_data.get(name, []) for name in progress_counting.LABELS}
        return {name: values for name, values in found.items() if values}


class BaseForm(Form):
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput, initial=uuid7)
    value = django_forms.IntegerField(label=gettext_lazy("Base figure"), min_value=0)
    source = django_forms.CharField(
        label=gettext_lazy("Where the number stands"),
        max_length=200,
        help_text=gettext_lazy("A yearbook, a report, with its page."),
    )


@require_http_methods(["GET", "POST"])
@requires("plans.edit")
def counting(request: HttpRequest, pk: UUID, target: int) -> HttpResponse:
    """Choose what counts a target; the present value is shown before it is put in force."""
    by, at = actor_of(request), timezone.now()
    plan = _plan(pk, "plans.edit", by, at)
    row = do.target_of(plan, target)
    own = row.line.plan_id == plan.pk
    if row.kind not in progress_counting.COUNTABLE:
        raise NotFound
    initial = {"request_id": uuid7(), "seen": plan.version, "code": row.counted,
               **row.counted_where}  # fmt: skip
    form = CountingForm(request.POST or None, initial=initial)
    preview: Figure | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            code, where = form.cleaned_data["code"], form.where
            if "preview" in request.POST:
                status, preview = 200, _preview(plan, row, code, where, at)
            else:
                call: Any = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"],
                             "seen": form.cleaned_data["seen"]}  # fmt: skip
                try:
                    do.count_by(pk, target, code=code, where=where, **call)
                except Refusal as refusal:
                    put_refusal(form, refusal)
                else:
                    messages.success(request, _("Saved."))
                    return go_on(request, reverse("campaigns:plan", args=[pk]))
    elif row.counted:
        preview = _preview(plan, row, row.counted, row.counted_where, at)
    return _counting_page(request, plan, row, form, preview, BaseForm(), own, status)


def _counting_page(
    request: HttpRequest, plan: Plan, row: Target, form: CountingForm, preview: Figure | None,
    base_form: BaseForm, own: bool, status: int,
) -> HttpResponse:  # fmt: skip
    base_year = progress.base_year(row, plan.campaign.base_year, plan.starts_on)
    context = {
        "plan": plan, "target": row, "form": form, "said": queries.said(row), "own": own,
        "preview": preview, "count": progress_pages.count_words(preview) if preview else "",
        "missing": MISSING.get(preview.missing, "") if preview else "",
        "where": progress_counting.said_where(preview.counting.parts[0][1]) if preview else "",
        "rule": RULES[row.kind], "base_form": base_form, "base_year": base_year,
        "bases": list(row.bases.filter(area=plan.area_id).select_related("unit").order_by("-at")),
        "may_base": bool(row.counted) and row.kind != "number"
        and plan.status != Plan.Status.DRAFT,
    }  # fmt: skip
    return render_page(
        request, "campaigns/counting.html", "campaigns/counting.html", context, status
    )


def _preview(plan: Plan, row: Target, code: str, where: Any, at: datetime) -> Figure | None:
    row.counted, row.counted_where = code, where
    return progress_tasks.of_lines(plan, [row.line], [row], at=at).get(row.pk) if code else None


@require_POST
@requires("plans.edit")
def base(request: HttpRequest, pk: UUID, target: int) -> HttpResponse:
    """Declare what was counted in the base year."""
    by, at = actor_of(request), timezone.now()
    plan = _plan(pk, "plans.edit", by, at)
    row = do.target_of(plan, target)
    form = BaseForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            do.declare_base(
                pk, target, value=data["value"], source=data["source"], by=by, at=at,
                request_id=data["request_id"],
            )  # fmt: skip
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return go_on(request, reverse("campaigns:counting", args=[pk, target]))
    initial = {"request_id": uuid7(), "seen": plan.version, "code": row.counted,
               **row.counted_where}  # fmt: skip
    preview = _preview(plan, row, row.counted, row.counted_where, at)
    own = row.line.plan_id == plan.pk
    return _counting_page(
        request, plan, row, CountingForm(initial=initial), preview, form, own, 422
    )


# --- what units declared -------------------------------------------------------------------


@require_GET
@requires("plans.view")
def declared(request: HttpRequest, pk: UUID, target: int) -> HttpResponse:
    """The standing declarations toward a target: of the plan's own task, and of its parts."""
    by = actor_of(request)
    plan = _plan(pk, "plans.view", by)
    row = do.target_of(plan, target)
    own = _standing(Task.objects.filter(plan=plan), row, by)
    parts = _standing(Task.objects.filter(parent__plan=plan), row, by)
    sums = [
        queries.number(sum(value for _task, _report, value in rows), row.digits)
        for rows in (own, parts)
    ]
    context = {
        "plan": plan, "target": row, "said": queries.said(row), "own": own, "parts": parts,
        "number": queries.number, "plain": progress_pages.plain, "sums": sums,
        "adds": queries.adds_up(row), "filed": feeding.entries(row),
        "filed_sum": feeding.sums([row.pk]).get(row.pk),
        "seen_returns": set(feeding.seen(row, by)),
    }  # fmt: skip
    return render_page(request, "campaigns/declared.html", "campaigns/declared.html", context)


def _standing(rows: Any, target: Target, by: Any) -> list[tuple[Task | None, Report, int]]:
    """Of each task the newest report that names the target and wasn't returned.

    Whoever sees the plan sees its sums, so every report is listed; the task is named as a link
    for those alone who may see it.
    """
    reports = (
        Report.objects.filter(task__in=rows.values("pk"), task__line=target.line_id,
                              reached__has_key=str(target.pk))
        .exclude(status=Report.Status.RETURNED).exclude(task__case__state="void")
        .select_related("unit").order_by("-at", "-pk")
    )  # fmt: skip
    newest: dict[UUID, Report] = {}
    for report in reports:
        newest.setdefault(report.task_id, report)
    chosen = list(newest)[:DECLARED_ROWS_MAX]
    seen = queries.tasks(by).filter(pk__in=chosen).select_related("case__area").in_bulk()
    return [(seen.get(pk), newest[pk], newest[pk].reached[str(target.pk)]) for pk in newest]
