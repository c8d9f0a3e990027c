"""What ``./anlan check`` asks of problem lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from anlan.domain.lists.loop import KIND
from anlan.domain.lists.models import Item, Promotion
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield _figures_are_cases(now)
    yield _closed_with_three_results()
    yield _decided_by_another()


def _figures_are_cases(now: datetime) -> Finding:
    """What the ledger says of listed problems is what a count of them says."""
    today, cases = timezone.localdate(now), Case.objects.filter(kind=KIND)
    expected = {
        f"{KIND}.found": cases.count(),
        f"{KIND}.open": cases.filter(is_open=True).count(),
        f"{KIND}.overdue": cases.overdue(today).count(),
    }
    facts = Fact.objects.filter(
        Q(kind__code__in=list(expected)), Q(day__lte=today) | Q(kind__code=f"{KIND}.found")
    )
    sums = dict(facts.order_by().values_list("kind__code").annotate(n=Sum("quantity")))
    bad = [
        f"{name}: {sums.get(name, 0)} ≠ {count}"
        for name, count in expected.items()
        if sums.get(name, 0) != count
    ]
    bare = cases.filter(~Exists(Item.objects.filter(case=OuterRef("pk"))))
    bad += bare.values_list("number", flat=True)[:NAMED_MAX]
    return "I5 figures of problem lists are their cases", not bad, cases.count(), "; ".join(bad)


def _closed_with_three_results() -> Finding:
    closed = Item.objects.filter(case__state="closed")
    wanting = closed.filter(Q(problem_solved="") | Q(mechanism="") | Q(field_treated=""))
    bad = list(wanting.values_list("case__number", flat=True)[:NAMED_MAX])
    return "I6 listed problems close with three results", not bad, closed.count(), "; ".join(bad)


def _decided_by_another() -> Finding:
    decided = Promotion.objects.exclude(decided_by=None).exclude(proposed_by=None)
    own = decided.filter(decided_by=F("proposed_by"))
    bad = [str(pk) for pk in own.values_list("pk", flat=True)[:NAMED_MAX]]
    return "I6 promotions are decided by another", not bad, decided.count(), "; ".join(bad)
