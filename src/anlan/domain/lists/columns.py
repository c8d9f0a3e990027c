"""The list of problems: its filters, orders and columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.lists.loop import ITEM
from anlan.domain.lists.models import Item, ListKind, Origin
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.loop.engine import state_label
from anlan.kernel.loop.settings import RUNGS
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search
from anlan.ui.parts import cell

ORDERS = {
    "found": Keyset.by("-case__opened_on", "-pk"),
    "due": Keyset.by("case__due_on?", "pk"),
}
#: How states look; those of the standard loop have looks of their own.
LOOKS = {"applied": "review", "evaluated": "verified", "analysed": "verified"}
LABELS = {
    "rectified": pgettext_lazy("state", "rectified"),
    "verified": pgettext_lazy("state", "accepted"),
}
TODO: dict[str, Any] = {
    "receive": _("to sign for"), "rectify": _("to rectify"),
    "elsewhere": _("to look for the same"), "assign": _("to assign"),
    "check": _("to accept"), "judge": _("to evaluate"), "finish": _("to close"),
    "track": _("to look whether it was carried out"),
}  # fmt: skip


def filters(params: QueryDict, kinds: Sequence[ListKind]) -> Filters:
    return Filters(
        (
            Search("q", _("Words in the title or text")),
            Choice("kind", _("Which list"), [(one.pk, one.title) for one in kinds]),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("state", _("State"), [(s, label_of(s)) for s in (*ITEM.order, "void")]),
            Choice("todo", _("Waits for me"), list(TODO.items())),
            Choice("origin", _("Where it came from"), list(Origin.choices)),
            Choice("sector", _("Sector"), lambda: list(sectors.names().items())),
            Search("topic", _("Focus topic")),
            Days("found", _("Day put on the list")),
            Days("closed", _("Day closed")),
            Flag("late", _("Overdue")),
            Flag("open", _("Open")),
            Search("here", _("This area itself")),
        ),
        params,
    )


def columns(today: date) -> list[Column]:
    return [
        Column("title", _("Problem"), kind="text",
               link=lambda row: reverse("lists:item", args=[row.pk])),
        Column("kind", _("Which list"), cell="kind.title", kind="text"),
        Column("state", _("State"), cell=_state),
        Column("step", _("Step it waits for"), cell=step_of, phone=False),
        Column("area", _("Area"), cell="case.area.name"),
        Column("enterprise", _("Enterprise"), cell="enterprise.name", kind="text", phone=False),
        Column("sector", _("Sector"), cell="case.sector.name", phone=False, shown=False),
        Column("topic", _("Focus topic"), phone=False, shown=False),
        Column("found", _("Day put on the list"), cell="case.opened_on", kind="day", sort="found"),
        Column("due", _("Deadline"), cell=_due(today), sort="due"),
        Column("number", _("Number"), cell="case.number", phone=False, shown=False),
    ]  # fmt: skip


def label_of(state: str) -> str:
    """What an item's state is called: here the kind says which step comes next, not the state."""
    return str(LABELS.get(state) or state_label(state))


def state_cell(item: Item) -> Any:
    state = item.case.state
    return cell("state", label_of(state), LOOKS.get(state, state))


def _state(item: Item) -> Any:
    shown = state_cell(item)
    if item.case.rung:
        shown += cell("rung", RUNGS[item.case.rung - 1], item.case.rung)
    return shown


def step_of(item: Item) -> str:
    """What its kind calls the step that it waits for."""
    if not item.case.is_open:
        return ""
    step = item.rules.following(item.case.state)
    return item.rules.step_name(step) if step else str(_("closing"))


def days_left(item: Item, today: date) -> tuple[date | None, int | None]:
    """The deadline that runs now, and how many days are left."""
    day = item.case.due_on if item.case.unsettled else item.step_due_on
    if not item.case.is_open or day is None:
        return item.case.due_on, None
    return day, (day - today).days


def _due(today: date) -> Callable[[Item], Any]:
    def due(item: Item) -> Any:
        day, days = days_left(item, today)
        return cell("due", day, days, days is None, item.case.due_provisional)

    return due
