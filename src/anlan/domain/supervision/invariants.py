"""What must hold of supervision at rest: numbers without a twin or a gap, sums of the logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Max, Sum

from anlan.domain.supervision.loop import MOVED_OUT, RESIDENT_DAYS
from anlan.domain.supervision.models import LogEntry, Paper, Serial, Team
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.talks import invariants as talks_held

Finding = tuple[str, bool, int, str]
#: Offenders that a finding names.
NAMED_MAX = 5


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    """A fixed number of statements, however many papers and days there are."""
    papers = Paper.objects.order_by().values("office", "kind", "year")
    counted = papers.annotate(n=Count("pk"), top=Max("serial"))
    gaps = [f"{row['office']} {row['kind']} {row['year']}" for row in counted.exclude(n=F("top"))]
    last = {
        (row["office"], row["kind"], row["year"]): row["last"]
        for row in Serial.objects.values("office", "kind", "year", "last")
    }
    gaps += [
        f"{row['office']} {row['kind']} {row['year']}"
        for row in counted
        if last.get((row["office"], row["kind"], row["year"])) != row["top"]
    ]
    name = "I10 papers are numbered without a twin or a gap"
    yield name, not gaps, Paper.objects.count(), "; ".join(gaps[:NAMED_MAX])

    # What a case counted is taken back with it when it is merged away.
    gone = Team.objects.filter(hazard__case__state="void").values("hazard")
    standing = LogEntry.objects.filter(withdrawn_at=None).exclude(team__hazard__in=gone)
    logged = standing.aggregate(days=Count("pk"), moved=Sum("moved_out"))
    wanted = {RESIDENT_DAYS.code: logged["days"], MOVED_OUT.code: logged["moved"] or 0}
    found = dict.fromkeys(wanted, 0) | dict(
        Fact.objects.filter(kind__code__in=wanted)
        .exclude(case_id__in=gone)
        .order_by()
        .values_list("kind__code")
        .annotate(total=Sum("quantity"))
    )
    wrong = [f"{code}: {found[code]} ≠ {wanted[code]}" for code in wanted
             if found[code] != wanted[code]]  # fmt: skip
    yield "I5 resident teams' figures are their logs", not wrong, logged["days"], "; ".join(wrong)


def talks(now: datetime | None = None) -> Iterator[Finding]:
    """Whom talks were held with."""
    return talks_held()
