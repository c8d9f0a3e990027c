"""Trying a batch's rows, and taking them in: a transaction a chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.base.limits import BATCH_ROWS
from anlan.domain.enterprises.commands import put_enterprises, would_put
from anlan.domain.enterprises.importing.plan import Aside, Line, Plan, opened
from anlan.domain.enterprises.importing.turning import Became, Reader
from anlan.domain.enterprises.models import Batch
from anlan.domain.enterprises.models import Line as Row
from anlan.domain.enterprises.refusals import ColumnsUnclear
from anlan.kernel.papers.batches import AGAIN, BatchBusy

Progress = Callable[[int, int], None]
SOURCE = "import"
_IN_EACH = "；"


@dataclass
class Counts:
    created: int = 0
    changed: int = 0
    equal: int = 0
    doubled: int = 0
    refused: int = 0
    #: Of the others.
    doubtful: int = 0

    def add(self, became: Became) -> None:
        setattr(self, became.outcome, getattr(self, became.outcome) + 1)
        self.doubtful += bool(became.doubts) and became.refusal is None


def try_out(batch: Batch, *, by: Actor, progress: Progress | None = None) -> dict[str, Any]:
    """What ``run`` would do, without entering anything; what became of each row is kept."""
    plan, counts, aside = _plan(batch), Counts(), Aside()
    reader, at, done = Reader(batch, plan, by), timezone.now(), 0
    put = partial(would_put, by=by, at=at, source=SOURCE)
    batch.lines.all().delete()
    for chunk in _chunks(batch, plan, aside):
        found = reader.read(chunk, put)
        for became in found:
            counts.add(became)
        _keep(batch, found)
        done += len(chunk)
        if progress:
            progress(done, max(done, batch.total))
    tried = {**vars(counts), "aside": aside.rows, "at": at.isoformat()}
    Batch.objects.filter(pk=batch.pk).update(total=done, tried=tried)
    return tried


def run(
    batch_id: UUID, *, by: Actor, progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    save_cursor: Callable[[dict[str, Any]], None] | None = None,
) -> Batch:  # fmt: skip
    """Take a batch's rows in, from where it got to. Safe to call again after any death.

    stop:         asked between chunks; where it says yes the batch stays as far as it got.
    save_cursor:  a job's own cursor, moved in the same transaction.
    """
    batch = Batch.objects.select_related("unit", "area", "file").get(pk=batch_id)
    this = Batch.objects.filter(pk=batch_id)
    if batch.status == Batch.Status.DONE:
        # A worker died between the last row and saying so.
        return batch
    if batch.status not in AGAIN:
        raise BatchBusy(status=batch.get_status_display())
    plan, aside = _plan(batch), Aside()
    with transaction.atomic(durable=True):
        if batch.status == Batch.Status.PLANNED:
            # The dry run's lines make way for the run's own.
            batch.lines.all().delete()
        this.update(status=Batch.Status.RUNNING)
    reader = Reader(batch, plan, by)
    got_to, done = int(batch.cursor.get("at", 0)), 0
    for chunk in _chunks(batch, plan, aside):
        if done < got_to:
            reader.remember(chunk)
            done += len(chunk)
            continue
        if stop and stop():
            this.update(status=Batch.Status.CANCELLED)
            return this.get()
        done += len(chunk)
        _take(batch, reader, chunk, {"at": done}, save_cursor)
        if progress:
            progress(done, max(done, batch.total))
    this.update(status=Batch.Status.DONE, finished_at=timezone.now(), aside=aside.rows)
    return this.get()


def _take(
    batch: Batch, reader: Reader, chunk: Sequence[Line], cursor: dict[str, Any],
    save_cursor: Callable[[dict[str, Any]], None] | None,
) -> None:  # fmt: skip
    """One chunk and where it ends, in one transaction; set-wise, however many rows it has."""
    counts = Counts()
    with transaction.atomic(durable=True):
        put = partial(put_enterprises, by=reader.by, at=timezone.now(), source=SOURCE)
        found = reader.read(chunk, put)
        for became in found:
            counts.add(became)
        _keep(batch, found)
        added = {name: F(name) + n for name, n in vars(counts).items()}
        Batch.objects.filter(pk=batch.pk).update(cursor=cursor, **added)
        if save_cursor:
            save_cursor(cursor)


def _plan(batch: Batch) -> Plan:
    plan = Plan.of(batch.plan)
    if not any(table.included for table in plan.tables):
        raise ColumnsUnclear(reason=_("Tick at least one table to be read."))
    return plan


def _chunks(batch: Batch, plan: Plan, aside: Aside) -> Iterator[list[Line]]:
    with opened(batch.file.path, batch.file.name, plan, aside) as lines:
        while chunk := list(islice(lines, BATCH_ROWS)):
            yield chunk


def _keep(batch: Batch, found: Sequence[Became]) -> None:
    bulk.insert([_row(batch, became) for became in found])


def _row(batch: Batch, became: Became) -> Row:
    line, result = became.line, became.result
    if became.refusal is not None:
        at = became.refusal.data.get("at", "")
        said: list[object] = [became.refusal]
    else:
        at = became.doubts[0].field if became.doubts else ""
        said = list(became.doubts)
    column, header = line.place(at)
    told = [stored.by_language(one) for one in said]
    told_it = result is not None and result.outcome in ("created", "updated")
    return bulk.make(
        Row, batch_id=batch.pk, sheet=line.sheet[:120], row=line.number, column=column[:12],
        header=header[:200], outcome=became.outcome, doubtful=bool(said) and not became.refusal,
        name=became.name, enterprise_id=result.id if result else None,
        version=result.version if result and told_it else 0,
        changes=result.changes if result and result.outcome == "updated" else {},
        reasons={code: _IN_EACH.join(each[code] for each in told) for code in told[0]}
        if told else {},
    )  # fmt: skip
