"""Chinese words in Simplified and in Traditional script: offices and searchers write either."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

#: Words that one search looks for, and characters of one; the rest is ignored.
WORDS_MAX, WORD_CHARS_MAX = 5, 40


@cache
def converter(name: str) -> Any:
    """One of OpenCC's: t2s, tw2s, s2t, s2tw."""
    # Loaded when it is first needed: its tables take a while.
    import opencc

    return opencc.OpenCC(name)


def simplified(line: str) -> str:
    """Simplified, of the same length: phrases first, characters where a phrase changed length."""
    made: str = converter("tw2s").convert(line)
    if len(made) == len(line):
        return made
    letters = [converter("t2s").convert(char) for char in line]
    return "".join(new if len(new) == 1 else old for new, old in zip(letters, line, strict=True))


@lru_cache(maxsize=1 << 10)
def spellings(word: str) -> tuple[str, ...]:
    """A word as somebody may have written it: as it is, simplified, and traditional twice."""
    if word.isascii():
        return (word,)
    plain = simplified(word)
    written = [converter(name).convert(plain) for name in ("s2t", "s2tw")]
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
