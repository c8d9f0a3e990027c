"""What is published, as facts: so that counts by outlet and period are sums of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from anlan.domain.bulletins.press.models import Publication
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import ledger
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Fact
from anlan.kernel.regions.models import Region

PUBLISHED = FactKind(
    "publication.published", _("published"), _("publications"),
    _("By the day on which a medium brought it; each medium that did counts one."),
)  # fmt: skip
OUTLET, MEDIUM = "outlet", "medium"


def count(row: Publication, at: datetime) -> None:
    labels = {OUTLET: row.outlet, MEDIUM: row.medium}
    fact = NewFact(PUBLISHED.code, labels, row.area_id, row.day, unit_id=row.unit_id)
    ledger.post([fact], at=at, batch_id=row.pk)


def take_back(row: Publication, at: datetime) -> None:
    ledger.reverse(of_batch=row.pk, at=at, batch_id=row.pk)


def by_outlet(area: Region, periods: Sequence[Period], at: datetime) -> dict[str, list[int]]:
    """By outlet how many in each of the periods; those of most first."""
    query = Query(
        kinds=[PUBLISHED.code], areas=[area.pk], periods=list(periods), at=at, by=[OUTLET]
    )
    found: dict[str, list[int]] = {}
    place = {period: n for n, period in enumerate(periods)}
    for cell in figures(query):
        if cell.value:
            row = found.setdefault(cell.labels.get(OUTLET, ""), [0] * len(periods))
            row[place[cell.period]] += cell.value
    return dict(sorted(found.items(), key=lambda pair: (-sum(pair[1]), pair[0])))


def disagreeing() -> list[str]:
    """Publications that the ledger doesn't count as the register has them."""
    facts = Fact.objects.filter(kind__code=PUBLISHED.code).order_by()
    sums = dict(facts.values_list("batch_id").annotate(n=Sum("quantity")))
    rows = Publication.objects.values_list("pk", "title", "withdrawn_at")
    return [
        title for pk, title, withdrawn in rows.iterator()
        if sums.get(pk, 0) != (0 if withdrawn else 1)
    ]  # fmt: skip
