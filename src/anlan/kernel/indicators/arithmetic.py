"""The arithmetic of figures: pure, exact, and honest about what isn't known.

Integers in, Decimal out, rounded half up (四舍五入) as printed statistics are. Missing is None and
stays None; a value over nothing is None; zero is zero. What a paper gives rounded, or as 余, 多 or
近, is an interval, and what follows from it is an interval too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import count
from math import ceil, floor

Number = int | Decimal | Fraction

#: Digits of a printed number; more would pretend to a precision that no count has.
DIGITS_MAX = 9
#: Below this the usual context of Decimal loses no digit.
_CONTEXT_MAX = 10**27
#: The largest base that is tried for a rate; 1/10^digits is reached long before.
PAIR_BASE_MAX = 100_000


def exact(value: Number) -> Fraction:
    return Fraction(value)


def _quotient(over: int, under: int, digits: int) -> Decimal:
    """``rounded`` of a fraction of integers, without making one: tables have thousands of them."""
    if under < 0:
        over, under = -over, -under
    whole = (2 * abs(over) * 10**digits + under) // (2 * under)
    if whole >= _CONTEXT_MAX:
        return rounded(Fraction(over, under), digits)
    return Decimal(whole if over >= 0 else -whole).scaleb(-digits)


def rounded(value: Number, digits: int) -> Decimal:
    """``value`` to ``digits`` decimals, half away from zero: 63.125 → 63.13, -26.35 → -26.4."""
    assert 0 <= digits <= DIGITS_MAX, digits
    scaled = exact(value) * 10**digits
    whole = floor(abs(scaled) + Fraction(1, 2))
    with localcontext() as context:
        context.prec = len(str(whole)) + DIGITS_MAX + 2
        return Decimal(whole if scaled >= 0 else -whole).scaleb(-digits)


# Sums and ratios


def total(values: Iterable[int | None]) -> int | None:
    """The sum, or None where a part is missing: a sum without a part is no total."""
    parts = list(values)
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def ratio(part: Number | None, whole: Number | None, digits: int = 2) -> Decimal | None:
    """``part`` for each one of ``whole``."""
    if part is None or not whole:
        return None
    if isinstance(part, int) and isinstance(whole, int):
        return _quotient(part, whole, digits)
    return rounded(exact(part) / exact(whole), digits)


def percent(part: Number | None, whole: Number | None, digits: int = 2) -> Decimal | None:
    if part is None or not whole:
        return None
    if isinstance(part, int) and isinstance(whole, int):
        return _quotient(100 * part, whole, digits)
    return rounded(100 * exact(part) / exact(whole), digits)


def mean(values: Sequence[Number | None], digits: int = 2) -> Decimal | None:
    """The mean of the values (三年均值), or None where one is missing or there are none."""
    average = _mean(values)
    return None if average is None else rounded(average, digits)


def _mean(values: Sequence[Number | None]) -> Fraction | None:
    known = [exact(value) for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return sum(known, Fraction(0)) / len(known)


# Changes


def change(now: Number | None, before: Number | None, digits: int = 1) -> Decimal | None:
    """By how many percent ``now`` is above ``before``: 同比, 环比, or against any base.

    None where either is missing, and where there was nothing before: from nothing, no percentage.
    """
    if now is None or not before:
        return None
    if isinstance(now, int) and isinstance(before, int):
        return _quotient(100 * (now - before), abs(before), digits)
    return rounded(100 * (exact(now) - exact(before)) / abs(exact(before)), digits)


def change_on_mean(
    now: Number | None, base: Sequence[Number | None], digits: int = 1
) -> Decimal | None:
    """Against the mean of several years (与前三年均值相比)."""
    return change(now, _mean(base), digits)


def compound(changes: Iterable[Decimal], digits: int = 1) -> Decimal:
    """What yearly changes in percent make together: -17.7, -11.2 and -28.3 are -47.6."""
    return rounded(100 * (compound_factor(changes) - 1), digits)


def compound_factor(changes: Iterable[Decimal]) -> Fraction:
    factor = Fraction(1)
    for step in changes:
        factor *= 1 + exact(step) / 100
    return factor


def streak(holds: Sequence[bool | None]) -> int:
    """How many of the latest entries in a row hold; a missing one ends the row."""
    length = 0
    for entry in reversed(holds):
        if entry is not True:
            break
        length += 1
    return length


def falls(
    series: Sequence[int | None],
    step: int = 12,
    *,
    below: Callable[[int, int], bool] = lambda now, before: now < before,
) -> list[bool | None]:
    """For each entry from ``step`` on: is it below the one ``step`` before it? None if unknown.

    Of a monthly series with the usual ``step`` that is 同比下降. Forty-nine months in a row need
    sixty-one months of data.
    """
    return [
        None if now is None or before is None else below(now, before)
        for before, now in zip(series, series[step:], strict=False)
    ]


def double_fall_streak(*series: Sequence[int | None], step: int = 12) -> int:
    """Months in a row in which every series fell year on year (起数、死亡人数“双下降”)."""
    each = [falls(one, step) for one in series]
    joined = [
        False if False in entry else None if None in entry else True
        for entry in zip(*each, strict=True)
    ]
    return streak(joined)


# What stands out


def median(values: Sequence[Number]) -> Fraction:
    """The middle one, or half way between the two in the middle."""
    assert values
    row = sorted(map(exact, values))
    middle = len(row) // 2
    return row[middle] if len(row) % 2 else (row[middle - 1] + row[middle]) / 2


def modified_z(values: Sequence[Number | None], digits: int = 2) -> list[Decimal | None]:
    """How far each value lies from the median, in units that one wild value doesn't stretch.

    0.6745 × (value - median) / median of the distances; where more than half of the values are
    alike that median is zero, and 1.253314 × the mean distance stands for it. None where a value
    is missing, and for all where nothing differs.

    Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers (ASQC, 1993).
    """
    known = [exact(value) for value in values if value is not None]
    if not known:
        return [None for _value in values]
    middle = median(known)
    distances = [abs(value - middle) for value in known]
    scale = median(distances) / Fraction(6745, 10_000)
    if not scale:
        scale = Fraction(1_253_314, 1_000_000) * sum(distances, Fraction(0)) / len(distances)
    if not scale:
        return [None for _value in values]
    return [
        None if value is None else rounded((exact(value) - middle) / scale, digits)
        for value in values
    ]


# Intervals


@dataclass(frozen=True)
class Interval:
    """What is known of a number: at least ``low``, at most ``high``; None is "not known"."""

    low: Fraction | None
    high: Fraction | None

    def __post_init__(self) -> None:
        assert self.low is None or self.high is None or self.low <= self.high, self

    @classmethod
    def of(cls, low: Number | None, high: Number | None) -> Interval:
        return cls(None if low is None else exact(low), None if high is None else exact(high))

    def __contains__(self, value: Number) -> bool:
        number = exact(value)
        return (self.low is None or self.low <= number) and (
            self.high is None or number <= self.high
        )

    def __add__(self, other: Interval) -> Interval:
        return Interval(_plus(self.low, other.low), _plus(self.high, other.high))

    def __sub__(self, other: Interval) -> Interval:
        return Interval(_minus(self.low, other.high), _minus(self.high, other.low))

    def __mul__(self, other: Interval) -> Interval:
        """Both at least zero: counts, rates."""
        assert self.low is not None, self
        assert other.low is not None, other
        assert min(self.low, other.low) >= 0, (self, other)
        high = None if self.high is None or other.high is None else self.high * other.high
        return Interval(self.low * other.low, high)

    def __truediv__(self, other: Interval) -> Interval:
        """Of counts: both at least zero, and something to divide by."""
        assert self.low is not None, self
        assert other.low is not None, other
        assert self.low >= 0, self
        assert other.low > 0, other
        low = None if other.high is None else self.low / other.high
        high = None if self.high is None else self.high / other.low
        return Interval(low if low is not None else Fraction(0), high)

    def to(self, digits: int) -> tuple[Decimal | None, Decimal | None]:
        """Its ends as they are printed."""
        return (
            None if self.low is None else rounded(self.low, digits),
            None if self.high is None else rounded(self.high, digits),
        )

    def integers(self) -> tuple[int | None, int | None]:
        """The least and the greatest integer inside."""
        return (
            None if self.low is None else ceil(self.low),
            None if self.high is None else floor(self.high),
        )


def _plus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


def _minus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


def known(value: Number) -> Interval:
    return Interval(exact(value), exact(value))


def at_least(value: Number) -> Interval:
    """余, 多, 以上, 超: 160多 is at least 160."""
    return Interval(exact(value), None)


def at_most(value: Number) -> Interval:
    """近, 不到, 以下: of a count, so at least zero."""
    return Interval(Fraction(0), exact(value))


def as_printed(value: Number, unit: Number) -> Interval:
    """A number that was rounded to a unit: 3.84万 (a unit of 100) is 38,350 to 38,450."""
    half = exact(unit) / 2
    return Interval(exact(value) - half, exact(value) + half)


def rate_as_printed(rate: Decimal) -> Interval:
    """A percentage as a fraction, with what its rounding leaves open: 84.11 → 0.84105…0.84115."""
    return as_printed(exact(rate) / 100, exact(_unit(rate)) / 100)


def _unit(printed: Decimal) -> Decimal:
    exponent = printed.as_tuple().exponent
    assert isinstance(exponent, int), printed
    return Decimal(1).scaleb(exponent)


# Back from a printed rate


@dataclass(frozen=True)
class Integers:
    """Every integer from ``first`` to ``last``; empty where ``first`` is greater."""

    first: int
    last: int

    def __contains__(self, value: int) -> bool:
        return self.first <= value <= self.last

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


def wholes_of(part: int, rate: Decimal) -> Integers:
    """The wholes of which ``part`` is the printed ``rate`` percent.

    The digits of the rate count: 93.7 leaves more open than 93.70.
    """
    assert part > 0, part
    assert rate > 0, rate
    guess = 100 * exact(part) / exact(rate)
    return _around(lambda whole: percent(part, whole, _digits(rate)), rate, guess)


def bases_of(now: int, printed_change: Decimal) -> Integers:
    """The values before from which ``now`` is the printed change in percent (-26.4: a fall).

    1,087 after a fall by 26.4 % came from 1,476 or 1,477.
    """
    assert now > 0, now
    assert printed_change > -100, printed_change
    guess = exact(now) / (1 + exact(printed_change) / 100)
    digits = _digits(printed_change)
    return _around(lambda base: change(now, base, digits), printed_change, guess)


def parts_of(whole: int, rate: Decimal) -> Integers:
    """The parts of ``whole`` that are printed as ``rate`` percent."""
    assert whole > 0, whole
    assert rate >= 0, rate
    guess = exact(whole) * exact(rate) / 100
    return _around(lambda part: percent(part, whole, _digits(rate)), rate, guess)


def _digits(printed: Decimal) -> int:
    exponent = printed.as_tuple().exponent
    assert isinstance(exponent, int), printed
    return max(0, -exponent)


def _around(printed: Callable[[int], Decimal | None], wanted: Decimal, guess: Fraction) -> Integers:
    """The integers around ``guess`` that are printed as wanted: monotone, so by doubling steps."""
    centre = max(1, round(guess))
    if printed(centre) != wanted:
        beside = [n for n in (floor(guess), ceil(guess)) if n > 0 and printed(n) == wanted]
        if not beside:
            return Integers(1, 0)
        centre = beside[0]
    return Integers(_edge(printed, wanted, centre, -1), _edge(printed, wanted, centre, 1))


def _edge(
    printed: Callable[[int], Decimal | None], wanted: Decimal, start: int, towards: int
) -> int:
    """The furthest integer in one direction that is still printed as wanted."""
    step = 1
    while start + towards * step > 0 and printed(start + towards * step) == wanted:
        start += towards * step
        step *= 2
    while step > 1:
        step //= 2
        if start + towards * step > 0 and printed(start + towards * step) == wanted:
            start += towards * step
    return start


def fall_pairs(rate: Decimal, most: int) -> list[tuple[int, int]]:
    """The smallest pairs (before, after) whose fall is printed as ``rate`` percent.

    87.5 gives 8→1, 16→2, 24→3: a small count that is told as a rate can be told again.
    """
    found: list[tuple[int, int]] = []
    digits = _digits(rate)
    for before in count(1):
        if len(found) >= most or before > PAIR_BASE_MAX:
            return found
        guess = before * (1 - exact(rate) / 100)
        for after in {floor(guess), ceil(guess)}:
            if 0 <= after <= before and percent(before - after, before, digits) == rate:
                found.append((before, after))
                break
    raise AssertionError  # count() has no end


def times_needed(days: int, every: int) -> int:
    """Visits in ``days`` days if each gap is at most ``every`` days (at least once in ten days)."""
    assert days >= 0, days
    assert every >= 1, every
    return -(-days // every)
