"""What ``./anlan check`` asks of accidents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum

from anlan.domain.accidents.counting import stands
from anlan.domain.accidents.loop import COUNTED, KIND
from anlan.domain.accidents.models import Accident, Report
from anlan.kernel.facts import intern
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop.models import Case

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5
ROWS_AT_ONCE = 1_000
NUMBERS = ("deaths", "deaths_late", "serious", "light", "missing", "loss_fen")


def invariants(now: datetime) -> Iterator[Finding]:
    yield _figures_are_accidents()
    yield _grades_are_their_numbers()
    yield _numbers_are_the_last_report()


def _figures_are_accidents() -> Finding:
    """The ledger holds, by kind, area, day and labels, what a count of the register gives."""
    expected: Counter[tuple[object, ...]] = Counter()
    rows = Accident.objects.select_related("case").order_by("pk")
    for row in rows.iterator(ROWS_AT_ONCE):
        for code, stand in stands(row).items():
            key = intern.key_of(dict(stand.labels))
            expected[code, stand.area_id, stand.day, key] += stand.quantity
    facts = Fact.objects.filter(kind__code__in=[kind.code for kind in COUNTED]).order_by()
    sums = facts.values_list("kind__code", "area_id", "day", "labels__key").annotate(
        n=Sum("quantity")
    )
    found = {tuple(key): n for *key, n in sums.iterator(ROWS_AT_ONCE) if n}
    bad = [
        f"{key}: {found.get(key, 0)} ≠ {expected.get(key, 0)}"
        for key in [*found, *expected]
        if found.get(key, 0) != expected.get(key, 0)
    ]
    bare = Case.objects.filter(kind=KIND).filter(
        ~Exists(Accident.objects.filter(case=OuterRef("pk")))
    )
    bad += list(bare.values_list("number", flat=True)[:NAMED_MAX])
    said = "; ".join(dict.fromkeys(bad[: NAMED_MAX * 2]))
    return "I5 figures of accidents are the register", not bad, len(found), said


def _grades_are_their_numbers() -> Finding:
    rows = Accident.objects.select_related("case").order_by("pk")
    bad = [row.case.number for row in rows.iterator(ROWS_AT_ONCE) if row.case.grade != row.grade]
    named = "I6 accidents have the grade of their numbers"
    return named, not bad, rows.count(), "; ".join(bad[:NAMED_MAX])


def _numbers_are_the_last_report() -> Finding:
    last = Report.objects.filter(accident=OuterRef("pk")).order_by("-seq")
    rows = Accident.objects.annotate(
        **{f"told_{name}": Subquery(last.values(name)[:1]) for name in NUMBERS}
    )
    same = Q(**{name: F(f"told_{name}") for name in NUMBERS})
    bad = list(
        rows.filter(~same | Q(told_deaths=None)).values_list("case__number", flat=True)[:NAMED_MAX]
    )
    named = "I6 accidents have the numbers of their last report"
    return named, not bad, rows.count(), "; ".join(bad)
