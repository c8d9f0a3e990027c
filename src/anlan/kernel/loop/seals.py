"""A closed case carries a MAC over how it ended (S32): what is changed past us is found out.

It is made wherever a case is written, looked at wherever one is locked for a step or shown, once
a night, and by ``./anlan check``. An open case has none: its next step compares its version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from anlan.base import bulk
from anlan.kernel.accounts import records, seals
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


def bent() -> tuple[int, list[Any]]:
    """How many closed cases were looked at, and the ids and numbers of those that were changed.

    An open case with a seal was opened past us: it would lose its seal at the step that does it.
    """
    count, found = 0, []
    rows = Case.objects.filter(is_open=False).order_by("pk")
    for seal, *values in rows.values_list("seal", *SEALED).iterator(chunk_size=ROWS_AT_ONCE):
        count += 1
        if not seals.holds(seal or "", LABEL, *values):
            found.append((values[0], values[2]))
    opened = Case.objects.filter(is_open=True).exclude(seal=None)
    found += list(opened.values_list("pk", "number"))
    return count, found


def seal_all(model: Any) -> int:
    """Seal what stands in the database now: for a migration, and after the keys were lost."""
    rows = model.objects.filter(is_open=False).order_by("pk").values_list(*SEALED)
    count, last = 0, None
    while chunk := list((rows.filter(pk__gt=last) if last else rows)[:ROWS_AT_ONCE]):
        bulk.fill(model, "seal", [(values[0], seals.seal(LABEL, *values)) for values in chunk])
        count, last = count + len(chunk), chunk[-1][0]
    return count


def invariants() -> Iterator[tuple[str, bool, int, str]]:
    count, wrong = bent()
    told = "; ".join(str(number) for _pk, number in wrong[: records.NAMED_MAX])
    yield "S32 closed cases are as they were sealed", not wrong, count, told


def look() -> int:
    wrong = bent()[1]
    for pk, _number in wrong:
        records.alarm(LABEL, pk)
    return len(wrong)
