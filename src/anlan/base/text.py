"""Chinese text: one normal form for comparing, and bigrams for searching."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """NFKC, lower case, without punctuation and spaces; digits and letters stay.

    Remembered, since an import folds a text for its identity and again for the search.
    """
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


def bigrams(text: str) -> list[str]:
    """Each pair of neighbouring characters, once, in order: '安全生产' → 安全 全生 生产.

    A text of one character gives itself.
    """
    folded = plain(text)
    if len(folded) < 2:
        return [folded] if folded else []
    return list(dict.fromkeys(folded[i : i + 2] for i in range(len(folded) - 1)))
