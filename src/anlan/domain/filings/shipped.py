"""Forms that come with the software, read from data; an office takes one over as its own draft."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.filings import commands, deriving
from anlan.domain.filings.commands import NewForm, NewItem
from anlan.domain.filings.models import Adds
from anlan.domain.filings.terms import DIVIDED, Cell, Column, Definition, Row, Rule, Section
from anlan.domain.filings.who import Group
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import UnitKind
from anlan.kernel.calendar import periods
from anlan.kernel.facts.kinds import Measure, known
from anlan.kernel.indicators.declare import Count
from anlan.kernel.regions.models import Level

FOLDER = Path(__file__).parent / "data"
NAMES = ("campaign_month", "hazards_month")
#: How sure a row is: A seen in a source, B known, C ours.
SURE = {"A": "A：公开执法登记中可见", "B": "B：通行做法", "C": "C：本系统默认"}


@dataclass(frozen=True)
class Shipped:
    """A form as its file says it, before its items have numbers."""

    name: str
    title: str
    source: str
    period: str
    days: int
    help: str
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    #: By cell, the item that it declares.
    items: Mapping[str, NewItem]


@cache
def _file(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def read(name: str) -> Shipped:
    data = _file(name)
    columns = tuple(Column(key, label) for key, label in data["columns"])
    sections, items = [], {}
    n = 0
    for s, section in enumerate(data["sections"], 1):
        rows = []
        for given in _rows(data, section):
            n += 1
            key = given.get("key", f"r{n}")
            cells = {}
            for column in columns:
                found = _cell(data, given, key, column.key)
                if isinstance(found, NewItem):
                    items[f"{key}.{column.key}"] = found
                    found = Cell("declared")
                elif data.get("instead") and found and (item := _instead(given, found)):
                    items[f"{key}.{column.key}"] = item
                if found is not None:
                    cells[column.key] = found
            rows.append(Row(key, given["label"], given.get("unit", ""), given.get("help", ""),
                            cells))  # fmt: skip
        sections.append(Section(f"s{s}", section["title"], "", columns, tuple(rows)))
    rules = tuple(
        Rule(**{**one, "key": f"k{k}", "left": tuple(one["left"]),
                "right": tuple(one.get("right", ()))})
        for k, one in enumerate(data.get("rules", ()), 1)
    )  # fmt: skip
    return Shipped(name, data["title"], data["source"], data["period"], data["deadline_days"],
                   data["help"], tuple(sections), rules, items)  # fmt: skip


def _rows(data: Mapping[str, Any], section: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from section["rows"]
    if data.get("by_sector"):
        for code, name in sectors.names().items():
            yield {"label": name, "unit": "项", "where": {"sector": [code]}}


def _cell(data: Mapping[str, Any], row: Mapping[str, Any], key: str, column: str) -> Any:
    """What a column holds in a row: as the row says, else as all rows do, else a declared item."""
    for mode in DIVIDED:
        if mode in row:
            of, whole = row[mode]
            return Cell(mode, of=(f"{of}.{column}",), whole=f"{whole}.{column}",
                        digits=row.get("digits", 1))  # fmt: skip
    if column == "y":
        if row.get("y") == "none":
            return None
        derived = row.get("m")
        if derived and "counts" in derived:
            return Cell("derived", counts=derived["counts"], where=derived.get("where", {}),
                        over="year", digits=derived.get("digits", 0))  # fmt: skip
        return Cell("cumulative", of=(f"{key}.m",))
    said = row.get(column) or data.get("cells", {}).get(column)
    if said is None:
        basis = SURE.get(row.get("basis", ""), "")
        return NewItem(row["label"], row["unit"], row.get("digits", 0), basis=basis)
    where = {**said.get("where", {}), **row.get("where", {})}
    return Cell("derived", counts=said["counts"], where=where, digits=said.get("digits", 0))


#: How what the ledger counts goes together, as items say it.
_ADDS = {Measure.FLOW: Adds.FLOW, Measure.STOCK: Adds.STANDS, Measure.DISTINCT: Adds.DISTINCT}


def _instead(row: Mapping[str, Any], cell: Cell) -> NewItem | None:
    """What a unit without the system declares in a period's cell that the ledger counts."""
    if cell.mode != "derived" or cell.over == "year":
        return None
    counted = deriving.indicator_of(cell, {})
    if not isinstance(counted, Count):
        return None
    # An item of the same name with two digits may stand already, and keeps what was declared.
    name = f"{row['label']}（精确到分）" if cell.digits else row["label"]
    adds = _ADDS[known(counted.kind).measure]
    return NewItem(name, row["unit"], cell.digits, adds, SURE.get(row.get("basis", ""), ""))


def _numbered(cell: Cell, item: int | None) -> Cell:
    if item is None:
        return cell
    return replace(cell, item=item) if cell.mode == "declared" else replace(cell, instead=item)


def take_over(
    name: str, *, by: Actor, at: datetime, request_id: UUID, unit: int = 0,
    starts_on: date | None = None, groups: tuple[Group, ...] | None = None,
) -> UUID:  # fmt: skip
    """Make an office's own draft of a shipped form, with the items that it declares."""
    form = read(name)
    new = [
        NewItem(one.name, one.measure, one.digits, one.adds, one.basis, unit)
        for one in form.items.values()
    ]
    pks: list[int] = []
    if new:
        pks = commands.make_items(new, by=by, at=at, request_id=uuid5(request_id, "items"))
    numbers = dict(zip(form.items, pks, strict=True))
    sections = tuple(
        Section(s.key, s.title, s.help, s.columns, tuple(
            Row(r.key, r.label, r.unit, r.help, {
                k: _numbered(c, numbers.get(f"{r.key}.{k}")) for k, c in r.cells.items()
            })
            for r in s.rows
        ))
        for s in form.sections
    )  # fmt: skip
    today = timezone.localdate(at)
    county = (Group(UnitKind.COMMITTEE_OFFICE, int(Level.COUNTY)),)
    return commands.make_form(
        NewForm(
            title=form.title, source=form.source, period=form.period, shipped=name, unit=unit,
            starts_on=starts_on or periods.month(today).previous().start,
            groups=county if groups is None else groups,
            deadlines={"": {"kind": "calendar_days", "n": form.days, "rest_day": "moves"}},
            definition=Definition(form.help, sections, form.rules),
            pk=uuid5(request_id, "form"),
        ),
        by=by, at=at, request_id=request_id,
    )  # fmt: skip
