"""Writes the small workbooks that the browser test sends: one with three mistakes, one mended.

    .venv/bin/python tests/samples/make.py

Everything in them is simulated (模拟). Rows 3, 6 and 9 of the first carry the mistakes: a day that
doesn't exist, no description, and no day at all.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
HEADS = (
    "序号", "检查日期", "企业名称", "统一社会信用代码", "所属行业", "乡镇（街道）", "具体部位",
    "问题隐患描述", "隐患等级", "整改措施", "整改责任人", "整改期限", "整改状态",
)  # fmt: skip
#: Number of the row (from 1), column, what is wrong there.
MISTAKES = ((3, 1, "2026年13月13日"), (6, 7, ""), (9, 1, ""))
FIRST = 3
MADE = datetime(2026, 11, 20)


def _rows() -> list[list[str]]:
    with (HERE / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def write(path: Path, mistakes: tuple[tuple[int, int, str], ...]) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "模拟数据", "created": MADE})
    sheet = book.add_worksheet("隐患清单")
    bold = book.add_format({"bold": True})
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, "五华区安全生产问题隐患清单（模拟数据）", bold)
    sheet.write_row(1, 0, HEADS, bold)
    rows = _rows()
    for number, row in enumerate(rows, start=1):
        day, firm, sector, street, place, text, grade, measure, due = row
        cells = [
            str(number), day, firm, "", sector, street, place, text, grade, measure,
            f"模拟人员{number:03d}", due, "整改中",
        ]  # fmt: skip
        for at, column, wrong in mistakes:
            if at == number:
                cells[column] = wrong
        sheet.write_row(number + FIRST - 2, 0, cells)
    sheet.write_row(len(rows) + FIRST - 1, 0, ["合计", "", "", "", "", "", "", f"{len(rows)}项"])
    book.close()


if __name__ == "__main__":
    write(HERE / "wuhua-12-rows-3-mistakes.xlsx", MISTAKES)
    write(HERE / "wuhua-12-rows-mended.xlsx", ())
