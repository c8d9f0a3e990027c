"""Reading the case library: search, and the cases that a hazard reminds of."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.text import bigrams, plain
from anlan.domain.hazards.matching import likeness
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.models import LibraryCase
from anlan.kernel.accounts import policy

#: Share of a hazard's bigrams that a case must hold to be offered; of one sector less will do.
ALIKE_PERCENT, ALIKE_IN_SECTOR_PERCENT = 34, 20
ALIKE_MAX, COMPARED_MAX, WORDS_MAX = 3, 400, 5


def visible(by: Actor) -> QuerySet[LibraryCase]:
    rows = policy.permitted(LibraryCase.objects.all(), "library.view", by)
    return rows.filter(withdrawn_at=None).select_related("area", "unit")


def search(rows: QuerySet[LibraryCase], text: str, sector: str = "") -> QuerySet[LibraryCase]:
    """Cases that hold each word somewhere; two Chinese characters are a word."""
    for word in text.split()[:WORDS_MAX]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(happened__icontains=word)
            | Q(cause__icontains=word)
            | Q(remedy__icontains=word)
        )
    return rows.filter(sectors__contains=f",{sector},") if sector else rows


def alike(hazard: Hazard, by: Actor) -> list[LibraryCase]:
    """The newest cases that share most with a hazard's text, the likest first."""
    sector = hazard.case.sector_id
    scored = []
    for case in visible(by).order_by("-made_at", "-pk")[:COMPARED_MAX]:
        same = bool(sector) and f",{sector}," in case.sectors
        score = max(likeness(hazard.description, case.title), _held(hazard.description, case))
        if score >= (ALIKE_IN_SECTOR_PERCENT if same else ALIKE_PERCENT):
            scored.append((score + 10 * same, case))
    scored.sort(key=lambda pair: -pair[0])
    return [case for _score, case in scored[:ALIKE_MAX]]


def _held(text: str, case: LibraryCase) -> int:
    """Per cent of a text's bigrams that a case holds."""
    wanted = bigrams(text)
    held = plain(f"{case.title}{case.happened}")
    return 100 * sum(pair in held for pair in wanted) // len(wanted) if wanted else 0
