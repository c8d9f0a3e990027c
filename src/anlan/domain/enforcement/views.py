"""The book of enforcement: its list, one entry with its payments, and entering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7, uuid_of
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.enforcement import columns, commands, kinds, queries
from anlan.domain.enforcement.forms import EntryForm, PaymentForm, WhomForm, fen
from anlan.domain.enforcement.models import Entry, Payment
from anlan.domain.enforcement.money import yuan
from anlan.domain.enforcement.permissions import ENTERS
from anlan.domain.enterprises import queries as enterprises
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import policy, units
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

#: Entries that the page of an enterprise shows.
FEW = 5


@require_GET
@requires("enforcement.view")
def entries(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    asked = queries.filters(by, request.GET)
    rows = queries.narrowed(queries.visible(by), asked)
    context = {
        "filters": asked, "columns": columns.COLUMNS, "counts": queries.counts(rows),
        "page": asked.order(queries.ORDERS, "newest").page(rows, request.GET),
        "may_enter": policy.may(by, "enforcement.enter"),
    }  # fmt: skip
    return render_page(request, "enforcement/list.html", "enforcement/_list.html", context)


@require_GET
@requires("enforcement.view")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, form: PaymentForm | None = None, status: int = 200
) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = policy.access(queries.visible(by), "enforcement.view", by, pk, at=at)
    may = policy.allowed(Entry, pk, {"enforcement.enter", "enforcement.withdraw"}, by)
    stands = row.withdrawn_at is None
    if form is None:
        initial = {"pk": uuid7(), "request_id": uuid7(), "on": timezone.localdate(at)}
        form = PaymentForm(initial=initial)
    seen = queries.visible(by).values("pk")
    violations = list(row.violations.select_related("rectified_by").order_by("place"))
    ticked = list(row.rectifies.select_related("entry").order_by("entry__on", "place"))
    linked = {
        each.rectified_by_id for each in violations if each.rectified_by_id
    } | {each.entry_id for each in ticked}  # fmt: skip
    context = {
        "row": row, "title": columns.title(row), "results": columns.results(row),
        "paid": columns.paid(row), "violations": violations, "ticked": ticked,
        "seen": set(seen.filter(pk__in=linked).values_list("pk", flat=True)),
        "payments": list(row.payments.select_related("unit").order_by("on", "pk")),
        "form": form, "request_id": uuid7(), "money": yuan,
        "firm_seen": row.enterprise_id is not None
        and bool(policy.allowed(Enterprise, row.enterprise_id, {"enterprise.view"}, by)),
        "may_pay": stands and row.owed > 0 and "enforcement.enter" in may,
        "may_withdraw": stands and "enforcement.withdraw" in may,
        "may_recheck": stands and "enforcement.enter" in may
        and any(each.rectified_by_id is None for each in violations),
    }  # fmt: skip
    return render_page(request, "enforcement/one.html", "enforcement/one.html", context, status)


@require_http_methods(["GET", "POST"])
@requires("enforcement.enter")
def new(request: HttpRequest) -> HttpResponse:
    """Choose the kind; a recheck then names its enterprise; then the kind's own fields."""
    by, at = actor_of(request), timezone.now()
    kind = kinds.KINDS.get(request.GET.get("kind", ""))
    firm = _named(request, by)
    if kind is None:
        sections = [
            (label, [each for each in kinds.KINDS.values() if each.section == code])
            for code, label in kinds.SECTIONS.items()
        ]
        context: dict[str, Any] = {"sections": sections, "firm": firm}
        return render_page(request, "enforcement/choose.html", "enforcement/choose.html", context)
    if "rectified" in kind.takes and firm is None:
        return _whom(request, kind, by)
    offered = queries.open_violations(firm.pk, by) if firm and "rectified" in kind.takes else []
    initial = {
        "pk": uuid7(), "request_id": uuid7(), "on": timezone.localdate(at),
        "firm": firm.pk if firm else "",
        "rectified": [str(each.pk) for each in offered],
    }  # fmt: skip
    form = EntryForm(by, kind, offered, request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _entered(form, by):
            messages.success(request, _("Entered."))
            return go_on(request, reverse("enforcement:one", args=[form.cleaned_data["pk"]]))
    code = ""
    if "area" in form.fields:
        code = form["area"].value() or main_unit(by, ENTERS).area.code
    context = {
        "kind": kind, "form": form, "area_code": code, "area_text": area_name(code) if code else "",
        "offered": offered, "firm": firm, "unit_name": _unit_name(form, by),
    }  # fmt: skip
    return render_page(request, "enforcement/new.html", "enforcement/new.html", context, status)


def _unit_name(form: EntryForm, by: Actor) -> str:
    """What stands in the picker of units: the name of what was chosen before."""
    code = str(form["unit"].value() or "") if "unit" in form.fields else ""
    unit = units.seen(code, by) if code else None
    return unit.name if unit else code


def _named(request: HttpRequest, by: Actor) -> Enterprise | None:
    """The enterprise that an address names, as far as one may enter for it."""
    wanted = request.GET.get("enterprise", "")
    if not wanted.isdecimal() or len(wanted) > queries.ID_DIGITS_MAX:
        return None
    rows = policy.permitted(Enterprise.objects.listed(), "enterprise.enforce", by)
    return rows.filter(pk=int(wanted)).first()


def _whom(request: HttpRequest, kind: kinds.Kind, by: Actor) -> HttpResponse:
    """A recheck is of one enterprise's open violations: which one?"""
    form = WhomForm(by, request.GET if "firm" in request.GET else None)
    if form.is_bound and form.is_valid():
        query = f"?kind={kind.code}&enterprise={form.cleaned_data['firm']}"
        return go_on(request, reverse("enforcement:new") + query)
    context = {"kind": kind, "form": form}
    status = 422 if form.is_bound else 200
    return render_page(request, "enforcement/whom.html", "enforcement/whom.html", context, status)


def _entered(form: EntryForm, by: Actor) -> bool:
    request_id = form.cleaned_data["request_id"]
    try:
        commands.enter([form.new], by=by, at=timezone.now(), request_id=request_id)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return False
    return True


@require_POST
@requires("enforcement.enter")
def pay(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = PaymentForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        payment = commands.NewPayment(data["pk"], pk, data["on"], fen(data["amount"]))
        call = {"by": actor_of(request), "at": timezone.now(), "request_id": data["request_id"]}
        try:
            commands.pay(payment, **call)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The payment is entered."))
            return go_on(request, reverse("enforcement:one", args=[pk]))
    return _page(request, pk, form, 422)


def _taken_back(
    request: HttpRequest, pk: UUID, command: Callable[..., UUID], done: str, back: UUID
) -> HttpResponse:
    """Take something back and show its entry; a slip is said there."""
    request_id = uuid_of(request.POST.get("request_id", ""))
    if request_id is None:
        raise NotFound
    given = {"by": actor_of(request), "at": timezone.now(), "request_id": request_id}
    try:
        command(pk, reason=request.POST.get("reason", ""), **given)
    except Refusal as refusal:
        if "field" not in refusal.data:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return go_on(request, reverse("enforcement:one", args=[back]))


@require_POST
@requires("enforcement.withdraw")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    done = _("The entry is withdrawn; it counts no more.")
    return _taken_back(request, pk, commands.withdraw, done, pk)


@require_POST
@requires("enforcement.withdraw")
def withdraw_payment(request: HttpRequest, pk: UUID) -> HttpResponse:
    payment = Payment.objects.filter(pk=pk).first()
    if payment is None:
        raise NotFound
    done = _("The payment is withdrawn.")
    return _taken_back(request, pk, commands.withdraw_payment, done, payment.entry_id)


@require_GET
@requires("enforcement.view")
def of_enterprise(request: HttpRequest, enterprise: int) -> HttpResponse:
    """What the page of an enterprise shows: its latest entries, and what is still open."""
    by = actor_of(request)
    firm = policy.access(Enterprise.objects.all(), "enterprise.view", by, enterprise)
    rows = queries.visible(by).filter(enterprise__in=enterprises.family(firm.pk), withdrawn_at=None)
    latest = list(rows.order_by("-on", "-pk")[:FEW])
    context = {
        "firm": firm.pk, "counts": queries.counts(rows) if latest else {},
        "entries": [(row, columns.title(row), columns.result(row)) for row in latest],
        "open": len(queries.open_violations(firm.pk, by)) if latest else 0,
        "may_enter": bool(policy.allowed(Enterprise, firm.pk, {"enterprise.enforce"}, by)),
    }  # fmt: skip
    page = "enforcement/_of_enterprise.html"
    return render_page(request, page, page, context)
