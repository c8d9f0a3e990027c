"""Units: who they are, what they answer for, who works there, who took over from whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.accounts import commands, lists, policy
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.commands.links import ADMIN_UNIT
from anlan.kernel.accounts.gate import actor_of, fresh, requires
from anlan.kernel.accounts.models import Post, Role, Sector, Unit, UnitKind, User, valid_on
from anlan.kernel.accounts.units import LISTED_KINDS
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.regions.fields import AreaField
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Flag, Search
from anlan.ui.pages import go_on, render_page

#: People shown on a unit's page; the list of people has them all.
PEOPLE_SHOWN_MAX = 200
LANDS_MAX = 500
lists.register("accounts:units")
ORDER = Keyset.by("path", "kind", "pk")

COLUMNS = (
    Column("name", _("Unit"), link=lambda unit: reverse("accounts:unit", args=[unit.pk])),
    Column("code", _("Code"), phone=False),
    Column("kind", _("Kind"), cell="get_kind_display"),
    Column("area", _("Area"), cell="area.full_name"),
    Column("people", _("People"), kind="number"),
    Column("valid_to", _("Ended"), kind="day", phone=False),
)


def filters(request: HttpRequest) -> Filters:
    return Filters(
        (
            Search(label=_("Name or code")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("kind", _("Kind"), UnitKind.choices),
            Flag("ended", _("Ended ones too")),
        ),
        request.GET,
    )


@requires("units.view")
def unit_list(request: HttpRequest) -> HttpResponse:
    by, wanted = actor_of(request), filters(request)
    today = policy.today_of(by)
    rows = policy.permitted(Unit.objects.select_related("area"), "units.view", by)
    if not wanted["ended"]:
        rows = rows.filter(valid_on(today))
    if wanted["q"]:
        rows = rows.filter(Q(name__contains=wanted["q"]) | Q(code__startswith=wanted["q"]))
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["area"]:
        area = Region.objects.filter(code=wanted["area"]).first()
        rows = rows.filter(path__gte=area.path, path__lt=_end(area)) if area else rows.none()
    page = ORDER.page(rows, request.GET)
    _count_people(page.rows, today)
    kept = lists.Kept(request, COLUMNS)
    context = {
        "page": page,
        "columns": kept.columns,
        "kept": kept,
        "filters": wanted,
        "may_edit": policy.may(by, "units.edit"),
        # Whoever sets an installation up finds nothing here but what they are in.
        "fresh": not wanted.any and [unit.code for unit in page.rows] == [ADMIN_UNIT],
    }
    return render_page(request, "accounts/units.html", "accounts/_units.html", context)


def _end(area: Region) -> str:
    return area.path[:-1] + "0"


def _count_people(units: list[Unit], today: Any) -> None:
    held = Post.objects.filter(unit__in=units).held_on(today).values("unit_id")
    counted = dict(held.annotate(n=Count("user_id", distinct=True)).values_list("unit_id", "n"))
    for unit in units:
        unit.people = counted.get(unit.pk, 0)  # type: ignore[attr-defined]  # for the column


def _seen(unit: Unit, by: Actor) -> set[int]:
    """Those of its people whose own page ``by`` may open."""
    if not policy.may(by, "people.view"):
        return set()
    rows = policy.permitted(User.objects.filter(posts__unit=unit), "people.view", by)
    return set(rows.values_list("pk", flat=True))


@requires("units.view")
def unit_page(request: HttpRequest, pk: int) -> HttpResponse:
    by = actor_of(request)
    rows = Unit.objects.select_related("area", "parent", "successor")
    unit = policy.access(rows, "units.view", by, pk)
    today = policy.today_of(by)
    posts = Post.objects.filter(unit=unit).held_on(today).select_related("user", "deputy_of__user")
    lands = unit.jurisdictions.select_related("area", "sector").order_by("path", "sector__order")
    context = {
        "unit": unit,
        "lands": lands.filter(valid_on(today))[:LANDS_MAX],
        "past_lands": lands.filter(valid_to__lt=today)[:LANDS_MAX],
        "posts": posts.order_by("role", "user__name")[:PEOPLE_SHOWN_MAX],
        "seen": _seen(unit, by),
        "predecessors": unit.predecessors.order_by("pk"),
        "children": unit.children.valid_on(today).order_by("code")[:PEOPLE_SHOWN_MAX],
        "may_edit": policy.may(by, "units.edit"),
        "may_grant": policy.may(by, "units.grant"),
        "role_name": lambda role: Role(role).label,
        "merge_url": _above("succession:merge", pk),
        "end_url": _above("succession:end", pk),
    }
    return render(request, "accounts/unit.html", context)


def _above(name: str, pk: int) -> str:
    """A page of an app above this one, which an installation may lack."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


class UnitForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Short and unchanging, such as 530102-yj.")
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in LISTED_KINDS],
        help_text=_("An enterprise gets its unit on its page in the register of enterprises."),
    )
    area = AreaField(label=_("Area"), max_length=20)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means every sector."),
    )
    parent = forms.CharField(label=_("Code of the unit above"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(Sector.objects.values_list("code", "name"))
        self.fields["sectors"].choices = choices  # type: ignore[attr-defined]

    def clean_parent(self) -> Unit | None:
        code = self.cleaned_data["parent"].strip()
        parent = Unit.objects.filter(code=code).first() if code else None
        if code and parent is None:
            raise forms.ValidationError(_("No unit has this code."))
        return parent


@requires("units.edit", management=True)
def new_unit(request: HttpRequest) -> HttpResponse:
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        lands = [Land(data["area"], sector) for sector in data["sectors"]] or [Land(data["area"])]
        try:
            unit = commands.create_unit(
                data["code"],
                data["name"],
                data["kind"],
                data["area"],
                by=actor_of(request),
                at=timezone.now(),
                parent=data["parent"],
                lands=lands,
            )
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            return go_on(request, reverse("accounts:unit", args=[unit.pk]))
    area = form.cleaned_data.get("area") if form.is_bound and form.is_valid() else None
    context = {"form": form, "area": area, "areas_url": reverse("pickers:areas")}
    return render(request, "accounts/unit_new.html", context, status=422 if form.errors else 200)


class RenameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


@requires("units.edit", management=True)
@require_POST
def rename_unit(request: HttpRequest, pk: int) -> HttpResponse:
    policy.access(Unit.objects.all(), "units.edit", actor_of(request), pk)
    form = RenameForm(request.POST)
    if form.is_valid():
        commands.rename_unit(pk, form.cleaned_data["name"], by=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("accounts:unit", args=[pk]))


class LandsForm(forms.Form):
    """One line an area: its code, then sectors with commas, or nothing for all."""

    lands = forms.CharField(
        label=_("What the unit answers for"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "A line for each area: its code, then sector codes with commas, or nothing for all. "
            "For example: 530102 hazchem, coal"
        ),
    )

    def clean_lands(self) -> list[Land]:
        lines = [
            line.split(None, 1) for line in self.cleaned_data["lands"].splitlines() if line.strip()
        ]
        if len(lines) > LANDS_MAX:
            raise forms.ValidationError(_("These are too many lines."))
        areas = {
            area.code: area for area in Region.objects.filter(code__in=[line[0] for line in lines])
        }
        known = set(Sector.objects.values_list("code", flat=True))
        lands = []
        for line in lines:
            area = areas.get(line[0])
            rest = line[1] if len(line) > 1 else ""
            sectors = [part.strip() for part in rest.replace("，", ",").split(",") if part.strip()]
            if area is None or not set(sectors) <= known:
                raise forms.ValidationError(
                    _("“%(line)s” can't be read: no such area, or no such sector.")
                    % {"line": " ".join(line)}
                )
            lands += [Land(area, sector) for sector in sectors or [None]]
        return lands


@requires("units.grant", management=True)
@fresh
def set_lands(request: HttpRequest, pk: int) -> HttpResponse:
    unit = policy.access(Unit.objects.all(), "units.view", actor_of(request), pk)
    held = unit.jurisdictions.filter(valid_to=None, enterprise_id=None).select_related("area")
    by_area: dict[str, list[str]] = {}
    for row in held.order_by("path", "sector_id"):
        by_area.setdefault(row.area.code, []).extend([row.sector_id] if row.sector_id else [])
    text = "\n".join(f"{code} {', '.join(sectors)}".strip() for code, sectors in by_area.items())
    form = LandsForm(request.POST or None, initial={"lands": text})
    if request.method == "POST" and form.is_valid():
        named = unit.jurisdictions.filter(valid_to=None).exclude(enterprise_id=None)
        kept = [
            Land(row.area, row.sector_id, row.enterprise_id) for row in named.select_related("area")
        ]
        lands = [*form.cleaned_data["lands"], *kept]
        try:
            commands.set_jurisdictions(pk, lands, by=actor_of(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return go_on(request, reverse("accounts:unit", args=[pk]))
    context = {"form": form, "unit": unit, "sectors": Sector.objects.all()}
    return render(request, "accounts/lands.html", context, status=422 if form.errors else 200)
