"""The form of one entry of the register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.enterprises import codes, industry
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.models import NAME_CHARS_MAX, Enterprise, ObjectKind, Scale
from anlan.kernel.accounts.models import Sector
from anlan.kernel.regions.fields import AreaField

assert NAME_CHARS_MAX <= TEXT_CHARS_MAX


class EnterpriseForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=NAME_CHARS_MAX, help_text=_("As on the business licence.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ObjectKind.choices)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        required=False,
        help_text=_("18 characters. Leave it empty where there is none; the entry is then marked."),
    )
    area = AreaField(label=_("Area"), max_length=20)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    industry = forms.CharField(
        label=_("Industry (GB/T 4754)"),
        max_length=60,
        required=False,
        help_text=_("Code or name, such as 2614 or 有机化学原料制造."),
    )
    sector = forms.ChoiceField(
        label=_("Sector"),
        required=False,
        help_text=_("Left empty, it follows from the industry."),
    )
    scale = forms.ChoiceField(label=_("Scale"), choices=Scale.choices, required=False)
    lon = forms.DecimalField(label=_("Longitude"), max_digits=8, decimal_places=5, required=False)
    lat = forms.DecimalField(label=_("Latitude"), max_digits=8, decimal_places=5, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = list(Sector.objects.values_list("code", "name"))
        self.fields["sector"].choices = [("", _("not stated")), *sectors]  # type: ignore[attr-defined]

    def clean_credit_code(self) -> str:
        stated: str = self.cleaned_data["credit_code"]
        if codes.read(stated).doubtful:
            raise forms.ValidationError(
                _(
                    "It has 18 characters (no I, O, S, V, Z) and its last one must fit the "
                    "others; compare it with the licence, or leave it empty if there is none."
                )
            )
        return codes.read(stated).code

    def clean_industry(self) -> str:
        text: str = self.cleaned_data["industry"].strip().split(" ")[0]
        if not text or text.upper() in industry.table():
            return text.upper()
        found = industry.search(text, limit=2)
        exact = [row for row in found if row.name == text]
        if exact:
            return exact[-1].code
        if len(found) == 1:
            return found[0].code
        raise forms.ValidationError(
            _("It is not a GB/T 4754 code or name; choose one from the list that opens.")
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("lon") is None) != (data.get("lat") is None):
            self.add_error("lat", _("Longitude and latitude go together; give both or neither."))
        return data

    def stated(self) -> NewEnterprise:
        data = self.cleaned_data
        return NewEnterprise(
            name=data["name"],
            area_id=data["area"].pk,
            credit_code=data["credit_code"],
            kind=data["kind"],
            industry=data["industry"],
            sector_id=data["sector"] or None,
            address=data["address"],
            lon=data["lon"],
            lat=data["lat"],
            scale=data["scale"],
        )

    @staticmethod
    def of(row: Enterprise) -> dict[str, Any]:
        """What the form shows first for a known entry."""
        return {
            "name": row.name, "kind": row.kind, "credit_code": row.credit_code or row.stated_code,
            "area": row.area.code, "address": row.address, "industry": row.industry,
            "sector": row.sector_id or "", "scale": row.scale, "lon": row.lon, "lat": row.lat,
            "version": row.version,
        }  # fmt: skip


class MergeForm(forms.Form):
    """Which entry this one is the same as: its number, credit code or exact name."""

    into = forms.CharField(label=_("The other entry"), max_length=NAME_CHARS_MAX)
