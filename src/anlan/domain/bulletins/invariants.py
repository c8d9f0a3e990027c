"""What ``./anlan check`` asks of papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef

from anlan.domain.bulletins import body, figures
from anlan.domain.bulletins.loop import KIND
from anlan.domain.bulletins.models import Issue, Number, Paper, Publication
from anlan.domain.bulletins.press import facts as press
from anlan.domain.bulletins.scope import Scope
from anlan.kernel.calendar import periods
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region

Finding = tuple[str, bool, int, str]
#: Issued papers whose figures are asked for again, the newest first.
LOOKED_AT_MAX = 50
NAMED_MAX = 5
_NUMBERED = ("numbered", "sealed", "given_out", "revoked")


def invariants(now: datetime) -> Iterator[Finding]:
    yield _publications_are_counted()
    yield _numbers_once()
    yield _numbered_are_frozen()
    yield _figures_stand(now)


def _numbers_once() -> Finding:
    """I10: no number twice, whatever the constraints say."""
    rows = Number.objects.values("unit", "text").annotate(n=Count("pk")).filter(n__gt=1)
    serials = (
        Number.objects.exclude(serial=None).values("unit", "word", "year", "serial")
        .annotate(n=Count("pk")).filter(n__gt=1)
    )  # fmt: skip
    bad = [row["text"] for row in rows[:NAMED_MAX]]
    bad += [f"{row['word']} {row['year']} {row['serial']}" for row in serials[:NAMED_MAX]]
    return "I10 no number of a paper twice", not bad, Number.objects.count(), "; ".join(bad)


def _numbered_are_frozen() -> Finding:
    cases = Case.objects.filter(kind=KIND)
    issued = Issue.objects.filter(paper=OuterRef("pk"))
    wrong = cases.filter(state__in=_NUMBERED).filter(~Exists(issued))
    other = Paper.objects.exclude(case__state__in=_NUMBERED).filter(Exists(issued))
    changed = Paper.objects.filter(case__state__in=_NUMBERED).exclude(known_at=F("issue__known_at"))
    bad = [
        *wrong.values_list("number", flat=True)[:NAMED_MAX],
        *other.values_list("case__number", flat=True)[:NAMED_MAX],
        *changed.values_list("case__number", flat=True)[:NAMED_MAX],
    ]
    bare = cases.filter(~Exists(Paper.objects.filter(case=OuterRef("pk"))))
    bad += bare.values_list("number", flat=True)[:NAMED_MAX]
    return "I6 numbered papers are frozen", not bad, cases.count(), "; ".join(bad)


def _figures_stand(now: datetime) -> Finding:
    """Figures of issued papers are what the ledger knew at their moment, however it went on."""
    bad, looked = [], 0
    for issue in Issue.objects.order_by("-made_at")[:LOOKED_AT_MAX]:
        looked += 1
        kept = body.figures_of(body.loaded(issue.content["body"]))
        if not figures.stand(kept, figures.again(kept, scope_of(issue, now))):
            bad.append(issue.number)
    return "figures of issued papers stand", not bad, looked, "; ".join(bad[:NAMED_MAX])


def scope_of(issue: Issue, now: datetime) -> Scope:
    content = issue.content
    return Scope(
        Region.objects.get(pk=content["area"]), periods.parse(content["period"]), now,
        content["sectors"], issue.known_at,
    )  # fmt: skip


def _publications_are_counted() -> Finding:
    """Every publication on the register counts once, and none that was taken back."""
    bad, checked = press.disagreeing(), Publication.objects.count()
    return "I5 publications are counted once", not bad, checked, "; ".join(bad[:NAMED_MAX])
