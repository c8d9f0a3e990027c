"""A document's own text for the page: lines of stretches, each with what it is marked as."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy

from anlan.domain.campaigns.intake.items import Item
from anlan.domain.campaigns.reading.repair import REASONS

#: So many lines of a long document are shown; none of a government's notices comes near it.
LINES_MAX = 20_000
#: From where to where, as what, and a note.
Span = tuple[int, int, str, str]
_UNSURE = gettext_lazy("recognised from a picture, %(n)s %% sure")


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
    """The text cut wherever a task begins or ends, so that a script only has to colour it."""
    spans = [*_spans(reading), *_targets(every)]
    return _cut(str(reading.get("text", "")), spans, [(item.start, item.end) for item in every])


def figure_lines(
    reading: Mapping[str, Any], every: Sequence[tuple[int, int, str]]
) -> list[TextLine]:
    """The same for figures: (start, end, what it is marked as)."""
    spans = [*_spans(reading), *((start, end, mark, "") for start, end, mark in every)]
    return _cut(str(reading.get("text", "")), spans, [(start, end) for start, end, _mark in every])


def _cut(text: str, every: Sequence[Span], own: Sequence[tuple[int, int]]) -> list[TextLine]:
    spans = sorted(every)
    edges = sorted({place for one in (*(one[:2] for one in spans), *own) for place in one})
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


def _spans(reading: Mapping[str, Any]) -> Iterable[Span]:
    for one in reading.get("repairs", ()):
        readings = " / ".join(one["readings"])
        yield one["start"], one["end"], "repair", f"{readings} · {REASONS[one['rule']]}"
    for name in ("furniture", "copies"):
        for one in reading.get(name, ()):
            yield one["start"], one["end"], "furniture", ""
    for one in reading.get("contradictions", ()):
        for figure in one["figures"]:
            yield figure["start"], figure["end"], "contradiction", ""
    for one in reading.get("unsure", ()):
        yield one["start"], one["end"], "unsure", str(_UNSURE) % {"n": round(one["sure"] * 100)}


def _targets(every: Sequence[Item]) -> Iterable[Span]:
    for item in every:
        for target in item.fields["targets"]:
            if target["start"] is not None:
                yield target["start"], target["end"], "target", ""
