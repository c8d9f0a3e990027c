"""The page of hazards behind a figure, where it can show just this one."""

from __future__ import annotations

from anlan.domain.hazards.loop import HAZARD
from anlan.kernel.facts import opening
from anlan.kernel.facts.behind import Asked
from anlan.kernel.facts.kinds import Measure, known


def page(asked: Asked) -> str:
    """It narrows by one sector and one grade, and shows what is known now."""
    ours = asked.kind.startswith(f"{HAZARD.kind}.") and asked.known_at is None
    if not ours or known(asked.kind).measure is Measure.DISTINCT:
        return ""
    where = asked.where
    if not set(where) <= {"sector", "grade"} or any(len(values) > 1 for values in where.values()):
        return ""
    if where.get("grade") == [""]:
        return ""
    return opening.named("overview:records", asked)
