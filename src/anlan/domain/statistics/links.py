"""The short address of what is behind a figure; the page it leads to reads it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from anlan.kernel.calendar.periods import Period

if TYPE_CHECKING:
    from anlan.domain.statistics.asked import Asked

#: Labels as they stand in the address.
LABELS = {"sector": "s", "grade": "g", "source": "o", "topics": "t", "scope": "c", "unit": "u"}


def records_of(
    asked: Asked,
    code: str,
    area: str,
    period: Period,
    labels: Mapping[str, Sequence[str]],
    *,
    own: bool = False,
) -> str:
    """Relative to the analysis, so that a table of hundreds of figures stays small."""
    given: list[tuple[str, str]] = [("i", code), ("a", area), ("p", period.code)]
    for name, values in labels.items():
        given += [(LABELS[name], value or "none") for value in values]
    if own:
        given.append(("own", "1"))
    if asked.now_map:
        given.append(("map", "now"))
    if asked.known_at is not None:
        given.append(("k", asked.known_at.isoformat()))
    return f"records/?{urlencode(given)}"
