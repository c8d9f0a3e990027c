"""What the ledger says in the cells of a form: for a unit's places and sectors, in its period."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.domain.filings import terms, vague
from anlan.domain.filings.loop import BESIDE, FIGURE, ITEM
from anlan.domain.filings.models import Adds, Chain, Declared, Filing, Item
from anlan.domain.filings.terms import DIVIDED, TYPED, Cell, Definition, Place
from anlan.domain.filings.vague import Bounds
from anlan.kernel.accounts.models import Jurisdiction, valid_on
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import kinds, sql, subjects
from anlan.kernel.facts.asking import MISSING
from anlan.kernel.facts.figures import Query
from anlan.kernel.facts.intern import labels_of
from anlan.kernel.facts.kinds import Measure
from anlan.kernel.facts.models import Fact
from anlan.kernel.facts.subjects import Subjects
from anlan.kernel.indicators import compute, declare
from anlan.kernel.indicators.declare import Count, Indicator, Ratio

#: Why a worked-out cell shows nothing, beside the ledger's own reasons.
REASONS: Mapping[str, Any] = {**MISSING, "not_addable": _("can't be added over periods")}


@dataclass(frozen=True)
class Read:
    """One derived cell: a whole number in its smallest unit, or why there is none."""

    #: A whole number; of a year to date also bounds, as data.
    value: Any
    missing: str = ""

    @property
    def kept(self) -> Any:
        """As an entry keeps it."""
        return self.value if self.value is not None else self.missing

    @classmethod
    def of(cls, kept: Any) -> Read:
        return cls(kept) if isinstance(kept, int | dict) else cls(None, str(kept or ""))


def indicator_of(cell: Cell, items: Mapping[int, Item]) -> Indicator | None:
    """What a derived cell counts; None where no capability or item has it any more."""
    where = {name: tuple(values) for name, values in cell.where.items()}
    if cell.item is not None:
        item = items.get(cell.item)
        if item is None:
            return None
        label = {ITEM: (str(item.pk),), **where}
        return Count(f"item:{item.pk}", item.name, FIGURE.code, label, unit=item.measure,
                     basis=item.basis)  # fmt: skip
    found = declare.declared().get(cell.counts)
    if found is not None and not where:
        return found
    if isinstance(found, Count):
        return Count(found.code, found.label, found.kind, {**found.where, **where},
                     unit=found.unit, basis=found.basis)  # fmt: skip
    if isinstance(found, Ratio):
        return replace(
            found, part_where={**found.part_where, **where},
            whole_where={**found.whole_where, **where},
        )  # fmt: skip
    kind = kinds.declared().get(cell.counts)
    if kind is None:
        return None
    return Count(kind.code, kind.label, kind.code, where)


def shows(cell: Cell) -> bool:
    """Whether what a derived cell counts can be shown with its digits: only money isn't whole."""
    if cell.digits == terms.FEN or cell.item is not None:
        return cell.item is None or cell.digits == terms.FEN
    found = indicator_of(cell, {})
    money = isinstance(found, Count) and kinds.known(found.kind).is_money
    return money and cell.digits in terms.MONEY


def name_of(cell: Cell, items: Mapping[int, Item]) -> str | Promise:
    found = indicator_of(cell, items)
    return found.label if found else cell.counts or str(cell.item or "")


def digits_of(place: Place, known: Mapping[str, Place], items: Mapping[int, Item],
              declares: bool = False) -> int:  # fmt: skip
    """Digits behind the point of what stands in a cell."""
    cell = place.cell
    if cell.mode in TYPED or (cell.mode == "derived" and cell.item is not None):
        item = items.get(cell.item or 0)
        return item.digits if item else 0
    if cell.mode == "derived":
        instead = items.get(cell.instead or 0)
        if declares and instead is not None:
            return instead.digits
        found = indicator_of(cell, items)
        return found.digits if isinstance(found, Ratio) else cell.digits
    if cell.mode == "cumulative":
        return digits_of(known[cell.of[0]], known, items, declares)
    if cell.mode in DIVIDED:
        return cell.digits or int(cell.mode == "percent")
    return max(
        (digits_of(known[key], known, items, declares) for key in (*cell.of, *cell.minus)
         if key in known), default=0,
    )  # fmt: skip


def items_of(definition: Definition) -> dict[int, Item]:
    """Every item that the form names; one statement."""
    wanted = {
        pk for place in definition.places() for pk in (place.cell.item, place.cell.instead) if pk
    }
    return Item.objects.in_bulk(wanted) if wanted else {}


def sectors_of(units: Collection[int], day: Any) -> dict[int, tuple[str, ...]]:
    """By unit, the sectors that it answers for; empty where it answers for all."""
    rows = Jurisdiction.objects.filter(valid_on(day), unit__in=units, enterprise_id=None)
    found: dict[int, set[str | None]] = defaultdict(set)
    for unit, sector in rows.values_list("unit", "sector"):
        found[unit].add(sector)
    return {
        unit: () if None in mine else tuple(sorted(s for s in mine if s))
        for unit, mine in found.items()
    }


#: By area, period and cell.
Table = dict[tuple[int, Period, str], Read]


def read(
    definition: Definition, items: Mapping[int, Item], areas: Sequence[int],
    when: Sequence[Period], *, at: datetime, sectors: Sequence[str] = (),
    known_at: datetime | None = None,
) -> Table:  # fmt: skip
    """Every derived cell of the form for these areas and periods: the ledger is read once.

    Also what a cumulative cell of a derived one shows.
    """
    wanted = _wanted(definition, items)
    if not wanted or not areas or not when:
        return {}
    years = [one.cumulative() for one in when] if any(one.over_year for one in wanted) else []
    query = Query(
        kinds=(), areas=list(dict.fromkeys(areas)), periods=list(dict.fromkeys((*when, *years))),
        at=at, as_known_at=known_at, where={"sector": list(sectors)} if sectors else {},
        coverage=True,
    )  # fmt: skip
    values = compute.evaluate(_unique(wanted), query)
    by_place = {(v.area_id, v.period, v.indicator.code): v for v in values}
    different = _different(wanted, query)
    found_cells, known = Table(), definition.by_key()
    for area in query.areas:
        for one in when:
            for each in wanted:
                period = one.cumulative() if each.over_year else one
                place = (area, period, each.indicator.code)
                value = by_place.get(place)
                if place in different:
                    found_cells[area, one, each.key] = different[place]
                elif value is not None:
                    found_cells[area, one, each.key] = _read(value, known[each.key])
    return found_cells


def _different(wanted: Iterable[_Wanted], query: Query) -> dict[tuple[int, Period, str], Read]:
    """What counts different ones (家) over other days than its kind's own: each once in them.

    A year's first months can't be added up of the months: who was there in two counts once.
    """
    asked: dict[tuple[int, Period, str], Subjects] = {}
    for each in wanted:
        one = each.indicator
        if not isinstance(one, Count) or kinds.known(one.kind).measure is not Measure.DISTINCT:
            continue
        for period in query.periods:
            if not _is_own(period, kinds.known(one.kind).period):
                asked |= {
                    (area, period, one.code): Subjects(
                        one.kind, area, period, {**one.where, **query.where}, coverage=True
                    )
                    for area in query.areas
                }
    counts = subjects.counted(list(asked.values()), at=query.at, as_known_at=query.as_known_at)
    return {place: Read(*count) for place, count in zip(asked, counts, strict=True)}


def _is_own(period: Period, kind: str) -> bool:
    own = periods.of(periods.Kind(kind), period.start)
    return (period.start, period.end) == (own.start, own.end)


def by_sector(
    definition: Definition, items: Mapping[int, Item], areas: Sequence[int],
    when: Sequence[Period], *, at: datetime,
) -> dict[tuple[int, Period, str], Counter[str]]:  # fmt: skip
    """Of derived cells that count, by area, period and cell, what each sector adds."""
    wanted = _wanted(definition, items)
    keys: dict[str, list[str]] = defaultdict(list)
    for each in wanted:
        assert isinstance(each.indicator, Count), f"{each.key} counts nothing"
        assert not each.over_year, f"{each.key} is of its period"
        keys[each.indicator.code].append(each.key)
    found: dict[tuple[int, Period, str], Counter[str]] = defaultdict(Counter)
    query = Query(kinds=(), areas=list(areas), periods=list(when), at=at, by=[SECTOR])
    for value in compute.evaluate(_unique(wanted), query) if wanted else ():
        for key in keys[value.indicator.code]:
            found[value.area_id, value.period, key][value.labels[SECTOR]] += int(value.value or 0)
    return found


SECTOR = "sector"


class _Wanted(NamedTuple):
    """A cell that the ledger fills, by what, and whether over the year so far."""

    key: str
    indicator: Indicator
    over_year: bool


def _wanted(definition: Definition, items: Mapping[int, Item]) -> list[_Wanted]:
    known = definition.by_key()
    found: list[_Wanted] = []
    # One kind narrowed in several ways is several indicators: each has a code of its own.
    codes: dict[_Identity, Indicator] = {}
    for key, place in known.items():
        cell, over_year = place.cell, place.cell.over == "year"
        if cell.mode == "cumulative":
            cell, over_year = known[cell.of[0]].cell, True
        each = indicator_of(cell, items) if cell.mode == "derived" else None
        if each is not None:
            own = codes.setdefault(_identity(each), replace(each, code=f"{each.code}#{len(codes)}"))
            found.append(_Wanted(key, own, over_year))
    return found


def _unique(wanted: Iterable[_Wanted]) -> list[Indicator]:
    return list({each.indicator.code: each.indicator for each in wanted}.values())


_Identity = tuple[str, tuple[Any, ...]]


def _identity(each: Indicator) -> _Identity:
    return each.code, tuple(tuple(sorted(where.items())) for where in each.filters)


def _read(value: compute.Value, place: Place) -> Read:
    if value.value is None:
        return Read(None, value.missing)
    if isinstance(value.value, Decimal):
        each = value.indicator
        digits = each.digits if isinstance(each, Ratio) else place.cell.digits
        return Read(int((value.value * 10**digits).to_integral_value()))
    return Read(value.value)


# --- of one filing -------------------------------------------------------------------------


def period_of(filing: Filing) -> Period:
    return periods.parse(filing.code)


def of_filing(
    filing: Filing, definition: Definition, items: Mapping[int, Item], at: datetime,
    known_at: datetime | None = None,
) -> dict[str, Read]:  # fmt: skip
    """The derived cells of one filing: its unit's area, in the sector line its own sectors."""
    sectors: Sequence[str] = ()
    if filing.line == Chain.SECTOR:
        sectors = sectors_of([filing.unit_id], timezone.localdate(at)).get(filing.unit_id, ())
    period, area = period_of(filing), filing.unit.area_id
    table = read(definition, items, [area], [period], at=at, sectors=sectors, known_at=known_at)
    return {key: one for (_area, _period, key), one in table.items()}


def declared_before(filing: Filing, items: Iterable[Item]) -> dict[int, int]:
    """By item, what the unit declared from the year's first day on in other periods."""
    labels = [str(item.pk) for item in items]
    if not labels:
        return {}
    own = filing.entries.values("pk")
    facts = Fact.objects.filter(
        sql.labelled(ITEM, labels), kind__code__in=[FIGURE.code, BESIDE.code],
        area_id=filing.unit.area_id, unit_id=filing.unit_id,
        day__gte=filing.end.replace(month=1, day=1), day__lte=filing.end,
    ).filter(~Q(batch_id__in=own))  # fmt: skip
    rows = facts.order_by().values_list("labels__key").annotate(n=Sum("quantity"))
    return {int(labels_of(key)[ITEM]): n for key, n in rows}


def bounds_before(filing: Filing, items: Iterable[Item]) -> dict[int, list[Bounds]]:
    """By item, what the unit told as bounds from the year's first day on in other periods."""
    wanted = [item.pk for item in items if item.vague]
    found: dict[int, list[Bounds]] = defaultdict(list)
    if wanted:
        rows = Declared.objects.filter(
            unit=filing.unit_id, item__in=wanted, stands=True, end__lte=filing.end,
            start__gte=filing.end.replace(month=1, day=1),
        ).exclude(said="").exclude(entry__filing=filing.pk)  # fmt: skip
        for row in rows.order_by("start"):
            found[row.item_id].append(Bounds(row.low, row.high))
    return found


def cumulative(item: Item, before: int, value: Any, spans: Sequence[Bounds] = ()) -> Read | str:
    """The year to date of a declared number: before, and now; what is bounds stays apart."""
    if item.adds == Adds.DISTINCT:
        return Read(None, "not_addable")
    if item.adds == Adds.STANDS:
        return value if isinstance(value, str) else Read(value)
    now = Bounds.of(value)
    every = [*spans, *([now] if now else [])]
    if every:
        exact = before + (value if isinstance(value, int) else 0)
        return Read(replace(vague.total([(one, 1) for one in every]), exact=exact).data)
    if not isinstance(value, int):
        return "na" if value == "na" and not before else Read(before or None)
    return Read(before + value)
