"""What carries out a plan's items, as a workbook: item by item, and those that nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.deriving import queries as deriving
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.models import Line, Plan
from anlan.domain.campaigns.supporting.queries import rules_of
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable

CHUNK = 200


def answer(plan: Plan, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download; on record before it goes out (S22)."""
    name = _("%(plan)s – carried out by.xlsx") % {"plan": plan.title}
    entry = trail.Entry("plans.export_derived", "plan", plan.pk)
    return handed_out(name, _tables(plan, by, at), entry, by=by, at=at)


def _tables(plan: Plan, by: Actor, at: datetime) -> list[OutTable]:
    today = timezone.localdate(at)
    taken = _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    lines = list(deriving.items_of(plan))
    items = [
        item for chunk in bulk.slices(lines, CHUNK)
        for item in deriving.with_lines(chunk, by, today, named=0)
    ]  # fmt: skip
    rules = {
        pk: found for chunk in bulk.slices([line.pk for line in lines], CHUNK)
        for pk, found in rules_of(chunk, by, today).items()
    }  # fmt: skip
    return [
        OutTable(
            name=_("Items"), titles=[plan.title, taken],
            headers=[_("No."), _("Number in the paper"), _("Section"), _("Item"),
                     _("Lines that carry it out"), _("Tasks"), _("Finished"), _("Behind time"),
                     _("Supporting rules")],
            widths=(6, 12, 20, 60, 12, 8, 8, 8, 50),
            rows=[[n, item.line.no, item.line.section, item.line.title, item.count, item.tasks,
                   item.closed, item.late,
                   "；".join(f"{one.title}（{one.word}）" for one in rules.get(item.line.pk, ()))]
                  for n, item in enumerate(items, 1)],
        ),
        OutTable(
            name=_("Carried out by"),
            headers=[_("No."), _("Item"), _("Plan"), _("Unit"), _("Number in the paper"),
                     _("What is to be done"), _("State"), _("To be finished by")],
            widths=(6, 40, 36, 28, 12, 60, 12, 14),
            rows=list(_links(lines, by)),
        ),
    ]  # fmt: skip


def _links(lines: list[Line], by: Actor) -> Iterator[list[Any]]:
    number = {line.pk: n for n, line in enumerate(lines, 1)}
    for chunk in bulk.slices(lines, CHUNK):
        rows = deriving.links(by).filter(item__in=[line.pk for line in chunk])
        found = list(
            rows.select_related("item", "line__plan__unit")
            .order_by("item__place", "line__plan__path", "line__plan", "line__place")
        )  # fmt: skip
        tasks = {
            task.line_id: task
            for part in bulk.slices([link.line_id for link in found])
            for task in queries.tasks(by).filter(line__in=part, plan=F("line__plan"))
            .select_related("case")
        }  # fmt: skip
        for link in found:
            task = tasks.get(link.line_id)
            yield [
                number[link.item_id], link.item.title, link.line.plan.title,
                link.line.plan.unit.name, link.line.no, link.line.title,
                str(STATES[task.case.state]) if task else "",
                task.case.due_on if task else link.line.due_on,
            ]  # fmt: skip
