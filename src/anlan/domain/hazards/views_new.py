"""Entering a new hazard."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.hazards import commands, forms
from anlan.domain.hazards.commands import FINDERS, Finding
from anlan.domain.hazards.models import Source
from anlan.domain.hazards.photos import taken
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.keeping import Kept
from anlan.ui.forms import put_refusal
from anlan.ui.pages import go_on, render_page

#: What the form folds away, for whoever reports from the street on a phone.
FOLDED = frozenset(
    {"lon", "lat", "sector", "source", "kind", "opened_on", "due_on", "measure", "fixed"}
)


@require_http_methods(["GET", "POST"])
@requires("hazard.find")
def hazard_new(request: HttpRequest) -> HttpResponse:
    by, at = actor_of(request), timezone.now()
    unit = main_unit(by, FINDERS)
    initial = {"opened_on": timezone.localdate(at), "source": _usual_source(by)}
    photos = after = Kept()
    if request.method == "GET":
        form = forms.Find(initial={**initial, "pk": uuid7(), "request_id": uuid7()})
    else:
        form = forms.Find(request.POST, initial=initial)
        photos = taken(request, form, by=by, at=at)
        after = taken(request, form, by=by, at=at, name="photos_after")
        if form.is_valid():
            try:
                pk = _find(form, unit.pk, by, at, photos.ready, after.ready)
            except commands.Incomplete as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("Entered."))
                return go_on(request, reverse("hazards:page", args=[pk]))
    chosen_area = form["area"].value() or unit.area.code
    context = {
        "form": form, "area_code": chosen_area, "area_text": area_name(chosen_area),
        "photos": photos.offers(by, at), "after": after.offers(by, at),
        "unfolded": bool(after.ready) or _typed_in_folded(form),
    }  # fmt: skip
    return render_page(
        request, "hazards/new.html", "hazards/new.html", context, 422 if form.errors else 200
    )


def _typed_in_folded(form: forms.Find) -> bool:
    """Whether a folded field must be mended, or holds what somebody wrote."""
    return form.is_bound and bool(FOLDED & (set(form.errors) | set(form.changed_data)))


def _usual_source(by: Actor) -> Source:
    """Where what this person finds comes from, unless they say otherwise."""
    if policy.units_of(by, (Role.INSPECTOR, Role.OFFICE, Role.LEADER)):
        return Source.INSPECTION
    if policy.units_of(by, (Role.GRID,)):
        return Source.GRID
    return Source.SELF_CHECK if policy.units_of(by, (Role.RECTIFIER,)) else Source.INSPECTION


def _find(
    form: forms.Find, unit: int, by: Actor, at: datetime,
    photos: list[Prepared], after: list[Prepared],
) -> UUID:  # fmt: skip
    data = form.cleaned_data
    area = data["area"]
    enterprise = None
    if name := data["enterprise_name"].strip():
        wanted = enterprises.Wanted(name, area.pk, area.path, "", data["sector"] or None)
        with transaction.atomic():
            match = enterprises.match([wanted], by=by, at=at, source="form")[0]
        enterprise = match.id if match else None
    fields = {"place": data["place"], "measure": data["measure"], "found_by": by.name,
              "lon": data["lon"], "lat": data["lat"]}  # fmt: skip
    commands.find(
        [
            Finding(
                pk=data["pk"], description=data["description"], area_id=area.pk, unit_id=unit,
                opened_on=data["opened_on"], kind=data["kind"], sector=data["sector"] or None,
                grade=data["grade"] if data["kind"] == "hazard" else "", source=data["source"],
                enterprise_id=enterprise, due_on=data["due_on"], fields=fields,
                fixed=data["fixed"], about=form.stated,
            )
        ],
        by=by, request_id=data["request_id"], at=at, photos=photos, after=after,
    )  # fmt: skip
    return UUID(str(data["pk"]))
