"""Pinyin of place names, as people type it to find them."""

from __future__ import annotations

from functools import lru_cache


def of_name(name: str) -> tuple[str, str]:
    """Initials and full pinyin, lower case: 五华区 → ("whq", "wuhuaqu")."""
    syllables = _syllables(name)
    return "".join(s[0] for s in syllables if s), "".join(syllables)


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    # A dictionary of several megabytes, which most processes never need.
    from pypinyin import lazy_pinyin

    return tuple(s.lower() for s in lazy_pinyin(name, errors="ignore"))
