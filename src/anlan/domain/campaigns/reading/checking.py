"""A folder of documents with their truth: how much of each is read, by kind of error.

Truth stands in the text itself, ``NAME.marked`` (marked.py), or as in ../shared/seeds and as
``./anlan read --corrections`` writes it: beside ``NAME.txt`` one line a figure in ``facts.jsonl``
and one a task in ``tasks.jsonl`` or ``tasks_NAME.jsonl``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from anlan.domain.campaigns.reading import document as reading
from anlan.domain.campaigns.reading import marked, measuring, measuring_tasks
from anlan.domain.campaigns.reading.figures import read
from anlan.kernel.papers import documents

Row = Mapping[str, Any]
#: What a file beside its NAME.marked may be.
KINDS = (".docx", ".doc", ".html", ".pdf", ".txt")


def checked(folder: Path) -> Iterator[dict[str, Any]]:
    """For each document of the folder: what was read of its truth."""
    facts, tasks = _rows(folder / "facts.jsonl"), _rows(folder / "tasks.jsonl")
    whole = {row["seed"]: row for row in _rows(folder / "documents.jsonl")}
    for path in sorted(folder.glob("*.txt")):
        if path.with_suffix(".marked").exists():
            continue
        name = path.stem
        asked: list[Row] = [{"kind": "task", **task} for task in tasks if task["seed"] == name]
        asked += measuring_tasks.seeds(_rows(folder / f"tasks_{name}.jsonl"))
        own = whole.get(name, {"figures": True, "tasks": bool(asked), "sorts": None})
        document = documents.read(path)
        told: dict[str, Any] = {"document": name}
        if own["figures"]:
            told["figures"] = _figures(document.text, [f for f in facts if f["seed"] == name], own)
        if own["tasks"]:
            told["tasks"] = _tasks(document, asked)
        yield told
    for path in sorted(folder.glob("*.marked")):
        yield _of_marked(path)


def _of_marked(path: Path) -> dict[str, Any]:
    """The file beside it is read where there is one, else the words without their marks."""
    truth, document = beside(path)
    told: dict[str, Any] = {"document": path.stem}
    if document.text != truth.text:
        # Of another text the truth says nothing: no number is better than a wrong one.
        told["other_text"] = _first_apart(document.text, truth.text)
        return told
    if "figures" in truth.tells:
        told["figures"] = _figures(document.text, truth.figures, {"sorts": None})
    if "tasks" in truth.tells:
        told["tasks"] = _tasks(document, truth.clauses)
    return told


def beside(path: Path) -> tuple[marked.Marked, documents.Document]:
    """The truth of NAME.marked, and the document that it is the truth of."""
    truth = marked.read(path.read_text(encoding="utf-8"), path.stem)
    files = [file for kind in KINDS if (file := path.with_suffix(kind)).exists()]
    if files:
        return truth, documents.read(files[0])
    return truth, documents.of_text(truth.text, path.stem)


def _first_apart(text: str, other: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), -1)
    at = min(len(text), len(other)) if at < 0 else at
    return f"{at}: {text[at : at + 20]!r} for {other[at : at + 20]!r}"


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _figures(text: str, truth: Sequence[Row], own: Row) -> dict[str, Any]:
    found = read(text)
    if own["sorts"] is not None:
        # Of dates and numbers of documents nobody was asked, so nothing is known of them.
        kinds = {fact["kind"] for fact in truth} | set(own["sorts"])
        found = [figure for figure in found if figure.kind in kinds]
    return measuring.measure(truth, found).summary()


def _tasks(document: documents.Document, truth: Sequence[Row]) -> dict[str, Any]:
    found = reading.read(document)
    clauses = [clause for kind in ("task", "goal") for clause in found.of(kind)]
    return measuring_tasks.summary(measuring_tasks.measure(truth, clauses))
