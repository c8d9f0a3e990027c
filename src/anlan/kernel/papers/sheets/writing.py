"""Workbooks out: plain tables whose texts no spreadsheet takes for formulas (S53)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from anlan.kernel.papers.sheets.neutral import neutral
from anlan.kernel.papers.sheets.scratch import scratch

SHEET_ROWS_MAX = 1_000_000
CELL_CHARS_MAX = 32_767
#: Excel shows 255 characters in a foot, commands and all.
FOOT_CHARS_MAX = 120
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


def cell_text(text: str) -> str:
    """What may stand in a cell: neutral, without control characters, not too long."""
    # What is printable has nothing of that, and a look at it costs a tenth.
    bare = text if text.isprintable() else _NO_XML.sub("", text)
    return neutral(bare)[:CELL_CHARS_MAX]


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel accepts and no other sheet has."""
    bare = _NO_SHEET_NAME.sub(" ", _NO_XML.sub("", name)).strip(" '")[:31] or "Sheet"
    made, number = bare, 2
    while made.casefold() in taken:
        made = f"{bare[:27]}({number})"
        number += 1
    taken.add(made.casefold())
    return made


@dataclass(frozen=True, slots=True)
class OutTable:
    """One sheet: texts above the header, the header, and rows under it."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]
    titles: Sequence[str] = ()
    widths: Sequence[int] = ()
    #: Columns from 0 that are shown red; whose cells say what is wrong.
    red: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()


def write_tables(target: Path | BinaryIO, tables: Iterable[OutTable], mark: str = "") -> int:
    """Write an .xlsx row by row, in little memory; returns the number of data rows.

    mark:  who took it out, and when: it stands in the foot of every printed page.
    """
    with scratch() as folder:
        return _write(target, tables, folder, mark)


def _write(
    target: Path | BinaryIO, tables: Iterable[OutTable], folder: Path, mark: str
) -> int:  # fmt: skip
    book = xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "tmpdir": str(folder)},
    )  # fmt: skip
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#E8EEF7"})
    red_head = book.add_format(
        {
            "bold": True,
            "border": 1,
            "text_wrap": True,
            "bg_color": "#C00000",
            "font_color": "#FFFFFF",
        }
    )
    body = book.add_format({"text_wrap": True, "valign": "top"})
    red_body = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#C00000"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
    taken: set[str] = set()
    count = 0
    for table in tables:
        sheet = book.add_worksheet(sheet_name(table.name, taken))
        if mark:
            # An ampersand begins a command there.
            sheet.set_footer("&L" + mark[:FOOT_CHARS_MAX].replace("&", "&&") + "&R&P / &N")
        for column in range(len(table.headers)):
            width = table.widths[column] if column < len(table.widths) else 16
            options = {"hidden": True} if column in table.hidden else {}
            sheet.set_column(column, column, width, None, options)
        at = 0
        for text in table.titles:
            sheet.write_string(at, 0, cell_text(text), title)
            at += 1
        for column, text in enumerate(table.headers):
            sheet.write_string(
                at, column, cell_text(text), red_head if column in table.red else head
            )
        for row in table.rows:
            at += 1
            count += 1
            for column, value in enumerate(row):
                if value is None or value == "":
                    continue
                if isinstance(value, datetime):
                    sheet.write_datetime(at, column, value.replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(at, column, value, day)
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(at, column, value, body)
                else:
                    sheet.write_string(
                        at, column, cell_text(str(value)), red_body if column in table.red else body
                    )
    if not taken:
        book.add_worksheet("Sheet1")
    book.close()
    return count
