"""What is told of hazards in figures: each with its basis (口径) and where that is laid down."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.indicators.declare import Average, Count, Distinct, Indicator, Ratio

_PLAN = _("three-year action plan 2024–2026, hazards cleared in a closed loop (动态清零)")
_MAJOR_RULES = _("criteria for major hidden hazards of each sector, confirmed by a person")

FOUND = Count("hazard.found", _("Found"), "hazard.found", source=_PLAN)
FOUND_MAJOR = Count(
    "hazard.found_major",
    _("Major hazards found"),
    "hazard.found",
    {"grade": ("major",)},
    source=_MAJOR_RULES,
)
RECTIFIED = Count("hazard.rectified", _("Rectified"), "hazard.rectified", source=_PLAN, better="up")
CLOSED = Count("hazard.closed", _("Closed"), "hazard.closed", source=_PLAN, better="up")
RATE = Ratio(
    "hazard.rectification_rate",
    _("Rectification rate"),
    "hazard.found_settled",
    "hazard.found",
    basis=_("Of the hazards found in the period, the share that is rectified by now."),
    source=_PLAN,
    better="up",
)
ON_TIME = Ratio(
    "hazard.on_time_rate",
    _("Rectified on time"),
    "hazard.due_met",
    "hazard.due",
    basis=_(
        "Of the deadlines that ran out in the period, the share that was met. Today's deadlines "
        "still run, so they aren't among them."
    ),
    source=_PLAN,
    better="up",
)
OPEN = Count("hazard.open", _("Open"), "hazard.open", source=_PLAN, better="down")
OVERDUE = Count("hazard.overdue", _("Overdue"), "hazard.overdue", source=_PLAN, better="down")
OVERDUE_SHARE = Ratio(
    "hazard.overdue_share",
    _("Overdue share"),
    "hazard.overdue",
    "hazard.open",
    basis=_("Of the hazards that are open at the end of the day, the share that is overdue."),
    source=_PLAN,
    better="down",
    bounded="What is overdue is not dealt with, and what is not dealt with is open.",
)
OPEN_MAJOR = Count(
    "hazard.open_major",
    _("Major, open"),
    "hazard.open",
    {"grade": ("major",)},
    source=_MAJOR_RULES,
    better="down",
)
LISTED = Count(
    "hazard.listed",
    _("Listed"),
    "hazard.listed",
    source=_("rules for listed supervision (挂牌督办) of major hidden hazards"),
    better="down",
)
REBOUNDS = Count("hazard.rebounds", _("Rebounds"), "hazard.rebound", source=_PLAN, better="down")
RETURNED = Count("hazard.returned", _("Returned"), "hazard.rejected", source=_PLAN, better="down")
REBOUND_RATE = Average(
    "hazard.rebound_rate",
    _("Rebounds for each closing"),
    "hazard.rebound",
    "hazard.closed",
    basis=_("Hazards that broke out again in the period, for each one closed in it."),
    source=_PLAN,
    better="down",
    digits=3,
)
ENTERPRISES = Distinct(
    "hazard.enterprises",
    _("Enterprises with hazards"),
    "hazard.enterprises",
    source=_PLAN,
)

INDICATORS: tuple[Indicator, ...] = (
    FOUND, FOUND_MAJOR, RECTIFIED, CLOSED, RATE, ON_TIME, OPEN, OVERDUE, OVERDUE_SHARE,
    OPEN_MAJOR, LISTED, REBOUNDS, RETURNED, REBOUND_RATE, ENTERPRISES,
)  # fmt: skip
