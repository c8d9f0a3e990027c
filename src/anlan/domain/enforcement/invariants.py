"""What ``./anlan check`` asks: the ledger counts what stands in the book, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from anlan.domain.enforcement.facts import COLLECTED, FIGURES, FIRMS, INSPECTION, KINDS, Figure
from anlan.domain.enforcement.models import Entry, Payment, Violation
from anlan.domain.inspections.loop import CALL
from anlan.domain.inspections.models import Visit
from anlan.kernel.facts.models import Fact

NAMED_MAX = 5


def of_rows(figure: Figure) -> int:
    """What a figure of all areas and days is by the rows of the book alone."""
    rows = Entry.objects.filter(figure.rows, withdrawn_at=None).order_by()
    if figure in FIRMS:
        said = rows.annotate(month=TruncMonth("on"))
        firms = said.filter(enterprise__isnull=False).values("enterprise", "month").distinct()
        return firms.count() + said.filter(enterprise=None).count()
    total = figure.sum
    if total is None:
        return rows.count()
    return int(rows.aggregate(n=Coalesce(Sum(total), 0))["n"])


def collected() -> int:
    rows = Payment.objects.filter(withdrawn_at=None)
    return int(rows.aggregate(n=Coalesce(Sum("amount"), 0))["n"])


def of_ledger() -> dict[str, int]:
    codes = [kind.code for kind in KINDS]
    rows = Fact.objects.filter(kind__code__in=codes, until=None).order_by()
    found = dict(rows.values_list("kind__code").annotate(n=Sum("quantity")))
    return {code: int(found.get(code, 0)) for code in codes}


def invariants(now: datetime) -> Iterator[tuple[str, bool, int, str]]:
    counted = of_ledger()
    told = {figure.kind.code: of_rows(figure) for figure in FIGURES}
    told[COLLECTED.code] = collected()
    bad = [f"{code} {counted[code]}≠{n}" for code, n in told.items() if counted[code] != n]
    name = "I6 the ledger counts what the book of enforcement holds"
    yield name, not bad, len(told), "; ".join(bad)
    yield _rows()
    yield _inspections()


def _inspections() -> tuple[str, bool, int, str]:
    """Each visit of a sweep and each record of on-site inspection says whom it inspected."""
    visits = Visit.objects.filter(withdrawn_at=None).count()
    records = Entry.objects.filter(kind=INSPECTION, withdrawn_at=None).exclude(enterprise=None)
    wanted = visits + records.count()
    facts = Fact.objects.filter(kind__code=CALL.code)
    counted = int(facts.aggregate(n=Coalesce(Sum("quantity"), 0))["n"])
    bad = "" if counted == wanted else f"{CALL.code} {counted}≠{wanted}"
    return "I6 visits and records of inspection count as inspections", not bad, wanted, bad


def _rows() -> tuple[str, bool, int, str]:
    """Each entry says what its violations and payments say."""
    rows = Entry.objects.order_by()
    wrong = (
        rows.annotate(n=Count("violations")).exclude(n=F("found")),
        rows.filter(withdrawn_at=None).annotate(n=Count("rectifies")).exclude(n=F("rectified")),
        rows.annotate(
            n=Coalesce(Sum("payments__amount", filter=Q(payments__withdrawn_at=None)), 0)
        ).exclude(n=F("paid")),
        rows.exclude(withdrawn_at=None).filter(paid__gt=0),
    )
    bad = [str(pk) for each in wrong for pk in each.values_list("pk", flat=True)[:NAMED_MAX]]
    unvoided = Violation.objects.filter(
        Q(void=False) & ~Q(entry__withdrawn_at=None) | Q(void=True, entry__withdrawn_at=None)
    )
    bad += [f"violation {pk}" for pk in unvoided.values_list("pk", flat=True)[:NAMED_MAX]]
    name = "I6 entries of the book of enforcement say what their violations and payments say"
    return name, not bad, rows.count(), "; ".join(bad)
