"""Making sure that a set of entries is in the register as stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS
from anlan.base.refusal import Refusal
from anlan.base.text import plain
from anlan.domain.enterprises import codes, industry
from anlan.domain.enterprises.commands.stating import NewEnterprise, apply, check, may_keep
from anlan.domain.enterprises.commands.writing import (
    Work,
    locked,
    unlocked,
    with_retries,
    write,
)
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.enterprises.queries import Known, by_codes, by_names
from anlan.kernel.accounts.models import Sector
from anlan.kernel.regions.models import Region

#: Rows of one call; a bigger set comes in several calls.
PUT_ROWS_MAX = 50_000


@dataclass
class PutResult:
    """What became of one row: created, updated, unchanged or refused (then why)."""

    outcome: str
    id: int | None = None
    code: str = ""
    message: str = ""
    refusal: Refusal | None = None
    #: By column of the entry, what it was and what it is, where this row was the first to tell.
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    #: Of the entry, once the set is in.
    version: int = 0


def put_enterprises(
    rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str
) -> list[PutResult]:
    """Make sure that each row is in the register as stated; repeating a call changes nothing.

    Known by credit code, else by name within its area; a code-less entry of that name and area
    gets the code. A row that can't be taken is refused alone, with its reason.
    """
    assert len(rows) <= PUT_ROWS_MAX, len(rows)
    results: list[PutResult] = []
    for part in bulk.slices(rows, BATCH_ROWS):
        results += with_retries(partial(_put, part, by=by, at=at, source=source))
    return results


def would_put(
    rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str
) -> list[PutResult]:
    """What ``put_enterprises`` would answer; nothing is locked and nothing written."""
    assert len(rows) <= BATCH_ROWS, len(rows)
    put, results = _planned(rows, by=by, at=at, source=source, lock=False)
    return _answered(put, results)


def _put(rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str) -> list[PutResult]:
    put, results = _planned(rows, by=by, at=at, source=source, lock=True)
    write({id(one): one for one, _result in put}.values(), by=by, at=at)
    return _answered(put, results)


Put = list[tuple[Work, PutResult]]


def _planned(
    rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str, lock: bool
) -> tuple[Put, list[PutResult]]:
    """The entries as the rows change them, in memory, and an answer for each row."""
    areas = Region.objects.in_bulk({row.area_id for row in rows})
    sectors = set(Sector.objects.values_list("pk", flat=True))
    read = [codes.read(row.credit_code) for row in rows]
    there = _There.of(rows, read, lock=lock)
    today = timezone.localdate(at)
    ruled = industry.sectors_of((row.industry for row in rows if row.industry), today)
    work: dict[int, Work] = {}
    results: list[PutResult] = []
    put: Put = []
    for row, code in zip(rows, read, strict=True):
        try:
            check(row, areas, sectors)
            area = areas[row.area_id]
            entry = there.entry(row, code.code)
            one = work.get(id(entry)) if entry else None
            one = one or (Work(entry, new=False) if entry else Work.made(at, source))
            sector = row.sector_id or one.row.sector_id or ruled.get(row.industry or "")
            may_keep(by, one.row, area.path, sector)
        except Refusal as refusal:
            results.append(PutResult("refused", None, refusal.code, str(refusal), refusal))
            continue
        work[id(one.row)] = one
        apply(one, row, code, area, ruled)
        there.keep(one.row, (row.area_id, plain(row.name)))
        results.append(PutResult("unchanged"))
        put.append((one, results[-1]))
    return put, results


def _answered(put: Put, results: list[PutResult]) -> list[PutResult]:
    seen: set[int] = set()
    for one, result in put:
        result.id, result.version = one.row.pk, one.row.version
        if one.after and id(one) not in seen:
            result.outcome = "created" if one.new else "updated"
            result.changes = {name: (one.before.get(name), now) for name, now in one.after.items()}
        seen.add(id(one))
    return results


@dataclass
class _There:
    """What the register has of a set's entries, with those that the set itself has made so far."""

    entries: dict[int, Enterprise]
    named: Mapping[str, Sequence[Known]]
    by_code: dict[str, Enterprise]
    #: Entries without a code, by area and name.
    sites: dict[tuple[int, str], Enterprise]

    @classmethod
    def of(
        cls, rows: Sequence[NewEnterprise], read: Sequence[codes.CreditCode], *, lock: bool
    ) -> _There:
        coded = by_codes(code.code for code in read if code.code)
        named = by_names(plain(row.name) for row in rows)
        known = [*coded.values(), *(one for same in named.values() for one in same)]
        found = {row.entry_id for row in rows if row.entry_id is not None}
        entries = (locked if lock else unlocked)({one.pk for one in known} | found)
        by_code = {code: entries[one.pk] for code, one in coded.items()}
        sites = {(e.area_id, e.plain_name): e for e in entries.values() if not e.credit_code}
        return cls(entries, named, by_code, sites)

    def entry(self, row: NewEnterprise, code: str) -> Enterprise | None:
        """A coded entry under another code is another enterprise, even of the same name."""
        if row.entry_id is not None:
            return self.entries.get(row.entry_id)
        folded = plain(row.name)
        found = self.by_code.get(code) or self.sites.get((row.area_id, folded))
        if found or code:
            return found
        same = (one.pk for one in self.named.get(folded, ()) if one.area_id == row.area_id)
        return self.entries.get(next(same, 0))

    def keep(self, entry: Enterprise, site: tuple[int, str]) -> None:
        if entry.credit_code:
            self.by_code[entry.credit_code] = entry
            self.sites.pop(site, None)
        else:
            self.sites[site] = entry
