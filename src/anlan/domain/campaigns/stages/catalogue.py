"""重点任务目录清单 as a paper: each key task with its unit, measures, steps and how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries, task_lists
from anlan.domain.campaigns.loop import STATES
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import Campaign, KeyTask, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.papers.official import word
from anlan.kernel.papers.official.language import of_papers
from anlan.kernel.papers.official.paper import Block, Heading, Paper, Table, lines

#: Key tasks that one paper lists.
TASKS_MAX = 500


def written(campaign: Campaign, by: Actor, at: datetime) -> tuple[bytes, int]:
    """The paper as .docx, and how many tasks it lists: those that the reader may see."""
    today = timezone.localdate(at)
    keys = queries.tasks(by).filter(
        queries.in_campaign(campaign.pk), pk__in=KeyTask.objects.values("task")
    ).exclude(case__state="void")  # fmt: skip
    rows = keys.select_related("case", "plan", "line").order_by(
        F("case__due_on").asc(nulls_last=True), "pk"
    )
    tasks = list(rows[: TASKS_MAX + 1])
    if len(tasks) > TASKS_MAX:
        reason = _("A paper lists at most %(n)d key tasks; take them out as a workbook.")
        raise PlanIncomplete(field="key", reason=reason % {"n": TASKS_MAX})
    task_lists.with_units(tasks)
    steps = milestones.by_task([task.pk for task in tasks])
    with of_papers():
        return word.write(_paper(campaign, tasks, steps, today), by=by.name, at=at), len(tasks)


def _paper(
    campaign: Campaign, tasks: Sequence[Task], steps: Mapping[Any, Any], today: date
) -> Paper:
    table = [_row(n, task) for n, task in enumerate(tasks, 1)]
    headers = [_("No."), _("Task"), _("Unit"), _("In person"), _("To be finished by"), _("State"),
               _("Progress")]  # fmt: skip
    late = sum(
        milestones.state_of(one, today, task.case.settled_on) == "late"
        for task in tasks for one in steps.get(task.pk, [])
    )  # fmt: skip
    said = _("%(n)s key tasks as of %(day)s; %(late)s steps are late.") % {
        "n": len(tasks), "day": date_format(today, "DATE_FORMAT"), "late": late,
    }  # fmt: skip
    blocks: list[Block] = [*lines(said), Table("", headers, table)]
    for n, task in enumerate(tasks, 1):
        blocks.append(Heading(f"{n}. {task.line.title}"))
        blocks += lines(task.line.text)
        if mine := steps.get(task.pk, []):
            shown = [
                [one.name, date_format(one.due_on, "DATE_FORMAT"),
                 str(milestones.STATES[milestones.state_of(one, today, task.case.settled_on)])]
                for one in mine
            ]  # fmt: skip
            blocks.append(Table("", [_("Milestone"), _("Due"), _("State")], shown))
        else:
            blocks += lines(_("No milestone is written down."))
    title = _("%(campaign)s: catalogue of key tasks") % {"campaign": campaign.title}
    return Paper(form="plain", title=title, blocks=blocks)


def _row(n: int, task: Task) -> list[str]:
    due = date_format(task.case.due_on, "DATE_FORMAT") if task.case.due_on else ""
    unit = str(task.unit_name)  # type: ignore[attr-defined]
    state = str(STATES[task.case.state])
    return [str(n), task.line.title, unit, task.person, due, state, f"{task.progress}%"]
