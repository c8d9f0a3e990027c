"""Damage that left only one legal reading: a sign lost between two ASCII runs.

Some extractors drop a single character that stood between digits, letters or %: 2020年4月 comes as
`20204月`, 27.0%、23.6% as `27.0%23.6%`. The lost sign is put back where only one reading is legal.
Where two are (`2022111日` is 1 November and 11 January), the text stays as it is: a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

YEARS = range(1949, 2100)
LISTS = "、"
STOPS = "。"

_YEAR_MONTH = re.compile(r"(?<![\d.])(\d{4})(\d{1,2})(?=月)")
_YEAR_MONTH_DAY = re.compile(r"(?<![\d.])(\d{4})(\d{2,4})(?=日)")
_MONTH_DAY = re.compile(r"(?<=[至到—~、-])(\d{3,4})(?=日)")
_DATE = re.compile(r"(\d{4})(?:年|\d{1,2}月|\d{2,4}日)")
_PERCENTS = re.compile(r"(?<=\d%)(?=\d)")


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


def month_and_day(digits: str, year: int) -> list[tuple[int, int]]:
    """Every month and day that these digits without a sign between them can be."""
    readings = []
    for cut in range(1, len(digits)):
        month, day = digits[:cut], digits[cut:]
        if month.startswith("0") or day.startswith("0") or len(month) > 2 or len(day) > 2:
            continue
        try:
            date(year, int(month), int(day))
        except ValueError:
            continue
        readings.append((int(month), int(day)))
    return readings


def mend(text: str) -> Mended:
    """The text with each lost sign put back that has one legal reading."""
    inserts: dict[int, str] = {}
    for match in _YEAR_MONTH.finditer(text):
        month = match[2]
        if int(match[1]) in YEARS and not month.startswith("0") and 1 <= int(month) <= 12:
            inserts[match.start(2)] = "年"
    for match in _YEAR_MONTH_DAY.finditer(text):
        if int(match[1]) not in YEARS:
            continue
        readings = month_and_day(match[2], int(match[1]))
        if len(readings) == 1:
            inserts[match.start(2)] = "年"
            inserts[match.start(2) + len(str(readings[0][0]))] = "月"
    for match in _MONTH_DAY.finditer(text):
        readings = month_and_day(match[1], 2000)
        if len(readings) == 1:
            inserts[match.start(1) + len(str(readings[0][0]))] = "月"
    for match in _PERCENTS.finditer(text):
        follows = _DATE.match(text, match.start())
        starts_a_date = follows is not None and int(follows[1]) in YEARS
        inserts[match.start()] = STOPS if starts_a_date else LISTS
    return _with(text, inserts)


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
            origin.append(at)
        else:
            last = at + 1
    pieces.append(text[last:])
    origin.extend(range(last, len(text)))
    origin.append(len(text))
    repairs = tuple(Repair(at, sign) for at, sign in sorted(inserts.items()))
    return Mended("".join(pieces), tuple(origin), repairs)


def _composed(inner: Mended, outer: Mended) -> Mended:
    """Two steps as one: places of the outer text back to the first one given."""
    origin = tuple(inner.origin[place] for place in outer.origin)
    repairs = tuple(Repair(inner.origin[repair.at], repair.sign) for repair in outer.repairs)
    return Mended(outer.text, origin, repairs)


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
    return _composed(joined, mend(joined.text))
