"""From workbooks to cases: every source row becomes a sighting, a rejection or is ignored.

    prepare   keeps the files, reads them and proposes what each column means
    run       takes the rows in, a transaction per BATCH_ROWS; killed at any moment it resumes
    undo      withdraws a batch's sightings; cases that nobody else tells of are taken out

The rows of a chunk, their cases, events, facts, audit rows, counts and the cursor commit
together or not at all, so a repeat of anything changes nothing (F01, I2, I5).
"""

from __future__ import annotations

import hashlib
import json
import os
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any, cast, get_args
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS
from anlan.base.refusal import DiskFull, NotFound, Refusal, disk_is_full
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.hazards import ahead, areas, commands, reading
from anlan.domain.hazards.ahead import Item
from anlan.domain.hazards.loop import HAZARD, LOOPS
from anlan.domain.hazards.matching import Found, Mark, Matcher
from anlan.domain.hazards.models import (
    Batch,
    BatchFile,
    ColumnMapping,
    Hazard,
    Identity,
    Leftover,
    Sighting,
)
from anlan.domain.hazards.reading import IgnoredRow, ParsedRow, RejectedRow
from anlan.domain.hazards.sources import source_of
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.calendar.deadlines import DeadlineKind, DeadlineRule, due
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Event
from anlan.kernel.papers.sheets import read_workbook

Progress = Callable[[int, int], None]

NOON = time(12)
#: Files of one batch, and bytes read at once while one is kept.
FILES_MAX = 50
COPY_BYTES = 1 << 20
#: Two imports at once that meet at one case: the later one looks again.
MEETINGS_MAX = 5
#: Steps that nobody took by hand: they don't count as "advanced by people since".
NOT_BY_HAND = ("rung", "recount")


class BatchRunning(Refusal):
    """A batch that is at work, or is over, can't be started or undone again."""

    code = "batch_running"
    message = _("The batch is “%(status)s”, so this can't be done now.")
    status = 409


class NothingReadable(Refusal):
    """No file of the batch could be read; ``reasons`` says why, file by file."""

    code = "nothing_readable"
    message = _("None of the files could be read: %(reasons)s")


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


# --- preparing -----------------------------------------------------------------------------


def prepare(
    files: Sequence[tuple[str, Path]],
    *,
    unit: Unit,
    by: Actor,
    at: datetime,
    year: int | None = None,
    found_on: date | None = None,
) -> tuple[Batch, list[Refusal]]:
    """Keep the files, read each once, and propose what its columns mean.

    files: (name as sent, path of the content). A file that can't be read is refused by itself,
    and the rest goes on; raises NothingReadable where none is left.
    year, found_on: what the sender says of days without a year, and of rows without a day.
    """
    refusals: list[Refusal] = []
    plans: list[tuple[str, Path, str, dict[str, Any]]] = []
    saved = _saved_mapping(unit)
    for name, path in files[:FILES_MAX]:
        try:
            book = read_workbook(path, name)
            plan = reading.propose(book, saved)
            plan.year, plan.found_on = year, found_on
            plans.append((name, *_keep(path, name), plan.to_json()))
        except DiskFull:
            raise  # No file is to blame, and none would fare better.
        except Refusal as refusal:
            refusal.data.setdefault("file", name)
            refusals.append(refusal)
    if not plans:
        reasons = "；".join(f"{r.data.get('file')}：{r}" for r in refusals)
        raise NothingReadable(reasons=reasons, refusals=refusals)
    with transaction.atomic(durable=True):
        batch = Batch.objects.create(
            unit=unit,
            made_at=at,
            made_by=by.name,
            user_id=by.user_id,
            plan={"files": [plan for _n, _p, _d, plan in plans]},
        )
        BatchFile.objects.bulk_create(
            BatchFile(
                batch=batch,
                order=order,
                name=name,
                digest=digest,
                stored=str(path.relative_to(settings.MEDIA_ROOT)),
                size=path.stat().st_size,
            )
            for order, (name, path, digest, _plan) in enumerate(plans)
        )
        trail.record(
            [
                trail.Entry(
                    "hazard.import",
                    "batch",
                    str(batch.pk),
                    after={"files": [name for name, _p, _d, _plan in plans]},
                )
            ],
            by=by,
            at=at,
        )
    return batch, refusals


def _keep(path: Path, name: str) -> tuple[Path, str]:
    """A copy under the content's own name, on disk before any row speaks of it (F04)."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{uuid7()}"
    digest = hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else hashlib.sha256()
    try:
        with path.open("rb") as source, draft.open("xb") as copy:
            while block := source.read(COPY_BYTES):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        if disk_is_full(error):
            raise DiskFull from error
        raise
    suffix = Path(name).suffix.lower()
    kept = folder / f"{digest.hexdigest()}{suffix if suffix.isascii() and len(suffix) < 8 else ''}"
    os.replace(draft, kept)
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return kept, digest.hexdigest()


def _saved_mapping(unit: Unit) -> dict[str, str]:
    return dict(ColumnMapping.objects.filter(unit=unit).values_list("header", "field"))


def remember_columns(unit: Unit, mapping: dict[str, str], *, by: Actor, at: datetime) -> None:
    """Keep how a sender calls its columns, for its next workbook."""
    with transaction.atomic():
        for header, name in mapping.items():
            ColumnMapping.objects.update_or_create(
                unit=unit,
                header=header[:200],
                defaults={"field": name, "confirmed_at": at, "confirmed_by": by.name},
            )
        entry = trail.Entry("hazard.columns", "accounts.unit", unit.pk, after=mapping)
        trail.record([entry], by=by, at=at)


# --- reading rows --------------------------------------------------------------------------


def _chunks_of(batch: Batch, file: BatchFile, start: int = 0) -> Iterator[list[Item]]:
    """The file's rows from number ``start`` on, BATCH_ROWS at a time."""
    return ahead.chunks(
        Path(settings.MEDIA_ROOT) / file.stored,
        file.name,
        batch.plan["files"][file.order],
        timezone.localdate(batch.made_at),
        start=start,
        size=BATCH_ROWS,
    )


def _by_sheet(items: Sequence[ParsedRow]) -> Iterator[tuple[str, list[ParsedRow]]]:
    """Runs of rows of one sheet, so that a sheet that repeats another finds its cases there."""
    for sheet, run in groupby(items, key=lambda item: item.sheet):
        yield sheet, list(run)


# --- taking rows in ------------------------------------------------------------------------


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
    #: The row whose new case this one tells of again, in the same chunk.
    warnings: list[str] = field(default_factory=list)


def run(
    batch_id: UUID,
    *,
    by: Actor,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    save_cursor: Callable[[dict[str, Any]], None] | None = None,
) -> Batch:
    """Take a batch's rows in, from where it got to. Safe to call again after any death.

    stop:         asked between chunks; where it says yes the batch stays as far as it got.
    save_cursor:  a job's own cursor, moved in the same transaction.
    """
    batch = Batch.objects.select_related("unit__area").get(pk=batch_id)
    if batch.status == Batch.Status.DONE:
        # A worker died between the last row and saying so.
        return batch
    if batch.status not in (Batch.Status.PLANNED, Batch.Status.RUNNING, Batch.Status.CANCELLED):
        raise BatchRunning(status=batch.get_status_display())
    Batch.objects.filter(pk=batch_id).update(status=Batch.Status.RUNNING)
    lookup = areas.Lookup(batch.unit)
    for file in batch.files.order_by("order"):
        start = batch.cursor.get("row", 0) if batch.cursor.get("file", 0) == file.order else 0
        if batch.cursor.get("file", 0) > file.order:
            continue
        matcher = Matcher(batch.pk, file.order)
        at_row = start
        for chunk in _chunks_of(batch, file, start):
            if stop and stop():
                Batch.objects.filter(pk=batch_id).update(status=Batch.Status.CANCELLED)
                return Batch.objects.get(pk=batch_id)
            at_row += len(chunk)
            cursor = {"file": file.order, "row": at_row}
            _take_in(batch, file, chunk, cursor, lookup, matcher, by=by, save_cursor=save_cursor)
            if progress:
                progress(at_row, max(at_row, batch.total))
        cursor = {"file": file.order + 1, "row": 0}
        with transaction.atomic(durable=True):
            Batch.objects.filter(pk=batch_id).update(cursor=cursor)
            if save_cursor:
                save_cursor(cursor)
        batch.cursor = cursor
    Batch.objects.filter(pk=batch_id).update(status=Batch.Status.DONE, finished_at=timezone.now())
    return Batch.objects.get(pk=batch_id)


def _take_in(
    batch: Batch,
    file: BatchFile,
    chunk: Sequence[Item],
    cursor: dict[str, Any],
    lookup: areas.Lookup,
    matcher: Matcher,
    *,
    by: Actor,
    save_cursor: Callable[[dict[str, Any]], None] | None,
) -> None:
    at = timezone.now()
    for attempt in range(MEETINGS_MAX):
        try:
            with transaction.atomic(durable=True):
                counts = _commit(batch, file, chunk, lookup, matcher, by=by, at=at)
                Batch.objects.filter(pk=batch.pk).update(
                    cursor=cursor,
                    **{name: F(name) + number for name, number in vars(counts).items()},
                )
                if save_cursor:
                    save_cursor(cursor)
            return
        except IntegrityError:
            # Another import told of one of these rows first; now its case can be seen.
            if attempt == MEETINGS_MAX - 1:
                raise


def _commit(
    batch: Batch,
    file: BatchFile,
    chunk: Sequence[Item],
    lookup: areas.Lookup,
    matcher: Matcher,
    *,
    by: Actor,
    at: datetime,
) -> Counts:
    """One chunk, set-wise: the number of statements doesn't depend on the number of rows."""
    counts = _left(batch, file, chunk)
    rows = [item for item in chunk if isinstance(item, ParsedRow)]
    for sheet, run in _by_sheet(rows):
        for entry in _commit_sheet(batch, file, sheet, run, lookup, matcher, by=by, at=at):
            name = {"duplicate": "duplicates"}.get(entry.outcome, entry.outcome)
            setattr(counts, name, getattr(counts, name) + 1)
    return counts


def _left(batch: Batch, file: BatchFile, chunk: Sequence[Item]) -> Counts:
    """Keep what became no hazard, and count it: a run of ignored rows is as many as it is long."""
    left = [item for item in chunk if not isinstance(item, ParsedRow)]
    bulk.insert([_leftover(batch, file, item) for item in left])
    ignored = sum(item.count for item in left if isinstance(item, IgnoredRow))
    return Counts(ignored=ignored, rejected=sum(isinstance(i, RejectedRow) for i in left))


def _commit_sheet(
    batch: Batch,
    file: BatchFile,
    sheet: str,
    rows: Sequence[ParsedRow],
    lookup: areas.Lookup,
    matcher: Matcher,
    *,
    by: Actor,
    at: datetime,
) -> list[Entry]:
    entries = _entries(batch, rows, lookup)
    marks = [entry.mark for entry in entries]
    for entry, found in zip(entries, matcher.match(marks, sheet[:120]), strict=True):
        entry.found = found
    known = engine.lock(entry.found.case_id for entry in entries if entry.found)
    for entry in entries:
        if entry.found:
            entry.case = known[entry.found.case_id]
    _name_enterprises(entries, by=by, at=at)
    request_id = uuid7()
    _open_new(batch, [e for e in entries if not e.found], by=by, at=at, request_id=request_id)
    _move_on(batch, [e for e in entries if e.found], by=by, at=at, request_id=request_id)
    new = [
        (entry.mark, _case(entry).pk, entry.found is None)
        for entry in entries
        if entry.found is None or not entry.found.by_same_unit
    ]
    bulk.insert(matcher.identities(new))
    bulk.insert([_sighting(batch, file, entry) for entry in entries])
    return entries


def _case(entry: Entry) -> Case:
    assert entry.case is not None
    return entry.case


def _entries(batch: Batch, rows: Sequence[ParsedRow], lookup: areas.Lookup) -> list[Entry]:
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
                    row.place,
                    place.path if place.stated else "",
                    bool(row.origin),
                ),
                area_id=place.area_id,
                path=place.path,
                sector=lookup.sector(row),
                warnings=[place.warning] if place.warning else [],
            )
        )
    return entries


def _name_enterprises(entries: Sequence[Entry], *, by: Actor, at: datetime) -> None:
    """Find or make the register's entry for each new case's enterprise, and take its sector."""
    named = [entry for entry in entries if entry.row.enterprise and entry.found is None]
    wanted = [
        enterprises.Wanted(
            entry.row.enterprise, entry.area_id, entry.path, entry.row.credit_code, entry.sector
        )
        for entry in named
    ]
    for entry, match in zip(named, enterprises.match(wanted, by=by, at=at), strict=True):
        if match:
            entry.enterprise_id = match.id
            entry.sector = entry.sector or match.sector_id


def _open_new(
    batch: Batch, entries: Sequence[Entry], *, by: Actor, at: datetime, request_id: UUID
) -> None:
    for kind, machine in LOOPS.items():
        group = [entry for entry in entries if entry.row.item_kind == kind]
        if not group:
            continue
        cases = engine.open_cases(
            machine,
            [_new_case(batch, entry) for entry in group],
            by=by,
            at=at,
            request_id=request_id,
        )
        for entry, case in zip(group, cases, strict=True):
            entry.case, entry.outcome = case, Sighting.Outcome.CREATED
        commands.put_records(
            [(_case(e), e.row.description, _fields(e.row), e.enterprise_id) for e in group],
            by_hand=False,
            at=at,
        )


def _new_case(batch: Batch, entry: Entry) -> NewCase:
    row = entry.row
    state, settled, closed = _claim(row)
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
        due_on=_deadline(row),
        listed=bool(row.listed),
        batch_id=batch.pk,
        state=state,
        settled_on=settled,
        closed_on=closed,
        changes={"claimed": row.state} if row.state else {},
    )


def _claim(row: ParsedRow) -> tuple[str, date | None, date | None]:
    """The state here that a row's claim leads to, with the days it states.

    A claim never counts as verified here, so 已验收 without 已销号 waits to be verified; what is
    only being dealt with waits to be assigned to a unit that answers for it here.
    """
    settled = row.rectified_on or row.verified_on or row.closed_on or row.found_on
    settled = max(settled, row.found_on)
    if row.state == "closed":
        closed = max(row.closed_on or row.verified_on or settled, settled)
        return "closed", settled, closed
    if row.state in ("rectified", "verified"):
        return "rectified", settled, None
    return "", None, None


#: Columns of Hazard that a row fills, with the row's own name for each.
def _fields(row: ParsedRow) -> dict[str, Any]:
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
    found: dict[str, Any] = {name: (text or "")[: limits[name]] for name, text in texts.items()}
    found["funds"] = row.funds
    return found


def _move_on(
    batch: Batch, entries: Sequence[Entry], *, by: Actor, at: datetime, request_id: UUID
) -> None:
    """Rows that tell of known cases: those that claim more move their case, marked 台账申报."""
    for entry in entries:
        case, machine = _case(entry), LOOPS[_case(entry).kind]
        state, _settled, _closed = _claim(entry.row)
        ahead = (
            bool(state) and case.state != "void" and machine.rank(state) > machine.rank(case.state)
        )
        same = entry.found is not None and entry.found.by_same_unit
        if not same:
            entry.outcome = Sighting.Outcome.DUPLICATE
        else:
            entry.outcome = Sighting.Outcome.UPDATED if ahead else Sighting.Outcome.UNCHANGED
    for machine in LOOPS.values():
        for target, step in (("rectified", "declare_rectified"), ("closed", "declare_closed")):
            moves = []
            for entry in entries:
                case = _case(entry)
                state, settled, closed = _claim(entry.row)
                if case.kind != machine.kind or case.state not in machine.step(step).sources:
                    continue
                if not state or machine.rank(state) < machine.rank(target):
                    continue
                fields = {"settled_on": settled} if target == "rectified" else {"closed_on": closed}
                moves.append(
                    Move(
                        case,
                        dict(fields),
                        {"claimed": entry.row.state},
                        settled if target == "rectified" else closed,
                    )
                )
            engine.take(
                machine,
                step,
                moves,
                by=by,
                at=at,
                request_id=request_id,
                batch_id=batch.pk,
                declared=True,
            )


def _sighting(batch: Batch, file: BatchFile, entry: Entry) -> Sighting:
    row = entry.row
    return bulk.make(
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
        raw=row.raw,
    )


def _leftover(batch: Batch, file: BatchFile, item: RejectedRow | IgnoredRow) -> Leftover:
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
    row.code, row.column, row.header = item.code, item.column[:12], item.header[:200]
    row.data, row.table = _json(dict(item.data)), item.table
    row.raw, row.origin = dict(item.raw), item.origin
    return row


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, default=str))


def _deadline(row: ParsedRow) -> date | None:
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


# --- trying out ----------------------------------------------------------------------------


def try_out(batch: Batch, *, progress: Progress | None = None) -> Counts:
    """What ``run`` would do, without writing a case: the wizard's dry run.

    Rows that were rejected or ignored are kept with the batch, to be looked at; ``run`` on the
    same batch starts from the beginning and replaces them.
    """
    counts = Counts()
    lookup = areas.Lookup(batch.unit)
    matcher = Matcher(None, 0)
    Leftover.objects.filter(batch=batch).delete()
    total = 0
    for file in batch.files.order_by("order"):
        matcher.new_file(file.order)
        for chunk in _chunks_of(batch, file):
            total += len(chunk)
            _try_chunk(batch, file, chunk, lookup, matcher, counts)
            if progress:
                progress(total, total)
    Leftover.objects.filter(batch=batch).exclude(rejected=True).delete()
    Batch.objects.filter(pk=batch.pk).update(total=total)
    return counts


def _try_chunk(
    batch: Batch,
    file: BatchFile,
    chunk: Sequence[Item],
    lookup: areas.Lookup,
    matcher: Matcher,
    counts: Counts,
) -> None:
    left = _left(batch, file, chunk)
    counts.ignored += left.ignored
    counts.rejected += left.rejected
    rows = [item for item in chunk if isinstance(item, ParsedRow)]
    for sheet, run in _by_sheet(rows):
        entries = _entries(batch, run, lookup)
        found = matcher.match([entry.mark for entry in entries], sheet[:120])
        states = _states(one.case_id for one in found if one)
        new, taken = [], {one.case_id for one in found if one}
        for entry, known in zip(entries, found, strict=True):
            name = _outcome(entry, known, states)
            setattr(counts, name, getattr(counts, name) + 1)
            if known is None:
                pk = uuid7()
                new.append((entry.mark, pk, True))
                taken.add(pk)
            elif not known.by_same_unit:
                new.append((entry.mark, known.case_id, False))
        matcher.pretend(matcher.identities(new), sheet[:120], taken)


def _states(case_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    found: dict[UUID, tuple[str, str]] = {}
    for chunk in _chunks(sorted(set(case_ids))):
        rows = Case.objects.filter(pk__in=chunk).values_list("pk", "kind", "state")
        found.update({pk: (kind, state) for pk, kind, state in rows})
    return found


def _outcome(entry: Entry, known: Found | None, states: dict[UUID, tuple[str, str]]) -> str:
    if known is None:
        return "created"
    if not known.by_same_unit:
        return "duplicates"
    # A case that this very run would have made is as far as its row claimed.
    kind, state = states.get(known.case_id, (HAZARD.kind, "closed"))
    claim, machine = _claim(entry.row)[0], LOOPS[kind]
    ahead = claim and state != "void" and machine.rank(claim) > machine.rank(state)
    return "updated" if ahead else "unchanged"


# --- undo ----------------------------------------------------------------------------------


def undo(
    batch_id: UUID,
    *,
    by: Actor,
    at: datetime,
    progress: Progress | None = None,
    save_cursor: Callable[[dict[str, Any]], None] | None = None,
) -> Batch:
    """Withdraw a batch's sightings. Safe to call again after any death.

    A case that no sighting tells of any more, and that nobody made by hand, is taken out with all
    it posted; one that people have since advanced stays and is listed in ``batch.kept``.
    """
    batch = Batch.objects.get(pk=batch_id)
    if batch.status in (Batch.Status.PLANNED, Batch.Status.UNDONE):
        raise BatchRunning(status=batch.get_status_display())
    Batch.objects.filter(pk=batch_id).update(status=Batch.Status.UNDOING)
    done = 0
    while True:
        with transaction.atomic(durable=True):
            rows = list(
                Sighting.objects.filter(batch=batch, withdrawn_at=None).order_by("pk")[:BATCH_ROWS]
            )
            if not rows:
                break
            _withdraw(batch, rows, by=by, at=at)
            if save_cursor:
                save_cursor({"withdrawn": done + len(rows)})
        done += len(rows)
        if progress:
            progress(done, max(done, batch.rows - batch.ignored - batch.rejected))
    with transaction.atomic(durable=True):
        Batch.objects.filter(pk=batch_id).update(
            status=Batch.Status.UNDONE, finished_at=timezone.now()
        )
        trail.record([trail.Entry("hazard.undo", "batch", str(batch_id))], by=by, at=at)
    return Batch.objects.get(pk=batch_id)


def _withdraw(batch: Batch, rows: Sequence[Sighting], *, by: Actor, at: datetime) -> None:
    cases = engine.lock(row.case_id for row in rows)
    Sighting.objects.filter(pk__in=[row.pk for row in rows]).update(withdrawn_at=at)
    told: set[UUID] = set()
    by_hand: set[UUID] = set()
    touched: set[UUID] = set()
    for chunk in _chunks(list(cases)):
        others = Sighting.objects.filter(case__in=chunk, withdrawn_at=None)
        told.update(others.values_list("case_id", flat=True))
        by_hand.update(
            Hazard.objects.filter(pk__in=chunk, made_by_hand=True).values_list("pk", flat=True)
        )
        touched.update(
            Event.objects.filter(case__in=chunk, batch_id=None)
            .exclude(step__in=NOT_BY_HAND)
            .exclude(seq=1)
            .values_list("case_id", flat=True)
        )
    kept = list(batch.kept)
    void, back = [], []
    for case in cases.values():
        if case.state == "void":
            continue
        if case.pk in told or case.pk in by_hand:
            if case.pk in touched:
                kept.append(str(case.pk))
            else:
                back.append(case)
        elif case.pk in touched:
            kept.append(str(case.pk))
        else:
            void.append(case)
    request_id = uuid7()
    for machine in LOOPS.values():
        own = [case for case in void if case.kind == machine.kind]
        if own:
            loop.withdraw(
                machine,
                own,
                by=by,
                at=at,
                request_id=request_id,
                batch_id=batch.pk,
                reason=str(_("The import was undone.")),
            )
        _take_back(
            batch, machine.kind, [c for c in back if c.kind == machine.kind], by, at, request_id
        )
    _forget(batch, cases, told, {case.pk for case in void})
    if kept != batch.kept:
        batch.kept = kept
        Batch.objects.filter(pk=batch.pk).update(kept=kept)


def _take_back(
    batch: Batch, kind: str, cases: Sequence[Case], by: Actor, at: datetime, request_id: UUID
) -> None:
    """Cases that others tell of, too, go back to the state before this batch's claims."""
    machine = LOOPS[kind]
    claims: dict[UUID, set[str]] = {}
    for chunk in _chunks([case.pk for case in cases]):
        for case_id, step in Event.objects.filter(
            case__in=chunk, batch_id=batch.pk, step__startswith="declare_"
        ).values_list("case_id", "step"):
            claims.setdefault(case_id, set()).add(step)
    for step, state in (("closed", "closed"), ("rectified", "rectified")):
        moves = [
            Move(case, {}, {}, case.closed_on if step == "closed" else case.settled_on)
            for case in cases
            if f"declare_{step}" in claims.get(case.pk, ()) and case.state == state
        ]
        engine.take(
            machine,
            f"withdraw_{step}",
            moves,
            by=by,
            at=at,
            request_id=request_id,
            batch_id=batch.pk,
        )


def _forget(batch: Batch, cases: Iterable[UUID], told: set[UUID], void: set[UUID]) -> None:
    """Drop index entries that no living sighting stands behind."""
    for chunk in _chunks([pk for pk in cases if pk in void]):
        Identity.objects.filter(case__in=chunk).delete()
    for chunk in _chunks([pk for pk in cases if pk in told]):
        still = Sighting.objects.filter(
            case__in=chunk, unit=batch.unit_id, withdrawn_at=None
        ).values("case")
        Identity.objects.filter(
            case__in=chunk, unit_id=batch.unit_id, base__startswith="u"
        ).exclude(case__in=still).delete()


def _chunks(values: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def batch_of(text: str) -> Batch:
    """The batch with that number, or the one whose number begins so."""
    folded = text.replace("-", "").lower()
    found = [
        batch
        for batch in Batch.objects.order_by("-made_at")[:10_000]
        if folded and batch.pk.hex.startswith(folded)
    ]
    if len(found) != 1:
        raise NotFound
    return found[0]
