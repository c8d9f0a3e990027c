"""When a key date comes around: stated days, the same each year, or a holiday of the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.domain.campaigns.models import Campaign, KeyDate
from anlan.kernel.calendar.queries import Holiday, holidays


@dataclass(frozen=True)
class Time:
    """One time that it comes around. Provisional: the year's holidays aren't announced."""

    starts_on: date
    ends_on: date
    provisional: bool = False

    def drawn_up_on(self, lead_days: int) -> date:
        return self.starts_on - timedelta(lead_days)


def times(rows: Iterable[KeyDate], campaign: Campaign) -> dict[KeyDate, list[Time]]:
    """All times within the campaign, in order: one statement, however many rows."""
    rows = list(rows)
    names = {row.holiday for row in rows if row.rule == KeyDate.Rule.HOLIDAY}
    known: Mapping[str, Sequence[Holiday]] = {}
    if names:
        known = holidays(names, campaign.starts_on, campaign.ends_on)
    return {row: _of(row, campaign, known.get(row.holiday, ())) for row in rows}


def _of(row: KeyDate, campaign: Campaign, known: Sequence[Holiday]) -> list[Time]:
    if row.rule == KeyDate.Rule.HOLIDAY:
        found = [Time(one.starts_on, one.ends_on, one.provisional) for one in known]
    else:
        assert row.starts_on is not None, "the table holds this"
        assert row.ends_on is not None, "and this"
        found = [Time(row.starts_on, row.ends_on)]
        if row.rule == KeyDate.Rule.YEARLY:
            length = row.ends_on - row.starts_on
            years = range(row.starts_on.year + 1, campaign.ends_on.year + 1)
            first = row.starts_on
            found += [Time(day, day + length) for year in years for day in [in_year(first, year)]]
    return [
        one for one in found
        if one.ends_on >= campaign.starts_on and one.starts_on <= campaign.ends_on
    ]  # fmt: skip


def in_year(day: date, year: int) -> date:
    """The same day of another year; of a year without it, the day before."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
