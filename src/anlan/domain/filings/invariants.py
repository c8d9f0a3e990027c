"""What ``./anlan check`` asks of filings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from anlan.domain.filings.judging import DUE, DUE_MET, IN_TIME, OWED
from anlan.domain.filings.loop import BESIDE, FIGURE, ITEM, KIND, VISIT
from anlan.domain.filings.models import Declared, Entry, Filing, Record
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.invariants import figures_are_cases

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5


def invariants(now: datetime) -> Iterator[Finding]:
    yield figures_are_cases("I5 figures of filings are their cases", KIND, Filing, now)
    yield _in_time_is_in_the_ledger()
    yield _declared_is_in_the_ledger()
    yield _nothing_is_declared_twice()
    yield _listed_counts_once()


def _in_time_is_in_the_ledger() -> Finding:
    """By day, facts say what is due and what came in time as the filings' pages do."""
    bad, owed = [], Filing.objects.filter(OWED)
    for kind, rows in ((DUE, owed), (DUE_MET, owed.filter(IN_TIME))):
        facts = Fact.objects.filter(kind__code=kind).order_by().values_list("day")
        said = {day: n for day, n in facts.annotate(n=Sum("quantity")) if n}
        held = dict(rows.order_by().values_list("due_on").annotate(n=Count("pk")))
        bad += [
            f"{kind} {day}: {said.get(day, 0)} ≠ {held.get(day, 0)}"
            for day in sorted(said.keys() | held.keys())
            if said.get(day) != held.get(day)
        ]
    detail = "; ".join(bad[:NAMED_MAX])
    return "I5 filings in time are the ledger's", not bad, owed.count(), detail


def _declared_is_in_the_ledger() -> Finding:
    """By entry and item, facts say what stands declared; of what was returned, nothing."""
    sums: dict[tuple[Any, int], int] = defaultdict(int)
    facts = Fact.objects.filter(kind__code__in=[FIGURE.code, BESIDE.code]).order_by()
    for batch, key, n in facts.values_list("batch_id", "labels__key").annotate(n=Sum("quantity")):
        sums[batch, int(labels_of(key)[ITEM])] += n
    wanted: dict[tuple[Any, int], int] = {}
    rows = Declared.objects.filter(stands=True).values_list("entry", "item", "value")
    for entry, item, value in rows.iterator(chunk_size=5_000):
        wanted[entry, item] = value
    bad = {
        str(key[0]) for key in sums.keys() | wanted.keys()
        if sums.get(key, 0) != wanted.get(key, 0)
    }  # fmt: skip
    standing = Declared.objects.filter(stands=True).exclude(entry__status__in=Entry.STANDING)
    bad |= {str(pk) for pk in standing.values_list("entry", flat=True)[:NAMED_MAX]}
    detail = "; ".join(sorted(bad)[:NAMED_MAX])
    return "I5 declared numbers are the ledger's", not bad, len(wanted), detail


def _nothing_is_declared_twice() -> Finding:
    """No unit has an item declared for two periods that overlap."""
    other = Declared.objects.filter(
        unit=OuterRef("unit"), item=OuterRef("item"), stands=True, start__lte=OuterRef("end"),
        end__gte=OuterRef("start"),
    ).exclude(pk=OuterRef("pk"))  # fmt: skip
    rows = Declared.objects.filter(stands=True)
    bad = list(rows.filter(Exists(other)).values_list("entry__filing__case__number", flat=True)
               .distinct()[:NAMED_MAX])  # fmt: skip
    return "I5 nothing is declared twice", not bad, rows.count(), "; ".join(bad)


def _listed_counts_once() -> Finding:
    """Of what several units list one counts, and the ledger counts those (S310)."""
    rows = Record.objects.filter(stands=True)
    own = rows.filter(entry__filing__line=F("entry__filing__form__line"))
    lost = own.order_by().values("item", "key").annotate(n=Count("pk", filter=Q(won=True)))
    bad = [f"{row['key']}: {row['n']}" for row in lost.exclude(n=1)[:NAMED_MAX]]
    facts = Fact.objects.filter(kind__code=VISIT.code).aggregate(n=Sum("quantity"))["n"] or 0
    won = rows.filter(won=True).count()
    if facts != won:
        bad.append(f"{VISIT.code}: {facts} ≠ {won}")
    return "I5 the same visit counts once", not bad, rows.count(), "; ".join(bad)
