"""How much of the truth in ../shared/seeds is read, per document and per kind of error.

What counts as right is said in `reading/measuring.py`.
Of 002 only the parts are measured whose truth is given (its last three provinces are held back).
Run with -s to see the table.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from anlan.domain.campaigns.reading.checking import checked
from anlan.domain.campaigns.reading.figures import read
from anlan.domain.campaigns.reading.measuring import Measured
from anlan.domain.campaigns.reading.measuring import measure as matched

ROOT = Path(__file__).resolve().parents[7]
SEEDS = Path(os.environ.get("ANLAN_SHARED") or ROOT.parent / "shared") / "seeds"
HELD_BACK = {"002": "天津:持续纵深推进"}
BARS = {"recall": 0.90, "precision": 0.90, "region": 0.75, "period": 0.75, "indicator": 0.75}

pytestmark = pytest.mark.skipif(
    not (SEEDS / "facts.jsonl").exists(), reason="NOT MEASURED: ../shared/seeds isn't here"
)


def measure(name: str) -> Measured:
    text = (SEEDS / f"{name}.txt").read_bytes().decode("utf-8")
    limit = text.index(HELD_BACK[name]) if name in HELD_BACK else len(text)
    facts = [json.loads(line) for line in (SEEDS / "facts.jsonl").open(encoding="utf-8")]
    return matched(
        [fact for fact in facts if fact["seed"] == name],
        [figure for figure in read(text) if figure.start < limit],
    )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def show(name: str, measured: Measured) -> None:
    shares = " ".join(f"{bar} {measured.share(bar):.3f}" for bar in (*BARS, "all"))
    say(f"{name}: truth {len(measured.truth)}, read {len(measured.read)}, {shares}")
    for what, kinds in measured.errors().items():
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


# Only an office has them: where none are named, there is nothing that could be left out.
if os.environ.get("ANLAN_CONFIRMED"):

    def test_examples_that_an_office_confirmed_are_read_as_they_were() -> None:
        """A folder of ``./anlan read --corrections``: what people confirmed must not be lost again."""
        for told in checked(Path(os.environ["ANLAN_CONFIRMED"])):
            say(json.dumps(told, ensure_ascii=False))
            for name in ("figures", "tasks"):
                if name in told:
                    assert told[name]["recall"] >= BARS["recall"], told["document"]
