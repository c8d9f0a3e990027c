"""Confirmed documents become examples that the reader is measured with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from anlan.config import cli
from anlan.domain.campaigns.intake import examples as intake_examples
from anlan.domain.campaigns.intake.figures import items
from anlan.domain.campaigns.reading.checking import checked
from anlan.domain.campaigns.tests.test_intake import Desk, desk
from anlan.domain.campaigns.tests.test_intake_figures import REPORT, found, press, report, take
from anlan.domain.hazards.tests.conftest import cast, client_of, stage

__all__ = ["cast", "client_of", "desk", "report", "stage"]


def confirm_all(desk: Desk) -> None:
    for item in items(desk.row):
        if item.state == "open":
            assert press(desk, "accept", item.key).status_code == 302


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_a_document_is_an_example_once_every_figure_is_decided(
    report: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "examples"
    assert intake_examples.write(folder) == 0
    confirm_all(report)
    assert intake_examples.write(folder) == 1
    (path,) = folder.glob("*.txt")
    assert path.read_bytes().decode() == REPORT
    facts = rows(folder, "facts.jsonl")
    assert {fact["seed"] for fact in facts} == {path.stem}
    for fact in facts:
        assert REPORT[fact["offset"] :].startswith(fact["text"])
    # Nothing of it goes into git by itself.
    assert (folder / ".gitignore").read_text() == "*\n"
    (told,) = checked(folder)
    assert (told["figures"]["recall"], told["figures"]["precision"]) == (1, 1)
    assert told["figures"]["errors"] == {}


def test_what_was_corrected_is_counted_by_its_kind_of_error(report: Desk, tmp_path: Path) -> None:
    take(report, "1204项", value="1205")
    take(report, "31项", indicator="煤矿", since="2019-01-01", until="2019-06-30")
    press(report, "drop", found(report, "98.6%").key)
    at = REPORT.index("办公室")
    press(report, "add", start=at, end=at + 3)
    press(report, "drop", "a1")
    confirm_all(report)
    intake_examples.write(tmp_path)
    (told,) = checked(tmp_path)
    errors = told["figures"]["errors"]
    assert errors["missed"] == {"count": 1}
    assert errors["extra"] == {"count": 1, "rate": 1}
    assert errors["wrong period"] == {"count": 1}
    assert errors["wrong indicator"] == {"count": 1}
    fact = next(one for one in rows(tmp_path, "facts.jsonl") if one["value"] == 31)
    assert fact["period"] == "2019-01/2019-06"


def test_tasks_that_were_confirmed_are_examples_too(desk: Desk, tmp_path: Path) -> None:
    desk.hand_in()
    desk.read()
    from anlan.domain.campaigns.intake.items import items as tasks

    for item in tasks(desk.row):
        desk.press("accept", item.key)
    assert intake_examples.write(tmp_path) == 1
    (told,) = checked(tmp_path)
    assert "figures" not in told
    assert told["tasks"]["recall"] == 1
    assert told["tasks"]["errors"] == {}


def test_the_command_writes_and_checks(
    report: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    confirm_all(report)
    folder = tmp_path / "out"
    assert cli.main(["read", "--corrections", str(folder)]) == 0
    assert cli.main(["read", "--check", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["documents"][0]["figures"]["recall"] == 1
    assert cli.main(["read", "--check", str(folder)]) == 0
    assert "recall 1.000" in capsys.readouterr().out
    assert cli.main(["read", "--check", str(tmp_path / "none")]) != 0
    assert cli.main(["read"]) != 0
