"""Chinese search without an extension: sequences of bigrams, in the database's own text index.

SQLite keeps them in an FTS5 table, PostgreSQL in a tsvector. A phrase of neighbouring bigrams is
the text itself, so a search for 安全生产 finds just what contains it, punctuation aside.

    INDEX = TextIndex("hazards_search", "description")
    INDEX.put([(pk, [text, …])])
    rows.filter(*INDEX.conditions("化工厂 泄漏"))

An app makes its table with ``create`` in a migration; its keys are those of its cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from anlan.base.lookups import Ids
from anlan.base.memory import Memory
from anlan.base.text import plain

#: With more hits than this a text is common: then scanning in list order finds a page sooner.
RARE_HITS_MAX = 3_000
#: Words of one search, and characters of one word.
WORDS_MAX = 5
WORD_CHARS_MAX = 40
#: A token between fields, so that no phrase runs from one into the next.
APART = "zzapartzz"
#: For how long a text counts as common: to find out takes as long as reading the page does.
COMMON_SECONDS, COMMON_KEPT_MAX = 900, 5_000
_common: Memory[bool] = Memory(COMMON_KEPT_MAX)


def _sequence(text: str) -> list[str]:
    """Each pair of neighbouring characters, in order and with repeats."""
    folded = plain(text)
    return list(map(add, folded, folded[1:])) or ([folded] if folded else [])


def _words(texts: Iterable[str]) -> str:
    """One text per field, kept apart by a token that no search contains."""
    return f" {APART} ".join(" ".join(_sequence(text)) for text in texts if text)


def create(table: str, schema_editor: Any) -> None:
    """For a migration."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TABLE {table} (case_id uuid PRIMARY KEY, words tsvector NOT NULL)"
        )
        schema_editor.execute(f"CREATE INDEX {table}_words ON {table} USING gin (words)")
        return
    schema_editor.execute(
        f"CREATE TABLE {table}key (id INTEGER PRIMARY KEY, case_id char(32) NOT NULL UNIQUE)"
    )
    schema_editor.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize='unicode61')")


def drop(table: str, schema_editor: Any) -> None:
    schema_editor.execute(f"DROP TABLE {table}")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute(f"DROP TABLE {table}key")


class TextIndex:
    """The index of one kind of record.

    table:  its table; SQLite numbers the keys in another beside it.
    common: the records' columns that are looked through for a text which very many hold.
    """

    def __init__(self, table: str, *common: str) -> None:
        assert table.isidentifier()
        self._table, self._searched = table, common

    def put(self, entries: Iterable[tuple[UUID, Iterable[str]]]) -> None:
        """Put texts under their keys; replaces what was there."""
        rows = [(pk, _words(texts)) for pk, texts in entries]
        if not rows:
            return
        table = self._table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"INSERT INTO {table} (case_id, words)"  # noqa: S608  our own table's name
                    " SELECT e.id, to_tsvector('simple', e.words)"
                    " FROM unnest(%s::uuid[], %s::text[]) AS e(id, words)"
                    " ON CONFLICT (case_id) DO UPDATE SET words = excluded.words",
                    [[pk for pk, _text in rows], [text for _pk, text in rows]],
                )
                return
            cursor.executemany(
                f"INSERT INTO {table}key (case_id) VALUES (%s) ON CONFLICT DO NOTHING",  # noqa: S608
                [(pk.hex,) for pk, _text in rows],
            )
            cursor.executemany(
                f"INSERT OR REPLACE INTO {table} (rowid, words) VALUES"  # noqa: S608
                f" ((SELECT id FROM {table}key WHERE case_id = %s), %s)",
                [(pk.hex, text) for pk, text in rows],
            )

    def conditions(self, text: str) -> list[Q]:
        """What each word asks: to be among its hits, or where those are many, to hold it."""
        asked = []
        for word in text.split()[:WORDS_MAX]:
            folded = plain(word)[:WORD_CHARS_MAX]
            if not folded:
                continue
            found = None
            if len(folded) > 1 and not self._is_common(folded):
                found = self.hits(folded)
            if found is None:
                asked.append(self._holds(word[:WORD_CHARS_MAX]))
            else:
                asked.append(Q(pk__any_of=Ids(found)))
        return asked

    def _holds(self, word: str) -> Q:
        """Of a word without capitals PostgreSQL knows how many hold it; of UPPER it doesn't."""
        lookup = "contains" if word.upper() == word.lower() else "icontains"
        asked = [(f"{column}__{lookup}", word) for column in self._searched]
        return Q(*asked, _connector=Q.OR)

    def hits(self, folded: str) -> Sequence[UUID] | None:
        """Cases that contain the text; None where there are too many to name."""
        phrase, table = " ".join(_sequence(folded)), self._table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"SELECT case_id FROM {table}"  # noqa: S608
                    " WHERE words @@ phraseto_tsquery('simple', %s) LIMIT %s",
                    [phrase, RARE_HITS_MAX + 1],
                )
            else:
                cursor.execute(
                    f"SELECT k.case_id FROM {table} s JOIN {table}key k ON k.id = s.rowid"  # noqa: S608
                    " WHERE s.words MATCH %s LIMIT %s",
                    ['"' + phrase.replace('"', "") + '"', RARE_HITS_MAX + 1],
                )
            found = [
                row[0] if isinstance(row[0], UUID) else UUID(row[0]) for row in cursor.fetchall()
            ]
        if len(found) > RARE_HITS_MAX:
            _common.put(self._key(folded), True, COMMON_SECONDS)
            return None
        return found

    def _is_common(self, folded: str) -> bool:
        return _common.get(self._key(folded)) is not None

    def _key(self, folded: str) -> tuple[str, str, str]:
        return connection.settings_dict["NAME"], self._table, folded


def is_narrow(condition: Q) -> bool:
    """Whether a word's hits were few enough to be named."""
    return "pk__any_of" in dict(condition.children)  # type: ignore[arg-type]  # pairs, made above
