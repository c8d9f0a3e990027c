"""Sectors (条): the shipped list, its words, who regulates them, and each campaign's own list.

Regulators and the headings of plans are defaults that an office may change in the database; the
shipped ones say how sure they are (basis A, B or C).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db.models import Q, QuerySet

from anlan.base.paths import ancestors
from anlan.base.prepared import Prepared
from anlan.base.text import plain
from anlan.kernel.accounts.models import (
    Jurisdiction,
    Sector,
    SectorMap,
    Unit,
    UnitKind,
    valid_on,
)
from anlan.kernel.regions.models import Region

DATA = Path(__file__).parent / "data"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _words() -> dict[str, str]:
    """Each known word for a sector, folded → its code."""
    found: dict[str, str] = {}
    for row in _rows("sectors.csv"):
        for word in (row["code"], row["name"], *row["aliases"].split(";")):
            assert found.setdefault(plain(word), row["code"]) == row["code"], word
    return found


@cache
def _long_words() -> list[tuple[str, str]]:
    pairs = [(word, code) for word, code in _words().items() if len(word) >= 2]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


@cache
def recognise(text: str) -> str | None:
    """The sector that a sender's words mean: its name or alias, else the longest one within them.

    '1.危险化学品安全' → hazchem; None where nothing is recognised, which a person then decides.
    """
    folded = plain(text).strip("0123456789一二三四五六七八九十")
    for ending in (
        "专项整治三年行动",
        "安全专项整治",
        "行业领域",
        "安全生产",
        "行业",
        "领域",
        "安全",
    ):
        if folded in _words():
            break
        folded = folded.removesuffix(ending)
    if not folded:
        return None
    if folded in _words():
        return _words()[folded]
    return next((code for word, code in _long_words() if word in folded), None)


def plan_sectors(plan: str, on: date) -> dict[str, tuple[str, str]]:
    """A campaign's own list: our sector → (its code, its name), as it stood on a day."""
    rows = SectorMap.objects.filter(valid_on(on), plan=plan).order_by("order")
    return {row.sector_id: (row.plan_code, row.plan_name) for row in rows}


def of_unit(unit: Unit, on: date) -> list[str] | None:
    """Sectors that a unit answers for; None means all."""
    found = set(unit.jurisdictions.filter(valid_on(on)).values_list("sector_id", flat=True))
    return None if None in found else sorted(code for code in found if code)


def regulators(sector: str, area: Region, on: date, *, limit: int = 5) -> list[Unit]:
    """Departments that answer for a sector at a place, the nearest first (管行业必须管安全)."""
    paths = _above(area.path)
    units = (
        Unit.objects.valid_on(on)
        .filter(
            valid_on(on, "jurisdictions__"),
            kind=UnitKind.DEPARTMENT,
            jurisdictions__path__in=paths,
            jurisdictions__sector_id=sector,
            jurisdictions__enterprise_id=None,
        )
        .distinct()
    )
    return sorted(units, key=lambda unit: (-len(unit.path), unit.code))[:limit]


class Regulating(NamedTuple):
    """A department that regulates a sector in an area, and since when; None: from the start."""

    unit: Unit
    since: date | None
    #: Its line stands at the area itself, not at one around it.
    own: bool


class Line(NamedTuple):
    """Who regulates one sector in one area. Nobody at all is a gap."""

    sector: Sector
    own: list[Regulating]
    above: list[Regulating]

    @property
    def gap(self) -> bool:
        return not self.own and not self.above


def matrix(area: Region, on: date) -> list[Line]:
    """Every sector and its regulators in an area: departments of it first, then those above."""
    found: dict[str, list[Regulating]] = defaultdict(list)
    rows = _regulating(on).filter(path__in=_above(area.path)).select_related("unit")
    for row in rows.order_by("-path", "unit__code"):
        own = row.path == area.path
        found[row.sector_id or ""].append(Regulating(row.unit, row.valid_from, own))
    return [
        Line(
            sector,
            [each for each in found[sector.code] if each.own],
            [each for each in found[sector.code] if not each.own],
        )
        for sector in Sector.objects.filter(valid_on(on))
    ]


class Spread(NamedTuple):
    """One sector in the areas below: how many departments of its own each has."""

    sector: Sector
    counts: list[int]
    #: Somebody at or above the area regulates it everywhere in it.
    from_above: bool

    @property
    def gaps(self) -> int:
        return 0 if self.from_above else self.counts.count(0)


def spread(area: Region, parts: Sequence[Region], on: date) -> list[Spread]:
    """Sector × areas below: where nobody of the place itself regulates it."""
    above = set(_above(area.path))
    wanted = [*above, *(part.path for part in parts)]
    counts: dict[tuple[str, str], int] = defaultdict(int)
    around = set()
    for sector, path in _regulating(on).filter(path__in=wanted).values_list("sector", "path"):
        if path in above:
            around.add(sector)
        else:
            counts[str(sector), path] += 1
    return [
        Spread(sector, [counts[sector.code, part.path] for part in parts], sector.code in around)
        for sector in Sector.objects.filter(valid_on(on))
    ]


def _regulating(on: date) -> QuerySet[Jurisdiction]:
    """Lines of departments over one sector; those over every sector regulate none by name."""
    return Jurisdiction.objects.filter(
        valid_on(on),
        valid_on(on, "unit__"),
        unit__kind=UnitKind.DEPARTMENT,
        sector__isnull=False,
        enterprise_id=None,
    )


def candidates(area: Region, on: date) -> QuerySet[Unit]:
    """Departments that may regulate in an area: its own, and those of the areas around it."""
    found = Unit.objects.valid_on(on).filter(kind=UnitKind.DEPARTMENT, path__in=_above(area.path))
    return found.order_by("-path", "code")


def territory(area: Region, on: date) -> Unit | None:
    """Who answers for a place as a place (属地): its government, else its committee office."""
    units = Unit.objects.valid_on(on).filter(
        Q(kind=UnitKind.GOVERNMENT) | Q(kind=UnitKind.COMMITTEE_OFFICE), path__in=_above(area.path)
    )
    order = {UnitKind.GOVERNMENT.value: 0}
    nearest = sorted(units, key=lambda unit: (-len(unit.path), order.get(unit.kind, 1), unit.code))
    return nearest[0] if nearest else None


def _above(path: str) -> list[str]:
    """``path`` and every path above it."""
    ids = ancestors(path)
    return ["".join(f"{part}/" for part in ids[: end + 1]) for end in range(len(ids))]


_names = Prepared(lambda: Sector.objects.values_list("code", "name"))


def names() -> dict[str, str]:
    """Code → name, in the list's order."""
    return dict(_names.rows())


def sector_names(codes: Sequence[str]) -> list[str]:
    known_names = names()
    return [known_names.get(code, code) for code in codes]
