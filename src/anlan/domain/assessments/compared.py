"""One of those compared: whose figures are its own, and what it undertook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

#: Who can be compared with one another in one ranking.
COMPARED_MAX = 2_000


@dataclass(frozen=True)
class Target:
    """A number of a duty letter; ``mid`` is None where nothing is undertaken by mid-year."""

    indicator: str
    at_most: bool
    mid: Fraction | None
    end: Fraction


@dataclass(frozen=True)
class Moved:
    """A region whose figures a reform brought in (1), took out (-1) or made indivisible (0)."""

    region: int
    name: str
    day: date
    factor: int


@dataclass(frozen=True)
class Compared:
    """One of those compared, and the regions whose sums are its figures."""

    key: str
    name: str
    level: str
    area_id: int
    path: str
    factors: tuple[tuple[int, int], ...]
    sector: str = ""
    #: Of a side of a duty letter: its unit, the sectors that it answers for (none: all), and what
    #: it undertakes.
    unit: int | None = None
    sectors: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    #: What reforms did to it until the last day that is counted; ``factors`` hold it already.
    moved: tuple[Moved, ...] = ()

    @property
    def split(self) -> tuple[Moved, ...]:
        """Regions of which it got a part: what they counted before belongs to nobody alone."""
        return tuple(each for each in self.moved if not each.factor)

    @property
    def regions(self) -> set[int]:
        """All whose sums are looked at."""
        return {region for region, _factor in self.factors} | {each.region for each in self.split}

    @property
    def labels(self) -> tuple[str, ...]:
        """The sectors alone whose figures are its own; none: all."""
        return (self.sector,) if self.sector else self.sectors

    def target(self, indicator: str) -> Target | None:
        return next((one for one in self.targets if one.indicator == indicator), None)
