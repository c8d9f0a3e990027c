"""Signs that a document lost between two ASCII runs: what they were, where that can be known.

Some extractors drop a single non-ASCII character that stands between letters, digits, % or -:
2020年4月 comes as `20204月`. Where only one reading is legal it is proposed; where two are, the
place is flagged with both. The text itself is never changed: a person takes a proposal, or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Repair:
    """Offsets are those of the document's text. Flagged where there is more than one reading."""

    start: int
    end: int
    before: str
    readings: tuple[str, ...]
    rule: str

    @property
    def after(self) -> str:
        """The one legal reading, or nothing."""
        return self.readings[0] if len(self.readings) == 1 else ""

    @property
    def status(self) -> str:
        return "proposed" if len(self.readings) == 1 else "flagged"

    @property
    def reason(self) -> str:
        return str(REASONS[self.rule])


REASONS: dict[str, str | Promise] = {
    "year_month": _("A year and a month stand together without 年 between them."),
    "whole_date": _("Year, month and day stand together without 年 and 月 between them."),
    "month_day": _("A month and a day stand together without 月 between them."),
    "years": _("Two years stand together without a sign between them."),
    "percents": _(
        "A percentage runs into the next one, or into the year of the next sentence, "
        "where 。 and ； are both possible."
    ),
    "grades": _("Grades stand together without a sign between them."),
    "tiers": _("Levels between the first and the last are missing from the row of dashes."),
}  # fmt: skip

_YEAR = r"(?<![\d.])((?:19|20)\d{2})"
_TIERS = "国省市县乡村"
#: Rule → where it looks. Each finds only what can't be right as it stands.
SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("percents", re.compile(
        r"(?<![\d.%])(?P<list>\d+(?:\.\d+)?%(?:\d+(?:\.\d+)?%)*)"
        r"(?P<next>(?:19|20)\d{2}(?:年|\d{1,2}月|\d{2,4}日))?(?!\d)"
    )),
    ("year_month", re.compile(_YEAR + r"(\d{1,2})月")),
    ("whole_date", re.compile(_YEAR + r"(\d{2,4})日")),
    ("month_day", re.compile(r"(?<![\d.])(\d{3,4})日")),
    ("years", re.compile(_YEAR + r"((?:19|20)\d{2})年")),
    ("grades", re.compile(r"(?<![A-Za-z\d-])([A-F]{2,6})(?=级|类|等(?!方)|[”\"]?[一二两三四五六]级)")),
    ("tiers", re.compile(rf"([{_TIERS}])(-{{2,5}})([{_TIERS}])")),
)  # fmt: skip
_CONNECTED = re.compile(r"[至到—~、-]$")


def repairs(text: str) -> list[Repair]:
    """Every place of the text that lost a sign, in order; no two overlap."""
    found: list[Repair] = []
    taken = bytearray(len(text))
    for rule, shape in SHAPES:
        for match in shape.finditer(text):
            if taken.find(1, *match.span()) >= 0:
                continue
            readings = tuple(READERS[rule](match))
            if readings:
                found.append(Repair(*match.span(), match[0], readings, rule))
                taken[match.start() : match.end()] = b"\1" * len(match[0])
    return sorted(found, key=lambda repair: repair.start)


def _year_month(match: re.Match[str]) -> Iterator[str]:
    if not match[2].startswith("0") and 1 <= int(match[2]) <= 12:
        yield f"{match[1]}年{match[2]}月"


def _whole_date(match: re.Match[str]) -> Iterator[str]:
    for month, day in month_and_day(match[2], int(match[1])):
        yield f"{match[1]}年{month}月{day}日"


def _month_day(match: re.Match[str]) -> Iterator[str]:
    """1028日 behind 10日至 is 10月28日; alone it may be so many days."""
    found = [f"{month}月{day}日" for month, day in month_and_day(match[1], 2000)]
    yield from found
    before = match.string[max(0, match.start() - 2) : match.start()]
    if found and not _CONNECTED.search(before):
        yield match[0]


def month_and_day(digits: str, year: int) -> list[tuple[int, int]]:
    """Every month and day that these digits without a sign between them can be."""
    found = []
    for cut in range(1, len(digits)):
        month, day = digits[:cut], digits[cut:]
        if month.startswith("0") or day.startswith("0") or len(month) > 2 or len(day) > 2:
            continue
        try:
            date(year, int(month), int(day))
        except ValueError:
            continue
        found.append((int(month), int(day)))
    return found


def _years(match: re.Match[str]) -> Iterator[str]:
    if match[1] < match[2]:
        yield f"{match[1]}—{match[2]}年"
        yield f"{match[1]}、{match[2]}年"


def _percents(match: re.Match[str]) -> Iterator[str]:
    rates = re.findall(r"\d+(?:\.\d+)?%", match["list"])
    if len(rates) < 2 and not match["next"]:
        return
    said = "、".join(rates)
    if match["next"]:
        follows = [repair for repair in repairs(match["next"]) if repair.after]
        said += "。" + (follows[0].after if follows else match["next"])
    yield said


def _grades(match: re.Match[str]) -> Iterator[str]:
    """ABCD and CD count up one by one; AAAA (a grade of sights) and AC don't."""
    letters = match[1]
    if all(ord(b) - ord(a) == 1 for a, b in pairwise(letters)):
        yield "、".join(letters)


def _tiers(match: re.Match[str]) -> Iterator[str]:
    first, last = _TIERS.index(match[1]), _TIERS.index(match[3])
    if last - first == len(match[2]):
        yield "-".join(_TIERS[first : last + 1])
    elif last > first:
        yield "-".join(_TIERS[first : last + 1])
        yield f"{match[1]}-{match[3]}"


READERS: dict[str, Callable[[re.Match[str]], Iterator[str]]] = {
    "year_month": _year_month,
    "whole_date": _whole_date,
    "month_day": _month_day,
    "years": _years,
    "percents": _percents,
    "grades": _grades,
    "tiers": _tiers,
}
