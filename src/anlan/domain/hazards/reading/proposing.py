"""Look through a workbook once and propose how it is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from anlan.domain.hazards.reading import columns as cols
from anlan.domain.hazards.reading import turning
from anlan.domain.hazards.reading.assigning import assign
from anlan.domain.hazards.reading.judging import judge
from anlan.domain.hazards.reading.plan import ColumnPlan, Plan, SheetPlan, TablePlan
from anlan.domain.hazards.reading.preambles import preamble_of
from anlan.kernel.papers.sheets.book import Row, Sheet, Value, Workbook, letter
from anlan.kernel.papers.sheets.tables import (
    Column,
    Table,
    find_tables,
    is_note,
    is_total,
    lone_text,
    own_cells,
    squeeze,
    text_of,
    walk,
)

SAMPLES_MAX = 3
SavedMappings = Mapping[str, str]


def propose(workbook: Workbook, saved_mappings: SavedMappings | None = None) -> Plan:
    """Look through a workbook once and say what each sheet is and what its columns mean.

    saved_mappings:  what this sender called things before: header text to field, or to "" for a
                     column that is to be left out. Compared like ``columns.head``.
    """
    saved = {cols.head(name): code for name, code in (saved_mappings or {}).items()}
    plan = Plan(workbook.name, notes=list(workbook.notes))

    def known(text: str) -> float:
        return 1.0 if saved.get(cols.head(text)) else cols.vocabulary(text)

    for sheet in workbook.sheets:
        tables = find_tables(sheet, known if saved else cols.vocabulary)
        if not tables and (bare := _headerless(sheet)):
            tables = [bare]
        found = [
            _table_plan(sheet, table, sample, saved, workbook.name)
            for table, sample in zip(tables, _samples(sheet, tables), strict=True)
        ]
        if all(table.kind in _PERHAPS_A_FORM for table in found):
            forms = turning.records(sheet)
            if forms:
                found = [turning.table_of(sheet, forms, _first_texts(sheet, forms[0].first))]
        if not found:
            plan.sheets.append(_without_table(sheet))
        plan.tables += found
    return plan


#: What a form looks like to those who look for a header.
_PERHAPS_A_FORM = ("form", "template", "other", "reference", "statistics", "instructions", "roster")


def _first_texts(sheet: Sheet, before: int) -> tuple[str, ...]:
    return tuple(
        text_of(value).strip()
        for row in islice(sheet.rows(), before - 1)
        for _, value in own_cells(row)
    )


def _headerless(sheet: Sheet) -> Table | None:
    """Rows of data without any header: known by a column of days beside one of findings."""
    rows = [row for row in islice(sheet.rows(), 60) if len(own_cells(row)) >= 3]
    if len(rows) < 3:
        return None
    width = max(len(row.values) for row in rows)
    profiles = [cols.profile([row.get(index) for row in rows]) for index in range(width)]
    days = any(p.day > 0.8 and p.density > 0.8 for p in profiles)
    told = [p for p in profiles if (cols.by_content(p) or ("", 0))[0] == "description"]
    if not days or not any(p.density > 0.8 and p.chars >= 8 for p in told):
        return None
    columns = tuple(Column(index, (), f"列{letter(index)}") for index in range(width))
    first = rows[0].number
    titles = _first_texts(sheet, first)
    return Table(first, first - 1, columns, sheet.height, titles, guessed=True)


@dataclass(slots=True)
class _Sample:
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    notes: list[str] = field(default_factory=list)


def _samples(sheet: Sheet, tables: list[Table]) -> list[_Sample]:
    """The first data rows of each table, and how many there are."""
    samples = {id(table): _Sample() for table in tables}
    for row, table, fate in walk(sheet, tables):
        if table is None or fate != "body":
            continue
        sample = samples[id(table)]
        cells = own_cells(row)
        if len(cells) * 3 <= max(9, len(table.columns)) and is_note(cells):
            sample.notes += [text_of(v) for _, v in cells][:4]
            continue
        if len(sample.rows) < cols.SAMPLE_ROWS:
            if is_total(cells) or lone_text(row, cells, len(table.columns)) is not None:
                continue
            sample.rows.append(row)
        sample.count += 1
    return [samples[id(table)] for table in tables]


def _without_table(sheet: Sheet) -> SheetPlan:
    entry = SheetPlan(sheet.index, sheet.name, sheet.hidden, sheet.height, "other")
    if sheet.problem:
        entry.kind, entry.reasons = "broken", [sheet.problem]
    elif sheet.height:
        rows = [row for row in islice(sheet.rows(), 60) if not row.is_blank()]
        lone = sum(1 for row in rows if len(own_cells(row)) == 1)
        labels = sum(
            1 for row in rows for _, v in own_cells(row)
            if isinstance(v, str) and re.search(r"[:：]\s*$|[:：]", v)
        )  # fmt: skip
        longest = max((len(text_of(v)) for row in rows for _, v in own_cells(row)), default=0)
        if len(rows) >= 2 and lone * 10 >= len(rows) * 8 and longest > 25:
            entry.kind = "instructions"
        elif sheet.merges or labels >= 2 or len(rows) <= 15:
            entry.kind = "form"
    return entry


def _table_plan(
    sheet: Sheet, table: Table, sample: _Sample, saved: Mapping[str, str], file: str
) -> TablePlan:
    data = [row for row in sample.rows if not _only_number(row, table)]
    columns = []
    profiles: dict[int, cols.Profile] = {}
    for column in table.columns:
        values: list[Value] = [row.get(column.index) for row in data]
        profiles[column.index] = cols.profile(values)
        texts = [text_of(v).strip() for v in values if v is not None]
        columns.append(
            ColumnPlan(
                column.index,
                column.letter,
                column.label,
                column.names,
                samples=tuple(dict.fromkeys(t[:80] for t in texts[:20]))[:SAMPLES_MAX],
                filled=len(texts),
            )
        )
    plan = TablePlan(
        sheet.index, sheet.name, sheet.hidden, table.first, table.last, table.end, columns,
        titles=table.titles, rows=sample.count, guessed=table.guessed,
        repeats=sorted(table.repeats), inner_titles=sorted(table.inner_titles),
        legend=_legend(sample.notes), preamble=preamble_of(table.titles),
    )  # fmt: skip
    assign(plan, profiles, saved)
    judge(plan, profiles, data, file)
    return plan


def _only_number(row: Row, table: Table) -> bool:
    cells = own_cells(row)
    return len(cells) <= 1 and all(
        isinstance(v, int | float) or squeeze(text_of(v)).isdigit() for _, v in cells
    )


def _legend(notes: list[str]) -> dict[str, str]:
    """'1级为重大隐患，3级为一般隐患' → {'1': 'major', '3': 'ordinary'}."""
    found = re.findall(
        r"(\d|[一二三四ⅠⅡⅢⅣ]|[A-D])级?(?:为|是|:|表示|指)(?:.{0,2}?)(重大|一般)",
        squeeze("".join(notes)),
    )
    return {level: "major" if word == "重大" else "ordinary" for level, word in found}
