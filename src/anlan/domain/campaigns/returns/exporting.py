"""The table of returns as a workbook: unit against day, and what was filed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Duty, Filing
from anlan.domain.campaigns.returns import table as returns_table
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable

FETCHED_AT_ONCE = 2_000


def answer(duty: Duty, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download; on record before it goes out (S22)."""
    name = f"{duty.title[:40]}-{timezone.localtime(at):%Y%m%d-%H%M}.xlsx"
    entry = trail.Entry("duties.export", "duty", str(duty.pk))
    return handed_out(name, [_table(duty, by, at), _filings(duty, by)], entry, by=by, at=at)


def _table(duty: Duty, by: Actor, at: datetime) -> OutTable:
    today = timezone.localdate(at)
    # Names may be alike, so the unit itself tells rows apart.
    names: dict[int, str] = {}
    cells: dict[int, dict[date, str]] = {}
    rows = returns_table.returns(by).filter(duty=duty).select_related("case", "unit")
    for row in rows.order_by("unit__path", "unit__name", "unit", "due_on").iterator(
        FETCHED_AT_ONCE
    ):
        state = str(returns_table.STATES[returns_table.state_of(row, today)])
        names[row.unit_id] = row.unit.name
        cells.setdefault(row.unit_id, {})[row.due_on] = state
    shown = sorted({day for mine in cells.values() for day in mine})
    return OutTable(
        name=_("Returns"),
        headers=[_("Unit"), *(day.isoformat() for day in shown)],
        rows=[
            [names[pk], *(mine.get(day, "") for day in shown)] for pk, mine in cells.items()
        ],
        titles=[
            duty.title,
            _("Taken out by %(name)s on %(when)s") % {
                "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
            },
        ],
        widths=(32,),
    )  # fmt: skip


def _filings(duty: Duty, by: Actor) -> OutTable:
    figures = list(duty.figures.order_by("place"))
    headers = [_("Unit"), _("To be filed by"), _("Kind"), _("State"), _("Filed on"), _("Filed by"),
               _("Text"), _("Answer"), *(one.name for one in figures)]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        seen = returns_table.returns(by).filter(duty=duty)
        found = Filing.objects.filter(case__in=seen).select_related("case__unit")
        for one in found.order_by("case__due_on", "case__unit__path", "at").iterator(
            FETCHED_AT_ONCE
        ):
            yield [
                one.case.unit.name, one.case.due_on, str(Filing.Kind(one.kind).label),
                str(Filing.Status(one.status).label), one.day, one.who, one.text, one.answer,
                *(one.figures.get(str(each.pk)) for each in figures),
            ]  # fmt: skip

    return OutTable(
        name=_("What was filed"), headers=headers, rows=rows(),
        widths=(32, 14, 10, 12, 12, 12, 60, 40),
    )  # fmt: skip
