"""Acceptances: the list, one with its items, entering one by page or by its sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.ids import uuid7, uuid_of
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.inspections.acceptance import commands, queries, sheet
from anlan.domain.inspections.acceptance.forms import AcceptanceForm
from anlan.domain.inspections.acceptance.models import Acceptance
from anlan.domain.library.models import RuleItem, RuleSet
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.papers.batches import uploaded
from anlan.ui.forms import put_refusal
from anlan.ui.offers import first_of, words_of
from anlan.ui.pages import go_on, render_page


@require_GET
@requires("acceptances.view")
def acceptances(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = queries.filters(by, request.GET)
    rows = queries.narrowed(queries.visible(by), asked)
    context = {
        "filters": asked, "columns": queries.COLUMNS, "counts": queries.counts(rows),
        "page": asked.order(queries.ORDERS, "newest").page(rows, request.GET),
        "may_enter": policy.may(by, "enterprise.accept"), "chosen": asked["set"] or "",
    }  # fmt: skip
    return render_page(request, "acceptance/list.html", "acceptance/_list.html", context)


@require_GET
@requires("acceptances.view")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    rows = Acceptance.objects.select_related("rule_set", "enterprise", "area", "unit")
    row = policy.access(rows, "acceptances.view", by, pk, at=at)
    items = list(row.items.select_related("hazard__case").order_by("place"))
    seen = policy.permitted(
        queries.hazards_of(row), "hazard.view", by
    ).values_list("pk", flat=True)  # fmt: skip
    context = {
        "row": row, "items": items, "seen": set(seen), "request_id": uuid7(),
        "outcome": queries.outcome_cell(row),
        "set_seen": bool(policy.allowed(RuleSet, row.rule_set_id, {"rulesets.view"}, by)),
        "may_withdraw": row.withdrawn_at is None
        and bool(policy.allowed(Acceptance, pk, {"acceptances.withdraw"}, by)),
    }  # fmt: skip
    return render_page(request, "acceptance/one.html", "acceptance/one.html", context)


@require_http_methods(["GET", "POST"])
@requires("enterprise.accept")
def enter(request: HttpRequest) -> HttpResponse:
    """Choose the set; then fill it in, or hand in its sheet and look it over."""
    by, at = actor_of(request), timezone.now()
    wanted = uuid_of(request.GET.get("set", ""))
    chosen = queries.in_use(by).filter(pk=wanted).first() if wanted else None
    if chosen is None:
        offered, left = first_of(queries.in_use(by), queries.SETS_MAX)
        context: dict[str, Any] = {
            "offered": offered, "rest": words_of(left), "firm": request.GET.get("enterprise", "")
        }  # fmt: skip
        return render_page(request, "acceptance/choose.html", "acceptance/choose.html", context)
    items = commands.standing(chosen)
    initial = {
        "pk": uuid7(), "request_id": uuid7(), "seen": chosen.version,
        "on": timezone.localdate(at), "visitor": by.name, "firm": _firm(request),
    }  # fmt: skip
    form = AcceptanceForm(by, items, request.POST or None, initial=initial)
    wrong: list[str] = []
    status = 200
    if file := request.FILES.get("file"):
        form, wrong = _with_sheet(request, form, items, file)
    elif request.method == "POST":
        status = 422
        if form.is_valid() and _entered(form, chosen, request):
            messages.success(request, _("The acceptance is entered."))
            return go_on(request, reverse("acceptances:one", args=[form.cleaned_data["pk"]]))
    context = {
        "rule_set": chosen, "form": form, "wrong": wrong, "read": bool(file),
        "grounds": {item.pk: commands.ground(item) for item in items},
    }  # fmt: skip
    return render_page(request, "acceptance/enter.html", "acceptance/enter.html", context, status)


def _firm(request: HttpRequest) -> int | None:
    """The enterprise that an address names, as far as one may accept there."""
    wanted = request.GET.get("enterprise", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    rows = policy.permitted(Enterprise.objects.listed(), "enterprise.accept", actor_of(request))
    return rows.filter(pk=int(wanted)).values_list("pk", flat=True).first()


def _with_sheet(
    request: HttpRequest, form: AcceptanceForm, items: list[RuleItem], file: UploadedFile[Any]
) -> tuple[AcceptanceForm, list[str]]:
    """The form with what the sheet says, over what was typed; nothing is entered yet."""
    with uploaded([file]) as [(name, path)]:
        try:
            read = sheet.read(path, name, items)
        except Refusal as refusal:
            if refusal.status >= 500:
                raise
            read = sheet.Read(wrong=[str(refusal)])
    typed = {name: request.POST.get(name, "") for name in form.fields}
    for pk, answer in read.answers.items():
        typed |= {commands.field_of(pk): answer.outcome, f"remark_{pk}": answer.remark}
    return AcceptanceForm(form.by, items, initial=typed), read.wrong


def _entered(form: AcceptanceForm, rule_set: RuleSet, request: HttpRequest) -> bool:
    data = form.cleaned_data
    new = commands.NewAcceptance(
        data["pk"], rule_set.pk, data["firm"], data["on"], data["visitor"], form.answers,
        data["note"], data["seen"],
    )  # fmt: skip
    call = {"by": actor_of(request), "at": timezone.now(), "request_id": data["request_id"]}
    try:
        commands.enter(new, **call)
    except Refusal as refusal:
        put_refusal(form, refusal)
        # Sent again it is the set as this page shows it.
        form.data = {**request.POST.dict(), "seen": rule_set.version}
        return False
    return True


@require_POST
@requires("acceptances.withdraw")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    request_id = uuid_of(request.POST.get("request_id", ""))
    if request_id is None:
        raise NotFound
    back = reverse("acceptances:one", args=[pk])
    try:
        commands.withdraw(
            pk, reason=request.POST.get("reason", ""), by=actor_of(request), at=timezone.now(),
            request_id=request_id,
        )  # fmt: skip
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. Its hazards stay: void them one by one."))
    return go_on(request, back)
