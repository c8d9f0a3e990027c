"""What an import was not sure of: kept for a person to check, counted once, without numbers of people."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from anlan.domain.hazards import reading
from anlan.domain.hazards.importing import doubts
from anlan.domain.hazards.tests.taking import AT, HEADER, row
from anlan.kernel.papers.sheets import read_workbook


def test_what_was_read_with_a_doubt_is_kept_for_a_person_to_check(take, monkeypatch) -> None:
    """Each kind once a column, however many rows have it."""
    from anlan.domain.hazards.importing import doubts, rows

    monkeypatch.setattr(rows, "BATCH_ROWS", 10)
    unsure = [row(f"{n}号阀门锈蚀", county="某某新城") for n in range(25)]
    late = [row("通道堵塞", day="2024-06-25", done="2024-06-01", state="已整改")]
    batch = take([*unsure, *late, row("护栏缺失")])
    told = {one["code"]: one for one in batch.doubts}
    assert told.keys() == {"area_unknown", "done_before_found"}
    assert told["area_unknown"]["count"] == 25
    assert told["area_unknown"]["runs"] == [[2, 26]]
    assert told["done_before_found"]["runs"] == [[27, 27]]
    first, second = doubts.of(batch, {0: "台账.csv"})
    assert (first.count, first.rows, second.rows) == (25, "2–26", "27")
    assert "某某新城" in first.message
    assert "昆明市" in first.message


def test_equal_rows_stay_hazards_of_their_own_and_are_named_with_their_rows(take) -> None:
    valve, wire = row("阀门锈蚀"), row("电线裸露")
    batch = take(
        [
            valve,
            wire,
            valve,
            row("阀门锈蚀", firm="乙厂"),
            valve,
            wire,
            row("阀门锈蚀", day="2024-06-26"),
        ]
    )
    assert (batch.created, batch.unchanged) == (7, 0)
    first, second = doubts.of(batch, {0: "台账.csv"})
    assert (first.rows, first.count, second.rows, second.count) == ("4、6", 2, "7", 1)
    assert "与第2行完全相同" in first.message
    assert "与第3行完全相同" in second.message


def test_more_equal_rows_than_are_told_apart_are_still_told(take, monkeypatch) -> None:
    from anlan.domain.hazards.reading import noticed

    monkeypatch.setattr(noticed, "NAMED_MAX", 1)
    monkeypatch.setattr(noticed, "ROWS_MAX", 3)
    a, b, c = row("阀门锈蚀"), row("电线裸露"), row("护栏缺失")
    told = {one["code"]: one for one in take([a, b, a, b, c, row("通道堵塞"), a]).doubts}
    assert told["equal_row"]["runs"] == [[4, 4], [8, 8]]
    assert told["equal_rows"]["runs"] == [[5, 5]]
    assert told["equal_unchecked"]["runs"] == [[7, 7]]


@pytest.mark.parametrize("hidden", ["rows", "sheet", ""])
def test_hidden_rows_and_sheets_are_taken_in_and_told(tmp_path: Path, hidden: str) -> None:
    path = tmp_path / "hidden.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("台账")
    for number, cells in enumerate([HEADER, *(row(f"{n}号阀门锈蚀") for n in range(8))]):
        sheet.write_row(number, 0, cells)
    for number in (3, 4, 7) if hidden == "rows" else ():
        sheet.set_row(number, 30, None, {"hidden": True})
    if hidden == "sheet":
        book.add_worksheet("说明").activate()
        sheet.hide()
    book.close()
    with read_workbook(path, path.name) as read:
        plan = reading.propose(read)
        for table in plan.tables:
            table.included = True
        rows = [one for one in reading.parse(read, plan) if isinstance(one, reading.ParsedRow)]
    told = [(one.first_row, what.code) for one in rows for what in one.warnings]
    wanted = {"rows": [(4, "row_hidden"), (5, "row_hidden"), (8, "row_hidden")],
              "sheet": [(n, "sheet_hidden") for n in range(2, 10)], "": []}  # fmt: skip
    assert len(rows) == 8
    assert told == wanted[hidden]


def test_no_doubt_is_left_out_without_a_word(monkeypatch) -> None:
    from anlan.domain.hazards.importing import doubts
    from anlan.domain.hazards.reading import Finding

    monkeypatch.setattr(doubts, "RUNS_MAX", 2)
    monkeypatch.setattr(doubts, "KINDS_MAX", 1)
    cut, split = Finding("text_cut", "C", "描述", {"limit": 9}), Finding("split", "C", "", {})
    rows = [*((cut, number) for number in (2, 2, 3, 5, 9, 11)), (split, 12), (split, 13)]
    found: list[Any] = []
    for what, number in rows:
        found = doubts.added(found, 0, [("S", number, what)])
    first, others = found
    assert (first["runs"], first["more"], first["count"]) == ([[2, 3], [5, 5]], True, 6)
    assert (others["code"], others["count"]) == ("others", 2)
    assert sum(one["count"] for one in found) == len(rows)


def test_S30_a_doubt_quotes_no_phone_number() -> None:
    from anlan.domain.hazards.importing import doubts
    from anlan.domain.hazards.reading import Finding

    what = Finding("shifted", "C", "责任人", {"value": "张三13800001234", "limit": 7})
    [one] = doubts.added([], 0, [("S", 3, what)])
    assert one["data"] == {"value": doubts.HIDDEN, "limit": 7}


def test_doubts_are_counted_once_by_a_dry_run_and_by_a_run_that_goes_on(
    take, tmp_path: Path, monkeypatch
) -> None:
    from anlan.base.actor import Actor
    from anlan.domain.hazards import importing
    from anlan.domain.hazards.importing import rows
    from anlan.domain.hazards.models import Batch

    monkeypatch.setattr(rows, "BATCH_ROWS", 10)
    root = Actor(None, "test", trusted=True)
    path = tmp_path / "unsure.csv"
    unsure = [row(f"{n}号阀门锈蚀", county="某某新城") for n in range(25)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *unsure])
    batch, _ = importing.prepare([("台账.csv", path)], unit=take([]).unit, by=root, at=AT)
    for _time in range(2):
        importing.try_out(batch)
    tried = Batch.objects.get(pk=batch.pk).doubts
    assert [one["count"] for one in tried] == [25]
    stops = iter([False, True])
    half = importing.run(batch.pk, by=root, stop=lambda: next(stops))
    assert half.status == "cancelled"
    assert 0 < half.doubts[0]["count"] < 25
    assert importing.run(batch.pk, by=root).doubts == tried
