"""Where one cell is the ledger's for some units and days and declared for others: each once.

A unit that wasn't on the system declared its months, and the ledger counts the others. The year to
date is both, and says which is which. Where cases enter the ledger later for days that a unit
declared, the declared number goes on counting and the ledger's stands beside it, for a person to
decide. A declared zero takes no case's place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from anlan.base import bulk
from anlan.base.paths import below
from anlan.domain.filings import deriving
from anlan.domain.filings.deriving import Read
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Adds, Chain, Declared, Filing, Form, Item
from anlan.domain.filings.terms import Cell, Definition
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators.declare import Count

DAY = timedelta(1)


def year_bases(definition: Definition) -> dict[str, str]:
    """By cell of a year to date, the cell of the period that some units declare instead."""
    places = definition.by_key()
    declared = {
        _counted(place.cell): key for key, place in places.items()
        if place.cell.mode == "derived" and place.cell.instead and place.cell.over == "period"
    }  # fmt: skip
    found = {}
    for key, place in places.items():
        cell = place.cell
        if cell.mode == "cumulative" and cell.of[0] in declared.values():
            found[key] = cell.of[0]
        elif cell.mode == "derived" and cell.over == "year" and _counted(cell) in declared:
            found[key] = declared[_counted(cell)]
    return found


def _counted(cell: Cell) -> tuple[Any, ...]:
    where = tuple(sorted((name, tuple(sorted(values))) for name, values in cell.where.items()))
    return cell.counts, cell.item, where


def _period_cells(definition: Definition, keys: Collection[str]) -> Definition:
    """Of a form only these cells."""
    sections = tuple(
        replace(section, rows=tuple(
            replace(row, cells={k: c for k, c in row.cells.items() if f"{row.key}.{k}" in keys})
            for row in section.rows
        ))
        for section in definition.sections
    )  # fmt: skip
    return replace(definition, sections=sections, rules=())


def _adds(cell: Cell, items: Mapping[int, Item]) -> str:
    """Whether both kinds of numbers add up over days; one that doesn't has no mixed year."""
    item, indicator = items.get(cell.instead or 0), deriving.indicator_of(cell, items)
    if item is None or not isinstance(indicator, Count) or item.digits != cell.digits:
        return ""
    measure = known(indicator.kind).measure
    if item.adds == Adds.STANDS and measure is Measure.STOCK:
        return Adds.STANDS
    return Adds.FLOW if item.adds == Adds.FLOW and measure is Measure.FLOW else ""


# --- of one unit ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Mixed:
    """A year to date: what the ledger counts, what was declared, and for which periods."""

    ledger: Read
    declared: int | None = None
    codes: tuple[str, ...] = ()

    @property
    def read(self) -> Read:
        if self.declared is None or self.ledger.value is None:
            return self.ledger
        return Read(self.ledger.value + self.declared)


def of_filing(
    asked: Asked, bases: Collection[str], typed: Mapping[str, Any], at: datetime
) -> dict[str, Mixed]:
    """By cell of a period, its year to date: declared where the unit declared, else the ledger's.

    Two readings, however many cells and periods.
    """
    if not bases:
        return {}
    filing: Filing = asked.filing
    year = deriving.period_of(filing).cumulative()
    rows = _declared_by(filing, asked, bases, year)
    found, wanted, gaps = {}, {}, {}
    for key in bases:
        cell, item = asked.known[key].cell, asked.items[asked.known[key].cell.instead or 0]
        mine = rows.get(item.pk, [])
        own = asked.typed.get(key)
        if own is not None and isinstance(typed.get(key), int):
            mine = [*mine, (filing.code, filing.start, filing.end, typed[key])]
        adds = _adds(cell, asked.items)
        if adds == Adds.STANDS:
            mine = mine[-1:] if own is not None else []
        counted = [one for one in mine if one[3]]
        if own is not None and typed.get(key) is None:
            found[key] = Mixed(Read(None), None, tuple(one[0] for one in mine))
        elif counted and not adds:
            found[key] = Mixed(Read(None, "not_addable"), None, tuple(one[0] for one in mine))
        elif counted and adds == Adds.STANDS:
            found[key] = Mixed(Read(0), counted[-1][3], (counted[-1][0],))
        else:
            wanted[key] = mine
            gaps[key] = _gaps(year, [(start, end) for _code, start, end, _n in counted])
    spans = list(dict.fromkeys(one for each in gaps.values() for one in each))
    table = _read(asked, wanted, spans, at)
    for key, mine in wanted.items():
        parts = [table.get((span, key), Read(None)) for span in gaps[key]]
        lacking = next((one for one in parts if one.value is None), None)
        ledger = lacking or Read(sum(one.value or 0 for one in parts))
        declared = sum(one[3] for one in mine) if mine else None
        found[key] = Mixed(ledger, declared, tuple(one[0] for one in mine))
    return found


def _declared_by(
    filing: Filing, asked: Asked, bases: Collection[str], year: Period
) -> dict[int, list[tuple[str, date, date, int]]]:
    """By item, what the unit declared in the year's other periods up to this one, oldest first."""
    items = {asked.known[key].cell.instead for key in bases}
    rows = Declared.objects.filter(
        unit=filing.unit_id, item__in=sorted(items), stands=True, start__gte=year.start,
        end__lte=filing.end,
    ).exclude(entry__filing=filing.pk).order_by("start")  # fmt: skip
    found: dict[int, list[tuple[str, date, date, int]]] = defaultdict(list)
    for item, *one in rows.values_list("item", "entry__filing__code", "start", "end", "value"):
        found[item].append(tuple(one))  # type: ignore[arg-type]  # As its columns say.
    return found


def _gaps(year: Period, declared: Iterable[tuple[date, date]]) -> list[Period]:
    """The days of the year to date that aren't declared, as few periods."""
    found, day = [], year.start
    for start, end in sorted(declared):
        if start > day:
            found.append(periods.span(day, start - DAY))
        day = max(day, end + DAY)
    if day <= year.end:
        found.append(periods.span(day, year.end))
    return found


def _read(
    asked: Asked, keys: Collection[str], spans: Sequence[Period], at: datetime
) -> dict[tuple[Period, str], Read]:
    filing: Filing = asked.filing
    sectors: Sequence[str] = ()
    if filing.line == Chain.SECTOR:
        sectors = deriving.sectors_of([filing.unit_id], timezone.localdate(at)).get(
            filing.unit_id, ()
        )
    only = _period_cells(asked.definition, keys)
    table = deriving.read(only, asked.items, [filing.unit.area_id], spans, at=at, sectors=sectors)
    return {(span, key): one for (_area, span, key), one in table.items()}


# --- of a form's whole area ----------------------------------------------------------------


@dataclass(frozen=True)
class Double:
    """Declared by a unit, and in the ledger for the same places and days: the declared counts."""

    filing: Filing
    key: str
    declared: int
    ledger: int


@dataclass
class Overlap:
    """Of one cell, what of the ledger's stands declared as well and so is in no sum."""

    ledger: int = 0
    doubles: list[Double] = field(default_factory=list)
    addable: bool = True


def of_form(
    form: Form, definition: Definition, items: Mapping[int, Item], period: Period, at: datetime
) -> dict[str, Overlap]:
    """By cell that some units declare, in a period, what of the ledger's they declared."""
    places = definition.by_key()
    cells = {
        place.cell.instead: key for key, place in places.items()
        if place.cell.mode == "derived" and place.cell.instead and place.cell.over == "period"
    }  # fmt: skip
    found = {key: Overlap() for key in cells.values()}
    rows = Declared.objects.filter(
        below(form.path, "unit__path"), item__in=[pk for pk in cells if pk], stands=True,
        start__gte=period.start, end__lte=period.end,
        entry__filing__line=F("entry__filing__form__line"),
    ).exclude(value=0).select_related("unit", "entry__filing__unit")  # fmt: skip
    mine = list(rows.order_by("unit__path", "unit", "start")) if cells else []
    for pk, key in cells.items():
        adds = _adds(places[key].cell, items)
        some = [row for row in mine if row.item_id == pk]
        if adds == Adds.STANDS:
            mine = [row for row in mine if row.item_id != pk or row.end == period.end]
        elif some and not adds:
            found[key].addable = False
            mine = [row for row in mine if row.item_id != pk]
    counts = _in_ledger(definition, items, mine, cells, at)
    for row in mine:
        key, n = cells[row.item_id], counts.get(row.pk, 0)
        if n:
            found[key].ledger += n
            found[key].doubles.append(Double(row.entry.filing, key, row.value, n))
    return found


_Sectors = tuple[str, ...]


def _in_ledger(
    definition: Definition, items: Mapping[int, Item], rows: Sequence[Declared],
    cells: Mapping[Any, str], at: datetime,
) -> dict[int, int]:  # fmt: skip
    """By declared row what the ledger counts there beside; of places in each other once."""
    if not rows:
        return {}
    sectors = deriving.sectors_of({row.unit_id for row in rows}, timezone.localdate(at))
    parts: dict[int, list[tuple[int, _Sectors]]] = {}
    above: dict[tuple[int, date, date], list[tuple[str, _Sectors]]] = defaultdict(list)
    # Whoever answers for all sectors comes first of those at one place.
    ordered = sorted(rows, key=lambda row: (row.unit.path, len(_own(row, sectors))))
    for row in ordered:
        own = _own(row, sectors)
        group = above[row.item_id, row.start, row.end]
        covering = [each for path, each in group if row.unit.path.startswith(path)]
        group.append((row.unit.path, own))
        if any(not each for each in covering):
            continue
        parts[row.pk] = [(1, own)]
        if covering:
            both = {s for each in covering for s in each} & (set(own) or {
                s for each in covering for s in each
            })  # fmt: skip
            if both:
                parts[row.pk].append((-1, tuple(sorted(both))))
    wanted: dict[_Sectors, list[Declared]] = defaultdict(list)
    by_pk = {row.pk: row for row in rows}
    for pk, each in parts.items():
        for _sign, which in each:
            wanted[which].append(by_pk[pk])
    only = _period_cells(definition, set(cells.values()))
    read: dict[tuple[_Sectors, int, date, date, str], int] = {}
    for which, some in wanted.items():
        spans = list(dict.fromkeys(periods.span(row.start, row.end) for row in some))
        for areas in bulk.slices(list(dict.fromkeys(row.unit.area_id for row in some)), 200):
            table = deriving.read(only, items, areas, spans, at=at, sectors=which)
            for (area, span, key), one in table.items():
                read[which, area, span.start, span.end, key] = one.value or 0
    return {
        pk: sum(
            sign * read.get((which, by_pk[pk].unit.area_id, by_pk[pk].start, by_pk[pk].end,
                             cells[by_pk[pk].item_id]), 0)
            for sign, which in each
        )
        for pk, each in parts.items()
    }  # fmt: skip


def _own(row: Declared, sectors: Mapping[int, _Sectors]) -> _Sectors:
    return sectors.get(row.unit_id, ()) if row.entry.filing.line == Chain.SECTOR else ()
