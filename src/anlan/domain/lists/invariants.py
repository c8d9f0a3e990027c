"""What ``./anlan check`` asks of problem lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from anlan.domain.lists.loop import KIND
from anlan.domain.lists.models import Item, Promotion
from anlan.kernel.loop.invariants import figures_are_cases

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield figures_are_cases("I5 figures of problem lists are their cases", KIND, Item, now)
    yield _closed_with_three_results()
    yield _decided_by_another()


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
