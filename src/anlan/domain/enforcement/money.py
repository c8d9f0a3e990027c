"""Amounts as people write and read them in yuan; they are kept in fen."""

from __future__ import annotations

import re
from decimal import Decimal

_YUAN = re.compile(r"\d{1,10}(\.\d{1,2})?")


def yuan(fen: int) -> str:
    """30000 → "300", 30050 → "300.50"."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


def fen_of(text: str) -> int | None:
    """Yuan with at most two digits behind the point; None where it is something else."""
    bare = text.replace(",", "").replace("，", "").removesuffix("元").strip()
    return int(Decimal(bare) * 100) if _YUAN.fullmatch(bare) else None
