"""Rows that were mended and taken in, when the workbook they were rejected from comes once more."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.hazards import importing, invariants
from anlan.domain.hazards.importing import clearing, mended
from anlan.domain.hazards.models import Batch, Hazard, Leftover
from anlan.kernel.loop.models import Case

ROOT = Actor(None, "test", trusted=True)
HEADER = ["检查日期", "企业名称", "存在问题"]
GOOD = ["2024-06-03", "宏达商店", "通道堵塞"]
BAD = ["2024-13-45", "宏达商店", "灭火器过期"]
WORSE = ["2024-02-31", "宏达商店", "电线裸露"]


@pytest.fixture
def office(cast: Any) -> Any:
    return cast.units["office"]


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "台账.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, GOOD, BAD, WORSE])
    return path


def prepared(path: Path, unit: Any) -> Batch:
    batch, refused = importing.prepare([(path.name, path)], unit=unit, by=ROOT, at=timezone.now())
    assert not refused
    return batch


def taken(path: Path, unit: Any) -> Batch:
    return importing.run(prepared(path, unit).pk, by=ROOT)


def told(batch: Batch) -> tuple[int, int, int, int]:
    return batch.created, batch.unchanged, batch.ignored, batch.rejected


def to_mend(client: Any, batch: Batch, target: Path, days: dict[str, str]) -> Path:
    """The workbook to mend as the page gives it out, with days written in by description."""
    target.write_bytes(client.get(f"/hazards/imports/{batch.pk}/mend.xlsx").content)
    book = openpyxl.load_workbook(target)
    (sheet,) = book.worksheets
    head = next(row for row in sheet.iter_rows() if "存在问题" in [c.value for c in row])
    at = {cell.value: cell.column - 1 for cell in head}
    for row in sheet.iter_rows(min_row=head[0].row + 1):
        if (day := days.get(row[at["存在问题"]].value)) is not None:
            row[at["检查日期"]].value = day
    book.save(target)
    return target


@pytest.fixture
def story(office: Any, register: Path, client_of: Any, tmp_path: Path) -> tuple[Batch, Batch]:
    """A register with two broken rows, and the workbook to mend with one of them mended."""
    first = taken(register, office)
    assert told(first) == (1, 0, 1, 2)
    path = to_mend(client_of("office"), first, tmp_path / "m.xlsx", {"灭火器过期": "2024-06-05"})
    second = taken(path, office)
    assert (second.created, second.rejected) == (1, 1)
    return first, second


def page(client: Any, batch: Batch) -> str:
    return client.get(f"/hazards/imports/{batch.pk}/").content.decode()


def test_the_original_sent_again_knows_what_was_mended(
    story: Any, office: Any, register: Path, client_of: Any
) -> None:
    again = taken(register, office)
    # The header, and the mended row; the other one is still to be mended.
    assert told(again) == (0, 1, 2, 1)
    shown = page(client_of("office"), again)
    hazard = Hazard.objects.get(description="灭火器过期")
    panel = shown.split('id="mended"')[1].split("</section>")[0]
    assert f"/hazards/{hazard.pk}/" in panel
    assert hazard.case.number in panel
    assert "电线裸露" not in panel
    left = Leftover.objects.get(batch=again, rejected=True)
    assert left.raw["存在问题"] == "电线裸露"
    assert Case.objects.count() == 2


def test_the_dry_run_says_the_same(story: Any, office: Any, register: Path, client_of: Any) -> None:
    batch = prepared(register, office)
    for _time in range(2):
        counts = importing.try_out(batch)
        assert (counts.created, counts.unchanged, counts.ignored, counts.rejected) == (0, 1, 2, 1)
    Batch.objects.filter(pk=batch.pk).update(tried=vars(counts))
    assert 'id="mended"' in page(client_of("office"), batch)


def test_its_workbook_to_mend_holds_only_what_is_still_broken(
    story: Any, office: Any, register: Path, client_of: Any, tmp_path: Path
) -> None:
    again = taken(register, office)
    path = to_mend(client_of("office"), again, tmp_path / "n.xlsx", {"电线裸露": "2024-06-06"})
    third = taken(path, office)
    assert (third.created, third.rejected) == (1, 0)
    last = taken(register, office)
    assert told(last) == (0, 1, 3, 0)
    assert Case.objects.count() == 3


def test_rows_still_add_up(story: Any, office: Any, register: Path) -> None:
    taken(register, office)
    (found,) = [one for one in invariants.invariants() if one[0] == "I5 imports add up"]
    assert found[1], found


def test_another_unit_mends_for_itself(story: Any, cast: Any, register: Path) -> None:
    assert taken(register, cast.units["elsewhere"]).rejected == 2


def test_a_changed_workbook_is_read_afresh(story: Any, office: Any, tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, BAD, GOOD])
    assert taken(path, office).rejected == 1


def corrected(register: Path, rows: list[list[str]], name: str = "台账.csv") -> Path:
    """The register itself, with other rows: a sheet of text is called as its file is."""
    folder = register.parent / f"{len(list(register.parent.iterdir()))}"
    folder.mkdir()
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return folder / name


MENDED = ["2024-06-05", *BAD[1:]]


def test_a_day_mended_in_the_register_itself_is_known_too(office: Any, register: Path) -> None:
    """Without marks: by its place and every other cell, beside rows that are known."""
    taken(register, office)
    done = taken(corrected(register, [GOOD, MENDED, WORSE]), office)
    assert told(done) == (1, 1, 1, 1)
    again = taken(register, office)
    assert told(again) == (0, 1, 2, 1)
    found = mended.of(again)
    assert found
    assert [one.hazard.description for one in found.lines] == ["灭火器过期"]


def test_the_sample_mended_in_place_and_the_original_sent_again(office: Any) -> None:
    """A day that doesn't exist, a day and a description that are missing: tests/samples."""
    samples = Path(__file__).parents[5] / "tests/samples"
    original = samples / "wuhua-12-rows-3-mistakes.xlsx"
    first = taken(original, office)
    assert (first.created, first.rejected) == (9, 3)
    done = taken(samples / "wuhua-12-rows-mended.xlsx", office)
    assert (done.created, done.unchanged, done.rejected) == (3, 9, 0)
    again = taken(original, office)
    assert (again.created, again.unchanged, again.rejected) == (0, 9, 0)
    assert again.ignored == first.ignored + 3
    assert mended.of(again).count == 3


@pytest.mark.parametrize("rows", [
    [GOOD, ["2024-06-05", "宏达商店二店", "灭火器过期"], WORSE],
    [GOOD, WORSE, MENDED],
    [["2024-07-03", "甲厂", "护栏缺失"], MENDED, ["2024-07-03", "乙厂", "线路老化"]],
    [MENDED],
], ids=["another cell", "another row", "another month", "nothing known"])  # fmt: skip
def test_what_only_resembles_a_rejected_row_leaves_it_to_be_mended(
    rows: list[list[str]], office: Any, register: Path
) -> None:
    taken(register, office)
    assert taken(corrected(register, rows), office).created >= 1
    assert taken(register, office).rejected == 2


def test_another_sheet_settles_nothing(office: Any, register: Path) -> None:
    taken(register, office)
    assert taken(corrected(register, [GOOD, MENDED], "七月.csv"), office).created == 1
    assert taken(register, office).rejected == 2


def test_what_was_undone_is_to_be_mended_again(story: Any, office: Any, register: Path) -> None:
    _first, second = story
    importing.undo(second.pk, by=ROOT, at=timezone.now())
    assert Case.objects.exclude(state="void").count() == 1
    assert taken(register, office).rejected == 2


def test_a_made_up_mark_settles_nothing(office: Any, register: Path, tmp_path: Path) -> None:
    first = taken(register, office)
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [[*HEADER, "安澜行标识"], [*GOOD[:2], "护栏缺失", "feedfeedfeed:0:3"]]
        )
    assert taken(path, office).created == 1
    assert not Leftover.objects.exclude(case=None).exists()
    assert taken(register, office).rejected == 2
    assert first.rejected == 2


def test_cleared_imports_keep_no_case(story: Any) -> None:
    first, _second = story
    assert Leftover.objects.filter(batch=first).exclude(case=None).exists()
    clearing._clear_rows(first)
    assert not Leftover.objects.filter(batch=first).exclude(case=None).exists()


def test_the_page_names_the_first_and_counts_the_rest(
    story: Any, office: Any, register: Path, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = taken(register, office)
    one = Leftover.objects.get(batch=again, code=mended.CODE)
    for row in range(10, 15):
        Leftover.objects.create(
            batch=again, rejected=False, file=0, sheet=one.sheet, row=row, last_row=row,
            code=mended.CODE, case_id=one.case_id,
        )  # fmt: skip
    client = client_of("office")

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, again)
        return len(seen)

    statements()
    many = statements()
    monkeypatch.setattr(mended, "SHOWN_MAX", 2)
    shown = page(client, again)
    assert len(re.findall(f"/hazards/{one.case_id}/", shown)) == 2
    assert "and 4 more rows" in shown
    assert statements() == many + 1
