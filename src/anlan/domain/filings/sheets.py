"""A filing as a workbook: out to be filled in without a network, and in again, cell by cell.

Rows are found by the code in their first column, columns by their headers' codes in the row
above them, so that rows may be moved and columns hidden. Nothing is taken from a wrong place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _

from anlan.domain.filings import checking, entering
from anlan.domain.filings.entering import Asked, Wrong
from anlan.domain.filings.figuring import Shown
from anlan.domain.filings.refusals import NoFilingSheet
from anlan.kernel.calendar import periods
from anlan.kernel.papers.sheets import CellError, Row, Sheet, letter, read_workbook
from anlan.kernel.papers.sheets.writing import OutTable, write_tables

#: Above this row the codes of columns must stand.
HEADER_ROWS_MAX = 12
CODE, LIST = "代码", "清单"
_LOCKED = "（系统取数，不填）"


@dataclass
class Read:
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[list[str]]] = field(default_factory=dict)
    #: By cell, where in the workbook it stands.
    where: dict[str, str] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


def write(target: Path | BinaryIO, asked: Asked, shown: Shown, texts: Mapping[str, str],
          lists: Mapping[str, Any]) -> int:  # fmt: skip
    """The filing as it stands; fields that are typed hold what was typed so far."""
    # A paper is in Chinese whoever takes it out, and so it can be read in again.
    with translation.override("zh-hans"):
        return write_tables(target, _tables(asked, shown, texts, lists))


def _tables(asked: Asked, shown: Shown, texts: Mapping[str, str], lists: Mapping[str, Any]) -> Any:
    filing = asked.filing
    titles = [
        filing.form.title,
        f"{filing.unit.name}　{periods.parse(filing.code).label}　{filing.case.number}",
        "空格为应填；0 也要填；不适用填 NA；灰色说明为系统取数。",
    ]  # fmt: skip
    own = asked.typed()
    for section in asked.definition.sections:
        headers = [CODE, "指标", "计量单位"]
        headers += [f"{column.label} [{column.key}]" for column in section.columns]
        rows = []
        for row in section.rows:
            line: list[Any] = [row.key, row.label, row.unit]
            for column in section.columns:
                line.append(_out(asked, shown, texts, own, f"{row.key}.{column.key}"))
            rows.append(line)
        yield OutTable(
            name=section.title or filing.form.title, headers=headers, rows=rows, titles=titles,
            widths=(10, 36, 10, *[16] * len(section.columns)),
        )  # fmt: skip
    for key in asked.lists():
        rows = [[key, *row] for row in lists.get(key, [])]
        rows += [[key, "", "", ""]] * 20
        yield OutTable(
            name=f"{LIST} {asked.known[key].row.label}", rows=rows,
            headers=[CODE, "日期", "企业或场所", "检查内容或发现问题"], titles=titles,
            widths=(10, 14, 40, 50),
        )  # fmt: skip


def _out(asked: Asked, shown: Shown, texts: Mapping[str, str], own: Mapping[str, Any],
         key: str) -> Any:  # fmt: skip
    place = asked.known.get(key)
    if place is None:
        return "—"
    if place.cell.mode == "listed":
        return f"（见{LIST}）"
    if key in own:
        said = texts.get(key, "")
        value = entering.number(said, own[key].digits)
        if isinstance(value, int):
            number = checking.decimal(value, own[key].digits)
            return float(number) if own[key].digits else int(number)
        return said
    value = shown.values.get(key)
    said = checking.written(value, asked.digits[key]) if value is not None else ""
    return f"{said}{_LOCKED}"


def read(path: Path, name: str, asked: Asked) -> Read:
    """What a workbook says in the cells that are typed; whatever else stands there is left."""
    found = Read()
    with read_workbook(path, name) as book:
        headed = [(sheet, top) for sheet in book.sheets if (top := _header(sheet, asked))]
        if not headed:
            raise NoFilingSheet
        for sheet, (number, columns) in headed:
            if "_list" in columns:
                _read_list(found, asked, sheet, number)
            else:
                _read_rows(found, asked, sheet, number, columns)
    return found


def _header(sheet: Sheet, asked: Asked) -> tuple[int, dict[str, int]] | None:
    """The row of headers, and by key of a column where it stands."""
    keys = {column.key for section in asked.definition.sections for column in section.columns}
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            return None
        if _text(row.get(0)) != CODE:
            continue
        if _text(row.get(1)) == "日期":
            return row.number, {"_list": 1}
        at: dict[str, int] = {}
        for n, value in enumerate(row.values):
            text = _text(value)
            if text.endswith("]") and "[" in text:
                key = text[text.rindex("[") + 1 : -1]
                if key in keys:
                    at.setdefault(key, n)
        return row.number, at
    return None


def _read_rows(found: Read, asked: Asked, sheet: Sheet, number: int, columns: Any) -> None:
    own = asked.typed()
    for row in sheet.rows():
        code = _text(row.get(0))
        if row.number <= number or not code:
            continue
        for column, n in columns.items():
            key = f"{code}.{column}"
            if key not in own or key in asked.lists():
                continue
            _take(found, asked, key, row, n, sheet.name)


def _take(found: Read, asked: Asked, key: str, row: Row, n: int, sheet: str) -> None:
    value, item = row.get(n), asked.typed()[key]
    where = _("%(sheet)s, cell %(cell)s") % {"sheet": sheet, "cell": f"{letter(n)}{row.number}"}
    if key in found.where:
        reason = _("the row %(code)s stands twice (%(where)s)") % {
            "code": key.split(".")[0], "where": found.where[key],
        }  # fmt: skip
        found.wrong.append(Wrong(key, where, reason))
        return
    found.where[key] = where
    text = _text(value)
    read_as = entering.number(text, item.digits)
    if isinstance(value, CellError) or entering.is_unreadable(read_as):
        reason = _("“%(text)s” is no number with %(n)d digits behind the point at most") % {
            "text": text[:40], "n": item.digits,
        }  # fmt: skip
        found.wrong.append(Wrong(key, f"{where} ({asked.known[key].label})", reason))
    elif text:
        found.values[key] = text


def _read_list(found: Read, asked: Asked, sheet: Sheet, number: int) -> None:
    lists = set(asked.lists())
    for row in sheet.rows():
        key = _text(row.get(0))
        if row.number <= number or key not in lists:
            continue
        said = [_text(row.get(n)) for n in (1, 2, 3)]
        if any(said):
            found.lists.setdefault(key, []).append(said)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()
