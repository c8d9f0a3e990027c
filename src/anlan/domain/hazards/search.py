"""The text index of hazards: their own words, and the name of their enterprise."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.base.textindex import TextIndex
from anlan.domain.hazards.models import Hazard, HazardQuerySet

#: A hazard's own columns that are searched; its enterprise's name is, too.
SEARCHED = ("description", "place", "object_name", "responsible_unit")
INDEX = TextIndex("hazards_search", "description")


def index(rows: Iterable[tuple[Hazard, str]]) -> None:
    """Put hazards, each with its enterprise's name, into the index; replaces what was there."""
    INDEX.put(
        (hazard.pk, [*(getattr(hazard, name) for name in SEARCHED), enterprise])
        for hazard, enterprise in rows
    )


def find(hazards: HazardQuerySet, text: str) -> HazardQuerySet:
    """Those of ``hazards`` that contain every word of ``text``."""
    return hazards.filter(*INDEX.conditions(text))
