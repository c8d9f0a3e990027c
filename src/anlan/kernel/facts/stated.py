"""What is stated of an area as a whole for a span of days: GDP of a year, people employed.

Such facts are never added up over areas: a province's GDP isn't the sum of what its counties
state. So they aren't read as figures.py reads, but each area by itself, and a span that wasn't
stated is missing and never nought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Q, Sum

from anlan.base import bulk
from anlan.kernel.calendar.dates import DAY
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import intern
from anlan.kernel.facts.models import Fact

#: Spans of one area and kind inside one period: twelve months of thirty years.
SPANS_MAX = 360
#: First and last day, and what was stated for them; facts that were taken back add up to nought.
Spans = Mapping[tuple[date, date], int]


def read(
    kinds: Collection[str], areas: Collection[int], known_at: datetime | None = None
) -> dict[tuple[str, int], Spans]:
    """By kind and area, every span that stands stated there, of the area itself."""
    numbers = {n: code for code, n in intern.known_kinds(kinds).items() if code in kinds}
    found: dict[tuple[str, int], dict[tuple[date, date], int]] = defaultdict(dict)
    if not numbers:
        return {}
    posted = Q() if known_at is None else Q(posted_at__lte=known_at)
    for chunk in bulk.slices(sorted(areas)):
        rows = Fact.objects.filter(posted, area_id__in=chunk, kind_id__in=list(numbers)).order_by()
        for row in rows.values("kind_id", "area_id", "day", "until").annotate(sum=Sum("quantity")):
            if row["sum"]:
                span = (row["day"], row["until"] or row["day"])
                key = (numbers[row["kind_id"]], row["area_id"])
                found[key][span] = found[key].get(span, 0) + row["sum"]
    return dict(found)


def of_period(spans: Spans, period: Period) -> int | None:
    """What was stated for exactly these days, or None.

    Spans that follow one another without a gap add up (four quarters are a year); where several
    ways lead there, the one of the longest spans holds: a year's own figure before its quarters'.
    """
    ends: dict[date, list[date]] = defaultdict(list)
    for start, end in spans:
        if period.start <= start and end <= period.end:
            ends[start].append(end)
    dead: set[date] = set()

    def way(at: date) -> list[tuple[date, date]] | None:
        if at > period.end:
            return []
        if at in dead:
            return None
        for end in sorted(ends.get(at, ()), reverse=True):
            rest = way(end + DAY)
            if rest is not None:
                return [(at, end), *rest]
        dead.add(at)
        return None

    # A year of single days would be a deep way; nobody states those, and it stays within limits.
    found = way(period.start) if len(ends) <= SPANS_MAX else None
    return sum(spans[span] for span in found) if found else None
