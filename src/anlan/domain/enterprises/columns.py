"""What the list of enterprises shows, and by what it is narrowed and sorted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anlan.domain.enterprises import industry
from anlan.domain.enterprises.models import Enterprise, EnterpriseQuerySet, ObjectKind, Status
from anlan.kernel.accounts.models import Sector
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Flag, Search
from anlan.ui.parts import part

ORDERS = {
    "area": Keyset.by("path", "plain_name", "pk"),
    "-area": Keyset.by("-path", "-plain_name", "-pk"),
    "name": Keyset.by("plain_name", "pk"),
    "-name": Keyset.by("-plain_name", "-pk"),
}
DEFAULT_ORDER = "area"


def _code(row: Enterprise) -> Any:
    if row.credit_code:
        return row.credit_code
    return part("tag", _now("no credit code"), "amber", title=row.stated_code)


def _status(row: Enterprise) -> Any:
    tone = {"active": "green", "closed": ""}.get(row.status, "amber")
    return part("tag", row.get_status_display(), tone)


COLUMNS = (
    Column("name", _("Name"), sort="name",
           link=lambda row: reverse("enterprises:page", args=[row.pk])),
    Column("credit_code", _("Credit code"), cell=_code),
    Column("kind", _("Kind"), cell="get_kind_display", phone=False),
    Column("area", _("Area"), cell="area.full_name", sort="area"),
    Column("sector", _("Sector"), cell="sector.name"),
    Column("industry", _("Industry"), cell=lambda row: industry.name(row.industry), phone=False),
    Column("status", _("Status"), cell=_status),
    Column("address", _("Address"), shown=False),
    Column("updated_at", _("Changed"), kind="moment", shown=False),
)  # fmt: skip


def filters(request: HttpRequest) -> Filters:
    return Filters(
        (
            Search(label=_("Name, former name or credit code")),
            Area("area", _("Area"), reverse("enterprises:areas"), _area_name),
            Choice("sector", _("Sector"), lambda: Sector.objects.values_list("code", "name")),
            Choice("kind", _("Kind"), ObjectKind.choices),
            Choice("status", _("Status"), Status.choices),
            Flag("no_code", _("Without a credit code")),
        ),
        request.GET,
    )


def _area_name(code: str) -> str:
    found = Region.objects.filter(code=code).values_list("name", flat=True).first()
    return found or code


def narrowed(rows: EnterpriseQuerySet, wanted: Filters) -> EnterpriseQuerySet:
    """``rows`` as the filters narrow them. Merged entries are shown only where asked for."""
    rows = rows.filter(status=wanted["status"]) if wanted["status"] else rows.listed()
    if wanted["q"]:
        rows = rows.search(wanted["q"])
    if wanted["area"]:
        area = Region.objects.filter(code=wanted["area"]).first()
        rows = rows.within(area.path) if area else rows.none()
    if wanted["sector"]:
        rows = rows.filter(sector=wanted["sector"])
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["no_code"]:
        rows = rows.filter(code_missing=True)
    return rows


def hazards_url(row: Enterprise) -> str:
    """The list of this entry's hazards, which is another capability's and may not be there."""
    try:
        return f"{reverse('hazards:list')}?enterprise={row.pk}"
    except NoReverseMatch:
        return ""


def counts_url(row: Enterprise) -> str:
    """What draws the counts of this entry's hazards: that capability's, as far as one may see."""
    try:
        return reverse("hazards:of_enterprise", args=[row.pk])
    except NoReverseMatch:
        return ""


#: What other capabilities draw on an entry's page; each says itself what somebody may see.
MORE_OF_IT = (
    "treatment:of_enterprise", "inspections:of_enterprise", "enforcement:of_enterprise",
)  # fmt: skip
