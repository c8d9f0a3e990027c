"""Reading the case library: search, and the cases that a hazard reminds of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.base.text import bigrams, plain
from anlan.domain.hazards.matching import likeness
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.models import LibraryCase
from anlan.kernel.accounts import policy
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region

#: Share of a hazard's bigrams that a case must hold to be offered; of one sector or kind less
#: will do.
ALIKE_PERCENT, ALIKE_IN_SECTOR_PERCENT = 34, 20
ALIKE_MAX, COMPARED_MAX = 3, 400
#: Filters over columns of tags.
TAGGED = {"sector": "sectors", "kind": "hazard_kinds", "tag": "tags"}


def visible(by: Actor) -> QuerySet[LibraryCase]:
    rows = policy.permitted(LibraryCase.objects.all(), "library.view", by)
    return rows.filter(withdrawn_at=None).select_related("area", "unit", "region")


def narrowed(rows: QuerySet[LibraryCase], asked: Any) -> QuerySet[LibraryCase]:
    """Cases as an address asks: each word somewhere, in either script, and its tags."""
    rows = rows.filter(scripts.holding(asked["q"], "title", "happened", "cause", "remedy"))
    for name, column in TAGGED.items():
        if value := asked[name]:
            rows = rows.filter(**{f"{column}__contains": f",{value},"})
    if industry := asked["industry"]:
        rows = rows.filter(industry=industry)
    if code := asked["region"]:
        region = Region.objects.filter(code=code).first()
        rows = rows.filter(below(region.path, "region__path")) if region else rows.none()
    return rows


def words_of(column: str) -> list[str]:
    """What stands between the commas of a column of tags."""
    return [word for word in column.split(",") if word]


def alike(hazard: Hazard, by: Actor) -> list[LibraryCase]:
    """The newest cases that share most with a hazard's text, the likest first."""
    sector, kind = hazard.case.sector_id, hazard.category
    scored = []
    for case in visible(by).order_by("-made_at", "-pk")[:COMPARED_MAX]:
        same = bool(sector) and f",{sector}," in case.sectors
        same = same or (bool(kind) and f",{kind}," in case.hazard_kinds)
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
