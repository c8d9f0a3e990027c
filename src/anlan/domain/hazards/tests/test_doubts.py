"""What an import was not sure of: kept for a person to check, counted once, without numbers of people."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from anlan.domain.hazards.tests.taking import AT, HEADER, row


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
