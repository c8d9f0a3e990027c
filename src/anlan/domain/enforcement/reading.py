"""The book of enforcement as a workbook that comes in: rows become entries, or are told.

A row is known by all that stands in it, so that the same workbook again, or a mended one, adds
nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.text import plain, visible
from anlan.domain.enforcement import finding, kinds
from anlan.domain.enforcement.commands import ENTRIES_MAX, NewEntry, judge
from anlan.domain.enforcement.commands.checking import FIELDS, digest, lines
from anlan.domain.enforcement.models import Violation
from anlan.domain.enforcement.money import fen_of
from anlan.domain.enforcement.permissions import may_enter_for, may_enter_in
from anlan.domain.enforcement.refusals import EnforcementSheetTooLong, NoEnforcementSheet
from anlan.domain.enforcement.sheets import HEADS
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Unit
from anlan.kernel.papers.sheets import Row, Sheet, letter, read_workbook
from anlan.kernel.regions.models import Region

#: Without these there is no entry.
NEEDED = ("kind", "on")
#: Every violation of the enterprise that stands open.
ALL = "全部"
YES, NO = ("是", "√", "✓", "有", "1"), ("", "否", "×", "无", "0")
#: Rows above the header that a workbook may have.
HEADER_ROWS_MAX = 10
NUMBER_DIGITS_MAX = 9
#: In which a workbook may call the kinds.
LANGUAGES = ("zh-hans", "en")


class Wrong(NamedTuple):
    """A row to be mended, by sheet, row and column."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass
class Read:
    entries: list[NewEntry] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    #: Rows that an earlier workbook brought.
    known: int = 0


class _Bad(Exception):
    """What can't be read in one cell."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(column)


@dataclass
class _Line:
    """A row as it was written: its cells by our names, and where it stands."""

    sheet: str
    number: int
    places: Mapping[str, int]
    cells: dict[str, str]
    on: date | None

    def wrong(self, name: str, reason: str) -> Wrong:
        place = letter(self.places[name]) if name in self.places else ""
        head = HEADS.get(name, "")
        return Wrong(self.sheet, self.number, f"{place} {head}".strip(), reason)


def read(path: Path, name: str, by: Actor, unit: Unit, today: date) -> Read:
    """The entries of a workbook, each judged; what is wrong is told by row and column.

    Raises NoEnforcementSheet, EnforcementSheetTooLong. In a constant number of statements.
    """
    rows = _lines(path, name)
    found, known = Read(), _Known(rows, by, unit)
    made: list[tuple[_Line, NewEntry]] = []
    for line in rows:
        try:
            made.append((line, _entry(line, known)))
        except _Bad as bad:
            found.wrong.append(line.wrong(bad.column, bad.reason))
    told = judge([new for _line, new in made], unit, today)
    for n, refusal in told.wrong.items():
        found.wrong.append(made[n][0].wrong(str(refusal.data["field"]), str(refusal)))
    found.entries, found.known = told.good, told.known
    order = {sheet: n for n, sheet in enumerate(dict.fromkeys(line.sheet for line in rows))}
    found.wrong.sort(key=lambda each: (order[each.sheet], each.row))
    return found


def _lines(path: Path, name: str) -> list[_Line]:
    found: list[_Line] = []
    with read_workbook(path, name) as book:
        sheets = [(sheet, header) for sheet in book.sheets if (header := _header(sheet))]
        if not sheets:
            raise NoEnforcementSheet(columns="、".join(HEADS[each] for each in NEEDED))
        for sheet, (at, places) in sheets:
            for row in sheet.rows():
                if row.number <= at or row.is_blank():
                    continue
                line = _line(sheet.name, row, places)
                if any(line.cells.values()):
                    found.append(line)
                if len(found) > ENTRIES_MAX:
                    raise EnforcementSheetTooLong(max=ENTRIES_MAX)
    return found


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Which row names the columns: a heading is known without what stands in its brackets."""
    known = {_bare(head): name for name, head in HEADS.items()}
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            return None
        places: dict[str, int] = {}
        for n, value in enumerate(row.values):
            if name := known.get(_bare(_text(value))):
                places.setdefault(name, n)
        if all(name in places for name in NEEDED) and len(places) > len(NEEDED):
            return row.number, places
    return None


def _bare(head: str) -> str:
    return plain(head.split("（")[0].split("(")[0])


def _line(sheet: str, row: Row, places: Mapping[str, int]) -> _Line:
    cells = {name: _text(row.get(n)) for name, n in places.items()}
    return _Line(sheet, row.number, places, cells, _day(row.get(places["on"])))


def _text(value: Any) -> str:
    """A cell as somebody typed it: a whole number without its point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return visible(str(value)).strip()


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    said = _text(value).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    try:
        year, month, day = (int(part) for part in said.replace(".", "-").split("-"))
        return date(year, month, day)
    except ValueError:
        return None


class _Known:
    """What the rows name: kinds, enterprises, areas, sectors and open violations."""

    def __init__(self, rows: Sequence[_Line], by: Actor, unit: Unit) -> None:
        self.by, self.unit = by, unit
        self.kinds = _names()
        self.sectors = {**{plain(name): code for code, name in sectors.names().items()},
                        **{plain(code): code for code in sectors.names()}}  # fmt: skip
        names = {r.cells.get(each, "") for r in rows for each in ("firm", "code")} - {""}
        self.firms = finding.firms(names, by)
        self.areas = _areas({r.cells.get("area", "") for r in rows} - {""})
        self.units = _units({r.cells.get("unit", "") for r in rows} - {""}, by)
        self.open: dict[int, dict[str, int]] = defaultdict(dict)
        firms = {pk for found in self.firms.values() for pk in found}
        if any(r.cells.get("rectified") for r in rows):
            self._open(firms)

    def _open(self, firms: Collection[int]) -> None:
        """What stands open at these, and at what was merged into them."""
        found: list[tuple[int, int, str]] = []
        for chunk in bulk.slices(sorted(firms)):
            rows = Violation.objects.filter(
                Q(enterprise__in=chunk) | Q(enterprise__merged_into__in=chunk), void=False,
                rectified_by=None,
            )  # fmt: skip
            found += rows.values_list("pk", "enterprise", "key")
        now = finding.successors({firm for _pk, firm, _key in found})
        for pk, firm, key in found:
            self.open[now[firm]][key] = pk


def _names() -> dict[str, str]:
    """Kinds as a workbook may call them, in whichever language it was taken."""
    found = {code: code for code in kinds.KINDS}
    for language in LANGUAGES:
        with override(language):
            found |= {plain(str(kind.label)): code for code, kind in kinds.KINDS.items()}
    return found


def _areas(names: Collection[str]) -> Mapping[str, list[Region]]:
    found: dict[str, list[Region]] = defaultdict(list)
    for chunk in bulk.slices(sorted(names)):
        places = Q(code__in=chunk) | Q(name__in=chunk) | Q(full_name__in=chunk)
        for region in Region.objects.filter(places, valid_to=None):
            for name in {region.code, region.name, region.full_name}:
                found[name].append(region)
    return found


def _units(names: Collection[str], by: Actor) -> Mapping[str, list[int]]:
    """By name or code, the units of today that one may enter for."""
    found: dict[str, list[int]] = defaultdict(list)
    for chunk in bulk.slices(sorted(names)):
        for unit in Unit.objects.filter(Q(name__in=chunk) | Q(code__in=chunk), valid_to=None):
            if may_enter_for(by, unit):
                for name in {unit.name, unit.code}:
                    found[name].append(unit.pk)
    return found


def _entry(line: _Line, known: _Known) -> NewEntry:
    """The entry that a row is. Raises _Bad with the column to be mended."""
    cell = {name: line.cells.get(name, "") for name in HEADS}
    kind = known.kinds.get(plain(cell["kind"]))
    if kind is None:
        raise _Bad("kind", _("Choose the kind from the sheet “种类” of the template."))
    if line.on is None:
        raise _Bad("on", _("Write the day as 2024-06-25."))
    firm = _firm(cell, known)
    area, sector = (None, None) if firm else _where(cell, known)
    unit = _one_unit(cell["unit"], known)
    said = "\n".join(f"{name}={value}" for name, value in sorted(cell.items()) if value)
    return NewEntry(
        pk=uuid7(), kind=kind, on=line.on, number=cell["number"], enterprise=firm,
        party="" if firm else cell["party"] or cell["firm"], area_id=area, sector=sector,
        what=cell["what"], unit=unit, violations=lines(cell["violations"]),
        rectified=_rectified(cell["rectified"], firm, known),
        halted=_yes("halted", cell), suspended=_count("suspended", cell),
        revoked=_count("revoked", cell), close=_yes("close", cell), warned=_yes("warned", cell),
        fine=_money("fine", cell), heads=_count("heads", cell),
        head_fine=_money("head_fine", cell), persons=_count("persons", cell),
        reward=_money("reward", cell),
        origin=f"sheet:{known.unit.pk}:{digest(line.on.isoformat() + said)}",
    )  # fmt: skip


def _one_unit(written: str, known: _Known) -> int | None:
    found = known.units.get(written, [])
    if len(found) > 1:
        raise _Bad("unit", _("Several units are called so: write the code."))
    if written and not found:
        raise _Bad("unit", _("You enter for your own unit and those of your area."))
    return found[0] if found else None


def _firm(cell: Mapping[str, str], known: _Known) -> int | None:
    """By credit code, else by name; what says that it is in no register has neither."""
    for name in ("code", "firm"):
        written = cell[name]
        found = list(known.firms.get(written, ())) if written else []
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise _Bad("firm", _("Several enterprises are called so: write the credit code."))
    if cell["code"] or cell["firm"]:
        raise _Bad(
            "code" if cell["code"] else "firm",
            _("No enterprise that you answer for is called so. Look in the register."),
        )
    return None


def _where(cell: Mapping[str, str], known: _Known) -> tuple[int, str | None]:
    """Area and sector of what names no enterprise; without an area it is the unit's own."""
    sector = known.sectors.get(plain(cell["sector"])) if cell["sector"] else None
    if cell["sector"] and sector is None:
        raise _Bad("sector", _("No sector is called so; leave it empty or choose one."))
    places = [known.unit.area]
    if cell["area"]:
        places = [
            each for each in known.areas.get(cell["area"], ())
            if may_enter_in(known.by, each.path, sector)
        ]  # fmt: skip
    if len(places) > 1:
        raise _Bad("area", _("Several areas are called so: write the code."))
    if not places or not may_enter_in(known.by, places[0].path, sector):
        raise _Bad("area", _("No area that you answer for is called so."))
    return places[0].pk, sector


def _rectified(written: str, firm: int | None, known: _Known) -> tuple[int, ...]:
    if not written:
        return ()
    still = known.open.get(firm or 0, {})
    if written.strip() == ALL:
        if not still:
            raise _Bad("rectified", _("No violation is open at this enterprise."))
        return tuple(sorted(still.values()))
    found = []
    for each in lines(written):
        pk = still.get(digest(plain(each)))
        if pk is None:
            raise _Bad(
                "rectified",
                _("“%(words)s” is not open at this enterprise. Write its words as they were "
                  "entered; what this workbook enters itself is rectified by the next one.")
                % {"words": each[:60]},
            )  # fmt: skip
        found.append(pk)
    return tuple(found)


def _yes(name: str, cell: Mapping[str, str]) -> bool:
    if cell[name] not in (*YES, *NO):
        raise _Bad(name, _("Write 是 or 否."))
    return cell[name] in YES


def _count(name: str, cell: Mapping[str, str]) -> int:
    written = cell[name].replace(",", "")
    if not written:
        return 0
    if not (written.isascii() and written.isdecimal()) or len(written) > NUMBER_DIGITS_MAX:
        raise _Bad(name, _("“%(field)s”: write a whole number.") % {"field": FIELDS[name]})
    return int(written)


def _money(name: str, cell: Mapping[str, str]) -> int:
    if not cell[name]:
        return 0
    fen = fen_of(cell[name])
    if fen is None:
        raise _Bad(
            name,
            _("“%(field)s”: write yuan with at most two digits behind the point, as 30000.50.")
            % {"field": FIELDS[name]},
        )
    return fen
