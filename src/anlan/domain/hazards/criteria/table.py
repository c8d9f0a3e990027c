"""The criteria as packaged: clauses with keywords, the days on which they hold, and their marks."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

DATA = files("anlan.domain.hazards.criteria") / "data"


class Basis(StrEnum):
    """How much of the standard this row holds, so how it may be shown."""

    #: The clause's condition in our words.
    CLAUSE = "clause"
    #: A heading of the standard; the conditions stand in other clauses.
    CATEGORY = "category"
    #: Only the subject is known; the condition must be read in the standard itself.
    TOPIC = "topic"


_BASES = {"category": Basis.CATEGORY, "topic_only": Basis.TOPIC, "detail_not_seen": Basis.TOPIC}
#: Whether the old list still holds beside its successor wasn't found out.
_DOUBTFUL_SINCE = {"check_overlap_with_AQ3067": date(2026, 9, 30)}


@dataclass(frozen=True)
class Clause:
    """One row of a standard. ``sector`` is one of our sector codes."""

    index: int
    standard: str
    clause: str
    sector: str
    part: str
    text: str
    keywords: tuple[str, ...]
    #: A seen in a source, B from knowledge, C uncertain (standards/README.md).
    confidence: str
    source: str
    basis: Basis
    effective_from: date | None
    effective_to: date | None
    doubtful_since: date | None

    def holds_on(self, day: date) -> bool:
        """A clause whose first day isn't known holds until somebody finds that day out."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )


@cache
def clauses() -> Sequence[Clause]:
    with (DATA / "criteria.csv").open(encoding="utf-8") as file:
        return tuple(_clause(index, row) for index, row in enumerate(csv.DictReader(file)))


def _clause(index: int, row: dict[str, str]) -> Clause:
    return Clause(
        index=index,
        standard=row["standard"],
        clause=row["clause"],
        sector=row["sector"],
        part=row["part"],
        text=row["text"],
        keywords=tuple(word for word in row["keywords"].split(";") if len(word) > 1),
        confidence=row["confidence"],
        source=row["source"],
        basis=_BASES.get(row["status"], Basis.CLAUSE),
        effective_from=_day(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        doubtful_since=_DOUBTFUL_SINCE.get(row["status"]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def words_of(kind: str) -> frozenset[str]:
    """``common``: they say little by themselves. ``telling``: they may stand alone."""
    with (DATA / f"{kind}_words.txt").open(encoding="utf-8") as file:
        return frozenset(line.strip() for line in file if line.strip())


@cache
def synonyms() -> tuple[tuple[str, str], ...]:
    """(as inspectors write it, as the criteria write it)."""
    with (DATA / "synonyms.csv").open(encoding="utf-8") as file:
        return tuple((row["written"], row["keyword"]) for row in csv.DictReader(file))
