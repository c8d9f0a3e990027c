"""Records that belong to tasks: how many of each kind, each once, as far as one may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.carrying.loop import HEARING, LETTER
from anlan.domain.campaigns.loop import KIND as TASK
from anlan.domain.campaigns.models import Task, TaskRecord
from anlan.domain.campaigns.returns.loop import KIND as RETURN
from anlan.domain.inspections.models import Sweep, Visit, VisitHazard
from anlan.kernel.accounts import policy
from anlan.kernel.loop import worklist
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case

#: What campaigns make themselves isn't daily work.
OWN = frozenset({TASK, HEARING.kind, LETTER.kind, RETURN})
#: Tasks and sweeps that a panel names.
TASKS_MAX, SWEEPS_MAX = 20, 50


def kinds() -> dict[str, worklist.Work]:
    """The kinds of case that may belong to a task."""
    return {kind: work for kind, work in worklist.by_kind().items() if kind not in OWN}


def seen(by: Actor, kind: str | None = None) -> Q:
    """Cases of these kinds whose own pages one may see."""
    found = Q(pk__in=())
    for name, work in kinds().items():
        if kind is None or name == kind:
            rows = policy.permitted(work.rows, work.view, by)
            found |= Q(kind=name, pk__in=rows.order_by().values("pk"))
    return found


def cases_of(tasks: QuerySet[Task]) -> QuerySet[Case]:
    """All cases that belong to any of the tasks, each once: named, or found by a visit of theirs.

    A hazard that is named and found by the visit as well is one record.
    """
    named = _records(tasks, "case").values("case")
    found = VisitHazard.objects.filter(visit__in=visits_of(tasks).values("pk"))
    return Case.objects.filter(Q(pk__in=named) | Q(pk__in=found.values("hazard")))


def visits_of(tasks: QuerySet[Task]) -> QuerySet[Visit]:
    """All visits that belong to any of the tasks, each once: named, or of a sweep of theirs."""
    named = _records(tasks, "visit").values("visit")
    sweeps = _records(tasks, "sweep").values("sweep")
    return Visit.objects.filter(Q(pk__in=named) | Q(sweep__in=sweeps), withdrawn_at=None)


def visits_seen(tasks: QuerySet[Task], by: Actor) -> QuerySet[Visit]:
    return policy.permitted(visits_of(tasks), "target.view", by)


def _records(tasks: QuerySet[Task], kind: str) -> QuerySet[TaskRecord]:
    rows = TaskRecord.objects.filter(task__in=tasks.order_by().values("pk"))
    return rows.filter(**{f"{kind}__isnull": False})


def sweeps_of(tasks: QuerySet[Task], by: Actor) -> tuple[list[Sweep], int]:
    """The newest sweeps that belong to any of the tasks and one may see, and how many more.

    A task has no more than are shown; the tasks of a plan may have.
    """
    rows = policy.permitted(Sweep.objects.all(), "sweep.view", by)
    rows = rows.filter(pk__in=_records(tasks, "sweep").values("sweep"))
    shown = list(rows.order_by("-pk")[: SWEEPS_MAX + 1])
    more = rows.count() - SWEEPS_MAX if len(shown) > SWEEPS_MAX else 0
    return shown[:SWEEPS_MAX], more


@dataclass(frozen=True)
class Kind:
    """How many records of a kind, how many of them are open and late."""

    code: str
    label: str | Promise
    count: int
    open: int
    late: int


@dataclass(frozen=True)
class Sums:
    """Records by kind, and how many aren't the reader's to see."""

    kinds: Sequence[Kind]
    visits: int
    hidden: int

    @property
    def count(self) -> int:
        """Cases; a visit that found three hazards isn't a fourth record of the same work."""
        return sum(one.count for one in self.kinds)


def sums(tasks: QuerySet[Task], by: Actor, today: date) -> Sums:
    """A few statements, however many records there are."""
    cases = cases_of(tasks)
    late = Q(unsettled=True, due_on__lt=today, suspended_on=None)
    rows = (
        cases.filter(seen(by)).order_by().values("kind")
        .annotate(count=Count("pk"), open=Count("pk", filter=Q(is_open=True)),
                  late=Count("pk", filter=late))
    )  # fmt: skip
    names = {kind: work.kinds[kind] for kind, work in kinds().items()}
    found = [
        Kind(row["kind"], names[row["kind"]], row["count"], row["open"], row["late"])
        for row in sorted(rows, key=lambda row: row["kind"])
    ]
    every = visits_of(tasks).count()
    visits = visits_seen(tasks, by).count() if every else 0
    hidden = cases.count() + every - visits - sum(one.count for one in found)
    return Sums(found, visits, hidden)


@dataclass(frozen=True)
class Record:
    """A case as a row shows it."""

    case: Case
    title: str
    state: str
    kind: str | Promise
    href: str
    #: Named by somebody; else found by a sweep of the task.
    is_named: bool = True

    @property
    def pk(self) -> UUID:
        return self.case.pk


def shown(cases: Sequence[Case], named: Iterable[UUID] | None = None) -> list[Record]:
    """A page of cases with what their capabilities say of them: a statement for each kind."""
    every: dict[UUID, Any] = {}
    for kind in {case.kind for case in cases}:
        work = kinds()[kind]
        rows = work.rows.select_related(*work.related)
        every |= rows.in_bulk([case.pk for case in cases if case.kind == kind])
    linked = None if named is None else set(named)
    found = []
    for case in cases:
        work, row = kinds()[case.kind], every[case.pk]
        found.append(
            Record(case, work.title(row), work.state(row), work.kinds[case.kind], _page(case),
                   linked is None or case.pk in linked)
        )  # fmt: skip
    return found


def _page(case: Case) -> str:
    machine = machines().get(case.kind)
    try:
        return reverse(machine.page, args=[case.pk]) if machine and machine.page else ""
    except NoReverseMatch:
        return ""


def tasks_with(case: UUID, by: Actor) -> list[Task]:
    """The tasks to which a case belongs, by itself or by the visit that found it."""
    visits = Visit.objects.filter(hazards__hazard=case, withdrawn_at=None)
    return _tasks(Q(case=case) | _by_visit(visits), by)


def tasks_with_visit(visit: UUID, by: Actor) -> list[Task]:
    """The tasks to which a visit belongs, by itself or with its sweep."""
    return _tasks(_by_visit(Visit.objects.filter(pk=visit, withdrawn_at=None)), by)


def _by_visit(visits: QuerySet[Visit]) -> Q:
    return Q(visit__in=visits.values("pk")) | Q(sweep__in=visits.values("sweep"))


def _tasks(which: Q, by: Actor) -> list[Task]:
    records = TaskRecord.objects.filter(which)
    rows = queries.tasks(by).filter(pk__in=records.values("task"))
    return list(rows.select_related("case", "line", "plan__unit").order_by("-pk")[:TASKS_MAX])
