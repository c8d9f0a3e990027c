"""What ``./anlan check`` asks of measures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from anlan.domain.measures.loop import KIND
from anlan.domain.measures.models import Follows, Measure
from anlan.kernel.loop.invariants import figures_are_cases

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    states = {state: Q(state=state) for state in ("in_force", "amended", "repealed")}
    name = "I5 figures of measures are their cases"
    yield figures_are_cases(name, KIND, Measure, now, states)
    yield _days_follow_states()
    yield _what_is_replaced_has_ended()


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
