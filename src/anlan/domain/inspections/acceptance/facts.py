"""What an acceptance posts to the ledger."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anlan.domain.inspections.acceptance.models import Acceptance
from anlan.kernel.facts import ledger
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.indicators.declare import Count, Ratio

#: The set of items, as a label.
RULE_SET = "rule_set"

DONE = FactKind(
    "acceptance.done", _("acceptances"), _("acceptances"),
    _("Each acceptance of an enterprise against a set of items, by its day."),
)  # fmt: skip
PASSED = FactKind(
    "acceptance.passed", _("acceptances passed"), _("acceptances"),
    _("Every item that applies was met, by the day of the acceptance."),
)  # fmt: skip
JUDGED = FactKind(
    "acceptance.judged", _("items accepted against"), _("items"),
    _("Items that were met or not, by the day of the acceptance; without those that don’t apply."),
)  # fmt: skip
FAILED = FactKind(
    "acceptance.failed", _("items not met"), _("items"),
    _("Each became a hazard, by the day of the acceptance."),
)  # fmt: skip
KINDS = (DONE, PASSED, JUDGED, FAILED)
#: Why no part passes its whole: post() gives both at once, of one acceptance.
_BOUNDED = "an acceptance posts part and whole together, of the same day, area and set"
_SOURCE = _("the standard or manual whose articles the items are")
INDICATORS = (
    Count("acceptance.done", _("Acceptances"), DONE.code, source=_SOURCE),
    Ratio("acceptance.passed", _("Acceptances passed"), PASSED.code, DONE.code, source=_SOURCE,
          better="up", bounded=_BOUNDED),
    Ratio("acceptance.failed", _("Items not met"), FAILED.code, JUDGED.code, source=_SOURCE,
          better="down", bounded=_BOUNDED),
)  # fmt: skip


def post(row: Acceptance, sign: int, at: datetime) -> None:
    """Count an acceptance, or take it back with ``sign`` −1."""
    labels = {RULE_SET: str(row.rule_set_id)}
    if row.sector_id:
        labels["sector"] = row.sector_id
    counts = {
        DONE: 1, PASSED: int(row.passed), JUDGED: row.met + row.failed, FAILED: row.failed,
    }  # fmt: skip
    ledger.post(
        [
            NewFact(kind.code, labels, row.area_id, row.on, sign * n, unit_id=row.unit_id)
            for kind, n in counts.items() if n
        ],
        at=at,
    )  # fmt: skip
