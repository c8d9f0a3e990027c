"""Numerals: Arabic and Chinese, with 万 and 亿 applied."""

from __future__ import annotations

import re
from decimal import Decimal

from .model import Value

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
          "七": 7, "八": 8, "九": 9, "双": 2}  # fmt: skip
TENS = {"十": 10, "百": 100, "千": 1000}
SCALES = {"万": 10**4, "亿": 10**8, "万亿": 10**12, "百万": 10**6, "千万": 10**7, "百": 100,
          "千": 1000, "十": 10, "十万": 10**5, "百亿": 10**10, "千亿": 10**11, "": 1}  # fmt: skip

ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
HAN = r"[〇零一二三四五六七八九十百千万亿两]+(?:点[〇零一二三四五六七八九]+(?:万亿|[万亿])?)?"
SCALE = r"万亿|百万|千万|十万|百亿|千亿|万|亿|百(?!分)|千(?![米克瓦伏卡])"


def arabic(digits: str, scale: str = "") -> Value:
    """The value of an Arabic numeral; whole where it can be."""
    return plain(Decimal(digits.replace(",", "")) * SCALES[scale])


def han(text: str) -> Value:
    """The value of a Chinese numeral; a row of digits (二〇二四) is read digit by digit.

    Raises ValueError for what isn't one.
    """
    whole, _, rest = text.partition("点")
    value = Decimal(_whole(whole))
    if rest:
        digits = rest.rstrip("万亿")
        value += Decimal("0." + "".join(str(DIGITS[digit]) for digit in digits))
        value *= SCALES[rest[len(digits) :]]
    return plain(value)


def either(text: str) -> Value:
    """The value of a numeral in digits or in Chinese."""
    return arabic(text) if text.isdigit() else han(text)


def _whole(text: str) -> int:
    if not text:
        raise ValueError("An empty numeral has no value.")
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    for name in ("亿", "万"):
        if name in text:
            high, _, low = text.partition(name)
            return (_whole(high) if high else 1) * SCALES[name] + (_whole(low) if low else 0)
    total, digit = 0, 0
    for char in text:
        if char in TENS:
            total += (digit or 1) * TENS[char]
            digit = 0
        elif char in DIGITS:
            digit = DIGITS[char]
        else:
            raise ValueError(f"{char} is no numeral.")
    return total + digit


def plain(value: Decimal) -> Value:
    return int(value) if value == value.to_integral_value() else value.normalize()


def is_han(text: str) -> bool:
    return re.fullmatch(HAN, text) is not None
