"""Plans of a year for making rules: the list of them, one with how far its measures are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.measures import columns, commands, forms, queries, tabs
from anlan.domain.measures.commands.plans import WRITABLE
from anlan.domain.measures.loop import LOOKS
from anlan.domain.measures.models import MakingPlan, Measure
from anlan.domain.measures.refusals import MeasureIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters
from anlan.ui.offers import first_of, tell
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

ORDERS = {"year": Keyset.by("-year", "-pk")}
TONES = {"draft": "line", "submitted": "amber", "approved": "green", "returned": "red"}
RIGHTS = {"makingplans.edit", "makingplans.review"}


@require_GET
@requires("makingplans.view")
def plans(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = Filters((Choice("status", _("State"), list(MakingPlan.Status.choices)),), request.GET)
    rows = policy.permitted(MakingPlan.objects.all(), "makingplans.view", by)
    if asked["status"]:
        rows = rows.filter(status=asked["status"])
    rows = rows.annotate(count=Count("measures", filter=~Q(measures__case__state="void")))
    shown = [
        Column("title", _("Plan of the year"), kind="text",
               link=lambda row: reverse("measures:plan", args=[row.pk])),
        Column("year", _("Year")),
        Column("status", _("State"),
               cell=lambda row: part("tag", row.get_status_display(), TONES[row.status])),
        Column("count", _("Measures"), cell="count", kind="number"),
        Column("unit", _("Unit"), cell="unit.name", kind="text", phone=False),
    ]  # fmt: skip
    context = {
        "tabs": tabs.of(by, "plans"), "filters": asked, "columns": shown,
        "page": asked.order(ORDERS, "year").page(rows.select_related("unit"), request.GET),
        "may_make": policy.may(by, "makingplans.make"),
    }  # fmt: skip
    return render_page(request, "measures/plans.html", "measures/_plans.html", context)


@require_http_methods(["GET", "POST"])
@requires("makingplans.make")
def new_plan(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    initial = {"pk": uuid7(), "request_id": uuid7(), "year": timezone.localdate(at).year}
    form = forms.NewPlan(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            pk = commands.make_plan(data["pk"], year=data["year"], title=data["title"], by=by,
                                    at=at, request_id=data["request_id"])  # fmt: skip
        except MeasureIncomplete as refusal:
            put_refusal(form, refusal)
        else:
            return go_on(request, reverse("measures:plan", args=[pk]))
    template, status = "measures/plan_new.html", 422 if form.errors else 200
    return render_page(request, template, template, {"form": form}, status)


@require_GET
@requires("makingplans.view")
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its measures by how far they are; each figure opens to them."""
    by, today = actor_of(request), timezone.localdate()
    rows = MakingPlan.objects.select_related("area", "unit")
    row = policy.access(rows, "makingplans.view", by, pk)
    allowed = policy.allowed(MakingPlan, pk, RIGHTS, by)
    seen = queries.visible(by).filter(plan=row).exclude(case__state="void")
    found = seen.aggregate(
        every=Count("pk"),
        late=Count("pk", filter=Q(case__unsettled=True, case__due_on__lt=today)),
        **{name: Count("pk", filter=Q(case__state__in=states))
           for name, states in queries.GROUPS.items()},
    )  # fmt: skip
    base = f"{reverse('measures:list')}?plan={pk}"
    may_write = "makingplans.edit" in allowed and row.status in WRITABLE
    free = Measure.objects.filter(case__unit=row.unit_id, case__unsettled=True, plan=None)
    common = {"initial": {"request_id": uuid7(), "seen": row.version}}
    context = {
        "row": row, "tone": TONES[row.status], "today": today,
        "measures": list(seen.select_related("case", "lead").order_by("case__due_on", "pk")
                         [: commands.PLANNED_MAX]),
        "figures": [
            (_("Measures"), found["every"], base), (_("Overdue"), found["late"], f"{base}&late=1"),
            *((str(label), found[name], f"{base}&state={name}")
              for name, label in columns.GROUP_LABELS.items()),
        ],
        "looks": LOOKS, "may_write": may_write, "request_id": uuid7(),
        "may_reopen": "makingplans.edit" in allowed and row.status == "approved",
        "may_review": "makingplans.review" in allowed and row.status == "submitted",
        "put": _put_in(free.order_by("case__due_on", "pk"), common) if may_write else None,
        "review": forms.ReviewPractice(auto_id="review_%s", **common),
    }  # fmt: skip
    return render_page(request, "measures/plan.html", "measures/plan.html", context)


def _put_in(free: QuerySet[Measure], common: dict[str, Any]) -> forms.PlanMeasures:
    rows, left = first_of(free, commands.PLANNED_MAX)
    form = forms.PlanMeasures(rows=rows, auto_id="put_%s", **common)
    tell(form, "measures", left)
    return form


@require_POST
@requires("makingplans.view")
def plan_step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Put measures in, hand it in, review it, or take it up again: each from its page."""
    by, at = actor_of(request), timezone.now()
    policy.access(MakingPlan.objects.all(), "makingplans.view", by, pk, at=at)
    form: Any = forms.ReviewPractice(request.POST)
    if code == "put":
        form = forms.PlanMeasures(request.POST, rows=Measure.objects.filter(
            pk__in=_pks(request), plan=None))  # fmt: skip
    if not form.is_valid():
        messages.error(request, _("Choose measures that are being made and stand in no plan."))
        return go_on(request, reverse("measures:plan", args=[pk]))
    data = form.cleaned_data
    call: Any = {"by": by, "at": at, "request_id": data["request_id"], "seen": data["seen"]}
    try:
        if code == "put":
            commands.put_into_plan(pk, [UUID(one) for one in data["measures"]], **call)
        elif code == "submit":
            commands.submit_plan(pk, **call)
        elif code == "review":
            approve = "return" not in request.POST
            commands.review_plan(pk, approve=approve, opinion=data["opinion"], **call)
        elif code == "reopen":
            commands.reopen_plan(pk, reason=data["opinion"], **call)
        else:
            raise NotFound
    except MeasureIncomplete as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return go_on(request, reverse("measures:plan", args=[pk]))


def _pks(request: HttpRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("measures")[: commands.PLANNED_MAX]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_POST
@requires("makingplans.edit")
def plan_out(request: HttpRequest, pk: UUID, measure: UUID) -> HttpResponse:
    commands.take_out_of_plan(
        pk, measure, by=actor_of(request), at=timezone.now(), request_id=uuid7()
    )
    return go_on(request, reverse("measures:plan", args=[pk]))
