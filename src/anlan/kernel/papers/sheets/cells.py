"""Cells as their reader sees them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from anlan.base.text import visible
from anlan.kernel.papers.sheets.book import Row, Value
from anlan.kernel.papers.sheets.neutral import neutralised

Cells = list[tuple[int, Value]]

SPACES = re.compile(r"\s+")


def text_of(value: Value) -> str:
    """A cell as its reader sees it: 1.0 is 1, a day is 2024-06-25."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = visible(value)
        return neutralised(value) if value[:1] == "'" else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def squeeze(text: str) -> str:
    """NFKC without any white space: '合　 计' is 合计, '（１）' is (1)."""
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).replace("\u200b", "")


def own_cells(row: Row) -> Cells:
    """Cells that hold something of their own, not a merged range's repetition."""
    filled = row.filled
    if not filled:
        return [(i, v) for i, v in enumerate(row.values) if v is not None]
    return [(i, v) for i, v in enumerate(row.values) if v is not None and i not in filled]
