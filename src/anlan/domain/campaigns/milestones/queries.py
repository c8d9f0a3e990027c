"""Milestones as pages show them: reached, late or ahead; constant in statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from anlan.domain.campaigns.models import KeyTask, Milestone, Task

STATES: dict[str, str | Promise] = {
    "reached": gettext_lazy("reached in time"),
    "reached_late": gettext_lazy("reached late"),
    "late": gettext_lazy("late, not reached"),
    "ahead": gettext_lazy("still ahead"),
}
TONES = {"reached": "green", "reached_late": "blue", "late": "red", "ahead": "line"}


def state_of(row: Milestone, today: date, settled: date | None = None) -> str:
    """``settled``: since then the task was reported done, and no step of it is late any more."""
    if row.reached_on is not None:
        return "reached" if row.reached_on <= row.due_on else "reached_late"
    return "late" if row.due_on < (settled or today) else "ahead"


def by_task(pks: Iterable[UUID]) -> dict[UUID, list[Milestone]]:
    found: dict[UUID, list[Milestone]] = defaultdict(list)
    for row in Milestone.objects.filter(task__in=list(pks)).order_by("place"):
        found[row.task_id].append(row)
    return found


def late(today: date) -> Q:
    """Tasks that a step of which is late."""
    rows = Milestone.objects.filter(reached_on=None, due_on__lt=today)
    return Q(pk__in=rows.values("task"), case__unsettled=True, case__suspended_on=None)


def unplanned() -> Q:
    """Tasks to be done that have no plan of execution: no steps, or nobody in person (施工图)."""
    planned = Task.objects.exclude(person="").filter(pk__in=Milestone.objects.values("task"))
    return Q(case__unsettled=True) & ~Q(pk__in=planned.values("pk"))


def told_late() -> Q:
    """The same as the clock found it: what a worklist waits with, which knows no day."""
    rows = Milestone.objects.filter(reached_on=None, told_on__isnull=False)
    return Q(pk__in=rows.values("task"), case__unsettled=True, case__suspended_on=None)


def on_tasks(tasks: Sequence[Task], today: date) -> None:
    """Put beside each task of a page its late step and whether it is a key task: two statements."""
    pks = [task.pk for task in tasks]
    steps = Milestone.objects.filter(task__in=pks, reached_on=None, due_on__lt=today)
    named: dict[UUID, str] = {}
    for row in steps.order_by("place"):
        named.setdefault(row.task_id, row.name)
    keys = set(KeyTask.objects.filter(task__in=pks).values_list("task", flat=True))
    for task in tasks:
        running = task.case.unsettled and task.case.state != "found"
        task.late_step = named.get(task.pk, "") if running else ""  # type: ignore[attr-defined]
        task.is_key = task.pk in keys  # type: ignore[attr-defined]
