"""Follow a confirmed plan through a workbook: each source row becomes exactly one result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from anlan.domain.hazards.reading import turning
from anlan.domain.hazards.reading.fates import Reader
from anlan.domain.hazards.reading.hazards import side_by_side
from anlan.domain.hazards.reading.noticed import noticed
from anlan.domain.hazards.reading.plan import LEDGER, Plan, SheetPlan, TablePlan
from anlan.domain.hazards.reading.rows import Context, IgnoredRow, Result
from anlan.kernel.papers.sheets.book import Sheet, Workbook
from anlan.kernel.papers.sheets.tables import Column, Table, walk


def parse(workbook: Workbook, plan: Plan, context: Context | None = None) -> Iterator[Result]:
    """Every source row of every sheet, in order, as one of the three results.

    Runs of neighbouring rows that are ignored for one reason come as one IgnoredRow. The law:
    over a sheet, the counts of all results add up to its height.
    """
    context = context or Context()
    context = replace(
        context, year=context.year or plan.year, found_on=context.found_on or plan.found_on
    )
    by_sheet: dict[int, list[TablePlan]] = {}
    for table in plan.tables:
        by_sheet.setdefault(table.sheet, []).append(table)
    alone = {sheet.sheet: sheet for sheet in plan.sheets}
    for sheet in workbook.sheets:
        if sheet.problem:
            # No row could be read, so none is counted; yet the sheet must not go unmentioned.
            yield IgnoredRow(workbook.name, sheet.name, 1, 0, "sheet_broken")
        if not sheet.height:
            continue
        tables = by_sheet.get(sheet.index)
        if not tables:
            yield _whole(workbook, sheet, alone.get(sheet.index))
            continue
        read = _turned if tables[0].turned else _sheet
        yield from noticed(_merged(read(workbook, sheet, tables, context)), sheet)


def _whole(workbook: Workbook, sheet: Sheet, entry: SheetPlan | None) -> IgnoredRow:
    reason = f"sheet_{entry.kind}" if entry else "sheet_other"
    if sheet.hidden and reason == "sheet_other":
        reason = "hidden_sheet"
    return IgnoredRow(workbook.name, sheet.name, 1, sheet.height, reason)


def _merged(results: Iterator[Result]) -> Iterator[Result]:
    held: IgnoredRow | None = None
    for result in results:
        if isinstance(result, IgnoredRow):
            if held and held.reason == result.reason and held.last_row + 1 == result.first_row:
                held = replace(held, last_row=result.last_row)
                continue
            if held:
                yield held
            held = result
            continue
        if held:
            yield held
            held = None
        yield result
    if held:
        yield held


def _sheet(
    workbook: Workbook, sheet: Sheet, plans: list[TablePlan], context: Context
) -> Iterator[Result]:
    tables = [_table(plan) for plan in plans]
    readers = {
        id(table): Reader(workbook, sheet, number, plan, context)
        for number, (table, plan) in enumerate(zip(tables, plans, strict=True))
    }
    current: Reader | None = None
    for row, table, fate in walk(sheet, tables):
        reader = readers[id(table)] if table is not None else None
        if current is not None and reader is not current:
            yield from current.flush()
        current = reader
        if reader is None or fate != "body":
            if reader is not None:
                yield from reader.flush()
                reader.between(row, fate)
            yield IgnoredRow(workbook.name, sheet.name, row.number, row.number, fate)
            continue
        yield from reader.feed(row)
    if current is not None:
        yield from current.flush()


def _turned(
    workbook: Workbook, sheet: Sheet, plans: list[TablePlan], context: Context
) -> Iterator[Result]:
    """Forms: each is one record, and the rows around them are their titles."""
    (plan,) = plans
    reader = Reader(workbook, sheet, 0, plan, context)
    found = turning.records(sheet)
    if not plan.is_read or "description" not in reader.mapping:
        reason = "left_out" if plan.kind == LEDGER else f"sheet_{plan.kind}"
        yield IgnoredRow(
            workbook.name, sheet.name, 1, sheet.height, "hidden_sheet" if plan.hidden else reason
        )
        return
    names = turning.labels(found)
    blank = {row.number for row in sheet.rows() if row.is_blank()}

    def around(first: int, last: int) -> Iterator[Result]:
        for number in range(first, last + 1):
            fate = "blank" if number in blank else "title"
            yield IgnoredRow(workbook.name, sheet.name, number, number, fate)

    done = 0
    for first, records in groupby(found, key=lambda record: record.first):
        yield from around(done + 1, first - 1)
        together: list[Result] = []
        for record in records:
            # Each form by itself: nothing is carried over from the one above it.
            reader = Reader(workbook, sheet, 0, plan, context)
            together += reader.one(turning.row_of(record, names), record.last)
            done = record.last
        yield from side_by_side(together)
    yield from around(done + 1, sheet.height)


def _table(plan: TablePlan) -> Table:
    columns = tuple(Column(c.index, c.names, c.header) for c in plan.columns)
    return Table(
        plan.first, plan.last, columns, plan.end, plan.titles,
        set(plan.repeats), set(plan.inner_titles), plan.guessed,
    )  # fmt: skip
