"""A campaign by its stages (四个阶段): the tasks of each, and what is counted in its days; a plan
that has stages of its own, by these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.models import Campaign, Counter, Plan, Stage, Task
from anlan.domain.campaigns.progress import figures as progress
from anlan.domain.campaigns.progress.figures import Figure
from anlan.domain.campaigns.sharing.queries import asked_of


@dataclass(frozen=True)
class Staged:
    """A stage with its tasks' figures and, of each counter, what was counted in its days."""

    stage: Stage
    counts: dict[str, int]
    figures: Sequence[Figure | None]


@dataclass(frozen=True)
class Stages:
    counters: Sequence[Counter]
    rows: Sequence[Staged]
    #: Tasks that belong to none of them.
    outside: int


def stages(campaign: Campaign, by: Actor, at: datetime) -> Stages:
    """Tasks in one statement and figures in one reading of the ledger, however many there are."""
    rows = list(campaign.stages.order_by("place"))
    seen = queries.tasks(by).filter(plan__campaign=campaign)
    counts, outside = _counts(rows, seen, timezone.localdate(at))
    counters = list(campaign.counters.select_related("target").order_by("place"))
    wanted = [
        asked_of(campaign, counter, stage, key=(counter.pk, stage.pk))
        for stage in rows
        for counter in counters
    ]
    figures = progress.measured(wanted, at=at)
    shown = [
        Staged(stage, count, [figures.get((counter.pk, stage.pk)) for counter in counters])
        for stage, count in zip(rows, counts, strict=True)
    ]
    return Stages(counters, shown, outside)


def of_plan(plan: Plan, by: Actor, today: date) -> Stages:
    """A plan's tasks by the stages that its lines choose from."""
    rows = plan.stages_offered()
    counts, outside = _counts(rows, queries.tasks(by).filter(plan=plan), today)
    shown = [Staged(stage, count, ()) for stage, count in zip(rows, counts, strict=True)]
    return Stages((), shown, outside)


def _counts(
    rows: Sequence[Stage], seen: QuerySet[Task], today: date
) -> tuple[list[dict[str, int]], int]:
    """The figures of each stage, and how many tasks are in none."""
    asked: dict[str, Any] = {}
    every = Q(pk__in=())
    for n, stage in enumerate(rows):
        where = queries.in_stage(stage)
        every |= where
        for name, count in queries.counts(today).items():
            # A figure's own condition within the stage's.
            within = where if count.filter is None else where & count.filter
            asked[f"{name}_{n}"] = Count("pk", filter=within)
    asked["outside"] = Count("pk", filter=~every)
    found = seen.exclude(case__state="void").order_by().aggregate(**asked)
    counts = [{name: found[f"{name}_{n}"] for name in queries.FIGURES} for n in range(len(rows))]
    return counts, found["outside"]


def of_plans(campaign: Campaign, by: Actor) -> QuerySet[Stage]:
    """Stages that plans in force have of their own, where their reader may read the plan."""
    plans = queries.plans(by).exclude(status=Plan.Status.DRAFT).filter(campaign=campaign)
    return Stage.objects.filter(plan__in=plans.order_by()).order_by("plan", "place")


def own(campaign: Campaign, by: Actor) -> dict[UUID, list[Stage]]:
    """The same by plan."""
    found: dict[UUID, list[Stage]] = {}
    for stage in of_plans(campaign, by):
        assert stage.plan_id is not None, "found by its plan"
        found.setdefault(stage.plan_id, []).append(stage)
    return found


def tops_of(plans: Collection[UUID]) -> dict[UUID, UUID]:
    """By plan, the one from which it was broken down in the end; itself where it wasn't."""
    rows = Plan.objects.filter(pk__in=plans).values_list("pk", "root")
    return {pk: root or pk for pk, root in rows}


def overlaps(rows: Sequence[Stage]) -> list[str]:
    """Stages of which one begins before another ends, in words: their figures don't add up."""
    said = []
    for n, one in enumerate(rows):
        for other in rows[n + 1 :]:
            first, last = max(one.starts_on, other.starts_on), min(one.ends_on, other.ends_on)
            if first <= last:
                said.append(
                    _("“%(one)s” and “%(other)s” share the days from %(first)s to %(last)s. A task "
                      "that names no stage and is due in these days counts in both.")
                    % {"one": one.name, "other": other.name,
                       "first": date_format(first, "DATE_FORMAT"),
                       "last": date_format(last, "DATE_FORMAT")}
                )  # fmt: skip
    return said


def stage_of(campaign: Campaign, text: Any) -> Stage | None:
    """The stage of this campaign that an address names."""
    number = str(text or "")
    if not number.isdecimal() or len(number) > 18:
        return None
    return campaign.stages.filter(pk=int(number)).first()
