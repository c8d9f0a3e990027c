"""Looking entries up: set-wise by code or by name and area, and who regulates them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from anlan.base import bulk
from anlan.base.paths import ancestors, below
from anlan.domain.enterprises.models import Enterprise, FormerName, Status
from anlan.kernel.accounts.models import Jurisdiction, Unit, UnitKind, valid_on


class Known(NamedTuple):
    """As much of an entry as matching needs."""

    pk: int
    plain_name: str
    credit_code: str | None
    area_id: int
    path: str
    sector_id: str | None
    name: str


_COLUMNS = ("pk", "plain_name", "credit_code", "area_id", "path", "sector_id", "name")


def by_codes(codes: Iterable[str]) -> dict[str, Known]:
    """Entries by credit code. A merge hands its code on, so no merged entry has one."""
    found: dict[str, Known] = {}
    for part in bulk.slices(list(set(codes))):
        rows = Enterprise.objects.filter(credit_code__in=part)
        for row in rows.values_list(*_COLUMNS):
            known = Known(*row)
            found[str(known.credit_code)] = known
    return found


def by_names(plain_names: Iterable[str], around: str = "") -> dict[str, list[Known]]:
    """Entries by folded name, present names before former ones.

    around: a path; only entries on, above or below it are looked at. Empty means everywhere.
    """
    found: dict[str, list[Known]] = defaultdict(list)
    entries = Enterprise.objects.listed()
    former_names = FormerName.objects.filter(enterprise__merged_into=None)
    if around:
        above = ["".join(f"{part}/" for part in ancestors(around)[:end]) for end in range(1, 8)]
        entries = entries.filter(below(around) | Q(path__in=above))
        former_names = former_names.filter(
            below(around, "enterprise__path") | Q(enterprise__path__in=above)
        )
    for part in bulk.slices(list(set(plain_names))):
        rows = entries.filter(plain_name__in=part)
        for row in rows.order_by("pk").values_list(*_COLUMNS):
            found[row[1]].append(Known(*row))
        former = former_names.filter(plain_name__in=part)
        for old, *rest in former.order_by("-until", "pk").values_list(
            "plain_name", *(f"enterprise__{column}" for column in _COLUMNS)
        ):
            known = Known(*rest)
            if all(known.pk != other.pk for other in found[old]):
                found[old].append(known)
    return found


def related(one: str, other: str) -> bool:
    """One path is, or lies below, the other."""
    return one.startswith(other) or other.startswith(one)


def family(pk: int) -> list[int]:
    """An entry's own id and those of all entries merged into it: its cases carry any of them."""
    ids = [pk]
    for level in range(8):  # a chain of merges longer than this is a loop of ours
        more = list(
            Enterprise.objects.filter(merged_into__in=ids)
            .exclude(pk__in=ids)
            .values_list("pk", flat=True)
        )
        if not more:
            return ids
        assert level < 7, pk
        ids += more
    return ids


def kin(pk: int) -> list[int]:
    """The whole family of an entry, whichever of its members is asked for."""
    return family(successor(pk))


def successor(pk: int) -> int:
    """The entry that an entry was merged into at last; itself where it wasn't."""
    for _level in range(8):
        into = Enterprise.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
        if into is None:
            return pk
        pk = into
    raise AssertionError(pk)


def unit_of(pk: int, on: date) -> Unit | None:
    """The unit as which an enterprise answers on a day; none where nothing needed one yet."""
    named = Jurisdiction.objects.filter(valid_on(on), enterprise_id=pk).values("unit")
    units = Unit.objects.filter(valid_on(on), kind=UnitKind.ENTERPRISE, pk__in=named)
    return units.order_by("pk").first()


def regulators(enterprises: Sequence[Enterprise], on: date) -> dict[int, int]:
    """Who regulates each entry: the unit named on it, else by sector × area (条 × 块).

    The department whose jurisdiction in this sector is the smallest area around the entry. Three
    queries at most, however many entries.
    """
    found = {row.pk: row.regulator_id for row in enterprises if row.regulator_id}
    rest = [row for row in enterprises if not row.regulator_id and row.sector_id]
    if not rest:
        return found
    areas = {area for row in rest for area in ancestors(row.path)}
    offers: dict[tuple[str, int], int] = {}
    for part in bulk.slices(sorted(areas)):
        rows = (
            Jurisdiction.objects.filter(
                Q(valid_from=None) | Q(valid_from__lte=on),
                Q(valid_to=None) | Q(valid_to__gte=on),
                area__in=part,
                sector__in={row.sector_id for row in rest},
                enterprise_id=None,
                unit__kind=UnitKind.DEPARTMENT,
                unit__valid_to=None,
            )
            .order_by("-unit__code")
            .values_list("sector", "area", "unit")
        )
        offers.update({(str(sector), area): unit for sector, area, unit in rows})
    for row in rest:
        for area in reversed(ancestors(row.path)):
            unit = offers.get((str(row.sector_id), area))
            if unit is not None:
                found[row.pk] = unit
                break
    return found


def duplicates(row: Enterprise, limit: int = 5) -> list[Enterprise]:
    """Entries that may be the same: equal names in neighbouring areas, offered to a person."""
    county = "".join(f"{part}/" for part in row.path.split("/")[:4] if part)
    return list(
        Enterprise.objects.listed()
        .within(county)
        .filter(plain_name=row.plain_name)
        .exclude(pk=row.pk)
        .exclude(status=Status.MERGED)[:limit]
    )
