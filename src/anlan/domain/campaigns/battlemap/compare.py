"""What changed since an earlier day: how each task stood then, read back from its events.

A day counts to its end. What was on record after it is taken back, the newest first, so that a
deadline that was put off in the meantime shows as what it was when people last sat together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.battlemap import rows as reading
from anlan.domain.campaigns.battlemap.lights import Rule, light_of
from anlan.domain.campaigns.battlemap.rows import Row
from anlan.domain.campaigns.loop import TASK
from anlan.domain.campaigns.models import Task
from anlan.kernel.loop.models import Event

#: Events that are read at most, and tasks that each list names.
EVENTS_MAX, NAMED_MAX = 5_000, 200
CHANGES: dict[str, str | Promise] = {
    "slipped": _("slipped"),
    "late": _("newly late"),
    "finished": _("finished since"),
    "reopened": _("returned since"),
    "added": _("newly added"),
}


class Step(NamedTuple):
    """What the comparison needs of an event."""

    case: UUID
    seq: int
    source: str
    changes: Mapping[str, Any]


class Stands(NamedTuple):
    """How a task stands today, as far as it is compared."""

    pk: UUID
    due: date | None
    opened: date
    settled: date | None
    state: str
    suspended: date | None
    light: str


class Was(NamedTuple):
    """How a task stood at the end of the day; None in its place: it wasn't there."""

    settled: bool
    due: date | None
    suspended: bool


@dataclass
class Changed:
    """A task that is told of, and what happened to it."""

    row: Row
    was: Was | None
    kinds: tuple[str, ...]

    @property
    def days(self) -> int:
        """By how many days its deadline was put off."""
        if self.was is None or self.was.due is None or self.row.due is None:
            return 0
        return (self.row.due - self.was.due).days


@dataclass
class Since:
    """The comparison: lists by kind, each named up to a limit, with its whole count."""

    day: date
    lists: dict[str, list[Changed]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    is_cut: bool = False


def as_of(row: Row | Stands, after: Sequence[Step], day: date) -> Was | None:
    """How ``row`` stood at the end of ``day``.

    after:  its events that were written after that, the earliest first.
    """
    if (after and after[0].seq == 1) or (not after and row.opened > day):
        return None
    state = after[0].source if after else row.state
    due, suspended = row.due, row.suspended
    for step in reversed(after):
        if "due_on" in step.changes:
            due = _day(step.changes["due_on"][0])
        if "suspended_on" in step.changes:
            suspended = _day(step.changes["suspended_on"][0])
    return Was(state not in TASK.unsettled, due, suspended is not None)


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def kinds_of(row: Row | Stands, was: Was | None, day: date) -> tuple[str, ...]:
    """What there is to tell of it, by the order of CHANGES."""
    if was is None:
        return ("added",)
    found = []
    if was.due and row.due and row.due > was.due and not was.settled:
        found.append("slipped")
    was_late = not was.settled and not was.suspended and was.due is not None and was.due < day
    if row.light == "late" and not was_late:
        found.append("late")
    if row.settled and not was.settled:
        found.append("finished")
    if was.settled and not row.settled:
        found.append("reopened")
    return tuple(found)


def end_of(day: date) -> datetime:
    """The first moment after ``day``."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def steps_after(day: date, cases: Any, limit: int = EVENTS_MAX) -> dict[UUID, list[Step]]:
    """Events of these cases that were written after the day, by case."""
    found: dict[UUID, list[Step]] = defaultdict(list)
    events = Event.objects.filter(at__gte=end_of(day), case__in=cases).order_by("case_id", "seq")
    for step in events.values_list("case_id", "seq", "source_state", "changes")[:limit]:
        found[step[0]].append(Step(*step))
    return found


def of_rows(shown: Iterable[Row], day: date) -> dict[UUID, Changed]:
    """For the marks on the chart: rows of one answer, in one statement."""
    listed = list(shown)
    steps = steps_after(day, [row.pk for row in listed])
    found = {}
    for row in listed:
        was = as_of(row, steps.get(row.pk, ()), day)
        if kinds := kinds_of(row, was, day):
            found[row.pk] = Changed(row, was, kinds)
    return found


def since(
    rows: QuerySet[Task],
    day: date,
    rule: Rule,
    today: date,
    named: Mapping[str, slice] | None = None,
) -> Since:
    """All that changed after ``day``; five statements at most, whatever the number of tasks.

    named:  by kind, which of its tasks are named; left out, NAMED_MAX of each.

    What was published since is counted, not read: after a publication that is every task. Of what
    else changed only days and states are read, and the names of those that are named.
    """
    result = Since(day)
    named = dict.fromkeys(CHANGES, slice(0, NAMED_MAX)) if named is None else named
    known = rows.filter(case__opened_on__lte=day)
    steps = steps_after(day, known.values("pk"), EVENTS_MAX + 1)
    late = Q(case__unsettled=True, case__due_on__gte=day, case__due_on__lt=today)
    states = _states(known.filter(late | Q(pk__in=list(steps))), rule, today)
    result.is_cut = max(sum(map(len, steps.values())), len(states)) > EVENTS_MAX
    told: dict[str, list[tuple[UUID, Was | None, tuple[str, ...]]]] = defaultdict(list)
    for state in states:
        was = as_of(state, steps.get(state.pk, ()), day)
        kinds = kinds_of(state, was, day)
        for kind in kinds:
            told[kind].append((state.pk, was, kinds))
    result.counts.update({kind: len(some) for kind, some in told.items()})
    chosen = {kind: some[named[kind]] for kind, some in told.items() if kind in named}
    pks = {pk for some in chosen.values() for pk, _was, _kinds in some}
    read = reading.read(reading.of_pks(rows, pks), rule, today, count=len(pks)) if pks else ()
    wide = {row.pk: row for row in read}
    for kind, some in chosen.items():
        result.lists[kind] = [
            Changed(wide[pk], was, kinds) for pk, was, kinds in some if pk in wide
        ]  # fmt: skip
    _added(result, rows, named.get("added"), rule, today)
    return result


def _states(rows: QuerySet[Task], rule: Rule, today: date) -> list[Stands]:
    found = rows.order_by(F("case__due_on").asc(nulls_last=True), "pk").values_list(
        "pk", "case__due_on", "case__opened_on", "case__settled_on", "case__state",
        "case__suspended_on", light_of(rule, today),
    )  # fmt: skip
    return [Stands(*row) for row in found[: EVENTS_MAX + 1]]


def _added(
    result: Since, rows: QuerySet[Task], part: slice | None, rule: Rule, today: date
) -> None:
    """What was published since."""
    added = rows.filter(case__opened_on__gt=result.day)
    result.counts["added"] += added.count()
    if part is None or not result.counts["added"]:
        return
    newest = added.order_by(F("case__opened_on").desc(), "pk")
    count = part.stop - part.start
    read = reading.read(newest, rule, today, after=part.start, count=count)
    result.lists["added"] = [Changed(row, None, ("added",)) for row in read[:count]]
