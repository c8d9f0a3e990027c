"""Amounts of money as people write them, in fen."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from anlan.domain.hazards.reading.dates import han_int

YUAN = 100
UNITS = {
    "元": YUAN,
    "万": 10_000 * YUAN,
    "千": 1_000 * YUAN,
    "百": 100 * YUAN,
    "亿": 100_000_000 * YUAN,
}
FUNDS_MAX = 10**15
#: A bare number from here up is taken for yuan.
BARE_YUAN_MIN = 1_000

_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)(亿|万|千|百)?元?")
_HAN_AMOUNT = re.compile(r"([一二三四五六七八九十两]{1,3})(亿|万|千|百)元?")
_NONE = re.compile(
    r"^(?:[-—–/\\*~]*|无|暂无|无需|不需要?|零|自筹|企业自筹|自有资金|已落实|待定|未定|/|none|不涉及)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Amount:
    fen: int | None
    problem: str = ""


def header_unit(header: str) -> int | None:
    """The unit that a header names in or behind its brackets: 资金（万元） → fen of 万元."""
    text = unicodedata.normalize("NFKC", header)
    if match := re.search(r"(亿|万|千|百)元", text):
        return UNITS[match[1]]
    return YUAN if re.search(r"[(\[/:]?元[)\]]?", text) else None


@lru_cache(maxsize=4_096)
def read(text: str, unit: int | None) -> Amount | None:
    """None for blank; otherwise fen, or the problem with it."""
    plain = (
        re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("¥", "").replace("￥", "")
    )
    plain = re.sub(r"^(?:约|大约|预计|计划|共计?|投入|需|自筹|企业自筹)", "", plain)
    if not plain or _NONE.match(plain):
        return None
    found = list(_AMOUNT.finditer(plain))
    if not found and (match := _HAN_AMOUNT.search(plain)):
        return Amount(han_int(match[1]) * UNITS[match[2]])
    if not found or len(plain) > 40:
        return Amount(None, "funds_unreadable")
    last = found[-1]
    is_range = len(found) == 2 and re.fullmatch(
        r"[-—–~至到]+", plain[found[0].end() : last.start()]
    )
    if len(found) > 1 and not is_range:
        return Amount(None, "funds_unreadable")
    try:
        number = Decimal(last[1].replace(",", ""))
    except InvalidOperation:
        return Amount(None, "funds_unreadable")
    if last[2]:
        scale = UNITS[last[2]]
    elif "元" in last[0]:
        scale = YUAN
    elif unit is not None:
        scale = unit
    elif number == 0 or number >= BARE_YUAN_MIN:
        scale = YUAN
    else:
        return Amount(None, "funds_unit_unknown")
    fen = int((number * scale).to_integral_value())
    if fen > FUNDS_MAX:
        return Amount(None, "funds_unreadable")
    return Amount(fen, "funds_range" if is_range else "")
