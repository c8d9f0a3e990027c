"""Units, many at once: each row is taken or refused, what is taken is one write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy, units
from anlan.kernel.accounts.commands.units import Land, add_lands
from anlan.kernel.accounts.models import Sector, Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry
from anlan.kernel.regions.models import Region

ROWS_AT_ONCE = 500
#: Areas of one name that a refusal spells out, and areas that a list's names are looked up among.
NAMED_MAX = 3
ALIKE_MAX = 20_000


@dataclass(frozen=True)
class RowResult:
    """What became of one row of an import: created, updated, unchanged or rejected.

    ``message`` says why it was rejected, or what was changed, and what stays although the row says
    otherwise.
    """

    row: int
    outcome: str
    pk: int | None = None
    column: str = ""
    code: str = ""
    message: str = ""


#: Column, code for programs, sentence for people.
Problem = tuple[str, str, str]
Text = dict[str, str]

_UNIT_KINDS = {
    **{str(kind.value): kind.value for kind in UnitKind},
    "": UnitKind.DEPARTMENT.value,
    "安委办": UnitKind.COMMITTEE_OFFICE.value,
    "安委会办公室": UnitKind.COMMITTEE_OFFICE.value,
    "政府": UnitKind.GOVERNMENT.value,
    "部门": UnitKind.DEPARTMENT.value,
    "中央驻地方单位": UnitKind.CENTRAL.value,
    "企业": UnitKind.ENTERPRISE.value,
    "班组": UnitKind.TEAM.value,
    "其他": UnitKind.OTHER.value,
}


def texts(rows: Sequence[Mapping[str, Any]]) -> list[Text]:
    return [{key: str(value or "").strip() for key, value in row.items()} for row in rows]


@dataclass
class _Units:
    """What one import of units knows and gathers."""

    #: By what a list may call them: a code, the name, the name with all above it.
    areas: dict[str, list[Region]]
    known: dict[str, Unit]
    #: Code by code and by name.
    sectors: dict[str, str]
    #: By code: the row's number, the unit, its land, the code of the unit above.
    new: dict[str, tuple[int, Unit, list[Land], str]] = field(default_factory=dict)
    renamed: list[tuple[Unit, str]] = field(default_factory=list)

    def problem(self, row: Text) -> Problem | None:
        code, parent = row.get("code", ""), row.get("parent", "")
        if not code:
            return "code", "missing", _("A code is missing.")
        if not row.get("name"):
            return "name", "missing", _("A name is missing.")
        if row.get("kind", "") not in _UNIT_KINDS:
            return (
                "kind",
                "unknown",
                unknown(row["kind"], [str(kind.label) for kind in units.LISTED_KINDS]),
            )
        refused = code not in self.known and _of_enterprise(row)
        if refused:
            return refused
        areas = self.areas_of(row)
        if not areas:
            return "area", "unknown", _("No area has this code or name.")
        if len(areas) > 1:
            named = "、".join(f"{area.full_name} {area.code}" for area in areas[:NAMED_MAX])
            text = _("%(count)s areas have this name (%(named)s …). Write the code.")
            return "area", "ambiguous", text % {"count": len(areas), "named": named}
        for sector in _sectors(row):
            if sector not in self.sectors:
                names = [name for name, code in self.sectors.items() if name != code]
                return "sectors", "unknown", unknown(sector, names)
        if parent and parent not in self.known and parent not in self.new:
            return "parent", "unknown", _("No unit has this code.")
        if code in self.new:
            return "code", "twice", _("The file has this code twice.")
        return None

    def areas_of(self, row: Text) -> list[Region]:
        """The areas a row may mean: of equal names the one within the area of the unit above."""
        found = self.areas.get(row.get("area", ""), [])
        parent = row.get("parent", "")
        above = self.new[parent][1] if parent in self.new else self.known.get(parent)
        if len(found) > 1 and above is not None:
            return [area for area in found if area.path.startswith(above.path)] or found
        return found

    def take(self, number: int, row: Text) -> RowResult | None:
        """What becomes of a row; None where it is new, and written with the others."""
        problem = self.problem(row)
        if problem:
            return RowResult(number, "rejected", None, *problem)
        unit = self.known.get(row["code"])
        if unit is None:
            (area,) = self.areas_of(row)
            kind = _UNIT_KINDS[row.get("kind", "")]
            made = Unit(code=row["code"], name=row["name"], kind=kind, area=area, path=area.path)
            sectors = dict.fromkeys(self.sectors[sector] for sector in _sectors(row))
            lands = [Land(area, sector) for sector in sectors] or [Land(area)]
            self.new[row["code"]] = (number, made, lands, row.get("parent", ""))
            return None
        if unit.name == row["name"]:
            return RowResult(number, "unchanged", unit.pk)
        self.renamed.append((unit, unit.name))
        unit.name = row["name"]
        return RowResult(number, "updated", unit.pk)

    def write(self) -> list[Entry]:
        for _number, unit, _lands, parent in self.new.values():
            unit.parent = self.known.get(parent)
        made = Unit.objects.bulk_create([unit for _n, unit, _l, _p in self.new.values()])
        by_code = self.known | {unit.code: unit for unit in made}
        # A parent from the same file has its id only now.
        children = []
        for _number, unit, _lands, parent in self.new.values():
            if parent and unit.parent_id is None:
                unit.parent = by_code[parent]
                children.append(unit)
        Unit.objects.bulk_update(children, ["parent"], ROWS_AT_ONCE)
        Unit.objects.bulk_update([unit for unit, _before in self.renamed], ["name"], ROWS_AT_ONCE)
        add_lands(
            [(unit, land) for _n, unit, lands, _p in self.new.values() for land in lands], None
        )
        return [*map(_created, made), *(_renamed(unit, before) for unit, before in self.renamed)]


def _of_enterprise(row: Text) -> Problem | None:
    """An enterprise's unit belongs to its entry in the register, which a row here doesn't name."""
    if _UNIT_KINDS[row.get("kind", "")] == UnitKind.ENTERPRISE:
        return "kind", "enterprise", _(
            "An enterprise gets its unit from the register of enterprises: on its page there, or "
            "by its credit code as the unit of its people in the list of people. Leave this row "
            "out."
        )  # fmt: skip
    if units.FIRM_CODE.fullmatch(row["code"]):
        return "code", "reserved", _(
            "Codes of E and a number belong to enterprises' units. Choose another."
        )  # fmt: skip
    return None


def _sectors(row: Text) -> list[str]:
    parts = row.get("sectors", "").replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def _areas(named: set[str]) -> dict[str, list[Region]]:
    """Today's areas by the codes and names of a list; a code is meant before a name."""
    found: dict[str, list[Region]] = {
        area.code: [area] for area in Region.objects.filter(code__in=named)
    }
    names = [name for name in named if name and name not in found]
    # A list names few areas; one name may be held by many villages.
    alike = Region.objects.filter(Q(name__in=names) | Q(full_name__in=names), valid_to=None)
    for area in alike.order_by("level", "code")[:ALIKE_MAX]:
        for name in {area.name, area.full_name}.intersection(names):
            found.setdefault(name, []).append(area)
    return found


def unknown(text: str, known: Sequence[str]) -> str:
    """A refusal that names what may stand there."""
    words = {"text": text, "known": "、".join(known)}
    return _("“%(text)s” isn't known. Known are: %(known)s.") % words


def _created(unit: Unit) -> Entry:
    after = {"code": unit.code, "name": unit.name, "kind": unit.kind, "area": unit.area.code}
    return Entry("accounts.unit_created", "accounts.unit", unit.pk, after=after)


def _renamed(unit: Unit, before: str) -> Entry:
    return Entry(
        "accounts.unit_renamed",
        "accounts.unit",
        unit.pk,
        before={"name": before},
        after={"name": unit.name},
    )


@transaction.atomic
def import_units(rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> list[RowResult]:
    """Make or rename units by their code: columns code, name, kind, area, parent, sectors.

    ``area`` is an area's code or name; ``sectors`` codes or names with commas, none means all.
    Rows that can't be taken are returned as rejected; the others are written together.
    """
    policy.demand(by, "units.edit", at)
    listed = texts(rows)
    codes = {row.get(name, "") for row in listed for name in ("code", "parent")}
    named = {row.get("area", "") for row in listed}
    state = _Units(
        areas=_areas(named),
        known={unit.code: unit for unit in Unit.objects.filter(code__in=codes)},
        sectors={
            text: code
            for code, name in Sector.objects.values_list("code", "name")
            for text in (code, name)
        },
    )
    taken = [state.take(number, row) for number, row in enumerate(listed, start=1)]
    trail.record(state.write(), by=by, at=at)
    results = [each for each in taken if each is not None]
    results += [
        RowResult(number, "created", unit.pk) for number, unit, _l, _p in state.new.values()
    ]
    return sorted(results, key=lambda result: result.row)
