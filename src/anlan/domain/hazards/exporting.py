"""A list as a workbook: what is on screen, with who took it out and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.domain.hazards import queries
from anlan.domain.hazards.columns import kind_of
from anlan.domain.hazards.models import Grade, Hazard, Source
from anlan.kernel.audit import trail
from anlan.kernel.loop.labels import state_label
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable
from anlan.ui.lists import Column, Filters

#: Rows of one workbook: what a sheet holds less its headings.
EXPORT_ROWS_MAX = 1_000_000
FETCHED_AT_ONCE = 2_000


class TooMuch(Refusal):
    """More rows than one workbook holds; nothing was written."""

    code = "export_too_large"
    message = gettext_lazy(
        "The list has more than %(max)d rows, more than a sheet holds. Narrow it, by area or year."
    )


#: Every column of a case that a workbook may want, by the list's own codes.
PLAIN: dict[str, Any] = {
    "text": lambda row: row.description,
    "state": lambda row: state_label(row.case.state),
    "grade": lambda row: Grade(row.case.grade).label if row.case.grade else "",
    "area": lambda row: row.case.area.full_name,
    "source": lambda row: Source(row.case.source).label if row.case.source else "",
    "due": lambda row: row.case.due_on,
}
#: Beyond what is on screen: what makes a register of the sheet.
MORE: tuple[tuple[Any, Any], ...] = (
    (gettext_lazy("Number"), lambda row: row.case.number),
    (gettext_lazy("About"), kind_of),
    (gettext_lazy("What the object states"), lambda row: _details(row)),
    (gettext_lazy("Place"), lambda row: row.place),
    (gettext_lazy("Longitude"), lambda row: row.lon),
    (gettext_lazy("Latitude"), lambda row: row.lat),
    (gettext_lazy("Measure"), lambda row: row.measure),
    (gettext_lazy("Responsible unit"), lambda row: row.responsible_unit),
    (gettext_lazy("Responsible person"), lambda row: row.responsible_person),
    (gettext_lazy("Day rectified"), lambda row: row.case.settled_on),
    (gettext_lazy("Day closed"), lambda row: row.case.closed_on),
    (gettext_lazy("Reported by"), lambda row: row.case.unit.name),
)


def _details(row: Hazard) -> str:
    about = row.about
    return "；".join(f"{label}：{value}" for label, value in about.details) if about else ""


def answer(
    keys: QuerySet[Any, UUID], columns: Sequence[Column], asked: Filters, *, by: Actor, at: datetime
) -> HttpResponse:
    """The workbook as a download, in the keys' order; on record before it goes out (S22)."""
    if keys.order_by()[EXPORT_ROWS_MAX : EXPORT_ROWS_MAX + 1].exists():
        raise TooMuch(max=EXPORT_ROWS_MAX)
    name = f"{_('Hazards')}-{timezone.localtime(at):%Y%m%d-%H%M}.xlsx"
    entry = trail.Entry("hazard.export", "list", "", after={"query": asked.query()})
    return handed_out(name, [_table(keys, columns, by, at)], entry, by=by, at=at)


def _table(
    keys: QuerySet[Any, UUID], columns: Sequence[Column], by: Actor, at: datetime
) -> OutTable:
    headers = [str(column.label) for column in columns]
    more = [(str(label), get) for label, get in MORE if str(label) not in headers]
    scope = _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    return OutTable(
        name=_("Hazards"), headers=[*headers, *(label for label, _get in more)],
        rows=_rows(keys, columns, [get for _label, get in more]), titles=[scope],
    )  # fmt: skip


def _rows(
    keys: QuerySet[Any, UUID], columns: Sequence[Column], more: Sequence[Any]
) -> Iterator[list[Any]]:
    waiting = keys.iterator(chunk_size=FETCHED_AT_ONCE)
    while chunk := list(islice(waiting, FETCHED_AT_ONCE)):
        rows = Hazard.objects.select_related(*queries.ROW).in_bulk(chunk)
        for row in (rows[pk] for pk in chunk if pk in rows):
            cells = [_cell(column, row) for column in columns] + [get(row) for get in more]
            yield [_text(cell) for cell in cells]


def _cell(column: Column, row: Hazard) -> Any:
    get = PLAIN.get(column.code)
    return get(row) if get else column.value(row)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
