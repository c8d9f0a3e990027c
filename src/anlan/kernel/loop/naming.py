"""How a case is called in a notice, as its capability shows it in the worklist."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.kernel.accounts import policy
from anlan.kernel.loop import worklist
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.worklist import Work
from anlan.kernel.notices.naming import (
    OUTSIDE_CHARS_MAX,
    PLACE_CHARS_MAX,
    WORDS_CHARS_MAX,
    Name,
    clipped,
    named_by,
)


def names(pks: Collection[UUID], by: Actor) -> dict[UUID, Name]:
    """Those of the cases that ``by`` may see now: two statements, and one for each capability."""
    heaps: dict[str, tuple[Work, list[UUID]]] = {}
    works = worklist.by_kind()
    for chunk in bulk.slices(list(pks)):
        for pk, kind in Case.objects.filter(pk__in=chunk).values_list("pk", "kind"):
            if (work := works.get(kind)) and policy.may(by, work.view):
                heaps.setdefault(work.name, (work, []))[1].append(pk)
    found: dict[UUID, Name] = {}
    for work, wanted in heaps.values():
        for chunk in bulk.slices(wanted):
            rows = policy.permitted(work.rows.filter(pk__in=chunk), work.view, by)
            found.update({row.pk: _name(work, row) for row in rows.select_related(*work.related)})
    return found


def _name(work: Work, row: Any) -> Name:
    case, firm = row.case, getattr(row, "enterprise", None)
    area = case.area.name if case.area else ""
    return Name(
        clipped(work.title(row), WORDS_CHARS_MAX),
        clipped(work.whose(row) or area, PLACE_CHARS_MAX),
        case.due_on if case.is_open else None,
        clipped(firm.name if firm else area, OUTSIDE_CHARS_MAX),
    )


def declare() -> None:
    """Called when the apps are ready."""
    for beginning in ("loop.", "listed.", "paper."):
        named_by(beginning, names)
