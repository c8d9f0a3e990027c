"""The page of accidents behind a figure, where it can show just this one."""

from __future__ import annotations

from anlan.domain.accidents.loop import KINDS
from anlan.kernel.facts import opening
from anlan.kernel.facts.behind import Asked

_CODES = frozenset(kind.code for kind in KINDS)


def page(asked: Asked) -> str:
    """It shows one scope, as known then, and narrows by any grades and one sector."""
    where = asked.where
    fits = "scope" in where and set(where) <= {"scope", "grade", "sector"}
    if asked.kind not in _CODES or not fits or len(where.get("sector", [""])) > 1:
        return ""
    return opening.named("accidents:records", asked)
