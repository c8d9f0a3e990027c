"""The workbook that goes back to a sender: only the rows to mend, and what is wrong with each."""

from __future__ import annotations

from typing import BinaryIO

from anlan.domain.enterprises.importing.plan import Plan
from anlan.domain.enterprises.models import Batch, Line
from anlan.kernel.papers.sheets import read_workbook
from anlan.kernel.papers.sheets.cells import text_of
from anlan.kernel.papers.sheets.errors import BadRow, BadTable, write_error_workbook


def write(target: BinaryIO, batch: Batch) -> int:
    """Returns how many rows it holds. The rows are read out of the kept workbook once more."""
    wrong: dict[str, dict[int, str]] = {}
    left = batch.lines.filter(outcome=Line.Outcome.REFUSED).only("sheet", "row", "reasons")
    for each in left.iterator():
        wrong.setdefault(each.sheet, {})[each.row] = each.reason
    plan, bad = Plan.of(batch.plan), []
    with read_workbook(batch.file.path, batch.file.name) as book:
        for table in (one for one in plan.tables if one.included):
            sheet = next(one for one in book.sheets if one.index == table.sheet)
            told = wrong.get(sheet.name[:120], {})
            ends = [one.first for one in plan.tables
                    if one.sheet == table.sheet and one.first > table.first]  # fmt: skip
            rows = [
                BadRow(told[row.number],
                       {one.heading: text_of(row.get(one.index)) for one in table.columns}, "")
                for row in sheet.rows()
                if row.number in told and table.first < row.number < min(ends, default=1 << 30)
            ]  # fmt: skip
            bad.append(BadTable(sheet.name, [one.heading for one in table.columns], rows))
        return write_error_workbook(target, bad)
