"""The text index of accidents: what happened, where, at which firm, and the number."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.base.textindex import TextIndex
from anlan.domain.accidents.models import Accident

#: An accident's own columns that are searched; its case's number is, too.
SEARCHED = ("title", "place", "enterprise_name")
INDEX = TextIndex("accidents_search", *SEARCHED, "case__number")


def index(rows: Iterable[Accident]) -> None:
    """Put accidents into the index; replaces what was there."""
    INDEX.put(
        (row.pk, [*(getattr(row, name) for name in SEARCHED), row.case.number]) for row in rows
    )
