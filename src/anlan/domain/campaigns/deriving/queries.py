"""Which items of a plan others carry out, which nobody does, and the tree that comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.models import Derived, Line, Plan, Task

#: Lines named under an item of a list, plans beside it, and what one tree draws.
NAMED_MAX, PLANS_MAX, NODES_MAX, DEPTH_MAX = 6, 100, 400, 5
#: Headings of a plan that are summed up; one with more has no groups to speak of, and none shown.
GROUPS_MAX = 60


def items_of(plan: Plan) -> QuerySet[Line]:
    """What of a plan can be carried out by others: its own lines, without the goals."""
    return Line.objects.filter(plan=plan).exclude(kind=Line.Kind.GOAL).order_by("place", "pk")


def links(by: Actor) -> QuerySet[Derived]:
    """The links of lines whose plans one may read: another unit's draft says nothing yet."""
    return Derived.objects.filter(line__plan__in=queries.plans(by).order_by().values("pk"))


def linked(by: Actor, **more: Any) -> Exists:
    """Of an item: whether some line carries it out."""
    return Exists(links(by).filter(item=OuterRef("pk"), **more))


@dataclass(frozen=True)
class Coverage:
    """A plan's items held against all that carries them out."""

    items: int
    carried: int
    #: Lines of other plans, each once however many items it names.
    lines: int
    plans: int

    @property
    def none(self) -> int:
        return self.items - self.carried


def coverage(plan: Plan, by: Actor) -> Coverage:
    found = items_of(plan).order_by().aggregate(
        items=Count("pk"), carried=Count("pk", filter=Q(linked(by)))
    )  # fmt: skip
    sums = links(by).filter(item__plan=plan).aggregate(
        lines=Count("line", distinct=True), plans=Count("line__plan", distinct=True)
    )  # fmt: skip
    return Coverage(**found, **sums)


@dataclass(frozen=True)
class Told:
    """What a plan's own page says of it: whether others carry it out, and what it does itself."""

    cover: Coverage
    #: Its lines, and those that name no item of any plan above.
    lines: int
    bare: int


def told(plan: Plan, by: Actor) -> Told:
    found = coverage(plan, by)
    own = Derived.objects.filter(line=OuterRef("pk"))
    return Told(found, found.items, items_of(plan).filter(~Exists(own)).count())


@dataclass(frozen=True)
class Child:
    """A plan that carries out some items of another."""

    plan: Plan
    items: int
    lines: int


def children(plan: Plan, by: Actor) -> list[Child]:
    """By plan, how many of the items it carries out and with how many lines."""
    sums = (
        links(by).filter(item__plan=plan).order_by().values("line__plan")
        .annotate(items=Count("item", distinct=True), lines=Count("line", distinct=True))
        .order_by("line__plan__path", "line__plan")[:PLANS_MAX]
    )  # fmt: skip
    rows = {row["line__plan"]: row for row in sums}
    plans = queries.plans(by).in_bulk(list(rows))
    return [Child(plans[pk], row["items"], row["lines"]) for pk, row in rows.items()]


def sources(plan: Plan, by: Actor) -> list[Child]:
    """The plans of which this one carries out items."""
    mine = Derived.objects.filter(line__plan=plan, item__plan__in=queries.plans(by).values("pk"))
    sums = (
        mine.order_by().values("item__plan")
        .annotate(items=Count("item", distinct=True), lines=Count("line", distinct=True))
        .order_by("item__plan__path", "item__plan")[:PLANS_MAX]
    )  # fmt: skip
    rows = {row["item__plan"]: row for row in sums}
    plans = queries.plans(by).in_bulk(list(rows))
    return [Child(plans[pk], row["items"], row["lines"]) for pk, row in rows.items()]


@dataclass
class Item:
    """An item with the lines that carry it out, the first of them by name."""

    line: Line
    count: int = 0
    named: list[Line] = field(default_factory=list)
    #: Of the tasks for those lines: how many there are, finished, behind time.
    tasks: int = 0
    closed: int = 0
    late: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.named)


def with_lines(lines: Sequence[Line], by: Actor, today: Any, child: UUID | None = None,
               named: int = NAMED_MAX) -> list[Item]:  # fmt: skip
    """Each line as an item, with what carries it out: three statements, whatever there is.

    child:  of that plan alone.
    """
    found = {line.pk: Item(line) for line in lines}
    rows = links(by).filter(item__in=list(found))
    if child is not None:
        rows = rows.filter(line__plan=child)
    counts = rows.order_by().values("item").annotate(n=Count("line"))
    for row in counts:
        found[row["item"]].count = row["n"]
    nth = Window(
        RowNumber(), partition_by="item", order_by=("line__plan__path", "line__plan", "line__place")
    )
    first = rows.annotate(nth=nth).filter(nth__lte=named).select_related("line__plan__unit")
    for link in first.order_by("item", "nth"):
        found[link.item_id].named.append(link.line)
    for row in _progress(Q(line__derives_from__item__in=list(found)), by, today, child):
        item = found.get(row["item"])
        if item is not None:
            item.tasks, item.closed, item.late = row["tasks"], row["closed"], row["late"]
    return list(found.values())


def _progress(which: Q, by: Actor, today: Any, child: UUID | None) -> Iterable[Any]:
    """By item, the tasks for the lines that carry it out, as far as one sees them."""
    rows = queries.tasks(by).filter(which, plan=F("line__plan")).exclude(case__state="void")
    if child is not None:
        rows = rows.filter(plan=child)
    counts = queries.counts(today)
    return (
        rows.order_by().values(item=F("line__derives_from__item"))
        .annotate(tasks=Count("pk", distinct=True),
                  closed=Count("pk", filter=counts["closed"].filter, distinct=True),
                  late=Count("pk", filter=counts["late"].filter, distinct=True))
    )  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Items that stand under one heading of a plan, with what became of them together."""

    #: One of its items, by which the list of tasks knows it.
    line: UUID
    name: str
    items: int
    carried: int
    tasks: int
    closed: int
    late: int

    @property
    def none(self) -> int:
        return self.items - self.carried


def in_group(line: UUID) -> Q:
    """Tasks that carry out any item of that one's group, or are themselves in it."""
    head = Line.objects.filter(pk=line).values("plan", "section").first()
    if head is None:
        return Q(pk__in=())
    items = Line.objects.filter(plan=head["plan"], section=head["section"])
    own = Q(line__in=items.values("pk"), plan=head["plan"])
    carrying = Derived.objects.filter(item__in=items.values("pk")).values("line")
    return own | Q(line__in=carrying, plan=F("line__plan"))


def groups(plan: Plan, by: Actor, today: Any) -> list[Group]:
    """A plan's headings in their order, where there are several: four statements.

    A task counts once in each group, however many of its items it carries out.
    """
    heads = items_of(plan).order_by().values("section").annotate(
        items=Count("pk"), carried=Count("pk", filter=Q(linked(by))), first=Min("place")
    )  # fmt: skip
    found = sorted(heads[: GROUPS_MAX + 1], key=lambda head: head["first"])
    if not 2 <= len(found) <= GROUPS_MAX:
        return []
    lines = dict(items_of(plan).order_by("-place").values_list("section", "pk"))
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("tasks", *_KEPT), 0))
    tasks = queries.tasks(by).exclude(case__state="void").order_by()
    counts = {name: queries.counts(today)[name].filter for name in _KEPT}
    # Its own tasks and those that carry its items out are different plans' and so different tasks.
    for rows, section in (
        (tasks.filter(plan=plan, line__plan=plan), "line__section"),
        (tasks.filter(line__derives_from__item__plan=plan, plan=F("line__plan")),
         "line__derives_from__item__section"),
    ):  # fmt: skip
        each = {name: Count("pk", filter=where, distinct=True) for name, where in counts.items()}
        every: Any = rows.values(head=F(section)).annotate(tasks=Count("pk", distinct=True), **each)
        for row in every:
            for name in ("tasks", *_KEPT):
                sums[row["head"]][name] += row[name]
    return [
        Group(lines[head["section"]], head["section"], head["items"], head["carried"],
              **sums[head["section"]])
        for head in found
    ]  # fmt: skip


_KEPT = ("closed", "late")


# --- the tree ------------------------------------------------------------------------------


@dataclass
class Node:
    """A line in the tree, and what carries it out in turn."""

    line: Line
    task: Task | None = None
    children: list[Node] = field(default_factory=list)


@dataclass
class Tree:
    """What carries out one line, level by level."""

    nodes: list[Node]
    #: Lines that aren't drawn any more; each item's own page has them.
    left_out: int = 0


def tree(line: Line, by: Actor) -> Tree:
    """Level by level, a statement each. A line that carries out two items stands under both."""
    root = Node(line)
    level, drawn, left_out = {line.pk: [root]}, 0, 0
    for _depth in range(DEPTH_MAX):
        rows = links(by).filter(item__in=list(level)).select_related("line__plan__unit")
        found = rows.order_by("line__plan__path", "line__plan", "line__place")
        below: dict[UUID, list[Node]] = defaultdict(list)
        first = list(found[: NODES_MAX + 1])
        if len(first) > NODES_MAX:
            left_out += rows.count() - NODES_MAX
        for link in first[:NODES_MAX]:
            for parent in level[link.item_id]:
                if drawn == NODES_MAX:
                    left_out += 1
                    continue
                node = Node(link.line)
                parent.children.append(node)
                below[link.line_id].append(node)
                drawn += 1
        level = below
        if not level:
            break
    else:
        left_out += links(by).filter(item__in=list(level)).count()
    _put_tasks(root, by)
    return Tree(root.children, left_out)


def _put_tasks(root: Node, by: Actor) -> None:
    nodes: dict[UUID, list[Node]] = defaultdict(list)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        nodes[node.line.pk].append(node)
        waiting += node.children
    for chunk in bulk.slices(list(nodes)):
        rows = queries.tasks(by).filter(line__in=chunk, plan=F("line__plan"))
        for task in rows.select_related("case"):
            for node in nodes[task.line_id]:
                node.task = task


def items_above(line: Line, by: Actor) -> list[Line]:
    """The items that a line carries out."""
    readable = queries.plans(by).order_by().values("pk")
    rows = Line.objects.filter(derived__line=line, plan__in=readable)
    return list(rows.select_related("plan__unit").order_by("plan__path", "plan", "place"))
