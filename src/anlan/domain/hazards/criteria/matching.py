"""Finding the clauses that a description may fall under, by keyword.

Precision matters more than recall: a wrong suggestion on every second hazard would be clicked
away unread. So one common word is never enough, and a clause of another sector isn't offered.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from django.utils.translation import gettext as _

from anlan.domain.hazards.criteria.table import (
    Basis,
    Clause,
    clauses,
    synonyms,
    words_of,
)

#: Candidates of one description; more would not be read.
LIMIT = 5
#: Characters of a description that are looked at.
TEXT_CHARS_MAX = 2_000

_SPECIFIC = 1.0
_COMMON = 0.4
#: One specific and one common word, or two specific ones.
_SCORE_MIN = _SPECIFIC + _COMMON
_OWN_SECTOR = 0.5

#: Standards that apply wherever their subject is met: special equipment, fire, gas.
_EVERYWHERE = frozenset({"special", "fire", "gas"})
#: Sectors whose hazards also fall under another sector's standard (construction sites, workshops).
_ALSO: Mapping[str, frozenset[str]] = {
    "trade": frozenset({"industry"}),
    "park": frozenset({"industry", "hazchem"}),
    "road": frozenset({"construction"}),
    "transport": frozenset({"construction"}),
    "water": frozenset({"construction"}),
    "power": frozenset({"construction"}),
    "agri": frozenset({"industry"}),
    "hazwaste": frozenset({"hazchem", "industry"}),
    "health": frozenset({"hazchem"}),
    "education": frozenset({"hazchem"}),
}
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Candidate:
    """A clause that a description may fall under. ``confirmed`` by nobody yet: a person decides."""

    standard: str
    clause: str
    #: The condition in our words, for ``basis`` CLAUSE; else the heading or subject alone.
    text: str
    score: float
    keywords: tuple[str, ...]
    #: Reliability of the packaged row: A, B or C.
    confidence: str
    basis: Basis
    #: Why this can't be read as the clause's condition; empty if it can.
    note: str
    sector: str
    source: str


def candidates(text: str, sector: str | None, on: date, limit: int = LIMIT) -> list[Candidate]:
    """The clauses in force on ``on`` that ``text`` may fall under, best first.

    sector: the hazard's primary sector code; None looks through all standards.
    """
    return [_shown(*hit, on) for hit in _ranked(text, sector, on, limit)]


def candidates_of_many(
    rows: Iterable[tuple[str, str | None, date]], limit: int = LIMIT
) -> list[list[Candidate]]:
    """``candidates`` for each (text, sector, day); equal rows are looked at once."""
    known: dict[tuple[str, str | None, date], list[Candidate]] = {}
    found = []
    for row in rows:
        if row not in known:
            known[row] = candidates(*row, limit)
        found.append(known[row])
    return found


def folded(text: str) -> str:
    """Full width made half, lower case, no spaces; punctuation and digits stay."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text[:TEXT_CHARS_MAX])).lower()


@dataclass(frozen=True)
class _Word:
    text: str
    #: The keyword as the table writes it (this word may be a synonym of it).
    keyword: str
    weight: float
    #: It names the breach itself, so that it may stand alone.
    telling: bool
    clauses: tuple[int, ...]


@cache
def _words() -> Mapping[str, Sequence[_Word]]:
    """Every keyword and synonym, folded, under its first two characters."""
    where: dict[str, list[int]] = defaultdict(list)
    for clause in clauses():
        for keyword in clause.keywords:
            where[keyword].append(clause.index)
    written: set[tuple[str, str]] = {(keyword, keyword) for keyword in where}
    written |= {(word, keyword) for word, keyword in synonyms() if keyword in where}
    buckets: dict[str, list[_Word]] = defaultdict(list)
    for word, keyword in sorted(written):
        text = folded(word)
        weight = _COMMON if keyword in words_of("common") else _SPECIFIC
        telling = keyword in words_of("telling")
        buckets[text[:2]].append(_Word(text, keyword, weight, telling, tuple(where[keyword])))
    return dict(buckets)


def _hits(text: str) -> dict[int, dict[str, _Word]]:
    """Clause → the keywords of it that occur in ``text``."""
    words = _words()
    found: dict[int, dict[str, _Word]] = {}
    for start in range(len(text) - 1):
        for word in words.get(text[start : start + 2], ()):
            if text.startswith(word.text, start):
                for index in word.clauses:
                    found.setdefault(index, {})[word.keyword] = word
    return found


def _ranked(
    text: str, sector: str | None, on: date, limit: int
) -> list[tuple[Clause, float, tuple[str, ...]]]:
    if limit <= 0 or not text:
        return []
    table = clauses()
    allowed = _allowed(sector)
    valid = _in_force(on)
    found = []
    for index, words in _hits(folded(text)).items():
        clause = table[index]
        if index not in valid or (allowed is not None and clause.sector not in allowed):
            continue
        score = _score(clause, words)
        if score is None:
            continue
        if clause.sector == sector:
            score += _OWN_SECTOR
        found.append((clause, round(score, 2), tuple(sorted(words))))
    # A condition is worth more than a heading, and a heading more than a mere subject.
    found.sort(key=lambda hit: (_ORDER[hit[0].basis], -hit[1], hit[0].index))
    return found[:limit]


_ORDER = {Basis.CLAUSE: 0, Basis.CATEGORY: 1, Basis.TOPIC: 2}


def _score(clause: Clause, words: Mapping[str, _Word]) -> float | None:
    """None where the words that were met say too little."""
    # A word inside another ("可燃气体" in "可燃气体报警") is no second sign.
    apart = [
        word
        for word in words.values()
        if not any(word.text != other.text and word.text in other.text for other in words.values())
    ]
    score = sum(word.weight for word in apart)
    if len(apart) >= 2 and (score >= _SCORE_MIN or len(words) == len(clause.keywords)):
        return score
    if len(apart) == 1 and apart[0].telling:
        return score
    return None


@cache
def _allowed(sector: str | None) -> frozenset[str] | None:
    if sector is None:
        return None
    return _EVERYWHERE | {sector} | _ALSO.get(sector, frozenset())


@lru_cache(maxsize=2_000)
def _in_force(on: date) -> frozenset[int]:
    return frozenset(clause.index for clause in clauses() if clause.holds_on(on))


def _shown(clause: Clause, score: float, words: tuple[str, ...], on: date) -> Candidate:
    return Candidate(
        standard=clause.standard,
        clause=clause.clause,
        text=clause.text,
        score=score,
        keywords=words,
        confidence=clause.confidence,
        basis=clause.basis,
        note=_note(clause, on),
        sector=clause.sector,
        source=clause.source,
    )


def _note(clause: Clause, on: date) -> str:
    if clause.basis is Basis.CATEGORY:
        return _("This is a heading only; find the condition in the standard's other clauses.")
    if clause.basis is Basis.TOPIC:
        return _("Only the subject is known here; read the condition in the standard itself.")
    if clause.doubtful_since is not None and on >= clause.doubtful_since:
        return _("A newer standard may have replaced this clause; check which one applies.")
    if clause.effective_from is None:
        return _("The day this standard took effect isn't verified; check it before relying on it.")
    return ""
