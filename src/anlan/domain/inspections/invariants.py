"""What must hold of sweeps at rest: their figures are their visits that stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Sum

from anlan.domain.inspections.loop import EXPERTS, OFFICERS, VISIT, WHY
from anlan.domain.inspections.models import Visit
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.models import Fact

Finding = tuple[str, bool, int, str]
#: Offenders that the finding names.
NAMED_MAX = 5


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    """Two statements, however many visits there are."""
    wanted, visits = Counter[tuple[str, str]](), 0
    rows = Visit.objects.filter(withdrawn_at=None).order_by().values_list("why")
    for why, n, officers, experts in rows.annotate(
        n=Count("pk"), officers=Sum("officers"), experts=Sum("experts")
    ):
        visits += n
        wanted[VISIT.code, why] += n
        wanted[OFFICERS.code, why] += officers or 0
        wanted[EXPERTS.code, why] += experts or 0
    posted = Counter[tuple[str, str]]()
    kinds = (VISIT.code, OFFICERS.code, EXPERTS.code)
    facts = Fact.objects.filter(kind__code__in=kinds).order_by()
    for kind, key, n in facts.values_list("kind__code", "labels__key").annotate(n=Sum("quantity")):
        posted[kind, labels_of(key).get(WHY, "")] += n
    wrong = [
        f"{kind} {why or '-'}: {posted[kind, why]} ≠ {wanted[kind, why]}"
        for kind, why in sorted({*wanted, *posted})
        if posted[kind, why] != wanted[kind, why]
    ]
    yield "I5 visits' figures are the visits", not wrong, visits, "; ".join(wrong[:NAMED_MAX])
