"""Reading key dates: what comes around next, and what became of each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.keydates.occurring import Time, times
from anlan.domain.campaigns.models import Campaign, KeyDate, KeyDateRun, Plan


@dataclass(frozen=True)
class Coming:
    """One time of a key date, with what was done about it."""

    row: KeyDate
    time: Time
    run: KeyDateRun | None
    #: The plan, where the reader may see it, and its figures.
    plan: Plan | None
    figures: dict[str, int]
    today: date

    @property
    def days_left(self) -> int:
        return (self.time.starts_on - self.today).days

    @property
    def drawn_up_on(self) -> date:
        return self.time.drawn_up_on(self.row.lead_days)

    @property
    def is_over(self) -> bool:
        return self.time.ends_on < self.today

    @property
    def is_now(self) -> bool:
        return self.time.starts_on <= self.today <= self.time.ends_on

    @property
    def may_decide(self) -> bool:
        """Nothing was done about it, and something still can be."""
        return self.run is None and not self.is_over and self.row.ended_on is None


def of_campaign(campaign: Campaign, by: Actor, today: date) -> list[Coming]:
    """All times of all its key dates, in order; a constant number of statements."""
    rows = campaign.key_dates.annotate(tasks=Count("precautions")).order_by("pk")
    return _coming(list(rows), campaign, by, today)


def of_one(row: KeyDate, by: Actor, today: date) -> list[Coming]:
    return _coming([row], row.campaign, by, today)


def _coming(rows: Sequence[KeyDate], campaign: Campaign, by: Actor, today: date) -> list[Coming]:
    runs = list(KeyDateRun.objects.filter(key_date__in=rows).order_by("starts_on"))
    by_row: dict[UUID, list[KeyDateRun]] = {}
    for run in runs:
        by_row.setdefault(run.key_date_id, []).append(run)
    seen = queries.plans(by).filter(key_date_run__key_date__in=rows)
    plans = {plan.pk: plan for plan in seen}
    figures = queries.progress(queries.tasks(by), seen, today) if plans else {}
    found = []
    for row, whole in times(rows, campaign).items():
        left = list(by_row.get(row.pk, ()))
        for time in whole:
            drawn = next((one for one in left if _same(one, time)), None)
            if drawn is not None:
                left.remove(drawn)
            elif row.ended_on is not None and time.starts_on > row.ended_on:
                continue
            found.append(_one(row, time, drawn, plans, figures, today))
        # What was drawn up under days that were changed since.
        found += [
            _one(row, Time(run.starts_on, run.ends_on), run, plans, figures, today) for run in left
        ]
    return sorted(found, key=lambda one: (one.time.starts_on, one.row.name))


def _same(run: KeyDateRun, time: Time) -> bool:
    return run.starts_on <= time.ends_on and run.ends_on >= time.starts_on


def _one(
    row: KeyDate, time: Time, run: KeyDateRun | None, plans: dict[UUID, Plan],
    figures: dict[UUID, Any], today: date,
) -> Coming:  # fmt: skip
    plan = plans.get(run.plan_id) if run is not None and run.plan_id else None
    return Coming(row, time, run, plan, figures.get(plan.pk, {}) if plan else {}, today)
