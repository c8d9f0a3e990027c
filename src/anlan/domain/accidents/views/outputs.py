"""Outputs that rates are held against: the register of what was stated, stating, withdrawing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, outputs, tabs
from anlan.domain.accidents.forms_controls import EndForm
from anlan.domain.accidents.forms_outputs import OutputForm
from anlan.domain.accidents.models import OutputFigure
from anlan.domain.lists import sums
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters
from anlan.ui.pages import go_on, render_page

ORDER = Keyset.by("-start", "-id")


def _filters(params: QueryDict) -> Filters:
    kinds = [(code, each.kind.label) for code, each in outputs.OUTPUTS.items()]
    states = [("now", gettext_lazy("in force")), ("ended", gettext_lazy("ended or replaced"))]
    return Filters(
        (
            Choice("kind", gettext_lazy("What is stated"), kinds),
            Choice("status", gettext_lazy("Status"), states),
        ),
        params,
    )


def _columns() -> list[Column]:
    def value(row: OutputFigure) -> Any:
        each = outputs.OUTPUTS.get(row.kind)
        return f"{each.written(row.value):,f} {each.unit}" if each else str(row.value)

    def name(row: OutputFigure) -> Any:
        each = outputs.OUTPUTS.get(row.kind)
        return each.kind.label if each else row.kind

    return [
        Column("name", gettext_lazy("What is stated"), cell=name, kind="text",
               link=lambda row: reverse("accidents:output", args=[row.pk])),
        Column("area", gettext_lazy("Area"), cell="area.name"),
        Column("period", gettext_lazy("Period"), cell=lambda row: periods.parse(row.period).label),
        Column("value", gettext_lazy("Figure"), cell=value, kind="text"),
        Column("source", gettext_lazy("Where that stands"), kind="text"),
        Column("made", gettext_lazy("Stated by"), cell=lambda row: f"{row.unit.name} {row.made_by}",
               kind="text", phone=False),
        Column("ended", gettext_lazy("Ended at"), cell="ended_at", kind="moment", phone=False),
    ]  # fmt: skip


@require_GET
@requires("outputs.view")
def output_list(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = _filters(request.GET)
    rows = policy.permitted(OutputFigure.objects.all(), "outputs.view", by)
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["status"]:
        rows = rows.filter(ended_at__isnull=asked["status"] == "now")
    context = {
        "tabs": tabs.of(by, "controls"), "filters": asked, "columns": _columns(),
        "page": ORDER.page(rows.select_related("area", "unit"), request.GET),
        "may_state": policy.may(by, "outputs.make"),
    }  # fmt: skip
    return render_page(request, "accidents/outputs.html", "accidents/_outputs.html", context)


@require_http_methods(["GET", "POST"])
@requires("outputs.make")
def new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    get = request.GET.get
    initial = {
        "pk": uuid7(), "request_id": uuid7(), "area": get("area") or sums.widest(by).code,
        "kind": get("kind", ""),
        "period": get("period") or str(timezone.localdate(at).year - 1),
    }  # fmt: skip
    form = OutputForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            pk = commands.state_output(
                form.new(), by=by, at=at, request_id=form.cleaned_data["request_id"]
            )
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The figure stands."))
            return go_on(request, reverse("accidents:output", args=[pk]))
    code = str(form["area"].value() or "")[:40]
    context = {"form": form, "area_code": code, "area_text": area_name(code)}
    return render_page(
        request, "accidents/output_edit.html", "accidents/output_edit.html", context,
        422 if form.errors else 200,
    )  # fmt: skip


@require_GET
@requires("outputs.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk, EndForm(initial={"request_id": uuid7()}, auto_id="end_%s"))


def _page(request: HttpRequest, pk: UUID, form: EndForm, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    rows = OutputFigure.objects.select_related("area", "unit")
    row = policy.access(rows, "outputs.view", by, pk)
    allowed = policy.allowed(OutputFigure, pk, {"outputs.edit"}, by)
    each = outputs.OUTPUTS.get(row.kind)
    others = rows.filter(kind=row.kind, area=row.area_id, start=row.start, end=row.end)
    context = {
        "row": row, "output": each, "form": form,
        "value": f"{each.written(row.value):,f} {each.unit}" if each else row.value,
        "period": periods.parse(row.period),
        "others": list(others.exclude(pk=pk).order_by("-made_at")[:20]),
        "may_edit": "outputs.edit" in allowed and row.ended_at is None,
    }  # fmt: skip
    return render_page(request, "accidents/output.html", "accidents/output.html", context, status)


@require_POST
@requires("outputs.edit")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    policy.access(OutputFigure.objects.all(), "outputs.edit", by, pk, at=at)
    form = EndForm(request.POST, auto_id="end_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            commands.withdraw_output(
                pk, reason=data["reason"], by=by, at=at, request_id=data["request_id"]
            )
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Withdrawn: the rates of these days are missing again."))
            return go_on(request, reverse("accidents:outputs"))
    return _page(request, pk, form, status=422)
