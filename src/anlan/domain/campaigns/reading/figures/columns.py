"""Numbers in the cells of a table: their unit and their name stand in the head or before the row.

县区      检查企业(家次)  罚款(万元)       the head says what is counted and in which unit
信州区    132             58.0             … and the row of which place
指标      2023年  2024年                   … or the head says the time, and the row the rest
事故起数  12      10
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from . import numbers, quantities, units
from .layout import Line, cells
from .model import Find
from .periods import Span, whens

_UNIT = units.alternatives(
    units.COUNTED, units.MONEY, units.PHYSICAL, units.TIME, units.RATES, units.DEATHS
)
_BRACKETED = re.compile(rf"[(/](?:单位:)?(?P<big>{numbers.SCALE})?(?P<unit>{_UNIT})[)]?\s*$")
#: 事故起数, 死亡人数: what is counted says its unit.
_NAMED = re.compile(r"(?P<unit>起|人|家|户|次|条|项|处|座|台|辆|艘|件|宗|栋|家次|人次)数\s*$")
_NUMBER = re.compile(rf"\s*(?P<sign>[-—+])?(?P<n>{numbers.ARABIC})(?P<percent>%)?\s*")
#: A table has no more columns that anybody could read.
COLUMNS_MAX = 60


@dataclass(frozen=True)
class Head:
    """What a column or a row says of its cells, as far as it says it."""

    words: str
    unit: str = ""
    factor: int = 1
    period: str = ""


class Columns:
    """The head of the table that is being read; each row below it is asked in turn."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.heads: list[Head] = []

    def finds(self, text: str, line: Line) -> list[Find]:
        """The figures of this line's cells; a line without cells ends the table."""
        row = list(cells(text, line.start, line.end))
        if len(row) == 1:
            self.heads = []
            return _of_a_form(text, line)
        if len(row) < 2 or len(row) > COLUMNS_MAX:
            self.heads = []
            return []
        valued = [_NUMBER.fullmatch(text, a, b) is not None for a, b in row]
        if not any(valued[1:]):
            named = [_head(text[a:b], self.year) for a, b in row]
            # A row of dashes or of words below a head is none of its own.
            if not self.heads or any(head.unit or head.period for head in named[1:]):
                self.heads = named
            return []
        if len(row) != len(self.heads):
            return []
        first = _head(text[slice(*row[0])], self.year)
        return [
            find
            for head, cell, value in zip(self.heads[1:], row[1:], valued[1:], strict=True)
            if value and (find := _find(text, head, first, cell)) is not None
        ]


#: 投入整改资金(万元):120.5, as forms are filled in.
_FILLED = re.compile(
    rf"(?P<words>[\u4e00-\u9fff]{{2,20}})\((?:单位:)?(?P<big>{numbers.SCALE})?(?P<unit>{_UNIT})\)\s*[:=]?\s*(?P<n>{numbers.ARABIC})(?![\d.%]|{_UNIT})"
)


def _of_a_form(text: str, line: Line) -> list[Find]:
    found = []
    for hit in _FILLED.finditer(text, line.start, line.end):
        unit, factor = quantities.money(hit["unit"])
        factor *= numbers.SCALES[hit["big"] or ""]
        value = numbers.plain(Decimal(numbers.arabic(hit["n"])) * factor)
        span = hit.span("n")
        found.append(
            Find(*span, value, unit, quantities.kind_of(unit), number=span, indicator=hit["words"])
        )
    return found


def _head(words: str, year: int) -> Head:
    words = words.strip()
    said = _BRACKETED.search(words)
    if said:
        unit, factor = quantities.money(said["unit"])
        return Head(words[: said.start()], unit, factor * numbers.SCALES[said["big"] or ""])
    if said := _NAMED.search(words):
        return Head(words, said["unit"])
    times = whens(words, 0, len(words), year)
    if len(times) == 1 and times[0].end - times[0].start >= len(words) - 1:
        return Head("", period=Span(times[0].span.first, times[0].span.last).iso)
    return Head(words)


def _find(text: str, head: Head, row: Head, cell: tuple[int, int]) -> Find | None:
    number = _NUMBER.fullmatch(text, *cell)
    told = head if head.unit else row
    unit = "%" if number and number["percent"] else told.unit
    if number is None or not unit or number["sign"]:
        return None
    factor = 1 if number["percent"] else told.factor
    value = numbers.plain(Decimal(numbers.arabic(number["n"])) * factor)
    span = number.span("n")
    words = head.words if head.words and (head.unit or not row.unit) else row.words
    find = Find(*span, value, unit, quantities.kind_of(unit), number=span, indicator=words)
    find.period = head.period or row.period
    return find
