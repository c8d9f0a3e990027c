"""What the office may set: from when a figure stands out, and what the truth checks look for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.domain.statistics.models import Setting
from anlan.domain.statistics.refusals import ViewIncomplete
from anlan.kernel.accounts.office_settings import OfficeSettings

OUTLIERS, TRUTH = "outliers", "truth"
#: In force until an office sets its own. 3.5 is the threshold of Iglewicz and Hoaglin (1993).
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    OUTLIERS: {"threshold": "3.5", "least": 6, "apart": 5},
    # No document gives these: they are where we start from.
    TRUTH: {
        "closing_days": 3,
        "closing_share": 50,
        "closing_least": 20,
        "wording_chars": 12,
        "wording_least": 5,
        "nil_least": 3,
        "round_least": 10,
        "round_share": 60,
    },
}
#: Between which values each may be set.
LIMITS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    OUTLIERS: {"threshold": (1, 100), "least": (4, 1_000), "apart": (0, 1_000_000)},
    TRUTH: {
        "closing_days": (1, 31),
        "closing_share": (1, 100),
        "closing_least": (1, 100_000),
        "wording_chars": (2, 500),
        "wording_least": (2, 10_000),
        "nil_least": (1, 100),
        "round_least": (2, 10_000),
        "round_share": (1, 100),
    },
}


@dataclass(frozen=True)
class Outliers:
    #: The modified z from which a figure is flagged.
    threshold: Decimal
    #: Fewer figures than this aren't compared with one another.
    least: int
    #: What lies nearer to the middle than this never stands out: one case is no wave.
    apart: int


@dataclass(frozen=True)
class Truth:
    """Thresholds of the truth checks: shares in percent, the others counts."""

    closing_days: int
    closing_share: int
    closing_least: int
    wording_chars: int
    wording_least: int
    nil_least: int
    round_least: int
    round_share: int


def check(code: str, data: Mapping[str, Any]) -> None:
    """Raises ViewIncomplete with the field to be mended."""
    for name, (low, high) in LIMITS[code].items():
        try:
            value = Decimal(str(data[name]))
        except (KeyError, ArithmeticError):
            value = Decimal("NaN")
        if not low <= value <= high:
            raise ViewIncomplete(
                field=name,
                reason=_("Write a number from %(low)s to %(high)s.") % {"low": low, "high": high},
            )


OFFICE = OfficeSettings(Setting, "statistics.settings", "statistics_setting", DEFAULTS, check)
current = OFFICE.current


def outliers() -> Outliers:
    data = current(OUTLIERS)[1]
    return Outliers(Decimal(str(data["threshold"])), int(data["least"]), int(data["apart"]))


def truth() -> Truth:
    return Truth(**{name: int(value) for name, value in current(TRUTH)[1].items()})
