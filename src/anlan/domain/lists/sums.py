"""Rows summed by the areas below one, so that the parts add up to the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anlan.base.actor import Actor
from anlan.base.paths import ancestors
from anlan.domain.lists.permissions import own_paths
from anlan.kernel.accounts.reach import SEES
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region


@dataclass
class Line:
    """One area's counts. ``own``: what was counted at the area itself (本级)."""

    region: Region
    counts: list[int]
    own: bool = False


def by_area(rows: Iterable[tuple[str, Sequence[int]]], root: Region, width: int) -> list[Line]:
    """Counts by the areas below ``root``, with each area that is or has something; own first.

    rows:  (path, counts), each path at or below the root's.
    """
    found: dict[int | None, list[int]] = defaultdict(lambda: [0] * width)
    depth = len(ancestors(root.path))
    for path, counts in rows:
        ids = ancestors(path)
        line = found[ids[depth] if len(ids) > depth else None]
        for place, count in enumerate(counts):
            line[place] += count
    own = found.pop(None, None)
    places = {region.pk: region for region in regions.children(root)}
    # What lies in an area that has ended still counts.
    gone = [pk for pk in found if pk is not None and pk not in places]
    places |= Region.objects.in_bulk(gone)
    lines = [
        Line(region, found.get(pk, [0] * width))
        for pk, region in sorted(places.items(), key=lambda pair: pair[1].code)
    ]
    return ([Line(root, own, own=True)] if own and any(own) else []) + lines


def widest(by: Actor) -> Region:
    """The area that a page begins with: the widest that one answers for."""
    if by.trusted:
        return regions.nation()
    paths = sorted(own_paths(by, SEES), key=lambda path: (len(path), path))
    if not paths or not paths[0]:
        return regions.nation()
    return Region.objects.get(pk=ancestors(paths[0])[-1])
