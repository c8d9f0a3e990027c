"""What briefs tell out of records and not out of the ledger: good practice, named enterprises.

Both are of the area and the period of the paper, in the sectors that its writer sees.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.paths import below
from anlan.domain.bulletins.body import Cell
from anlan.domain.bulletins.figures import WORST_FOUND, WORST_LATE, counted
from anlan.domain.bulletins.scope import Scope
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.inspections.remote.models import Way
from anlan.domain.measures.models import Practice
from anlan.kernel.loop.models import Case

#: Enterprises that a paper names, and practices that it tells.
ENTERPRISES_MAX, PRACTICES_MAX = 10, 20
#: What a table of enterprises is kept as; its first two columns are words.
WORST: dict[str, Any] = {
    "rows": "enterprises", "indicators": [], "compare": "", "months": 1, "ranked": False,
    "words": 2,
}  # fmt: skip
#: The same of what was found from afar alone, which 网上监察“旬通报” names enterprises by.
WORST_AFAR: dict[str, Any] = {**WORST, "sources": list(Way.values)}
NOTE = gettext_lazy(
    "By hazards found in the period, most first; of as many, more overdue ones first."
)


def practices(scope: Scope) -> list[str]:
    """Good practice that units of the area told in the period, the newest first."""
    tz = timezone.get_current_timezone()
    span = scope.passed
    told = Practice.objects.filter(
        below(scope.area.path), withdrawn_at=None, status=Practice.Status.PUBLISHED,
        made_at__gte=datetime.combine(span.start, time.min, tz),
        made_at__lte=datetime.combine(span.end, time.max, tz),
    )  # fmt: skip
    if scope.known_at is not None:
        told = told.filter(made_at__lte=scope.known_at)
    if scope.sectors is not None:
        # One that names no sector is for all.
        told = told.filter(reduce(or_, map(_names, scope.sectors), Q(sectors="")))
    rows = told.select_related("unit").order_by("-made_at", "-pk")
    return [
        _("%(unit)s: %(title)s. %(text)s") % {
            "unit": row.unit.name, "title": row.title.rstrip("。."),
            "text": " ".join(row.text.split()),
        }
        for row in rows[:PRACTICES_MAX]
    ]  # fmt: skip


def _names(sector: str) -> Q:
    return Q(sectors__contains=f",{sector},")


def worst(scope: Scope, sources: Collection[str] = ()) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """Heads and rows: the enterprises at which most was found in the period.

    sources:  the ways of finding that count; empty: all of them.
    """
    span = scope.passed
    cases = Case.objects.filter(below(scope.area.path), kind="hazard", enterprise_id__isnull=False)
    cases = cases.exclude(state="void")
    if scope.sectors is not None:
        cases = cases.filter(sector__in=list(scope.sectors))
    if sources:
        cases = cases.filter(source__in=list(sources))
    found = Count("pk", filter=Q(opened_on__gte=span.start, opened_on__lte=span.end))
    late = Count("pk", filter=Q(unsettled=True, due_on__lt=scope.today))
    named = cases.filter(opened_on__gte=span.start, opened_on__lte=span.end)
    rows = list(
        cases.filter(enterprise_id__in=named.values("enterprise_id"))
        .values("enterprise_id").annotate(found=found, late=late)
        .order_by("-found", "-late", "enterprise_id")[:ENTERPRISES_MAX]
    )  # fmt: skip
    enterprises = Enterprise.objects.select_related("area").in_bulk(
        [row["enterprise_id"] for row in rows]
    )
    heads = [_("Enterprise"), _("Area"), _("Found in the period"), _("Overdue")]
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        one = enterprises[row["enterprise_id"]]
        lines.append((
            Cell(one.name), Cell(one.area.name),
            Cell(figure=counted(WORST_FOUND, scope, row["found"])),
            Cell(figure=counted(WORST_LATE, scope, row["late"])),
        ))  # fmt: skip
    return heads, lines
