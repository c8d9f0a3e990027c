"""Plans for failing enterprises: the list by area, a new one, its page and its steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.treatment import commands, queries
from anlan.domain.treatment.forms import AddForm, PlanForm, StepForm
from anlan.domain.treatment.loop import STATES
from anlan.domain.treatment.models import RemedyPlan
from anlan.domain.treatment.refusals import PlanIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.labels import state_label
from anlan.kernel.loop.models import Event, Party
from anlan.kernel.loop.timeline import timeline_of
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Search
from anlan.ui.offers import first_of, words_of
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

ORDERS = {"due": Keyset.by("case__due_on?", "pk")}
#: Plans that the page of an enterprise shows.
SHOWN_MAX = 5


def _label(state: str) -> str:
    return str(STATES.get(state, state))


COLUMNS = (
    Column("name", _("Plan"), kind="text",
           link=lambda row: reverse("treatment:plan", args=[row.pk])),
    Column("enterprise", _("Enterprise"), cell="enterprise.name"),
    Column("area", _("Area"), cell="case.area.full_name", phone=False),
    Column("state", _("State"), cell=lambda row: part(
        "state", _label(row.case.state), row.case.state)),
    Column("due", _("Deadline"), cell="case.due_on", kind="day", sort="due"),
    Column("findings", _("Number of hazards"), kind="number"),
    Column("settled", _("Rectified"), kind="number"),
    Column("done", _("Closed"), kind="number"),
    Column("funds", _("Funds (yuan)"), kind="number", phone=False,
           cell=lambda row: (row.funds or 0) / 100),
)  # fmt: skip


@require_GET
@requires("remedy.view")
def plans(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    states = [(code, label) for code, label in STATES.items() if code not in ("found", "verified")]
    asked = Filters(
        (
            Search("q", _("Plan or enterprise")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("state", _("State"), states),
            Search("enterprise", _("Number of an enterprise")),
        ),
        request.GET,
    )
    rows = queries.narrowed(queries.plans(by), asked)
    context = {
        "page": asked.order(ORDERS, "due").page(rows, request.GET), "filters": asked,
        "columns": COLUMNS, "sort": asked.sort(ORDERS, "due"),
    }  # fmt: skip
    return render_page(request, "treatment/plans.html", "treatment/_plans.html", context)


@require_GET
@requires("remedy.view")
def of_enterprise(request: HttpRequest, enterprise: int) -> HttpResponse:
    """What the page of an enterprise shows of its plans."""
    by = actor_of(request)
    row = policy.access(Enterprise.objects.all(), "enterprise.view", by, enterprise)
    asked = Filters((Search("enterprise"),), _query(row.pk))
    found = queries.narrowed(queries.plans(by), asked).order_by("-case__opened_on", "-pk")
    context = {
        "row": row, "plans": [(each, _label(each.case.state)) for each in found[:SHOWN_MAX]],
        "may_make": policy.may(by, "remedy.make"),
    }  # fmt: skip
    return render_page(
        request, "treatment/_of_enterprise.html", "treatment/_of_enterprise.html", context
    )


def _query(pk: int) -> QueryDict:
    return QueryDict(f"enterprise={pk}")


@require_http_methods(["GET", "POST"])
@requires("remedy.make")
def plan_new(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Choose the enterprise's open hazards and say for each what is done about it."""
    by, at = actor_of(request), timezone.now()
    firm = policy.access(Enterprise.objects.all(), "enterprise.view", by, enterprise, at=at)
    offered, left = first_of(queries.offered(by, firm.pk), queries.OFFERED_MAX)
    name = gettext("Plan for %(name)s") % {"name": firm.name}
    initial = {"pk": uuid7(), "request_id": uuid7(), "name": name[:120]}
    form = PlanForm(offered, request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _made(form, firm, by, at):
            messages.success(request, gettext("The plan was given to the enterprise."))
            return go_on(request, reverse("treatment:plan", args=[form.cleaned_data["pk"]]))
    context = {
        "firm": firm,
        "form": form,
        "offered": offered,
        "rest": words_of(left),
    }
    return render_page(
        request, "treatment/plan_new.html", "treatment/plan_new.html", context, status
    )


def _made(form: PlanForm, firm: Enterprise, by: Actor, at: datetime) -> bool:
    data = form.cleaned_data
    new = commands.NewPlan(
        data["pk"], firm.pk, data["name"], main_unit(by, JUDGES).pk, form.measures_given,
        data["aim"],
    )  # fmt: skip
    try:
        commands.make(new, by=by, at=at, request_id=data["request_id"])
    except PlanIncomplete as refusal:
        put_refusal(form, refusal)
        return False
    return True


@require_GET
@requires("remedy.view")
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    row: Any = policy.access(queries.plans(by), "remedy.view", by, pk)
    today = policy.today_of(by)
    measures = [(each, state_label(each.hazard.case.state)) for each in queries.measures(row)]
    events = list(Event.objects.filter(case=row.pk).order_by("-seq"))
    allowed = {name for name in ("make", "receive", "report", "accept", "withdraw")
               if _may(by, f"remedy.{name}", pk)}  # fmt: skip
    case = row.case
    parties = list(Party.objects.filter(case=pk, until=None).select_related("unit"))
    context = {
        "row": row, "case": case, "state": _label(case.state), "measures": measures,
        "days": (case.due_on - today).days if case.due_on and case.unsettled else None,
        "timeline": timeline_of(events), "parties": parties, "allowed": allowed,
        "unsigned": any(p.received_at is None for p in parties if p.role == "rectifier"),
        "request_id": uuid7(), "today": today,
    }  # fmt: skip
    return render_page(request, "treatment/plan.html", "treatment/plan.html", context)


def _may(by: Actor, permission: str, pk: UUID) -> bool:
    return policy.permitted(RemedyPlan.objects.filter(pk=pk), permission, by).exists()


@require_http_methods(["GET", "POST"])
@requires("remedy.make")
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take further hazards of the enterprise into the plan."""
    by, at = actor_of(request), timezone.now()
    rows = RemedyPlan.objects.select_related("enterprise", "case")
    row = policy.access(rows, "remedy.make", by, pk, at=at)
    free = queries.offered(by, row.enterprise_id, row)
    offered, left = first_of(free, queries.OFFERED_MAX)
    form = AddForm(offered, request.POST or None, initial={"request_id": uuid7()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            request_id = form.cleaned_data["request_id"]
            try:
                commands.add(pk, form.measures_given, by=by, at=at, request_id=request_id)
            except PlanIncomplete as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, gettext("Entered."))
                return go_on(request, reverse("treatment:plan", args=[pk]))
    context = {"row": row, "form": form, "offered": offered, "rest": words_of(left)}
    return render_page(
        request, "treatment/plan_add.html", "treatment/plan_add.html", context, status
    )


@require_POST
@requires("remedy.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Sign, report, accept, return or withdraw."""
    by, at = actor_of(request), timezone.now()
    policy.access(RemedyPlan.objects.all(), "remedy.view", by, pk, at=at)
    form = StepForm(request.POST)
    if code not in ("receive", "report", "accept", "reject", "withdraw"):
        raise NotFound
    if not form.is_valid():
        messages.error(request, gettext("Reload the page, look, and send again."))
        return go_on(request, reverse("treatment:plan", args=[pk]))
    data = form.cleaned_data
    call: dict[str, Any] = {
        "by": by, "at": at, "request_id": data["request_id"], "seen": data["seen"],
    }  # fmt: skip
    try:
        if code == "receive":
            commands.receive(pk, **call)
        elif code == "report":
            commands.report(pk, result=data["text"], **call)
        elif code == "accept":
            commands.accept(pk, opinion=data["text"], **call)
        elif code == "reject":
            due_on = data["due_on"] or timezone.localdate(at)
            commands.reject(pk, reason=data["text"], due_on=due_on, **call)
        else:
            commands.withdraw(pk, reason=data["text"], **call)
    except PlanIncomplete as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Entered."))
    return go_on(request, reverse("treatment:plan", args=[pk]))
