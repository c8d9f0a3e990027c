"""Who is compared with whom on a day: divisions below an area, a tree's children, sectors, or the
sides of duty letters (letters.py).

In a dated assessment tree each place is in exactly one subject: a zone or a directly governed
county counts for whom it stands under there, and is taken off where it merely lies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.paths import ancestors
from anlan.domain.assessments import letters
from anlan.domain.assessments.compared import COMPARED_MAX, Compared, Moved
from anlan.domain.assessments.refusals import AssessmentRefused, TooManyCompared
from anlan.domain.assessments.spec import Spec
from anlan.kernel.accounts import sectors
from anlan.kernel.facts import territory
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import AssessmentNode, Level, Lineage, Region, RegionName

LEVELS = {
    "prefectures": Level.PREFECTURE, "counties": Level.COUNTY, "townships": Level.TOWNSHIP,
}  # fmt: skip
_NAMES = {
    Level.PREFECTURE: "prefecture", Level.COUNTY: "county", Level.TOWNSHIP: "township",
}  # fmt: skip


def compared(area: Region, spec: Spec, day: date, *, office: int | None = None) -> list[Compared]:
    """Those compared in ``area`` on a day, by code.

    office: the unit that keeps the scheme, whose duty letters may be what is compared.
    """
    if spec.group == "letters":
        found = letters.sides(area, spec.letters, office, day)
    else:
        found = _compared(area, spec.group, spec.tree, day)
    if len(found) > COMPARED_MAX:
        raise TooManyCompared(count=len(found), max=COMPARED_MAX)
    if not found:
        reason = _("Nobody is compared: %(area)s has none of these on that day.")
        if spec.group == "letters":
            reason = _("No duty letter that your office drew up is in force on that day.")
        raise AssessmentRefused(field="group", reason=reason % {"area": area.name})
    return _on_the_map(found, day)


def _on_the_map(found: list[Compared], day: date) -> list[Compared]:
    """With the past of what reforms brought to each until that day, and without that of what left.

    A county that took in its neighbour in June is held against both of last year, and its open
    hazards are those of both.
    """
    factors = {region for one in found for region, _factor in one.factors}
    paths: dict[int, str] = {}
    for chunk in bulk.slices(sorted(factors)):
        paths |= dict(Region.objects.filter(pk__in=chunk).values_list("pk", "path"))
    members = territory.on(paths, day)
    others = {r for each in members.values() for r in (*each.factors, *each.split)} - paths.keys()
    if not others:
        return found
    days: dict[int, tuple[str, date]] = {}
    for chunk in bulk.slices(sorted(others)):
        rows = Lineage.objects.filter(old__in=chunk, day__lte=day).exclude(new=F("old"))
        rows = rows.order_by("day", "pk")
        told = rows.values_list("old_id", "old__name", "day")
        days |= {old: (name, since) for old, name, since in told}
    return [_moved(one, members, days) for one in found]


def _moved(
    one: Compared, members: Mapping[int, territory.Members], days: Mapping[int, tuple[str, date]]
) -> Compared:
    own = {region for region, _factor in one.factors}
    sums: Counter[int] = Counter()
    split: dict[int, date] = {}
    for region, factor in one.factors:
        for other, more in members[region].factors.items():
            sums[other] += factor * more
        split |= members[region].split
    moved = [
        *(Moved(r, *days[r], n) for r, n in sorted(sums.items()) if n and r not in own),
        *(Moved(r, days[r][0], day, 0) for r, day in sorted(split.items()) if r in days),
    ]  # fmt: skip
    if not moved:
        return one
    factors = tuple((region, n) for region, n in sorted(sums.items()) if n)
    return replace(one, factors=factors, moved=tuple(moved))


def _compared(area: Region, group: str, tree: str, day: date) -> list[Compared]:
    if group == "sectors":
        return [
            Compared(code, str(name), "sector", area.pk, area.path, ((area.pk, 1),), code)
            for code, name in sorted(sectors.names().items())
        ]
    if group == "tree":
        return _of_tree(area, tree, day)
    # One more than may be, so that too many are refused and not cut.
    rows = (
        Region.objects.below(area)
        .filter(level=LEVELS[group], is_division=True)
        .filter(Q(valid_from=None) | Q(valid_from__lte=day))
        .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .order_by("code")[: COMPARED_MAX + 1]
    )
    return _named(list(rows), {}, day)


def _of_tree(area: Region, name: str, day: date) -> list[Compared]:
    tree = regions.tree_on(name, day)
    if tree is None:
        reason = _("No assessment tree “%(name)s” is in force on that day.") % {"name": name}
        raise AssessmentRefused(field="tree", reason=reason)
    nodes = list(AssessmentNode.objects.filter(tree=tree).select_related("region"))
    under = {node.pk: node.parent_id for node in nodes}
    head = next((node.pk for node in nodes if node.region_id == area.pk), None)
    if head is None:
        reason = _("%(area)s stands nowhere in the assessment tree.") % {"area": area.name}
        raise AssessmentRefused(field="tree", reason=reason)
    firsts = [node for node in nodes if node.parent_id == head]
    whose = {node.pk: _subject(node.pk, under, head) for node in nodes}
    factors = factors_of(
        {node.region_id: (node.region.path, whose[node.pk]) for node in nodes},
        [node.pk for node in firsts],
    )
    firsts.sort(key=lambda node: (node.sort, node.region.code))
    by_region = {node.region_id: factors[node.pk] for node in firsts}
    return _named([node.region for node in firsts], by_region, day)


def _subject(pk: int, under: Mapping[int, int | None], head: int) -> int | None:
    """The one directly under ``head`` to whom a node belongs."""
    at: int | None = pk
    seen: set[int] = set()
    while at is not None and at not in seen and under[at] != head:
        seen.add(at)
        at = under[at]
    return at if at is not None and at not in seen else None


def factors_of(
    placed: Mapping[int, tuple[str, int | None]], subjects: Iterable[int]
) -> dict[int, tuple[tuple[int, int], ...]]:
    """By subject its regions with factors, so that each place counts for exactly one.

    placed: by region its path and whose it is. A region counts for its own subject and is taken
    off the subject of the nearest region above it: sums of regions hold what lies below them.
    """
    owner = dict(placed)
    found: dict[int, dict[int, int]] = {subject: {} for subject in subjects}
    for region, (path, whose) in placed.items():
        above = next((pk for pk in reversed(ancestors(path)[:-1]) if pk in owner), None)
        inherits = owner[above][1] if above is not None else None
        if whose == inherits:
            continue
        if whose in found:
            found[whose][region] = 1
        if inherits in found:
            found[inherits][region] = -1
    return {subject: tuple(sorted(each.items())) for subject, each in found.items()}


def _named(
    rows: list[Region], factors: Mapping[int, tuple[tuple[int, int], ...]], day: date
) -> list[Compared]:
    """With the names that they bore on that day, all of them asked for at once."""
    names: dict[int, tuple[date, str]] = {}
    for chunk in bulk.slices([row.pk for row in rows]):
        found = RegionName.objects.filter(region__in=chunk).filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )
        for pk, since, name in found.values_list("region_id", "valid_from", "name"):
            names[pk] = max(names.get(pk, (date.min, name)), (since or date.min, name))
    return [
        Compared(
            str(row.pk), names[row.pk][1] if row.pk in names else row.name,
            _NAMES.get(Level(row.level), "county"), row.pk, row.path,
            factors.get(row.pk, ((row.pk, 1),)),
        )
        for row in rows
    ]  # fmt: skip
