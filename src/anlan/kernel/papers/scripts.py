"""Chinese words in Simplified and in Traditional script: whoever searches writes either."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

#: Words that one search looks for, and characters of one; the rest is ignored.
WORDS_MAX, WORD_CHARS_MAX = 5, 40


@cache
def _converters() -> tuple[Any, ...]:
    # Loaded with the first search: its tables take a while.
    import opencc

    return tuple(opencc.OpenCC(name) for name in ("t2s", "s2t", "s2tw"))


@lru_cache(maxsize=1 << 10)
def spellings(word: str) -> tuple[str, ...]:
    """A word as somebody may have written it: as it is, simplified, and traditional twice."""
    if word.isascii():
        return (word,)
    to_simple, *to_traditional = _converters()
    plain = to_simple.convert(word)
    written = [one.convert(plain) for one in to_traditional]
    return tuple(dict.fromkeys([word, plain, *written]))


def words_of(text: object) -> list[str]:
    words = str(text or "").replace("\0", "").split()
    return [word[:WORD_CHARS_MAX] for word in words[:WORDS_MAX]]


def holding(text: object, *columns: str) -> Q:
    """Rows that hold each word of a search in one of ``columns``, in either script."""
    wanted = [
        reduce(or_, (Q(**{f"{column}__icontains": one}) for column in columns
                     for one in spellings(word)))
        for word in words_of(text)
    ]  # fmt: skip
    return reduce(and_, wanted, Q())
