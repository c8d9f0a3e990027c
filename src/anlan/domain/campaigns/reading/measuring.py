"""How much of the truth of a document is read, by kind of error.

Truth stands as in ../shared/seeds: beside ``NAME.txt`` one line a figure in ``facts.jsonl`` and one
a task in ``tasks.jsonl``; or in the text itself, ``NAME.marked`` (marked.py). A figure is hit when value and unit are equal and the spans overlap, each
used once; of the hits, region, period and the indicator's words are compared. A task is hit when
its span is the same; its title and its targets are compared.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from anlan.domain.campaigns.reading import document as reading
from anlan.domain.campaigns.reading import marked
from anlan.domain.campaigns.reading.figures import Figure, read
from anlan.kernel.papers import documents

Row = Mapping[str, Any]
TRAITS = ("region", "period", "indicator")


@dataclass
class Measured:
    """The figures of one document against their truth."""

    truth: list[Row]
    read: list[Figure]
    hits: list[tuple[Row, Figure]] = field(default_factory=list)
    missed: list[Row] = field(default_factory=list)
    extra: list[Figure] = field(default_factory=list)

    def share(self, name: str) -> float:
        """Recall, precision, or the share of the hits with that trait right; 1 of nothing."""
        if name == "recall":
            return len(self.hits) / (len(self.truth) or 1)
        if name == "precision":
            return len(self.hits) / (len(self.read) or 1)
        right = RIGHT[name]
        return sum(right(fact, figure) for fact, figure in self.hits) / (len(self.hits) or 1)

    def errors(self) -> dict[str, Counter[str]]:
        """By kind of error, how many of which sort of figure."""
        found = {
            "missed": Counter(str(fact["kind"]) for fact in self.missed),
            "extra": Counter(figure.kind for figure in self.extra),
        }
        for name in TRAITS:
            wrong = (str(f["kind"]) for f, g in self.hits if not RIGHT[name](f, g))
            found[f"wrong {name}"] = Counter(wrong)
        return {name: counts for name, counts in found.items() if counts}


def _region(fact: Row, figure: Figure) -> bool:
    return bool(fact["region"] == figure.region)


def _period(fact: Row, figure: Figure) -> bool:
    if fact["kind"] in ("date", "deadline"):
        return bool(fact["iso"] == figure.iso)
    return bool(fact["period"] == figure.period)


def characters(words: str) -> set[str]:
    return {char for char in words if "\u4e00" <= char <= "\u9fff"}


def _indicator(fact: Row, figure: Figure) -> bool:
    """At least half of the different Chinese characters of the truth's words."""
    wanted = characters(fact["indicator_zh"])
    return len(wanted & characters(figure.indicator)) * 2 >= len(wanted)


def _all(fact: Row, figure: Figure) -> bool:
    return _region(fact, figure) and _period(fact, figure) and _indicator(fact, figure)


RIGHT = {"region": _region, "period": _period, "indicator": _indicator, "all": _all}


def measure(truth: Sequence[Row], found: Sequence[Figure]) -> Measured:
    """Each of the truth with the figure that fits it best, none used twice."""
    result = Measured(list(truth), list(found))
    left = list(found)
    for fact in result.truth:
        start, end = fact["offset"], fact["offset"] + len(fact["text"])
        fitting = [
            figure for figure in left
            if figure.start < end and start < figure.end and figure.unit == fact["unit"]
            and Decimal(str(fact["value"])) == figure.value
        ]  # fmt: skip
        if not fitting:
            result.missed.append(fact)
            continue
        wanted = characters(fact["indicator_zh"])
        best = max(fitting, key=lambda figure: len(wanted & characters(figure.indicator)))
        left.remove(best)
        result.hits.append((fact, best))
    result.extra = left
    return result


# --- a folder of examples --------------------------------------------------------------------


def checked(folder: Path) -> Iterator[dict[str, Any]]:
    """For each document of the folder: what was read of its truth."""
    facts, tasks = _rows(folder / "facts.jsonl"), _rows(folder / "tasks.jsonl")
    whole = {row["seed"]: row for row in _rows(folder / "documents.jsonl")}
    for path in sorted(folder.glob("*.txt")):
        name = path.stem
        own = whole.get(name, {"figures": True, "tasks": bool(tasks), "sorts": None})
        told: dict[str, Any] = {"document": name}
        document = documents.read(path)
        if own["figures"]:
            told["figures"] = _figures(document.text, [f for f in facts if f["seed"] == name], own)
        if own["tasks"]:
            told["tasks"] = _tasks(document, [task for task in tasks if task["seed"] == name])
        yield told
    for path in sorted(folder.glob("*.marked")):
        text, truth = marked.parse(path.read_text(encoding="utf-8"), path.stem)
        yield {"document": path.stem, "figures": _figures(text, truth, {"sorts": None})}


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
    result = measure(truth, found)
    shares = ("recall", "precision", *TRAITS, "all")
    return {
        "truth": len(result.truth), "read": len(result.read),
        **{name: round(result.share(name), 3) for name in shares},
        "errors": {name: dict(counts) for name, counts in result.errors().items()},
    }  # fmt: skip


def _tasks(document: documents.Document, truth: Sequence[Row]) -> dict[str, Any]:
    found = reading.read(document)
    read_ = {(one["start"], one["end"]): one for one in found.of("task")}
    hits = [(task, one) for task in truth if (one := read_.get((task["start"], task["end"])))]
    wrong: Counter[str] = Counter(missed=len(truth) - len(hits), extra=len(read_) - len(hits))
    for task, one in hits:
        wrong["wrong title"] += (one["title_hans"] or one["title"]).strip() != task["title"]
        wrong["wrong targets"] += _values(one["targets"]) != _values(task["targets"])
    return {
        "truth": len(truth), "read": len(read_),
        "recall": round(len(hits) / (len(truth) or 1), 3),
        "precision": round(len(hits) / (len(read_) or 1), 3),
        "errors": {name: count for name, count in wrong.items() if count},
    }  # fmt: skip


def _values(targets: Sequence[Row]) -> Counter[tuple[str, str]]:
    return Counter(
        (f"{Decimal(str(one['value'])).normalize():f}", str(one["unit"]))
        for one in targets
        if one["value"] not in (None, "")
    )
