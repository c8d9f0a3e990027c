"""The real workbooks of ../shared/data: what was read, what was refused or left out, and why."""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlwt

from anlan.domain.hazards.reading import (
    Context,
    IgnoredRow,
    Occurrences,
    ParsedRow,
    Result,
    parse,
    propose,
)
from anlan.kernel.papers.sheets import SheetRefusal, read_workbook
from anlan.kernel.papers.sheets.tables import text_of

SHARED = Path(os.environ.get("ANLAN_SHARED") or Path(__file__).parents[6] / "shared")
DATA = SHARED / "data"
TODAY = Context(today=date(2026, 11, 21))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="shared material is absent: set ANLAN_SHARED to test real workbooks"
)


def results(name: str) -> list[Result]:
    path = next(DATA.glob(name))
    with read_workbook(path) as book:
        found = list(parse(book, propose(book), TODAY))
        assert sum(r.count for r in found) == book.row_count
    return found


def ignored(found: list[Result]) -> dict[str, int]:
    out: Counter[str] = Counter()
    for row in found:
        if isinstance(row, IgnoredRow):
            out[row.reason] += row.count
    return dict(out)


def hazards(found: list[Result]) -> list[ParsedRow]:
    return [row for row in found if isinstance(row, ParsedRow)]


#: name → source rows that became hazards, hazards, and what the others are. None is refused.
EXPECTED: dict[str, tuple[int, int, dict[str, int]]] = {
    "documents/08-*.xls": (0, 0, {"sheet_form": 7}),
    "documents/10-*.xlsx": (38, 38, {"title": 2, "header": 1, "note": 3}),
    "documents/11-*.xlsx": (135, 180, {"title": 1, "header": 6, "blank": 2, "note": 2}),
    "documents/13-*.xlsx": (
        0,
        0,
        {"title": 108, "header": 18, "sheet_checklist": 298, "sheet_template": 6, "blank": 10},
    ),
    "documents/15-*.xls": (0, 0, {"header": 1}),
    "hazards_zh/hazard_ledger_zh.csv": (248, 287, {"header": 1}),
    "hazards_zh/common_problems_taian_2024.csv": (0, 0, {"header": 1, "sheet_reference": 58}),
    "hazards_zh/check_items_construction_zh.csv": (0, 0, {"header": 1, "sheet_checklist": 1_131}),
    "hazards_zh/standardization_scoring_*.csv": (0, 0, {"header": 1, "sheet_scoring": 178}),
    "hazards_zh/environmental_factors_zh.csv": (0, 0, {"header": 1, "sheet_risk": 227}),
    "hazards_zh/safety_quiz_zh.csv": (0, 0, {"header": 1, "sheet_quiz": 360}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_of_a_real_workbook_is_accounted_for(name: str) -> None:
    rows, count, others = EXPECTED[name]
    found = results(name)
    assert sum(r.count for r in hazards(found)) == rows
    assert len(hazards(found)) == count
    assert ignored(found) == others
    assert {type(r) for r in found} <= {ParsedRow, IgnoredRow}


@pytest.mark.parametrize("name", ["01", "07", "09", "12", "14", "16"])
def test_documents_that_are_no_workbooks_are_refused(name: str) -> None:
    with pytest.raises(SheetRefusal) as refusal:
        read_workbook(next((DATA / "documents").glob(f"{name}-*")))
    assert refusal.value.code == "sheet_kind_unknown"


def test_the_chemical_site_of_2019() -> None:
    rows = hazards(results("documents/10-*.xlsx"))
    assert {r.state for r in rows} == {"closed"}
    assert {r.grade for r in rows} == {"ordinary"}
    assert {r.enterprise for r in rows} == {"中国五环工程有限公司宜都兴发湿法磷酸项目"}
    assert all(r.verified_on and r.deadline for r in rows)
    first = rows[0]
    assert (first.found_on, first.deadline, first.verified_on) == (
        date(2019, 5, 26), date(2019, 5, 28), date(2019, 5, 28),
    )  # fmt: skip
    assert first.responsible_unit == "四化建"
    assert first.measure == "规范设置该部位基坑临边防护措施、上下安全通道；"
    # 基坑边坡1.5米外 and 不足；3、 反应槽 don't make lists.
    assert all(r.parts == 1 for r in rows)


def test_the_railway_register_of_two_sheets() -> None:
    rows = hazards(results("documents/11-*.xlsx"))
    assert Counter(r.state for r in rows) == {"rectified": 161, "closed": 7, "assigned": 12}
    assert {r.grade for r in rows} == {"ordinary"}
    first = [r for r in rows if r.sheet == "建设系统 (总表)" and r.first_row == 6]
    assert [r.part for r in first] == [1, 2, 3, 4, 5, 6]
    assert first[0].description == "钦防二线DK154+215那徬特大桥：11#桥墩桩基承台积水。"
    assert first[5].measure.startswith("现场增设风速检测仪")
    assert first[0].responsible_unit == "沿海建指、中铁二十五局钦防增建二线项目部"
    # Its row 29 slipped one cell to the left behind the units.
    (shifted,) = [r for r in rows if any(w.code == "shifted" for w in r.warnings)]
    assert (shifted.first_row, shifted.state, shifted.rectified_on) == (
        29, "closed", date(2025, 7, 26),
    )  # fmt: skip


def test_the_total_sheet_and_the_year_sheet_share_their_cases() -> None:
    """The makers of hazard_ledger_zh.csv counted 116 rows; we find the same hazards, and one
    more that they left out."""
    occurrences = Occurrences()
    workbook = {occurrences.key(r) for r in hazards(results("documents/11-*.xlsx"))}
    occurrences = Occurrences()
    cleaned = {
        occurrences.key(r)
        for r in hazards(results("hazards_zh/hazard_ledger_zh.csv"))
        if r.source == "railway_ledger"
    }

    def days(keys: set) -> set:  # type: ignore[type-arg]
        return {(k.found_on, k.text, k.nth) for k in keys}

    assert len(workbook) == 156
    assert days(cleaned) < days(workbook)
    assert len(cleaned) == 155


Grid = list[list[object]]


def plain_rows() -> tuple[list[str], Grid]:
    """The railway register of 2025 as one header row and its 30 rows, merges spread out."""
    with read_workbook(next(DATA.glob("documents/11-*.xlsx"))) as book:
        rows = [list(row.values) for row in book.sheets[1].rows()][:32]
    header = [str(a) if a == b or not b else f"{a}{b}" for a, b in zip(*rows[:2], strict=False)]
    return header, rows[2:]


def shuffled(header: list[str], rows: Grid) -> Grid:
    order = random.Random(7).sample(range(len(header)), len(header))
    return [[row[i] if i < len(row) else None for i in order] for row in (header, *rows)]


def indented(header: list[str], rows: Grid) -> Grid:
    pad: list[object] = [None, None, None]
    return [["铁路建设安全隐患库"], [], *([*pad, *row] for row in (header, *rows))]


def in_pages(header: list[str], rows: Grid) -> Grid:
    pages: Grid = []
    for start in range(0, len(rows), 10):
        pages += [
            ["隐患库（续）"],
            list(header),
            *rows[start : start + 10],
            [f"第{start // 10 + 1}页 共3页"],
        ]
    return [*pages, ["合计", f"{len(rows)}条"]]


def as_text(header: list[str], rows: Grid) -> Grid:
    return [list(header), *([None if v is None else text_of(v) for v in row] for row in rows)]  # type: ignore[arg-type]


def as_xlsx(path: Path, rows: Grid) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)


def as_csv(path: Path, rows: Grid) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([text_of(v) for v in row] for row in rows)  # type: ignore[arg-type]


def as_xls(path: Path, rows: Grid) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("2025")
    day = xlwt.easyxf(num_format_str="yyyy-m-d")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(r, c, value, day)
            elif value is not None:
                sheet.write(r, c, value)
    book.save(str(path))


@pytest.mark.parametrize("lay_out", [shuffled, indented, in_pages, as_text])
@pytest.mark.parametrize(("save", "ending"), [(as_xlsx, "xlsx"), (as_csv, "csv"), (as_xls, "xls")])
def test_the_same_register_in_other_layouts_gives_the_same_hazards(
    lay_out: Callable[[list[str], Grid], Grid],
    save: Callable[[Path, Grid], None],
    ending: str,
    tmp_path: Path,
) -> None:
    original = [r for r in hazards(results("documents/11-*.xlsx")) if r.sheet.endswith("（2025）")]
    path = tmp_path / f"a.{ending}"
    save(path, lay_out(*plain_rows()))
    with read_workbook(path) as book:
        found = list(parse(book, propose(book), TODAY))
    assert not [r for r in found if not isinstance(r, ParsedRow | IgnoredRow)]

    def told(rows: list[ParsedRow]) -> list[tuple[object, ...]]:
        return [
            (r.found_on, r.description, r.measure, r.place, r.deadline, r.state, r.rectified_on)
            for r in rows
        ]

    assert told(hazards(found)) == told(original)


def test_two_equal_findings_at_two_places_stay_two() -> None:
    occurrences = Occurrences()
    rows = hazards(results("hazards_zh/hazard_ledger_zh.csv"))
    keys = [occurrences.key(r) for r in rows]
    assert len(set(keys)) == len(rows)
    dark = [
        k for k, r in zip(keys, rows, strict=True) if "约50m范围未安装照明灯具" in r.description
    ]
    assert [k.nth for k in dark] == [1, 2]
