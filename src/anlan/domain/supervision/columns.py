"""The columns and filters of supervision's lists."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.domain.supervision import oversight
from anlan.domain.supervision.loop import STATES
from anlan.domain.supervision.models import Paper
from anlan.domain.supervision.queries import BY_DAY, BY_DUE
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.models import Listing
from anlan.kernel.regions.models import Level
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


LISTED_ORDERS = {"due": oversight.BY_DUE, "listed": oversight.LISTED_ON}


def listed_filters(params: QueryDict) -> Filters:
    levels = [(int(level), level.label) for level in Level if 1 <= level <= 3]
    return Filters(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("level", _("Held by"), levels),
            Flag("waits", _("To decide: asked to take over")),
            Flag("team", _("With a resident team")),
        ),
        params,
    )


def _listing_state(row: Any) -> Any:
    if row.waits:
        return part("tag", _("the level above is asked"), "amber", "stairs-up")
    if row.status == Listing.Status.DELISTING:
        return part("tag", row.get_status_display(), "blue", "clock")
    return part("tag", row.get_status_display(), "red", "flag")


def _listed_due(today: date) -> Any:
    def cell(row: Any) -> Any:
        return part("due", row.due_on, (row.due_on - today).days, not row.case.unsettled)

    return cell


def listed_columns(today: date) -> list[Column]:
    return [
        Column("text", _("Hazard"), cell="case.hazard.description", kind="text",
               link=lambda row: reverse("oversight:hazard", args=[row.case_id])),
        Column("enterprise", _("Enterprise"), cell="case.hazard.enterprise.name"),
        Column("area", _("Area"), cell="case.area.name"),
        Column("level", _("Held by"), cell=lambda row: Level(row.level).label),
        Column("number", _("Number")),
        Column("supervisor", _("Supervising unit"), cell="supervisor.name", phone=False),
        Column("listed", _("Day listed"), cell="listed_on", kind="day", sort="-listed",
               phone=False),
        Column("due", _("Deadline of the listing"), cell=_listed_due(today), sort="due"),
        Column("ups", _("Times taken over"), kind="number", phone=False),
        Column("days", _("Days with a team"), kind="number"),
        Column("moved", _("People moved out"), kind="number"),
        Column("state", _("State"), cell=_listing_state),
    ]  # fmt: skip


ENTRY_COLUMNS = (
    Column("day", _("Day"), kind="day"),
    Column("hazard", _("Hazard"), cell="team.hazard.description", kind="text",
           link=lambda row: reverse("oversight:hazard", args=[row.team.hazard_id])),
    Column("area", _("Area"), cell="team.hazard.case.area.full_name"),
    Column("action", _("What the team did"), kind="text"),
    Column("moved_out", _("People moved out"), kind="number"),
    Column("name", _("Entered by"), phone=False),
)  # fmt: skip
