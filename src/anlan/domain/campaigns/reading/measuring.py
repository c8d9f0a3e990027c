"""How much of the figures of a document is read, by kind of error.

A figure is hit when value and unit are equal and the spans overlap, each used once; of the hits,
region, period and the indicator's words are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from anlan.domain.campaigns.reading.figures import Figure

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

    def summary(self) -> dict[str, Any]:
        """As ``./anlan read --check`` tells it."""
        shares = ("recall", "precision", *TRAITS, "all")
        return {
            "truth": len(self.truth), "read": len(self.read),
            **{name: round(self.share(name), 3) for name in shares},
            "errors": {name: dict(counts) for name, counts in self.errors().items()},
        }  # fmt: skip

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
