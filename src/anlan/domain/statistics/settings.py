"""What the office may set: from when a figure stands out, and what the truth checks look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from anlan.domain.statistics.models import Setting
from anlan.domain.statistics.refusals import ViewIncomplete
from anlan.kernel.accounts.office_settings import OfficeSettings
from anlan.kernel.indicators.declare import declared
from anlan.ui.figures import SMALL_BASE

OUTLIERS, TRUTH, DIMENSIONS, CHANGES = "outliers", "truth", "dimensions", "changes"
#: 五个维度, says the one document that has them, and doesn't name them.
DIMENSIONS_MAX, INDICATORS_MAX, NAME_CHARS_MAX, WEIGHT_MAX = 5, 8, 30, 1_000
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
    # None until the office lays them down: {"name", "indicators", "weights" by indicator}.
    DIMENSIONS: {"dimensions": [], "source": ""},
    # From a smaller number, 300 % more is a few more.
    CHANGES: {"base": SMALL_BASE},
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
    # 0: every change in percent.
    CHANGES: {"base": (0, 1_000_000)},
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


@dataclass(frozen=True)
class Dimension:
    name: str
    indicators: tuple[str, ...]
    #: By indicator; empty where the dimension has no figure of its own.
    weights: Mapping[str, int]


def check(code: str, data: Mapping[str, Any]) -> None:
    """Raises ViewIncomplete with the field to be mended."""
    if code == DIMENSIONS:
        _check_dimensions(data["dimensions"])
        return
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


def _check_dimensions(given: Sequence[Mapping[str, Any]]) -> None:
    known, names = declared(), [each["name"] for each in given]
    reason: Any
    assert len(given) <= DIMENSIONS_MAX, "the form has no more fields"
    for n, each in enumerate(given):
        if not each["name"] or names.index(each["name"]) < n:
            _mend(f"name{n}", _("Give each dimension a name of its own."))
        codes, weights = each["indicators"], each["weights"]
        if not 1 <= len(codes) <= INDICATORS_MAX or not set(codes) <= known.keys():
            reason = _("Choose one to %(n)d indicators.") % {"n": INDICATORS_MAX}
            _mend(f"indicators{n}", reason)
        if not weights:
            continue
        if set(weights) != set(codes) or not all(0 < w <= WEIGHT_MAX for w in weights.values()):
            reason = _("Write a weight for each of its indicators, in their order, or none at all.")
            _mend(f"weights{n}", reason)
        if any(known[one].form != "percent" for one in codes):
            reason = _("Only rates are put together by weights: counts of unlike things have no "
                       "mean. Leave the weights out, or choose rates.")  # fmt: skip
            _mend(f"weights{n}", reason)


def _mend(field: str, reason: Any) -> NoReturn:
    raise ViewIncomplete(field=field, reason=reason)


OFFICE = OfficeSettings(Setting, "statistics.settings", "statistics_setting", DEFAULTS, check)
current = OFFICE.current


def outliers() -> Outliers:
    data = current(OUTLIERS)[1]
    return Outliers(Decimal(str(data["threshold"])), int(data["least"]), int(data["apart"]))


def small_base() -> int:
    """The count from which on a change is told in percent."""
    return int(current(CHANGES)[1]["base"])


def truth() -> Truth:
    return Truth(**{name: int(value) for name, value in current(TRUTH)[1].items()})


def dimensions() -> list[Dimension]:
    """Those that the office laid down, in its order; what isn't counted any more is left out."""
    known = declared()
    return [
        Dimension(each["name"], codes, {code: int(w) for code, w in each["weights"].items()
                                        if code in known})
        for each in current(DIMENSIONS)[1]["dimensions"]
        if (codes := tuple(code for code in each["indicators"] if code in known))
    ]  # fmt: skip
