"""Which units keep their lists up to date, and the statement that nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from anlan.base.paths import below
from anlan.domain.lists import commands, freshness, settings, tabs
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Search
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

ORDERS = {"latest": Keyset.by("latest?", "pk"), "unit": Keyset.by("path", "pk")}
STATES: dict[str, Any] = {
    "stale": gettext_lazy("stale"), "never": gettext_lazy("never updated"),
    "current": gettext_lazy("up to date"),
}  # fmt: skip
#: Of a person who works for many units, so many are shown.
OWN_MAX = 10


def _columns(now: datetime) -> list[Column]:
    return [
        Column("unit", gettext_lazy("Unit"), cell="name", kind="text", sort="unit"),
        Column("state", gettext_lazy("State"), cell=_state(now)),
        Column("area", gettext_lazy("Area"), cell="area.name"),
        Column("kind", gettext_lazy("Kind"), cell=lambda row: row.get_kind_display(), phone=False),
        Column("latest", gettext_lazy("Last update"), cell=_at("latest"), kind="moment",
               sort="latest"),
        Column("none", gettext_lazy("Stated: no change"), cell=_at("no_change_at"), kind="moment",
               phone=False),
    ]  # fmt: skip


def _at(name: str) -> Callable[[Unit], Any]:
    return lambda row: getattr(getattr(row, "list_update", None), name, None)


def _state(now: datetime) -> Callable[[Unit], Any]:
    days = settings.freshness().days

    def state(row: Unit) -> Any:
        latest = _at("latest")(row)
        if latest is None:
            return cell("tag", STATES["never"], "amber")
        if (now - latest).days >= days:
            return cell("tag", STATES["stale"], "red")
        return cell("tag", STATES["current"], "green")

    return state


@require_GET
@requires("freshness.view")
def page(request: HttpRequest) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    asked = Filters(
        (
            Search("q", gettext_lazy("Name of the unit")),
            Choice("state", gettext_lazy("State"), list(STATES.items())),
            Choice("kind", gettext_lazy("Kind"), list(UnitKind.choices)),
            Area("area", gettext_lazy("Area"), reverse("pickers:areas"), area_name),
        ),
        request.GET,
    )
    rows = freshness.expected(by)
    if asked["q"]:
        rows = rows.filter(name__icontains=asked["q"])
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["area"]:
        area = Region.objects.filter(code=asked["area"]).first()
        rows = rows.filter(below(area.path)) if area else rows.none()
    states = freshness.conditions(now)
    counts = rows.aggregate(**{name: Count("pk", filter=q) for name, q in states.items()})
    if asked["state"]:
        rows = rows.filter(states[asked["state"]])
    own = Unit.objects.filter(
        pk__in=policy.units_of(by, ("office", "leader", "inspector", "rectifier"))
    ).select_related("list_update")
    context = {
        "filters": asked, "sort": asked.sort(ORDERS, "latest"), "columns": _columns(now),
        "page": asked.order(ORDERS, "latest").page(
            rows.annotate(latest=F("list_update__latest")).select_related("area", "list_update"),
            request.GET,
        ),
        "figures": [
            (label, counts[name], asked.query(state=name), "red" if name == "stale" else "")
            for name, label in STATES.items()
        ],
        "tabs": tabs.of(by, "freshness"),
        "days": settings.freshness().days,
        "own": [(unit, _at("latest")(unit)) for unit in own[:OWN_MAX]],
        "may_state": policy.may(by, "freshness.state"),
        "may_edit": policy.may(by, "listsettings.edit"),
    }  # fmt: skip
    return render_page(request, "lists/freshness.html", "lists/_freshness.html", context)


@require_POST
@requires("freshness.state")
def no_change(request: HttpRequest, pk: int) -> HttpResponse:
    commands.state_no_change(
        pk, note=request.POST.get("note", ""), by=actor_of(request), at=timezone.now()
    )
    messages.success(request, _("Stated: nothing has changed."))
    return go_on(request, reverse("lists:freshness"))
