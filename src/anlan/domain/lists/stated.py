"""Figures as documents state them: 305.2万项, 160余处. Each is kept as what it says, no more.

余, 多, 超 and 逾 say that the real figure is larger; one in 万 or 亿 is rounded to its last digit.
Both are lower bounds here, with the unit to which they are rounded.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Unreadable

SCALES = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000}
_FIGURE = re.compile(
    r"(?P<before>超过?|逾|突破|不少于|至少)?"
    r"(?P<number>\d{1,12}(?:,\d{3})*(?:\.\d{1,6})?)"
    r"(?P<more1>余|多)?(?P<scale>百万|百|千|万|亿)?(?P<more2>余|多)?"
    r"(?P<unit>[^\d\s,.]{0,8})"
)
VALUE_MAX = 10**15


@dataclass(frozen=True)
class Stated:
    """What a text says: ``value``, or at least that, rounded to ``rounding``."""

    value: int
    at_least: bool
    rounding: int
    unit: str = ""


def read(text: str) -> Stated:
    """Raises Unreadable for what is no single figure, or one that is only about right (近, 约)."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = _FIGURE.fullmatch(plain)
    if found is None:
        raise Unreadable(
            field=_("Figure"),
            reason=_("write one figure as the document states it, like 305.2万项 or 160余处"),
        )
    digits = found["number"].replace(",", "")
    scale = SCALES[found["scale"] or ""]
    value = Decimal(digits) * scale
    if value != value.to_integral_value() or value > VALUE_MAX:
        raise Unreadable(field=_("Figure"), reason=_("it must come to a whole number"))
    more = bool(found["before"] or found["more1"] or found["more2"])
    decimals = len(digits.partition(".")[2])
    rounding = max(1, scale // 10**decimals)
    if more and scale == 1:
        # 160余: the last digits that are nought were left out.
        rounding = _noughts(int(value))
    return Stated(int(value), more or rounding > 1, rounding, found["unit"])


def _noughts(value: int) -> int:
    unit = 1
    while value and value % (unit * 10) == 0:
        unit *= 10
    return unit
