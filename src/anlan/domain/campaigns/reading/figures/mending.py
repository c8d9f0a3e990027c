"""The text that figures are read from: lost signs put back, blanks and line ends inside taken out.

What was lost is found in one place (`..repair`); here only what has one legal reading is put back,
so that a figure can be read. The document stays as it is, and each place leads back to its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..repair import Repair as Lost
from ..repair import month_and_day, repairs

__all__ = ["Mended", "Repair", "clean", "join", "mend", "month_and_day"]

#: Of what repair.py finds: what can change a figure, and only adds signs.
ADDED = ("year_month", "whole_date", "month_day", "percents")


@dataclass(frozen=True)
class Mended:
    """A text with lost signs put back, and for every place of it the place in the text given."""

    text: str
    origin: tuple[int, ...]
    repairs: tuple[Repair, ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span in the given text. A sign put back has no width there."""
        if end <= start:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + (1 if self._kept(end - 1) else 0)

    def _kept(self, place: int) -> bool:
        return place + 1 >= len(self.origin) or self.origin[place + 1] > self.origin[place]


@dataclass(frozen=True)
class Repair:
    """What was put back, and where: `at` is a place in the text given."""

    at: int
    sign: str


def mend(text: str) -> Mended:
    """The text with each lost sign put back that has one legal reading."""
    inserts: dict[int, str] = {}
    for lost in repairs(text):
        if lost.rule in ADDED and lost.after:
            inserts |= _added(lost)
    return _with(text, inserts)


def _added(lost: Lost) -> dict[int, str]:
    """Where which sign goes in: what of the reading isn't in the words."""
    found: dict[int, str] = {}
    place = 0
    for sign in lost.after:
        if place < len(lost.before) and lost.before[place] == sign:
            place += 1
        else:
            at = lost.start + place
            found[at] = found.get(at, "") + sign
    return found


def _with(text: str, inserts: dict[int, str], drops: set[int] | None = None) -> Mended:
    pieces: list[str] = []
    origin: list[int] = []
    last = 0
    for at in sorted({*inserts, *(drops or ())}):
        pieces.append(text[last:at])
        origin.extend(range(last, at))
        last = at
        if at in inserts:
            pieces.append(inserts[at])
            origin.extend([at] * len(inserts[at]))
        else:
            last = at + 1
    pieces.append(text[last:])
    origin.extend(range(last, len(text)))
    origin.append(len(text))
    repairs = tuple(Repair(at, sign) for at, sign in sorted(inserts.items()))
    return Mended("".join(pieces), tuple(origin), repairs)


def composed(inner: Mended, outer: Mended) -> Mended:
    """Two steps as one: places of the outer text back to the first one given."""
    origin = tuple(inner.origin[place] for place in outer.origin)
    repairs = tuple(Repair(inner.origin[repair.at], repair.sign) for repair in outer.repairs)
    return Mended(outer.text, origin, inner.repairs + repairs)


#: Spaces that a layout put between a number and its unit.
_LOOSE = re.compile(
    r"(?<=[\u4e00-\u9fff、。,;:“”()—-]) +(?=[\d])|(?<=[\d%]) +(?=[\u4e00-\u9fff%‰—、,。;])"
)
_WRAP = re.compile(r"(?<=[^。;:!?\s\n]) ?\n(?=[^\s\n])")
_OPENS = re.compile(
    r"[(（]?[一二三四五六七八九十\d]{1,3}[)、.)）]|[—-] ?\d|附件|第[一二三四五六七八九十]+[章节条]|\d{4}年"
)


def _wrapped(text: str) -> bool:
    """Lines cut at the edge of a page: most are of one length, and none is much longer."""
    sizes = sorted(len(line) for line in text.split("\n") if line.strip())
    if len(sizes) < 8:
        return False
    usual = sizes[int(len(sizes) * 0.7)]
    return 18 <= usual <= 48 and sizes[int(len(sizes) * 0.97)] <= usual + 12


def join(text: str) -> Mended:
    """The text without spaces inside figures and without line ends inside sentences."""
    drops = {place for hit in _LOOSE.finditer(text) for place in range(*hit.span())}
    if _wrapped(text):
        usual = sorted(len(line) for line in text.split("\n") if line.strip())
        long = usual[int(len(usual) * 0.7)] - 6
        for hit in _WRAP.finditer(text):
            begins = text.rfind("\n", 0, hit.start()) + 1
            if hit.start() - begins >= long and not _OPENS.match(text, hit.end()):
                drops.update(range(*hit.span()))
    return _with(text, {}, drops)


def clean(text: str) -> Mended:
    """The text joined and mended, with the way back from every place of it."""
    joined = join(text)
    return composed(joined, mend(joined.text))
