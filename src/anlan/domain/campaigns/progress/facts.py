"""What units declare toward targets that nobody counts, as facts with author, unit and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.models import Plan, Report, Task
from anlan.kernel.facts import ledger
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.kinds import FactKind, Measure
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Fact

#: What stands: a report posts by how much it moves what its unit declared before.
DECLARED = FactKind(
    "target.declared",
    _("declared toward a target"),
    _("in the target's own unit"),
    _(
        "As each unit's newest report says it that wasn't returned. Units of several levels "
        "declare for the same target, so sums are of one level at a time."
    ),
    Measure.STOCK,
)
BASE = FactKind(
    "target.base",
    _("base figure of a target"),
    _("in the target's own unit"),
    _("As a unit declared it for a whole year, with where the number stands."),
)
KINDS = (DECLARED, BASE)
TARGET, DEPTH = "target", "depth"
#: A plan of the nation down to a village has fewer plans above it.
DEPTH_MAX = 12


def declare_reached(report: Report, task: Task, before: Mapping[str, int], at: datetime) -> None:
    """Post by how much a report moves what stood; ``before``: by target, what that was."""
    moved = {pk: value - before.get(pk, 0) for pk, value in report.reached.items()}
    depth = str(depth_of(task.plan)) if any(moved.values()) else ""
    ledger.post(
        [
            NewFact(
                DECLARED.code, {TARGET: pk, DEPTH: depth}, task.case.area_id, report.day, quantity,
                unit_id=report.unit_id,
            )
            for pk, quantity in moved.items()
            if quantity
        ],
        at=at,
        batch_id=report.pk,
    )  # fmt: skip


def take_back(reports: Iterable[UUID], at: datetime) -> None:
    """What was returned or withdrawn counts no more, on no day."""
    for pk in reports:
        ledger.reverse(of_batch=pk, at=at, batch_id=pk)


def standing(task: Task, leaving: Collection[UUID] = ()) -> dict[str, int]:
    """By target's id, what the task's reports declare that weren't returned."""
    found: dict[str, int] = {}
    rows = task.reports.exclude(status=Report.Status.RETURNED).exclude(pk__in=list(leaving))
    for row in rows.order_by("at", "pk").values_list("reached", flat=True):
        found |= row
    return found


def depth_of(plan: Plan) -> int:
    """How many plans stand above it."""
    depth, above = 0, plan.parent_id
    while above is not None and depth < DEPTH_MAX:
        depth += 1
        above = Plan.objects.filter(pk=above).values_list("parent", flat=True).first()
    return depth


# --- reading -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Declared:
    """What stands declared toward a target, in its smallest unit, and by how many units."""

    value: int
    units: int


def declared(reports: QuerySet[Report]) -> dict[int, Declared]:
    """By target, what these reports declare together; two statements."""
    facts = Fact.objects.filter(kind__code=DECLARED.code, batch_id__in=reports.values("pk"))
    sums = _by_target(facts.order_by().values_list("labels__key").annotate(n=Sum("quantity")))
    standing = reports.exclude(status=Report.Status.RETURNED).order_by()
    having: dict[int, set[Any]] = defaultdict(set)
    for task, reached in standing.values_list("task", "reached"):
        for pk in reached:
            having[int(pk)].add(task)
    return {pk: Declared(sums.get(pk, 0), len(tasks)) for pk, tasks in having.items()}


def _by_target(rows: Iterable[tuple[str, int]]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for key, total in rows:
        found[int(labels_of(key)[TARGET])] += total
    return found


def of_plan(plan: Plan) -> dict[int, Declared]:
    """What the tasks of a plan declare themselves."""
    return declared(_of_tasks(Q(task__plan=plan)))


def of_parts(plan: Plan) -> dict[int, Declared]:
    """What the parts of its tasks declare that were given to units below."""
    return declared(_of_tasks(Q(task__parent__plan=plan)))


def of_parts_of(task: Task) -> dict[int, Declared]:
    return declared(_of_tasks(Q(task__parent=task)))


def _of_tasks(where: Q) -> QuerySet[Report]:
    return Report.objects.filter(where).exclude(task__case__state="void").exclude(reached={})


def disagreeing() -> list[str]:
    """Tasks whose facts don't say what their standing reports say, by number."""
    facts = Fact.objects.filter(kind__code=DECLARED.code).order_by()
    sums: dict[tuple[UUID, int], int] = defaultdict(int)
    of_report = dict(Report.objects.exclude(reached={}).values_list("pk", "task"))
    for batch, key, total in facts.values_list("batch_id", "labels__key").annotate(
        n=Sum("quantity")
    ):
        task = of_report.get(batch) if batch else None
        if task is None:
            continue  # Another's batch, or none: no report's.
        for target, quantity in _by_target([(key, total)]).items():
            sums[task, target] += quantity
    wanted: dict[tuple[UUID, int], int] = {}
    rows = Report.objects.exclude(reached={}).exclude(status=Report.Status.RETURNED)
    for task, reached in (
        rows.exclude(task__case__state="void").order_by("at", "pk").values_list("task", "reached")
    ):
        wanted |= {(task, int(pk)): value for pk, value in reached.items()}
    bad = {
        task
        for task, target in sums.keys() | wanted.keys()
        if sums.get((task, target), 0) != wanted.get((task, target), 0)
    }
    numbers = Task.objects.filter(pk__in=bad)
    return list(numbers.values_list("case__number", flat=True))
