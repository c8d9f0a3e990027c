"""A filing as a workbook: out to be filled in without a network, and in again, cell by cell.

Rows are found by the code in their first column, columns by their headers' codes in the row
above them, so that rows may be moved and columns hidden. Nothing is taken from a wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _

from anlan.base.text import plain
from anlan.domain.filings import checking, entering, heads
from anlan.domain.filings.entering import Asked, Wrong
from anlan.domain.filings.figuring import Shown
from anlan.domain.filings.models import Entry
from anlan.domain.filings.refusals import NoFilingSheet, OtherFilingSheet
from anlan.kernel.calendar import periods
from anlan.kernel.papers.sheets import CellError, Row, Sheet, letter, read_workbook
from anlan.kernel.papers.sheets.writing import OutTable, write_tables

#: Above this row the codes of columns must stand.
HEADER_ROWS_MAX, SAID_CHARS_MAX = 12, 120
CODE, LIST = "代码", "清单"
_LOCKED = "（系统取数，不填）"
#: Says which filing a workbook is of, and which draft it was taken out with.
_MARK = re.compile(r"报送编号：(\S+?)，暂存第(\d+)稿")
LABEL, UNIT = "指标", "计量单位"


@dataclass
class Read:
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[list[str]]] = field(default_factory=dict)
    #: By cell, where in the workbook it stands.
    where: dict[str, str] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    #: Lists that have a sheet in it, empty or not.
    lists_seen: set[str] = field(default_factory=set)
    #: Cells of the ledger that somebody wrote over: they are not taken.
    ignored: list[str] = field(default_factory=list)
    #: The draft that it was taken out with, where it says so.
    seq: int | None = None


def write(target: Path | BinaryIO, asked: Asked, shown: Shown, texts: Mapping[str, str],
          lists: Mapping[str, Any], entry: Entry | None = None) -> int:  # fmt: skip
    """The filing as it stands; fields that are typed hold what was typed so far."""
    # A paper is in Chinese whoever takes it out, and so it can be read in again.
    with translation.override("zh-hans"):
        return write_tables(target, _tables(asked, shown, texts, lists, entry))


def _tables(
    asked: Asked, shown: Shown, texts: Mapping[str, str], lists: Mapping[str, Any],
    entry: Entry | None,
) -> Any:  # fmt: skip
    filing = asked.filing
    titles = [
        filing.form.title,
        f"{filing.unit.name}　{periods.parse(filing.code).label}　{filing.case.number}",
        f"报送编号：{filing.case.number}，暂存第{filing.draft_seq}稿（请勿改动本行和代码列）",
        "　".join(f"{label}：{said or '—'}" for label, said in heads.lines(filing, entry)),
        "空格为应填；0 也要填；不适用填 NA；灰色说明为系统取数。",
    ]  # fmt: skip
    own = asked.typed
    for section in asked.definition.sections:
        headers = [CODE, LABEL, UNIT]
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
    for key in asked.lists:
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
    if place.cell.mode == "text":
        return texts.get(key, "")
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
        _hold_mark(found, asked, [sheet for sheet, _top in headed])
        for sheet, (number, columns) in headed:
            if "_list" in columns:
                _read_list(found, asked, sheet, number)
            else:
                _read_rows(found, asked, sheet, number, columns)
    return found


def _hold_mark(found: Read, asked: Asked, sheets: list[Sheet]) -> None:
    """Another period's or unit's workbook has the same codes: it says itself whose it is."""
    for sheet in sheets:
        said: list[str] = []
        for row in sheet.rows():
            text = " ".join(filter(None, map(_text, row.values)))
            mark = _MARK.search(text)
            if mark:
                if mark[1] != asked.filing.case.number:
                    words = "，".join(said)[:SAID_CHARS_MAX]
                    raise OtherFilingSheet(own=asked.filing.case.number, number=mark[1], said=words)
                found.seq = int(mark[2])
            if mark or _text(row.get(0)) == CODE or row.number > HEADER_ROWS_MAX:
                break
            said.append(text)


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
            if text in (LABEL, UNIT):
                at.setdefault(f"_{text}", n)
            if text.endswith("]") and "[" in text:
                key = text[text.rindex("[") + 1 : -1]
                if key in keys:
                    at.setdefault(key, n)
        return row.number, at
    return None


def _read_rows(found: Read, asked: Asked, sheet: Sheet, number: int, columns: Any) -> None:
    own, lists, written = asked.typed, set(asked.lists), asked.texts
    rows = {row.key: row for section in asked.definition.sections for row in section.rows}
    at = {key: n for key, n in columns.items() if not key.startswith("_")}
    for row in sheet.rows():
        code = _text(row.get(0))
        if row.number <= number:
            continue
        if code not in rows:
            _hold_stray(found, row, code, at, sheet.name)
            continue
        if not _is_row(found, rows[code], row, columns, sheet.name):
            continue
        for column, n in at.items():
            key = f"{code}.{column}"
            if key in written:
                found.where[key] = where_of(row, n, sheet.name)
                if text := entering.written_text(row.get(n)):
                    found.values[key] = text
            elif key in own and key not in lists:
                _take(found, asked, key, row, n, sheet.name)
            elif key in asked.known and key not in lists:
                text = _text(row.get(n))
                if text and _LOCKED not in text:
                    found.ignored.append(asked.known[key].label)


def _hold_stray(found: Read, row: Row, code: str, at: Mapping[str, int], sheet: str) -> None:
    """A row that the form hasn't got, with numbers in it: they would be lost unseen."""
    if not any(_text(row.get(n)) for n in at.values()):
        return
    where = _("%(sheet)s, row %(n)d") % {"sheet": sheet, "n": row.number}
    reason = (
        _("the form has no row of the code “%(code)s”") % {"code": code[:20]}
        if code
        else _("the code in the first column is gone; take the row from a fresh workbook")
    )
    found.wrong.append(Wrong("", where, reason))


def _is_row(found: Read, asked: Any, row: Row, columns: Mapping[str, int], sheet: str) -> bool:
    """Whether name and unit beside a code are the row's own: else codes and rows were shifted."""
    for name, own in ((LABEL, asked.label), (UNIT, asked.unit)):
        n = columns.get(f"_{name}")
        said = _text(row.get(n)) if n is not None else ""
        if said and plain(said) != plain(own):
            where = _("%(sheet)s, cell %(cell)s") % {
                "sheet": sheet, "cell": f"{letter(n or 0)}{row.number}",
            }  # fmt: skip
            reason = _("here stands “%(said)s”, and the form has “%(own)s” under %(code)s") % {
                "said": said[:40], "own": own[:40] or "—", "code": asked.key,
            }  # fmt: skip
            found.wrong.append(Wrong("", where, reason))
            return False
    return True


def where_of(row: Row, n: int, sheet: str) -> str:
    return _("%(sheet)s, cell %(cell)s") % {"sheet": sheet, "cell": f"{letter(n)}{row.number}"}


def _take(found: Read, asked: Asked, key: str, row: Row, n: int, sheet: str) -> None:
    value, item = row.get(n), asked.typed[key]
    where = where_of(row, n, sheet)
    if key in found.where:
        reason = _("the row %(code)s stands twice (%(where)s)") % {
            "code": key.split(".")[0], "where": found.where[key],
        }  # fmt: skip
        found.wrong.append(Wrong(key, where, reason))
        return
    found.where[key] = where
    text = _text(value)
    read_as = entering.value_of(asked, key, item, text)
    if isinstance(value, CellError) or entering.is_unreadable(read_as):
        reason = entering.unreadable(text, item)
        found.wrong.append(Wrong(key, f"{where} ({asked.known[key].label})", reason))
    elif text:
        found.values[key] = text


def _read_list(found: Read, asked: Asked, sheet: Sheet, number: int) -> None:
    lists = set(asked.lists)
    for row in sheet.rows():
        key = _text(row.get(0))
        if row.number <= number or key not in lists:
            continue
        found.lists_seen.add(key)
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
