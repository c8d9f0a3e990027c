"""Saying which records of daily work belong to a task: neither the record nor its counts change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.models import Task, TaskRecord
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.related import queries as related
from anlan.domain.inspections.models import Sweep, Visit
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.plain import Call

#: Records that one call names, and that a task has by name.
AT_ONCE_MAX, RECORDS_MAX = 100, 5_000


@transaction.atomic(durable=True)
def link(
    pk: UUID, numbers: Sequence[str] = (), *, sweep: int | None = None,
    visit: UUID | None = None, **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Records, by their numbers, a sweep and a visit that belong to the task; what does stays."""
    given = {"numbers": list(numbers), "sweep": sweep, "visit": visit}
    task, claim = plain.begin(Task.objects.all(), "tasks.link", pk, given, **call)
    if claim.repeated:
        return pk
    _lock(task)
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    if not wanted and sweep is None and visit is None:
        raise PlanIncomplete(field="numbers", reason=_("Write the number of a record."))
    if len(wanted) > AT_ONCE_MAX:
        reason = _("At most %(n)d records at a time.") % {"n": AT_ONCE_MAX}
        raise PlanIncomplete(field="numbers", reason=reason)
    cases = _cases(wanted, claim.by)
    have = set(task.records.values_list("case", flat=True))
    fresh = [case for case in cases if case not in have]
    if len(have) + len(fresh) > RECORDS_MAX:
        reason = _("A task has at most %(n)d records by name.") % {"n": RECORDS_MAX}
        raise PlanIncomplete(field="numbers", reason=reason)
    common = {"task": task, "made_at": claim.at, "made_by": claim.by.name}
    rows = [TaskRecord(case_id=case, **common) for case in fresh]
    if sweep is not None and not task.records.filter(sweep=_sweep(sweep, claim.by)).exists():
        if task.records.filter(sweep__isnull=False).count() >= related.SWEEPS_MAX:
            reason = _("A task has at most %(n)d sweeps.") % {"n": related.SWEEPS_MAX}
            raise PlanIncomplete(field="sweep", reason=reason)
        rows.append(TaskRecord(sweep_id=sweep, **common))
    if visit is not None and not task.records.filter(visit=_visit(visit, claim.by)).exists():
        if task.records.filter(visit__isnull=False).count() >= RECORDS_MAX:
            reason = _("A task has at most %(n)d records by name.") % {"n": RECORDS_MAX}
            raise PlanIncomplete(field="numbers", reason=reason)
        rows.append(TaskRecord(visit_id=visit, **common))
    TaskRecord.objects.bulk_create(rows)
    after = {"records": wanted, "sweep": sweep, "visit": str(visit) if visit else None}
    claim.record("tasks.link", "case", pk, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def unlink(
    pk: UUID, *, case: UUID | None = None, sweep: int | None = None, visit: UUID | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """A record, a sweep or a visit doesn't belong to the task."""
    given = {"case": case, "sweep": sweep, "visit": visit}
    task, claim = plain.begin(Task.objects.all(), "tasks.link", pk, given, **call)
    if claim.repeated:
        return pk
    _lock(task)
    # One of the three; where it is none, no record has it.
    named = {name: value for name, value in given.items() if value}
    row = task.records.filter(**named).select_related("case").first() if named else None
    if row is None:
        raise PlanIncomplete(field="numbers", reason=_("It doesn’t belong to this task."))
    row.delete()
    before = {"record": row.case.number if row.case else "", "sweep": sweep,
              "visit": str(visit) if visit else None}  # fmt: skip
    claim.record("tasks.unlink", "case", pk, before=before)
    return claim.done(pk)


def _lock(task: Task) -> None:
    assert connection.in_atomic_block, "the lock is its caller's"
    Task.objects.select_for_update(of=("self",)).get(pk=task.pk)


def _cases(numbers: Sequence[str], by: Actor) -> list[UUID]:
    """The cases with these numbers that one may see; what isn't one of them is named."""
    rows = Case.objects.filter(related.seen(by), number__in=numbers)
    found = dict(rows.values_list("number", "pk"))
    missing = [number for number in numbers if number not in found]
    if missing:
        raise PlanIncomplete(
            field="numbers",
            reason=_("There is no record that you may see with the number %(numbers)s.")
            % {"numbers": "、".join(missing[:10])},
        )
    return [found[number] for number in numbers]


def _visit(pk: UUID, by: Actor) -> UUID:
    rows = Visit.objects.filter(pk=pk, withdrawn_at=None)
    if not policy.permitted(rows, "target.view", by).exists():
        raise PlanIncomplete(field="numbers", reason=_("There is no such visit that you may see."))
    return pk


def _sweep(pk: int, by: Actor) -> int:
    rows = policy.permitted(Sweep.objects.filter(pk=pk), "sweep.view", by)
    if not rows.exists():
        raise PlanIncomplete(field="sweep", reason=_("Choose a sweep from the list."))
    return pk
