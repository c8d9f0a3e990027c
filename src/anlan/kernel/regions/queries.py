"""Questions about regions: by code, by name or pinyin, by what a sender wrote, by descent."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base import paths
from anlan.base.limits import IN_LIST_MAX
from anlan.base.refusal import NotFound
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
from anlan.kernel.regions.names import short_forms, stem

#: Regions that one search gives back at most.
FIND_MAX = 100
#: The longest text that is searched for; a full name has about forty characters.
FIND_CHARS_MAX = 60
#: Places that are named when a text fits several.
CANDIDATES_MAX = 10
#: The longest chain of reforms that is followed back.
LINEAGE_STEPS_MAX = 20
#: Regions that a resolver keeps in memory at most.
RESOLVER_REGIONS_MAX = 60_000

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
    rows = RegionCode.objects.filter(code=code).select_related("region")
    if on is not None:
        rows = rows.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
        )
    found = list(rows)
    if not found:
        raise RegionUnknown(text=code)
    return max(found, key=lambda row: (row.valid_to is None, row.valid_from or date.min)).region


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
    found = Region.objects.filter(parent=region).order_by("code")
    return list(found if ended else found.current())


def ancestors(region: Region) -> list[Region]:
    """From the nation down to the region's parent."""
    ids = paths.ancestors(region.path)[:-1]
    return sorted(Region.objects.filter(pk__in=ids), key=lambda found: found.level)


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


# By what a sender wrote


@dataclass(frozen=True)
class Place:
    """As much of a region as resolving needs."""

    id: int
    code: str
    name: str
    full_name: str
    level: int
    path: str


@dataclass(frozen=True)
class Resolved:
    """What a text means: one place, or the candidates among which a person must choose."""

    place: Place | None = None
    candidates: tuple[Place, ...] = ()
    #: What stands behind the place's name: 五华区人民中路 → 人民中路.
    rest: str = ""

    @property
    def is_ambiguous(self) -> bool:
        return self.place is None and bool(self.candidates)


@dataclass(frozen=True)
class _Match:
    place: Place
    length: int
    #: True where the name was written out, false where only its stem was.
    full: bool


@dataclass
class Resolver:
    """Reads place names as people write them; load one for a whole import.

    五华, 五华区, 昆明市五华区, 云南省昆明市五华区, 昆明五华 and 530102 mean one place. A name that
    several places bear is ambiguous unless ``within`` or the text itself says which is meant; a
    name written in full wins over a stem.
    """

    within: Place | None
    places: Mapping[int, Place]
    #: Places by each way to write them: the text and whether it is a full form.
    _forms: dict[str, list[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(list))
    _codes: dict[str, int] = field(default_factory=dict)
    _longest: int = 0
    _memo: dict[tuple[str, int | None], Resolved] = field(default_factory=dict)

    @classmethod
    def load(cls, within: Region | None = None, *, down_to: Level = Level.TOWNSHIP) -> Self:
        """Current regions within ``within`` (else everywhere) and its ancestors, in two statements.

        Former names and codes of these regions are understood too.
        """
        rows = Region.objects.current().filter(level__lte=down_to)
        if within is not None:
            above = Q(pk__in=paths.ancestors(within.path))
            rows = rows.filter(paths.below(within.path) | above)
        columns = ("id", "code", "name", "full_name", "level", "path")
        places = {row[0]: Place(*row) for row in rows.values_list(*columns)[:RESOLVER_REGIONS_MAX]}
        resolver = cls(places[within.pk] if within is not None else None, places)
        resolver._learn()
        return resolver

    def _learn(self) -> None:
        for place in self.places.values():
            self._codes[place.code] = place.id
            self._put(place.name, place.id, full=True)
        # Former codes and names, where they are nobody's today.
        for pk, code in RegionCode.objects.exclude(valid_to=None).values_list("region_id", "code"):
            if pk in self.places:
                self._codes.setdefault(code, pk)
        for pk, name in RegionName.objects.exclude(valid_to=None).values_list("region_id", "name"):
            if pk in self.places and name not in self._forms:
                self._put(name, pk, full=True)
        self._longest = max(map(len, self._forms), default=0)

    def _put(self, name: str, pk: int, *, full: bool) -> None:
        for form in (name, *short_forms(name)):
            self._forms[form].append((pk, full))
        short = stem(name)
        if short != name:
            self._forms[short].append((pk, False))

    def resolve(self, text: str, *, level: Level | None = None) -> Resolved:
        """What ``text`` means; ``level`` is what the column is about, where that is known."""
        key = (text, level)
        if key not in self._memo:
            if len(self._memo) >= RESOLVER_REGIONS_MAX:
                self._memo.clear()
            self._memo[key] = self._resolve(plain(text), level)
        return self._memo[key]

    def _resolve(self, text: str, level: Level | None) -> Resolved:
        if not text:
            return Resolved()
        if _DIGITS.fullmatch(text):
            # 530102000000: a code filled up with zeros to the length of a village's.
            pk = self._codes.get(text) or self._codes.get(_trimmed(text))
            return Resolved(self.places[pk]) if pk else Resolved()
        ends = self._read(text, 0, None, ())
        if not ends:
            return Resolved()
        furthest = max(sum(m.length for m in chain) for chain in ends)
        chains = [chain for chain in ends if sum(m.length for m in chain) == furthest]
        return self._choose(chains, text[furthest:], level)

    def _read(
        self, text: str, start: int, above: Place | None, chain: tuple[_Match, ...]
    ) -> list[tuple[_Match, ...]]:
        """Every way to read names from ``start`` on, each below the one before it."""
        found: list[tuple[_Match, ...]] = []
        for end in range(min(len(text), start + self._longest), start + 1, -1):
            for pk, full in self._forms.get(text[start:end], ()):
                place = self.places[pk]
                if above is not None and not _is_below(place, above):
                    continue
                match = _Match(place, end - start, full)
                further = self._read(text, end, place, (*chain, match))
                found += further or [(*chain, match)]
        return found

    def _choose(self, chains: list[tuple[_Match, ...]], rest: str, level: Level | None) -> Resolved:
        """One place if the best readings agree: within the scope, at the level, names in full."""
        inside = [c for c in chains if self.within is None or _is_in(c[-1].place, self.within)]
        chains = inside or chains
        if level is not None:
            chains = [c for c in chains if c[-1].place.level == level] or chains
        full = [c for c in chains if all(match.full for match in c)]
        last_full = [c for c in chains if c[-1].full]
        for pool in (full, last_full, chains):
            places = {c[-1].place.id: c[-1].place for c in pool}
            if len(places) == 1:
                return Resolved(next(iter(places.values())), rest=rest)
            if places:
                ordered = sorted(places.values(), key=lambda place: (place.level, place.code))
                return Resolved(candidates=tuple(ordered[:CANDIDATES_MAX]), rest=rest)
        return Resolved()


def resolve(text: str, within: Region | None = None, *, level: Level | None = None) -> Resolved:
    """One text; for many, load a Resolver."""
    return Resolver.load(within, down_to=_depth_for(within)).resolve(text, level=level)


def _depth_for(within: Region | None) -> Level:
    """Townships only where a place is named that holds them: the nation has 38,723."""
    return Level.COUNTY if within is None or within.level == Level.NATION else Level.TOWNSHIP


def _is_below(place: Place, above: Place) -> bool:
    return place.path.startswith(above.path) and place.id != above.id


def _is_in(place: Place, scope: Place) -> bool:
    return place.path.startswith(scope.path)


def _trimmed(code: str) -> str:
    if len(code) == 12:
        code = code.removesuffix("000")
    if len(code) == 9:
        code = code.removesuffix("000")
    return code


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
