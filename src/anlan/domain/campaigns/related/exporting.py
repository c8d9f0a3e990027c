"""The records that belong to a task, as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Task
from anlan.domain.campaigns.related import queries as related
from anlan.kernel.audit import trail
from anlan.kernel.loop.models import Case
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable

CHUNK = 500


def answer(task: Task, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download; on record before it goes out (S22)."""
    name = _("%(number)s – records.xlsx") % {"number": task.case.number}
    entry = trail.Entry("tasks.export_records", "case", task.pk)
    taken = _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    table = OutTable(
        name=_("Records"), titles=[task.line.title, taken],
        headers=[_("Kind"), _("Number"), _("What it is about"), _("State"), _("Area"),
                 _("Opened on"), _("To be finished by")],
        widths=(16, 20, 60, 14, 24, 12, 14), rows=_rows(task, by),
    )  # fmt: skip
    return handed_out(name, [table], entry, by=by, at=at)


def _rows(task: Task, by: Actor) -> Iterator[list[Any]]:
    cases = related.cases_of(Task.objects.filter(pk=task.pk)).filter(related.seen(by))
    pks = list(cases.order_by("-opened_on", "-pk").values_list("pk", flat=True))
    for chunk in bulk.slices(pks, CHUNK):
        found = Case.objects.select_related("area").in_bulk(list(chunk))
        for row in related.shown([found[pk] for pk in chunk]):
            yield [
                str(row.kind), row.case.number, row.title, row.state,
                row.case.area.name if row.case.area else "", row.case.opened_on, row.case.due_on,
            ]  # fmt: skip
