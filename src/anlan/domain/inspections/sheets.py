"""Workbooks of a sweep: the subjects left to visit go out, the visits come in, results go out.

For offices without phones. A row is known by its subject's number, day and visitor, so that the
same workbook again, or a mended one, adds nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.domain.inspections.commands import Found, NewVisit
from anlan.domain.inspections.commands.visits import VISITS_MAX, check
from anlan.domain.inspections.models import (
    PEOPLE_MAX,
    Sweep,
    SweepField,
    Target,
    Visit,
    Why,
)
from anlan.domain.inspections.refusals import VisitRefused
from anlan.kernel.papers.sheets import Row, letter, read_workbook
from anlan.kernel.papers.sheets.writing import OutTable, write_tables

#: Chinese, as the reader of hazards' registers has it: a workbook is a paper, not a page.
NUMBER, NAME, CODE, AREA, ADDRESS = "编号", "名称", "统一社会信用代码", "区划", "地址"
DAY, VISITOR, STATE, NIL, HAZARDS, NOTE = (
    "检查日期", "检查人", "安全状况", "是否零隐患", "隐患（每行一条）", "备注",
)  # fmt: skip
#: Of these a sweep may have a base fact of the same name: then the column is that fact's.
OFFICERS, EXPERTS, WHY = "出动执法人员数", "参与专家数", "检查缘由"
WHYS = {
    "计划检查": Why.PLANNED.value, "随机抽取": Why.DRAWN.value, "整改复查": Why.RECHECK.value,
    "举报核查": Why.TIPOFF.value, "其他": Why.OTHER.value,
}  # fmt: skip
YES, NO = ("是", "零隐患", "无"), ("否", "有", "")
#: Rows above the header that a workbook may have.
HEADER_ROWS_MAX = 10
FETCHED_AT_ONCE = 2_000
RESULT_ROWS_MAX = 1_000_000


class SheetTooLong(Refusal):
    code = "sheet_too_long"
    message = gettext_lazy(
        "More than %(max)d rows; a workbook holds no more. Choose a smaller area, or divide it."
    )
    status = 413


class NoSweepSheet(Refusal):
    code = "no_sweep_sheet"
    message = gettext_lazy(
        "No sheet of this workbook has the columns %(columns)s. Use the workbook of this sweep."
    )


@dataclass(frozen=True)
class Wrong:
    """A row to be mended, by sheet, row and column."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass
class Read:
    visits: list[NewVisit] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    #: Rows in which nobody has written anything yet.
    empty: int = 0


def headers(fields: Sequence[SweepField]) -> list[str]:
    return [NUMBER, NAME, CODE, AREA, ADDRESS, DAY, VISITOR, *_about(fields), STATE,
            *(one.label for one in fields), NIL, HAZARDS, NOTE]  # fmt: skip


def _about(fields: Sequence[SweepField]) -> list[str]:
    taken = {one.label for one in fields}
    return [name for name in (OFFICERS, EXPERTS, WHY) if name not in taken]


def write_template(
    target: Path | BinaryIO, sweep: Sweep, fields: Sequence[SweepField], rows: QuerySet[Target]
) -> int:
    """The subjects that nobody has visited yet, with the columns to fill in."""
    if rows.order_by()[VISITS_MAX : VISITS_MAX + 1].exists():
        raise SheetTooLong(max=VISITS_MAX)
    blank = [""] * (len(headers(fields)) - 5)
    table = OutTable(
        name="到户核查", headers=headers(fields), titles=[sweep.name, *_how(sweep, fields)],
        rows=([*_subject(row), *blank] for row in _fetched(rows)),
    )  # fmt: skip
    return write_tables(target, [table])


def _how(sweep: Sweep, fields: Sequence[SweepField]) -> list[str]:
    said = [
        _("Safety states: %(states)s") % {"states": "、".join(sweep.states)},
        _("Nil: write 是 where no hazard was found; else 否, and one hazard a line."),
    ]
    if WHY in _about(fields):
        said.append(f"{WHY}：{'、'.join(WHYS)}")
    said += [f"{one.label}：{'、'.join(one.choices)}" for one in fields if one.choices]
    return said


def write_results(
    target: Path | BinaryIO, sweep: Sweep, fields: Sequence[SweepField], rows: QuerySet[Target]
) -> int:
    """Every subject with the visit that counts, its base facts and its safety state."""
    if rows.order_by()[RESULT_ROWS_MAX : RESULT_ROWS_MAX + 1].exists():
        raise SheetTooLong(max=RESULT_ROWS_MAX)
    more = [
        _("Visits"), _("Visited on"), _("Who was there"), _("Law-enforcement officers"),
        _("Experts"), _("Why the visit was made"), _("Safety state"),
    ]  # fmt: skip
    table = OutTable(
        name=_("Results"), titles=[sweep.name],
        headers=[NUMBER, NAME, CODE, AREA, ADDRESS, *more, *(one.label for one in fields)],
        rows=_results(rows, fields),
    )  # fmt: skip
    return write_tables(target, [table])


def _results(rows: QuerySet[Target], fields: Sequence[SweepField]) -> Iterator[list[Any]]:
    batch: list[Target] = []
    for row in _fetched(rows):
        batch.append(row)
        if len(batch) == FETCHED_AT_ONCE:
            yield from _with_visits(batch, fields)
            batch = []
    yield from _with_visits(batch, fields)


def _with_visits(batch: list[Target], fields: Sequence[SweepField]) -> Iterator[list[Any]]:
    ids = [row.pk for row in batch]
    found: dict[int, Visit] = {}
    for start in range(0, len(ids), 900):
        visits = Visit.objects.filter(
            target__in=ids[start : start + 900], first=True, withdrawn_at=None
        )
        found.update({visit.target_id: visit for visit in visits})
    for row in batch:
        visit = found.get(row.pk)
        yield [
            *_subject(row), row.visits, row.visited_on.isoformat() if row.visited_on else "",
            *((visit.visitor, visit.officers, visit.experts, visit.get_why_display())
              if visit else ("", "", "", "")), row.state,
            *(str(visit.fact(one)) if visit else "" for one in fields),
        ]  # fmt: skip


def _fetched(rows: QuerySet[Target]) -> Iterator[Target]:
    yield from (
        rows.select_related("enterprise", "area")
        .order_by("path", "pk")
        .iterator(chunk_size=FETCHED_AT_ONCE)
    )


def _subject(row: Target) -> list[Any]:
    firm = row.enterprise
    return [row.pk, firm.name, firm.credit_code or "", row.area.full_name, firm.address]


# --- in ------------------------------------------------------------------------------------


def read(
    path: Path, name: str, sweep: Sweep, fields: Sequence[SweepField], allowed: set[int],
    today: date,
) -> Read:  # fmt: skip
    """The visits of a workbook, each checked; what is wrong is told by row and column.

    allowed: the subjects that the sender may visit; others are refused as if they weren't there.
    """
    found = Read()
    with read_workbook(path, name) as book:
        sheets = [(sheet, header) for sheet in book.sheets if (header := _header(sheet, fields))]
        if not sheets:
            raise NoSweepSheet(columns="、".join((NUMBER, DAY, STATE)))
        for sheet, (at, columns) in sheets:
            for row in sheet.rows():
                if row.number > at and not row.is_blank():
                    _row(found, sheet.name, row, columns, sweep, fields, allowed, today)
                if len(found.visits) + len(found.wrong) > VISITS_MAX:
                    raise SheetTooLong(max=VISITS_MAX)
    return found


def _header(sheet: Any, fields: Sequence[SweepField]) -> tuple[int, dict[str, int]] | None:
    for row in sheet.rows():
        if row.number > HEADER_ROWS_MAX:
            return None
        columns = {text(value).rstrip("*"): n for n, value in enumerate(row.values) if value}
        if {NUMBER, DAY, STATE} <= columns.keys():
            return row.number, columns
    return None


def _row(
    found: Read, sheet: str, row: Row, columns: dict[str, int], sweep: Sweep,
    fields: Sequence[SweepField], allowed: set[int], today: date,
) -> None:  # fmt: skip
    def cell(header: str) -> str:
        return text(row.get(columns[header])) if header in columns else ""

    def wrong(header: str, reason: str) -> None:
        place = letter(columns[header]) if header in columns else ""
        found.wrong.append(Wrong(sheet, row.number, f"{place} {header}".strip(), reason))

    about = _about(fields)
    filled = [DAY, VISITOR, *about, STATE, NIL, HAZARDS, NOTE, *(one.label for one in fields)]
    if not any(cell(header) for header in filled):
        found.empty += 1
        return
    number = cell(NUMBER)
    if not number.isdecimal() or len(number) > 18 or int(number) not in allowed:
        wrong(NUMBER, _("No subject of this sweep that you may visit has this number."))
        return
    day = _day(row.get(columns[DAY]))
    if day is None:
        wrong(DAY, _("Write the day as 2024-06-25."))
        return
    hazards = tuple(Found(line.strip()) for line in cell(HAZARDS).splitlines() if line.strip())
    nil = cell(NIL)
    if nil not in (*YES, *NO):
        wrong(NIL, _("Write 是 or 否."))
        return
    people: dict[str, int | None] = {}
    for header in (OFFICERS, EXPERTS):
        said = cell(header) if header in about else ""
        if said and not (said.isdecimal() and len(said) <= len(str(PEOPLE_MAX))):
            reason = _("Write a whole number from 0 to %(max)d, or leave it empty.")
            wrong(header, reason % {"max": PEOPLE_MAX})
            return
        people[header] = int(said) if said else None
    why = cell(WHY) if WHY in about else ""
    if why and why not in WHYS:
        wrong(WHY, _("Write one of %(words)s, or leave it empty.") % {"words": "、".join(WHYS)})
        return
    origin = f"{sweep.pk}:{number}:{day.isoformat()}:{_digest(cell(VISITOR))}"
    new = NewVisit(
        pk_of(origin, day), int(number), day, cell(VISITOR), cell(STATE), nil in YES,
        {one.order: cell(one.label) for one in fields}, hazards, cell(NOTE), origin,
        people[OFFICERS], people[EXPERTS], WHYS.get(why, ""),
    )  # fmt: skip
    try:
        found.visits.append(check(new, sweep, fields, today))
    except VisitRefused as refusal:
        named = {"on": DAY, "state": STATE, "visitor": VISITOR, "nil": NIL}
        named |= {one.key: one.label for one in fields}
        wrong(named.get(str(refusal.data["field"]), ""), str(refusal))


def text(value: Any) -> str:
    """A cell as somebody typed it: a whole number without its point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    said = text(value).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    try:
        year, month, day = (int(part) for part in said.replace(".", "-").split("-"))
        return date(year, month, day)
    except ValueError:
        return None


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def pk_of(origin: str, day: date) -> UUID:
    """The id of a row's visit: made of its origin, ordered by its day like the others (UUIDv7)."""
    start = datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())
    bits = int.from_bytes(hashlib.sha256(f"visit:{origin}".encode()).digest()[:10], "big")
    value = int(start.timestamp() * 1000) << 80 | (7 << 76) | ((bits >> 62) & 0xFFF) << 64
    # The last byte stays free for the hazards that are numbered after the visit.
    return UUID(int=value | (2 << 62) | (bits & ((1 << 62) - 1)) & ~0xFF)
