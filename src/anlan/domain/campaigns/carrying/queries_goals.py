"""A campaign's goals beside what the ledger counts today.

Only what opens to its records is offered and shown: counts of hazards and of accidents. Other goals
say that nobody counts them here. Where the ledger doesn't reach back to the base year, what
somebody stated with its source stands in its place, and a whole year is compared with a whole year
only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.accidents.loop import DEATHS, HAPPENED, SERIOUS
from anlan.domain.campaigns.models import Campaign, Goal
from anlan.kernel.accounts import readers
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import opening
from anlan.kernel.facts.behind import Asked
from anlan.kernel.facts.figures import Query
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators import goals as judging
from anlan.kernel.indicators.compute import Value, evaluate
from anlan.kernel.indicators.declare import Count, Distinct, Indicator, declared

#: Labels that the page of records narrows by.
NARROWED = {"grade", "sector"}
#: What is counted of accidents opens on a page of their own.
ACCIDENTS = {HAPPENED.code, DEATHS.code, SERIOUS.code}


def countable() -> dict[str, Indicator]:
    """The indicators that open to their records."""
    return {code: each for code, each in declared().items() if _opens(each)}


def _opens(each: Indicator) -> bool:
    if not isinstance(each, Count) or isinstance(each, Distinct):
        return False
    if each.kind in ACCIDENTS:
        return set(each.where) <= {"grade", "scope"}
    single = all(len(values) == 1 for values in each.where.values())
    return each.kind.startswith("hazard.") and set(each.where) <= NARROWED and single


@dataclass(frozen=True)
class Measured:
    """A goal with what is counted of it. ``why`` says why nothing is: code of a sentence."""

    goal: Goal
    label: Any = ""
    value: Any = None
    href: str = ""
    period: Period | None = None
    base: Any = None
    base_href: str = ""
    #: The base was stated by somebody, for the whole year.
    stated: bool = False
    change: Decimal | None = None
    #: Whether it is reached as things stand; None where nothing can be said.
    reached: bool | None = None
    why: str = ""

    @property
    def aim(self) -> str:
        return _bare(self.goal.aim)

    @property
    def stated_base(self) -> str:
        return _bare(self.goal.base_value)


def _bare(value: Decimal | None) -> str:
    """A number without the noughts of its column."""
    return "" if value is None else f"{value.normalize():,f}"


def goals(campaign: Campaign, by: Actor, at: datetime) -> list[Measured]:
    """In one reading of the ledger, however many goals there are."""
    rows = list(campaign.goals.order_by("place"))
    known = countable()
    counted = [row for row in rows if row.indicator in known]
    if not counted:
        return [Measured(row, why="not_counted") for row in rows]
    try:
        sectors = readers.covered(by, campaign.area)
    except NotFound:
        return [Measured(row, why="not_yours" if row in counted else "not_counted") for row in rows]
    today = timezone.localdate(at)
    period = _period(campaign, today)
    years = sorted({row.base_year for row in counted if row.base_year is not None})
    bases = {year: _base(period, year) for year in years if year < period.end.year}
    values = evaluate(
        [known[code] for code in sorted({row.indicator for row in counted})],
        Query(kinds=[], areas=[campaign.area_id], periods=[period, *bases.values()], at=at,
              where=readers.where_of(sectors), coverage=True),
    )  # fmt: skip
    found = {(each.indicator.code, each.period.code): each for each in values if not each.own}
    whole = period == periods.year(period.end)
    return [
        _measured(row, known[row.indicator], campaign, period, bases, found, whole)
        if row in counted else Measured(row, why="not_counted")
        for row in rows
    ]  # fmt: skip


def _period(campaign: Campaign, today: date) -> Period:
    """This year so far; of a campaign that is over, its last year."""
    day = min(today, campaign.ends_on)
    year = periods.year(day)
    return year if day >= year.end else periods.span(year.start, day)


def _base(period: Period, year: int) -> Period:
    """The same part of the base year."""
    return period.years_ago(period.end.year - year)


def _measured(
    goal: Goal, each: Indicator, campaign: Campaign, period: Period,
    bases: Mapping[int, Period], found: Mapping[tuple[str, str], Value], whole: bool,
) -> Measured:  # fmt: skip
    value = found[each.code, period.code]
    more: dict[str, Any] = {"label": each.label, "value": value.value, "period": period,
                            "href": _href(each, campaign, period)}  # fmt: skip
    if value.value is None:
        return Measured(goal, **more, why="missing")
    base = None
    if (then := bases.get(goal.base_year or 0)) is not None:
        base = found[each.code, then.code].value
        more["base_href"] = _href(each, campaign, then) if base is not None else ""
    if not base and goal.base_value is not None:
        # Before there was a ledger it has nothing, or nought.
        more["base_href"] = ""
        more |= {"base": goal.base_value.normalize(), "stated": True}
        # A whole year is stated: part of another year says nothing against it.
        base = goal.base_value if whole else None
    else:
        more["base"] = base
    change = arithmetic.change(value.value, base)
    reached = _reached(goal, Decimal(value.value), change, whole)
    return Measured(goal, **more, change=change, reached=reached)


def _reached(goal: Goal, value: Decimal, change: Decimal | None, whole: bool) -> bool | None:
    return judging.reached(
        goal.kind, down=goal.direction == Goal.Direction.DOWN, aim=goal.aim, value=value,
        change=change, whole=whole,
    )  # fmt: skip


def _href(each: Indicator, campaign: Campaign, period: Period) -> str:
    assert isinstance(each, Count)
    where = {name: list(values) for name, values in each.where.items()}
    return opening.address_of(Asked(each.kind, campaign.area, period, where))


def offered() -> Sequence[tuple[str, str]]:
    return [(code, str(each.label)) for code, each in countable().items()]
