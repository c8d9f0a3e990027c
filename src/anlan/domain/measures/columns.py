"""The measure list and the collection of good practice: filters, orders and columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.measures.loop import LOOKS, STATES
from anlan.domain.measures.models import Kind, Level, Measure, Practice
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search
from anlan.ui.parts import cell, part

ORDERS = {
    "newest": Keyset.by("-case__opened_on", "-pk"),
    "due": Keyset.by("case__due_on?", "pk"),
    "adopted": Keyset.by("-adopted_on?", "-pk"),
}
PRACTICE_ORDERS = {"newest": Keyset.by("-made_at", "-pk")}
GROUP_LABELS: dict[str, Any] = {
    "making": _("being made"), "valid": _("adopted or in force"), "ended": _("revised or repealed"),
}  # fmt: skip


def filters(params: QueryDict) -> Filters:
    plan: tuple[Any, ...] = ()
    if wanted := params.get("plan", "")[:40]:
        plan = (Choice("plan", _("Plan of the year"), [(wanted, _("the plan looked at"))]),)
    return Filters(
        (
            *plan,
            Search("q", _("Words in title, number, text or lead unit")),
            Choice("kind", _("Kind"), list(Kind.choices)),
            Choice("level", _("Level"), list(Level.choices)),
            Choice("state", _("Status"), [*GROUP_LABELS.items(), *STATES.items()]),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
            Days("adopted", _("Adopted on")),
            Flag("late", _("Overdue")),
            Search("here", _("This area itself")),
        ),
        params,
    )


#: How the states of good practice look.
PRACTICE_TONES = {"submitted": "amber", "published": "green", "returned": "red"}


def practice_filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in title or text")),
            Choice("status", _("State"), list(Practice.Status.choices)),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
        ),
        params,
    )


def columns(today: date) -> list[Column]:
    return [
        Column("title", pgettext_lazy("measure", "Measure"), kind="text",
               link=lambda row: reverse("measures:page", args=[row.pk])),
        Column("kind", _("Kind"), cell="kind_label"),
        Column("level", _("Level"), cell="level_label", shown=False),
        Column("state", _("Status"), cell=state_cell),
        Column("number", _("Document or standard number"), kind="text"),
        Column("area", _("Area"), cell="case.area.name"),
        Column("lead", _("Lead unit"), cell="lead.name", kind="text"),
        Column("due", _("To be adopted by"), cell=_due(today), sort="due"),
        Column("adopted", _("Adopted on"), cell="adopted_on", kind="day", sort="adopted"),
        Column("force", _("In force from"), cell="in_force_on", kind="day", phone=False,
               shown=False),
        Column("sectors", _("Sectors"), cell=sectors_of, kind="text", phone=False, shown=False),
        Column("person", pgettext_lazy("measure", "responsible person"), phone=False, shown=False),
        Column("listed", _("Day put on the list"), cell="case.opened_on", kind="day",
               sort="newest", phone=False, shown=False),
        Column("no", _("Number"), cell="case.number", phone=False, shown=False),
    ]  # fmt: skip


def practice_columns() -> list[Column]:
    return [
        Column("title", _("Good practice"), kind="text",
               link=lambda row: reverse("measures:practice", args=[row.pk])),
        Column("text", _("What is done"), kind="text", cell=lambda row: row.text[:80]),
        Column("status", _("State"), cell=lambda row: part(
            "tag", row.get_status_display(), PRACTICE_TONES[row.status])),
        Column("unit", _("Told by"), cell="unit.name"),
        Column("area", _("Area"), cell="area.name", phone=False),
        Column("sectors", _("Sectors"), cell=sectors_of, kind="text", phone=False),
        Column("units", _("Taken up by"), cell="units", kind="number"),
        Column("made", _("When"), cell="made_at", kind="moment", phone=False),
    ]  # fmt: skip


def sectors_of(row: Measure | Practice) -> str:
    names = sectors.names()
    return "、".join(names.get(code, code) for code in row.sectors.split(",") if code)


def state_cell(row: Measure) -> Any:
    shown = cell("state", row.state_label, LOOKS[row.case.state])
    if row.case.rung:
        shown += cell("rung", RUNGS[row.case.rung - 1], row.case.rung)
    return shown


def days_left(row: Measure, today: date) -> int | None:
    case = row.case
    return (case.due_on - today).days if case.unsettled and case.due_on else None


def _due(today: date) -> Callable[[Measure], Any]:
    def due(row: Measure) -> Any:
        if not row.case.due_on:
            return None
        days = days_left(row, today)
        return cell("due", row.case.due_on, days, days is None)

    return due
