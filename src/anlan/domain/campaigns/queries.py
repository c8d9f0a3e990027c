"""Reading campaigns: plans, their gaps and progress, tasks by filter, what a task has around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.models import (
    Campaign,
    Line,
    LineUnit,
    Plan,
    Quota,
    Report,
    SharedLine,
    Stage,
    Target,
    Task,
)
from anlan.domain.lists.permissions import ANSWERS
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Post, Unit
from anlan.kernel.loop.models import Event, Extension, Party

#: Kinds of targets that say how much; the others say whither, or for whom.
NUMBERED = ("number", "change")
CHILDREN_MAX = 300


def campaigns(by: Actor) -> QuerySet[Campaign]:
    rows = policy.permitted(Campaign.objects.all(), "campaigns.view", by)
    return rows.select_related("unit", "area")


def plans(by: Actor) -> QuerySet[Plan]:
    rows = policy.permitted(Plan.objects.all(), "plans.view", by)
    return rows.select_related("unit", "area", "sector")


def tasks(by: Actor) -> QuerySet[Task]:
    return policy.permitted(Task.objects.all(), "tasks.view", by)


def in_campaign(*campaigns: UUID) -> Q:
    """Tasks of these campaigns' own plans, and those that they share; each once.

    Only where something is shared is it asked for: an or over two tables serves no index.
    """
    shared = SharedLine.objects.filter(campaign__in=campaigns)
    own = Q(plan__campaign__in=campaigns)
    return own | Q(line__in=shared.values("line")) if shared.exists() else own


def in_stage(stage: Stage) -> Q:
    """Tasks of a stage: those that name it, and those that name none and are due in its days.

    A task that names a stage of its plan's own is in one of the campaign's by its day.
    """
    days = Q(case__due_on__gte=stage.starts_on, case__due_on__lte=stage.ends_on)
    if stage.plan_id is None:
        return Q(line__stage=stage) | (
            Q(line__stage__campaign=None, plan__campaign=stage.campaign_id) & days
        )
    of_plan = Q(line__plan=stage.plan_id) | Q(line__plan__root=stage.plan_id)
    return Q(line__stage=stage) | Q(line__stage=None) & of_plan & days


def stage_name(text: str, by: Actor) -> str:
    """What the stage of this number is called; empty where its campaign or plan isn't one's to
    read: numbers are counted on, so anybody can write the next one."""
    number = int(text) if text.isdecimal() and len(text) < 19 else 0
    stage = Stage.objects.filter(pk=number).first() if number else None
    if stage is None:
        return ""
    if stage.plan_id is not None:
        may = plans(by).filter(pk=stage.plan_id).exists()
    else:
        may = stage.campaign_id is not None and campaigns(by).filter(pk=stage.campaign_id).exists()
    return stage.name if may else ""


def plans_in(campaign: UUID) -> Q:
    """Its own plans, and those whose tasks it shares."""
    shared = SharedLine.objects.filter(campaign=campaign)
    own = Q(campaign=campaign)
    if not shared.exists():
        return own
    tasks = Task.objects.filter(line__in=shared.values("line"))
    return own | Q(pk__in=tasks.order_by().values("plan"))


# --- a campaign against its code -----------------------------------------------------------


@dataclass(frozen=True)
class Declared:
    """How many plans of a kind the code declares, and how many there are."""

    label: str | Promise
    wanted: int
    have: int

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.have)


def declared(campaign: Campaign, kinds: Iterable[str]) -> list[Declared]:
    """1+2+10 part by part: the master plan, topics, sectors.

    kinds:  of the campaign's plans in force, without those that were broken down from others.
    """
    have = list(kinds)
    parts = [int(part) for part in campaign.code.split("+") if part]
    order = (Plan.Kind.MASTER, Plan.Kind.TOPIC, Plan.Kind.SECTOR, Plan.Kind.OTHER)
    if len(parts) == 2:
        # 1+N: a master plan and so many of the sectors.
        order = (Plan.Kind.MASTER, Plan.Kind.SECTOR, Plan.Kind.TOPIC, Plan.Kind.OTHER)
    return [
        Declared(kind.label, wanted, have.count(kind))
        for kind, wanted in zip(order, parts, strict=False)
    ]


def late(today: date) -> Q:
    return Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None)


def counts(today: date) -> dict[str, Count]:
    """The figures of a plan; each is what the list of tasks shows behind it."""
    return {
        "tasks": Count("pk"),
        "untaken": Count("pk", filter=Q(case__state="found")),
        "open": Count("pk", filter=Q(case__is_open=True)),
        "closed": Count("pk", filter=Q(case__state="closed")),
        "late": Count("pk", filter=late(today)),
    }


FIGURES = ("tasks", "open", "closed", "late", "untaken")
#: What opens the rows behind each figure.
OPENS = {"tasks": "", "open": "open=1", "closed": "state=closed", "late": "late=1",
         "untaken": "state=found"}  # fmt: skip


def progress(rows: QuerySet[Task], by_plan: QuerySet[Plan], today: date) -> dict[UUID, Any]:
    """Figures of each plan in one statement, of the tasks that the reader may see."""
    seen = rows.filter(plan__in=by_plan.order_by().values("pk")).exclude(case__state="void")
    found = seen.order_by().values("plan").annotate(**counts(today))
    return {line["plan"]: line for line in found}


# --- a plan and what it lacks --------------------------------------------------------------


@dataclass(frozen=True)
class Gaps:
    """How many task lines there are, how many are quantified, and what others lack."""

    lines: int
    quantified: int
    no_target: int
    no_unit: int
    no_date: int

    @property
    def rate(self) -> Decimal | None:
        """Per cent with two digits: 164 of 239 are 68.62."""
        if not self.lines:
            return None
        exact = Decimal(100 * self.quantified) / self.lines
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


_TARGETS = Target.objects.filter(line=OuterRef("pk"))
LACKS: dict[str, Q] = {
    "target": ~Q(Exists(_TARGETS.filter(value__isnull=False, kind__in=NUMBERED))),
    "unit": ~Q(Exists(LineUnit.objects.filter(line=OuterRef("pk"), role=LineUnit.Role.LEAD))),
    "date": Q(due_on=None, stage=None),
}


def gaps(plan: Plan) -> Gaps:
    rows = plan.lines.filter(kind=Line.Kind.TASK)
    found = rows.aggregate(
        lines=Count("pk"),
        no_target=Count("pk", filter=LACKS["target"]),
        no_unit=Count("pk", filter=LACKS["unit"]),
        no_date=Count("pk", filter=LACKS["date"]),
    )
    return Gaps(quantified=found["lines"] - found["no_target"], **found)


@dataclass
class LineRow:
    """A line with what its row shows."""

    line: Line
    leads: list[LineUnit] = field(default_factory=list)
    supports: list[LineUnit] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    task: Task | None = None
    #: By target, how far it is, as a cell shows it.
    reached: dict[int, Any] = field(default_factory=dict)

    @property
    def pk(self) -> UUID:
        return self.line.pk

    @property
    def lacks(self) -> list[str]:
        if self.line.kind != Line.Kind.TASK:
            return []
        numbered = any(one.value is not None and one.kind in NUMBERED for one in self.targets)
        found = {"target": not numbered, "unit": not self.leads,
                 "date": self.line.due_on is None and self.line.stage_id is None}  # fmt: skip
        return [name for name, lacking in found.items() if lacking]


def lines_with(lines: Sequence[Line], plan: Plan, seen: QuerySet[Task]) -> list[LineRow]:
    """The lines with units, targets and the plan's own tasks: three statements."""
    rows = {line.pk: LineRow(line) for line in lines}
    pks = list(rows)
    for unit in LineUnit.objects.filter(line__in=pks).select_related("unit").order_by("place"):
        row = rows[unit.line_id]
        (row.leads if unit.role == LineUnit.Role.LEAD else row.supports).append(unit)
    for target in Target.objects.filter(line__in=pks).order_by("place"):
        rows[target.line_id].targets.append(target)
    for task in seen.filter(plan=plan, line__in=pks).select_related("case"):
        rows[task.line_id].task = task
    return list(rows.values())


def number(value: int | None, digits: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-digits)


_SIGNS = {">=": "≥", "<=": "≤", "=": "", "": ""}


def said(target: Target) -> str:
    """A target in words: as the paper says it, else put together."""
    if target.text:
        return target.text
    value = number(target.value, target.digits)
    if value is None:
        words = {"trend": _("keeps falling"), "curb": _("firmly curbed")}
        return f"{target.object}{words.get(target.kind, target.direction)}"
    sign = _SIGNS.get(target.comparator, target.comparator)
    return f"{target.object} {sign}{value:,f}{target.unit}".strip()


def adds_up(target: Target) -> bool:
    """Whether shares of it make the whole: numbers of things do, rates don't."""
    return target.value is not None and target.kind == "number" and target.unit not in ("%", "‰")


# --- shares --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shares:
    """A target held against the sum of what the units below were given of it."""

    target: Target
    wanted: int
    given: int
    without: int

    @property
    def shortfall(self) -> int:
        """What nobody was given yet; of a ceiling, what was given too much."""
        if self.target.comparator == "<=":
            return max(0, self.given - self.wanted)
        return max(0, self.wanted - self.given)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it."""
        return bool(self.shortfall or self.without)


def shares(plan: Plan) -> list[Shares]:
    """Each target of the plan's tasks that adds up, where the plan has plans below it."""
    if not plan.children.exists():
        return []
    above = dict(plan.tasks.exclude(case__state="void").values_list("line", "pk"))
    targets = Target.objects.filter(line__tasks__plan=plan, value__isnull=False).distinct()
    rows = [one for one in targets.select_related("line").order_by("line__place", "place")
            if adds_up(one) and one.line_id in above]  # fmt: skip
    own = {
        (quota.task_id, quota.target_id): quota.value
        for quota in Quota.objects.filter(task__plan=plan)
    }
    parts = Task.objects.filter(plan__parent=plan).exclude(case__state="void")
    given = Quota.objects.filter(task__in=parts).order_by().values_list("target")
    sums = {
        target: (value, count)
        for target, value, count in given.annotate(value=Sum("value"), n=Count("pk"))
    }
    per_line = dict(parts.order_by().values_list("line").annotate(n=Count("pk")))
    found = []
    for one in rows:
        value, having = sums.get(one.pk, (0, 0))
        wanted = own.get((above[one.line_id], one.pk), one.value or 0)
        without = max(0, per_line.get(one.line_id, 0) - having)
        found.append(Shares(one, wanted, value, without))
    return found


# --- tasks ---------------------------------------------------------------------------------


def uuid_of(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return UUID(int=0)


@dataclass
class Around:
    """What stands around one task; a constant number of statements."""

    events: list[Event]
    parties: list[Party]
    reports: list[Report]
    units: list[LineUnit]
    targets: list[Target]
    quotas: dict[int, int]
    wishes: list[Extension]

    @property
    def unread(self) -> bool:
        return any(row.status == Report.Status.SENT for row in self.reports)

    @property
    def wish(self) -> Extension | None:
        return next((wish for wish in self.wishes if wish.granted is None), None)


def around(task: Task) -> Around:
    case = task.case
    return Around(
        events=list(Event.objects.filter(case=case).order_by("-seq")),
        parties=list(Party.objects.filter(case=case, until=None).select_related("unit")),
        reports=list(task.reports.select_related("unit").order_by("-at")),
        units=list(task.line.units.select_related("unit").order_by("role", "place")),
        targets=list(task.line.targets.order_by("place")),
        quotas=dict(task.quotas.values_list("target", "value")),
        wishes=list(Extension.objects.filter(case=case).order_by("-asked_at")),
    )


#: Whom a plan is given to: a province has thousands of units below, so they come in heaps.
HEAPS = {
    "next": Q(kind="committee_office"),
    "all": Q(kind="committee_office"),
    "own": ~Q(kind="committee_office"),
}


def units_below(plan: Plan, heap: str) -> QuerySet[Unit]:
    """Units without the plan yet: offices of the areas next below, of all below, or departments
    of the plan's own area."""
    rows = Unit.objects.filter(below(plan.path), HEAPS[heap], valid_to=None)
    if heap == "next":
        rows = rows.filter(area__parent=plan.area_id)
    if heap == "own":
        rows = rows.filter(area=plan.area_id)
    return rows.exclude(pk__in=having(plan)).exclude(kind__in=("enterprise", "team"))


def having(plan: Plan) -> QuerySet[Plan, Any]:
    """The units that have this plan, from whomever of those above they got it, as a subquery.

    A county gets it from its prefecture or from the province, never from both.
    """
    root = plan.root_id or plan.pk
    return Plan.objects.filter(Q(pk=root) | Q(root=root)).order_by().values("unit")


def with_people(units: QuerySet[Unit], today: date) -> QuerySet[Unit]:
    """Beside each unit whether anybody there could take what it is given."""
    held = Post.objects.held_on(today).filter(
        unit=OuterRef("pk"), role__in=ANSWERS, user__is_active=True
    )
    return units.annotate(has_people=Exists(held))
