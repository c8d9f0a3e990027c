"""Texts: what is seen of them, one normal form for comparing, bigrams for searching, and what a
person has to write."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import Refusal

_NOT_WORD = re.compile(r"[\W_]+")

#: What nobody sees and what turns the text about it round: control characters, direction marks
#: that last (a name behind U+202E reads backwards with all that follows it), blanks of no width
#: (two names that look alike), halves of a character. Marks that join or part the letters of
#: Uyghur, Tibetan and Mongolian stay, as do tabs and line ends. A NUL is refused, see
#: ui/middleware.py.
_UNSEEN = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
#: Line ends by other names: Word's own, a new page, Unicode's two.
_LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"


def visible(text: str) -> str:
    """The text without the characters that are never seen: what a reader sees is what is kept.

    Each text that somebody types, pastes, sends or uploads in a table passes here; a document's
    own text doesn't, for it is kept as it came.
    """
    if not _UNSEEN.search(text):
        return text
    return _UNSEEN.sub(lambda found: "\n" if found[0] in _LINE_ENDS else "", text)


def visible_in(value: Any) -> Any:
    """A value of JSON with each of its texts as ``visible`` leaves it."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [visible_in(one) for one in value]
    if isinstance(value, dict):
        return {visible(key): visible_in(one) for key, one in value.items()}
    return value


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
    """A text that must be there, without blanks around it and without what isn't seen.

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
    text = visible(value).strip()
    if len(text) > chars_max:
        raise refusal(field=field, reason=_("Shorten it to %(n)s characters.") % {"n": chars_max})
    return text
