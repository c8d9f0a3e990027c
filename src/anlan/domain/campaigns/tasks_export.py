"""The list of tasks as a workbook: as its address narrows it, with who took it out and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns import (
    queries,
    task_lists,
)
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import Milestone, Quota, Target, Task
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.domain.campaigns.progress import tasks as progress_tasks
from anlan.domain.hazards.exporting import EXPORT_ROWS_MAX, TooMuch
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets.handing_out import handed_out
from anlan.kernel.papers.sheets.writing import OutTable
from anlan.kernel.regions.models import Region
from anlan.ui.lists import Filters

FETCHED_AT_ONCE = 500
WIDTHS = (16, 8, 40, 60, 28, 12, 8, 40, 24, 24, 12, 24, 28, 14, 12, 12, 30, 8, 60)


def answer(asked: Filters, above: str, *, by: Actor, at: datetime) -> HttpResponse:
    """The workbook as a download, by deadline; on record before it goes out (S22)."""
    today = timezone.localdate(at)
    region = Region.objects.filter(code=asked["area"]).first() if asked["area"] else None
    where = task_lists.conditions(asked, region, by, today, above)
    keys = queries.tasks(by).filter(where).order_by(F("case__due_on").asc(nulls_last=True), "pk")
    if keys.order_by()[EXPORT_ROWS_MAX : EXPORT_ROWS_MAX + 1].exists():
        raise TooMuch(max=EXPORT_ROWS_MAX)
    name = f"{_('Tasks of campaigns')}-{timezone.localtime(at):%Y%m%d-%H%M}.xlsx"
    entry = trail.Entry("tasks.export", "list", "", after={"query": asked.query()})
    table = _table(keys.values_list("pk", flat=True), by, at)
    return handed_out(name, [table], entry, by=by, at=at)


def _table(keys: QuerySet[Task, UUID], by: Actor, at: datetime) -> OutTable:
    headers = [
        _("Number"), _("No."), _("Task"), _("As the plan says it"), _("Unit"), _("State"),
        _("Progress"), _("What is aimed at"), _("Counted"), _("How the count stands"),
        _("To be finished by"), _("Area"),
        _("Plan"), _("In person"), _("Worked on from"), _("Last report"),
        _("What is wanted as proof"), _("Key task"), _("Milestones"),
    ]  # fmt: skip
    scope = _("Taken out by %(name)s on %(when)s") % {
        "name": by.name, "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    return OutTable(
        name=_("Tasks of campaigns"), headers=headers, rows=_rows(keys, at), titles=[scope],
        widths=WIDTHS,
    )  # fmt: skip


def _rows(keys: QuerySet[Task, UUID], at: datetime) -> Iterator[list[Any]]:
    today = timezone.localdate(at)
    waiting = keys.iterator(chunk_size=FETCHED_AT_ONCE)
    while chunk := list(islice(waiting, FETCHED_AT_ONCE)):
        rows = Task.objects.select_related("case__area", "plan", "line").in_bulk(chunk)
        tasks = [rows[pk] for pk in chunk if pk in rows]
        task_lists.with_units(tasks)
        milestones.on_tasks(tasks, today)
        steps = milestones.by_task(chunk)
        aims, counted = _aims(tasks), _counted(tasks, at)
        for task in tasks:
            case = task.case
            yield [
                case.number, task.line.no, task.line.title, task.line.text,
                task.unit_name,  # type: ignore[attr-defined]
                str(STATES[case.state]), f"{task.progress}%", aims[task.pk], *counted[task.pk],
                case.due_on, case.area.full_name, task.plan.title, task.person, task.starts_on,
                task.reported_on, task.line.evidence,
                _("yes") if task.is_key else "",  # type: ignore[attr-defined]
                _steps(steps.get(task.pk, []), today, case.settled_on),
            ]  # fmt: skip


def _steps(rows: list[Milestone], today: date, settled: date | None) -> str:
    return "；".join(
        f"{one.name} {one.due_on} {milestones.STATES[milestones.state_of(one, today, settled)]}"
        for one in rows
    )


def _aims(tasks: list[Task]) -> dict[UUID, str]:
    """What each task is to reach, with its share."""
    by_line: dict[UUID, list[Target]] = defaultdict(list)
    lines = {task.line_id for task in tasks}
    for target in Target.objects.filter(line__in=lines).order_by("place"):
        by_line[target.line_id].append(target)
    shares = {
        (task, target): value
        for task, target, value in Quota.objects.filter(
            task__in=[task.pk for task in tasks]
        ).values_list("task", "target", "value")
    }
    found = {}
    for task in tasks:
        words = []
        for target in by_line[task.line_id]:
            share = shares.get((task.pk, target.pk))
            mine = progress_pages.plain(queries.number(share, target.digits))
            said = queries.said(target)
            words.append(
                said
                if share is None
                else _("%(target)s (share %(n)s)") % {"target": said, "n": mine}
            )
        found[task.pk] = "；".join(words)
    return found


def _counted(tasks: list[Task], at: datetime) -> dict[UUID, tuple[str, str]]:
    """What the ledger counts of each, of how much, and how that stands."""
    counts: dict[UUID, list[str]] = defaultdict(list)
    stands: dict[UUID, list[str]] = defaultdict(list)
    for (task, _target), figure in progress_tasks.of_tasks(tasks, at=at).items():
        counts[task].append(progress_pages.count_words(figure))
        words = [str(figure.verdict.label), progress_pages.short_words(figure)]
        stands[task].append(" ".join(word for word in words if word))
    return defaultdict(
        lambda: ("", ""),
        {task: ("；".join(words), "；".join(stands[task])) for task, words in counts.items()},
    )
