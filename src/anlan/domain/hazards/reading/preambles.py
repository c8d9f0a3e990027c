"""What the lines above a table say of all its rows."""

from __future__ import annotations

import re
import unicodedata

from anlan.domain.hazards.reading import columns as cols

_PREAMBLE = frozenset(
    {
        "enterprise",
        "place",
        "area",
        "prefecture",
        "county",
        "township",
        "sector",
        "checking_unit",
        "checkers",
        "found_on",
        "credit_code",
        "supervising_unit",
        "source",
    }
)


def preamble_of(titles: tuple[str, ...]) -> dict[str, str]:
    """'受检单位：甲公司' above a table is said of all its rows; so is a label beside its value."""
    out: dict[str, str] = {}
    label = ""
    for title in titles:
        text = unicodedata.normalize("NFKC", title)
        named = cols.vocabulary(text) >= 0.6
        if label and ":" not in text and not named:
            out.setdefault(label, title.strip())
        label = ""
        if named and ":" not in text:
            # A label in a cell of its own; its value is the next cell's.
            label = next((c for c, _, _ in cols.by_name(text) if c in _PREAMBLE), "")
            continue
        found = list(re.finditer(r"([\u4e00-\u9fff()]{2,12})\s*:", text))
        for at, match in enumerate(found):
            end = found[at + 1].start() if at + 1 < len(found) else len(text)
            value = text[match.end() : end].strip(" \t\u3000,;_")
            codes = [code for code, score, _ in cols.by_name(match[1]) if code in _PREAMBLE]
            if not codes:
                continue
            if value and not re.fullmatch(r"[年月日\s_.\-/]*", value):
                out.setdefault(codes[0], value[:200])
            elif at + 1 == len(found) and not value:
                label = codes[0]
    return out
