"""What taking a batch in would do, without writing a case: the wizard's dry run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from anlan.base import bulk
from anlan.base.ids import uuid7
from anlan.domain.hazards import areas
from anlan.domain.hazards.ahead import Item
from anlan.domain.hazards.importing import doubts, mended
from anlan.domain.hazards.importing.returns import came_back, news
from anlan.domain.hazards.importing.rows import (
    Counts,
    Entry,
    Progress,
    by_sheet,
    chunks_of,
    claim_of,
    entries_of,
    keep_left,
    told_of,
)
from anlan.domain.hazards.loop import HAZARD
from anlan.domain.hazards.matching import Found, Matcher
from anlan.domain.hazards.models import Batch, BatchFile, Leftover
from anlan.domain.hazards.reading import Finding, ParsedRow
from anlan.kernel.loop.models import Case


def try_out(batch: Batch, *, progress: Progress | None = None) -> Counts:
    """What ``run`` would do, without writing a case: the wizard's dry run.

    Rows that were rejected or ignored are kept with the batch, to be looked at; ``run`` on the
    same batch starts from the beginning and replaces them.
    """
    counts = Counts()
    lookup = areas.Lookup(batch.unit)
    matcher = Matcher(None, 0)
    found: list[dict[str, Any]] = []
    Leftover.objects.filter(batch=batch).delete()
    total = 0
    for file in batch.files.order_by("order"):
        matcher.new_file(file.order)
        for chunk in chunks_of(batch, file):
            total += len(chunk)
            told = _chunk(batch, file, chunk, lookup, matcher, counts)
            found = doubts.added(found, file.order, told)
            if progress:
                progress(total, total)
    Leftover.objects.filter(batch=batch, rejected=False).exclude(code=mended.CODE).delete()
    Batch.objects.filter(pk=batch.pk).update(total=total, doubts=found)
    return counts


def _chunk(
    batch: Batch,
    file: BatchFile,
    chunk: Sequence[Item],
    lookup: areas.Lookup,
    matcher: Matcher,
    counts: Counts,
) -> list[tuple[str, int, Finding]]:
    """Count what would become of a chunk's rows; returns what is doubtful about them."""
    left = keep_left(batch, file, chunk)
    counts.ignored += left.ignored
    counts.rejected += left.rejected
    rows = [item for item in chunk if isinstance(item, ParsedRow)]
    told = []
    for sheet, run in by_sheet(rows):
        entries = entries_of(batch, run, lookup)
        told += told_of(entries)
        found = matcher.match([entry.mark for entry in entries], sheet[:120])
        states = _states(one.case_id for one in found if one)
        new, taken = [], {one.case_id for one in found if one}
        for entry, known in zip(entries, found, strict=True):
            counts.add(_outcome(entry, known, states))
            if known is None:
                pk = uuid7()
                new.append((entry.mark, pk, True))
                taken.add(pk)
            elif not known.by_same_unit:
                new.append((entry.mark, known.case_id, False))
        matcher.pretend(matcher.identities(new), sheet[:120], taken)
    return told


class Standing(NamedTuple):
    """How far a known case has come, and when it came back last."""

    kind: str
    state: str
    back: date | None = None


def _states(case_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    found: dict[UUID, Standing] = {}
    for chunk in bulk.slices(sorted(set(case_ids))):
        rows = list(Case.objects.filter(pk__in=chunk).values_list("pk", "kind", "state", "round"))
        back = came_back(pk for pk, _kind, _state, rounds in rows if rounds)
        found.update({pk: Standing(kind, state, back.get(pk)) for pk, kind, state, _n in rows})
    return found


def _outcome(entry: Entry, known: Found | None, states: dict[UUID, Standing]) -> str:
    if known is None:
        return "created"
    if not known.by_same_unit:
        return "duplicates"
    # A case that this very run would have made is as far as its row claimed.
    kind, state, back = states.get(known.case_id, Standing(HAZARD.kind, "closed"))
    claim = news(claim_of(entry.row), state, back)
    return "updated" if claim.leads_on(kind, state) else "unchanged"
