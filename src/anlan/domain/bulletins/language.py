"""The language of papers (kernel/papers/official/language.py), and whether it is the reader's."""

from __future__ import annotations

from django.utils import translation

from anlan.kernel.papers.official.language import CODE, of_papers

__all__ = ("CODE", "is_readers", "of_papers")


def is_readers() -> bool:
    """Whether the pages are read in the language that papers are written in."""
    return translation.get_language() == CODE
