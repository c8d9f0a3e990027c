"""Which periods a scheme can be worked out for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Period

#: Periods that a page offers, the running one among them.
OFFERED_MAX = 24


def offered(kind: str, today: date) -> list[Period]:
    """The running period, where a whole day of it has passed, and those before it."""
    found = [periods.of(Kind(kind), today - timedelta(days=1))]
    while len(found) < OFFERED_MAX:
        found.append(found[-1].previous())
    return found


def choices(kind: str, today: date) -> list[tuple[str, Any]]:
    return [(each.code, each.label) for each in offered(kind, today)]
