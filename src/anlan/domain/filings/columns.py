"""The list of filings: filters, orders and columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.domain.filings import queries
from anlan.domain.filings.loop import STATES
from anlan.domain.filings.models import Filing, Form
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar import periods
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Filters, Flag, Search
from anlan.ui.offers import choices_of
from anlan.ui.parts import cell

ORDERS = {
    "due": Keyset.by("-case__due_on?", "-pk"),
    "unit": Keyset.by("unit__path", "unit__name", "pk"),
}


def filters(params: QueryDict, forms: Any) -> Filters:
    return Filters(
        (
            Search("q", _("Words in unit or form")),
            Choice("form", _("Form"), forms),
            Search("period", _("Period, like 2024-06")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("stands", _("State of the report"), list(queries.STANDS.items())),
            Flag("mine", _("Not received yet")),
        ),
        params,
    )


def period_label(code: str) -> str:
    return periods.parse(code).label


def columns(today: date) -> list[Column]:
    return [
        Column("form", _("Form"), cell="form.title", kind="text",
               link=lambda row: reverse("filings:page", args=[row.pk])),
        Column("unit", _("Unit"), cell="unit.name", kind="text", sort="unit"),
        Column("period", _("Reporting period"), cell=lambda row: period_label(row.code)),
        Column("stands", _("State of the report"), cell=stands_cell(today)),
        Column("state", _("Status"), cell=lambda row: str(STATES[row.case.state])),
        Column("due", _("To be filed by"), cell=_due(today), sort="due"),
        Column("first", _("Submitted on"), cell="first_on", kind="day", phone=False),
        Column("number", _("Number"), cell="case.number", phone=False, shown=False),
    ]  # fmt: skip


def stands_cell(today: date) -> Callable[[Filing], Any]:
    def shown(row: Filing) -> Any:
        code = queries.stands(row, today)
        found = cell("tag", str(queries.STANDS[code]), queries.TONES[code])
        if code == "late" and row.kind == "nil":
            found += cell("tag", str(queries.STANDS["nil"]), queries.TONES["nil"])
        return found

    return shown


def _due(today: date) -> Callable[[Filing], Any]:
    def due(row: Filing) -> Any:
        case = row.case
        if not case.due_on:
            return None
        days = (case.due_on - today).days if case.unsettled else None
        return cell("due", case.due_on, days, days is None)

    return due


#: Forms that a filter lists.
FORMS_MAX = 200


def form_choices(rows: Any) -> list[tuple[str, Any]]:
    """Forms for a filter: those in force first."""
    found = rows.exclude(status=Form.Status.DRAFT).order_by("status", "-made_at")
    return choices_of(found, FORMS_MAX, lambda row: row.title)
