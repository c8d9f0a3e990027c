"""A closed case carries a MAC over how it ended (S32): what is changed past us is found out.

It is made wherever a case is written, looked at wherever one is locked for a step or shown, a
slice at a time every night, and by ``./anlan check``. An open case has none: its next step
compares its version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from anlan.base import bulk, progress
from anlan.kernel.accounts import records, seals
from anlan.kernel.loop import sql
from anlan.kernel.loop.models import Case

LABEL = "loop.case"
#: How it ended, where, whose and when. Not who was before or after it in a split or merger.
SEALED = (
    "id", "kind", "number", "state", "is_open", "version", "area_id", "path", "sector_id", "grade",
    "source", "enterprise_id", "unit_id", "opened_on", "due_on", "settled_on", "closed_on",
    "round", "rebounds", "declared",
)  # fmt: skip
_read = attrgetter(*SEALED)
ROWS_AT_ONCE = 5_000
#: Bent cases that one look names or alarms of; were all keys lost, all would be.
TOLD_MAX = 100


def stamp(cases: Iterable[Case]) -> None:
    """Seal those that are closed, in memory: their writer saves the column with the others."""
    for case in cases:
        case.seal = None if case.is_open else seals.seal(LABEL, *_read(case))


def is_intact(case: Case) -> bool:
    """Whether a closed case is as it was sealed; one that isn't alarms. An open one always is."""
    if case.is_open or seals.holds(case.seal or "", LABEL, *_read(case)):
        return True
    records.alarm(LABEL, case.pk)
    return False


def demand(cases: Iterable[Case]) -> None:
    """Raises RecordBent where a closed case isn't what was sealed."""
    for case in cases:
        if not is_intact(case):
            raise records.RecordBent(what=case.number)


class Slice(NamedTuple):
    """So many closed cases were looked at; those changed past us, by id and number."""

    looked: int
    bent: list[tuple[UUID, str]]
    #: Where to go on; None at the end.
    last: UUID | None


def slice_of(after: UUID | None) -> Slice:
    """Look at closed cases after one, in the order of their ids."""
    rows = sql.closed_cases(SEALED, after, ROWS_AT_ONCE)
    label = f"{seals.PRESENT}{LABEL}{seals.SEPARATOR}"
    doubtful = {
        pk: number
        for pk, number, seal, text in rows
        if not seals.holds_text(seal or "", (label + text).encode())
    }
    last = rows[-1][0] if len(rows) == ROWS_AT_ONCE else None
    return Slice(len(rows), _confirmed(doubtful), last)


def _confirmed(doubtful: dict[UUID, str]) -> list[tuple[UUID, str]]:
    """Those that don't hold read as their writer reads them, and didn't move on meanwhile."""
    found = []
    for keys in bulk.slices(list(doubtful)):
        rows = Case.objects.filter(pk__in=keys, is_open=False).values_list("seal", *SEALED)
        for seal, *values in rows.order_by("pk"):
            if not seals.holds(seal or "", LABEL, *values):
                found.append((values[0], values[2]))
    return found


def opened() -> list[tuple[UUID, str]]:
    """Open cases with a seal: a step would have taken it off, so they were opened past us."""
    cases = Case.objects.filter(is_open=True).exclude(seal=None)
    return list(cases.values_list("pk", "number")[:TOLD_MAX])


def slices() -> Iterator[Slice]:
    """All closed cases, so many at a time."""
    last: UUID | None = None
    while True:
        found = slice_of(last)
        yield found
        last = found.last
        if last is None:
            return


def seal_all(model: Any) -> int:
    """Seal what stands in the database now: for a migration, and after the keys were lost."""
    rows = model.objects.filter(is_open=False).order_by("pk").values_list(*SEALED)
    count, last = 0, None
    while chunk := list((rows.filter(pk__gt=last) if last else rows)[:ROWS_AT_ONCE]):
        macs = [(values[0], seals.seal(LABEL, *values)) for values in chunk]
        with transaction.atomic():
            bulk.fill(model, "seal", macs)
        count, last = count + len(chunk), chunk[-1][0]
    return count


def invariants() -> Iterator[tuple[str, bool, int, str]]:
    name, count, wrong = "S32 closed cases are as they were sealed", 0, opened()
    for found in slices():
        count += found.looked
        # Were all keys lost, all would be bent: a few names say so.
        wrong += found.bent[: max(0, TOLD_MAX - len(wrong))]
        progress.say(name, count)
    told = "; ".join(number for _pk, number in wrong[: records.NAMED_MAX])
    yield name, not wrong, count, told


def look(after: UUID | None, told: int = 0) -> Slice:
    """One slice of the night's look: what is bent alarms at once.

    ``told``: how many alarms there were before; beyond a hundred the rest adds nothing.
    """
    found = slice_of(after)
    wrong = [*(opened() if after is None else []), *found.bent]
    for pk, _number in wrong[: max(0, TOLD_MAX - told)]:
        records.alarm(LABEL, pk)
    return found._replace(bent=wrong)
