"""Texts: one normal form for comparing, bigrams for searching, and what a person has to write."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import Refusal

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


def stated(
    value: str, field: str, reason: Any, chars_max: int = TEXT_CHARS_MAX, *, refusal: type[Refusal]
) -> str:
    """A text that must be there, without blanks around it.

    Raises ``refusal`` with ``field`` and ``reason`` where it is empty, as ``short`` does where it
    is too long: what somebody wrote is never cut.
    """
    text = short(value, field, chars_max, refusal=refusal)
    if not text:
        raise refusal(field=field, reason=reason)
    return text


def short(
    value: str, field: str, chars_max: int = TEXT_CHARS_MAX, *, refusal: type[Refusal]
) -> str:
    """A text that may be empty, without blanks around it; raises ``refusal`` where it is long."""
    text = value.strip()
    if len(text) > chars_max:
        raise refusal(field=field, reason=_("Shorten it to %(n)s characters.") % {"n": chars_max})
    return text
