"""What drawn look-backs post to the ledger, and the figure that comes of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.indicators.declare import Count, Ratio

DRAWN = FactKind(
    "truth.drawn", _("drawn for a look-back"), _("items"),
    _("Closed hazards drawn for a look-back, by the day of the draw, where they lie."),
)  # fmt: skip
LOOKED = FactKind(
    "truth.looked", _("drawn and looked back at"), _("items"),
    _("Of those drawn, the ones that were looked at again, by the day of the draw."),
    cohort_of=DRAWN.code,
)  # fmt: skip
BROKEN = FactKind(
    "truth.rebound", _("drawn and found again"), _("items"),
    _("Of those looked at again, the ones that had broken out again, by the day of the draw."),
    cohort_of=LOOKED.code,
)  # fmt: skip
KINDS = (DRAWN, LOOKED, BROKEN)

_SOURCE = _("the office's own draw: seed, frame and number stand with it")
INDICATORS = (
    Count("truth.drawn", _("Drawn for a look-back"), DRAWN.code, source=_SOURCE),
    Ratio("truth.looked_rate", _("Drawn, looked back at"), LOOKED.code, DRAWN.code,
          basis=_("Of the closed hazards drawn, the share that was looked at again."),
          source=_SOURCE, better="up"),
    Ratio("truth.rebound_rate", _("Drawn, found again"), BROKEN.code, LOOKED.code,
          basis=_("Of the closed hazards drawn and looked at again, the share that had broken out "
                  "again."),
          source=_SOURCE, better="down"),
)  # fmt: skip
