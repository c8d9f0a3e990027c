"""The processes that help an import are killed: the one that parses ahead, and the sheet's child."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults import evidence
from tests.faults.test_disk_full import table
from tests.house.test_serve import children

ROWS = 20_000 if evidence.TIER else 4_000


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    import xlsxwriter

    with table(tmp_path / "台账.csv", ROWS).open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate(lines):
            sheet.write_row(at, 0, line)
    return path


@pytest.mark.once
def test_F01_a_killed_sheet_reader_is_told_and_leaves_nothing(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from anlan.kernel.papers.sheets import read_workbook, reading
    from anlan.kernel.papers.sheets.refusals import SheetRefusal

    pick = random.Random(evidence.seed("F01-sheet"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    popen = subprocess.Popen
    # A child takes a tenth of a second to start. Where it is done sooner than it is killed, the
    # kill proves nothing: the same is tried again at half the time.
    moments = [0.0, 0.02, pick.uniform(0.02, 0.08)]
    kills = 0
    ends: list[int] = []

    def doomed(*args: Any, **kwargs: Any) -> Any:
        child = popen(*args, **kwargs)
        time.sleep(moments[kills])
        os.kill(child.pid, signal.SIGKILL)
        ends.append(child.wait())
        return child

    monkeypatch.setattr(reading.subprocess, "Popen", doomed)
    while kills < len(moments):
        ends.clear()
        said = None
        try:
            read_workbook(workbook)
        except SheetRefusal as refusal:
            said = refusal.code
        if ends == [0]:
            moments[kills] /= 2
            continue
        assert said == "sheet_too_much_work"
        kills += 1
        assert not list(scratch.iterdir())
    monkeypatch.setattr(reading.subprocess, "Popen", popen)
    assert read_workbook(workbook).row_count == ROWS + 1


@pytest.mark.realdb
@pytest.mark.faults
def test_F01_an_import_whose_helpers_are_killed_all_along_takes_each_row_in_once(
    realdb: Any, tmp_path: Path
) -> None:
    """kill -9 to whatever child the import has, again and again while it works."""
    pick = random.Random(evidence.seed("F01-helpers"))
    path = table(tmp_path / "台账.csv", ROWS)
    process = realdb.start(
        "import", "hazards", str(path), "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    kills = 0
    while process.poll() is None:
        time.sleep(pick.uniform(0.05, 0.5))
        for pid, words in children(process.pid).items():
            if "hazards.ahead" in words:
                os.kill(pid, signal.SIGKILL)
                kills += 1
    out, _err = process.communicate()
    assert process.returncode == 0, out
    assert kills >= 1, "no helper was met"
    from anlan.domain.hazards.models import Hazard, Sighting

    assert Hazard.objects.count() == ROWS
    assert Sighting.objects.count() == ROWS
    assert json.loads(realdb.anlan("check", "--json").stdout)["ok"]
