"""Whole documents of our own in the manner of many: bulletins, notices, reports, talks, damaged ones.

Run with -s for the table, or ``./anlan read --check FOLDER`` on the folder data/documents.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from anlan.domain.campaigns.reading import marked
from anlan.domain.campaigns.reading.figures import read
from anlan.domain.campaigns.reading.measuring import Measured, measure

FOLDER = Path(__file__).with_name("data") / "documents"
DOCUMENTS = sorted(FOLDER.glob("*.marked"))
#: What each must reach alone, and what all must together: the bars, and some room above them.
EACH = {"recall": 0.90, "precision": 0.90, "all": 0.60}
TOGETHER = {"recall": 0.96, "precision": 0.96, "region": 0.93, "period": 0.93, "indicator": 0.93,
            "all": 0.85}  # fmt: skip


def _measured(path: Path) -> Measured:
    text, truth = marked.parse(path.read_text(encoding="utf-8"), path.stem)
    found = read(text)
    for figure in found:
        assert text[figure.start : figure.end] == figure.text
    return measure(truth, found)


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.stem for path in DOCUMENTS])
def test_a_document_of_our_own(path: Path) -> None:
    measured = _measured(path)
    sys.stdout.write(f"{path.stem}: {measured.errors()}\n")
    for bar, least in EACH.items():
        assert measured.share(bar) >= least, (bar, measured.errors())


def test_all_documents_together() -> None:
    assert len(DOCUMENTS) >= 12
    every = [_measured(path) for path in DOCUMENTS]
    together = Measured(
        [row for one in every for row in one.truth],
        [figure for one in every for figure in one.read],
        [pair for one in every for pair in one.hits],
    )
    for bar, least in TOGETHER.items():
        assert together.share(bar) >= least, bar


def test_marks_say_what_they_say() -> None:
    source = "{{@r=山西省}}{{@p=2023-08}}全省{{3起|3 起|事故起数}},{{下降1.5%|1.5 %|变化|change|p=2022}}。{{8月|d 2023-08|月份}}"
    text, rows = marked.parse(source, "x")
    assert text == "全省3起,下降1.5%。8月"
    assert [(row["offset"], row["text"], row["unit"], row["kind"], row["period"]) for row in rows] == [
        (2, "3起", "起", "count", "2023-08"), (5, "下降1.5%", "%", "change", "2022"),
        (12, "8月", "yyyymm", "date", "2023-08"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="unpack"):
        marked.parse("{{3起}}", "x")
