"""Where one cell is the ledger's for some units and days and declared for others: each once.

A unit that wasn't on the system declared its months, and the ledger counts the others. The year to
date is both, and says which is which. Where cases enter the ledger later for days that a unit
declared, the declared number goes on counting and the ledger's stands beside it, for a person to
decide. A declared zero takes no case's place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F
from django.utils import timezone

from anlan.base import bulk
from anlan.base.paths import below
from anlan.domain.filings import deriving
from anlan.domain.filings.deriving import Read
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Adds, Chain, Declared, Filing, Form, Item
from anlan.domain.filings.terms import Cell, Definition
from anlan.kernel.accounts import sectors
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.dates import DAY
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators.declare import Count

#: Figures that one reading of the ledger is asked for.
CELLS_AT_ONCE = 100_000


def bases(definition: Definition) -> dict[str, Cell]:
    """The cells of a period that the ledger counts and that some units declare instead."""
    return {
        key: place.cell for key, place in definition.by_key().items()
        if place.cell.mode == "derived" and place.cell.instead and place.cell.over == "period"
    }  # fmt: skip


def year_bases(definition: Definition) -> dict[str, str]:
    """By cell of a year to date, the cell of the period that some units declare instead."""
    instead = bases(definition)
    declared = {_counted(cell): key for key, cell in instead.items()}
    found = {}
    for key, place in definition.by_key().items():
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
    """How both kinds of numbers go together; different ones have no mixed year."""
    item, indicator = items.get(cell.instead or 0), deriving.indicator_of(cell, items)
    if item is None or not isinstance(indicator, Count) or item.digits != cell.digits:
        return ""
    measure = known(indicator.kind).measure
    if item.adds == Adds.STANDS and measure is Measure.STOCK:
        return Adds.STANDS
    if item.adds == Adds.DISTINCT and measure is Measure.DISTINCT:
        return Adds.DISTINCT
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


class _Said(NamedTuple):
    """What a unit declared of an item, in the period of that code."""

    code: str
    start: date
    end: date
    value: int


def of_filing(
    asked: Asked, keys: Collection[str], typed: Mapping[str, Any], at: datetime
) -> dict[str, Mixed]:
    """By cell of a period, its year to date: declared where the unit declared, else the ledger's.

    Two readings, however many cells and periods.
    """
    if not keys:
        return {}
    year = deriving.period_of(asked.filing).cumulative()
    rows = _declared_by(asked, keys, year)
    found, said = {}, {}
    for key in keys:
        mine = _with_own(asked, key, rows, typed)
        alone = _without_ledger(asked, key, mine, typed)
        if alone is None:
            said[key] = mine
        else:
            found[key] = alone
    return found | _with_ledger(asked, year, said, at)


def _declared_by(asked: Asked, keys: Collection[str], year: Period) -> dict[int, list[_Said]]:
    """By item, what the unit declared in the year's other periods up to this one, oldest first."""
    filing: Filing = asked.filing
    items = {asked.known[key].cell.instead for key in keys}
    rows = Declared.objects.filter(
        unit=filing.unit_id, item__in=sorted(items), stands=True, start__gte=year.start,
        end__lte=filing.end,
    ).exclude(entry__filing=filing.pk).order_by("start")  # fmt: skip
    found: dict[int, list[_Said]] = defaultdict(list)
    for item, *one in rows.values_list("item", "entry__filing__code", "start", "end", "value"):
        found[item].append(_Said(*one))  # type: ignore[arg-type]  # As its columns say.
    return found


def _with_own(
    asked: Asked, key: str, rows: Mapping[int, list[_Said]], typed: Mapping[str, Any]
) -> list[_Said]:
    """What counts of a cell's declared numbers, this period's included: of what stands the last."""
    cell, filing = asked.known[key].cell, asked.filing
    mine = rows.get(cell.instead or 0, [])
    own = key in asked.typed
    if own and isinstance(typed.get(key), int):
        mine = [*mine, _Said(filing.code, filing.start, filing.end, typed[key])]
    if _adds(cell, asked.items) == Adds.STANDS:
        return mine[-1:] if own else []
    return mine


def _without_ledger(
    asked: Asked, key: str, mine: Sequence[_Said], typed: Mapping[str, Any]
) -> Mixed | None:
    """The year to date where it is none or declared alone; None where the ledger has a part."""
    adds = _adds(asked.known[key].cell, asked.items)
    codes = tuple(one.code for one in mine)
    if key in asked.typed and typed.get(key) is None:
        return Mixed(Read(None), None, codes)
    counted = [one for one in mine if one.value]
    if counted and adds in ("", Adds.DISTINCT):
        return Mixed(Read(None, "not_addable"), None, codes)
    if counted and adds == Adds.STANDS:
        return Mixed(Read(0), counted[-1].value, (counted[-1].code,))
    return None


def _with_ledger(
    asked: Asked, year: Period, said: Mapping[str, Sequence[_Said]], at: datetime
) -> dict[str, Mixed]:
    """The ledger's of the days that aren't declared, with what was; a zero declares no days."""
    gaps = {
        key: _gaps(year, [(one.start, one.end) for one in mine if one.value])
        for key, mine in said.items()
    }
    table = _read(asked, said, list(dict.fromkeys(s for each in gaps.values() for s in each)), at)
    found = {}
    for key, mine in said.items():
        parts = [table.get((span, key), Read(None)) for span in gaps[key]]
        lacking = next((one for one in parts if one.value is None), None)
        ledger = lacking or Read(sum(one.value or 0 for one in parts))
        declared = sum(one.value for one in mine) if mine else None
        found[key] = Mixed(ledger, declared, tuple(one.code for one in mine))
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
    instead = bases(definition)
    cells = {cell.instead: key for key, cell in instead.items()}
    found = {key: Overlap() for key in cells.values()}
    rows = Declared.objects.filter(
        below(form.path, "unit__path"), item__in=[pk for pk in cells if pk], stands=True,
        start__gte=period.start, end__lte=period.end,
        entry__filing__line=F("entry__filing__form__line"),
    ).exclude(value=0).select_related("unit", "entry__filing__unit")  # fmt: skip
    # A whole form's answers stand in an entry.
    rows = rows.defer("entry__values", "entry__derived", "entry__reasons")
    mine = list(rows.order_by("unit__path", "unit", "start")) if cells else []
    for pk, key in cells.items():
        adds = _adds(instead[key], items)
        some = [row for row in mine if row.item_id == pk]
        if adds == Adds.STANDS:
            mine = [row for row in mine if row.item_id != pk or row.end == period.end]
        elif some and (not adds or (adds == Adds.DISTINCT and not _within(some, period))):
            found[key].addable = False
            mine = [row for row in mine if row.item_id != pk]
    counts = _in_ledger(definition, items, mine, cells, at)
    for row in mine:
        key, n = cells[row.item_id], counts.get(row.pk, 0)
        if n:
            found[key].ledger += n
            found[key].doubles.append(Double(row.entry.filing, key, row.value, n))
    return found


def _within(rows: Iterable[Declared], period: Period) -> bool:
    """Whether all of them tell of just this period: different ones add up over places alone."""
    return all((row.start, row.end) == (period.start, period.end) for row in rows)


#: Empty: every sector.
_Sectors = tuple[str, ...]


class _Part(NamedTuple):
    """What is counted (1) of a declared row's places and days, or taken off again (-1)."""

    sign: int
    sectors: _Sectors
    row: Declared


def _in_ledger(
    definition: Definition, items: Mapping[int, Item], rows: Sequence[Declared],
    cells: Mapping[Any, str], at: datetime,
) -> dict[int, int]:  # fmt: skip
    """By declared row what the ledger counts there beside; of places in each other once."""
    if not rows:
        return {}
    parts = _parts(rows, deriving.sectors_of({row.unit_id for row in rows}, timezone.localdate(at)))
    only = _period_cells(definition, {cells[row.item_id] for row in rows})
    spans = list(dict.fromkeys(periods.span(one.row.start, one.row.end) for one in parts))
    places = list(dict.fromkeys(one.row.unit.area_id for one in parts))
    width = len(spans) * len(only.by_key()) * (len(sectors.names()) + 1)
    read: dict[tuple[int, Period, str], Counter[str]] = {}
    for areas in bulk.slices(places, max(1, CELLS_AT_ONCE // max(1, width))):
        read |= deriving.by_sector(only, items, areas, spans, at=at)
    found: dict[int, int] = defaultdict(int)
    for sign, which, row in parts:
        place = (row.unit.area_id, periods.span(row.start, row.end), cells[row.item_id])
        counted = read.get(place, Counter[str]())
        found[row.pk] += sign * sum(n for name, n in counted.items() if not which or name in which)
    return found


def _parts(rows: Sequence[Declared], sectors: Mapping[int, _Sectors]) -> list[_Part]:
    """What each row counts that none above it counts already, of the same item and days."""
    found = []
    above: dict[tuple[int, date, date], list[tuple[str, _Sectors]]] = defaultdict(list)
    # Whoever answers for all sectors comes first of those at one place.
    for row in sorted(rows, key=lambda row: (row.unit.path, len(_own(row, sectors)))):
        own = _own(row, sectors)
        group = above[row.item_id, row.start, row.end]
        covering = [each for path, each in group if row.unit.path.startswith(path)]
        group.append((row.unit.path, own))
        if not all(covering):
            # One above it counts every sector.
            continue
        found.append(_Part(1, own, row))
        counted = {sector for each in covering for sector in each}
        if both := counted & set(own) if own else counted:
            found.append(_Part(-1, tuple(sorted(both)), row))
    return found


def _own(row: Declared, sectors: Mapping[int, _Sectors]) -> _Sectors:
    return sectors.get(row.unit_id, ()) if row.entry.filing.line == Chain.SECTOR else ()
