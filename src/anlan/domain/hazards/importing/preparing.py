"""Keeping a batch's files, reading them once, and proposing what their columns mean."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import DiskFull, NotFound, Refusal, disk_is_full
from anlan.domain.hazards import reading
from anlan.domain.hazards.importing.refusals import NothingReadable
from anlan.domain.hazards.models import Batch, BatchFile, ColumnMapping
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail
from anlan.kernel.papers.sheets import read_workbook

#: Files of one batch, and bytes read at once while one is kept.
FILES_MAX = 50
COPY_BYTES = 1 << 20


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
