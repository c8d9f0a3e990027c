"""Which periods a scheme can be worked out for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from anlan.domain.assessments.spec import STAGE, Spec
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Kind, Period

#: Periods that a page offers, the running one among them.
OFFERED_MAX = 24


def offered(spec: Spec, today: date) -> list[Period]:
    """The running period, where a whole day of it has passed, and those before it.

    None where no stage has begun yet.
    """
    yesterday = today - timedelta(days=1)
    if spec.period == STAGE:
        return [each.span for each in reversed(spec.stages) if each.starts <= yesterday]
    found = [periods.of(Kind(spec.period), yesterday)]
    while len(found) < OFFERED_MAX:
        found.append(found[-1].previous())
    return found


def usual(found: Sequence[Period], today: date) -> Period | None:
    """The newest that is over, else the one that runs."""
    return next((each for each in found if each.end < today), found[0] if found else None)


def choices(spec: Spec, today: date) -> list[tuple[str, str]]:
    return [(each.code, spec.label(each)) for each in offered(spec, today)]
