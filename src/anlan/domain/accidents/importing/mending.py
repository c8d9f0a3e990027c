"""The workbook that goes back to a sender: only the rows to mend, and what is wrong with each."""

from __future__ import annotations

from itertools import groupby
from typing import BinaryIO

from anlan.domain.accidents.importing import cells, lines
from anlan.domain.accidents.importing.plan import Plan
from anlan.domain.accidents.models import Batch
from anlan.kernel.papers.sheets.errors import BadRow, BadTable, write_error_workbook


def write(target: BinaryIO, batch: Batch) -> int:
    """Returns how many rows it holds. The rows are read out of the kept workbook once more."""
    file, plan = batch.file, Plan.of(batch.plan)
    left = batch.leftovers.order_by("sheet", "row", "pk").only("sheet", "row", "reasons")
    wrong = {
        sheet: {each.row: each.reason for each in rows}
        for sheet, rows in groupby(left.iterator(), key=lambda each: each.sheet)
    }
    bad = []
    with lines.tables(file.path, file.name, plan) as found:
        for table in found:
            told = wrong.get(table.sheet.name[:120])
            if not told:
                continue
            heads = table.heads
            rows = [
                BadRow(told[row.number], {h: cells.text(row.get(n)) for h, n in heads.items()}, "")
                for row in table.sheet.rows()
                if row.number in told
            ]
            bad.append(BadTable(table.sheet.name, list(heads), rows))
        return write_error_workbook(target, bad)
