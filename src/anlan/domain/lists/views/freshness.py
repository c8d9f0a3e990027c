"""Which units keep their two lists up to date, and the statement that nothing has changed."""

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
from anlan.domain.lists.freshness import ListOf
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Search
from anlan.ui.pages import go_on, render_page
from anlan.ui.parts import cell

ORDERS = {
    "latest": Keyset.by("latest?", "pk"), "measures": Keyset.by("measures_latest?", "pk"),
    "unit": Keyset.by("path", "pk"),
}  # fmt: skip
STATES: dict[str, Any] = {
    "stale": gettext_lazy("stale"), "never": gettext_lazy("never updated"),
    "current": gettext_lazy("up to date"),
}  # fmt: skip
TONES = {"stale": "red", "never": "amber", "current": "green"}
#: Which list a filter speaks of.
ASKED = {"state": freshness.PROBLEMS, "measures": freshness.MEASURES}
#: Of a person who works for many units, so many are shown.
OWN_MAX = 10


def _columns(now: datetime) -> list[Column]:
    return [
        Column("unit", gettext_lazy("Unit"), cell="name", kind="text", sort="unit"),
        Column("state", gettext_lazy("Problem list"), cell=_state(freshness.PROBLEMS, now)),
        Column("latest", gettext_lazy("Last update of problems"), cell=_at(freshness.PROBLEMS),
               kind="moment", sort="latest"),
        Column("mstate", gettext_lazy("Measure list"), cell=_state(freshness.MEASURES, now)),
        Column("measures", gettext_lazy("Last update of measures"), cell=_at(freshness.MEASURES),
               kind="moment", sort="measures"),
        Column("area", gettext_lazy("Area"), cell="area.name", phone=False),
        Column("kind", gettext_lazy("Kind"), cell=lambda row: row.get_kind_display(), phone=False),
    ]  # fmt: skip


def _at(which: ListOf) -> Callable[[Unit], datetime | None]:
    return lambda row: which.latest(getattr(row, "list_update", None))


def _state(which: ListOf, now: datetime) -> Callable[[Unit], Any]:
    rules = settings.freshness()

    def state(row: Unit) -> Any:
        latest = _at(which)(row)
        if latest is None:
            if which is freshness.MEASURES and row.kind not in rules.kinds:
                return ""  # Nobody asks a measure list of it.
            found = "never"
        else:
            found = "stale" if (now - latest).days >= rules.days else "current"
        return cell("tag", STATES[found], TONES[found])

    return state


@require_GET
@requires("freshness.view")
def page(request: HttpRequest) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    asked = Filters(
        (
            Search("q", gettext_lazy("Name of the unit")),
            Choice("state", gettext_lazy("Problem list"), list(STATES.items())),
            Choice("measures", gettext_lazy("Measure list"), list(STATES.items())),
            Choice("kind", gettext_lazy("Kind"), list(UnitKind.choices)),
            Area("area", gettext_lazy("Area"), reverse("pickers:areas"), area_name),
        ),
        request.GET,
    )
    rows = freshness.expected(by)
    rows = rows.filter(scripts.holding(asked["q"], "name"))
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["area"]:
        area = Region.objects.filter(code=asked["area"]).first()
        rows = rows.filter(below(area.path)) if area else rows.none()
    states = {name: freshness.conditions(which, now) for name, which in ASKED.items()}
    counts = rows.aggregate(
        **{f"{name}_{state}": Count("pk", filter=q) for name in states
           for state, q in states[name].items()}
    )  # fmt: skip
    for name, known in states.items():
        if asked[name]:
            rows = rows.filter(known[asked[name]])
    own = Unit.objects.filter(
        pk__in=policy.units_of(by, ("office", "leader", "inspector", "rectifier"))
    ).select_related("list_update")
    context = {
        "filters": asked, "sort": asked.sort(ORDERS, "latest"), "columns": _columns(now),
        "page": asked.order(ORDERS, "latest").page(
            rows.annotate(
                latest=F("list_update__latest"), measures_latest=F("list_update__measures_latest")
            ).select_related("area", "list_update"),
            request.GET,
        ),
        "figures": [
            (which.label,
             [(label, counts[f"{name}_{state}"], asked.query(**{name: state}),
               "red" if state == "stale" else "") for state, label in STATES.items()])
            for name, which in ASKED.items()
        ],
        "tabs": tabs.of(by, "freshness"),
        "days": settings.freshness().days,
        "own": [
            (unit, [(which, _at(which)(unit)) for which in freshness.LISTS.values()])
            for unit in own[:OWN_MAX]
        ],
        "may_state": policy.may(by, "freshness.state"),
        "may_edit": policy.may(by, "listsettings.edit"),
    }  # fmt: skip
    return render_page(request, "lists/freshness.html", "lists/_freshness.html", context)


@require_POST
@requires("freshness.state")
def no_change(request: HttpRequest, pk: int) -> HttpResponse:
    commands.state_no_change(
        pk, request.POST.get("which", ""), note=request.POST.get("note", ""),
        by=actor_of(request), at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Stated: nothing has changed."))
    return go_on(request, reverse("lists:freshness"))
