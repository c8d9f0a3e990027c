"""Which place a sender means by what they wrote."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.db.models import Q

from anlan.base import paths
from anlan.base.text import plain
from anlan.kernel.regions.models import Level, Region, RegionCode, RegionName
from anlan.kernel.regions.names import short_forms, stem

#: Places that are named when a text fits several.
CANDIDATES_MAX = 10
#: Regions that a resolver keeps in memory at most.
RESOLVER_REGIONS_MAX = 60_000

_DIGITS = re.compile(r"\d{1,20}")


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
