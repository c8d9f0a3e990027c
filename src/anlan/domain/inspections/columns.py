"""What the lists of sweeps, subjects and visits show, and by what they are narrowed."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.inspections import queries
from anlan.domain.inspections.models import Sweep, Target, Visit, Why
from anlan.domain.inspections.queries import UNSAID
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search
from anlan.ui.parts import part

SWEEP_ORDERS = {"start": Keyset.by("-starts_on", "-pk")}
TARGET_ORDERS = {"area": Keyset.by("path", "pk")}
VISIT_ORDERS = {"on": Keyset.by("-on", "-pk")}

SWEEPS = (
    Column("name", _("Sweep"), kind="text",
           link=lambda row: reverse("inspections:sweep", args=[row.pk])),
    Column("area", _("Area"), cell="area.full_name"),
    Column("starts_on", _("First day"), kind="day", sort="start"),
    Column("ends_on", _("Last day"), kind="day"),
    Column("unit", _("Organised by"), cell="unit.name"),
    Column("state", _("State"), cell=lambda row: part(
        "tag", gettext("sweep over") if row.closed_at else gettext("running"),
        "" if row.closed_at else "green")),
)  # fmt: skip


def _done(row: Target) -> Any:
    if not row.visits:
        return part("tag", gettext("not visited"), "amber")
    if row.visits > 1:
        return part("tag", gettext("visited %(n)d times") % {"n": row.visits}, "blue")
    return part("tag", gettext("visited"), "green")


def _visit_link(row: Target) -> str:
    return reverse("inspections:subject", args=[row.sweep_id, row.pk])


TARGETS = (
    Column("name", _("Subject of the sweep"), cell="enterprise.name", kind="text",
           link=_visit_link),
    Column("area", _("Area"), cell="area.full_name"),
    Column("address", _("Address"), cell="enterprise.address", kind="text"),
    Column("sector", _("Sector"), cell="sector.name", phone=False),
    Column("team", _("To be visited by"), cell="unit.name"),
    Column("done", _("Visited?"), cell=_done),
    Column("visited_on", _("Visited on"), kind="day"),
    Column("state", _("Safety state")),
)  # fmt: skip
VISITS = (
    Column("name", _("Subject of the sweep"), cell="target.enterprise.name", kind="text",
           link=lambda row: reverse("inspections:visit", args=[row.sweep_id, row.pk])),
    Column("area", _("Area"), cell="target.area.full_name"),
    Column("on", _("Day"), kind="day", sort="on"),
    Column("visitor", _("Who was there")),
    Column("unit", _("Unit"), cell="unit.name"),
    Column("why", _("Why the visit was made"), cell="get_why_display", phone=False),
    Column("state", _("Safety state")),
    Column("hazards", _("Number of hazards"), cell="hazard_count", kind="number"),
    Column("first", _("Counted as"), cell=lambda row: _counted(row)),
)  # fmt: skip


def _counted(row: Visit) -> Any:
    if row.first:
        return part("tag", gettext("the visit that counts"), "green")
    return part("tag", gettext("visited again"), "blue")


def _teams(sweep: Sweep, by: Actor) -> list[tuple[str, Any]]:
    """Those that visit where ``by`` looks; who visits elsewhere isn't named."""
    named = queries.teams_in(sweep, queries.roots(by, sweep))
    names = {team.unit_id: team.unit.name for team in named}
    return [*((str(pk), name) for pk, name in names.items()), ("0", _("nobody yet"))]


def _states(sweep: Sweep) -> list[tuple[str, str]]:
    return [(state, state) for state in sweep.states]


def target_filters(sweep: Sweep, by: Actor, params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Name, street or address")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("done", _("Visited?"), [("no", _("not visited")), ("yes", _("visited")),
                                           ("again", _("more than once"))]),
            Choice("team", _("To be visited by"), _teams(sweep, by)),
            Choice("state", _("Safety state"), _states(sweep)),
            Choice("sector", _("Sector"), list(sectors.names().items())),
            Flag("own", _("Only at the area itself")),
        ),
        params,
    )  # fmt: skip


def visit_filters(sweep: Sweep, by: Actor, params: QueryDict) -> Filters:
    return Filters(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Days("on", _("Day")),
            Choice("team", _("To be visited by"), _teams(sweep, by)),
            Choice("why", _("Why the visit was made"),
                   [*Why.choices, (UNSAID, _("not stated"))]),
            Choice("state", _("Safety state"), _states(sweep)),
            Flag("again", _("Visited again only")),
            Flag("own", _("Only at the area itself")),
        ),
        params,
    )  # fmt: skip
