"""Rejected rows that were mended and taken in: known, where their workbook is sent once more.

The workbook to mend carries a mark for each row: the digest of the file it came in, its sheet and
its number. When a row with that mark becomes a hazard, what was rejected under it remembers the
case. Whoever mends a cell in the register itself sends no marks: there the same row of the same
sheet that agrees in every other cell is it, beside rows of which most are known. The very same
file sent again has the same marks; a file that was changed meanwhile has others, and its rows are
read afresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from anlan.base import bulk, sealed
from anlan.domain.hazards.models import Batch, Hazard, Leftover
from anlan.domain.hazards.reading import ParsedRow, RejectedRow

CODE = "mended"
#: Rows that a page names; of more it says how many there are.
SHOWN_MAX = 50
#: Of fewer cells two rows agree by chance.
CELLS_MIN = 2


class Corrected(NamedTuple):
    """A row that came in, its case, and whether its unit had told of that before."""

    row: ParsedRow
    case: UUID
    known: bool


def settle(batch: Batch, found: Iterable[tuple[str, UUID]]) -> None:
    """Rows have become cases, by their marks: remember it where they were rejected before.

    Only what this very unit was given to mend counts: a mark that somebody made up names nothing.
    """
    cases = {origin: case for origin, case in found if origin}
    for origins in bulk.slices(list(cases)):
        rows = list(
            Leftover.objects.filter(batch__unit=batch.unit_id, rejected=True, origin__in=origins)
        )
        for row in rows:
            row.case_id = cases[row.origin]
        Leftover.objects.bulk_update(rows, ["case"])


def settle_corrected(batch: Batch, sheet: str, rows: Sequence[Corrected]) -> None:
    """The same for rows that were mended in the register itself, which carries no marks.

    A list of next month may have the same words in the same row: there hardly a row is known.
    """
    new = {one.row.first_row: one for one in rows if not one.known and one.row.part == 1}
    found = []
    for part in bulk.slices(sorted(new)):
        left = Leftover.objects.filter(
            batch__unit=batch.unit_id, rejected=True, case=None, sheet=sheet, row__in=part
        ).exclude(batch=batch)
        for row in left:
            one = new[row.row]
            told = _but(sealed.opened(row.raw, row.place), row.header)
            if len(told) >= CELLS_MIN and told == _but(one.row.raw, row.header):
                row.case_id = one.case
                found.append(row)
    others = len(rows) - len({row.row for row in found})
    if sum(one.known for one in rows) * 2 > others:
        Leftover.objects.bulk_update(found, ["case"])


def _but(raw: Mapping[str, Any], header: str) -> dict[str, str]:
    return {name: str(text) for name, text in raw.items() if name[:200] != header}


def known(batch: Batch, items: Iterable[Any]) -> dict[str, UUID]:
    """Of the rejected rows among ``items`` those that were mended since: their case, by mark.

    One whose case was taken out again, as by undoing the import that mended it, is to be mended.
    """
    origins = {item.origin for item in items if isinstance(item, RejectedRow) and item.origin}
    found: dict[str, UUID] = {}
    for part in bulk.slices(sorted(origins)):
        rows = Leftover.objects.filter(
            batch__unit=batch.unit_id, origin__in=part, case__isnull=False
        ).exclude(case__state="void")
        for origin, case in rows.values_list("origin", "case_id"):
            found[origin] = case
    return found


@dataclass(frozen=True)
class Line:
    """A row of a batch that was mended before, with the hazard it became."""

    sheet: str
    row: int
    hazard: Hazard


@dataclass(frozen=True)
class Mended:
    """What a batch's page says of such rows: the first of them, and how many there are."""

    lines: Sequence[Line]
    count: int


def of(batch: Batch) -> Mended | None:
    rows = Leftover.objects.filter(batch=batch, rejected=False, code=CODE)
    first = list(rows.order_by("file", "sheet", "row", "pk")[:SHOWN_MAX])
    if not first:
        return None
    hazards = Hazard.objects.select_related("case").in_bulk([r.case_id for r in first if r.case_id])
    lines = [Line(r.sheet, r.row, hazards[r.case_id]) for r in first if r.case_id in hazards]
    return Mended(lines, rows.count() if len(first) == SHOWN_MAX else len(first))
