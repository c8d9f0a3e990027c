"""The hazard list: its filters, orders and columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.hazards.models import Grade, Hazard, Source
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.labels import STATES, state_label
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.addresses import address
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Record, Search, address_of
from anlan.ui.parts import cell

ORDERS = {
    "found": Keyset.by("-case__opened_on", "-pk"),
    "due": Keyset.by("case__due_on?", "pk"),
}
KINDS = (("hazard", _("hazards")), ("problem", _("problems")))


def sector_options() -> list[tuple[str, str]]:
    return [*sectors.names().items(), ("none", str(_("no sector stated")))]


def filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in the text, place or enterprise")),
            Area("area", _("Area"), address("pickers:areas"), area_name),
            Choice("state", _("State"), list(STATES.items())),
            Choice("grade", _("Grade"), list(Grade.choices)),
            Choice("sector", _("Sector"), sector_options),
            Choice("source", _("Source"), list(Source.choices)),
            Choice("object", _("About"), list(ObjectKind.choices)),
            Days("found", _("Day found")),
            Days("due", _("Deadline")),
            Days("settled", _("Day rectified")),
            Days("closed", _("Day closed")),
            Flag("late", _("Overdue")),
            Flag("open", _("Open")),
            Flag("listed", _("Listed")),
            Choice("kind", _("Kind"), KINDS),
            Record("batch", _("Batch")),
            Search("enterprise", _("Enterprise")),
        ),
        params,
        same=("hazards", tuple(sectors.names().items())),
    )


def columns(today: date) -> list[Column]:
    page = address_of("hazards:page")
    return [
        Column(
            "text", _("Hazard"), cell=text_of, kind="text",
            link=lambda row: page(row.pk),
        ),
        Column("state", _("State"), cell=_state),
        Column("grade", _("Grade"), cell=grade_of),
        Column("area", _("Area"), cell="case.area.name"),
        Column("enterprise", _("Enterprise or object"), cell=whose, kind="text", phone=False),
        Column("sector", _("Sector"), cell="case.sector.name", kind="code", phone=False),
        Column("found", _("Day found"), cell="case.opened_on", kind="day", sort="found"),
        Column("due", _("Deadline"), cell=due_of(today), sort="due"),
        Column("unit", _("Reported by"), cell="case.unit.name", phone=False, shown=False),
        Column("number", _("Number"), cell="case.number", phone=False, shown=False),
        Column("source", _("Source"), cell=_source, phone=False, shown=False),
        Column("object", _("About"), cell=kind_of, phone=False, shown=False),
        Column("closed", _("Day closed"), cell="case.closed_on", kind="day", phone=False,
               shown=False),
    ]  # fmt: skip


def same(today: date) -> tuple[str, date]:
    """What these cells depend on beside the row, so that a row is written once (ui.lists)."""
    return ("hazards", today)


def text_of(hazard: Hazard) -> str:
    return hazard.description


def whose(hazard: Hazard) -> str:
    """The object, and the enterprise that it belongs to."""
    firm = hazard.enterprise.name if hazard.enterprise else ""
    return " · ".join(filter(None, (hazard.object_name, firm)))


def kind_of(hazard: Hazard) -> Any:
    about = hazard.about
    if about:
        return ObjectKind(about.kind).label
    return ObjectKind.ENTERPRISE.label if hazard.enterprise_id else ""


def _state(hazard: Hazard) -> Any:
    return cell("state", state_label(hazard.case.state), hazard.case.state)


def grade_of(hazard: Hazard) -> Any:
    case = hazard.case
    shown = cell("grade", Grade(case.grade).label, case.grade == Grade.MAJOR) if case.grade else ""
    if case.rung:
        shown += cell("rung", RUNGS[case.rung - 1], case.rung)
    return shown


def _source(hazard: Hazard) -> Any:
    return Source(hazard.case.source).label if hazard.case.source in Source.values else ""


def due_of(today: date) -> Callable[[Hazard], Any]:
    def due(hazard: Hazard) -> Any:
        case = hazard.case
        days = (case.due_on - today).days if case.due_on and case.unsettled else None
        return cell("due", case.due_on, days, not case.unsettled, case.due_provisional)

    return due
