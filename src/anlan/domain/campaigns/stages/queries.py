"""A campaign by its stages (四个阶段): the tasks of each, and what is counted in its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.models import Campaign, Counter, Stage
from anlan.domain.campaigns.progress import figures as progress
from anlan.domain.campaigns.progress.figures import Figure
from anlan.domain.campaigns.sharing.queries import asked_of


def _in(stage: Stage) -> Q:
    """As ``queries.in_stage`` has it, without asking for its days once more."""
    days = Q(case__due_on__gte=stage.starts_on, case__due_on__lte=stage.ends_on)
    return Q(line__stage=stage) | Q(line__stage=None, plan__campaign=stage.campaign_id) & days


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
    today = timezone.localdate(at)
    asked: dict[str, Any] = {}
    every = Q(pk__in=())
    for n, stage in enumerate(rows):
        where = _in(stage)
        every |= where
        for name, count in queries.counts(today).items():
            # A figure's own condition within the stage's.
            within = where if count.filter is None else where & count.filter
            asked[f"{name}_{n}"] = Count("pk", filter=within)
    asked["outside"] = Count("pk", filter=~every)
    seen = queries.tasks(by).filter(plan__campaign=campaign).exclude(case__state="void")
    found = seen.order_by().aggregate(**asked)
    counters = list(campaign.counters.select_related("target").order_by("place"))
    wanted = [
        asked_of(campaign, counter, stage, key=(counter.pk, stage.pk))
        for stage in rows
        for counter in counters
    ]
    figures = progress.measured(wanted, at=at)
    shown = [
        Staged(stage, {name: found[f"{name}_{n}"] for name in queries.FIGURES},
               [figures.get((counter.pk, stage.pk)) for counter in counters])
        for n, stage in enumerate(rows)
    ]  # fmt: skip
    return Stages(counters, shown, found["outside"])


def stage_of(campaign: Campaign, text: Any) -> Stage | None:
    """The stage of this campaign that an address names."""
    number = str(text or "")
    if not number.isdecimal() or len(number) > 18:
        return None
    return campaign.stages.filter(pk=int(number)).first()
