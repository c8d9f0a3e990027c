"""Promoting a hazard to a list: the wish, the decision, and what a hazard's page shows of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists import commands, forms, library, queries
from anlan.domain.lists.models import Promotion
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

_LOOKS = {"proposed": "review", "accepted": "closed", "declined": "void"}
ORDER = Keyset.by("-proposed_at", "-pk")


def _columns() -> list[Column]:
    return [
        Column("hazard", gettext_lazy("Hazard"), cell="hazard.description", kind="text",
               link=lambda row: reverse("lists:promotion", args=[row.pk])),
        Column("kind", gettext_lazy("Which list"), cell="kind.title", kind="text"),
        Column("status", gettext_lazy("State"),
               cell=lambda row: cell("state", row.get_status_display(), _LOOKS[row.status])),
        Column("area", gettext_lazy("Area"), cell="hazard.case.area.name"),
        Column("unit", gettext_lazy("Proposed by"), cell="unit.name", kind="text", phone=False),
        Column("at", gettext_lazy("When"), cell="proposed_at", kind="moment"),
    ]  # fmt: skip


@require_GET
@requires("promotion.view")
def promotions(request: HttpRequest) -> HttpResponse:
    """What was proposed, what waits first."""
    asked = Filters(
        (Choice("status", gettext_lazy("State"), list(Promotion.Status.choices)),), request.GET
    )
    rows = queries.promotions(actor_of(request))
    if asked["status"]:
        rows = rows.filter(status=asked["status"])
    page = ORDER.page(rows, request.GET)
    context = {"filters": asked, "page": page, "columns": _columns()}
    return render_page(request, "lists/promotions.html", "lists/_promotions.html", context)


@require_http_methods(["GET", "POST"])
@requires("promotion.view")
def promotion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One wish; whoever decides does so here."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(
        queries.promotions(by).select_related("hazard__case__area", "kind", "unit", "item"),
        "promotion.view", by, pk, at=at,
    )  # fmt: skip
    rules = queries.versions([row.kind])[row.kind_id].rules
    form = forms.Decide(request.POST or None, initial={"request_id": uuid7()})
    status = 200
    if request.method == "POST":
        status = 422
        accept = request.POST.get("accept") == "1"
        if form.is_valid():
            try:
                item = commands.decide(
                    pk, accept=accept, answer=form.cleaned_data["answer"], by=by, at=at,
                    request_id=form.cleaned_data["request_id"],
                )  # fmt: skip
            except Refusal as refusal:
                if "field" not in refusal.data:
                    raise
                form.add_error("answer", str(refusal))
            else:
                messages.success(
                    request, _("Put on the list.") if accept else _("Not put on the list.")
                )
                url = reverse("lists:item", args=[item]) if item else reverse("lists:promotions")
                return go_on(request, url)
    may = row.status == Promotion.Status.PROPOSED and queries.permitted_to_decide(row, rules, by)
    context = {
        "row": row, "rules": rules, "form": form, "may_decide": may,
        "who_decides": commands.who_decides(rules), "look": _LOOKS[row.status],
    }  # fmt: skip
    return render_page(request, "lists/promotion.html", "lists/promotion.html", context, status)


@require_http_methods(["GET", "POST"])
@requires("hazard.promote")
def promote(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form by which a hazard is proposed for a list."""
    by, at = actor_of(request), timezone.now()
    hazard = policy.access(
        Hazard.objects.select_related("case__area", "enterprise"), "hazard.promote", by, pk, at=at
    )
    kinds = queries.usable(by)
    topics = list(
        dict.fromkeys(t for one in queries.versions(kinds).values() for t in one.rules.topics)
    )
    form = forms.Promote(
        request.POST or None, initial={"request_id": uuid7()}, kinds=kinds, topics=topics
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = commands.propose(
                    pk, kind=int(data["kind"]), reason=data["reason"], topic=data["topic"],
                    cause=data["cause"], by=by, at=at, request_id=data["request_id"],
                )  # fmt: skip
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Proposed. Another person decides on it."))
                return go_on(request, reverse("lists:promotion", args=[made]))
    context = {
        "form": form, "hazard": hazard, "kinds": kinds,
        "may_kinds": policy.may(by, "listkind.make"),
    }  # fmt: skip
    return render_page(request, "lists/promote.html", "lists/promote.html", context, status)


@require_GET
@requires("hazard.view")
def of_hazard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a hazard's page shows of lists: where it stands on one, and the way onto one."""
    by = actor_of(request)
    hazard = policy.access(Hazard.objects.select_related("case"), "hazard.view", by, pk)
    may = hazard.case.state != "void" and (
        policy.permitted(Hazard.objects.filter(pk=pk), "hazard.promote", by).exists()
    )
    rows = queries.of_hazard(pk, by) if policy.may(by, "promotion.view") else []
    context = {
        "hazard": hazard, "rows": rows, "looks": _LOOKS, "may_promote": may,
        "cases": library.alike(hazard, by) if policy.may(by, "library.view") else [],
    }  # fmt: skip
    return render(request, "lists/_of_hazard.html", context)
