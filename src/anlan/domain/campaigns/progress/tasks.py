"""The figures of tasks and of a plan's lines: what is asked of the ledger for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from anlan.base import bulk
from anlan.domain.campaigns.models import Line, Plan, Quota, Target, Task
from anlan.domain.campaigns.progress import figures as progress
from anlan.domain.campaigns.progress.figures import Asked, Figure
from anlan.kernel.loop.models import Case

#: Areas that one statement reads; the ledger takes more.
TASKS_AT_ONCE = 500


class _Since(NamedTuple):
    """What a line says of its time: its own first day, its plan's, and the base year."""

    plan: UUID
    starts_on: date | None
    plan_starts_on: date
    base_year: int | None


def of_tasks(
    tasks: Sequence[Task], *, at: datetime, known: datetime | None = None
) -> dict[tuple[UUID, int], Figure]:
    """By task and target, what the ledger counts; so many statements, however many tasks.

    tasks:  with their cases.
    """
    lines = {task.line_id for task in tasks}
    targets = list(Target.objects.filter(line__in=lines).exclude(counted="").order_by("place"))
    if not targets:
        return {}
    quotas = {
        (task, target): value
        for task, target, value in Quota.objects.filter(
            task__in=[task.pk for task in tasks], target__in=[one.pk for one in targets]
        ).values_list("task", "target", "value")
    }
    since = _since(lines)
    asked = []
    for task in tasks:
        for target in targets:
            if target.line_id != task.line_id:
                continue
            said, case = since[task.line_id], task.case
            start = said.starts_on or said.plan_starts_on
            wanted = progress.wanted_of(
                target, quotas.get((task.pk, target.pk)), said.plan == task.plan_id
            )
            asked.append(
                Asked(
                    (task.pk, target.pk), target, case.area_id, start, case.due_on, wanted,
                    progress.base_year(target, said.base_year, start), case.closed_on,
                )
            )  # fmt: skip
    return progress.measured(asked, at=at, known=known)


def _since(lines: Iterable[UUID]) -> dict[UUID, _Since]:
    rows = Line.objects.filter(pk__in=list(lines)).values_list(
        "pk", "plan", "starts_on", "plan__starts_on", "plan__campaign__base_year"
    )
    return {pk: _Since(plan, first, begins, base) for pk, plan, first, begins, base in rows}


def of_lines(
    plan: Plan, lines: Sequence[Line], targets: Sequence[Target], *, at: datetime,
    known: datetime | None = None,
) -> dict[int, Figure]:  # fmt: skip
    """By target, what is counted in the plan's own area; goals have figures without any task."""
    by_pk = {line.pk: line for line in lines}
    asked = []
    for target in targets:
        line = by_pk.get(target.line_id)
        if line is None or not target.counted:
            continue
        start = line.starts_on or plan.starts_on
        asked.append(
            Asked(
                target.pk, target, plan.area_id, start, line.due_on or plan.ends_on,
                progress.wanted_of(target, None, True),
                progress.base_year(target, plan.campaign.base_year, start),
            )
        )  # fmt: skip
    return progress.measured(asked, at=at, known=known)


# --- how far a task is, where nobody types it -------------------------------------------------


def percents(tasks: Sequence[Task], *, at: datetime) -> dict[UUID, int]:
    """By task, how far it is in whole per cent, of those whose every number is counted.

    The least of its targets says it.
    """
    lines = {task.line_id for task in tasks}
    numbered = Target.objects.filter(line__in=lines, kind="number", value__isnull=False)
    counted: dict[UUID, list[int]] = {}
    typed: set[UUID] = set()
    for line, pk, code in numbered.values_list("line", "pk", "counted"):
        if code:
            counted.setdefault(line, []).append(pk)
        else:
            typed.add(line)
    measurable = [one for one in tasks if one.line_id in counted and one.line_id not in typed]
    if not measurable:
        return {}
    figures = of_tasks(measurable, at=at)
    found = {}
    for task in measurable:
        parts = [
            figure.percent
            for pk in counted[task.line_id]
            if (figure := figures.get((task.pk, pk))) is not None
        ]
        if parts and all(part is not None for part in parts):
            found[task.pk] = min(part for part in parts if part is not None)
    return found


def is_counted(line: UUID) -> bool:
    """Whether every number of a line is counted, so that nobody types how far it is."""
    rows = Target.objects.filter(line=line, kind="number", value__isnull=False)
    codes = list(rows.values_list("counted", flat=True))
    return bool(codes) and all(codes)


def refresh(now: datetime) -> int:
    """Write down how far counted tasks are that are under way, for the map's lights."""
    lines = Target.objects.exclude(counted="").values("line")
    rows = Task.objects.filter(line__in=lines, case__state="assigned").order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    changed = 0
    for chunk in bulk.slices(pks, TASKS_AT_ONCE):
        tasks = list(Task.objects.filter(pk__in=chunk).select_related("case"))
        found = percents(tasks, at=now)
        for task in tasks:
            percent = found.get(task.pk, task.progress)
            if percent != task.progress:
                # Beside a report that is being written: the state is looked at again.
                changed += Task.objects.filter(
                    pk=task.pk, progress=task.progress,
                    case__in=Case.objects.filter(pk=task.pk, state="assigned").values("pk"),
                ).update(progress=percent)  # fmt: skip
    return changed


def known_at(said: str, today: date) -> datetime | None:
    """The end of the day that an address names, where it is past; today is as known now."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return None
    return progress.day_end(day) if day < today else None
