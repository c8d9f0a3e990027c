"""How much of the truth in ../shared/seeds is read, per document and per kind of error.

A figure is hit when value and unit are equal and the spans overlap, each of both used once. Then
of the hits: the region is equal; the period is equal (for dates: the ISO date); the indicator is
right when at least half of the different Chinese characters of the truth's words stand in ours.
Of 002 only the parts are measured whose truth is given (its last three provinces are held back).
Run with -s to see the table.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from anlan.domain.campaigns.reading.figures import Figure, read

ROOT = Path(__file__).resolve().parents[7]
SEEDS = Path(os.environ.get("ANLAN_SHARED") or ROOT.parent / "shared") / "seeds"
HELD_BACK = {"002": "天津:持续纵深推进"}
BARS = {"recall": 0.90, "precision": 0.90, "region": 0.75, "period": 0.75, "indicator": 0.75}

pytestmark = pytest.mark.skipif(
    not (SEEDS / "facts.jsonl").exists(), reason="NOT MEASURED: ../shared/seeds isn't here"
)


@dataclass
class Measured:
    """One document against its truth."""

    truth: list[dict[str, Any]]
    read: list[Figure]
    hits: list[tuple[dict[str, Any], Figure]] = field(default_factory=list)
    missed: list[dict[str, Any]] = field(default_factory=list)
    extra: list[Figure] = field(default_factory=list)

    def share(self, name: str) -> float:
        if name == "recall":
            return len(self.hits) / len(self.truth)
        if name == "precision":
            return len(self.hits) / len(self.read)
        right = {"region": _region, "period": _period, "indicator": _indicator, "all": _all}[name]
        return sum(right(fact, figure) for fact, figure in self.hits) / len(self.hits)


def _region(fact: dict[str, Any], figure: Figure) -> bool:
    return bool(fact["region"] == figure.region)


def _period(fact: dict[str, Any], figure: Figure) -> bool:
    if fact["kind"] in ("date", "deadline"):
        return bool(fact["iso"] == figure.iso)
    return bool(fact["period"] == figure.period)


def _characters(words: str) -> set[str]:
    return {char for char in words if "\u4e00" <= char <= "\u9fff"}


def _indicator(fact: dict[str, Any], figure: Figure) -> bool:
    wanted = _characters(fact["indicator_zh"])
    return len(wanted & _characters(figure.indicator)) * 2 >= len(wanted)


def _all(fact: dict[str, Any], figure: Figure) -> bool:
    return _region(fact, figure) and _period(fact, figure) and _indicator(fact, figure)


def measure(name: str) -> Measured:
    text = (SEEDS / f"{name}.txt").read_bytes().decode("utf-8")
    limit = text.index(HELD_BACK[name]) if name in HELD_BACK else len(text)
    facts = [json.loads(line) for line in (SEEDS / "facts.jsonl").open(encoding="utf-8")]
    result = Measured(
        [fact for fact in facts if fact["seed"] == name],
        [figure for figure in read(text) if figure.start < limit],
    )
    left = list(result.read)
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
        wanted = _characters(fact["indicator_zh"])
        best = max(fitting, key=lambda figure: len(wanted & _characters(figure.indicator)))
        left.remove(best)
        result.hits.append((fact, best))
    result.extra = left
    return result


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def show(name: str, measured: Measured) -> None:
    shares = " ".join(f"{bar} {measured.share(bar):.3f}" for bar in (*BARS, "all"))
    say(f"{name}: truth {len(measured.truth)}, read {len(measured.read)}, {shares}")
    for what, kinds in (
        ("missed", Counter(fact["kind"] for fact in measured.missed)),
        ("extra", Counter(figure.kind for figure in measured.extra)),
        ("wrong region", Counter(f["kind"] for f, g in measured.hits if not _region(f, g))),
        ("wrong period", Counter(f["kind"] for f, g in measured.hits if not _period(f, g))),
        ("wrong indicator", Counter(f["kind"] for f, g in measured.hits if not _indicator(f, g))),
    ):
        if kinds:
            say(f"  {what}: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))


@pytest.mark.parametrize("name", ["000", "002", "004"])
def test_a_document_is_read(name: str) -> None:
    measured = measure(name)
    show(name, measured)
    for bar in ("recall", "precision"):
        assert measured.share(bar) >= BARS[bar], bar
    assert measured.share("all") >= 0.75
    for figure in measured.read:
        assert figure.start < figure.end


def test_regions_periods_and_indicators_of_all_documents() -> None:
    measured = [measure(name) for name in ("000", "002", "004")]
    hits = [pair for one in measured for pair in one.hits]
    together = Measured([], [], hits)
    shares = ("region", "period", "indicator", "all")
    say("all documents: " + " ".join(f"{bar} {together.share(bar):.3f}" for bar in shares))
    for bar in ("region", "period", "indicator"):
        assert together.share(bar) >= BARS[bar], bar
    assert together.share("all") >= 0.75


def test_bounds_directions_and_bases_are_read() -> None:
    """Of the truth's qualifiers, directions and baselines, nine in ten are ours too."""
    codes = {"余": ">=", "多": ">=", "以上": ">=", "近": "<~", "不低于": ">=", "数十": ">=",
             "最高": "", "近…余": "<~,>="}  # fmt: skip
    right = Counter[str]()
    wanted = Counter[str]()
    for name in ("000", "002", "004"):
        for fact, figure in measure(name).hits:
            if fact.get("qualifier"):
                wanted["bound"] += 1
                right["bound"] += figure.bound == codes[fact["qualifier"]]
            for key in ("direction", "baseline"):
                if (
                    fact.get(key)
                    and fact["kind"] in ("change", "target")
                    and "inferred" not in fact
                ):
                    wanted[key] += 1
                    right[key] += getattr(figure, key) == fact[key]
    say(", ".join(f"{key} {right[key]}/{wanted[key]}" for key in wanted))
    for key, count in wanted.items():
        assert right[key] / count >= 0.9, key
