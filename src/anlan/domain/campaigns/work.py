"""Tasks in the worklist: to take, to sign for, to do, to read, to check, to finish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns import columns, commands, task_lists
from anlan.domain.campaigns.loop import KIND, STATES
from anlan.domain.campaigns.milestones import queries as milestones
from anlan.domain.campaigns.models import Report, Task
from anlan.domain.campaigns.permissions import ANSWERS
from anlan.domain.campaigns.progress import pages as progress_pages
from anlan.kernel.accounts import policy
from anlan.kernel.loop import worklist
from anlan.kernel.loop.worklist import Tray, Work, opened

NEEDS = {
    "receive": "tasks.receive",
    "rectify": "tasks.rectify",
    "verify": "tasks.verify",
    "close": "tasks.close",
    "extension": "tasks.decide_extension",
}


def trays(by: Actor) -> list[Tray]:
    answers = policy.units_of(by, ANSWERS)
    unread = Report.objects.filter(status=Report.Status.SENT)
    found = worklist.trays(by, (KIND,), answers=answers, needs=NEEDS)
    return [
        *found,
        Tray("milestone", _("milestones late"), opened((KIND,)) & milestones.told_late(),
             "tasks.report"),
        Tray("claim", _("to take"), opened((KIND,), state="found"), "tasks.claim"),
        Tray("report", _("reports to read"),
             opened((KIND,)) & Q(pk__in=unread.values("task")), "tasks.answer"),
    ]  # fmt: skip


def _dress(rows: Sequence[Task], at: datetime) -> None:
    progress_pages.on_tasks(rows, at)
    milestones.on_tasks(rows, timezone.localdate(at))


WORK = Work(
    kinds={KIND: _("campaign task")},
    model=Task,
    related=task_lists.ROW,
    view="tasks.view",
    trays=trays,
    title=lambda row: row.line.title,
    whose=lambda row: row.plan.title,
    state=lambda row: str(STATES[row.case.state]),
    sign=lambda pks, by, at, request_id: commands.receive_many(
        pks, by=by, at=at, request_id=request_id
    ),
    page=task_lists.page_of,
    dress=_dress,
    mark=columns.marks,
    figure=lambda row: row.counted_cell,
)
