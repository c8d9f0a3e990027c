"""Workbooks as counties lay them out: what each row becomes, exactly.

A layout is rows of cells and merged ranges; the expectation is a line a result:
    + row[.part] description | found | enterprise | state    a hazard
    - row code column                                         refused
    . first-last reason                                       no hazard
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl

from anlan.domain.hazards.reading import (
    Context,
    IgnoredRow,
    ParsedRow,
    Plan,
    RejectedRow,
    Result,
    parse,
    propose,
)
from anlan.kernel.papers.sheets import Workbook, read_workbook

TODAY = Context(today=date(2026, 11, 21))
HEADER = ["序号", "检查日期", "企业名称", "存在问题", "整改期限", "整改状态"]
Cells = Sequence[Sequence[object]]


class Desk:
    """Writes a workbook, reads it back and tells what became of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def xlsx(
        self, *sheets: tuple[str, Cells] | tuple[str, Cells, Sequence[str]], name: str = "a.xlsx"
    ) -> Path:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.remove(book.active)
        for title, rows, *merges in sheets:
            sheet = book.create_sheet(title)
            for r, row in enumerate(rows, 1):
                for c, value in enumerate(row, 1):
                    if value != "":
                        sheet.cell(r, c).value = value  # type: ignore[assignment]
            for merged in merges[0] if merges else ():
                sheet.merge_cells(merged)
        path = self.folder / name
        book.save(path)
        return path

    def text(self, content: str, name: str = "a.csv", encoding: str = "gb18030") -> Path:
        path = self.folder / name
        path.write_text(textwrap.dedent(content).lstrip(), encoding=encoding)
        return path

    def read(self, path: Path, context: Context = TODAY) -> tuple[Workbook, Plan, list[Result]]:
        book = read_workbook(path)
        plan = propose(book)
        results = list(parse(book, plan, context))
        assert sum(r.count for r in results) == book.row_count
        return book, plan, results

    def told(self, path: Path, context: Context = TODAY) -> list[str]:
        return [line(r) for r in self.read(path, context)[2]]

    def hazards(self, path: Path, context: Context = TODAY) -> list[ParsedRow]:
        return [r for r in self.read(path, context)[2] if isinstance(r, ParsedRow)]


def line(result: Result) -> str:
    if isinstance(result, ParsedRow):
        row = f"{result.first_row}" if result.parts == 1 else f"{result.first_row}.{result.part}"
        if result.last_row > result.first_row:
            row += f"-{result.last_row}"
        return f"+ {row} {result.description} | {result.found_on} | {result.enterprise} | {result.state}"
    if isinstance(result, RejectedRow):
        return f"- {result.first_row} {result.code} {result.column}".rstrip()
    assert isinstance(result, IgnoredRow)
    return f". {result.first_row}-{result.last_row} {result.reason}"


def expected(text: str) -> list[str]:
    return [entry.strip() for entry in text.strip().splitlines()]
