"""The lists of papers and of their numbers: filters, orders and columns."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.loop import LOOKS, STATES
from anlan.domain.bulletins.models import Number, Paper
from anlan.kernel.accounts.views_pickers import area_name
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Search
from anlan.ui.parts import cell

ORDERS = {
    "newest": Keyset.by("-case__opened_on", "-pk"),
    "due": Keyset.by("case__due_on?", "pk"),
}
NUMBER_ORDERS = {"newest": Keyset.by("-taken_at", "-pk")}


def filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Search("q", _("Words in title or number")),
            Choice("kind", _("Kind"), [(code, kind.label) for code, kind in KINDS.items()]),
            Choice("state", _("Status"), list(STATES.items())),
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Days("dated", _("Day of the paper")),
        ),
        params,
    )


def number_filters(params: QueryDict) -> Filters:
    return Filters(
        (Search("q", _("Number")), Choice("year", _("Year"), _years)), params
    )  # fmt: skip


def _years() -> list[tuple[str, str]]:
    years = Number.objects.exclude(year=None).values_list("year", flat=True).distinct()
    return [(str(year), str(year)) for year in years.order_by("-year")]


def columns() -> list[Column]:
    return [
        Column("title", pgettext_lazy("paper", "Paper"), kind="text",
               link=lambda row: reverse("bulletins:page", args=[row.pk])),
        Column("kind", _("Kind"), cell="kind_label"),
        Column("state", _("Status"), cell=state_cell),
        Column("number", _("Number"), cell=number_of, kind="text"),
        Column("area", _("Area"), cell="case.area.name", phone=False),
        Column("unit", _("Unit"), cell="case.unit.name", kind="text", phone=False),
        Column("dated", _("Day of the paper"), cell="dated", kind="day"),
        Column("begun", _("Begun on"), cell="case.opened_on", kind="day", sort="newest",
               phone=False, shown=False),
        Column("drafter", _("Written by"), phone=False, shown=False),
        Column("signer", _("Signed by"), phone=False, shown=False),
        Column("due", _("To be signed by"), cell="case.due_on", kind="day", sort="due",
               phone=False, shown=False),
        Column("no", _("Case number"), cell="case.number", phone=False, shown=False),
    ]  # fmt: skip


def number_columns() -> list[Column]:
    return [
        Column("number", _("Number"), cell="text", kind="text",
               link=lambda row: reverse("bulletins:page", args=[row.paper_id])),
        Column("paper", pgettext_lazy("paper", "Paper"), cell="paper.title", kind="text"),
        Column("source", _("Given by"), cell=_source),
        Column("taken", _("When"), cell="taken_at", kind="moment"),
        Column("who", _("By whom"), cell="taken_by", phone=False),
        Column("voided", _("Status"), cell=_voided),
        Column("reason", _("Reason"), kind="text", phone=False),
    ]  # fmt: skip


def number_of(row: Paper) -> str:
    issue = getattr(row, "issue", None) if hasattr(row, "issue") else None
    return issue.number if issue else ""


def state_cell(row: Paper) -> Any:
    return cell("state", row.state_label, LOOKS[row.case.state])


def _source(row: Number) -> Any:
    return _("the office's OA") if row.source == Number.Source.OA else _("this system")


def _voided(row: Number) -> Any:
    if row.voided_at:
        return cell("state", str(_("voided")), "void")
    return cell("state", str(pgettext_lazy("paper", "in use")), "verified")
