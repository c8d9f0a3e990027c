"""What ``./anlan check`` asks of measures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from anlan.domain.measures.loop import IN_FORCE, KIND
from anlan.domain.measures.models import Follows, Measure
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield _figures_are_cases(now)
    yield _days_follow_states()
    yield _what_is_replaced_has_ended()


def _figures_are_cases(now: datetime) -> Finding:
    """What the ledger says of measures is what a count of them says."""
    today, cases = timezone.localdate(now), Case.objects.filter(kind=KIND)
    expected = {
        f"{KIND}.found": cases.count(),
        f"{KIND}.open": cases.filter(is_open=True).count(),
        IN_FORCE.code: cases.filter(state="in_force").count(),
        f"{KIND}.repealed": cases.filter(state="repealed").count(),
        f"{KIND}.amended": cases.filter(state="amended").count(),
    }
    facts = Fact.objects.filter(kind__code__in=list(expected), day__lte=today)
    sums = dict(facts.order_by().values_list("kind__code").annotate(n=Sum("quantity")))
    bad = [
        f"{name}: {sums.get(name, 0)} ≠ {count}"
        for name, count in expected.items()
        if sums.get(name, 0) != count
    ]
    bare = cases.filter(~Exists(Measure.objects.filter(case=OuterRef("pk"))))
    bad += bare.values_list("number", flat=True)[:NAMED_MAX]
    return "I5 figures of measures are their cases", not bad, cases.count(), "; ".join(bad)


def _days_follow_states() -> Finding:
    rows = Measure.objects.all()
    wrong = (
        Q(case__state__in=("adopted", "in_force"), adopted_on=None)
        | Q(case__state="in_force", in_force_on=None)
        | Q(case__state__in=("amended", "repealed"), ended_on=None)
        | Q(in_force_on__lt=F("adopted_on"))
        | Q(ended_on__isnull=False) & ~Q(case__state__in=("amended", "repealed"))
    )
    bad = list(rows.filter(wrong).values_list("case__number", flat=True)[:NAMED_MAX])
    return "I6 measures have the days of their states", not bad, rows.count(), "; ".join(bad)


def _what_is_replaced_has_ended() -> Finding:
    ending = Follows.objects.filter(how__in=list(Follows.ENDS), measure__case__state="in_force")
    bad = list(
        ending.filter(earlier__case__state="in_force").values_list(
            "earlier__case__number", flat=True
        )[:NAMED_MAX]
    )
    return "I6 what a measure in force replaces has ended", not bad, ending.count(), "; ".join(bad)
