"""What checks from afar post: all by the day of the draw, so that no rate passes 100 %."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anlan.domain.inspections.remote.models import Pick
from anlan.kernel.facts import ledger
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.indicators.declare import Count, Ratio

#: Which of the three violations, as a label of what was found.
VIOLATION = "violation"

DRAWN = FactKind(
    "remote.drawn", _("drawn to be looked at from afar"), _("enterprises"),
    _("Enterprises that sampling plans drew, by the day of the draw; drawn twice counts twice."),
)  # fmt: skip
LOOKED = FactKind(
    "remote.looked", _("looked at from afar"), _("enterprises"),
    _("Of those drawn, the ones whose recording or system a person looked at, by the day of the "
      "draw."),
)  # fmt: skip
MISSING = FactKind(
    "remote.missing", _("nothing to look at"), _("enterprises"),
    _("Of those drawn, the ones of which there was no recording or data, by the day of the draw."),
)  # fmt: skip
FOUND = FactKind(
    "remote.found", _("something found from afar"), _("enterprises"),
    _("Of those looked at, the ones where something was found, by the day of the draw."),
)  # fmt: skip
VIOLATIONS = FactKind(
    "remote.violation", _("found from afar"), _("items"),
    _("Violations and other hazards found from afar, by the day of the draw; each became a "
      "hazard."),
)  # fmt: skip
TOLD = FactKind(
    "remote.told", _("enterprises told what was found"), _("enterprises"),
    _("Of those drawn, the ones that were told the outcome, by the day of the draw."),
)  # fmt: skip
RECEIVED = FactKind(
    "remote.received", _("outcomes signed for"), _("enterprises"),
    _("Of those told, the ones that signed for it, by the day of the draw."),
)  # fmt: skip
KINDS = (DRAWN, LOOKED, MISSING, FOUND, VIOLATIONS, TOLD, RECEIVED)
#: Why no part passes its whole: a part is posted of a pick whose whole was posted, of that day.
_BOUNDED = "a pick's parts are posted once each, of the day, area and labels of its draw"
_SOURCE = _("the office's own sampling plan: seed, frame and number stand with each draw")
INDICATORS = (
    Count("remote.drawn", _("Drawn to be looked at from afar"), DRAWN.code, source=_SOURCE),
    Ratio("remote.looked_rate", _("Drawn, looked at from afar"), LOOKED.code, DRAWN.code,
          source=_SOURCE, better="up", bounded=_BOUNDED),
    Ratio("remote.found_rate", _("Looked at from afar, something found"), FOUND.code, LOOKED.code,
          source=_SOURCE, bounded=_BOUNDED),
    Count("remote.violation", _("Found from afar"), VIOLATIONS.code, source=_SOURCE),
    Count("remote.told", _("Told what was found from afar"), TOLD.code, source=_SOURCE),
    Ratio("remote.received_rate", _("Told from afar, signed for"), RECEIVED.code, TOLD.code,
          source=_SOURCE, better="up", bounded=_BOUNDED),
)  # fmt: skip


def _labels(way: str, sector: str | None) -> dict[str, str]:
    return {"source": way, **({"sector": sector} if sector else {})}


def post(kind: FactKind, picks: Iterable[Pick], sign: int, at: datetime) -> None:
    """Count drawn enterprises under ``kind``, or take them back with ``sign`` −1."""
    sums = Counter((p.area_id, p.drawn_on, p.way, p.sector_id) for p in picks)
    ledger.post(
        [
            NewFact(kind.code, _labels(way, sector), area, on, sign * n)
            for (area, on, way, sector), n in sums.items()
        ],
        at=at,
    )


def post_violations(pick: Pick, kinds: Iterable[str], sign: int, at: datetime) -> None:
    said = _labels(pick.way, pick.sector_id)
    ledger.post(
        [
            NewFact(VIOLATIONS.code, {**said, VIOLATION: kind}, pick.area_id,
                    pick.drawn_on, sign * n)
            for kind, n in Counter(kinds).items()
        ],
        at=at,
    )  # fmt: skip
