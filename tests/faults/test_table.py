"""docs/faults.md says of each of the thirty faults which tests it has, and says the truth."""

from __future__ import annotations

import re

from tests.databases import ROOT

FAULTS = [f"F{number:02d}" for number in range(1, 31)]
NAME = re.compile(r"def test_(F\d\d)_")


def rows() -> dict[str, str]:
    text = (ROOT / "docs/faults.md").read_text("utf-8")
    return {row[2:5]: row for row in text.splitlines() if re.match(r"\| F\d\d \|", row)}


def holders() -> dict[str, set[str]]:
    """By fault, the test files that hold one of its tests."""
    found: dict[str, set[str]] = {}
    for folder in ("src", "tests"):
        for path in (ROOT / folder).rglob("test_*.py"):
            for fault in NAME.findall(path.read_text("utf-8")):
                found.setdefault(fault, set()).add(path.name)
    return found


def test_each_fault_has_a_test_or_a_reason_why_there_is_none() -> None:
    found, told = holders(), rows()
    assert list(told) == FAULTS
    for fault in FAULTS:
        if fault not in found:
            assert "not applicable yet: " in told[fault], f"{fault} has neither test nor reason"


def test_each_file_that_the_table_names_holds_a_test_of_that_fault() -> None:
    found = holders()
    for fault, row in rows().items():
        for name in re.findall(r"(test_\w+\.py)", row):
            assert name in found.get(fault, set()), f"{fault}: {name} has no test_{fault}_…"
