"""Trying a batch's rows, and taking them in: a transaction a chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import BATCH_ROWS
from anlan.domain.accidents import law
from anlan.domain.accidents.commands import report_many
from anlan.domain.accidents.importing import lines
from anlan.domain.accidents.importing.plan import Plan
from anlan.domain.accidents.importing.turning import Became, Group, Reader, Wrong
from anlan.domain.accidents.models import Batch, Leftover
from anlan.kernel.papers.batches import AGAIN, BatchBusy

Progress = Callable[[int, int], None]
#: Two imports at once that meet at one accident: the later one looks again.
MEETINGS_MAX = 5
#: Codes of a column that a page offers at once to be turned into ours.
CODES_SHOWN = 100
#: Rows that were left aside, by number.
ASIDE_SHOWN = 20


@dataclass
class Counts:
    created: int = 0
    known: int = 0
    rejected: int = 0
    joined: int = 0
    untyped: int = 0
    unpriced: int = 0
    types: Counter[str] = field(default_factory=Counter)

    def add(self, became: Became) -> None:
        if became.wrong:
            # None of its rows is in.
            self.rejected += len(became.group)
            return
        self.joined += len(became.group) - 1
        if became.new is None:
            self.known += 1
            return
        self.created += 1
        self.untyped += became.untyped
        self.unpriced += became.unpriced
        self.types[law.type_name(became.new.type)] += 1

    def numbers(self) -> dict[str, int]:
        return {name: n for name, n in vars(self).items() if isinstance(n, int)}


def try_out(batch: Batch, *, by: Actor, progress: Progress | None = None) -> dict[str, Any]:
    """What ``run`` would do, without entering an accident; rows to mend are kept to be seen."""
    reader, counts, at = _reader(batch, by), Counts(), timezone.now()
    aside: list[int] = []
    batch.leftovers.all().delete()
    done = 0
    for chunk in _chunks(batch, 0, aside):
        found = reader.read(chunk)
        for became in found:
            counts.add(became)
        _keep_left(batch, found)
        done += sum(map(len, chunk))
        if progress:
            progress(done, done)
    tried = {**counts.numbers(), "types": dict(counts.types), "codes": _codes(reader),
             "at": at.isoformat(), "aside": len(aside),
             "aside_rows": aside[:ASIDE_SHOWN]}  # fmt: skip
    Batch.objects.filter(pk=batch.pk).update(total=done, tried=tried)
    return tried


def _codes(reader: Reader) -> list[dict[str, Any]]:
    """What stands in columns of codes: what means nothing yet first, then by how often."""
    found = []
    for (name, heading), counted in reader.codes.items():
        rows = [(said, n, reader.means(name, heading, said)) for said, n in counted.items()]
        rows.sort(key=lambda row: (bool(row[2]), -row[1], row[0]))
        most = rows[:CODES_SHOWN]
        found.append({"field": name, "heading": heading, "all": len(rows), "most": most})
    return found


def run(
    batch_id: UUID, *, by: Actor, progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    save_cursor: Callable[[dict[str, Any]], None] | None = None,
) -> Batch:  # fmt: skip
    """Take a batch's rows in, from where it got to. Safe to call again after any death."""
    batch = Batch.objects.select_related("unit", "area").get(pk=batch_id)
    this = Batch.objects.filter(pk=batch_id)
    if batch.status == Batch.Status.DONE:
        # A worker died between the last row and saying so.
        return batch
    if batch.status not in AGAIN:
        raise BatchBusy(status=batch.get_status_display())
    if batch.status == Batch.Status.PLANNED:
        # The dry run's rows to mend make way for the run's own.
        with transaction.atomic(durable=True):
            batch.leftovers.all().delete()
            this.update(status=Batch.Status.RUNNING)
    else:
        this.update(status=Batch.Status.RUNNING)
    reader = _reader(batch, by)
    got_to = int(batch.cursor.get("at", 0))
    for chunk in _chunks(batch, got_to):
        if stop and stop():
            this.update(status=Batch.Status.CANCELLED)
            return this.get()
        got_to += len(chunk)
        _take(batch, reader, chunk, {"at": got_to}, save_cursor)
        if progress:
            done = this.get().rows
            progress(done, max(done, batch.total))
    this.update(status=Batch.Status.DONE, finished_at=timezone.now())
    return this.get()


def _take(
    batch: Batch, reader: Reader, chunk: Sequence[Group], cursor: dict[str, Any],
    save_cursor: Callable[[dict[str, Any]], None] | None,
) -> None:  # fmt: skip
    """One chunk and where it ends, in one transaction."""
    met = set(reader.met)
    for attempt in range(MEETINGS_MAX):
        try:
            with transaction.atomic(durable=True):
                _commit(batch, reader, chunk, cursor)
                if save_cursor:
                    save_cursor(cursor)
            return
        except IntegrityError:
            # The same register is being read twice at once; what was first can be seen now.
            if attempt == MEETINGS_MAX - 1:
                raise
            reader.met = set(met)


def _commit(batch: Batch, reader: Reader, chunk: Sequence[Group], cursor: dict[str, Any]) -> None:
    reader.at = timezone.now()
    found, counts = reader.read(chunk), Counts()
    for became in found:
        counts.add(became)
    if new := [became.new for became in found if became.new]:
        report_many(new, batch_id=batch.pk, by=reader.by, at=reader.at, request_id=uuid7())
    _keep_left(batch, found)
    added = {name: F(name) + n for name, n in counts.numbers().items()}
    Batch.objects.filter(pk=batch.pk).update(cursor=cursor, **added)


def _reader(batch: Batch, by: Actor) -> Reader:
    return Reader(batch, Plan.of(batch.plan), by)


def _chunks(batch: Batch, start: int, aside: list[int] | None = None) -> Iterator[list[Group]]:
    """The accidents from number ``start`` on, BATCH_ROWS at a time."""
    file, plan = batch.file, Plan.of(batch.plan)
    with lines.tables(file.path, file.name, plan) as found:
        left: Iterator[Group] = islice(lines.accidents(found, plan, aside), start, None)
        while chunk := list(islice(left, BATCH_ROWS)):
            yield chunk


def _keep_left(batch: Batch, found: Iterable[Became]) -> None:
    plan = Plan.of(batch.plan)
    bulk.insert(
        [
            _leftover(batch, plan, became.wrong, line)
            for became in found
            if became.wrong
            for line in became.group
        ]
    )


def _leftover(batch: Batch, plan: Plan, wrong: Wrong, line: Any) -> Leftover:
    column, header = wrong.line.place(plan, wrong.field)
    return Leftover(
        batch=batch, sheet=line.sheet[:120], row=line.number, column=column[:12],
        header=header[:200], reasons=stored.by_language(wrong.refusal),
    )  # fmt: skip
