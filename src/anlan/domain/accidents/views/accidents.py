"""The register of accidents, the first report, an accident's page and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.paths import below
from anlan.base.refusal import Refusal
from anlan.domain.accidents import (
    columns,
    commands,
    forms,
    inquiring,
    law,
    noting,
    queries,
    raising,
    steps,
    tabs,
)
from anlan.domain.accidents.commands import NewAccident
from anlan.domain.accidents.history import timeline_of
from anlan.domain.accidents.loop import LOOKS, state_label
from anlan.domain.accidents.models import WAN_FEN, Accident, Inquiry, Nature
from anlan.domain.accidents.permissions import REPORTERS
from anlan.domain.accidents.work import ROW
from anlan.domain.enterprises import commands as enterprises
from anlan.kernel.accounts import lists as kept_lists
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name, crumbs_of
from anlan.kernel.loop import offering
from anlan.kernel.loop.settings import RUNGS
from anlan.kernel.regions.models import Level, Region
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

kept_lists.register("accidents:list", "accidents:export", page="accidents:list")
#: What the form folds away, for whoever reports from the street on a phone.
FOLDED = frozenset({"light", "loss", "nature", "sector", "type", "aware_at", "received_at", "text"})
#: The form that begins the inquiry, beside those of the steps, and the ids of its fields.
BEGIN, BEGIN_IDS = "begin", "begin_%s"
DRAWN = ("reported", "known", "concluded")


@require_GET
@requires("accidents.view")
def accident_list(request: HttpRequest) -> HttpResponse:
    by, today = actor_of(request), timezone.localdate()
    asked = columns.filters(request.GET)
    order = asked.order(columns.ORDERS, "newest")
    kept = kept_lists.Kept(request, columns.columns(today))
    context = {
        "filters": asked, "page": queries.page(by, asked, order, request.GET, today),
        "sort": asked.sort(columns.ORDERS, "newest"), "kept": kept, "columns": kept.columns,
        "tabs": tabs.of(by, "list"), "may_report": policy.may(by, "accidents.report"),
        "may_import": policy.may(by, "accidents.import"),
    }  # fmt: skip
    return render_page(request, "accidents/list.html", "accidents/_list.html", context)


@require_http_methods(["GET", "POST"])
@requires("accidents.report")
def new(request: HttpRequest) -> HttpResponse:
    """The first report: five fields and a press; the rest folds away."""
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, REPORTERS)
    initial = {"happened_at": timezone.localtime(at)}
    if request.method == "GET":
        form = forms.Report(initial={**initial, "pk": uuid7(), "request_id": uuid7()})
    elif "fill" in request.POST:
        form = forms.Report(initial=_noted(request.POST, unit.area, at))
    else:
        form = forms.Report(request.POST, initial=initial)
        if form.is_valid():
            try:
                pk = _report(form, by, at)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Reported."))
                return go_on(request, reverse("accidents:page", args=[pk]))
    area = form["area"].value() or unit.area.code
    unfolded = form.is_bound and bool(FOLDED & (set(form.errors) | set(form.changed_data)))
    unfolded |= any(form.initial.get(name) for name in FOLDED - {"text", "nature"})
    context = {
        "form": form, "area_code": area, "area_text": area_name(area), "unfolded": unfolded,
        "hurt": noting.hurt((form["note"].value() or "")[:TEXT_CHARS_MAX]),
    }  # fmt: skip
    return render_page(
        request, "accidents/new.html", "accidents/new.html", context, 422 if form.errors else 200
    )


def _noted(given: Mapping[str, str], area: Region, at: datetime) -> dict[str, Any]:
    """The form with what a note says; what somebody typed already stands."""
    said = given.get("note", "")
    below_it = Region.objects.filter(below(area.path), valid_to=None, level__lte=Level.TOWNSHIP)
    places = below_it.order_by("-level", "code").values_list("name", "code")[: noting.PLACES_MAX]
    # The course keeps every word; whether it is too long is said once the form is sent.
    note = noting.read(said[:TEXT_CHARS_MAX], at, places)
    proposed = {"happened_at": timezone.localtime(at), "text": said, "area": note.area,
                **note.fields}  # fmt: skip
    typed = {name: value for name in forms.Report.base_fields
             if name != "happened_at" and (value := given.get(name, "").strip())}  # fmt: skip
    fresh = {"pk": uuid7(), "request_id": uuid7()}
    return {**fresh, **proposed, **typed} | ({"area": note.area} if note.area else {})


def _report(form: forms.Report, by: Actor, at: datetime) -> UUID:
    data = form.cleaned_data
    area = data["area"]
    if area is None:
        raise commands.lacks("area", _("Choose the area from the list."))
    enterprise = None
    if name := data["enterprise_name"].strip():
        wanted = enterprises.Wanted(name, area.pk, area.path, "", data["sector"] or None)
        enterprise = _known_firm(wanted, by, at)
    report = NewAccident(
        pk=data["pk"], title=data["title"], happened_at=data["happened_at"], area=area.pk,
        place=data["place"], sector=data["sector"], enterprise=enterprise,
        enterprise_name=data["enterprise_name"], nature=data["nature"] or Nature.GENERAL,
        type=data["type"], figures=form.figures, text=data["text"], aware_at=data["aware_at"],
        received_at=data["received_at"],
    )  # fmt: skip
    return commands.report(report, by=by, at=at, request_id=data["request_id"])


def _known_firm(wanted: enterprises.Wanted, by: Actor, at: datetime) -> int | None:
    """The enterprise of that name in the register, entered there where it is new."""
    with transaction.atomic():
        match = enterprises.match([wanted], by=by, at=at, source="form")[0]
    return match.id if match else None


@require_GET
@requires("accidents.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, pk)


def _page(
    request: HttpRequest, pk: UUID, bad: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    row = policy.access(Accident.objects.select_related(*ROW), "accidents.view", by, pk)
    asked = {one.permission for one in steps.PAGES} | {"accidents.findings"}
    allowed = policy.allowed(Accident, pk, asked, by)
    around = queries.around(row, whole="accidents.findings" in allowed)
    dialogs = offering.dialogs(
        steps.offered(row, around, allowed, by), bad, lambda each: _form(each, row, around)
    )
    case = row.case
    context = {
        "row": row, "case": case, "around": around, "dialogs": dialogs,
        "bad": bad[0] if bad else "", "crumbs": crumbs_of(case.area), "look": LOOKS[case.state],
        "state": state_label(case.state), "loss": columns.wan(row.loss_fen),
        "losses": {each.pk: columns.wan(each.loss_fen) for each in around.reports},
        "rung": RUNGS[case.rung - 1] if case.rung and case.unsettled else "",
        "drawn": [state_label(state) for state in DRAWN],
        "now": DRAWN.index(case.state) if case.state in DRAWN else None,
        "timeline": timeline_of(around.events), "may_names": "accidents.names" in allowed,
        "moment": timezone.now(), "request_id": uuid7(),
        "may_lead": "accidents.lead" in allowed,
        **(_beginning(row, around, bad) if "accidents.lead" in allowed else {}),
        "inquiry_state": inquiring.state_label(around.inquiry.case.state) if around.inquiry else "",
        "inquiry_look": inquiring.LOOKS[around.inquiry.case.state] if around.inquiry else "",
        "may_inquiry": around.inquiry is not None and policy.permitted(
            Inquiry.objects.filter(pk=around.inquiry.pk), "inquiries.view", by).exists(),
    }  # fmt: skip
    return render_page(request, "accidents/page.html", "accidents/page.html", context, status)


def _beginning(
    row: Accident, around: queries.Around, bad: tuple[str, Any] | None
) -> dict[str, Any]:
    """The form that begins the inquiry, filled by the first rule that would raise it or as it was
    sent back; and all such rules, as long as nobody has raised it.
    """
    is_raised = around.inquiry is not None and around.inquiry.is_raised
    proposed = [] if is_raised else raising.proposals(row)
    level, because = law.leads(row.case.grade), ""
    if proposed:
        level, because = level - 1, proposed[0].because
    initial = {"request_id": uuid7(), "inquiry": uuid7(), "level": level, "because": because}
    form = bad[1] if bad and bad[0] == BEGIN else forms.Begin(initial=initial, auto_id=BEGIN_IDS)
    return {"proposed": proposed, "begin_form": form, "proposed_level": Level(level).label}


def _form(page: offering.StepPage, row: Accident, around: queries.Around, data: Any = None) -> Any:
    initial: dict[str, Any] = {"request_id": uuid7(), "seen": row.case.version}
    if page.form in (forms.Supplement, forms.Conclude):
        initial |= {
            "deaths": row.deaths + row.deaths_late, "serious": row.serious, "light": row.light,
            "missing": row.missing, "loss": (Decimal(row.loss_fen) / WAN_FEN).normalize(),
            "on": timezone.localdate(),
        }  # fmt: skip
        initial["loss"] = f"{initial['loss']:f}"
    if page.form is forms.PassUp:
        initial["sent_at"] = timezone.localtime()
    if page.form is forms.Correct:
        names = ("title", "place", "enterprise_name", "nature", "type")
        initial |= {name: getattr(row, name) for name in names}
        initial |= {"sector": row.case.sector_id or "", "day": row.day}
    if page.form is forms.Judge:
        initial["findings"] = [
            (each.pk, f"{each.get_kind_display()} {each.text}".strip()) for each in around.suspected
        ]
    return page.form(data, initial=initial, auto_id=f"{page.code}_%s")


@require_POST
@requires("accidents.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Take a step from an accident's page. A form that must be mended comes back as typed."""
    by, at = actor_of(request), timezone.now()
    row = policy.access(Accident.objects.select_related(*ROW), "accidents.view", by, pk, at=at)
    found = offering.page_of(steps.BY_CODE, code)
    form = _form(found, row, queries.around(row), request.POST)

    def done() -> str:
        # What was corrected may have left what the reader may see.
        if queries.visible(by).filter(pk=pk).exists():
            return reverse("accidents:page", args=[pk])
        return reverse("accidents:list")

    return offering.answer(
        request, pk, found, form, by=by, at=at,
        again=lambda bad: _page(request, pk, bad, status=422),
        done=done,
    )  # fmt: skip


@require_POST
@requires("accidents.lead")
def begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the inquiry from an accident's page. A form to be mended comes back as typed."""
    by, at = actor_of(request), timezone.now()
    policy.access(Accident.objects.all(), "accidents.lead", by, pk, at=at)
    form = forms.Begin(request.POST, auto_id=BEGIN_IDS)

    def again() -> HttpResponse:
        return _page(request, pk, (BEGIN, form), status=422)

    if not form.is_valid():
        return again()
    data = form.cleaned_data
    try:
        made = commands.open_inquiry(
            pk, inquiry=data["inquiry"], liability=data["liability"], level=data["level"],
            because=data["because"], by=by, at=at, request_id=data["request_id"],
        )  # fmt: skip
    except Refusal as refusal:
        return offering.send_back(form, refusal, again)
    messages.success(request, _("The inquiry has begun."))
    return go_on(request, reverse("accidents:inquiry", args=[made]))


@require_POST
@requires("accidents.names")
def names(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The people concerned with their names. A press opens them, and the press is on record."""
    by, at = actor_of(request), timezone.now()
    people = commands.open_names(pk, by=by, at=at)
    row = Accident.objects.select_related("case").get(pk=pk)
    context = {"row": row, "people": people}
    return render_page(request, "accidents/names.html", "accidents/names.html", context)
