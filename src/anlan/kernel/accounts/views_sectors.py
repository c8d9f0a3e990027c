"""Sectors and their regulators (条 × 块): who regulates what where, and where nobody does."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Refusal
from anlan.kernel.accounts import commands, held, policy, sectors
from anlan.kernel.accounts.gate import actor_of, fresh, requires
from anlan.kernel.accounts.models import Regulator, Role, Sector, Unit, UnitKind, valid_on
from anlan.kernel.accounts.views_pickers import area_name, crumbs_of
from anlan.kernel.regions.models import Region
from anlan.ui.forms import Form
from anlan.ui.lists import Area, Filters
from anlan.ui.pages import go_on, render_page

#: Areas beside one another in the table of those below; a nation's provinces fit.
PARTS_MAX = 40
REASON_CHARS_MAX = 500


@requires("units.view")
def sector_list(request: HttpRequest) -> HttpResponse:
    """Sector × departments of one area, and sector × the areas below it."""
    by = actor_of(request)
    today = policy.today_of(by)
    wanted = Filters((Area("area", _("Area"), reverse("pickers:areas"), area_name),), request.GET)
    area = _area(by, str(wanted["area"] or ""))
    lines = sectors.matrix(area, today)
    parts = _parts(area) if _is_within(by, area) else []
    context = {
        "filters": wanted,
        "area": area,
        "crumbs_of": crumbs_of(area),
        "lines": lines,
        "gaps": sum(line.gap for line in lines),
        "parts": parts,
        "spread": sectors.spread(area, parts, today) if parts else [],
        "usual": _usual(today),
        "may_grant": policy.may(by, "units.grant"),
    }
    return render_page(request, "accounts/sectors.html", "accounts/_sectors.html", context)


def _area(by: Actor, code: str) -> Region:
    """The area asked for, else the widest that somebody answers for. Not those of others."""
    grants = held.grants(by)
    if not code:
        paths = sorted({grant.path for grant in grants}, key=len)
        if not paths or not paths[0] or _organises(by):
            return _top()
        return Region.objects.get(path=paths[0])
    area = Region.objects.current().filter(code=code).first()
    if area is None:
        raise NotFound
    around = any(grant.path.startswith(area.path) for grant in grants)
    if not (around or _is_within(by, area)):
        raise NotFound
    return area


def _top() -> Region:
    """The area of the topmost office: what an administrator looks after; else the nation."""
    offices = Unit.objects.filter(kind=UnitKind.COMMITTEE_OFFICE, valid_to=None)
    top = offices.select_related("area").order_by("area__level", "code").first()
    return top.area if top else Region.objects.get(level=0)


def _organises(by: Actor) -> bool:
    return policy.has_role(by, (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN))


def _is_within(by: Actor, area: Region) -> bool:
    """Whether the area is one's own or below it; then the areas below it are so, too."""
    return _organises(by) or any(
        area.path.startswith(grant.path) for grant in held.grants(by) if grant.enterprise is None
    )


def _parts(area: Region) -> list[Region]:
    return list(
        Region.objects.current().filter(parent=area, is_division=True).order_by("code")[:PARTS_MAX]
    )


def _usual(today: object) -> dict[str, str]:
    """Which kinds of department regulate each sector by default (管行业必须管安全)."""
    found: dict[str, list[str]] = {}
    for row in Regulator.objects.filter(valid_on(today)).order_by("pk"):  # type: ignore[arg-type]
        found.setdefault(row.sector_id, []).append(row.department)
    return {sector: "、".join(names) for sector, names in found.items()}


class RegulatorsForm(Form):
    units = forms.TypedMultipleChoiceField(
        label=_("Departments that regulate it here"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen leaves it to the areas above."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_CHARS_MAX,
        help_text=_("The paper that decides it, with its number."),
    )


@requires("units.grant", management=True)
@fresh
def set_regulators(request: HttpRequest, area: str, sector: str) -> HttpResponse:
    """Change who regulates a sector in an area, from today on."""
    by = actor_of(request)
    place = get_object_or_404(Region.objects.current(), code=area)
    line = get_object_or_404(Sector, pk=sector)
    today = policy.today_of(by)
    offered = list(sectors.candidates(place, today).select_related("area"))
    now = next(each for each in sectors.matrix(place, today) if each.sector == line)
    form = RegulatorsForm(
        request.POST or None, initial={"units": [each.unit.pk for each in now.own]}
    )
    form.fields["units"].choices = [  # type: ignore[attr-defined]
        (unit.pk, unit.name if unit.area_id == place.pk else f"{unit.name} · {unit.area.name}")
        for unit in offered
    ]
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                commands.set_regulators(
                    sector, place, form.cleaned_data["units"], by=by, at=timezone.now(),
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                return go_on(request, f"{reverse('accounts:sectors')}?area={place.code}")
    context = {"form": form, "area": place, "sector": line, "above": now.above}
    return render(request, "accounts/regulators.html", context, status=status)
