"""What ``./anlan check`` asks of assessments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from anlan.domain.assessments import working
from anlan.domain.assessments.loop import KIND
from anlan.domain.assessments.models import Appeal, Run, Score
from anlan.kernel.loop.models import Case

Finding = tuple[str, bool, int, str]
#: Published rankings that are worked out again, the newest first.
AGAIN_MAX = 24
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield _published_come_out_the_same(now)
    yield _totals_are_sums()
    yield _one_stands()
    yield _appeals_have_their_cases()


def _published_come_out_the_same(now: datetime) -> Finding:
    runs = Run.objects.filter(published_at__isnull=False).select_related("version")
    rows, bad = list(runs.order_by("-published_at", "-pk")[:AGAIN_MAX]), []
    for run in rows:
        if wrong := working.differences(run, at=now):
            bad.append(f"{run.scheme_id} {run.period}: {'、'.join(wrong[:NAMED_MAX])}")
    return "I4 published rankings come out the same", not bad, len(rows), "; ".join(bad)


def _totals_are_sums() -> Finding:
    """Nobody has a rank without a total, and in a run a better total has no worse rank."""
    rows = Score.objects.all()
    wrong = rows.filter(Q(rank=None) ^ Q(total="") | Q(shown=None) ^ Q(total=""))
    worse = Score.objects.filter(run=OuterRef("run"), rank__lt=OuterRef("rank"),
                                 shown__lt=OuterRef("shown"))  # fmt: skip
    wrong |= rows.filter(Exists(worse))
    bad = list(wrong.values_list("name", flat=True)[:NAMED_MAX])
    return "I5 ranks follow totals", not bad, rows.count(), "; ".join(bad)


def _one_stands() -> Finding:
    published = Run.objects.filter(published_at__isnull=False)
    later = published.filter(
        scheme=OuterRef("scheme"), period=OuterRef("period"), number__gt=OuterRef("number")
    )
    wrong = published.filter(Q(stands=True) & Exists(later) | Q(stands=False) & ~Exists(later))
    wrong |= Run.objects.filter(stands=True, published_at=None)
    wrong |= Run.objects.filter(~Q(version__scheme=F("scheme")))
    bad = [f"{run.period} {run.number}" for run in wrong[:NAMED_MAX]]
    return "I6 one ranking of a period stands", not bad, published.count(), "; ".join(bad)


def _appeals_have_their_cases() -> Finding:
    cases = Case.objects.filter(kind=KIND)
    bare = cases.filter(~Exists(Appeal.objects.filter(case=OuterRef("pk"))))
    rows = Appeal.objects.all()
    wrong = rows.filter(
        Q(case__state="upheld") ^ Q(upheld=True)
        | Q(case__state="dismissed") ^ Q(upheld=False)
        | Q(case__state="filed", answered_at__isnull=False)
    )
    bad = [*bare.values_list("number", flat=True)[:NAMED_MAX],
           *wrong.values_list("case__number", flat=True)[:NAMED_MAX]]  # fmt: skip
    return "I6 appeals stand as their cases", not bad, cases.count(), "; ".join(bad)
