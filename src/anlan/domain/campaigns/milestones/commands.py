"""Milestones of a task: written, reached by a report, told late by the clock; and key tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.domain.campaigns.commands.base import Turn, begin, turns
from anlan.domain.campaigns.milestones.scheduling import STEPS_MAX, Step
from anlan.domain.campaigns.models import TITLE_CHARS_MAX, KeyTask, Milestone, Report, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.loop import plain, told
from anlan.kernel.loop.frame import Call, OnOne
from anlan.kernel.loop.models import Case, PartyRole
from anlan.kernel.notices.kinds import declare

declare(
    "campaigns.milestone_late",
    _("%(number)s: “%(name)s” was due on %(due)s and no report says that it is reached."),
    "campaigns:task",
)
#: Late milestones that one look of the clock tells of; the rest come with the next.
TOLD_AT_ONCE = 2_000


@transaction.atomic(durable=True)
def set_milestones(pk: UUID, steps: Sequence[Step], **call: Unpack[OnOne]) -> list[UUID]:
    """Write down the steps that are still ahead. Those that were reached stay as they are."""
    given = {"steps": [(one.name, one.due_on) for one in steps]}
    work = begin("tasks.plan", [pk], given, **call)
    for turn in turns(work):
        old = list(turn.task.milestones.order_by("place"))
        kept = [one for one in old if one.reached_on is not None]
        _check(turn, kept, steps)
        before = [f"{one.name} {one.due_on}" for one in old]
        turn.task.milestones.filter(reached_on=None).delete()
        first = max((one.place for one in kept), default=-1) + 1
        # Of a step that stays as it is, it was told already that it is late.
        told_on = {(one.name, one.due_on): one.told_on for one in old if one.reached_on is None}
        bulk.insert(
            [
                bulk.make(
                    Milestone, task_id=pk, place=first + n, name=one.name, due_on=one.due_on,
                    told_on=told_on.get((one.name, one.due_on)),
                )
                for n, one in enumerate(steps)
            ]
        )  # fmt: skip
        after = [*(f"{one.name} {one.due_on}" for one in kept),
                 *(f"{one.name} {one.due_on}" for one in steps)]  # fmt: skip
        turn.take("set_milestones", {"milestones": ["；".join(before), "；".join(after)]})
    return work.done()


def _check(turn: Turn, kept: Sequence[Milestone], steps: Sequence[Step]) -> None:
    due = turn.case.due_on
    if len(kept) + len(steps) > STEPS_MAX:
        raise PlanIncomplete(
            field="steps", reason=_("A task has at most %(n)d steps.") % {"n": STEPS_MAX}
        )
    last = date.min
    for one in steps:
        if not one.name.strip() or len(one.name) > TITLE_CHARS_MAX:
            raise PlanIncomplete(field="steps", reason=_("Give each step a name."))
        if one.due_on < last:
            raise PlanIncomplete(
                field="steps", reason=_("“%(name)s” is due before the step that comes first.")
                % {"name": one.name},
            )  # fmt: skip
        if due is not None and one.due_on > due:
            raise PlanIncomplete(
                field="steps",
                reason=_("“%(name)s” is due after the task itself, on %(due)s.")
                % {"name": one.name, "due": due},
            )
        last = one.due_on


def reach(turn: Turn, report: Report, pks: Collection[int], today: date) -> None:
    """What a report says was reached; within the command that takes the report."""
    assert connection.in_atomic_block, "it commits with the report"
    if not pks:
        return
    rows = turn.task.milestones.filter(pk__in=list(pks), reached_on=None)
    if rows.update(reached_on=today, report=report) != len(set(pks)):
        raise PlanIncomplete(field="milestones", reason=_("Choose steps that are not reached yet."))


def take_back(reports: Iterable[UUID]) -> None:
    """What was reached by reports that are returned is ahead again."""
    assert connection.in_atomic_block, "it commits with the return"
    Milestone.objects.filter(report__in=list(reports)).update(
        reached_on=None, report=None, told_on=None
    )


def tell_late(now: datetime) -> int:
    """Tell (提示) those who have the task, and who gave it, of each late milestone, once."""
    today = timezone.localdate(now)
    late = Milestone.objects.filter(
        reached_on=None, told_on=None, due_on__lt=today, task__case__unsettled=True,
        task__case__suspended_on=None,
    ).exclude(task__case__state="found")  # fmt: skip
    with transaction.atomic(durable=True):
        rows = list(late.select_for_update(of=("self",)).order_by("pk")[:TOLD_AT_ONCE])
        cases = Case.objects.in_bulk([row.task_id for row in rows])
        for row in rows:
            said = {"name": row.name, "due": str(row.due_on)}
            case = cases[row.task_id]
            for role in (PartyRole.RECTIFIER, PartyRole.ASSIGNER):
                told.parties([case], role, "campaigns.milestone_late", at=now, **said)
        Milestone.objects.filter(pk__in=[row.pk for row in rows]).update(told_on=today)
    return len(rows)


@transaction.atomic(durable=True)
def mark_key(pk: UUID, *, key: bool, note: str = "", **call: Unpack[Call]) -> UUID:
    """Put a task into the catalogue of key tasks, or take it out; both stay on record."""
    given = {"key": key, "note": note}
    _task, claim = plain.begin(Task.objects.all(), "tasks.mark_key", pk, given, **call)
    if claim.repeated:
        return pk
    said = note.strip()[:TITLE_CHARS_MAX]
    if key:
        made = {"note": said, "made_at": claim.at, "made_by": claim.by.name}
        KeyTask.objects.update_or_create(task_id=pk, defaults=made)
    else:
        KeyTask.objects.filter(task=pk).delete()
    claim.record("tasks.key", "case", pk, reason=said, after={"key": key})
    return claim.done(pk)
