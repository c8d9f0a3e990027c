"""When two rows are sightings of one case.

Within a reporting unit: the same found day, the same text (NFKC, without punctuation; digits
stay), and the same place in the order of such rows. A sheet that repeats another's rows (a total
and its months) doesn't count them again: rows of different sheets that agree in place as well are
the same occurrence.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

from anlan.base.text import plain
from anlan.domain.hazards.reading.rows import ParsedRow


def text_key(description: str) -> str:
    """32 hex digits of the text as it is compared."""
    return hashlib.blake2b(plain(description).encode(), digest_size=16).hexdigest()


def place_key(row: ParsedRow) -> str:
    """Enterprise, place and area as they are compared; empty where the row names none."""
    parts = (row.county or row.area_text, row.township, row.enterprise, row.place)
    text = "|".join(plain(part) for part in parts)
    return text if text.strip("|") else ""


@dataclass(frozen=True, slots=True)
class Key:
    found_on: date
    text: str
    place: str
    #: From 1, among the rows of one file with this day and text.
    nth: int


@dataclass(slots=True)
class Occurrences:
    """Counts occurrences through one file; rows must come in their order."""

    _seen: dict[tuple[date, str], list[str]] = field(default_factory=dict)
    _here: dict[tuple[str, date, str, str], int] = field(default_factory=dict)

    def key(self, row: ParsedRow) -> Key:
        text, place = text_key(row.description), place_key(row)
        seen = self._seen.setdefault((row.found_on, text), [])
        here = (row.sheet, row.found_on, text, place)
        before = self._here.get(here, 0)
        self._here[here] = before + 1
        same = [nth for nth, other in enumerate(seen, 1) if other == place]
        if before < len(same):
            return Key(row.found_on, text, place, same[before])
        seen.append(place)
        return Key(row.found_on, text, place, len(seen))
