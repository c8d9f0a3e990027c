"""Publishing a plan: each of its tasks becomes a case of the unit that leads it.

What a plan gives to many units is opened in sets of cases, so that the statements of one set
don't depend on how many tasks are in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS
from anlan.domain.campaigns.commands.base import draft
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.models import Line, LineUnit, Plan, Task
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.ruling import rules
from anlan.kernel.loop import engine, plain, settings
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

declare(
    "campaigns.given",
    _("“%(title)s” gives your unit %(count)s tasks. Sign for them in the worklist."),
    "campaigns:plan",
)


@dataclass(frozen=True)
class Wanted:
    """A task to be opened: whose plan, which line, who must do it and until when."""

    plan: Plan
    line: Line
    unit: int | None
    due_on: date
    starts_on: date
    #: The task above, of which it is a part.
    parent: UUID | None = None
    pk: UUID = field(default_factory=uuid7)


@transaction.atomic(durable=True)
def publish(
    pk: UUID, *, reason: str = "", seen: int | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """Put a draft in force: its lines stand, and each task among them is given to its unit.

    A task whose lead unit isn't one of ours waits to be taken (认领) or given. Where days don't fit
    or elements lack, the office's rule may want a reason, which stays with the plan, or refuse.
    """
    given = {"reason": reason} if reason else {}
    _plan, claim = plain.begin(Plan.objects.all(), "plans.publish", pk, given, **call)
    if claim.repeated:
        return pk
    plan = draft(pk, seen)
    why = rules.allow(plan, reason)
    publish_within(plan, claim)
    if why:
        Plan.objects.filter(pk=pk).update(published_because=why)
        claim.record("plans.publish_despite", "plan", pk, reason=why)
    return claim.done(pk)


def publish_within(plan: Plan, claim: Claim) -> None:
    """For a command that publishes a plan within its own transaction, under its own claim."""
    assert connection.in_atomic_block, "it commits with what publishes it"
    if plan.kind == Plan.Kind.TEXT:
        if not plan.lines.exists():
            raise PlanIncomplete(field="lines", reason=_("Write down at least one item first."))
        put_in_force(plan, (), claim)
        return
    lines = list(plan.lines.filter(kind=Line.Kind.TASK).select_related("stage").order_by("place"))
    if not lines and plan.parent_id is None:
        raise PlanIncomplete(field="lines", reason=_("Write down at least one task first."))
    put_in_force(plan, lines, claim)


def put_in_force(plan: Plan, lines: Sequence[Line], claim: Claim) -> None:
    """Publish a plan within its caller's transaction: a task for each of these lines."""
    assert connection.in_atomic_block, "it commits with what publishes it"
    leads = leads_of(lines)
    open_tasks([_wanted(plan, line, leads.get(line.pk)) for line in lines], claim)
    Plan.objects.filter(pk=plan.pk).update(
        status=Plan.Status.PUBLISHED, published_at=claim.at, published_by=claim.by.name
    )
    after = {"title": plan.title, "tasks": len(lines)}
    claim.record("plans.publish", "plan", plan.pk, after=after)


def _wanted(plan: Plan, line: Line, unit: int | None) -> Wanted:
    stage = line.stage
    # Without a day of its own it is due with its stage, else with the plan: never by a rule
    # that counts a fortnight.
    due = line.due_on or (stage.ends_on if stage else plan.ends_on)
    start = line.starts_on or (stage.starts_on if stage else plan.starts_on)
    return Wanted(plan, line, unit, due, min(start, due))


def leads_of(lines: Sequence[Line]) -> dict[UUID, int]:
    """By line, the first unit of ours that leads it."""
    found: dict[UUID, int] = {}
    for chunk in bulk.slices([line.pk for line in lines]):
        rows = LineUnit.objects.filter(
            line__in=chunk, role=LineUnit.Role.LEAD, unit__isnull=False
        ).order_by("place")
        for line, unit in rows.values_list("line", "unit"):
            found.setdefault(line, unit)
    return found


def open_tasks(wanted: Sequence[Wanted], claim: Claim) -> None:
    """Open a case for each, give those that have a unit to it, and tell each unit once."""
    for part in bulk.slices(wanted, BATCH_ROWS):
        _open(part, claim)
    told: Counter[tuple[UUID, str, int]] = Counter(
        (one.plan.pk, one.plan.title, one.unit) for one in wanted if one.unit is not None
    )
    outbox.post_many(
        [
            Post("campaigns.given", str(plan), {"title": title, "count": count}, to_units=(unit,))
            for (plan, title, unit), count in told.items()
        ],
        at=claim.at,
    )


def _open(wanted: Sequence[Wanted], claim: Claim) -> None:
    today = timezone.localdate(claim.at)
    new = [
        NewCase(
            pk=one.pk, area_id=one.plan.area_id, path=one.plan.path, unit_id=one.plan.unit_id,
            opened_on=today, sector=_sector(one), due_on=one.due_on,
        )
        for one in wanted
    ]  # fmt: skip
    cases = {case.pk: case for case in engine.open_cases(TASK, new, **claim.call)}
    bulk.insert(
        [
            bulk.make(
                Task, case_id=one.pk, plan_id=one.plan.pk, line_id=one.line.pk,
                parent_id=one.parent, starts_on=one.starts_on,
            )
            for one in wanted
        ]
    )  # fmt: skip
    given = [(one, cases[one.pk]) for one in wanted if one.unit is not None]
    moves = [Move(case, {"due_on": case.due_on}, {"rectifier": one.unit}) for one, case in given]
    engine.take(TASK, "assign", moves, **claim.call)
    due = settings.current(TASK.kind).due("receipt", "", claim.at)
    receipt = due.on if due else None
    bulk.insert([each for one, case in given for each in _parties(one, case, receipt, claim)])


def _sector(one: Wanted) -> str | None:
    codes = [code for code in one.line.sectors.split(",") if code]
    return codes[0] if codes else one.plan.sector_id


def _parties(one: Wanted, case: Case, receipt: date | None, claim: Claim) -> Iterable[Party]:
    """The unit that must do it, and the plan's as the one that gave it and has signed."""
    today = timezone.localdate(claim.at)
    yield bulk.make(
        Party, case_id=case.pk, role=PartyRole.RECTIFIER, unit_id=one.unit, since=today,
        receipt_due_on=receipt,
    )  # fmt: skip
    yield bulk.make(
        Party, case_id=case.pk, role=PartyRole.ASSIGNER, unit_id=one.plan.unit_id, since=today,
        rank=1, received_at=claim.at, received_by=claim.by.user_id,
    )  # fmt: skip
