"""Taking a batch's rows in: a transaction a chunk, set-wise in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from anlan.base import bulk, sealed
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.hazards import areas
from anlan.domain.hazards.ahead import Item
from anlan.domain.hazards.commands import put_records
from anlan.domain.hazards.importing import doubts, mended
from anlan.domain.hazards.importing.refusals import BatchRunning
from anlan.domain.hazards.importing.returns import came_back, news
from anlan.domain.hazards.importing.rows import (
    Counts,
    Entry,
    Progress,
    by_sheet,
    chunks_of,
    claim_of,
    deadline_of,
    entries_of,
    keep_left,
    told_of,
)
from anlan.domain.hazards.loop import HAZARD, LOOPS
from anlan.domain.hazards.matching import Matcher
from anlan.domain.hazards.models import Batch, BatchFile, Hazard, Sighting
from anlan.domain.hazards.reading import Finding, ParsedRow
from anlan.domain.hazards.sources import source_of
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.requests import Call

SaveCursor = Callable[[dict[str, Any]], None]

#: Two imports at once that meet at one case: the later one looks again.
MEETINGS_MAX = 5


def run(
    batch_id: UUID,
    *,
    by: Actor,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    save_cursor: SaveCursor | None = None,
) -> Batch:
    """Take a batch's rows in, from where it got to. Safe to call again after any death.

    stop:         asked between chunks; where it says yes the batch stays as far as it got.
    save_cursor:  a job's own cursor, moved in the same transaction.
    """
    batch = Batch.objects.select_related("unit__area").get(pk=batch_id)
    this = Batch.objects.filter(pk=batch_id)
    if batch.status == Batch.Status.DONE:
        # A worker died between the last row and saying so.
        return batch
    if batch.status not in (Batch.Status.PLANNED, Batch.Status.RUNNING, Batch.Status.CANCELLED):
        raise BatchRunning(status=batch.get_status_display())
    if batch.status == Batch.Status.PLANNED:
        # The dry run's doubts make way for the run's own.
        batch.doubts = []
    this.update(status=Batch.Status.RUNNING, doubts=batch.doubts)
    lookup = areas.Lookup(batch.unit)
    for file in batch.files.order_by("order"):
        got_to = batch.cursor.get("file", 0)
        if got_to > file.order:
            continue
        row = batch.cursor.get("row", 0) if got_to == file.order else 0
        intake = Intake(batch, file, lookup, Matcher(batch.pk, file.order), by)
        for chunk in chunks_of(batch, file, row):
            if stop and stop():
                this.update(status=Batch.Status.CANCELLED)
                return this.get()
            row += len(chunk)
            intake.take(chunk, {"file": file.order, "row": row}, save_cursor)
            if progress:
                progress(row, max(row, batch.total))
        batch.cursor = {"file": file.order + 1, "row": 0}
        with transaction.atomic(durable=True):
            this.update(cursor=batch.cursor)
            if save_cursor:
                save_cursor(batch.cursor)
    this.update(status=Batch.Status.DONE, finished_at=timezone.now())
    return this.get()


@dataclass
class Intake:
    """One file on its way in, with what its rows are looked up in."""

    batch: Batch
    file: BatchFile
    lookup: areas.Lookup
    matcher: Matcher
    by: Actor

    def take(
        self, chunk: Sequence[Item], cursor: dict[str, Any], save_cursor: SaveCursor | None
    ) -> None:
        """One chunk and where it ends, in one transaction."""
        at = timezone.now()
        for attempt in range(MEETINGS_MAX):
            try:
                with transaction.atomic(durable=True):
                    counts, told = self._commit(chunk, at)
                    found = doubts.added(self.batch.doubts, self.file.order, told)
                    Batch.objects.filter(pk=self.batch.pk).update(
                        cursor=cursor,
                        doubts=found,
                        **{name: F(name) + number for name, number in vars(counts).items()},
                    )
                    if save_cursor:
                        save_cursor(cursor)
                self.batch.doubts = found
                return
            except IntegrityError:
                # Another import told of one of these rows first; now its case can be seen.
                if attempt == MEETINGS_MAX - 1:
                    raise

    def _commit(
        self, chunk: Sequence[Item], at: datetime
    ) -> tuple[Counts, list[tuple[str, int, Finding]]]:
        """Set-wise: the number of statements doesn't depend on the number of rows.

        Returns what became of the rows, and what is doubtful about them.
        """
        told = []
        counts = keep_left(self.batch, self.file, chunk)
        rows = [item for item in chunk if isinstance(item, ParsedRow)]
        for sheet, run in by_sheet(rows):
            entries = self._commit_sheet(sheet[:120], run, at)
            told += told_of(entries)
            for entry in entries:
                counts.add({"duplicate": "duplicates"}.get(entry.outcome, entry.outcome))
        return counts, told

    def _commit_sheet(self, sheet: str, rows: Sequence[ParsedRow], at: datetime) -> list[Entry]:
        entries = entries_of(self.batch, rows, self.lookup)
        marks = [entry.mark for entry in entries]
        for entry, found in zip(entries, self.matcher.match(marks, sheet), strict=True):
            entry.found = found
        cases = engine.lock(entry.found.case_id for entry in entries if entry.found)
        for entry in entries:
            if entry.found:
                entry.case = cases[entry.found.case_id]
        new = [entry for entry in entries if not entry.found]
        known = [entry for entry in entries if entry.found]
        _name_enterprises(new, self.batch.unit.path, by=self.by, at=at)
        call: Call = {"by": self.by, "at": at, "request_id": uuid7()}
        self._open(new, call)
        self._move_on(known, call)
        told = [
            (entry.mark, _case(entry).pk, entry.found is None)
            for entry in entries
            if entry.found is None or not entry.found.by_same_unit
        ]
        bulk.insert(self.matcher.identities(told))
        bulk.insert([_sighting(self.batch, self.file, entry) for entry in entries])
        mended.settle(self.batch, ((entry.row.origin, _case(entry).pk) for entry in entries))
        mended.settle_corrected(self.batch, sheet, [
            mended.Corrected(e.row, _case(e).pk, bool(e.found and e.found.by_same_unit))
            for e in entries
        ])  # fmt: skip
        return entries

    def _open(self, entries: Sequence[Entry], call: Call) -> None:
        for kind, machine in LOOPS.items():
            group = [entry for entry in entries if entry.row.item_kind == kind]
            if not group:
                continue
            new = [_new_case(self.batch, entry) for entry in group]
            cases = engine.open_cases(machine, new, **call)
            for entry, case in zip(group, cases, strict=True):
                entry.case, entry.outcome = case, Sighting.Outcome.CREATED
            put_records(
                [(_case(e), _description(e.row), _fields(e.row), e.enterprise_id) for e in group],
                by_hand=False,
                at=call["at"],
            )

    def _move_on(self, entries: Sequence[Entry], call: Call) -> None:
        """Rows that tell of known cases: those that claim more move their case, marked 台账申报."""
        back = came_back({_case(entry).pk for entry in entries if _case(entry).round})
        claims = [
            (entry, case, news(claim_of(entry.row), case.state, back.get(case.pk)))
            for entry in entries
            for case in [_case(entry)]
        ]
        for entry, case, claim in claims:
            if entry.found is None or not entry.found.by_same_unit:
                entry.outcome = Sighting.Outcome.DUPLICATE
            elif claim.leads_on(case.kind, case.state):
                entry.outcome = Sighting.Outcome.UPDATED
            else:
                entry.outcome = Sighting.Outcome.UNCHANGED
        for machine in LOOPS.values():
            for target, step in (("rectified", "declare_rectified"), ("closed", "declare_closed")):
                sources, wanted = machine.step(step).sources, machine.rank(target)
                moves = []
                for entry, case, claim in claims:
                    if case.kind != machine.kind or case.state not in sources:
                        continue
                    if not claim.state or machine.rank(claim.state) < wanted:
                        continue
                    name, day = (
                        ("settled_on", claim.settled)
                        if target == "rectified"
                        else ("closed_on", claim.closed)
                    )
                    moves.append(Move(case, {name: day}, {"claimed": entry.row.state}, day))
                engine.take(machine, step, moves, batch_id=self.batch.pk, declared=True, **call)


def _case(entry: Entry) -> Case:
    assert entry.case is not None
    return entry.case


def _name_enterprises(entries: Sequence[Entry], own: str, *, by: Actor, at: datetime) -> None:
    """Find or make the register's entry for each new case's enterprise, and take its sector."""
    named = [entry for entry in entries if entry.row.enterprise]
    wanted = [
        enterprises.Wanted(
            entry.row.enterprise, entry.area_id, entry.path, entry.row.credit_code, entry.sector
        )
        for entry in named
    ]
    matches = enterprises.match(wanted, by=by, at=at, own=own)
    for entry, match in zip(named, matches, strict=True):
        if match:
            entry.enterprise_id = match.id
            entry.sector = entry.sector or match.sector_id


def _new_case(batch: Batch, entry: Entry) -> NewCase:
    row = entry.row
    state, settled, closed = claim_of(row)
    return NewCase(
        pk=uuid7(),
        area_id=entry.area_id,
        path=entry.path,
        unit_id=batch.unit_id,
        opened_on=row.found_on,
        sector=entry.sector,
        grade=(row.grade or "") if row.item_kind == HAZARD.kind else "",
        source=source_of(row.source),
        enterprise_id=entry.enterprise_id,
        due_on=deadline_of(row),
        listed=bool(row.listed),
        batch_id=batch.pk,
        state=state,
        settled_on=settled,
        closed_on=closed,
        changes={"claimed": row.state} if row.state else {},
    )


def _description(row: ParsedRow) -> str:
    return sealed.without_numbers(row.description)


def _fields(row: ParsedRow) -> dict[str, Any]:
    """Columns of Hazard that a row fills; numbers of people stay in the row as it came."""
    texts = {
        "category": row.category,
        "place": row.place,
        "found_by": row.checkers or row.checking_unit,
        "measure": row.measure,
        "responsible_unit": row.responsible_unit,
        "responsible_person": row.responsible_person,
        "contingency": row.contingency,
        "basis": row.basis,
        "verifier": row.verifier,
        "remarks": row.remarks,
    }
    limits = {name: getattr(Hazard._meta.get_field(name), "max_length", None) for name in texts}
    found: dict[str, Any] = {
        name: sealed.without_numbers(text or "")[: limits[name]] for name, text in texts.items()
    }
    found["funds"] = row.funds
    return found


def _sighting(batch: Batch, file: BatchFile, entry: Entry) -> Sighting:
    row = entry.row
    sighting = bulk.make(
        Sighting,
        case_id=_case(entry).pk,
        batch_id=batch.pk,
        unit_id=batch.unit_id,
        file=file.order,
        sheet=row.sheet[:120],
        row=row.first_row,
        part=row.part,
        outcome=entry.outcome,
        state=row.state,
    )
    sighting.raw = sealed.cells(row.raw, sighting.place)
    return sighting
