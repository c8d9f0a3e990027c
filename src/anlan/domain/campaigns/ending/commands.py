"""Ending a plan: nothing is given under it any more, here or by any unit that got it.

Its open tasks go on until they are finished or, where the office says so, are withdrawn with it: a
plan of a province has tens of thousands below, so that the worker does it, a set at a time.
"""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import BATCH_ROWS
from anlan.base.refusal import MovedOn
from anlan.domain.campaigns.commands.base import text_of
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.models import Duty, Plan, Report, Task
from anlan.domain.campaigns.progress import facts as progress_facts
from anlan.domain.campaigns.refusals import PlanIncomplete, PlanNotPublished
from anlan.domain.campaigns.returns.commands import end_within
from anlan.kernel.jobs import queue
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

declare(
    "campaigns.ended",
    _("“%(title)s” was ended: %(reason)s"),
    "campaigns:plan",
)
#: The job that withdraws the tasks (jobs.py).
JOB = "campaigns.withdraw_tasks"
REASON_CHARS_MAX = 500


def tree(pk: UUID) -> Q:
    """A plan with all that were broken down from it."""
    return Q(pk=pk) | Q(root=pk)


def open_tasks(pk: UUID) -> QuerySet[Task]:
    """Tasks of a plan and of those below it that aren't finished."""
    plans = Plan.objects.filter(tree(pk)).order_by()
    return Task.objects.filter(plan__in=plans.values("pk"), case__is_open=True)


@transaction.atomic(durable=True)
def end_plan(
    pk: UUID, *, reason: str, withdraw: bool = False, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """End a plan, and with it those of the units below; they are told once each, with the reason.

    withdraw:  the open tasks are withdrawn with it; else they go on until they are finished.
    """
    given = {"reason": reason, "withdraw": withdraw}
    _plan, claim = plain.begin(Plan.objects.all(), "plans.publish", pk, given, **call)
    if claim.repeated:
        return pk
    # Whoever gives it to a unit holds this lock: they are before us, or find it ended.
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    if seen is not None and plan.version != seen:
        raise MovedOn
    if plan.status != Plan.Status.PUBLISHED:
        raise PlanNotPublished(title=plan.title)
    if plan.root_id is not None:
        raise PlanIncomplete(
            field="reason", reason=_("It came from the plan above; who gave it ends it.")
        )
    why = text_of(reason, "reason", _("Say why; the units will read it."), REASON_CHARS_MAX)
    rows = Plan.objects.filter(tree(pk)).exclude(status=Plan.Status.ENDED)
    ended = list(rows.order_by("path", "pk").values_list("pk", "unit"))
    rows.update(
        status=Plan.Status.ENDED, ended_at=claim.at, ended_by=claim.by.name, ended_because=why
    )
    Plan.objects.filter(pk=pk).update(version=plan.version + 1)
    for duty in Duty.objects.filter(plan__in=[one for one, _unit in ended], ended_on=None):
        end_within(duty.pk, why, claim)
    told = {"title": plan.title, "reason": why}
    posts = [Post("campaigns.ended", str(one), told, to_units=(unit,)) for one, unit in ended]
    outbox.post_many(posts, at=claim.at)
    if withdraw:
        payload = {"plan": str(pk), "reason": why}
        queue.enqueue(JOB, payload, claim.by, key=f"{JOB}:{pk}", at=claim.at)
    after = {"plans": len(ended), "withdraw": withdraw}
    claim.record("plans.end", "plan", pk, reason=why, after=after)
    return claim.done(pk)


def withdraw_within(pk: UUID, reason: str, **call: Unpack[Call]) -> int:
    """Withdraw a set of what is open under an ended plan; how many they were, 0 at the end.

    The units were told of the plan: a notice for each task would bury that.
    """
    assert connection.in_atomic_block, "it commits with its job"
    _plan, claim = plain.begin(
        Plan.objects.all(), "plans.publish", pk, {"withdraw": reason}, **call
    )
    if claim.repeated:
        return 0
    pks = list(open_tasks(pk).order_by("pk").values_list("pk", flat=True)[:BATCH_ROWS])
    cases = [case for case in engine.lock(pks).values() if case.is_open]
    engine.take(TASK, "void", [Move(case) for case in cases], reason=reason, **claim.call)
    reports = Report.objects.filter(task__in=[case.pk for case in cases]).exclude(reached={})
    progress_facts.take_back(list(reports.values_list("pk", flat=True)), claim.at)
    claim.done(pk)
    return len(pks)
