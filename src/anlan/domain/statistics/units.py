"""Figures by the unit that reported: added up from the facts, for no cell tells units apart.

That takes as long as there are facts, so the area and the period must be small enough; what stands
at a day's end, what counts enterprises once and what follows a cohort isn't told by unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from anlan.domain.hazards import behind as facts
from anlan.domain.statistics.refusals import AnalysisUnreadable
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import sql
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.facts.models import Fact, Fold
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.compute import Value
from anlan.kernel.indicators.declare import Indicator, PerOutput, Ratio
from anlan.kernel.regions.models import Region

#: Facts of one count that are gone through.
FACTS_MAX = 300_000
UNIT = "unit"
Where = Mapping[str, Sequence[str]]


def narrowed(each: Indicator, part: int, where: Where) -> dict[str, list[str]]:
    """An indicator's own labels and those that were asked for."""
    own = {name: list(values) for name, values in each.filters[part].items()}
    for name, values in where.items():
        own[name] = [v for v in own[name] if v in values] if name in own else list(values)
    return own


def facts_of(
    kind: str, area: Region, period: Period, where: Where, at: datetime, known_at: datetime | None
) -> QuerySet[Fact]:
    """The facts of a flow that lie wholly in a period."""
    asked = facts.Asked(kind, area, period, {name: list(v) for name, v in where.items()})
    rows = facts.facts_of(asked, known_at or at)
    rows = rows.filter(Q(until=None) | Q(until__lte=period.end))
    if known_at is not None:
        # Asking for a figure leaves the fold that says what was known.
        figures(Query(kinds=[kind], areas=[area.pk], periods=[period], at=at, as_known_at=known_at))
        fold = Fold.objects.filter(at__lte=known_at).order_by("-at").first()
        rows = rows.filter(**{f"{sql.order_column()}__lt": fold.mark if fold else 0})
    return rows


def values(
    indicators: Sequence[Indicator], area: Region, period: Period, where: Where, at: datetime,
    known_at: datetime | None = None,
) -> list[Value]:  # fmt: skip
    """Each unit that posted something, with each indicator: in no order."""
    counts: dict[tuple[str, int], dict[int, int]] = {}
    for each in indicators:
        for part, kind in enumerate(each.kinds):
            # What follows a cohort names no unit: it copies its opener's place alone.
            if known(kind).measure is Measure.FLOW and not known(kind).cohort_of:
                rows = facts_of(kind, area, period, narrowed(each, part, where), at, known_at)
                counts[each.code, part] = _by_unit(rows)
    units = sorted({unit for found in counts.values() for unit, sum_ in found.items() if sum_})
    found = []
    for unit in units:
        for each in indicators:
            parts = [counts.get((each.code, n)) for n in range(len(each.kinds))]
            found.append(_value(each, area, period, unit, parts))
    return found


def _by_unit(rows: QuerySet[Fact]) -> dict[int, int]:
    """0 is what names no unit."""
    if rows.order_by()[: FACTS_MAX + 1].count() > FACTS_MAX:
        raise AnalysisUnreadable(
            field="rows",
            reason=_("More than %(max)d entries would have to be gone through by unit. Choose a "
                     "smaller area or a shorter period.") % {"max": FACTS_MAX},
        )  # fmt: skip
    sums = rows.order_by().annotate(who=Coalesce(F("unit_id"), 0)).values("who")
    return {row["who"]: row["sum"] for row in sums.annotate(sum=Sum("quantity"))}


def _value(
    each: Indicator, area: Region, period: Period, unit: int,
    found: Sequence[Mapping[int, int] | None],
) -> Value:  # fmt: skip
    labels = {UNIT: str(unit)}
    if any(one is None for one in found) or isinstance(each, PerOutput):
        return Value(each, area.pk, period, labels, None, "not_divisible")
    counts = tuple(one.get(unit, 0) for one in found if one is not None)
    if isinstance(each, Ratio):
        divide = arithmetic.percent if each.form == "percent" else arithmetic.ratio
        rate = divide(counts[0], counts[1], each.digits)
        return Value(each, area.pk, period, labels, rate, counts=counts)
    return Value(each, area.pk, period, labels, counts[0], counts=counts)
