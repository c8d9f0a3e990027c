"""Counting what a text lists, and what the calendar lies between: operators of stated.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from anlan.kernel.calendar import periods
from anlan.kernel.indicators import arithmetic


def items(text: str) -> int:
    """How many things a quoted list names.

    Titles in 《》 are counted where there are any. A last 和 or 及 divides too, unless the list has
    groups divided by commas: their last one comes after a comma.
    """
    if titles := re.findall("《[^》]*》", text):
        return len(titles)
    flat = re.sub(r"[(（][^)）]*[)）]", "", text)
    grouped = re.search("[,，]", flat) is not None
    parts = [part for part in re.split("[、,，;；]", flat) if part.strip()]
    # 责任制和机制、… : what joins two words inside an earlier item divides nothing.
    last = parts[-1] if parts else ""
    joined = not grouped and re.search(r"(?<=\S)[和及與与](?=\S)", last) is not None
    return len(parts) + joined


_CHINESE = "一二三四五六七八九十"


def ordinals(text: str) -> int:
    """How many points a text goes through: 一是…二是…, 一要…二要…, in their order."""
    count = 0
    place = 0
    for number in _CHINESE:
        found = re.compile(f"(?<![{_CHINESE}]){number}[是要、]").search(text, place)
        if found is None:
            break
        count, place = count + 1, found.end()
    return count


def clauses(text: str) -> int:
    return len([part for part in re.split("[;；]", text) if part.strip()])


def headings(*names: str) -> int:
    """Aspects that a text goes through one after the other, each under a heading."""
    return len(dict.fromkeys(names))


def _months(start: str, end: str) -> int:
    return periods.month_count(date.fromisoformat(f"{start}-01"), date.fromisoformat(f"{end}-01"))


def _days(start: str, end: str) -> int:
    return periods.span(date.fromisoformat(start), date.fromisoformat(end)).day_count


def _visits(units: int, days: int, every: int) -> int:
    return units * arithmetic.times_needed(days, every)


def _pairs(rate: str, most: int) -> list[list[int]]:
    return [list(pair) for pair in arithmetic.fall_pairs(Decimal(rate), most)]


def _years(first: int, last: int) -> int:
    return last - first + 1


COUNTED: Mapping[str, Callable[..., Any]] = {
    "items": items, "ordinals": ordinals, "clauses": clauses, "headings": headings,
    "months": _months, "days": _days, "years": _years, "pairs": _pairs, "visits": _visits,
    "month_before": lambda month, count: periods.months_before(
        date.fromisoformat(f"{month}-01"), count
    ).code,
}  # fmt: skip
