"""The columns and filters of supervision's lists."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.domain.supervision.loop import STATES
from anlan.domain.supervision.models import Paper
from anlan.domain.supervision.queries import BY_DAY, BY_DUE
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.lists import Area, Choice, Column, Filters, Flag, Search
from anlan.ui.parts import part

ORDERS = {"issued": BY_DAY, "due": BY_DUE}
_SHOWN = ("assigned", "rectified", "closed", "void")


def paper_filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Number or subject")),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("state", _("State"), [(code, STATES[code]) for code in _SHOWN]),
            Flag("late", _("Overdue")),
            Flag("ours", _("Waits for my unit")),
        ),
        params,
    )


def candidate_filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Flag("late", _("Overdue")),
            Flag("listed", _("Under listed supervision")),
        ),
        params,
    )


def _due(today: date) -> Any:
    def cell(paper: Paper) -> Any:
        case = paper.case
        days = (case.due_on - today).days if case.due_on and case.unsettled else None
        return part("due", case.due_on, days, not case.unsettled)

    return cell


def _signed(paper: Any) -> Any:
    if paper.signed:
        return part("tag", _("signed for"), "green", "check")
    return part("tag", _("not signed for"), "amber", "clock")


def paper_columns(today: date) -> list[Column]:
    return [
        Column("number", _("Number"), link=lambda row: reverse("supervision:paper", args=[row.pk])),
        Column("subject", _("Subject"), kind="text"),
        Column("receiver", _("Receiver"), cell="receiver.name"),
        Column("office", _("Issued by"), cell="office.name", phone=False),
        Column("items", _("Replied"), cell=lambda row: f"{row.items_replied} / {row.items_all}"),
        Column("signed", _("Receipt"), cell=_signed),
        Column("due", _("Due on"), cell=_due(today), sort="due"),
        Column("state", _("State"),
               cell=lambda row: part("state", STATES[row.case.state], row.case.state)),
        Column("issued", _("Issued"), cell="issued_at", kind="day", sort="-issued", phone=False),
    ]  # fmt: skip
