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
from anlan.domain.statistics import bindings, links
from anlan.domain.statistics.offered import for_reader
from anlan.kernel.accounts import readers
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import opening
from anlan.kernel.facts.asking import MISSING, REGION, Query
from anlan.kernel.facts.behind import Asked
from anlan.kernel.facts.kinds import known
from anlan.kernel.indicators import compute
from anlan.kernel.indicators.compute import PREVIOUS, YEAR_AGO, Number, Value
from anlan.kernel.indicators.declare import Indicator, declared
from anlan.kernel.regions.models import Region
from anlan.ui.figures import DASH, SMALL_BASE, small_base

#: How a figure reads its indicator: as it is, or against another period.
VALUE, BEFORE, CHANGE, POINTS = "value", "before", "change", "points"
#: The two changes without their sign, for a sentence that says itself which way it went.
PERCENT_BY, POINTS_BY = "percent_by", "points_by"
#: Before the two numbers of a change on next to nothing, where a figure says what it lacks.
SMALL = "small:"
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
        if self.is_small:
            was, now = self.missing.removeprefix(SMALL).split(":")
            return small_base(Decimal(was), Decimal(now))
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
            and bindings.known(self.indicator).form == "percent"
        )  # fmt: skip
        return f"{sign}{number:f}%" if percent else f"{sign}{number:f}"

    @property
    def is_small(self) -> bool:
        """A change on next to nothing: its value is kept, and read as both numbers."""
        return self.missing.startswith(SMALL)

    @property
    def label(self) -> str:
        """What it is, in words."""
        if self.source:
            return str(SOURCES[self.source])
        named = str(bindings.known(self.indicator).label)
        if self.compare:
            named = f"{named} · {COMPARED[self.compare]}"
        percent, change = _("change in percent"), _("change")
        words = {CHANGE: percent, PERCENT_BY: percent, POINTS: change, POINTS_BY: change,
                 BEFORE: _("then")}  # fmt: skip
        return f"{named} · {words[self.part]}" if self.part in words else named

    def says_as(self, other: Figure) -> bool:
        """Whether both say the same; what is missing for another reason doesn't."""
        mine, its = ("" if one.is_small else one.missing for one in (self, other))
        return (self.value, mine) == (other.value, its)

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
    least = other.base
    is_small = part == CHANGE and least is not None and -SMALL_BASE < least < SMALL_BASE
    if is_small and other.change and other.current is not None:
        return other.change, f"{SMALL}{other.value}:{other.current}"
    return read[part], ""


def stand(figures: Sequence[Figure], now: Sequence[Figure]) -> bool:
    """Whether asked once more they say what they said; a small base that wasn't told of before is
    no other figure."""
    pairs = zip(figures, now, strict=True)
    return all(one.key == other.key and one.says_as(other) for one, other in pairs)


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
        for value in bindings.evaluate(
            [bindings.known(code) for code in codes], query, list(COMPARED)
        ):
            if value.own == own:
                # What names no sector is a part of the whole, and not the whole.
                sector = (value.labels["sector"] or "none") if by_sector else ""
                found[value.indicator.code, value.area_id, period, own, sector] = value
    return [_again(each, found) for each in wanted]


def _again(each: Figure, found: Mapping[tuple[Any, ...], Value]) -> Figure:
    if each.source:
        return each
    value = found.get((each.indicator, each.area, each.period, each.own, each.sector))
    if value is None:
        # No sum of it at all: nothing was counted there, and a rate of nothing is none.
        is_count = each.part == VALUE and bindings.known(each.indicator).form == "count"
        return replace(each, value="0" if is_count else None, missing="")
    return of_value(value, each.part, each.compare, each.sector)


# --- to the records --------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """Where a figure opens to, and what lies there."""

    label: str
    href: str


def records(figure: Figure, areas: Mapping[int, Region], scope: Scope) -> list[Records]:
    """The pages of the records that it counts, as ``scope`` knows them; a rate has two."""
    if figure.source == LATE_UNIT:
        return [Records(_("Overdue hazards"), f"{reverse('hazards:list')}?"
                f"{urlencode({'late': 1, 'area': areas[figure.area].code})}")]  # fmt: skip
    if figure.source:
        return []
    each, area = bindings.known(figure.indicator), areas.get(figure.area)
    if area is None:
        return []
    span, sectors = period_of(figure, scope), _sectors(figure, scope)
    return [
        Records(str(known(kind).label), _page(each, n, area, span, sectors, figure.own, scope))
        for n, kind in enumerate(each.kinds)
    ]


def _page(
    each: Indicator, part: int, area: Region, span: Period, sectors: Sequence[str], own: bool,
    scope: Scope,
) -> str:  # fmt: skip
    """Its capability's own page where that shows just this figure, else the analysis's."""
    where = {name: list(values) for name, values in each.filters[part].items()}
    if sectors:
        where["sector"] = list(sectors)
    asked = Asked(each.kinds[part], area, span, where, own, scope.known_at)
    labels = {"sector": sectors} if sectors else {}
    # Their own page shows every task, and not one campaign's alone.
    own_page = "" if isinstance(each, bindings.OfCampaign) else opening.address_of(asked)
    return own_page or links.address(
        each.code, area.code, span, labels, part=part, own=own, known_at=scope.known_at
    )


def _sectors(figure: Figure, scope: Scope) -> Sequence[str]:
    """Of which sectors alone it is; none of them means all. "" is what names none."""
    if figure.sector:
        return ["" if figure.sector == "none" else figure.sector]
    return scope.sectors or []


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
    if area is None or not _may_read(by, figure):
        return Reach(False, False)
    try:
        own = readers.covered(by, area)
    except NotFound:
        return Reach(False, False)
    wanted = [figure.sector] if figure.sector else scope.sectors
    return Reach(True, own is None or (wanted is not None and set(wanted) <= set(own)))


def _may_read(by: Actor, figure: Figure) -> bool:
    return bool(figure.source) or bindings.may(by, figure.indicator)


def period_of(figure: Figure, scope: Scope) -> Period:
    """The days that the figure counts: of one of the period before, those."""
    if figure.part != BEFORE:
        return figure.span
    each = bindings.known(figure.indicator)
    _now, others = compute.sides(each, figure.compare, figure.span, scope.today)
    return others[0]


def offered(by: Actor, sectors: Sequence[str] | None = None) -> list[Indicator]:
    """Indicators that ``by`` may put into a paper, which tells of these sectors alone."""
    found = for_reader(by, by_sector=sectors is not None)
    return [each for code, each in declared().items() if code in found]


def offered_beside(by: Actor, sectors: Sequence[str] | None = None) -> tuple[list[Indicator], int]:
    """What else may be bound: items of forms, a campaign's tasks, bare counts; how many of the
    first two aren't listed."""
    return bindings.offered_to(by, by_sector=sectors is not None)
