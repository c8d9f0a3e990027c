"""Enterprises that were drawn: the list, one with what was looked at, and its feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7, uuid_of
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.hazards import queries as hazards
from anlan.domain.inspections.remote import commands, firms, queries, tabs
from anlan.domain.inspections.remote.forms import LookForm
from anlan.domain.inspections.remote.models import Pick, Violation
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("remote.view")
def picks(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = queries.filters(by, request.GET)
    rows = queries.narrowed(queries.visible(by), asked)
    context = {
        "tabs": tabs.of(by, "list"), "filters": asked, "columns": queries.COLUMNS,
        "counts": queries.counts(rows), "told": queries.TOLD, "states": Pick.State,
        "page": asked.order(queries.ORDERS, "newest").page(rows, request.GET),
        "may_plan": policy.may(by, "remoteplans.view"),
    }  # fmt: skip
    return render_page(request, "remote/list.html", "remote/_list.html", context)


@require_GET
@requires("remote.view")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = policy.access(queries.visible(by), "remote.view", by, pk, at=at)
    may = policy.allowed(Pick, pk, {"remote.look", "remote.receive"}, by)
    found = Violation.objects.select_related("hazard__case").order_by("place")
    looks = list(
        row.looks.select_related("unit").prefetch_related(Prefetch("violations", found))
        .order_by("-entered_at", "-pk")
    )  # fmt: skip
    named = [each.hazard_id for look in looks for each in look.violations.all()]
    context = {
        "row": row, "period": queries.period_of(row.draw), "state": queries.state_cell(row),
        "told": queries.told_cell(row),
        "seen": set(hazards.visible(by).filter(pk__in=named).values_list("pk", flat=True)),
        # An enterprise reads what stands; what was taken back it was told of by a notice.
        "looks": looks if "remote.look" in may else [x for x in looks if x.withdrawn_at is None],
        "may_look": "remote.look" in may, "may_receive": "remote.receive" in may,
        "on_system": bool(firms.units_of(row.enterprise_id, at)),
        "plan_seen": policy.permitted(queries.plans(by), "remoteplans.view", by)
        .filter(pk=row.draw.plan_id).exists(),
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "remote/one.html", "remote/one.html", context)


@require_http_methods(["GET", "POST"])
@requires("remote.look")
def look(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = policy.access(queries.visible(by), "remote.look", by, pk, at=at)
    initial = {
        "pk": uuid7(), "request_id": uuid7(), "on": timezone.localdate(at), "looker": by.name,
    }  # fmt: skip
    form = LookForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _entered(form, pk, request):
            messages.success(request, _("Entered. Tell the enterprise what came of it."))
            return go_on(request, reverse("remote:one", args=[pk]))
    context = {"row": row, "form": form, "period": queries.period_of(row.draw)}
    return render_page(request, "remote/look.html", "remote/look.html", context, status)


def _entered(form: LookForm, pick: UUID, request: HttpRequest) -> bool:
    data = form.cleaned_data
    new = commands.NewLook(
        data["pk"], pick, data["on"], data["looker"], data["outcome"], data["what"],
        data["since"], data["until"], form.seen, data["note"],
    )  # fmt: skip
    try:
        commands.enter(new, by=actor_of(request), at=timezone.now(), request_id=data["request_id"])
    except Refusal as refusal:
        put_refusal(form, refusal)
        return False
    return True


def _act(
    request: HttpRequest, pk: UUID, command: Callable[..., UUID], done: str, **given: Any
) -> HttpResponse:
    """Take a step of one field and go back to the page of it; a slip is said there."""
    request_id = uuid_of(request.POST.get("request_id", ""))
    if request_id is None:
        raise NotFound
    try:
        command(pk, by=actor_of(request), at=timezone.now(), request_id=request_id, **given)
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return go_on(request, reverse("remote:one", args=[pk]))


@require_POST
@requires("remote.look")
def tell(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _act(request, pk, commands.tell, _("Told."), to=request.POST.get("to", ""))


@require_POST
@requires("remote.receive")
def receive(request: HttpRequest, pk: UUID) -> HttpResponse:
    who, answer = request.POST.get("who", ""), request.POST.get("answer", "")
    return _act(request, pk, commands.receive, _("Signed for."), who=who, answer=answer)


@require_POST
@requires("remote.look")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    done = _("Withdrawn. Its hazards stay: void them one by one.")
    return _act(request, pk, commands.withdraw, done, reason=request.POST.get("reason", ""))
