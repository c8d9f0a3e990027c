"""Workbooks in: any .xlsx, .xls or text table as rows, with refusals that say how to mend it."""

from anlan.kernel.papers.sheets.book import (
    CellError,
    Merge,
    Row,
    Sheet,
    TimeOfDay,
    Value,
    Workbook,
    letter,
)
from anlan.kernel.papers.sheets.reading import read_workbook
from anlan.kernel.papers.sheets.refusals import SheetRefusal

__all__ = [
    "CellError",
    "Merge",
    "Row",
    "Sheet",
    "SheetRefusal",
    "TimeOfDay",
    "Value",
    "Workbook",
    "letter",
    "read_workbook",
]
