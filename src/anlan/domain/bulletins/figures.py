"""One figure of a paper: what it counts, where and when, and how it reads.

A figure is kept with the paper as plain data, so that years later the same question can be put to
the ledger as it was known then (``again``), and a reader can open it to its records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.bulletins.scope import Scope
from anlan.domain.hazards import overview
from anlan.kernel.accounts import policy
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.asking import MISSING, REGION, Query
from anlan.kernel.indicators import compute
from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO, Number, Value, evaluate
from anlan.kernel.indicators.declare import Indicator, declared, indicator
from anlan.kernel.regions.models import Region
from anlan.ui.figures import DASH

#: How a figure reads its indicator: as it is, or against another period.
VALUE, BEFORE, CHANGE, POINTS = "value", "before", "change", "points"
#: The two changes without their sign, for a sentence that says itself which way it went.
PERCENT_BY, POINTS_BY = "percent_by", "points_by"
PARTS = (BEFORE, CHANGE, POINTS, PERCENT_BY, POINTS_BY)
COMPARED: Mapping[str, Any] = {
    YEAR_AGO: gettext_lazy("on a year ago"), PREVIOUS: gettext_lazy("on the period before"),
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """``part`` of an indicator. ``value`` is its exact number as text; None with ``missing``."""

    indicator: str
    area: int
    period: str
    part: str = VALUE
    compare: str = ""
    own: bool = False
    sector: str = ""
    value: str | None = None
    missing: str = ""
    #: What isn't in the ledger: counted from records when the paper was written.
    source: str = ""

    @property
    def data(self) -> list[Any]:
        """As it is kept; short, for a paper has thousands."""
        return [self.indicator, self.area, self.period, self.part, self.compare, int(self.own),
                self.sector, self.value, self.missing, self.source]  # fmt: skip

    @classmethod
    def of(cls, data: Sequence[Any]) -> Figure:
        indicator, area, period, part, compare, own, sector, value, missing, source = data
        return cls(
            indicator, area, period, part, compare, bool(own), sector, value, missing, source
        )

    @property
    def key(self) -> tuple[Any, ...]:
        """What it asks: two figures with one key are the same question at two moments."""
        return (self.indicator, self.area, self.period, self.part, self.compare, self.own,
                self.sector, self.source)  # fmt: skip

    @property
    def text(self) -> str:
        if self.missing:
            return str(MISSING.get(self.missing, self.missing))
        if self.value is None:
            return DASH
        number = Decimal(self.value)
        if self.part in (PERCENT_BY, POINTS_BY):
            number = abs(number)
        sign = "+" if self.part in (CHANGE, POINTS) and number > 0 else ""
        percent = self.part in (CHANGE, PERCENT_BY) or (
            self.part in (VALUE, BEFORE) and not self.source
            and indicator(self.indicator).form == "percent"
        )  # fmt: skip
        return f"{sign}{number:f}%" if percent else f"{sign}{number:f}"

    @property
    def label(self) -> str:
        """What it is, in words."""
        if self.source:
            return str(SOURCES[self.source])
        named = str(indicator(self.indicator).label)
        if self.compare:
            named = f"{named} · {COMPARED[self.compare]}"
        percent, change = _("change in percent"), _("change")
        words = {CHANGE: percent, PERCENT_BY: percent, POINTS: change, POINTS_BY: change,
                 BEFORE: _("then")}  # fmt: skip
        return f"{named} · {words[self.part]}" if self.part in words else named

    @property
    def span(self) -> Period:
        return periods.parse(self.period)


class Put(list[Figure]):
    """Figures of a sentence that is being written: each call gives its mark."""

    def __call__(self, figure: Figure) -> str:
        return self.as_words(figure, "")

    def as_words(self, figure: Figure, words: str) -> str:
        """The same, which reads as these words and not as a number."""
        self.append(figure)
        return "{" + str(len(self) - 1) + (f"|{words}" if words else "") + "}"


#: What papers tell out of records and not out of the ledger.
LATE_UNIT, PROPOSALS = "late_unit", "proposals"
WORST_FOUND, WORST_LATE = "worst_found", "worst_late"
SOURCES: Mapping[str, Any] = {
    LATE_UNIT: gettext_lazy("overdue hazards by the unit that rectifies them, when written"),
    PROPOSALS: gettext_lazy("proposals that wait for a leader, when written"),
    WORST_FOUND: gettext_lazy("hazards found at the enterprise in the period, when written"),
    WORST_LATE: gettext_lazy("overdue hazards of the enterprise, when written"),
}


def counted(source: str, scope: Scope, number: int) -> Figure:
    return Figure("", scope.area.pk, scope.period.code, value=str(number), source=source)


def of_value(value: Value, part: str = VALUE, compare: str = "", sector: str = "") -> Figure:
    number, missing = _number(value, part, compare)
    return Figure(
        value.indicator.code, value.area_id, value.period.code, part, compare, value.own, sector,
        None if number is None else f"{number:f}" if isinstance(number, Decimal) else str(number),
        missing,
    )  # fmt: skip


def _number(value: Value, part: str, compare: str) -> tuple[Number | None, str]:
    if part == VALUE:
        return value.value, value.missing
    other = value.compared[compare]
    read = {
        BEFORE: other.value, CHANGE: other.change, PERCENT_BY: other.change,
        POINTS: other.points, POINTS_BY: other.points,
    }  # fmt: skip
    return read[part], ""


def again(figures: Iterable[Figure], scope: Scope) -> list[Figure]:
    """The same figures asked of the ledger once more, as ``scope`` knows it; in their order.

    However many there are, the ledger is read once for each way in which they were asked. Figures
    out of records stay as they are: the ledger doesn't know of them.
    """
    wanted = list(figures)
    groups: dict[tuple[str, bool, bool], list[Figure]] = defaultdict(list)
    for each in wanted:
        if not each.source:
            # Asked by region, an area comes with what was counted at itself.
            groups[each.period, each.own, bool(each.sector)].append(each)
    found: dict[tuple[Any, ...], Value] = {}
    for (period, own, by_sector), members in groups.items():
        areas = sorted({each.area for each in members})
        codes = sorted({each.indicator for each in members})
        query = Query(
            kinds=(), areas=areas, periods=[periods.parse(period)], coverage=not by_sector,
            by=[*([REGION] if own else []), *(["sector"] if by_sector else [])], **scope.common,
        )  # fmt: skip
        for value in evaluate([indicator(code) for code in codes], query, list(COMPARED)):
            if value.own == own:
                key = (value.indicator.code, value.area_id, period, own,
                       value.labels.get("sector", ""))  # fmt: skip
                found[key] = value
    return [_again(each, found) for each in wanted]


def _again(each: Figure, found: Mapping[tuple[Any, ...], Value]) -> Figure:
    if each.source:
        return each
    sector = "" if each.sector in ("", "none") else each.sector
    value = found.get((each.indicator, each.area, each.period, each.own, sector))
    if value is None:
        # No sum of it at all: nothing was counted there, and a rate of nothing is none.
        is_count = each.part == VALUE and indicator(each.indicator).form == "count"
        return replace(each, value="0" if is_count else None, missing="")
    return of_value(value, each.part, each.compare, each.sector)


# --- to the records --------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """Where a figure opens to, and what lies there."""

    label: str
    href: str


def records(figure: Figure, areas: Mapping[int, Region], scope: Scope) -> list[Records]:
    """The pages of the records that it counts, of now; a rate has a part and a whole."""
    if figure.source == LATE_UNIT:
        return [Records(_("Overdue hazards"), f"{reverse('hazards:list')}?"
                f"{urlencode({'late': 1, 'area': areas[figure.area].code})}")]  # fmt: skip
    if figure.source:
        return []
    each, area = indicator(figure.indicator), areas.get(figure.area)
    if area is None:
        return []
    span = period_of(figure, scope)
    from anlan.kernel.facts.kinds import known

    return [
        Records(str(known(kind).label), href)
        for kind, where in zip(each.kinds, each.filters, strict=True)
        if (href := _href(kind, where, figure, area, span, scope))
    ]


@dataclass(frozen=True)
class Reach:
    """How far a reader's own rights go into what a figure of a paper counts."""

    #: Whether a page of its records opens; it shows those that are the reader's to see.
    opens: bool
    #: Whether everything it counts is: then it may be asked anew.
    whole: bool


def reach(by: Actor, figure: Figure, area: Region | None, scope: Scope) -> Reach:
    """A paper may go to those who answer for less than it tells of: they read its figures as they
    were signed, and neither what lies behind them nor what they have become."""
    accidents = figure.indicator.startswith("accident.")
    if area is None or (accidents and not policy.may(by, "accidents.view")):
        return Reach(False, False)
    try:
        own = overview.covered(by, area)
    except NotFound:
        return Reach(False, False)
    wanted = [figure.sector] if figure.sector else scope.sectors
    return Reach(True, own is None or (wanted is not None and set(wanted) <= set(own)))


def period_of(figure: Figure, scope: Scope) -> Period:
    """The days that the figure counts: of one of the period before, those."""
    if figure.part != BEFORE:
        return figure.span
    each = indicator(figure.indicator)
    _now, others = compute.sides(each, figure.compare, figure.span, scope.today)
    return others[0]


def _href(
    kind: str, where: Mapping[str, Sequence[str]], figure: Figure, area: Region, span: Period,
    scope: Scope,
) -> str:  # fmt: skip
    asked = {"kind": kind, "area": area.code, "period": span.code}
    if figure.own:
        asked["own"] = "1"
    if figure.sector:
        asked["sector"] = figure.sector
    asked |= {name: ",".join(values) for name, values in where.items()}
    if kind.startswith("hazard."):
        return f"{reverse('overview:records')}?{urlencode(asked)}"
    if kind.startswith("accident."):
        if scope.known_at is not None:
            asked["known"] = scope.known_at.isoformat()
        return f"{reverse('accidents:records')}?{urlencode(asked)}"
    return ""


def offered() -> list[Indicator]:
    """Indicators that a paper can hold."""
    return [each for each in declared().values() if each.code.split(".")[0] in FAMILIES]


#: Families of indicators whose figures open to records that a reader's own rights narrow.
FAMILIES = ("hazard", "accident")
