"""Texts that a spreadsheet would take for formulas, made inert and back (S53)."""

from __future__ import annotations

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def neutral(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run.

    Reading takes the apostrophe off again (``neutralised``).
    """
    return f"'{text}" if text.startswith(_RISKY) else text


def neutralised(text: str) -> str:
    """Undo ``neutral``."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_RISKY) else text
