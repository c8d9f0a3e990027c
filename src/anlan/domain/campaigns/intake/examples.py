"""Confirmed documents with their truth, as examples that the reader's tests run.

What people decided on the page is the truth: figures and tasks as they confirmed them. A document
is an example of its figures where no figure is open any more, and of its tasks likewise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from anlan.domain.campaigns.intake import figures
from anlan.domain.campaigns.intake import items as tasks
from anlan.domain.campaigns.models import Intake, Line

README = """Documents that people of this office confirmed, by ./anlan read --corrections.

They hold the office's own papers, which may name people: this folder's .gitignore keeps all of it
out of git. Take a line out of .gitignore only for a document that anybody may read.

    ./anlan read --check THIS_FOLDER     how much of each is read, by kind of error
"""
_NAMES = ("documents.jsonl", "facts.jsonl", "tasks.jsonl")
#: A page of documents at a time: their texts are long.
_AT_ONCE = 50


def write(folder: Path) -> int:
    """Write every confirmed document; what stood there of an earlier run is replaced. How many."""
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "README.md", README)
    _put(folder / ".gitignore", "*\n")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _NAMES}
    for row in _confirmed():
        name = f"{timezone.localdate(row.made_at):%Y%m%d}-{row.pk.hex[-12:]}"
        facts, jobs = _facts(row), _tasks(row)
        if facts is None and jobs is None:
            continue
        # Bytes, so that line ends stay and every offset holds.
        (folder / f"{name}.txt").write_bytes(str(row.reading["text"]).encode())
        rows["documents.jsonl"].append(
            {"seed": name, "figures": facts is not None, "tasks": jobs is not None,
             "sorts": sorted(figures.FACTUAL), "kind": row.reading.get("kind", "")}
        )  # fmt: skip
        rows["facts.jsonl"] += [{"seed": name, **fact} for fact in facts or ()]
        rows["tasks.jsonl"] += [{"seed": name, **task} for task in jobs or ()]
    for file, every in rows.items():
        _put(folder / file, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in every))
    return len(rows["documents.jsonl"])


def _put(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _confirmed() -> Iterator[Intake]:
    states = (Intake.Status.READ, Intake.Status.TAKEN, Intake.Status.COUNTED)
    rows = Intake.objects.filter(status__in=states).select_related("area").order_by("made_at", "pk")
    pks = list(rows.values_list("pk", flat=True))
    for at in range(0, len(pks), _AT_ONCE):
        yield from rows.filter(pk__in=pks[at : at + _AT_ONCE])


def _facts(row: Intake) -> list[dict[str, Any]] | None:
    every = figures.items(row)
    kept = [one for one in every if one.state in (figures.ACCEPTED, figures.ENTERED)]
    if not kept or any(one.state == figures.OPEN for one in every):
        return None
    # Dates are confirmed by nobody: they are figures of the page only where somebody opened one.
    return [_fact(row, one) for one in kept if one.fields["sort"] in figures.FACTUAL]


def _fact(row: Intake, item: figures.Item) -> dict[str, Any]:
    one = item.fields
    moved = item.read is None or (one["since"], one["until"]) != (
        item.read["since"], item.read["until"],
    )  # fmt: skip
    value = Decimal(one["value"])
    return {
        "region": one["region"], "period": _iso(one) if moved else one["period"],
        "actor": one["actor"], "indicator_zh": one["indicator"],
        "value": int(value) if value == value.to_integral_value() else float(value),
        "unit": one["unit"], "kind": one["sort"], "bound": one["bound"],
        "direction": one["direction"], "baseline": one["baseline"],
        "text": str(row.reading["text"])[item.start : item.end], "offset": item.start,
    }  # fmt: skip


def _iso(fields: figures.Fields) -> str:
    """As the reader writes a period: 2024, 2024-06, 2024-01/2024-06, else its two days."""
    if not fields["since"]:
        return ""
    since, until = date.fromisoformat(fields["since"]), date.fromisoformat(fields["until"])
    for low, high in (
        (f"{since:%Y}", f"{until:%Y}"),
        (f"{since:%Y-%m}", f"{until:%Y-%m}"),
        (since.isoformat(), until.isoformat()),
    ):
        iso = low if low == high else f"{low}/{high}"
        if figures.days_of(iso) == (since, until):
            return iso
    return ""


def _tasks(row: Intake) -> list[dict[str, Any]] | None:
    every = [one for one in tasks.items(row) if one.fields["kind"] == Line.Kind.TASK]
    kept = [one for one in every if one.state == tasks.ACCEPTED]
    if not kept or any(one.state == tasks.OPEN for one in every):
        return None
    return [
        {
            "no": one.fields["no"], "title": one.fields["title"], "start": one.start,
            "end": one.end, "text": str(row.reading["text"])[one.start : one.end],
            "targets": [
                {"value": target["value"], "unit": target["unit"], "text": target["text"]}
                for target in one.fields["targets"]
            ],
        }
        for one in kept
    ]  # fmt: skip
