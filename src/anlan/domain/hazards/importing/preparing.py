"""Keeping a batch's files, reading them once, and proposing what their columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from anlan.base.actor import Actor
from anlan.base.refusal import DiskFull, Refusal
from anlan.domain.hazards import reading
from anlan.domain.hazards.importing.refusals import NothingReadable
from anlan.domain.hazards.models import Batch, BatchFile, ColumnMapping
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.papers import batches
from anlan.kernel.papers.sheets import read_workbook

#: Files of one batch.
FILES_MAX = 50
ROOM = "imports"


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
            plans.append((name, *batches.keep(path, name, room=ROOM), plan.to_json()))
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
                stored=batches.stored_as(path),
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
