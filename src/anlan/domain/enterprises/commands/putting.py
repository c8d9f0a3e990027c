"""Making sure that a set of entries is in the register as stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS
from anlan.base.refusal import Refusal
from anlan.base.text import plain
from anlan.domain.enterprises import codes, industry
from anlan.domain.enterprises.commands.stating import NewEnterprise, apply, check, may_keep
from anlan.domain.enterprises.commands.writing import Work, locked, with_retries, write
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


def _put(rows: Sequence[NewEnterprise], *, by: Actor, at: datetime, source: str) -> list[PutResult]:
    areas = Region.objects.in_bulk({row.area_id for row in rows})
    sectors = set(Sector.objects.values_list("pk", flat=True))
    read = [codes.read(row.credit_code) for row in rows]
    there = _There.of(rows, read)
    today = timezone.localdate(at)
    ruled = industry.sectors_of((row.industry for row in rows if row.industry), today)
    work: dict[int, Work] = {}
    results: list[PutResult] = []
    put: list[tuple[Work, PutResult]] = []
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
            results.append(PutResult("refused", None, refusal.code, str(refusal)))
            continue
        work[id(one.row)] = one
        apply(one, row, code, area, ruled)
        there.keep(one.row, (row.area_id, plain(row.name)))
        results.append(PutResult("unchanged"))
        put.append((one, results[-1]))
    write(work.values(), by=by, at=at)
    seen: set[int] = set()
    for one, result in put:
        result.id = one.row.pk
        if one.after and id(one) not in seen:
            result.outcome = "created" if one.new else "updated"
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
    def of(cls, rows: Sequence[NewEnterprise], read: Sequence[codes.CreditCode]) -> _There:
        coded = by_codes(code.code for code in read if code.code)
        named = by_names(plain(row.name) for row in rows)
        known = [*coded.values(), *(one for same in named.values() for one in same)]
        entries = locked({one.pk for one in known})
        by_code = {code: entries[one.pk] for code, one in coded.items()}
        sites = {(e.area_id, e.plain_name): e for e in entries.values() if not e.credit_code}
        return cls(entries, named, by_code, sites)

    def entry(self, row: NewEnterprise, code: str) -> Enterprise | None:
        """A coded entry under another code is another enterprise, even of the same name."""
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
