"""Groups of tasks with their sums: a tree of plans or of areas, or sectors and units side by side.

Sums come by key from the database; here they are folded up the tree, so that a head counts all
that lies below it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.paths import ancestors
from anlan.domain.campaigns.battlemap import rows as reading
from anlan.domain.campaigns.battlemap.lights import BY_CODE, COLOURS, Rule
from anlan.domain.campaigns.battlemap.rows import Summed
from anlan.domain.campaigns.models import Campaign, Plan, Task
from anlan.kernel.accounts.models import Sector, Unit
from anlan.kernel.regions.models import Region

GROUPS: dict[str, str | Promise] = {
    "plan": gettext_lazy("Plan"),
    "region": gettext_lazy("Area"),
    "sector": gettext_lazy("Sector"),
    "unit": gettext_lazy("Unit"),
}
#: Heads that one answer shows.
HEADS_MAX = 200
#: Stands for what has no sector, or no unit yet.
NONE = "-"


@dataclass
class Head:
    """A group: its name, what it counts, and the days it spans."""

    key: str
    name: str = ""
    #: What its own rows are found by; None where it has none itself.
    own: Any = None
    #: Whether further groups lie inside.
    is_parent: bool = False
    lights: Counter[str] = field(default_factory=Counter)
    start: date | None = None
    due: date | None = None
    late_since: date | None = None
    progress_sum: int = 0

    @property
    def count(self) -> int:
        return self.lights.total()

    @property
    def progress(self) -> int:
        """The mean of what was reported, in whole per cent."""
        return self.progress_sum // self.count if self.count else 0

    def colours(self) -> list[tuple[str, int]]:
        """Counts by colour, in the table's order, without those of none."""
        found: Counter[str] = Counter()
        for code, count in self.lights.items():
            found[BY_CODE[code].colour] += count
        return [(colour, found[colour]) for colour in COLOURS if found[colour]]

    def add(self, line: Summed) -> None:
        self.lights[line.light] += line.tasks
        self.progress_sum += line.progress
        self.start = _least(self.start, line.start)
        self.due = max(filter(None, (self.due, line.due)), default=None)
        if line.light == "late":
            self.late_since = _least(self.late_since, line.due_first)


def _least(left: date | None, right: date | None) -> date | None:
    return min(filter(None, (left, right)), default=None)


@dataclass
class Map:
    """All heads of one grouping, ready to be asked for what lies in a node."""

    group: str
    total: Head
    #: Heads by the node that they lie in; "" is the top.
    inside: dict[str, list[Head]]
    heads: dict[str, Head]

    @property
    def is_tree(self) -> bool:
        return self.group in ("plan", "region")

    def own_rows(self, rows: QuerySet[Task], head: Head) -> QuerySet[Task]:
        key = None if head.own == NONE else head.own
        return reading.of_node(rows, self.group, key)


def read(
    rows: QuerySet[Task], group: str, campaign: Campaign, by: Actor, rule: Rule, today: date,
    light: str = "",
) -> Map:  # fmt: skip
    """All heads of a grouping; with a light, those of its tasks, below a total of all."""
    found = reading.sums_of(campaign, by, rows, group, rule, today)
    total = Head("", _("All tasks"))
    for line in found:
        total.add(line)
    found = [line for line in found if light in ("", line.light)]
    if group == "plan":
        inside, heads = _plans(found, campaign, by)
    elif group == "region":
        inside, heads = _areas(found)
    else:
        inside, heads = _side_by_side(found, group)
    return Map(group, total, inside, heads)


def _fold(
    found: Iterable[Summed], up: Callable[[Any], Sequence[tuple[str, Any]]]
) -> dict[str, Head]:
    """Heads of all nodes on the way up from each key; the first is the key's own.

    up:  (key of a head, what finds its own rows), from the node itself upwards.
    """
    heads: dict[str, Head] = {}
    for line in found:
        for place, (key, own) in enumerate(up(line.key)):
            head = heads.setdefault(key, Head(key))
            head.add(line)
            if place == 0:
                head.own = own
    return heads


def _plans(
    found: list[Summed], campaign: Campaign, by: Actor
) -> tuple[dict[str, list[Head]], dict[str, Head]]:
    plans = reading.plans(campaign, by)
    above = {pk: parent for pk, parent, _title, _area in plans}

    def up(key: Any) -> list[tuple[str, Any]]:
        way = [(str(key), key)]
        while (key := above.get(key)) in above and len(way) < 10:
            way.append((str(key), key))
        return way

    heads = _fold(found, up)
    inside: dict[str, list[Head]] = defaultdict(list)
    for pk, parent, title, area in plans:
        head = heads.get(str(pk))
        if head is None:
            continue
        head.name = f"{area} · {title}"
        shown = str(parent) if parent in above else ""
        inside[shown].append(head)
        if shown:
            heads[shown].is_parent = True
    # A task of a plan that the reader may not open (a unit below still writes it) counts, too. Its
    # area is told, for each of its tasks tells it.
    named = {head.key for inner in inside.values() for head in inner}
    hidden = [key for key in heads if key not in named]
    rows = Plan.objects.filter(pk__in=hidden).select_related("area").order_by("path", "pk")
    for plan in rows if hidden else ():
        head = heads[str(plan.pk)]
        head.name = _("%(area)s: plan not published yet") % {"area": plan.area.name}
        inside[""].append(head)
    return inside, heads


def _areas(found: list[Summed]) -> tuple[dict[str, list[Head]], dict[str, Head]]:
    paths = {line.key for line in found}
    ways = {path: ancestors(path) for path in paths}
    common = len(_common(list(ways.values())))

    def up(path: Any) -> list[tuple[str, Any]]:
        ids = ways[path]
        way = [(str(ids[end]), path) for end in range(len(ids) - 1, common - 1, -1)]
        # What lies at the area that holds all is a group beside its parts.
        return way or [(str(ids[-1]), path)]

    heads = _fold(found, up)
    names = dict(Region.objects.filter(pk__in=list(heads)).values_list("pk", "name"))
    depth = {str(ids[end]): ids[: end + 1] for ids in ways.values() for end in range(len(ids))}
    inside: dict[str, list[Head]] = defaultdict(list)
    for key, head in sorted(heads.items(), key=lambda pair: (len(depth[pair[0]]), int(pair[0]))):
        head.name = names.get(int(key), key)
        way = depth[key]
        if len(way) == common and len(heads) > 1:
            head.name = _("%(area)s itself") % {"area": head.name}
        parent = str(way[-2]) if len(way) - 1 > common else ""
        inside[parent].append(head)
        if parent:
            heads[parent].is_parent = True
    return inside, heads


def _common(ways: list[list[int]]) -> list[int]:
    """The way that all share, from the nation down."""
    if not ways:
        return []
    first, last = min(ways), max(ways)
    shared = [a for a, b in zip(first, last, strict=False) if a == b]
    return first[: len(shared)]


def _side_by_side(found: list[Summed], group: str) -> tuple[dict[str, list[Head]], dict[str, Head]]:
    heads = _fold(
        found, lambda key: [(NONE if key is None else str(key), NONE if key is None else key)]
    )
    wanted = [head.own for head in heads.values() if head.own != NONE]
    model: Any = Sector if group == "sector" else Unit
    names = {
        str(pk): name for pk, name in model.objects.filter(pk__in=wanted).values_list("pk", "name")
    }
    nobody = _("No sector named") if group == "sector" else _("Nobody has taken it")
    for key, head in heads.items():
        head.name = nobody if key == NONE else names.get(key, key)
    # Who has most that is late stands first; the name settles the rest.
    order = sorted(heads.values(), key=lambda head: (-head.lights["late"], head.name, head.key))
    return {"": order}, heads
