"""What a meeting goes through (例会调度): changes since the last one, lateness, promises, agenda.

Which tasks are a unit's: for the office of a committee, all of the campaign in its area; for any
other unit, those that it answers for and those of its own plans.

Whether a promise was kept: it was, if its task was reported done by the day promised and that
still stands; it was broken, if that day has passed without. Nobody types it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.battlemap import compare, terms
from anlan.domain.campaigns.battlemap import rows as reading
from anlan.domain.campaigns.battlemap.lights import Rule
from anlan.domain.campaigns.battlemap.rows import Row
from anlan.domain.campaigns.models import Campaign, Meeting, MeetingItem, Minutes, Task
from anlan.domain.campaigns.queries import late
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.models import Case, Party, PartyRole

#: Without an earlier meeting, so many days are looked back.
DAYS_BACK = 30
#: Without a day for the next meeting, what falls due within so many days is shown.
DAYS_AHEAD = 30
#: Units that are named as late, and tasks that one page of a heap shows.
UNITS_MAX, HEAP_PAGE = 20, 100
#: Heaps by their codes: those of the comparison, and two of the present day.
HEAPS: dict[str, str | Promise] = {
    "finished": gettext_lazy("Reported done since"),
    "reopened": gettext_lazy("Returned since"),
    "added": gettext_lazy("Added since"),
    "slipped": gettext_lazy("Deadline put off since"),
    "late": gettext_lazy("Newly behind time"),
    "late_all": gettext_lazy("Behind time today"),
    "due_next": gettext_lazy("Due before the next meeting"),
}
PROMISES: dict[str, str | Promise] = {
    "kept": gettext_lazy("promise kept"),
    "done_late": gettext_lazy("broken, done later"),
    "broken": gettext_lazy("promise broken"),
    "running": gettext_lazy("promised day still to come"),
    "withdrawn": gettext_lazy("task withdrawn"),
}


# --- which meetings, which tasks -----------------------------------------------------------


def meetings(by: Actor) -> QuerySet[Meeting]:
    rows = policy.permitted(Meeting.objects.all(), "meetings.view", by)
    return rows.select_related("unit", "area", "campaign")


def standing(rows: Iterable[Meeting]) -> dict[UUID, Mapping[str, Any]]:
    """Of meetings that are being corrected, what their last minutes say: no reader sees more.

    One statement, and none where nothing is being corrected.
    """
    pks = [row.pk for row in rows if row.status == Meeting.Status.CORRECTED]
    if not pks:
        return {}
    found = Minutes.objects.filter(meeting__in=pks).order_by("number")
    return dict(found.values_list("meeting", "data"))


def previous(unit: int, campaign: UUID, day: date) -> Meeting | None:
    """The unit's last meeting about the campaign before a day that has minutes."""
    rows = Meeting.objects.filter(unit=unit, campaign=campaign, held_on__lt=day)
    return rows.exclude(status=Meeting.Status.DRAFT).order_by("-held_on", "-pk").first()


def since_of(unit: int, campaign: Campaign, day: date) -> date:
    """The day that a meeting looks back to: that of the last one."""
    last = previous(unit, campaign.pk, day)
    return last.held_on if last else day - timedelta(days=DAYS_BACK)


def tasks_of(campaign: Campaign, unit: Unit, by: Actor) -> QuerySet[Task]:
    rows = reading.scope(campaign, by)
    if unit.kind == "committee_office":
        return rows.filter(below(unit.path, "case__path"))
    mine = Party.objects.filter(unit=unit, role=PartyRole.RECTIFIER, until=None)
    return rows.filter(Q(case__in=mine.values("case")) | Q(plan__unit=unit))


# --- figures -------------------------------------------------------------------------------


@dataclass
class LateUnit:
    unit: int | None
    name: str
    tasks: int
    first_due: date


@dataclass
class Figures:
    """As the tasks stand today, compared with the end of an earlier day."""

    today: date
    day: date
    until: date
    counts: dict[str, int]
    lists: dict[str, list[Any]]
    late_units: list[LateUnit]
    #: More happened than is compared at once: the counts of changes are of a part.
    is_cut: bool


def figures(meeting: Meeting, by: Actor, today: date, named: int = 0) -> Figures:
    """Eight statements at most, whatever the number of tasks.

    named:  how many tasks of each kind of change come with it.
    """
    rows, rule = tasks_of(meeting.campaign, meeting.unit, by), _rule()
    until = until_of(meeting, today)
    parts = dict.fromkeys(compare.CHANGES, slice(0, named)) if named else {}
    since = compare.since(rows, meeting.since, rule, today, parts)
    units = (
        rows.filter(late(today))
        .annotate(who=reading.unit_of(), who_name=reading.unit_of("unit__name"))
        .order_by()
        .values_list("who", "who_name")
        .annotate(tasks=Count("pk"), first=Min("case__due_on"))
        .order_by("-tasks", "who")
    )
    late_units = [
        LateUnit(pk, name or _("nobody yet"), count, first) for pk, name, count, first in units
    ]
    counts = {code: since.counts.get(code, 0) for code in compare.CHANGES}
    counts |= {
        "late_all": sum(one.tasks for one in late_units),
        "due_next": rows.filter(_due(today, until)).count(),
    }
    lists: dict[str, list[Any]] = dict(since.lists)
    return Figures(today, meeting.since, until, counts, lists, late_units, since.is_cut)


def _rule() -> Rule:
    return terms.current()[1]


def until_of(meeting: Meeting, today: date) -> date:
    """Up to when deadlines are looked ahead to: the next meeting, where it is set."""
    start = max(today, meeting.held_on)
    if meeting.next_on and meeting.next_on > today:
        return meeting.next_on
    return start + timedelta(days=DAYS_AHEAD)


def _due(today: date, until: date) -> Q:
    return Q(
        case__unsettled=True, case__suspended_on=None, case__due_on__gte=today,
        case__due_on__lte=until,
    )  # fmt: skip


@dataclass
class Heap:
    """A page of the tasks behind one figure."""

    rows: list[Row]
    count: int
    #: By task, by how many days its deadline was put off.
    days: dict[UUID, int]


def heap(meeting: Meeting, code: str, by: Actor, today: date, unit: int | None, after: int) -> Heap:
    rows, rule = tasks_of(meeting.campaign, meeting.unit, by), _rule()
    if code in compare.CHANGES:
        part = slice(after, after + HEAP_PAGE)
        since = compare.since(rows, meeting.since, rule, today, {code: part})
        page = since.lists.get(code, [])
        return Heap(
            [one.row for one in page], since.counts.get(code, 0),
            {one.row.pk: one.days for one in page if one.days},
        )  # fmt: skip
    where = late(today) if code == "late_all" else _due(today, until_of(meeting, today))
    rows = rows.filter(where)
    if unit is not None:
        rows = rows.annotate(who=reading.unit_of()).filter(who=unit)
    read = reading.read(rows, rule, today, after=after, count=HEAP_PAGE)
    return Heap(read[:HEAP_PAGE], rows.count(), {})


# --- promises ------------------------------------------------------------------------------


@dataclass
class Kept:
    """A decision or promise, the task that answers for it, and what became of it."""

    item: MeetingItem
    case: Case | None
    code: str
    days: int = 0

    @property
    def label(self) -> str:
        return str(PROMISES[self.code])


def verdict(case: Case | None, due: date | None, today: date) -> str:
    """The rule; see the top."""
    if case is None or case.state == "void":
        return "withdrawn"
    if case.settled_on is not None:
        return "kept" if due is None or case.settled_on <= due else "done_late"
    return "broken" if due is not None and due < today else "running"


def promised(meeting: Meeting | None, today: date) -> list[Kept]:
    """What was decided and promised at a meeting, each with what became of it: two statements."""
    if meeting is None:
        return []
    items = (
        meeting.items.filter(struck_number=None, since_number__isnull=False)
        .exclude(kind=MeetingItem.Kind.NOTE)
        .select_related("unit", "task__case", "line")
        .order_by("place")
    )
    listed = list(items)
    lines = [item.line_id for item in listed if item.line_id]
    of_lines: dict[UUID | None, Case] = {
        task.line_id: task.case
        for task in Task.objects.filter(line__in=lines, plan=F("line__plan")).select_related("case")
    }
    found = []
    for item in listed:
        case = item.task.case if item.task else of_lines.get(item.line_id)
        code = verdict(case, item.due_on, today)
        ended = case.settled_on if case and case.settled_on else today
        over = (ended - item.due_on).days if item.due_on else 0
        found.append(Kept(item, case, code, max(0, over) if code in LATE else 0))
    return found


LATE = ("broken", "done_late")


@dataclass(frozen=True)
class Said:
    """A decision or promise as the minutes in force have it."""

    meeting: UUID
    title: str
    held_on: date
    kind: str
    text: str
    due_on: date | None

    @property
    def label(self) -> str:
        return str(MeetingItem.Kind(self.kind).label)


#: Items of minutes that a task's page shows, the newest.
SAID_MAX = 20


def said_of(task: Task, by: Actor) -> list[Said]:
    """What stands of a task in minutes that one may see: what it comes from, what was promised."""
    seen = policy.permitted(Meeting.objects.all(), "meetings.view", by)
    changing = Meeting.Status.CORRECTED
    rows = (
        MeetingItem.objects.filter(
            Q(line=task.line_id, line__plan=task.plan_id) | Q(task=task),
            since_number__isnull=False, struck_number=None, meeting__in=seen.values("pk"),
        )
        .exclude(meeting__status=changing)
        .select_related("meeting")
        .order_by("-meeting__held_on", "-pk")[:SAID_MAX]
    )  # fmt: skip
    found = [
        Said(one.meeting_id, one.meeting.title, one.meeting.held_on, one.kind, one.text, one.due_on)
        for one in rows
    ]
    for pk, data in standing(seen.filter(campaign=task.plan.campaign_id, status=changing)).items():
        found += [
            Said(pk, data["title"], date.fromisoformat(data["held_on"]), one["kind"], one["text"],
                 date.fromisoformat(one["due"]) if one["due"] else None)
            for one in data["items"] if one["task"] == str(task.pk) and not one["struck"]
        ]  # fmt: skip
    return sorted(found, key=lambda one: one.held_on, reverse=True)[:SAID_MAX]


# --- the agenda ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A point of the agenda. ``code`` says which rule made it; none: somebody wrote it."""

    text: str
    code: str = ""


def by_rules(found: Figures, kept: Sequence[Kept]) -> list[Point]:
    """A point for each thing there is something to say of, in this order; an own point is last."""
    counts = found.counts
    points = []
    if kept:
        broken = sum(one.code in LATE for one in kept)
        points.append(Point(
            _("What was decided and promised last time: %(all)d points, %(broken)d broken")
            % {"all": len(kept), "broken": broken}, "promised",
        ))  # fmt: skip
    changes = [
        f"{HEAPS[code]} {counts[code]}"
        for code in ("finished", "added", "reopened", "slipped") if counts[code]
    ]  # fmt: skip
    if changes:
        points.append(Point(
            _("Progress since %(day)s: %(changes)s")
            % {"day": found.day.isoformat(), "changes": "、".join(changes)}, "changes",
        ))  # fmt: skip
    if counts["late_all"]:
        named = "、".join(f"{one.name} {one.tasks}" for one in found.late_units[:5])
        points.append(Point(
            _("Tasks behind time: %(n)d, of them newly late %(new)d (%(units)s)")
            % {"n": counts["late_all"], "new": counts["late"], "units": named}, "late_all",
        ))  # fmt: skip
    if counts["due_next"]:
        points.append(Point(
            _("What falls due until %(day)s: %(n)d tasks")
            % {"day": found.until.isoformat(), "n": counts["due_next"]}, "due_next",
        ))  # fmt: skip
    points.append(Point(_("Decisions and promises until the next meeting"), "decide"))
    return points


def agenda_of(meeting: Meeting, found: Figures, kept: Sequence[Kept]) -> list[Point]:
    if meeting.agenda:
        return [Point(one["text"], one.get("code", "")) for one in meeting.agenda]
    return by_rules(found, kept)
