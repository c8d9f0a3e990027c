"""Words of ours in what is stored: they follow the installation or the reader, never the writer.

Whoever acts reads Chinese or English; what they leave is read by everybody, for years. So ``_()``
says what a page shows or a refusal tells, and never goes into a row. The rule for what does:

* What has a code is kept as its code (``kind``, not ``Kind(kind).label``), and whoever shows it
  words it: a history by its ``codes`` (kernel/loop/timeline.py), a notice by those of its
  declaration (kernel/notices/kinds.py).
* A sentence of ours where else a person writes, such as the reason of a step, is a ``sentence``:
  ``kept()`` is it in the installation's language, so that a file, a search and another program
  read it, and ``shown()`` puts it into the language of whoever reads the page.
* A text that people work on from then on (the title of a plan that a command draws up, a remark)
  is written within ``house_language()``. The papers of an office are Chinese in any house:
  domain/bulletins/language.py.
* What is wrong with thousands of rows of a file (few such texts have a code) may be kept in every
  language: ``by_language`` and ``read``.

tests/architecture/test_stored_words.py refuses the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

_PLACE = re.compile(r"%\((\w+)\)s")
#: What may stand in a place: a case's number, a count, a day. No prose, or what a person wrote
#: could look like a sentence of ours.
_VALUE = "[0-9A-Za-z][0-9A-Za-z./-]*"


def house_language() -> translation.override:
    """The installation's language, whoever acts: for a text that is going to be stored."""
    return translation.override(settings.LANGUAGE_CODE)


def by_language(text: object) -> dict[str, str]:
    """A lazy text, or a refusal, in each of our languages: for a JSON column."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = str(text)
    return found


def read(texts: Mapping[str, str]) -> str:
    """The reader's of what ``by_language`` kept."""
    mine = texts.get(translation.get_language() or "")
    return mine or texts.get(settings.LANGUAGE_CODE, "")


@dataclass(frozen=True)
class Sentence:
    """Made by ``sentence``. Its places are named, and each stands in it once: ``%(number)s``."""

    text: Promise

    def kept(self, **values: object) -> str:
        """As it goes into a row."""
        assert all(re.fullmatch(_VALUE, str(value)) for value in values.values()), values
        with house_language():
            return str(self.text) % values

    def pattern(self) -> re.Pattern[str]:
        """What it looks like in the language that is active now, whatever stands in its places."""
        parts = _PLACE.split(str(self.text))
        found = [
            f"(?P<{part}>{_VALUE})" if n % 2 else re.escape(part) for n, part in enumerate(parts)
        ]
        return re.compile("".join(found))


_SENTENCES: list[Sentence] = []


def sentence(text: Any) -> Sentence:
    """Declare a sentence that commands store. ``text`` is lazily translated."""
    assert isinstance(text, Promise), "declared with gettext_lazy"
    _SENTENCES.append(Sentence(text))
    _patterns.cache_clear()
    return _SENTENCES[-1]


def shown(text: str) -> str:
    """A stored text for whoever reads it now: a sentence of ours in their language, what a person
    wrote as it was written.

    It is known by its words, in any of our languages: so a row reads well that was written before
    the rule, in the language of whoever acted. One whose translation was mended since stays as it
    was kept.
    """
    if not text:
        return text
    exact, open_ones = _patterns()
    if (found := exact.get(text)) is not None:
        return str(found.text)
    for pattern, each in open_ones:
        if match := pattern.fullmatch(text):
            return str(each.text) % match.groupdict()
    return text


@cache
def _patterns() -> tuple[dict[str, Sentence], list[tuple[re.Pattern[str], Sentence]]]:
    """Sentences by their words in every language, and those with places by what they look like."""
    exact: dict[str, Sentence] = {}
    open_ones = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for each in _SENTENCES:
                if _PLACE.search(str(each.text)):
                    open_ones.append((each.pattern(), each))
                else:
                    exact[str(each.text)] = each
    return exact, open_ones
