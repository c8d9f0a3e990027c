"""How a user id is written: one form, whatever keyboard it was typed on."""

from __future__ import annotations

import re
import unicodedata

ACCOUNT_NAME = re.compile(r"[\w.@+-]{2,60}")


def account_name(text: str) -> str:
    """NFKC and case-folded, so that Ｌｉ, LI and li are one account."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_account_name(text: str) -> bool:
    # Lower case is checked by the database too, and it knows ASCII's alone on SQLite.
    return bool(ACCOUNT_NAME.fullmatch(text)) and text == account_name(text) == text.lower()
