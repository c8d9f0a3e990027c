"""The short address of what is behind a figure; the page it leads to reads it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from anlan.kernel.calendar.periods import Period

if TYPE_CHECKING:
    from anlan.domain.statistics.asked import Asked

#: Labels as they stand in the address.
LABELS = {"sector": "s", "grade": "g", "source": "o", "topics": "t", "scope": "c", "unit": "u"}


def address(
    code: str, area: str, period: Period, labels: Mapping[str, Sequence[str]], *, part: int = 0,
    own: bool = False, known_at: datetime | None = None,
) -> str:  # fmt: skip
    """The same from elsewhere; of a rate ``part`` 0 is its part and 1 its whole."""
    given = _given(code, area, period, labels, own, known_at)
    if part:
        given.append(("n", str(part)))
    return f"{reverse('statistics:records')}?{urlencode(given)}"


def _given(
    code: str, area: str, period: Period, labels: Mapping[str, Sequence[str]], own: bool,
    known_at: datetime | None,
) -> list[tuple[str, str]]:  # fmt: skip
    given: list[tuple[str, str]] = [("i", code), ("a", area), ("p", period.code)]
    for name, values in labels.items():
        given += [(LABELS[name], value or "none") for value in values]
    if own:
        given.append(("own", "1"))
    if known_at is not None:
        given.append(("k", known_at.isoformat()))
    return given


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
    given = _given(code, area, period, labels, own, asked.known_at)
    if asked.now_map:
        given.append(("map", "now"))
    return f"records/?{urlencode(given)}"
