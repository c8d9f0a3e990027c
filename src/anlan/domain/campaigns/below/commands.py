"""Breaking a plan down: each unit below gets its own, with the tasks of the plan above.

Those are fixed (规定动作): their words stand in the plan above, which nobody below can write. The
unit below adds lines of its own (自选动作) to its draft and publishes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.ids import uuid7
from anlan.base.paths import below
from anlan.base.refusal import Refusal
from anlan.domain.campaigns.commands.plans_publishing import Wanted, open_tasks
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.models import Plan, Quota, Target, Task
from anlan.domain.campaigns.queries import having
from anlan.domain.campaigns.refusals import PlanIncomplete, PlanNotPublished
from anlan.kernel.accounts.models import Unit
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.plain import Call, Claim

#: Units that one call gives the plan to; a province has 16 prefectures and 129 counties.
BELOW_MAX = 300
#: The job that gives a plan to many (jobs_below.py).
JOB = "campaigns.break_down"


class BreakDownRunning(Refusal):
    """Two at once would each count units that the other gives the plan to."""

    code = "break_down_running"
    message = _(
        "“%(title)s” is being given to units at this moment. Wait until that is done, then choose "
        "the others."
    )
    status = 409


@transaction.atomic(durable=True)
def break_down(pk: UUID, *, units: Sequence[int], **call: Unpack[Call]) -> list[UUID]:
    """Give a published plan to units below at once; the plans that were made for them.

    A unit that has one already keeps it and gets no second.
    """
    given = {"units": sorted(units)}
    plan, claim = plain.begin(Plan.objects.all(), "plans.break_down", pk, given, **call)
    if claim.repeated:
        return claim.answer
    plan = _in_force(plan.pk)
    made = _give(plan, _units(plan, units), claim)
    claim.keep(made)
    return made


@transaction.atomic(durable=True)
def begin_break_down(pk: UUID, *, units: Sequence[int], **call: Unpack[Call]) -> UUID:
    """Have a published plan given to units below, one after the other; the job that does it."""
    given = {"units": sorted(units), "by": "job"}
    plan, claim = plain.begin(Plan.objects.all(), "plans.break_down", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    # The lock also keeps two of us from beginning at once.
    plan = _in_force(plan.pk)
    if (job := last_job(pk)) and job.is_live:
        raise BreakDownRunning(title=plan.title)
    chosen = [unit.pk for unit in _units(plan, units)]
    payload = {"plan": str(pk), "units": chosen}
    job = queue.enqueue(JOB, payload, claim.by, key=_key(pk), at=claim.at)
    claim.record("plans.begin_break_down", "plan", pk, after={"units": len(chosen)})
    return claim.done(job.pk)


def give_within(pk: UUID, unit: int, **call: Unpack[Call]) -> UUID | None:
    """Give the plan to one unit, for a job that commits it with its cursor.

    None where the unit has it by now, or is none of the area's units any more.
    """
    assert connection.in_atomic_block, "it commits with the cursor of its job"
    plan, claim = plain.begin(Plan.objects.all(), "plans.break_down", pk, {"unit": unit}, **call)
    if claim.repeated:
        return claim.answer[0] if claim.answer else None
    plan = _in_force(plan.pk)
    rows = Unit.objects.filter(below(plan.path), pk=unit, valid_to=None)
    found = list(rows.exclude(pk__in=having(plan)))
    made = _give(plan, found, claim) if found else []
    claim.keep(made)
    return made[0] if made else None


def last_job(pk: UUID) -> Job | None:
    """What gives, or gave, the plan to units."""
    return Job.objects.filter(task=JOB, key=_key(pk)).order_by("-created_at").first()


def _key(pk: UUID) -> str:
    return f"{JOB}:{pk}"


def _in_force(pk: UUID) -> Plan:
    """The plan, locked, as long as it may be given to others.

    The one at the top is locked before it: of two above a unit only one gives it the plan.
    """
    root = Plan.objects.filter(pk=pk).values_list("root", flat=True).get()
    if root is not None:
        Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=root)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    if plan.status != Plan.Status.PUBLISHED:
        raise PlanNotPublished(title=plan.title)
    if plan.kind == Plan.Kind.TEXT:
        reason = _("A text from above gives no tasks. Write a plan that carries out its items.")
        raise PlanIncomplete(field="units", reason=reason)
    return plan


def _give(plan: Plan, units: Sequence[Unit], claim: Claim) -> list[UUID]:
    plans = [
        bulk.make(
            Plan, campaign_id=plan.campaign_id, parent_id=plan.pk,
            root_id=plan.root_id or plan.pk, kind=plan.kind,
            area_id=unit.area_id, path=unit.path, unit_id=unit.pk, sector_id=plan.sector_id,
            title=plan.title, number=plan.number, issuer=plan.issuer, issued_on=plan.issued_on,
            starts_on=plan.starts_on, ends_on=plan.ends_on, made_at=claim.at,
            made_by=claim.by.name,
        )
        for unit in units
    ]  # fmt: skip
    bulk.insert(plans)
    above = list(
        plan.tasks.exclude(case__state="void")
        .select_related("case", "line")
        .order_by("line__plan", "line__place")
    )
    open_tasks(
        [
            Wanted(
                each, task.line, each.unit_id, task.case.due_on or plan.ends_on,
                task.starts_on, parent=task.pk, pk=uuid7(),
            )
            for each in plans
            for task in above
        ],
        claim,
    )  # fmt: skip
    claim.record(
        "plans.break_down", "plan", plan.pk,
        after={"units": [unit.name for unit in units], "tasks": len(above) * len(plans)},
    )  # fmt: skip
    return [each.pk for each in plans]


def _units(plan: Plan, units: Sequence[int]) -> list[Unit]:
    have = set(having(plan).values_list("unit", flat=True))
    wanted = [pk for pk in dict.fromkeys(units) if pk not in have]
    rows = Unit.objects.filter(below(plan.path), pk__in=wanted, valid_to=None)
    found = list(rows.order_by("path", "pk")) if len(wanted) <= BELOW_MAX else []
    if not found or len(found) != len(wanted):
        raise PlanIncomplete(
            field="units",
            reason=_("Choose up to %(n)d units of your area that don't have this plan yet.")
            % {"n": BELOW_MAX},
        )
    return found


@dataclass(frozen=True)
class Share:
    """How much of a target a task below must bring, in the target's smallest unit."""

    task: UUID
    target: int
    value: int


@transaction.atomic(durable=True)
def set_quotas(pk: UUID, shares: Sequence[Share], **call: Unpack[Call]) -> UUID:
    """Say how much of the plan's targets each task below must bring.

    pk:  the plan above, by whose unit they are set. The units below can't change them.
    """
    plan, claim = plain.begin(
        Plan.objects.all(), "plans.break_down", pk, {"shares": list(shares)}, **call
    )
    if claim.repeated:
        return pk
    tasks: dict[UUID, Task] = {}
    for chunk in bulk.slices(sorted({share.task for share in shares})):
        rows = Task.objects.filter(pk__in=chunk, plan__parent=plan, case__is_open=True)
        tasks |= {task.pk: task for task in rows}
    targets = _targets(shares)
    fits = all(
        share.task in tasks
        and targets.get(share.target) == tasks[share.task].line_id
        and share.value >= 0
        for share in shares
    )
    if not shares or not fits:
        raise PlanIncomplete(
            field="quotas", reason=_("Enter numbers from 0 up for tasks of the units below.")
        )
    cases = engine.lock(tasks)
    before = _shares_of(tasks)
    Quota.objects.bulk_create(
        [Quota(task_id=one.task, target_id=one.target, value=one.value) for one in shares],
        update_conflicts=True, unique_fields=["task", "target"], update_fields=["value"],
    )  # fmt: skip
    changes = {
        one.task: {"quota": [before.get((one.task, one.target)), one.value]} for one in shares
    }
    moves = [Move(cases[task], {}, change) for task, change in changes.items()]
    engine.take(TASK, "set_quota", moves, **claim.call)
    claim.record("plans.set_quotas", "plan", pk, after={"shares": len(shares)})
    return claim.done(pk)


def _targets(shares: Sequence[Share]) -> Mapping[int, UUID]:
    """By target, its line."""
    found: dict[int, UUID] = {}
    for chunk in bulk.slices(sorted({share.target for share in shares})):
        found |= dict(Target.objects.filter(pk__in=chunk).values_list("pk", "line"))
    return found


def _shares_of(tasks: Mapping[UUID, Task]) -> dict[tuple[UUID, int], int]:
    found: dict[tuple[UUID, int], int] = {}
    for chunk in bulk.slices(sorted(tasks)):
        rows = Quota.objects.filter(task__in=chunk).values_list("task", "target", "value")
        found |= {(task, target): value for task, target, value in rows}
    return found
