"""A plan: its lines with units, targets, days and gaps; drafted, published, broken down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.campaigns import (
    columns,
    commands,
    forms,
    forms_plans,
    queries,
)
from anlan.domain.campaigns.deriving import queries as deriving
from anlan.domain.campaigns.ending.commands import end_plan
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import Campaign, Line, LineUnit, Plan, Task
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.ruling import rules
from anlan.domain.campaigns.stages import pages as pages_of_stages
from anlan.domain.campaigns.stages import views as views_stages
from anlan.domain.campaigns.views_campaigns import LABELS, cells, own_units
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.papers import scripts
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

STEPS = {"plans.edit", "plans.publish", "plans.break_down"}
#: Shares that a plan's page shows.
SHARES_SHOWN = 10
RELATED = ("campaign", "parent__unit", "unit", "area", "sector")


def plan_of(pk: UUID, permission: str, by: Actor, at: Any = None) -> Plan:
    rows = Plan.objects.select_related(*RELATED)
    return policy.access(rows, permission, by, pk, at=at)


@require_GET
@requires("plans.view")
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    row = plan_of(pk, "plans.view", by)
    allowed = policy.allowed(Plan, pk, STEPS, by)
    drafted = row.status == Plan.Status.DRAFT
    may_edit = "plans.edit" in allowed and drafted
    seen = queries.tasks(by)
    filters = columns.line_filters(request.GET, row)
    lines = _narrowed(row.lines.select_related("stage"), filters, row)
    page: Any = filters.order(columns.LINE_ORDERS, "place").page(lines, request.GET)
    shown = replace(page, rows=queries.lines_with(page.rows, row, seen))
    reached = progress_pages.of_plan(
        row, shown.rows, timezone.now(), may_edit="plans.edit" in allowed
    )
    for each in shown.rows:
        each.reached = reached
    own = Plan.objects.filter(pk=pk)
    counts = queries.progress(seen, own, today).get(pk, {})
    context = {
        "plan": row, "filters": filters, "page": shown, "sort": "", "drafted": drafted,
        "columns": columns.line_columns(row, today, may_edit), "gaps": queries.gaps(row),
        "figures": cells(counts, f"{reverse('campaigns:tasks')}?plan={pk}"), "labels": LABELS,
        "below": _below(row, by, seen, today), "looks": columns.PLAN_LOOKS,
        "unplanned": None if drafted else seen.filter(milestones.unplanned(), plan=row).count(),
        "inherited": seen.filter(plan=row).exclude(line__plan=row).count() if row.parent_id else 0,
        "may_end": "plans.publish" in allowed and row.status == Plan.Status.PUBLISHED
        and not row.parent_id,
        "may_edit": may_edit, "may_publish": "plans.publish" in allowed and drafted,
        "may_break": "plans.break_down" in allowed and row.status == Plan.Status.PUBLISHED
        and row.kind != Plan.Kind.TEXT, "is_text": row.kind == Plan.Kind.TEXT,
        "derivation": deriving.told(row, by), "today": today,
        "stages": views_stages.of_plan(row, by, today), "may_stage": may_edit and not row.parent_id,
        "found": rules.findings(row) if may_edit else None, "named_max": rules.NAMED_MAX,
        "request_id": uuid7(), **_shares(row),
    }  # fmt: skip
    return render_page(request, "campaigns/plan.html", "campaigns/_lines.html", context)


def _shares(row: Plan) -> dict[str, Any]:
    """The shares of a plan: how many, and those first that somebody has to look at."""
    shares = queries.shares(row)
    to_see = [one for one in shares if one.is_open]
    return {
        "shares": (to_see or shares)[:SHARES_SHOWN], "shares_all": len(shares),
        "shares_open": len(to_see), "number": queries.number, "said": queries.said,
    }  # fmt: skip


def _narrowed(rows: QuerySet[Line], asked: Any, plan: Plan) -> QuerySet[Line]:
    rows = rows.filter(scripts.holding(asked["q"], "title", "text"))
    if kind := asked["kind"]:
        rows = rows.filter(kind=kind)
    if (lacks := asked["lacks"]) in queries.LACKS:
        rows = rows.filter(queries.LACKS[lacks], kind=Line.Kind.TASK)
    if state := asked["state"]:
        tasks = Task.objects.filter(plan=plan, line=OuterRef("pk"), case__state=state)
        rows = rows.filter(Exists(tasks))
    return rows


def _below(plan: Plan, by: Actor, seen: QuerySet[Task], today: Any) -> list[tuple[Plan, Any, bool]]:
    """Plans of units below: with figures, and whether the reader may open them."""
    children = plan.children.select_related("unit", "area").order_by("path", "pk")
    rows = list(children[: queries.CHILDREN_MAX])
    if not rows:
        return []
    figures = queries.progress(seen, Plan.objects.filter(parent=plan), today)
    may = set(queries.plans(by).filter(parent=plan).order_by().values_list("pk", flat=True))
    base = reverse("campaigns:tasks")
    return [
        (row, cells(figures.get(row.pk, {}), f"{base}?plan={row.pk}"), row.pk in may)
        for row in rows
    ]


# --- writing -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("plans.make")
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft in the campaign ``pk``."""
    by = actor_of(request)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, pk)
    initial = {"request_id": uuid7(), "starts_on": campaign.starts_on, "ends_on": campaign.ends_on}
    if (wanted := request.GET.get("expected", "")).isdecimal():
        # One that the campaign expects: its subject stands in the title, so that it is known.
        one = campaign.expected.filter(pk=int(wanted[:18])).first()
        initial |= {"kind": one.kind, "title": one.name} if one else {}
    return _edit(request, campaign, None, initial)


@require_http_methods(["GET", "POST"])
@requires("plans.edit")
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = plan_of(pk, "plans.edit", actor_of(request))
    if answer := pages_of_stages.stands(request, row):
        return answer
    names = ("kind", "title", "number", "issuer", "issued_on", "starts_on", "ends_on")
    initial = {name: getattr(row, name) for name in names}
    initial |= {"unit": row.unit_id, "sector": row.sector_id or "", "seen": row.version,
                "request_id": uuid7()}  # fmt: skip
    return _edit(request, row.campaign, row, initial)


def _edit(
    request: HttpRequest, campaign: Campaign, row: Plan | None, initial: dict[str, Any]
) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    units = own_units(by) if row is None else [row.unit]
    if request.method == "GET":
        form = forms_plans.PlanForm(initial=initial, units=units)
    else:
        form = forms_plans.PlanForm(request.POST, units=units)
        if form.is_valid():
            data = form.cleaned_data
            call: Any = {"by": by, "at": at, "request_id": data["request_id"]}
            try:
                if row is None:
                    new = form.new(uuid7(), campaign.pk)
                    done = commands.make_plan(new, days_kept=data["days_kept"], **call)
                else:
                    given = form.new(row.pk, campaign.pk)
                    done = commands.change_plan(
                        row.pk, given, days_kept=data["days_kept"], seen=data["seen"], **call
                    )
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return go_on(request, reverse("campaigns:plan", args=[done]))
    context = {"form": form, "campaign": campaign, "plan": row}
    status = 422 if form.errors else 200
    return render_page(
        request, "campaigns/plan_edit.html", "campaigns/plan_edit.html", context, status
    )


@require_http_methods(["GET", "POST"])
@requires("plans.view")
def line(request: HttpRequest, pk: UUID, line_pk: UUID) -> HttpResponse:
    """One line: its form while the plan is a draft of one's own, else as it stands."""
    by = actor_of(request)
    row = plan_of(pk, "plans.view", by)
    found = row.lines.select_related("stage").filter(pk=line_pk).first()
    if found is None:
        raise NotFound
    allowed = policy.allowed(Plan, pk, {"plans.edit"}, by)
    if request.method == "POST" or ("plans.edit" in allowed and row.status == Plan.Status.DRAFT):
        return _edit_line(request, plan_of(pk, "plans.edit", by, timezone.now()), found)
    shown = queries.lines_with([found], row, queries.tasks(by))[0]
    context = {"plan": row, "row": shown, "said": queries.said, "lacks": columns.LACKS}
    return render_page(request, "campaigns/line.html", "campaigns/line.html", context)


@require_http_methods(["GET", "POST"])
@requires("plans.edit")
def new_line(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = plan_of(pk, "plans.edit", actor_of(request), timezone.now())
    return pages_of_stages.stands(request, row) or _edit_line(request, row, None)


def _edit_line(request: HttpRequest, row: Plan, found: Line | None) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    units = list(found.units.order_by("role", "place")) if found else []
    targets = list(found.targets.order_by("place")) if found else []
    more: dict[str, Any] = {
        "stages": row.stages_offered(), "targets": targets,
    }  # fmt: skip
    if request.method == "GET":
        initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.version}
        if found:
            initial |= forms.LineForm.of(found, units, targets)
        form = forms.LineForm(initial=initial, **more)
    else:
        form = forms.LineForm(request.POST, **more)
        if form.is_valid() and _saved_line(form, row, found, units, by, at):
            messages.success(request, _("Saved."))
            again = "again" in request.POST
            name = "campaigns:new_line" if again else "campaigns:plan"
            return go_on(request, reverse(name, args=[row.pk]))
    context = {"form": form, "plan": row, "line": found, "request_id": uuid7(),
               "strange": [one.name for one in units if one.unit_id is None]}  # fmt: skip
    status = 422 if form.errors else 200
    return render_page(
        request, "campaigns/line_edit.html", "campaigns/line_edit.html", context, status
    )


def _saved_line(
    form: forms.LineForm, row: Plan, found: Line | None, units: list[LineUnit], by: Actor, at: Any
) -> bool:
    data = form.cleaned_data
    call: Any = {"by": by, "at": at, "request_id": data["request_id"], "seen": data["seen"],
                 "days_kept": data["days_kept"]}  # fmt: skip
    try:
        if found is None:
            commands.put_lines(row.pk, [form.new()], **call)
        else:
            commands.change_line(found.pk, form.new(found, units), **call)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return False
    return True


def call_of(request: HttpRequest) -> Any:
    """Who, when, and the request's own id as the button carries it."""
    form = forms.StepForm(request.POST)
    if not form.is_valid():
        raise NotFound
    data = form.cleaned_data
    return {"by": actor_of(request), "at": timezone.now(), "request_id": data["request_id"],
            "seen": data["seen"]}  # fmt: skip


@require_POST
@requires("plans.edit")
def remove_line(request: HttpRequest, pk: UUID, line_pk: UUID) -> HttpResponse:
    plan_of(pk, "plans.edit", actor_of(request), timezone.now())
    commands.remove_line(line_pk, **call_of(request))
    messages.success(request, _("Taken out of the plan."))
    return go_on(request, reverse("campaigns:plan", args=[pk]))


@require_POST
@requires("plans.publish")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a plan in force, and those of the units below with it."""
    plan_of(pk, "plans.publish", actor_of(request), timezone.now())
    reason = request.POST.get("reason", "").replace("\x00", "")
    withdraw = request.POST.get("withdraw") == "1"
    end_plan(pk, reason=reason, withdraw=withdraw, **call_of(request))
    messages.success(
        request,
        _("Ended. Its open tasks are being withdrawn.") if withdraw else _("The plan is ended."),
    )
    return go_on(request, reverse("campaigns:plan", args=[pk]))


@require_POST
@requires("plans.publish")
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan_of(pk, "plans.publish", actor_of(request), timezone.now())
    reason = request.POST.get("reason", "").replace("\x00", "")
    commands.publish(pk, reason=reason, **call_of(request))
    count = Task.objects.filter(plan=pk).count()
    messages.success(
        request, _("Published: %(count)d tasks were given to their units.") % {"count": count}
    )
    return go_on(request, reverse("campaigns:plan", args=[pk]))
