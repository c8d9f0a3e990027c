"""Chinese search without an extension: sequences of bigrams, in the database's own text index.

SQLite keeps them in an FTS5 table, PostgreSQL in a tsvector. A phrase of neighbouring bigrams is
the text itself, so a search for 安全生产 finds just what contains it, punctuation aside. The raw
SQL of this app stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add
from uuid import UUID

from django.db import connection
from django.db.models import Q

from anlan.base.lookups import Ids
from anlan.base.memory import Memory
from anlan.base.text import plain
from anlan.domain.hazards.models import Hazard, HazardQuerySet

#: With more hits than this a text is common: then scanning in list order finds a page sooner.
RARE_HITS_MAX = 3_000
#: Words of one search, and characters of one word.
WORDS_MAX = 5
WORD_CHARS_MAX = 40
#: A token between fields, so that no phrase runs from one into the next.
APART = "zzapartzz"


def _sequence(text: str) -> list[str]:
    """Each pair of neighbouring characters, in order and with repeats."""
    folded = plain(text)
    return list(map(add, folded, folded[1:])) or ([folded] if folded else [])


#: A hazard's own columns that are searched; its enterprise's name is, too.
SEARCHED = ("description", "place", "object_name", "responsible_unit")


def _words(hazard: Hazard, enterprise: str) -> str:
    """One text per field, kept apart by a token that no search contains."""
    texts = [*(getattr(hazard, name) for name in SEARCHED), enterprise]
    return f" {APART} ".join(" ".join(_sequence(text)) for text in texts if text)


def index(rows: Iterable[tuple[Hazard, str]]) -> None:
    """Put hazards, each with its enterprise's name, into the index; replaces what was there."""
    entries = [(hazard.pk, _words(hazard, name)) for hazard, name in rows]
    if not entries:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO hazards_search (case_id, words)"
                " SELECT e.id, to_tsvector('simple', e.words)"
                " FROM unnest(%s::uuid[], %s::text[]) AS e(id, words)"
                " ON CONFLICT (case_id) DO UPDATE SET words = excluded.words",
                [[pk for pk, _text in entries], [text for _pk, text in entries]],
            )
            return
        cursor.executemany(
            "INSERT INTO hazards_searchkey (case_id) VALUES (%s) ON CONFLICT DO NOTHING",
            [(pk.hex,) for pk, _text in entries],
        )
        cursor.executemany(
            "INSERT OR REPLACE INTO hazards_search (rowid, words) VALUES"
            " ((SELECT id FROM hazards_searchkey WHERE case_id = %s), %s)",
            [(pk.hex, text) for pk, text in entries],
        )


def find(hazards: HazardQuerySet, text: str) -> HazardQuerySet:
    """Those of ``hazards`` that contain every word of ``text``."""
    return hazards.filter(*conditions(text))


def conditions(text: str) -> list[Q]:
    """What each word asks: to be among its hits, or where those are many, to hold it."""
    asked = []
    for word in text.split()[:WORDS_MAX]:
        folded = plain(word)[:WORD_CHARS_MAX]
        if not folded:
            continue
        found = hits(folded) if len(folded) > 1 and not _is_common(folded) else None
        if found is None:
            asked.append(_holds(word[:WORD_CHARS_MAX]))
        else:
            asked.append(Q(pk__any_of=Ids(found)))
    return asked


def _holds(word: str) -> Q:
    """Of a word without capitals PostgreSQL knows how many rows hold it; of UPPER it doesn't."""
    lookup = "contains" if word.upper() == word.lower() else "icontains"
    return Q(**{f"description__{lookup}": word})


def is_narrow(condition: Q) -> bool:
    """Whether a word's hits were few enough to be named."""
    return "pk__any_of" in dict(condition.children)  # type: ignore[arg-type]  # pairs, made above


def hits(folded: str) -> Sequence[UUID] | None:
    """Cases that contain the text; None where there are too many to name."""
    phrase = " ".join(_sequence(folded))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT case_id FROM hazards_search"
                " WHERE words @@ phraseto_tsquery('simple', %s) LIMIT %s",
                [phrase, RARE_HITS_MAX + 1],
            )
        else:
            cursor.execute(
                "SELECT k.case_id FROM hazards_search s JOIN hazards_searchkey k ON k.id = s.rowid"
                " WHERE s.words MATCH %s LIMIT %s",
                ['"' + phrase.replace('"', "") + '"', RARE_HITS_MAX + 1],
            )
        found = [row[0] if isinstance(row[0], UUID) else UUID(row[0]) for row in cursor.fetchall()]
    if len(found) > RARE_HITS_MAX:
        _common.put((connection.settings_dict["NAME"], folded), True, COMMON_SECONDS)
        return None
    return found


def _is_common(folded: str) -> bool:
    return _common.get((connection.settings_dict["NAME"], folded)) is not None


#: For how long a text counts as common: to find out takes as long as reading the page does.
COMMON_SECONDS, COMMON_KEPT_MAX = 900, 5_000
_common: Memory[bool] = Memory(COMMON_KEPT_MAX)
