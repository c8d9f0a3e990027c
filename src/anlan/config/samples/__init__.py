"""The demo's own workbooks: a year of plainly labelled simulated hazards (模拟数据).

    generate(folder, hazards=20_000, seed=1, today=today) -> [Sample(path, unit, layout, rows)]

The same seed, regions and day give the same files. Nothing here writes to the database: the demo
takes these files through the import, as it would a county's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from anlan.config.samples import layouts, simulate
from anlan.config.samples.simulate import County, Simulated
from anlan.kernel.regions.models import Level, Region

PROVINCE = "530000"
#: Rows that departments of the province find themselves, beside what counties report.
_DEPARTMENTS = {
    "emergency": ("云南省应急管理厅", ("hazchem", "mine", "industry", "fireworks", "coal")),
    "housing": ("云南省住房和城乡建设厅", ("construction", "gas")),
}
_DEPARTMENT_SHARE = 0.04
_TITLED, _BY_SECTOR, _EXPORTED, _PAGED = "titled", "by_sector", "exported", "paged"
#: Which layout each prefecture's workbooks have, in the order of their codes.
_LAYOUTS = (
    _BY_SECTOR, _TITLED, _EXPORTED, _BY_SECTOR, _EXPORTED, _PAGED, _BY_SECTOR, _EXPORTED,
    _BY_SECTOR, _TITLED, _EXPORTED, _BY_SECTOR, _PAGED, _EXPORTED, _BY_SECTOR, _EXPORTED,
)  # fmt: skip
_Writer = Callable[[Path, list[Simulated], date, Random], int]
_WRITERS: dict[str, tuple[_Writer, str]] = {
    _TITLED: (layouts.titled, "{}问题隐患清单（模拟）.xlsx"),
    _BY_SECTOR: (layouts.by_sector, "{}分领域隐患台账（模拟）.xlsx"),
    _EXPORTED: (layouts.exported, "{}隐患导出（模拟）.csv"),
    _PAGED: (layouts.paged, "{}隐患台账（模拟）.xls"),
}


@dataclass(frozen=True)
class Sample:
    """A workbook, the division whose committee office (or department) sends it, and its size.

    ``rows`` counts hazards that stand in it, ``mistakes`` those that were broken on purpose.
    """

    path: Path
    area: str
    department: str
    layout: str
    rows: int
    mistakes: int


def counties(province: str = PROVINCE) -> list[County]:
    """The counties of a province with their townships, as loaded."""
    root = Region.objects.get(code=province)
    rows = list(
        Region.objects.below(root)
        .current()
        .filter(is_division=True, level__in=(Level.COUNTY, Level.TOWNSHIP))
        .select_related("parent")
        .order_by("code")
    )
    townships: dict[int | None, list[str]] = defaultdict(list)
    for row in rows:
        if row.level == Level.TOWNSHIP:
            townships[row.parent_id].append(row.name)
    return [
        County(row.code, row.name, row.parent.name, row.parent.code, tuple(townships[row.pk]))
        for row in rows
        if row.level == Level.COUNTY and row.parent is not None
    ]


def generate(
    folder: Path,
    hazards: int = 20_000,
    *,
    seed: int = 1,
    today: date,
    province: str = PROVINCE,
) -> list[Sample]:
    """Write the workbooks of one province into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = Random(seed)
    places = counties(province)
    rows = simulate.hazards(places, hazards, seed=seed, today=today)
    own: dict[str, list[Simulated]] = {key: [] for key in _DEPARTMENTS}
    by_prefecture: dict[str, list[Simulated]] = defaultdict(list)
    for row in rows:
        finder = next((k for k, (_n, s) in _DEPARTMENTS.items() if row.sector in s), None)
        if finder and chance.random() < _DEPARTMENT_SHARE:
            own[finder].append(row)
        else:
            by_prefecture[row.county.prefecture_code].append(row)
    # The same finding in a department's list too: the import must see that it is one.
    for row in simulate.shared([row for part in by_prefecture.values() for row in part], seed):
        finder = next((k for k, (_n, s) in _DEPARTMENTS.items() if row.sector in s), None)
        if finder:
            own[finder].append(row)
    samples: list[Sample] = []
    for number, code in enumerate(sorted({place.prefecture_code for place in places})):
        layout = _LAYOUTS[number % len(_LAYOUTS)]
        samples += _of_prefecture(folder, code, layout, by_prefecture[code], today, chance)
    for key, found in own.items():
        name, _sectors = _DEPARTMENTS[key]
        if found:
            path = folder / f"{name}检查问题清单（模拟）.xlsx"
            good = layouts.by_month(path, found, today, chance, name)
            samples.append(Sample(path, province, key, "by_month", len(found), len(found) - good))
    return samples


def _of_prefecture(
    folder: Path,
    code: str,
    layout: str,
    rows: list[Simulated],
    today: date,
    chance: Random,
) -> list[Sample]:
    """One workbook of the prefecture, or one of each of its counties."""
    if not rows:
        return []
    parts: dict[str, list[Simulated]] = {code: rows}
    if layout in (_TITLED, _PAGED):
        parts = defaultdict(list)
        for row in rows:
            parts[row.county.code].append(row)
    write, name = _WRITERS[layout]
    samples = []
    for area, inside in sorted(parts.items()):
        county = inside[0].county
        path = folder / name.format(county.prefecture if area == code else county.name)
        good = write(path, inside, today, chance)
        samples.append(Sample(path, area, "", layout, len(inside), len(inside) - good))
    return samples
