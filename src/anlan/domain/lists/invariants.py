"""What ``./anlan check`` asks of problem lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from anlan.domain.lists.loop import KIND
from anlan.domain.lists.models import Item, ItemCheck, Promotion
from anlan.kernel.loop.invariants import figures_are_cases

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield figures_are_cases("I5 figures of problem lists are their cases", KIND, Item, now)
    yield _closed_with_three_results()
    yield _decided_by_another()
    yield _watched_were_looked_at()


def _closed_with_three_results() -> Finding:
    closed = Item.objects.filter(case__state="closed")
    wanting = closed.filter(Q(problem_solved="") | Q(mechanism="") | Q(field_treated=""))
    rows = wanting.select_related("case", "version").order_by("pk").iterator()
    bad = [row.case.number for row in rows if row.three_missing][:NAMED_MAX]
    return "I6 listed problems close with three results", not bad, closed.count(), "; ".join(bad)


def _watched_were_looked_at() -> Finding:
    """重点跟踪: what left a watch list was found carried out, by another unit than rectified it."""
    closed = Item.objects.filter(case__state="closed").select_related("case", "version")
    rows = [row for row in closed.order_by("pk").iterator() if row.rules.tracked]
    done = set(ItemCheck.objects.filter(outcome="done").values_list("item", flat=True))
    bad = [row.case.number for row in rows if row.pk not in done]
    return "I6 watched problems were looked at", not bad, len(rows), "; ".join(bad[:NAMED_MAX])


def _decided_by_another() -> Finding:
    decided = Promotion.objects.exclude(decided_by=None).exclude(proposed_by=None)
    own = decided.filter(decided_by=F("proposed_by"))
    bad = [str(pk) for pk in own.values_list("pk", flat=True)[:NAMED_MAX]]
    return "I6 promotions are decided by another", not bad, decided.count(), "; ".join(bad)
