"""Amounts that are told vaguely (S311) are bounds and never exact: 数十亿元, 50万元以上.

What is said stands beside its bounds; None is a bound that the words leave open. "数十" lies
between ten and a hundred: the widest that it can mean. "约" says nothing of how far off it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, Self

from django.utils.translation import gettext as _

_TIMES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_AT_LEAST = ("超过", "超", "逾", "不少于", "不低于", "至少", "≥", ">")
_AT_MOST = ("接近", "近", "不到", "不足", "不超过", "至多", "≤", "<")
_ABOUT = ("大约", "约", "大概")
_AFTER = {"以上": "low", "多": "low", "余": "low", "以下": "high", "以内": "high",
          "左右": "", "上下": ""}  # fmt: skip
_NUMBER = r"(?P<{0}>[0-9]+(?:\.[0-9]+)?|数)(?P<{0}_more>[余多])?(?P<{0}_times>[十百千万亿]*)"
_ONE = re.compile(rf"{_NUMBER.format('a')}(?P<more>[余多])?(?P<unit>[^0-9]*)")
_TWO = re.compile(
    rf"{_NUMBER.format('a')}(?P<a_unit>元)?(?:-|~|至|到|—|–){_NUMBER.format('b')}(?P<unit>[^0-9]*)"
)
VALUE_MAX, SAID_CHARS_MAX = 10**14, 40


@dataclass(frozen=True)
class Bounds:
    """Between which ends an amount lies, in its smallest unit; ``exact`` is what is known apart."""

    low: int | None
    high: int | None
    said: str = ""
    exact: int = 0

    @property
    def data(self) -> dict[str, Any]:
        """As an entry keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, value: Any) -> Self | None:
        """Of what an entry keeps; None where that is something else."""
        return cls(**value) if isinstance(value, Mapping) and "low" in value else None

    def scaled(self, times: int) -> Bounds:
        low, high = (None if one is None else one * times for one in (self.low, self.high))
        return Bounds(low, high, self.said, self.exact * times)


def total(parts: Iterable[tuple[Bounds, int]]) -> Bounds:
    """Of amounts that aren't below zero, added or (-1) taken away.

    Of one without a lower bound nothing is known but that; without an upper one the sum has none.
    """
    lows, highs, exact, open_low = Fraction(0), Fraction(0), 0, True
    low_open = high_open = False
    for one, sign in parts:
        exact += sign * one.exact
        least, most = one.low, one.high
        if sign > 0:
            open_low = open_low and least is None
            lows += least or 0
            high_open = high_open or most is None
            highs += most or 0
        else:
            open_low = False
            low_open = low_open or most is None
            lows -= most or 0
            highs -= least or 0
    return Bounds(
        None if open_low or low_open else int(lows), None if high_open else int(highs), "", exact
    )


def read(text: str, measure: str, digits: int) -> Bounds | None:
    """What somebody wrote as bounds in the smallest unit; None where it isn't an amount."""
    said = unicodedata.normalize("NFKC", text).strip()
    bare = re.sub(r"[,\s]", "", said)
    if len(said) > SAID_CHARS_MAX:
        return None
    known, bare = _words(bare)
    two = _TWO.fullmatch(bare)
    one = None if two else _ONE.fullmatch(bare)
    match = two or one
    if match is None or (two and known is not None):
        return None
    unit = match["unit"]
    ends: tuple[Fraction | None, Fraction | None]
    if two:
        # 20至30亿元: what the second is counted in is meant of the first as well.
        first = _value(two, "a", two["a_times"] or two["b_times"])
        ends = (first[0], _value(two, "b", two["b_times"])[1])
        scale = _scale(two["b_times"], unit, measure)
    else:
        assert one is not None
        low, high = _value(one, "a", one["a_times"])
        scale = _scale(one["a_times"], unit, measure)
        if one["a_more"] or one["more"]:
            known = "low"
        if one["a"] == "数":
            ends = (low, high)
        elif known is None:
            return None
        else:
            ends = (low if known == "low" else None, high if known == "high" else None)
    if scale is None:
        return None
    smallest = scale * 10**digits
    least, most = (None if each is None else each * smallest for each in ends)
    if max(least or 0, most or 0) > VALUE_MAX or (most is not None and (least or 0) > most):
        return None
    # Outward: bounds that are rounded must still hold.
    return Bounds(
        None if least is None else floor(least), None if most is None else ceil(most), said
    )


def _words(text: str) -> tuple[str | None, str]:
    """ "low", "high" or "" (open on both sides) by the words around; None where there are none."""
    for words, known in ((_AT_LEAST, "low"), (_ABOUT, ""), (_AT_MOST, "high")):
        for word in sorted(words, key=len, reverse=True):
            if text.startswith(word):
                return known, text.removeprefix(word)
    for word, known in _AFTER.items():
        if text.endswith(word):
            return known, text.removesuffix(word)
    return None, text


def _value(match: re.Match[str], name: str, times: str) -> tuple[Fraction, Fraction]:
    scale = Fraction(1)
    for one in times:
        scale *= _TIMES[one]
    if match[name] == "数":
        return scale, scale * 10
    value = Fraction(match[name]) * scale
    return value, value


def _scale(times: str, unit: str, measure: str) -> Fraction | None:
    """How many of the measure one of what was written is; None where its unit is another."""
    base = measure.lstrip("十百千万亿")
    if unit == measure and not (times and base != measure):
        return Fraction(1)
    if unit not in ("", base):
        return None
    if not unit and not times:
        return Fraction(1)
    each = Fraction(1)
    for one in measure[: len(measure) - len(base)]:
        each *= _TIMES[one]
    return 1 / each


def words(bounds: Bounds, digits: int) -> str:
    """≥ 20, 20–30, ≤ 30; what was said first, and what is exact apart."""

    def plain(value: int) -> str:
        return f"{Decimal(value).scaleb(-digits):,.{digits}f}"

    if bounds.low is not None and bounds.high is not None:
        span = f"{plain(bounds.low)}–{plain(bounds.high)}"
    elif bounds.low is not None:
        span = f"≥ {plain(bounds.low)}"
    elif bounds.high is not None:
        span = f"≤ {plain(bounds.high)}"
    else:
        span = _("no bounds")
    if bounds.said:
        return _("%(said)s (%(span)s)") % {"said": bounds.said, "span": span}
    return _("%(exact)s exact, apart from it %(span)s") % {
        "exact": plain(bounds.exact), "span": span,
    }  # fmt: skip
