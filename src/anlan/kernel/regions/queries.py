"""Questions about regions: by code, by name or pinyin, by descent, by who assesses whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, CharField, Q
from django.utils.translation import gettext_lazy as _

from anlan.base import paths
from anlan.base.limits import IN_LIST_MAX
from anlan.base.prepared import Prepared, slot
from anlan.base.refusal import NotFound
from anlan.base.statements import among, filled
from anlan.base.text import plain
from anlan.kernel.regions.models import (
    AssessmentNode,
    AssessmentTree,
    Boundary,
    Change,
    Level,
    Lineage,
    Region,
    RegionCode,
    RegionName,
    RegionQuerySet,
)

#: Regions that one search gives back at most.
FIND_MAX = 100
#: The longest text that is searched for; a full name has about forty characters.
FIND_CHARS_MAX = 60
#: The longest chain of reforms that is followed back.
LINEAGE_STEPS_MAX = 20

#: Names that a search takes as the head of a longer text, and the endings that people leave out.
_HEADS_MAX = 5
_HEAD_CHARS_MAX = 16
_HEAD_ENDINGS = ("市", "省", "县", "区")

_AFTER_ANY = "\U0010ffff"
_LATIN = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d{1,20}")


class RegionUnknown(NotFound):
    """No region has, or had, this code or name."""

    code = "region_unknown"
    message = _("“%(text)s” is no region that is known here. Check the code or name.")


# By code


def by_code(code: str, on: date | None = None) -> Region:
    """The region that held ``code`` on a day; without a day, now or else last.

    The region may have another code today, or have ended: look at ``code`` and ``valid_to``.
    """
    rows: list[RegionCode] = _with_code.rows(code=code)
    found = [row for row in rows if on is None or _held(row, on)]
    if not found:
        raise RegionUnknown(text=code)
    return max(found, key=lambda row: (row.valid_to is None, row.valid_from or date.min)).region


_with_code = Prepared(
    lambda: RegionCode.objects.filter(code=slot("code", CharField())).select_related("region")
)


def _held(row: RegionCode, on: date) -> bool:
    return (row.valid_from or date.min) <= on <= (row.valid_to or date.max)


def by_codes(codes: Iterable[str]) -> dict[str, Region]:
    """The regions that hold these codes now, in as few statements as the database allows."""
    wanted = sorted(set(codes))
    found: dict[str, Region] = {}
    for start in range(0, len(wanted), IN_LIST_MAX):
        batch = wanted[start : start + IN_LIST_MAX]
        found |= {region.code: region for region in Region.objects.filter(code__in=batch)}
    return found


def nation() -> Region:
    return Region.objects.get(level=Level.NATION)


def children(region: Region, *, ended: bool = False) -> list[Region]:
    """The regions directly below, by code."""
    found: list[Region] = _children.rows(parent=region.pk)
    return found if ended else [each for each in found if each.valid_to is None]


def ancestors(region: Region) -> list[Region]:
    """From the nation down to the region's parent."""
    found = by_ids(paths.ancestors(region.path)[:-1])
    return sorted(found, key=lambda each: each.level)


def by_ids(ids: Sequence[int]) -> list[Region]:
    """A few regions (DEPTH_MAX), in the order of their ids here; one that is gone is left out."""
    found = {each.pk: each for each in _with_ids.rows(**filled("pk", ids, DEPTH_MAX, -1))}
    return [found[pk] for pk in ids if pk in found]


#: Regions from the nation down to one of its grids, with a few to spare.
DEPTH_MAX = 12
_with_ids = Prepared(lambda: Region.objects.filter(among("pk", "pk", DEPTH_MAX, BigIntegerField())))
_children = Prepared(
    lambda: Region.objects.filter(parent=slot("parent", BigIntegerField())).order_by("code")
)


def name_on(region: Region, day: date) -> str:
    """What the region was called on a day."""
    row = (
        RegionName.objects.filter(region=region)
        .filter(Q(valid_from=None) | Q(valid_from__lte=day))
        .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .order_by("-valid_from")
        .first()
    )
    return row.name if row else region.name


# By what somebody types


def find(text: str, limit: int = 20, within: Region | None = None) -> list[Region]:
    """Regions that ``text`` may mean, the best first: for a field that suggests as one types.

    text:  the beginning of a code (5301), a name or a part of it (五华), a full name
           (云南省昆明市五华), pinyin or its initials (wuhua, wh).
    """
    wanted = plain(text)[:FIND_CHARS_MAX]
    limit = min(limit, FIND_MAX)
    if not wanted:
        return []
    pool = Region.objects.current()
    if within is not None:
        pool = pool.below(within)
    if _DIGITS.fullmatch(wanted):
        return list(pool.filter(_begins("code", wanted)).order_by("code")[:limit])
    if _LATIN.fullmatch(wanted):
        return _by_steps(
            (pool.filter(_begins("initials", wanted)), pool.filter(_begins("pinyin", wanted))),
            limit,
        )
    found = _by_steps(
        (
            pool.filter(_begins("name", wanted)),
            pool.filter(_begins("full_name", wanted)),
            pool.filter(name__contains=wanted),
        ),
        limit,
    )
    return found or _under_a_head(wanted, limit, within)


def _under_a_head(text: str, limit: int, within: Region | None) -> list[Region]:
    """昆明市五华, 昆明五华: the name of a place, and behind it that of one below."""
    forms = {
        text[:length] + ending: length
        for length in range(2, min(len(text), _HEAD_CHARS_MAX))
        for ending in ("", *_HEAD_ENDINGS)
    }
    heads = Region.objects.current().filter(name__in=list(forms), level__lte=Level.COUNTY)
    ordered = sorted(heads, key=lambda head: (-forms[head.name], head.level, head.code))
    for head in ordered[:_HEADS_MAX]:
        if within is not None and not (
            head.path.startswith(within.path) or within.path.startswith(head.path)
        ):
            continue
        below = head if within is None or len(head.path) > len(within.path) else within
        found = find(text[forms[head.name] :], limit, below)
        if found:
            return found
    return []


def _begins(column: str, text: str) -> Q:
    """A range instead of LIKE, so that a plain index serves on both databases."""
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + _AFTER_ANY})


def _by_steps(steps: Sequence[RegionQuerySet], limit: int) -> list[Region]:
    """Each next question is asked only where those before it gave too little."""
    found: dict[int, None] = {}
    for step in steps:
        if len(found) >= limit:
            break
        # Ids alone, so that a search inside names reads an index and not the table.
        ids = step.order_by("level", "code").values_list("pk", flat=True)
        found |= dict.fromkeys(ids[: limit + len(found)])
    regions = Region.objects.in_bulk(list(found)[:limit])
    return [regions[pk] for pk in found if pk in regions]


# By descent


@dataclass(frozen=True)
class Origins:
    """Regions of the past whose figures belong to one of today."""

    #: Their figures count wholly.
    whole: frozenset[int] = frozenset()
    #: They were split: their figures can't be divided, and a comparison must say so.
    undivided: frozenset[int] = frozenset()


def lineage_into(region: Region) -> Origins:
    """The predecessors of ``region``, over any number of reforms; not the region itself."""
    whole: set[int] = set()
    undivided: set[int] = set()
    frontier = {region.pk: True}
    for _step in range(LINEAGE_STEPS_MAX):
        rows = Lineage.objects.filter(new__in=list(frontier)).exclude(
            kind__in=(Change.RENAME, Change.RECODE)
        )
        reached: dict[int, bool] = {}
        for old, new, divisible in rows.values_list("old_id", "new_id", "divisible"):
            assert new is not None  # The filter asked for it.
            if old != region.pk and old not in whole and old not in undivided:
                reached[old] = reached.get(old, True) and divisible and frontier[new]
        if not reached:
            break
        whole |= {pk for pk, divisible in reached.items() if divisible}
        undivided |= {pk for pk, divisible in reached.items() if not divisible}
        frontier = reached
    return Origins(frozenset(whole), frozenset(undivided))


# By assessment


def tree_on(name: str, day: date) -> AssessmentTree | None:
    """The tree of that name which is in force on a day."""
    return (
        AssessmentTree.objects.filter(name=name, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .order_by("-valid_from")
        .first()
    )


def tree_children(tree: AssessmentTree, region: Region) -> list[Region]:
    """Who is assessed directly under ``region``."""
    nodes = AssessmentNode.objects.filter(tree=tree, parent__region=region)
    found = nodes.select_related("region").order_by("sort", "region__code")
    return [node.region for node in found]


def tree_area(tree: AssessmentTree, region: Region, column: str = "path") -> Q:
    """What counts for ``region`` in a tree: its area and that of who is placed under it, without
    the areas inside it that the tree places elsewhere."""
    nodes = {
        pk: (parent, path)
        for pk, parent, path in AssessmentNode.objects.filter(tree=tree).values_list(
            "pk", "parent_id", "region__path"
        )
    }
    root = next(pk for pk, (_parent, path) in nodes.items() if path == region.path)
    inside = {pk for pk in nodes if root in _up(nodes, pk)}
    own = [nodes[pk][1] for pk in inside]
    elsewhere = [
        path
        for pk, (_parent, path) in nodes.items()
        if pk not in inside and _nearest(path, own) and not _holds(path, own)
    ]
    counted = reduce(or_, (paths.below(path, column) for path in own))
    # Where a place that is taken out holds one that is put back, the inner one stays counted.
    for path in elsewhere:
        back = [paths.below(p, column) for p in own if p != path and p.startswith(path)]
        taken = paths.below(path, column)
        counted &= ~taken | reduce(or_, back) if back else ~taken
    return counted


def _up(nodes: Mapping[int, tuple[int | None, str]], pk: int) -> list[int]:
    """The node and those above it."""
    chain: list[int] = []
    at: int | None = pk
    while at is not None and at not in chain:
        chain.append(at)
        at = nodes[at][0]
    return chain


def _nearest(path: str, own: Sequence[str]) -> bool:
    return any(path.startswith(above) for above in own)


def _holds(path: str, own: Sequence[str]) -> bool:
    return path in own


# Shapes


def shapes(parent: Region, *, of: Iterable[Region] | None = None) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the regions below ``parent``, each with its shape or null.

    A region without a shape is listed all the same, so that its figures aren't lost on a map.
    """
    regions = list(of) if of is not None else children(parent)
    known = Boundary.objects.in_bulk([region.pk for region in regions])
    features = [_feature(region, known.get(region.pk)) for region in regions]
    drawn = [known[region.pk] for region in regions if region.pk in known]
    return {
        "type": "FeatureCollection",
        "features": features,
        "properties": {
            "sketch": any(shape.is_sketch for shape in drawn),
            "approvals": sorted({shape.approval_no for shape in drawn if shape.approval_no}),
            "sources": sorted({shape.source for shape in drawn}),
            "missing": [region.code for region in regions if region.pk not in known],
        },
    }


def _feature(region: Region, shape: Boundary | None) -> dict[str, Any]:
    point = [float(region.lon), float(region.lat)] if region.lon and region.lat else None
    return {
        "type": "Feature",
        "id": region.pk,
        "properties": {
            "code": region.code,
            "name": region.name,
            "level": region.level,
            "point": point,
        },
        "geometry": json.loads(shape.geometry) if shape else None,
    }
