"""Age bands and the period after which a list is stale: versioned, set by the topmost office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anlan.domain.lists.models import Setting
from anlan.kernel.accounts.models import UnitKind

AGES, FRESHNESS = "ages", "freshness"
BANDS_MAX, DAYS_MAX = 8, 3_650
#: In force until an office sets its own.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    AGES: {"ends": [7, 30, 90]},
    FRESHNESS: {"days": 30, "kinds": [UnitKind.COMMITTEE_OFFICE.value, UnitKind.DEPARTMENT.value]},
}


def current(code: str) -> tuple[int, Mapping[str, Any]]:
    """The version in force, and its data; version 0 came with the system."""
    row = Setting.objects.filter(code=code).order_by("-version").first()
    return (row.version, row.data) if row else (0, DEFAULTS[code])


@dataclass(frozen=True)
class Band:
    """Open since so many days, both ends included; ``high`` is None for the last."""

    low: int
    high: int | None

    @property
    def label(self) -> str:
        if self.high is None:
            return _("over %(days)d days") % {"days": self.low - 1}
        if self.low == 0:
            return _("up to %(days)d days") % {"days": self.high}
        return _("%(low)d to %(high)d days") % {"low": self.low, "high": self.high}

    def days(self, today: date) -> tuple[date | None, date]:
        """The first and the last day on which something of this age was found."""
        first = None if self.high is None else today - timedelta(days=self.high)
        return first, today - timedelta(days=self.low)

    def query(self, today: date) -> str:
        first, last = self.days(today)
        return f"{f'found_from={first}&' if first else ''}found_to={last}"


def bands() -> list[Band]:
    return bands_of(current(AGES)[1]["ends"])


def bands_of(ends: Sequence[int]) -> list[Band]:
    lows = [0, *(end + 1 for end in ends)]
    return [Band(low, high) for low, high in zip(lows, [*ends, None], strict=True)]


@dataclass(frozen=True)
class Freshness:
    days: int
    kinds: tuple[str, ...]


def freshness() -> Freshness:
    data = current(FRESHNESS)[1]
    return Freshness(int(data["days"]), tuple(data["kinds"]))
