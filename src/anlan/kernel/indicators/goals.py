"""A goal held against what was counted: how much may still happen, and when it will be broken.

    room = pace(limit_of(CHANGE, DOWN, aim=Decimal(10), base=100), 45, year, today)
    room.left, room.percent, room.breaks_on        # 45 of 90, 50 %, the day at which it passes 90

Pure and exact: integers and fractions in, and days are counted, not seconds. Whatever asks for a
base figure and has none says so by None; nothing is taken for nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from anlan.kernel.calendar.periods import Period
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.arithmetic import Number


class Kind(StrEnum):
    """As plans state them; campaigns' goals and accidents' control targets share these codes."""

    CHANGE = "change"  # 较2019年下降10%
    VALUE = "value"  # 不超过500起
    TREND = "trend"  # 持续下降
    CURB = "curb"  # 坚决遏制


class Standing(StrEnum):
    """Of a limit in its period."""

    WITHIN = "within"
    #: Within so far, and passed before the period ends if it goes on as it did.
    AT_RISK = "at_risk"
    KEPT = "kept"
    BROKEN = "broken"
    NOT_BEGUN = "not_begun"
    NO_LIMIT = "no_limit"
    UNKNOWN = "unknown"


def allowed(base: Number, aim: Number, *, down: bool) -> Fraction:
    """What so many per cent less (or more) than ``base`` are."""
    sign = -1 if down else 1
    return arithmetic.exact(base) * (100 + sign * arithmetic.exact(aim)) / 100


def reached(
    kind: str, *, down: bool, aim: Number | None, value: Number, change: Number | None, whole: bool
) -> bool | None:
    """Whether a goal holds as things stand; None where nothing can be said yet.

    change:  in per cent against the base, of the same days.
    whole:   the days are over: what stays below a limit is sure then, what is above it at once.
    """
    if aim is None:
        return None
    if kind == Kind.CHANGE:
        if change is None:
            return None
        return change <= -aim if down else change >= aim
    if kind == Kind.VALUE:
        if not down:
            return value >= aim
        return value <= aim if whole or value > aim else None
    return None


def limit_of(
    kind: str,
    *,
    aim: Number | None = None,
    base: Number | None = None,
    before: Number | None = None,
) -> int | None:
    """The most that may be counted in a whole period; None where it isn't known.

    base:    of a change, what was counted in the whole base period: of nought is no percentage.
    before:  of a trend, what was counted in the whole period before: as many is no fall, but below
             nought nothing falls.
    """
    if kind == Kind.CHANGE:
        return None if not base or aim is None else floor(allowed(base, aim, down=True))
    if kind == Kind.VALUE:
        return None if aim is None else floor(arithmetic.exact(aim))
    if kind == Kind.TREND:
        return None if before is None else max(0, ceil(arithmetic.exact(before)) - 1)
    assert kind == Kind.CURB, kind
    return 0


@dataclass(frozen=True)
class Room:
    """What a limit leaves in its period."""

    standing: Standing
    limit: int | None = None
    used: int | None = None
    #: Negative: by how much it is passed.
    left: int | None = None
    #: How much of the limit is used up, and how much of the days; of a limit of nought, nothing.
    percent: Decimal | None = None
    days_percent: Decimal | None = None
    #: At the end of the period, if it goes on as it did.
    expected: int | None = None
    #: The day on which the limit is passed, if it goes on as it did; None: not in this period.
    breaks_on: date | None = None


def pace(limit: int | None, used: int | None, period: Period, today: date) -> Room:
    """A limit in a period of which the days up to ``today`` (included) are counted.

    The pace is that of all the days so far: k cases in d days are k × n / d in n days.
    """
    if today < period.start:
        return Room(Standing.NOT_BEGUN, limit)
    passed = min((today - period.start).days + 1, period.day_count)
    days = arithmetic.percent(passed, period.day_count, 1)
    over = today > period.end
    if used is None:
        return Room(Standing.UNKNOWN, limit, days_percent=days)
    expected = ceil(Fraction(used * period.day_count, passed))
    if limit is None:
        return Room(Standing.NO_LIMIT, None, used, days_percent=days, expected=expected)
    breaks_on = None
    if used > limit or over:
        standing = Standing.BROKEN if used > limit else Standing.KEPT
    else:
        breaks_on = _breaks_on(limit, used, period, passed)
        standing = Standing.WITHIN if breaks_on is None else Standing.AT_RISK
    share = arithmetic.percent(used, limit, 1) if limit > 0 else None
    return Room(standing, limit, used, limit - used, share, days, expected, breaks_on)


def _breaks_on(limit: int, used: int, period: Period, passed: int) -> date | None:
    """The first day by which more than the limit would have been counted."""
    if not used:
        return None
    # used × day / passed > limit
    day = limit * passed // used + 1
    return period.start + timedelta(days=day - 1) if day <= period.day_count else None


def falling(series: Sequence[tuple[Number | None, Number | None]]) -> bool | None:
    """持续下降: each value below the one it is held against; None where one isn't known.

    A single rise settles it, whatever else isn't known. Nought after nought is neither.
    """
    held = [None if now is None or then is None or not (now or then) else now < then
            for now, then in series]  # fmt: skip
    if False in held:
        return False
    return None if not held or None in held else True
