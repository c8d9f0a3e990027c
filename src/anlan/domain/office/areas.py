"""What the pages about areas and trees show; each asks a constant number of statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.paths import ancestors, below
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.models import Hazard
from anlan.domain.office.permissions import own_paths
from anlan.kernel.accounts.models import Jurisdiction, Unit
from anlan.kernel.accounts.policy import permitted
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import (
    AssessmentNode,
    AssessmentTree,
    Level,
    Lineage,
    Region,
    RegionCode,
    RegionName,
)
from anlan.ui.keyset import Keyset
from anlan.ui.lists import Choice, Column, Filters, Flag, Search

#: Areas that somebody's posts cover and that are listed as starting points.
ROOTS_MAX = 100
FOUND_MAX = 50
#: Starting points that one search looks below.
SEARCHED_MAX = 20
#: Lines of an area's history on its page.
HISTORY_MAX = 50
TREES_MAX = 200
#: Members of one tree on its page: a province with all its counties has about 200.
MEMBERS_MAX = 1_000
ORDER = Keyset.by("code", "pk")

KINDS = (("division", _("divisions")), ("other", _("no divisions: zones, grids")))
COLUMNS = (
    Column("name", _("Area"), link=lambda area: reverse("office:area", args=[area.pk])),
    Column("code", _("Code"), kind="code"),
    Column("level", _("Level"), cell="get_level_display"),
    Column("kind", _("What it is"), cell=lambda area: what_it_is(area)),
    Column("below", _("Areas directly below"), kind="number"),
    Column("units", _("Units there"), kind="number", phone=False),
    Column("valid_from", _("Since"), kind="day", phone=False),
    Column("valid_to", _("Until"), kind="day", phone=False),
)


def what_it_is(area: Region) -> str:
    """Its official kind; one that is no division says so."""
    if area.is_division:
        return area.kind
    return str(_("%(kind)s (no division)")) % {"kind": area.kind or "—"}


def filters(params: object) -> Filters:
    return Filters(
        (
            Search(label=_("Name, code or pinyin initials")),
            Choice("kind", _("Kind"), KINDS),
            Flag("ended", _("Ended ones too")),
        ),
        params,  # type: ignore[arg-type]  # a request's GET
    )


def roots(by: Actor) -> list[Region]:
    """Where somebody's tree begins: the areas of their posts, none inside another of them."""
    paths = own_paths(by)
    if "" in paths:
        return [regions.nation()]
    wide = [path for path in paths if not any(path != up and path.startswith(up) for up in paths)]
    ids = [ancestors(path)[-1] for path in wide[:ROOTS_MAX]]
    return list(Region.objects.filter(pk__in=ids).order_by("code"))


def opens(by: Actor) -> Callable[[Region], bool]:
    """Whether somebody may open the page of an area that is named to them: without asking again."""
    paths = own_paths(by)
    return lambda area: any(area.path.startswith(path) for path in paths)


def narrowed(area: Region, wanted: Filters) -> object:
    """The areas directly below, as the filters want them."""
    rows = Region.objects.filter(parent=area)
    if not wanted["ended"]:
        rows = rows.current()
    if wanted["kind"]:
        rows = rows.filter(is_division=wanted["kind"] == "division")
    return rows


def searched(wanted: Filters, within: Sequence[Region]) -> list[Region]:
    """What a text finds in these areas, by code, name and pinyin; of those that exist."""
    found: dict[int, Region] = {}
    for area in within[:SEARCHED_MAX]:
        found |= {hit.pk: hit for hit in regions.find(wanted["q"], FOUND_MAX, area)}
    fitting = [
        hit
        for hit in found.values()
        if wanted["kind"] in (None, "division" if hit.is_division else "other")
    ]
    return fitting[:FOUND_MAX]


def count(areas: Sequence[Region], by: Actor) -> None:
    """Set ``below`` and ``units`` on each: two statements, however many there are."""
    ids = [area.pk for area in areas]
    below_them = dict(
        Region.objects.current()
        .filter(parent__in=ids)
        .order_by()
        .values("parent")
        .annotate(n=Count("pk"))
        .values_list("parent", "n")
    )
    seen = permitted(Unit.objects.filter(area__in=ids, valid_to=None), "units.view", by)
    units = dict(seen.order_by().values("area").annotate(n=Count("pk")).values_list("area", "n"))
    for area in areas:
        area.below = below_them.get(area.pk, 0)  # type: ignore[attr-defined]  # for the columns
        area.units = units.get(area.pk, 0)  # type: ignore[attr-defined]


def above(area: Region, by: Actor) -> list[Region]:
    """The areas over this one that somebody may open, from the top."""
    chain = Region.objects.filter(pk__in=ancestors(area.path)[:-1])
    return list(permitted(chain, "area.view", by).order_by("level", "pk"))


@dataclass(frozen=True)
class History:
    codes: list[RegionCode]
    names: list[RegionName]
    #: What it came from, and what became of it; a rename is in neither, its names say it.
    origins: list[Lineage]
    successions: list[Lineage]
    trees: list[AssessmentNode]


def history(area: Region) -> History:
    """Codes and names with their dates, lineage, and the trees it stands in."""
    lineage = (
        Lineage.objects.filter(Q(old=area) | Q(new=area))
        .select_related("old", "new")
        .order_by("-day", "-pk")[: 2 * HISTORY_MAX]
    )
    rows = [row for row in lineage if row.old_id != row.new_id]
    return History(
        list(area.codes.order_by("-valid_from", "-pk")[:HISTORY_MAX]),
        list(area.names.order_by("-valid_from", "-pk")[:HISTORY_MAX]),
        [row for row in rows if row.new_id == area.pk][:HISTORY_MAX],
        [row for row in rows if row.old_id == area.pk][:HISTORY_MAX],
        list(
            area.assessment_nodes.select_related("tree", "parent__region").order_by(
                "-tree__valid_from", "-pk"
            )[:HISTORY_MAX]
        ),
    )


@dataclass(frozen=True)
class Hanging:
    """What hangs on areas that end, and stays with them until somebody moves it."""

    units: int
    jurisdictions: int
    hazards: int
    enterprises: int
    trees: int


def hanging(ending: Sequence[Region], by: Actor) -> Hanging:
    """Counted over the areas and all below them; of business only what ``by`` may see."""
    inside = Q()
    for area in ending:
        inside |= below(area.path)
    in_case = Q()
    for area in ending:
        in_case |= below(area.path, "case__path")
    nodes = Q()
    for area in ending:
        nodes |= below(area.path, "region__path")
    hazards = permitted(Hazard.objects.filter(in_case, case__is_open=True), "hazard.view", by)
    enterprises = permitted(Enterprise.objects.listed().filter(inside), "enterprise.view", by)
    return Hanging(
        Unit.objects.filter(inside, valid_to=None).count(),
        Jurisdiction.objects.filter(inside, valid_to=None).count(),
        hazards.count(),
        enterprises.count(),
        AssessmentNode.objects.filter(nodes, tree__valid_to=None).count(),
    )


# Trees


def trees(by: Actor) -> list[AssessmentTree]:
    """Those that somebody may look at, in force first, each with its head and its members."""
    rows = permitted(AssessmentTree.objects.all(), "tree.view", by)
    found = list(rows.annotate(members=Count("nodes")).order_by("name", "-valid_from")[:TREES_MAX])
    heads = AssessmentNode.objects.filter(tree__in=found, parent=None).select_related("region")
    head = {node.tree_id: node.region for node in heads}
    for tree in found:
        tree.head = head[tree.pk]  # type: ignore[attr-defined]  # for the page
    return sorted(found, key=lambda tree: tree.valid_to is not None)


@dataclass(frozen=True)
class Member:
    region: Region
    depth: int
    #: How many stand directly under it.
    under: int


def members(tree: AssessmentTree) -> list[Member]:
    """The tree from its head down, in one statement."""
    nodes = list(tree.nodes.select_related("region").order_by("sort", "region__code")[:MEMBERS_MAX])
    by_parent: dict[int | None, list[AssessmentNode]] = {}
    for node in nodes:
        by_parent.setdefault(node.parent_id, []).append(node)
    found: list[Member] = []

    def walk(parent: int | None, depth: int) -> None:
        for node in by_parent.get(parent, ()):
            found.append(Member(node.region, depth, len(by_parent.get(node.pk, ()))))
            walk(node.pk, depth + 1)

    walk(None, 0)
    return found


LEVELS = [(level.value, level.label) for level in Level if level != Level.NATION]
