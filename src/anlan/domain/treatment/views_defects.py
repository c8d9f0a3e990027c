"""Equipment by its code, its defects, the label to print, and the levels of an office."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any
from uuid import UUID

import qrcode
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import NotFound
from anlan.base.text import plain
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.treatment import commands
from anlan.domain.treatment.commands.defects import levels_for, unanswered
from anlan.domain.treatment.forms import StepForm
from anlan.domain.treatment.forms_defects import DefectForm, EquipmentForm, LevelForm
from anlan.domain.treatment.loop import DEFECT_STATES
from anlan.domain.treatment.models import Defect, DefectLevel, Equipment
from anlan.domain.treatment.refusals import DefectIncomplete
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Role, Unit, UnitKind
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.models import Event, Party
from anlan.kernel.loop.timeline import timeline_of
from anlan.kernel.regions.models import Region
from anlan.ui.forms import put_refusal
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Search
from anlan.ui.offers import first_of, tell
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import part

ORDERS = {"due": Keyset.by("case__due_on?", "pk")}
EQUIPMENT = {"area": Keyset.by("path", "pk")}
FILERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.GRID, Role.RECTIFIER)
#: Defects on the page of a piece of equipment, and units that the form of a level offers.
SHOWN_MAX, UNITS_MAX = 30, 200


def _label(state: str) -> str:
    return str(DEFECT_STATES.get(state, state))


COLUMNS = (
    Column("description", _("Defect"), kind="text",
           link=lambda row: reverse("defects:page", args=[row.pk])),
    Column("level", _("Level of the defect"), cell="level_name"),
    Column("equipment", _("Equipment"), cell="equipment.name"),
    Column("code", _("Code on the label"), cell="equipment.code", kind="code", phone=False),
    Column("enterprise", _("Enterprise"), cell="equipment.enterprise.name"),
    Column("state", _("State"), cell=lambda row: part(
        "state", _label(row.case.state), row.case.state)),
    Column("due", _("Deadline"), cell="case.due_on", kind="day", sort="due"),
)  # fmt: skip
EQUIPMENT_COLUMNS = (
    Column("name", _("Equipment"), kind="text",
           link=lambda row: reverse("defects:equipment", args=[row.code])),
    Column("code", _("Code on the label"), kind="code"),
    Column("kind", _("Kind of equipment")),
    Column("enterprise", _("Enterprise"), cell="enterprise.name"),
    Column("place", _("Where it stands"), phone=False),
    Column("area", _("Area"), cell="area.full_name", phone=False),
)  # fmt: skip


@require_GET
@requires("defect.view")
def defects(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    states = [(code, label) for code, label in DEFECT_STATES.items()
              if code not in ("found", "verified")]  # fmt: skip
    asked = Filters(
        (
            Search("q", _("Defect, equipment or code")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("level", _("Level of the defect"), [(str(n), str(n)) for n in (1, 2, 3)]),
            Choice("state", _("State"), states),
        ),
        request.GET,
    )
    rows = policy.permitted(Defect.objects.all(), "defect.view", by)
    if text := asked["q"]:
        rows = (
            rows.filter(description__contains=text) | rows.filter(equipment__name__contains=text)
            | rows.filter(equipment__code=text)
        )  # fmt: skip
    if asked["area"]:
        area = Region.objects.filter(code=asked["area"]).first()
        rows = rows.filter(below(area.path, "case__path")) if area else rows.none()
    if asked["level"]:
        rows = rows.filter(level=int(str(asked["level"])))
    if asked["state"]:
        rows = rows.filter(case__state=asked["state"])
    rows = rows.select_related("case", "equipment__enterprise")
    context = {
        "page": asked.order(ORDERS, "due").page(rows, request.GET), "filters": asked,
        "columns": COLUMNS, "sort": asked.sort(ORDERS, "due"),
        "may_keep": policy.may(by, "equipment.view"), "may_set": policy.may(by, "levels.set"),
    }  # fmt: skip
    return render_page(request, "treatment/defects.html", "treatment/_defects.html", context)


@require_GET
@requires("equipment.view")
def equipment_list(request: HttpRequest) -> HttpResponse:
    """The register; a code that is scanned into the search leads straight to its page."""
    by = actor_of(request)
    asked = Filters((Search("q", _("Code, name or enterprise")),), request.GET)
    rows = policy.permitted(Equipment.objects.all(), "equipment.view", by)
    if text := str(asked["q"] or ""):
        if rows.filter(code=text).exists():
            return go_on(request, reverse("defects:equipment", args=[text]))
        rows = rows.filter(name__contains=text) | rows.filter(enterprise__name__contains=text)
    context = {
        "page": asked.order(EQUIPMENT, "area").page(
            rows.select_related("enterprise", "area"), request.GET
        ),
        "filters": asked, "columns": EQUIPMENT_COLUMNS, "sort": "area",
        "may_keep": policy.may(by, "equipment.keep"),
    }  # fmt: skip
    return render_page(
        request, "treatment/equipment_list.html", "treatment/_equipment.html", context
    )


@require_http_methods(["GET", "POST"])
@requires("equipment.keep")
def equipment_new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    form = EquipmentForm(request.POST or None, initial={"code": request.GET.get("code", "")[:60]})
    status = 200
    if request.method == "POST":
        status = 422
        firm = _firm(by, form.data.get("enterprise", "")) if form.is_valid() else None
        if form.is_valid() and firm is None:
            form.add_error("enterprise", gettext("No single entry that you may see is called so."))
        if form.is_valid() and firm is not None:
            data = form.cleaned_data
            new = commands.NewEquipment(
                data["code"], data["kind"], data["name"], firm.pk, data["place"]
            )
            try:
                row = commands.register(new, by=by, at=at)
            except DefectIncomplete as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, gettext("Entered."))
                return go_on(request, reverse("defects:equipment", args=[row.code]))
    return render_page(
        request, "treatment/equipment_new.html", "treatment/equipment_new.html", {"form": form},
        status,
    )  # fmt: skip


def _firm(by: Actor, text: str) -> Enterprise | None:
    """The one enterprise that somebody means by its credit code, number or exact name."""
    text = text.strip()
    rows = policy.permitted(Enterprise.objects.listed(), "enterprise.view", by)
    found = list(rows.filter(credit_code=text.upper())[:2])
    if not found and text.isdecimal() and len(text) < 18:
        found = list(rows.filter(pk=int(text))[:2])
    if not found and plain(text):
        found = list(rows.filter(plain_name=plain(text))[:2])
    return found[0] if len(found) == 1 else None


def _equipment(request: HttpRequest, code: str, permission: str = "equipment.view") -> Equipment:
    rows = Equipment.objects.select_related("enterprise", "area", "sector")
    row = rows.filter(code=code).first()
    if row is None:
        raise NotFound
    return policy.access(rows, permission, actor_of(request), row.pk)


@require_GET
@requires("equipment.view")
def equipment(request: HttpRequest, code: str) -> HttpResponse:
    """What the label leads to: the equipment, its defects, and a button to file one."""
    by, row = actor_of(request), _equipment(request, code)
    found = policy.permitted(row.defects.select_related("case"), "defect.view", by)
    context = {
        "row": row, "may_file": _may(by, "equipment.file", row.pk),
        "defects": [(each, _label(each.case.state))
                    for each in found.order_by("-case__opened_on", "-pk")[:SHOWN_MAX]],
    }  # fmt: skip
    return render_page(request, "treatment/equipment.html", "treatment/equipment.html", context)


def _may(by: Actor, permission: str, pk: int) -> bool:
    return policy.permitted(Equipment.objects.filter(pk=pk), permission, by).exists()


@require_GET
@requires("equipment.view")
def label(request: HttpRequest, code: str) -> HttpResponse:
    """A label to print: scanning it opens the page of the equipment."""
    row = _equipment(request, code)
    address = request.build_absolute_uri(reverse("defects:equipment", args=[row.code]))
    drawn = BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(drawn)
    picture = base64.b64encode(drawn.getvalue()).decode()
    context = {"row": row, "address": address, "picture": f"data:image/svg+xml;base64,{picture}"}
    return render_page(request, "treatment/label.html", "treatment/label.html", context)


@require_http_methods(["GET", "POST"])
@requires("equipment.file")
def file(request: HttpRequest, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    row = _equipment(request, code, "equipment.file")
    levels = levels_for(row.path)
    form = DefectForm(levels, request.POST or None, initial={"pk": uuid7(), "request_id": uuid7()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            new = commands.NewDefect(
                data["pk"], row.code, data["level"], data["description"],
                main_unit(by, FILERS).pk, data["due_on"],
            )  # fmt: skip
            try:
                commands.file(new, by=by, at=at, request_id=data["request_id"])
            except DefectIncomplete as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, gettext("Filed; those of its level are notified."))
                return go_on(request, reverse("defects:equipment", args=[row.code]))
    context = {"row": row, "form": form, "levels": levels}
    return render_page(
        request, "treatment/defect_new.html", "treatment/defect_new.html", context, status
    )


@require_GET
@requires("defect.view")
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = actor_of(request)
    rows = Defect.objects.select_related("case__area", "equipment__enterprise")
    row = policy.access(rows, "defect.view", by, pk)
    today = policy.today_of(by)
    case = row.case
    parties = list(Party.objects.filter(case=pk, until=None).select_related("unit").order_by("pk"))
    own = set(policy.units_of(by, ("rectifier", "office", "leader", "inspector")))
    allowed = {
        name for name in ("receive", "answer", "repair", "accept")
        if policy.permitted(Defect.objects.filter(pk=pk), f"defect.{name}", by).exists()
    }  # fmt: skip
    context = {
        "row": row, "case": case, "state": _label(case.state), "parties": parties,
        "answers": row.answers.select_related("unit").order_by("-at", "-pk"),
        "missing": unanswered(pk) if case.is_open else [], "allowed": allowed,
        "unsigned": any(p.received_at is None and p.unit_id in own for p in parties),
        "days": (case.due_on - today).days if case.due_on and case.unsettled else None,
        "timeline": timeline_of(list(Event.objects.filter(case=pk).order_by("-seq"))),
        "request_id": uuid7(),
    }  # fmt: skip
    return render_page(request, "treatment/defect.html", "treatment/defect.html", context)


@require_POST
@requires("defect.view")
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    policy.access(Defect.objects.all(), "defect.view", by, pk, at=at)
    if code not in ("receive", "answer", "repair", "accept", "reject"):
        raise NotFound
    form = StepForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Reload the page, look, and send again."))
        return go_on(request, reverse("defects:page", args=[pk]))
    data = form.cleaned_data
    call: dict[str, Any] = {
        "by": by, "at": at, "request_id": data["request_id"], "seen": data["seen"],
    }  # fmt: skip
    try:
        if code == "receive":
            commands.receive_defect(pk, **call)
        elif code == "answer":
            commands.answer(pk, text=data["text"], **call)
        elif code == "repair":
            commands.repair(pk, result=data["text"], **call)
        elif code == "accept":
            commands.accept_defect(pk, opinion=data["text"], **call)
        else:
            commands.reject_defect(pk, reason=data["text"], **call)
    except DefectIncomplete as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Entered."))
    return go_on(request, reverse("defects:page", args=[pk]))


@require_http_methods(["GET", "POST"])
@requires("levels.set")
def levels(request: HttpRequest) -> HttpResponse:
    """What an office calls its levels, and whom each one notifies."""
    by, at = actor_of(request), timezone.now()
    area = _home(by)
    wanted = Unit.objects.filter(
        below(area.path), valid_to=None,
        kind__in=(UnitKind.DEPARTMENT, UnitKind.COMMITTEE_OFFICE, UnitKind.GOVERNMENT),
    ).order_by("path", "code")  # fmt: skip
    units, left = first_of(wanted, UNITS_MAX)
    offered = [(unit.pk, unit.name) for unit in units]
    form = LevelForm(offered, request.POST or None, initial={"area": area.code})
    tell(form, "units", left)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                commands.set_level(
                    data["area"].pk, data["level"], data["name"], data["units"], by=by, at=at
                )
            except DefectIncomplete as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, gettext("Entered."))
                return go_on(request, reverse("defects:levels"))
    rows = DefectLevel.objects.filter(area=area).prefetch_related("units").order_by("level")
    context = {"area": area, "form": form, "rows": rows}
    return render_page(request, "treatment/levels.html", "treatment/levels.html", context, status)


def _home(by: Actor) -> Region:
    paths = sorted(
        (g.path for g in held.grants(by) if g.role in ("office", "leader") and g.sector is None
         and g.enterprise is None),
        key=len,
    )  # fmt: skip
    if not paths:
        raise NotFound
    return Region.objects.filter(path=paths[0]).first() or Region.objects.get(level=0)
