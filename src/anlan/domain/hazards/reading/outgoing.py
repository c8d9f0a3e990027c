"""Workbooks that go out to those who send registers: rows to mend, and an empty form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from anlan.domain.hazards.reading.plan import Plan
from anlan.domain.hazards.reading.rows import RejectedRow
from anlan.kernel.papers.sheets.errors import BadRow, BadTable, write_error_workbook
from anlan.kernel.papers.sheets.writing import cell_text

TEMPLATE_ROWS = 1_000
#: The form's columns: header, width, required, and which drop-down.
TEMPLATE_COLUMNS: tuple[tuple[str, int, bool, str], ...] = (
    ("序号", 6, False, ""),
    ("检查日期", 12, True, "day"),
    ("隐患来源", 12, False, "source"),
    ("检查单位", 20, False, ""),
    ("检查人", 14, False, ""),
    ("县区", 12, False, ""),
    ("乡镇街道", 14, False, ""),
    ("企业名称", 26, False, ""),
    ("统一社会信用代码", 22, False, "text"),
    ("行业领域", 16, False, "sector"),
    ("隐患部位", 20, False, ""),
    ("存在问题", 48, True, ""),
    ("隐患类别", 14, False, ""),
    ("隐患等级", 10, False, "grade"),
    ("整改措施", 36, False, ""),
    ("整改责任单位", 22, False, ""),
    ("整改责任人", 12, False, ""),
    ("整改期限", 12, False, "day"),
    ("整改资金（万元）", 12, False, ""),
    ("应急预案", 20, False, ""),
    ("督办单位", 18, False, ""),
    ("包保领导", 12, False, ""),
    ("整改完成时间", 12, False, "day"),
    ("整改状态", 10, False, "status"),
    ("验收人", 12, False, ""),
    ("验收时间", 12, False, "day"),
    ("销号时间", 12, False, "day"),
    ("备注", 20, False, ""),
)
GRADES = ("一般隐患", "重大隐患")
STATUSES = ("未整改", "整改中", "已整改", "已验收", "已销号")
SOURCES = (
    "企业自查",
    "执法检查",
    "专家检查",
    "上级交办",
    "督查暗访",
    "群众举报",
    "监测预警",
    "网格巡查",
)
SECTORS = (
    "危险化学品", "煤矿", "非煤矿山", "工贸", "烟花爆竹", "消防", "道路运输", "水上交通",
    "铁路民航邮政",
    "建筑施工", "城镇燃气", "特种设备", "电力", "教育", "医疗卫生", "文化旅游", "商贸流通",
    "农业农机",
    "林草", "水利", "工业园区", "自建房", "民爆物品", "其他",
)  # fmt: skip


def error_tables(plan: Plan, rejected: Iterable[RejectedRow]) -> list[BadTable]:
    """Rejected rows by the table they stand in, under that table's own columns and titles."""
    tables: dict[tuple[str, int], list[RejectedRow]] = {}
    for row in rejected:
        tables.setdefault((row.sheet, row.table), []).append(row)
    out = []
    for (sheet, number), rows in tables.items():
        planned = [t for t in plan.tables if t.sheet_name == sheet]
        table = planned[number]
        headers = [c.header for c in table.columns if c.field not in ("row_error", "row_origin")]
        used = {h for row in rows for h in row.raw}
        out.append(
            BadTable(
                sheet,
                [h for h in headers if h in used or not h.startswith("列")],
                [BadRow(row.message, row.raw, row.origin) for row in rows],
                table.titles,
            )
        )
    return out


def write_errors(target: Path | BinaryIO, plan: Plan, rejected: Iterable[RejectedRow]) -> int:
    """Write the workbook to mend and send again; returns how many rows it holds."""
    return write_error_workbook(target, error_tables(plan, rejected))


def write_template(target: Path | BinaryIO, sectors: Sequence[str] = SECTORS) -> None:
    """An empty register with drop-downs, and a sheet that says how to fill it in."""
    book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target)
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    head = book.add_format(
        {"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#E8EEF7"}
    )
    required = book.add_format(
        {"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#E8EEF7",
         "font_color": "#C00000"}
    )  # fmt: skip
    formats = {
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
        "": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    sheet = book.add_worksheet("问题隐患台账")
    how = book.add_worksheet("填写说明")
    lists = book.add_worksheet("选项")
    lists.hide()
    choices = {"grade": GRADES, "status": STATUSES, "source": SOURCES, "sector": tuple(sectors)}
    ranges: dict[str, str] = {}
    for column, (name, values) in enumerate(choices.items()):
        for at, value in enumerate(values):
            lists.write_string(at, column, cell_text(value))
        ranges[name] = f"=选项!${chr(65 + column)}$1:${chr(65 + column)}${len(values)}"
    last = len(TEMPLATE_COLUMNS) - 1
    sheet.merge_range(0, 0, 0, last, "安全生产问题隐患台账", title)
    for column, (name, width, must, kind) in enumerate(TEMPLATE_COLUMNS):
        sheet.set_column(column, column, width, formats.get(kind, formats[""]))
        sheet.write_string(1, column, f"{name}*" if must else name, required if must else head)
        if kind in ranges:
            sheet.data_validation(
                2, column, TEMPLATE_ROWS + 1, column, _pick(ranges[kind], kind != "sector")
            )
    sheet.freeze_panes(2, 0)
    how.set_column(0, 0, 110)
    for at, text in enumerate(_instructions()):
        how.write_string(at, 0, cell_text(text))
    book.close()


def _pick(source: str, strict: bool) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_type": "stop" if strict else "information",
        "error_message": _("Choose one from the list."),
    }


def _instructions() -> list[str]:
    return [
        _("How to fill in this register"),
        _("One hazard a row. The day it was found and its description are required."),
        _("Days: 2024-06-25 or 2024年6月25日. A deadline may also be 立即整改 or 15日内."),
        _("Grade: ordinary or major, chosen from the list; leave it empty if it isn't decided."),
        _("Money is in ten thousand yuan (万元), as the column says."),
        _(
            "State of rectification: chosen from the list;"
            " closed rows also give the day they were closed."
        ),
        _(
            "Rows that can't be read come back in a workbook of their own;"
            " mend them there and send it."
        ),
    ]
