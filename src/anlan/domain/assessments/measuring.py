"""What the ledger says of those compared: one reading for all of them, whatever their number.

Items that are narrowed alike share a statement, so that it depends on how many different
narrowings a scheme has and on no number of units, items or facts. Counts come back, not rounded
rates: what is rounded is the scheme's to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.domain.assessments.compared import Compared
from anlan.domain.assessments.refusals import AssessmentRefused
from anlan.domain.assessments.scoring import Figure
from anlan.domain.assessments.spec import CHANGES, Item, Spec
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.figures import Query, figures_of
from anlan.kernel.facts.models import Coverage, Expected
from anlan.kernel.indicators.declare import Indicator, declared

#: Why a nought is none: nobody was there to count.
ABSENCES = ("not_on_system", "not_reported", "not_applicable")
#: How an indicator was defined when a run was made: that stays, whatever a later edition says.
Definition = dict[str, Any]
_Where = tuple[tuple[str, tuple[str, ...]], ...]


def define(each: Indicator) -> Definition:
    return {
        "form": each.form,
        "kinds": list(each.kinds),
        "filters": [{name: list(values) for name, values in where.items()}
                    for where in each.filters],
    }  # fmt: skip


def definitions(spec: Spec) -> dict[str, Definition]:
    known = declared()
    codes = dict.fromkeys(
        [item.indicator for item in spec.items if not item.manual]
        + [veto.indicator for veto in spec.vetoes]
    )
    return {code: define(known[code]) for code in codes if code in known}


def through_of(period: Period, today: date) -> date:
    """The last day that counts: the period's, or yesterday where that isn't over."""
    yesterday = today - timedelta(days=1)
    if yesterday < period.start:
        reason = _("Nothing of %(period)s is over yet: a whole day must have passed.")
        raise AssessmentRefused(field="period", reason=reason % {"period": period.label})
    return min(period.end, yesterday)


@dataclass(frozen=True)
class Spans:
    """The days that a run looks at."""

    period: Period
    year: Period

    @classmethod
    def of(cls, period: Period, through: date) -> Spans:
        whole = period if through == period.end else periods.span(period.start, through)
        return cls(whole, periods.span(date(through.year, 1, 1), through))

    def named(self, name: str) -> Period:
        return self.period if name == "period" else self.year


@dataclass(frozen=True)
class Asked:
    """One count that is needed: of a kind, narrowed, in a period."""

    kind: str
    where: _Where
    period: Period


@dataclass
class Read:
    """Counts by what was asked and by region (or sector), and why one is missing."""

    counts: dict[tuple[Asked, int, str], int]
    why: dict[tuple[Asked, int, str], str]

    def of(self, asked: Asked, one: Compared) -> tuple[int | None, str]:
        if not one.factors:
            return None, "no_area"
        total, moved = 0, {each.region for each in one.moved}
        for region, factor in one.factors:
            for sector in one.labels or ("",):
                key = (asked, region, sector)
                reason = self.why.get(key)
                # Who was on the system is asked of the place itself, not of what it took in.
                if reason and not (region in moved and reason in ABSENCES):
                    return None, reason
                total += factor * self.counts.get(key, 0)
        for each in one.split:
            if asked.period.start < each.day and any(
                self.counts.get((asked, each.region, sector)) for sector in one.labels or ("",)
            ):
                return None, "not_divisible"
        return total, ""


def asked_of(spec: Spec, defined: Mapping[str, Definition], spans: Spans) -> list[Asked]:
    """Every count that the scheme's items and vetoes need, each once."""
    found: dict[Asked, None] = {}
    for item in spec.items:
        if item.manual or item.indicator not in defined:
            continue
        for one in counts_of_item(item, defined[item.indicator], spans):
            found[one] = None
    for veto in spec.vetoes:
        if veto.indicator in defined:
            for one in counts_of(defined[veto.indicator], spans.named(veto.span)):
                found[one] = None
    return list(found)


def counts_of_item(item: Item, definition: Definition, spans: Spans) -> list[Asked]:
    """An item's numerator and, where it has one, its denominator: of a change the earlier count."""
    period = spans.named(item.span)
    counts = counts_of(definition, period)
    if (earlier := item.earlier(period)) is not None:
        return [counts[0], counts_of(definition, earlier)[0]]
    return counts


def counts_of(definition: Definition, period: Period) -> list[Asked]:
    return [
        Asked(kind, tuple(sorted((name, tuple(values)) for name, values in where.items())), period)
        for kind, where in zip(definition["kinds"], definition["filters"], strict=True)
    ]


def read(
    asked: Sequence[Asked],
    ones: Sequence[Compared],
    *,
    at: datetime,
    known_at: datetime | None,
    coverage: bool,
) -> Read:
    """All counts, in as many statements as there are different narrowings."""
    together: dict[_Where, list[Asked]] = defaultdict(list)
    for each in asked:
        together[each.where].append(each)
    # Whose figures are those of some sectors, and whose are an area's whole.
    groups = [[one for one in ones if bool(one.labels) == some] for some in (False, True)]
    wanted = [
        (where, by_sector, _query(where, group, members, by_sector, at, known_at, coverage))
        for by_sector, members in enumerate(groups) if members
        for where, group in together.items()
    ]  # fmt: skip
    found = Read({}, {})
    queries = [query for _where, _by, query in wanted]
    for (where, by_sector, _query_of), cells in zip(
        wanted, figures_of(queries) if queries else [], strict=True
    ):
        for cell in cells:
            sector = cell.labels["sector"] if by_sector else ""
            key = (Asked(cell.kind, where, cell.period), cell.area_id, sector)
            if cell.value is None:
                found.why[key] = cell.missing
            else:
                found.counts[key] = found.counts.get(key, 0) + cell.value
    return found


def _query(
    where: _Where, group: Sequence[Asked], ones: Sequence[Compared], by_sector: int, at: datetime,
    known_at: datetime | None, coverage: bool,
) -> Query:  # fmt: skip
    return Query(
        kinds=list(dict.fromkeys(one.kind for one in group)),
        areas=sorted({region for one in ones for region in one.regions}),
        periods=list(dict.fromkeys(one.period for one in group)), at=at,
        by=("sector",) if by_sector else (),
        where={name: list(values) for name, values in where},
        as_known_at=known_at, coverage=coverage and not by_sector,
    )  # fmt: skip


def has_coverage() -> bool:
    """Whether anybody said who is on the system, or owes a report: else no nought is a gap."""
    return Coverage.objects.exists() or Expected.objects.exists()


def figure(
    item: Item, definition: Definition, spans: Spans, found: Read, one: Compared
) -> Figure:  # fmt: skip
    """An item's figure for one of those compared."""
    counts = [found.of(asked, one) for asked in counts_of_item(item, definition, spans)]
    why = next((reason for _count, reason in counts if reason), "")
    form = "change" if item.measure in CHANGES else definition["form"]
    if form != "count" and len(counts) < 2:
        why = "base_not_before"
    first, second = [*(_exact(count) for count, _reason in counts), None][:2]
    return Figure(first, second, why, form)


def veto_count(definition: Definition, period: Period, found: Read, one: Compared) -> int | None:
    return found.of(counts_of(definition, period)[0], one)[0]


def _exact(count: int | None) -> Fraction | None:
    return None if count is None else Fraction(count)
