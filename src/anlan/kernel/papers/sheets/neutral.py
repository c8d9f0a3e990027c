"""Texts that a spreadsheet would take for formulas, made inert and back (S53)."""

from __future__ import annotations

import re

#: Of half and full width. Some programs drop blanks and invisible characters before they look.
_RISKY = re.compile(
    "[\\t\\r\\n]|[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
)


def neutral(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run.

    Reading takes the apostrophe off again (``neutralised``).
    """
    return f"'{text}" if _RISKY.match(text) else text


def neutralised(text: str) -> str:
    """Undo ``neutral``."""
    return text[1:] if text[:1] == "'" and _RISKY.match(text, 1) else text
