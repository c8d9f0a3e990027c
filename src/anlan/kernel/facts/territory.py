"""Whose figures are whose after a reform: at the time (then), on today's map (now), or on that of
a day (on).

Facts stay at the area where they were posted. On a later map an area's figure is a sum over
regions with factors: itself, plus what came to it from elsewhere, less what left it. Where a
region was split its figures can't be divided, and those that would need it say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F

from anlan.base.paths import ancestors
from anlan.kernel.regions.models import Lineage, Region


@dataclass
class Members:
    """What an area's figure is made of."""

    #: Region and factor (+1, −1).
    factors: dict[int, int] = field(default_factory=dict)
    #: Regions that were split between this area and others, and when.
    split: dict[int, date] = field(default_factory=dict)


def then(areas: Collection[int]) -> dict[int, Members]:
    return {area: Members({area: 1}) for area in areas}


def now(areas: Mapping[int, str]) -> dict[int, Members]:
    """By area, its members on today's map. ``areas``: id and path."""
    return on(areas, None)


def on(areas: Mapping[int, str], day: date | None) -> dict[int, Members]:
    """By area, its members on the map of a day; without one, on the newest."""
    homes, split = _homes(day)
    if not homes and not split:
        return then(areas.keys())
    paths = dict(Region.objects.filter(pk__in=[*homes, *split]).values_list("pk", "path"))
    concerned = _concerned(homes, paths)
    found = {}
    for area in areas:
        members = found[area] = Members()
        for region in {area, *concerned[area]}:
            path = areas[area] if region == area else paths[region]
            above = ancestors(path)[:-1]
            factor = _counts(area, [*above, region], homes) - _counts(area, above, homes)
            if factor:
                members.factors[region] = factor
        for region, (parts, day) in split.items():
            inside = [area in part for part in parts]
            if any(inside) and not all(inside):
                members.split[region] = day
    return found


def _concerned(
    homes: Mapping[int, frozenset[int]], paths: Mapping[int, str]
) -> dict[int, set[int]]:
    """By area, the regions that may have come to it or left it: a nation has hundreds in all."""
    found: dict[int, set[int]] = defaultdict(set)
    for region in homes:
        above = ancestors(paths[region])
        for area in {*above, *(home for each in above for home in homes.get(each, ()))}:
            found[area].add(region)
    return found


def _counts(area: int, line: list[int], homes: Mapping[int, frozenset[int]]) -> int:
    """1 if facts at the end of ``line`` count for ``area`` by now, else 0."""
    for region in reversed(line):
        if region in homes:
            return int(area in homes[region])
        if region == area:
            return 1
    return 0


def _homes(
    day: date | None,
) -> tuple[dict[int, frozenset[int]], dict[int, tuple[tuple[frozenset[int], ...], date]]]:
    """Regions that went into another as a whole, with what lies above and at their new home;
    and regions that were split, with the same for each part, and the day."""
    became: dict[int, dict[int, date]] = defaultdict(dict)
    rows = Lineage.objects.filter(new__isnull=False).exclude(new=F("old"))
    if day is not None:
        rows = rows.filter(day__lte=day)
    for old, new, since in rows.order_by("day").values_list("old_id", "new_id", "day"):
        assert new is not None
        became[old][new] = since
    known = {*became, *(new for each in became.values() for new in each)}
    regions = {
        pk: (path, valid_to is not None and (day is None or valid_to < day))
        for pk, path, valid_to in Region.objects.filter(pk__in=known).values_list(
            "pk", "path", "valid_to"
        )
    }
    homes: dict[int, frozenset[int]] = {}
    split: dict[int, tuple[tuple[frozenset[int], ...], date]] = {}
    for old, nexts in became.items():
        last = _last(old, became, regions, ())
        parts = tuple(frozenset(ancestors(regions[pk][0])) for pk in sorted(last))
        if len(last) == 1 and old not in last:
            homes[old] = parts[0]
        elif len(last) > 1:
            split[old] = (parts, max(nexts.values()))
    return homes, split


def _last(
    region: int,
    became: Mapping[int, Mapping[int, date]],
    regions: Mapping[int, tuple[str, bool]],
    seen: tuple[int, ...],
) -> set[int]:
    """Where a region's area is by now: itself where it hasn't ended, and whatever took from it."""
    if region in seen:
        return {region}
    found = set() if region in became and regions[region][1] else {region}
    for new in became.get(region, ()):
        found |= _last(new, became, regions, (*seen, region))
    return found
