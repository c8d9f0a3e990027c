"""Merging and ending units: what will happen is shown first, then it is done in one act."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.office import units
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit
from anlan.ui.forms import Form
from anlan.ui.pages import go_on

REASON_CHARS_MAX = 500


class UnitField(forms.CharField):
    """A unit by its code, as the picker sends it."""

    def clean(self, value: Any) -> Any:
        code = (super().clean(value) or "").strip()
        unit = Unit.objects.filter(code=code, valid_to=None).first() if code else None
        if code and unit is None:
            raise forms.ValidationError(_("Choose a unit from the list that opens as you type."))
        return unit


class MergeForm(Form):
    into = UnitField(label=_("Unit that takes over"), max_length=40)
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The paper that decides it, with its number. Each case shows it."),
    )
    move_people = forms.BooleanField(
        label=_("Its people get the same posts there from tomorrow on"),
        required=False,
        initial=True,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)


class EndForm(Form):
    into = UnitField(label=_("Unit that takes over"), max_length=40, required=False)
    reason = MergeForm.base_fields["reason"]
    request_id = forms.UUIDField(widget=forms.HiddenInput)


@requires("units.edit", management=True)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge a unit into another."""
    return _page(request, pk, MergeForm, merging=True)


@requires("units.edit", management=True)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a unit, with or without somebody who takes over."""
    return _page(request, pk, EndForm, merging=False)


def _page(request: HttpRequest, pk: int, kind: type[Form], *, merging: bool) -> HttpResponse:
    by = actor_of(request)
    rows = Unit.objects.select_related("area", "successor")
    unit = policy.access(rows, "units.edit", by, pk)
    form = kind(request.POST or None, initial={"request_id": uuid7(), "move_people": True})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                shown = _do(unit, form.cleaned_data, merging, request)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                return go_on(request, reverse("accounts:unit", args=[shown]))
    context = {
        "form": form,
        "unit": unit,
        "merging": merging,
        "chosen": _chosen(form),
        "seen": units.preview(unit),
        "units_url": reverse("pickers:units"),
    }
    return render(request, "office/succession.html", context, status=status)


def _do(unit: Unit, data: dict[str, Any], merging: bool, request: HttpRequest) -> int:
    """Do it; returns the unit to be shown afterwards."""
    into: Unit | None = data["into"]
    request_id: UUID = data["request_id"]
    common: dict[str, Any] = {
        "by": actor_of(request), "at": timezone.now(), "request_id": request_id,
        "reason": data["reason"],
    }  # fmt: skip
    if merging:
        assert into is not None
        units.merge_units([unit.pk], into=into.pk, move_people=data["move_people"], **common)
        messages.success(
            request,
            _now("%(unit)s was merged into %(into)s.") % {"unit": unit.name, "into": into.name},
        )
        return into.pk
    units.end_unit(unit.pk, successor=into.pk if into else None, **common)
    messages.success(request, _now("%(unit)s has ended.") % {"unit": unit.name})
    return unit.pk


def _chosen(form: Form) -> Unit | None:
    """What the picker shows after a refusal."""
    code = form.data.get("into", "") if form.is_bound else ""
    return Unit.objects.filter(code=code).first() if code else None
