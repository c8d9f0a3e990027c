"""What ``./anlan check`` asks of campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from anlan.domain.campaigns import progress_facts
from anlan.domain.campaigns.loop import KIND
from anlan.domain.campaigns.models import Plan, Report, Task
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield _figures_are_cases(now)
    yield _lines_are_of_the_tree()
    yield _drafts_give_nothing_of_their_own()
    yield _declared_is_what_reports_say()


def _declared_is_what_reports_say() -> Finding:
    """What stands declared toward each target is what the newest standing reports say."""
    bad = progress_facts.disagreeing()
    checked = Report.objects.exclude(reached={}).count()
    return "I5 declared figures are their reports", not bad, checked, "; ".join(bad[:NAMED_MAX])


def _figures_are_cases(now: datetime) -> Finding:
    """What the ledger says of tasks is what a count of them says."""
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
    bare = cases.filter(~Exists(Task.objects.filter(case=OuterRef("pk"))))
    bad += bare.values_list("number", flat=True)[:NAMED_MAX]
    return "I5 figures of campaign tasks are their cases", not bad, cases.count(), "; ".join(bad)


def _lines_are_of_the_tree() -> Finding:
    """A task whose line is another plan's is a part of that line's task in the plan above."""
    inherited = Task.objects.exclude(line__plan=F("plan"))
    wrong = inherited.filter(
        Q(parent=None) | ~Q(parent__line=F("line")) | ~Q(parent__plan=F("plan__parent"))
    )
    bad = list(wrong.values_list("case__number", flat=True)[:NAMED_MAX])
    return "I6 fixed tasks come from the plan above", not bad, inherited.count(), "; ".join(bad)


def _drafts_give_nothing_of_their_own() -> Finding:
    drafts = Plan.objects.filter(status=Plan.Status.DRAFT)
    wrong = Task.objects.filter(plan__in=drafts, line__plan=F("plan"))
    bad = list(wrong.values_list("case__number", flat=True)[:NAMED_MAX])
    return "I6 drafts give no tasks of their own", not bad, drafts.count(), "; ".join(bad)
