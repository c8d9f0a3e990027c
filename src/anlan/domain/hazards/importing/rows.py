"""A row of a workbook on its way to a case: read, looked up, or left with the reason."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from anlan.base import bulk, sealed
from anlan.base.limits import BATCH_ROWS
from anlan.domain.hazards import ahead, areas
from anlan.domain.hazards.ahead import Item
from anlan.domain.hazards.importing import mended
from anlan.domain.hazards.loop import LOOPS
from anlan.domain.hazards.matching import Found, Mark
from anlan.domain.hazards.models import Batch, BatchFile, Leftover
from anlan.domain.hazards.reading import Finding, IgnoredRow, ParsedRow, RejectedRow
from anlan.kernel.calendar.deadlines import DeadlineKind, DeadlineRule, due
from anlan.kernel.loop.models import Case

Progress = Callable[[int, int], None]

NOON = time(12)


@dataclass
class Counts:
    """What became of the rows; ``rows`` is their sum, by construction."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    ignored: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        return sum(vars(self).values())

    def add(self, outcome: str) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)


def chunks_of(batch: Batch, file: BatchFile, start: int = 0) -> Iterator[list[Item]]:
    """The file's rows from number ``start`` on, BATCH_ROWS at a time."""
    return ahead.chunks(
        Path(settings.MEDIA_ROOT) / file.stored,
        file.name,
        batch.plan["files"][file.order],
        timezone.localdate(batch.made_at),
        start=start,
        size=BATCH_ROWS,
    )


def by_sheet(items: Sequence[ParsedRow]) -> Iterator[tuple[str, list[ParsedRow]]]:
    """Runs of rows of one sheet, so that a sheet that repeats another finds its cases there."""
    for sheet, run in groupby(items, key=lambda item: item.sheet):
        yield sheet, list(run)


def keep_left(batch: Batch, file: BatchFile, chunk: Sequence[Item]) -> Counts:
    """Keep what became no hazard, and count it: a run of ignored rows is as many as it is long."""
    left = [item for item in chunk if not isinstance(item, ParsedRow)]
    cases = mended.known(batch, left)
    rows = [_leftover(batch, file, item, cases) for item in left]
    bulk.insert(rows)
    ignored = sum(item.count for item in left if isinstance(item, IgnoredRow))
    ignored += sum(row.code == mended.CODE for row in rows)
    return Counts(ignored=ignored, rejected=sum(row.rejected for row in rows))


def _leftover(
    batch: Batch, file: BatchFile, item: RejectedRow | IgnoredRow, cases: Mapping[str, UUID]
) -> Leftover:
    row = Leftover(
        batch=batch,
        file=file.order,
        sheet=item.sheet[:120],
        row=item.first_row,
        last_row=item.last_row,
        rejected=isinstance(item, RejectedRow),
    )
    if isinstance(item, IgnoredRow):
        row.code = item.reason
        return row
    if item.origin in cases:
        # It counts once, however many lines it stretches over, as a rejected one does.
        row.rejected, row.code, row.case_id = False, mended.CODE, cases[item.origin]
        row.last_row = row.row
        return row
    row.code, row.column, row.header = item.code, item.column[:12], item.header[:200]
    row.data, row.table = _json(dict(item.data)), item.table
    row.raw, row.origin = sealed.cells(item.raw, row.place), item.origin
    return row


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, default=str))


@dataclass
class Entry:
    """A parsed row with everything that its text names looked up."""

    row: ParsedRow
    mark: Mark
    area_id: int
    path: str
    sector: str | None
    enterprise_id: int | None = None
    found: Found | None = None
    case: Case | None = None
    outcome: str = ""
    doubts: list[Finding] = field(default_factory=list)


def entries_of(batch: Batch, rows: Sequence[ParsedRow], lookup: areas.Lookup) -> list[Entry]:
    entries = []
    for row in rows:
        place = lookup.area(row)
        entries.append(
            Entry(
                row=row,
                mark=Mark.of(
                    batch.unit_id,
                    row.found_on,
                    row.description,
                    row.enterprise,
                    sealed.without_numbers(row.place),
                    place.path if place.stated else "",
                    bool(row.origin),
                ),
                area_id=place.area_id,
                path=place.path,
                sector=lookup.sector(row),
                doubts=[*row.warnings, *_of_place(row, place.warning, batch.unit.area.name)],
            )
        )
    return entries


def _of_place(row: ParsedRow, code: str, home: str) -> list[Finding]:
    if not code:
        return []
    words = (row.area_text, row.province, row.prefecture, row.county, row.township, row.village)
    return [Finding(code, data={"value": "".join(words)[:60], "area": home})]


def told_of(entries: Iterable[Entry]) -> list[tuple[str, int, Finding]]:
    """The doubts of some rows: (sheet, row, what)."""
    return [(e.row.sheet, e.row.first_row, doubt) for e in entries for doubt in e.doubts]


class Claim(NamedTuple):
    """The state here that a row's claim leads to, with the days it states."""

    state: str = ""
    settled: date | None = None
    closed: date | None = None

    def leads_on(self, kind: str, state: str) -> bool:
        """Whether it is further than a case of that kind in that state has come."""
        rank = LOOPS[kind].rank
        return bool(self.state) and state != "void" and rank(self.state) > rank(state)


def claim_of(row: ParsedRow) -> Claim:
    """A claim never counts as verified here, so 已验收 without 已销号 waits to be verified; what is
    only being dealt with waits to be assigned to a unit that answers for it here.
    """
    settled = row.rectified_on or row.verified_on or row.closed_on or row.found_on
    settled = max(settled, row.found_on)
    if row.state == "closed":
        closed = max(row.closed_on or row.verified_on or settled, settled)
        return Claim("closed", settled, closed)
    if row.state in ("rectified", "verified"):
        return Claim("rectified", settled)
    return Claim()


def deadline_of(row: ParsedRow) -> date | None:
    """The day that a row states, or that its words lead to from the day found."""
    if row.deadline:
        return row.deadline
    if row.deadline_rule == "immediate":
        return row.found_on
    if row.deadline_rule in get_args(DeadlineKind):
        found = datetime.combine(row.found_on, NOON, timezone.get_default_timezone())
        return due(DeadlineRule(cast(DeadlineKind, row.deadline_rule), row.deadline_n), found).on
    if row.deadline_rule == "months":
        months = row.found_on.month - 1 + row.deadline_n
        year, month = row.found_on.year + months // 12, months % 12 + 1
        return date(year, month, min(row.found_on.day, monthrange(year, month)[1]))
    return None
