"""What is told of filing itself, for statistics and assessments (what forms count: items)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.domain.filings.judging import DUE, DUE_MET
from anlan.kernel.indicators.declare import Ratio

ON_TIME = Ratio(
    "filing.on_time_rate",
    _("First submitted in time"),
    DUE_MET,
    DUE,
    basis=_(
        "Of the filings due in the period, the share that was first submitted by its deadline. "
        "What was sent back and mended later stays as its first submission was."
    ),
    source=_("the deadlines that each form sets"),
    better="up",
)
INDICATORS = (ON_TIME,)
