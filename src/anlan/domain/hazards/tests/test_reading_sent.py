"""Workbooks as they might be sent, each with the truth it was made from.

``sent.json`` holds the layouts: sheets of rows and merged ranges, and what they want:
    description|day found|enterprise|state|field=value,…   a hazard; blank or * is not asked
    !row code                                              refused
In the order of the sheet, and nothing else: what isn't wanted must have been left out by name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Font
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from anlan.domain.hazards.reading import (
    Context,
    IgnoredRow,
    ParsedRow,
    Plan,
    RejectedRow,
    Result,
    error_tables,
    parse,
    propose,
)
from anlan.kernel.papers.sheets import Workbook, read_workbook
from anlan.kernel.papers.sheets.book import CellError, Merge, Sheet, Value

TODAY = Context(today=date(2026, 11, 21))
CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("sent.json").read_text(encoding="utf-8")
)
HEADER = ("序号", "检查日期", "企业名称", "存在问题", "整改期限", "整改状态")
ROWS = (
    ("1", "2024-06-01", "甲厂", "护栏缺失", "2024-07-01", "已整改"),
    ("2", "2024-06-02", "乙厂", "通道堵塞", "2024-07-01", "未整改"),
)
WANTED = (
    "护栏缺失|2024-06-01|甲厂|rectified|deadline=2024-07-01",
    "通道堵塞|2024-06-02|乙厂|assigned|deadline=2024-07-01",
)


def in_memory(name: str, *sheets: tuple[str, Sequence[Sequence[Any]], Sequence[str]]) -> Workbook:
    """A workbook as the reader would give it, without a file or a process to parse one."""
    return Workbook(name, "xlsx", [_sheet(at, *sheet) for at, sheet in enumerate(sheets)], None, [])


def _sheet(at: int, title: str, rows: Sequence[Sequence[Any]], merges: Sequence[str]) -> Sheet:
    grid = [[_value(cell) for cell in row] for row in rows]
    while grid and not any(cell is not None for cell in grid[-1]):
        grid.pop()
    boxes = [range_boundaries(merged) for merged in merges]
    return Sheet(
        at, title, False, len(grid), max((len(row) for row in grid), default=0),
        lambda: iter(grid),
        tuple(Merge(top - 1, left - 1, bottom - 1, right - 1) for left, top, right, bottom in boxes),
    )  # fmt: skip


def _value(cell: Any) -> Value:
    if isinstance(cell, dict):
        return datetime.fromisoformat(cell["day"])
    if isinstance(cell, str) and (not cell.strip() or cell.startswith("=DISPIMG")):
        return None
    return cell  # type: ignore[no-any-return]


def read(book: Workbook, context: Context = TODAY) -> list[Result]:
    # As the wizard does: the plan is kept as JSON in between.
    plan = Plan.from_json(json.loads(json.dumps(propose(book).to_json())))
    results = list(parse(book, plan, context))
    assert sum(r.count for r in results) == book.row_count
    assert error_tables(plan, [r for r in results if isinstance(r, RejectedRow)]) is not None
    return results


def differences(results: list[Result], wanted: Sequence[str]) -> Iterator[str]:
    found = [r for r in results if not isinstance(r, IgnoredRow)]
    if len(found) != len(wanted):
        yield f"{len(wanted)} wanted, {len(found)} found"
    for want, got in zip(wanted, found, strict=False):
        if want[0] == "!":
            told = f"!{got.first_row} {got.code}" if isinstance(got, RejectedRow) else "a hazard"
            if told != want:
                yield f"{want}: {told}"
            continue
        if isinstance(got, RejectedRow):
            yield f"{want}: refused, {got.code} {got.column}"
            continue
        assert isinstance(got, ParsedRow)
        text, day, enterprise, states, more = (want.split("|", 4) + [""] * 5)[:5]
        asked = {"description": text, "found_on": day, "enterprise": enterprise}
        asked |= dict(pair.split("=", 1) for pair in more.split(",") if pair)
        asked.pop("#", None)
        if (code := asked.pop("warn", "")) and code not in {w.code for w in got.warnings}:
            yield f"{want}: no warning {code}"
        if states not in ("", "*") and got.state not in states.split(","):
            yield f"{want}: {got.state} by {got.state_rule}"
        for name, value in asked.items():
            actual = str(getattr(got, name)).replace(" ", "").rstrip("。")
            if value not in ("", "*") and actual != value.replace(" ", "").rstrip("。"):
                yield f"{want}: {name} {actual}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_workbook_that_was_sent(case: dict[str, Any]) -> None:
    sheets = [(sheet["title"], sheet["rows"], sheet["merges"]) for sheet in case["sheets"]]
    results = read(in_memory(case["file"], *sheets))
    assert list(differences(results, case["want"])) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_text_in_every_encoding(encoding: str, separator: str, tmp_path: Path) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([("", "隐患台账"), HEADER, *ROWS, ("",) * 6])
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    with read_workbook(path) as book:
        assert list(differences(read(book), WANTED)) == []


def test_columns_far_to_the_right(tmp_path: Path) -> None:
    """No column is dropped; before, those beyond the thousandth were."""
    path = tmp_path / "wide.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate((HEADER, *ROWS), 1):
        for at, value in enumerate(row):
            sheet.cell(number, at + 1 if at < 3 else at + 1_500).value = value
        sheet.cell(number, 2_000).value = "附加" if number == 1 else 0
    book.save(path)
    with read_workbook(path) as read_back:
        assert read_back.sheets[0].width == 2_000
        assert list(differences(read(read_back), WANTED)) == []


def test_an_old_xls_with_days_as_days(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write_merge(0, 0, 0, 5, "2024年台账")
    style = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
    for column, name in enumerate(HEADER):
        sheet.write(1, column, name)
    for number, row in enumerate(ROWS, 2):
        for column, text in enumerate(row):
            if column in (1, 4):
                sheet.write(number, column, date.fromisoformat(text), style)
            else:
                sheet.write(number, column, text)
    path = tmp_path / "a.xls"
    book.save(str(path))
    with read_workbook(path) as read_back:
        assert list(differences(read(read_back), WANTED)) == []


def test_days_from_1904_struck_text_and_hidden_rows(tmp_path: Path) -> None:
    """A hidden or struck row still was sent: nothing says that it doesn't count."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for row in ROWS:
        days = [datetime.fromisoformat(c) if "-" in c else c for c in row]
        sheet.append(days)
    sheet.cell(2, 4).font = Font(strike=True)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.save(path)
    with read_workbook(path) as read_back:
        assert list(differences(read(read_back), WANTED)) == []


def test_errors_and_formulas_without_a_result_are_refused_not_lost() -> None:
    rows = [
        HEADER,
        ("1", "2024-06-01", CellError("#REF!"), "接地不良", "2024-07-01", "已整改"),
        ("2", CellError("#VALUE!"), "乙厂", "漏油", None, None),
        ("3", "2024-06-03", "丙厂", CellError("#N/A"), None, None),
    ]
    want = [
        "接地不良|2024-06-01||rectified|warn=cell_error_ignored",
        "!3 cell_error",
        "!4 cell_error",
    ]
    assert list(differences(read(in_memory("a.xlsx", ("S", rows, []))), want)) == []
    lone = [HEADER, ("1", CellError("#FORMULA"), "甲厂", CellError("#FORMULA"), None, None)]
    results = read(in_memory("a.xlsx", ("S", lone, [])))
    assert list(differences(results, ["!2 cell_error"])) == []


def test_one_side_refused_leaves_the_other() -> None:
    rows = [
        ("序号", "检查日期", "存在问题", None, "序号", "检查日期", "存在问题"),
        (1, "2024-06-01", "护栏缺失", None, 2, "2024-02-31", "通道堵塞"),
    ]
    results = read(in_memory("a.xlsx", ("S", rows, [])))
    assert list(differences(results, ["护栏缺失|2024-06-01", "!2 found_on_impossible"])) == []
    # The row of the sheet is accounted for once, though two things became of it.
    assert [r.count for r in results] == [1, 1, 0]


def test_who_sends_a_register_without_a_period_says_it() -> None:
    rows = [
        ("企业名称", "检查日期", "存在问题"),
        ("甲厂", "6.3", "护栏缺失"),
        ("乙厂", None, "通道堵塞"),
    ]
    book = in_memory("a.xlsx", ("S", rows, []))
    want = ["!2 found_on_no_year", "!3 found_on_missing"]
    assert list(differences(read(book), want)) == []
    plan = propose(book)
    plan.year, plan.found_on = 2024, date(2024, 7, 1)
    kept = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    want = ["护栏缺失|2024-06-03|甲厂", "通道堵塞|2024-07-01|乙厂"]
    assert list(differences(list(parse(book, kept, TODAY)), want)) == []


def test_a_month_without_its_year() -> None:
    rows = [("6月隐患台账",), ("企业名称", "存在问题"), ("甲厂", "护栏缺失")]
    book = in_memory("a.xlsx", ("S", rows, []))
    results = list(parse(book, propose(book), Context(today=TODAY.today, year=2024)))
    assert list(differences(results, ["护栏缺失|2024-06-01|甲厂||found_precision=month"])) == []
