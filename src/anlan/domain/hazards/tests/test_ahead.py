"""A second process parses ahead: the same rows in the same order, whatever happens to it."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
from datetime import date

import pytest

from anlan.domain.hazards import ahead, reading
from anlan.kernel.papers.sheets import read_workbook

ROWS = 3_000


@pytest.fixture
def asked(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead, "BYTES_MIN", 10)
    path = tmp_path / "台账.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["检查日期", "企业名称", "隐患描述", "整改状态"])
        for n in range(ROWS):
            day = "不详" if n % 100 == 7 else f"2026-03-{n % 28 + 1:02d}"
            writer.writerow(
                [day, f"模拟企业{n % 40}", f"{n}号配电箱未接地" + "，须整改" * 12, "整改中"]
            )
    with read_workbook(path, path.name) as book:
        plan = reading.propose(book, {}).to_json()
    return path, path.name, plan, date(2026, 11, 1)


def test_the_second_process_says_what_this_one_would(asked, monkeypatch):
    here = [item for chunk in ahead._of_ours(*asked, 0, 100) for item in chunk]
    monkeypatch.setattr(ahead, "_of_ours", None)
    there = [item for chunk in ahead.chunks(*asked, start=0, size=100) for item in chunk]
    assert there == here
    assert len(here) >= ROWS


def test_it_begins_where_it_is_told_to(asked, monkeypatch):
    here = [item for chunk in ahead._of_ours(*asked, 0, 100) for item in chunk]
    monkeypatch.setattr(ahead, "_of_ours", None)
    there = [item for chunk in ahead.chunks(*asked, start=730, size=100) for item in chunk]
    assert there == here[730:]


def test_F01_when_the_second_process_is_killed_this_one_reads_on(asked, monkeypatch):
    started = []
    popen = subprocess.Popen

    def watched(*args, **kwargs):
        child = popen(*args, **kwargs)
        if args[0][-1] == ahead.__name__:
            started.append(child)
        return child

    monkeypatch.setattr(ahead.subprocess, "Popen", watched)
    found = []
    for number, chunk in enumerate(ahead.chunks(*asked, start=0, size=100)):
        found += chunk
        if number == 0:
            os.kill(started[0].pid, signal.SIGKILL)
            started[0].wait()
    assert len(started) == 1
    assert found == [item for chunk in ahead._of_ours(*asked, 0, 100) for item in chunk]


def test_nothing_is_left_running_when_the_reader_stops(asked, monkeypatch):
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        ahead.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1]
    )
    rows = ahead.chunks(*asked, start=0, size=50)
    next(rows)
    rows.close()
    assert started[0].returncode is not None
