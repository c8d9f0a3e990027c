"""How figures, days and moments are written: the same on every page.

None is a value that doesn't exist (a rate over nothing) and shows as a dash. ``MISSING`` is a
value that exists but wasn't reported, and says so. Zero is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any, Final, Literal

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _


class _Missing(Enum):
    MISSING = "missing"

    def __bool__(self) -> Literal[False]:
        return False


#: The value of a figure that somebody should have reported and hasn't.
MISSING: Final = _Missing.MISSING

DASH = "—"
#: Against a smaller count than this, a change is told by its two numbers and not in percent.
SMALL_BASE = 10
_FIGURE_SPACE_MINUS = "−"


def number(value: Any, places: int | None = None) -> str:
    """12,345; −3; a dash for None; 缺报 for what is missing. Text passes as it is."""
    if value is None or value == "":
        return DASH
    if value is MISSING:
        return _("not reported")
    if isinstance(value, str | Promise):
        return str(value)
    exact = Decimal(str(value))
    if places is not None:
        # Half up, as offices do it; the default (half to even) surprises them.
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(exact):,f}"
    return _FIGURE_SPACE_MINUS + text if exact < 0 else text


def percent(value: Any, places: int = 1) -> str:
    """A ratio as percent: Decimal("0.983") → 98.3%."""
    if value is None or value is MISSING:
        return number(value)
    return number(Decimal(str(value)) * 100, places) + "%"


def day(value: date | datetime | None, year: bool = True) -> str:
    """2024-06-25 in both languages: it sorts, aligns and can't be misread."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value.strftime("%Y-%m-%d" if year else "%m-%d")


def moment(value: datetime | None) -> str:
    if value is None:
        return DASH
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def clock(value: datetime | None) -> str:
    return DASH if value is None else timezone.localtime(value).strftime("%H:%M:%S")


def iso(value: date | datetime | None) -> str:
    return "" if value is None else value.isoformat()


def chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


@dataclass(frozen=True)
class Change:
    """A figure against another one: 同比 (a year ago), 环比 (the period before), a base year.

    ``good`` is the direction that is welcome: "down" for hazards overdue, "up" for a rate of
    rectification, "" where neither is. ``points`` is for ratios, which change by points.
    """

    label: str | Promise
    now: Any
    was: Any
    good: Literal["up", "down", ""] = ""
    points: bool = False

    @property
    def comparable(self) -> bool:
        values = (self.now, self.was)
        if any(value is None or value is MISSING for value in values):
            return False
        return self.points or Decimal(str(self.was)) != 0

    @property
    def direction(self) -> Literal["up", "down", "level", ""]:
        if not self.comparable:
            return ""
        now, was = Decimal(str(self.now)), Decimal(str(self.was))
        return "up" if now > was else "down" if now < was else "level"

    @property
    def tone(self) -> str:
        if self.direction in ("", "level") or not self.good:
            return "grey"
        return "green" if self.direction == self.good else "red"

    @property
    def size(self) -> str:
        now, was = Decimal(str(self.now)), Decimal(str(self.was))
        if self.points:
            return _("%(n)s points") % {"n": number(abs(now - was) * 100, 1)}
        if abs(was) < SMALL_BASE:
            data = {"was": number(self.was), "now": number(self.now)}
            return _("(%(was)s → %(now)s, small base)") % data
        return percent(abs(now - was) / abs(was))

    @property
    def words(self) -> str:
        """In words, because colour and arrows alone don't reach everybody: 同比下降12.3%."""
        return compared(self.label, self.direction, self.size if self.comparable else "")


def small_base(was: Any, now: Any) -> str:
    """A change on next to nothing: both numbers, and why there is no percentage."""
    return _("too small a base: %(was)s → %(now)s") % {"was": number(was), "now": number(now)}


def compared(
    label: str | Promise, direction: Literal["up", "down", "level", ""], size: str = ""
) -> str:
    """A figure against another one, on pages and in papers alike; "" is nothing to compare."""
    data = {"label": label, "size": size}
    match direction:
        case "":
            return _("%(label)s: nothing to compare") % data
        case "level":
            return _("%(label)s: unchanged") % data
        case "up":
            return _("%(label)s: up %(size)s") % data
        case _:
            return _("%(label)s: down %(size)s") % data


@dataclass(frozen=True)
class Basis:
    """What a figure counts and where that is laid down (口径); shown wherever the figure is."""

    text: str | Promise
    source: str | Promise = ""
    #: Where the figure's parts come from: mark, settings version, moment.
    known_at: datetime | None = None
