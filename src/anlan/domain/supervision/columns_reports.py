"""The columns and filters of the lists of direct and dual reports."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.domain.supervision.doubled import DoubleRow
from anlan.domain.supervision.models import DualReport
from anlan.domain.supervision.reports import DirectRow, DualRow
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.calendar.periods import Period
from anlan.kernel.loop.engine import state_label
from anlan.kernel.loop.models import Party
from anlan.ui.lists import Area, Choice, Column, Filters, Flag
from anlan.ui.parts import part

DIRECT_STATES = (
    ("never", _("never reported")),
    ("late", _("reported late")),
    ("reported", _("reported")),
)


DOUBLE_STATES = (
    ("waiting", _("one of them hasn't confirmed")),
    ("missing", _("not given to both lines yet")),
)


class _OfPeriod(Filters):
    """Filters that keep the period in every address they make."""

    period: str = ""

    def query(self, **changes: Any) -> str:
        return super().query(**{"period": self.period or None, **changes})


def direct_filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("state", _("Direct report"), DIRECT_STATES),
        ),
        params,
    )


def dual_filters(params: QueryDict, period: Period | None = None) -> Filters:
    filters = _OfPeriod(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Flag("owed", _("Owed only")),
        ),
        params,
    )
    filters.period = period.code if period else ""
    return filters


def double_filters(params: QueryDict) -> Filters:
    return Filters(
        (
            Area("area", _("Area"), reverse("pickers:areas"), area_name),
            Choice("state", _("Confirmation"), DOUBLE_STATES),
        ),
        params,
    )


def _page(row: DirectRow | DualRow | DoubleRow) -> str:
    return reverse("oversight:hazard", args=[row.pk])


def _direct_state(row: DirectRow) -> Any:
    if row.report is None:
        return part("tag", _("never reported"), "red" if row.hidden else "amber", "flag")
    if row.report.late:
        return part("tag", _("reported late"), "red", "clock")
    if row.report.late is None:
        return part("tag", _("reported; no limit was set"), "", "check")
    return part("tag", _("reported in time"), "green", "check")


DIRECT_COLUMNS = (
    Column("text", _("Hazard"), cell="hazard.description", kind="text", link=_page),
    Column("enterprise", _("Enterprise"), cell="hazard.enterprise.name"),
    Column("area", _("Area"), cell="hazard.case.area.name"),
    Column("opened", _("Day found"), cell="hazard.case.opened_on", kind="day"),
    Column("found_at", _("Found at"), cell="report.found_at", kind="moment", phone=False),
    Column("reported_at", _("Reported at"), cell="report.reported_at", kind="moment"),
    Column("unit", _("Reported by"), cell="report.unit.name", phone=False),
    Column("copies", _("Signed for"),
           cell=lambda row: f"{row.signed} / {row.copies}" if row.report else None),
    Column("direct", _("Direct report"), cell=_direct_state),
)  # fmt: skip


def dual_columns(is_over: bool) -> list[Column]:
    def told(report: DualReport | None) -> Any:
        if report:
            words = f"{report.signed_by} · {report.signed_on}"
            return part("tag", words, "green", "check")
        owed = _("owed") if is_over else _("not due yet")
        return part("tag", owed, "red" if is_over else "", "clock")

    return [
        Column("text", _("Hazard"), cell="hazard.description", kind="text", link=_page),
        Column("enterprise", _("Enterprise"), cell="hazard.enterprise.name"),
        Column("area", _("Area"), cell="hazard.case.area.name"),
        Column("state", _("State"),
               cell=lambda row: part("state", state_label(row.hazard.case.state),
                                     row.hazard.case.state)),
        Column("regulator", _("To the regulator"), cell=lambda row: told(row.regulator)),
        Column("congress", _("To the workers' congress"), cell=lambda row: told(row.congress)),
    ]  # fmt: skip


def line_state(party: Party | None) -> Any:
    """A line's unit, and how far it is."""
    if party is None:
        return part("tag", _("not given"), "red", "flag")
    if party.confirmed_at:
        return part("tag", party.unit.name, "green", "check", _("confirmed"))
    words = _("signed for, not confirmed") if party.received_at else _("not signed for")
    return part("tag", f"{party.unit.name} · {words}", "amber", "clock")


DOUBLE_COLUMNS = (
    Column("text", _("Hazard"), cell="hazard.description", kind="text", link=_page),
    Column("area", _("Area"), cell="hazard.case.area.name"),
    Column("sector", _("Sector"), cell="hazard.case.sector.name", phone=False),
    Column("state", _("State"),
           cell=lambda row: part("state", state_label(row.hazard.case.state),
                                 row.hazard.case.state)),
    Column("due", _("Deadline"), cell="hazard.case.due_on", kind="day"),
    Column("territory", _("Territory"), cell=lambda row: line_state(row.territory)),
    Column("regulator", _("Regulator"), cell=lambda row: line_state(row.regulator)),
)  # fmt: skip
