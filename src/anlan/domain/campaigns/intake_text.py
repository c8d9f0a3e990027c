"""A document's own text for the page: lines of stretches, each with what it is marked as."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from anlan.domain.campaigns.intake_items import Item
from anlan.domain.campaigns.reading.repair import REASONS

#: So many lines of a long document are shown; none of a government's notices comes near it.
LINES_MAX = 20_000


@dataclass(frozen=True)
class Stretch:
    start: int
    end: int
    text: str
    #: repair, furniture, target, due, unit, contradiction.
    marks: tuple[str, ...] = ()
    #: What a repair would put there, or its readings, and why.
    note: str = ""


@dataclass(frozen=True)
class TextLine:
    start: int
    stretches: list[Stretch] = field(default_factory=list)


def lines(reading: Mapping[str, Any], every: Sequence[Item]) -> list[TextLine]:
    """The text cut wherever something begins or ends, so that a script only has to colour it."""
    text = str(reading.get("text", ""))
    spans = sorted(_spans(reading, every))
    edges = sorted(
        {place for one in spans for place in one[:2]}
        | {place for item in every for place in (item.start, item.end)}
    )
    found, at, coming = [], 0, 0
    near: list[Span] = []
    for said in text.split("\n")[:LINES_MAX]:
        stop = at + len(said)
        cuts = [at, *edges[bisect_right(edges, at) : bisect_left(edges, stop)], stop]
        stretches = []
        for start, end in pairwise(cuts):
            while coming < len(spans) and spans[coming][0] <= start:
                near.append(spans[coming])
                coming += 1
            near = [one for one in near if one[1] > start]
            here = [one for one in near if end <= one[1]]
            marks = tuple(dict.fromkeys(one[2] for one in here))
            note = next((one[3] for one in here if one[3]), "")
            stretches.append(Stretch(start, end, text[start:end].rstrip("\r"), marks, note))
        found.append(TextLine(at, stretches))
        at = stop + 1
    return found


Span = tuple[int, int, str, str]


def _spans(reading: Mapping[str, Any], every: Sequence[Item]) -> Iterable[Span]:
    for one in reading.get("repairs", ()):
        readings = " / ".join(one["readings"])
        yield one["start"], one["end"], "repair", f"{readings} · {REASONS[one['rule']]}"
    for name in ("furniture", "copies"):
        for one in reading.get(name, ()):
            yield one["start"], one["end"], "furniture", ""
    for one in reading.get("contradictions", ()):
        for figure in one["figures"]:
            yield figure["start"], figure["end"], "contradiction", ""
    for item in every:
        for target in item.fields["targets"]:
            if target["start"] is not None:
                yield target["start"], target["end"], "target", ""
