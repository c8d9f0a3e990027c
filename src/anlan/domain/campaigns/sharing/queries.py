"""How many tasks campaigns have alone and together; a part's countdown and what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.models import Campaign, Counter, SharedLine, Stage, Target, Task
from anlan.domain.campaigns.progress import figures as progress
from anlan.domain.campaigns.progress.figures import Asked, Figure

#: Campaigns that one is compared with on its page.
OTHERS_MAX = 30


@dataclass(frozen=True)
class Other:
    """A campaign that shares tasks with the one looked at."""

    campaign: Campaign
    #: Of its own plans, those that count in the one looked at as well.
    brought: int
    #: All that it counts, what both count, and what they count together, each once.
    tasks: int
    both: int
    together: int


@dataclass(frozen=True)
class Memberships:
    """A campaign's tasks: from its own plans, from those of others, and shared with others."""

    tasks: int
    own: int
    others: Sequence[Other]

    @property
    def brought(self) -> int:
        return self.tasks - self.own


def memberships(campaign: Campaign, by: Actor) -> Memberships:
    """In one statement, however many campaigns it shares with."""
    others = _others(campaign, by)
    rows = queries.tasks(by).exclude(case__state="void")
    mine = queries.in_campaign(campaign.pk)
    asked: dict[str, Any] = {
        "tasks": Count("pk", filter=mine),
        "own": Count("pk", filter=Q(plan__campaign=campaign)),
    }
    every = mine
    for n, other in enumerate(others):
        theirs = _of(other)
        every |= theirs
        asked[f"brought_{n}"] = Count("pk", filter=mine & Q(plan__campaign=other))
        asked[f"tasks_{n}"] = Count("pk", filter=theirs)
        asked[f"both_{n}"] = Count("pk", filter=mine & theirs)
        asked[f"together_{n}"] = Count("pk", filter=mine | theirs)
    found = rows.filter(every).order_by().aggregate(**asked)
    names = ("brought", "tasks", "both", "together")
    compared = [
        Other(other, **{name: found[f"{name}_{n}"] for name in names})
        for n, other in enumerate(others)
    ]
    return Memberships(found["tasks"], found["own"], compared)


def _of(campaign: Campaign) -> Q:
    """As ``queries.in_campaign`` has it, without asking whether something is shared."""
    shared = SharedLine.objects.filter(campaign=campaign)
    return Q(plan__campaign=campaign) | Q(line__in=shared.values("line"))


def _others(campaign: Campaign, by: Actor) -> list[Campaign]:
    """Campaigns whose tasks count here, or in which tasks of this one count."""
    here = SharedLine.objects.filter(campaign=campaign).values("line__plan__campaign")
    there = SharedLine.objects.filter(line__plan__campaign=campaign).values("campaign")
    rows = queries.campaigns(by).filter(Q(pk__in=here) | Q(pk__in=there)).exclude(pk=campaign.pk)
    return list(rows.order_by("-starts_on", "pk")[:OTHERS_MAX])


def memberships_of(task: Task, by: Actor) -> list[Campaign]:
    """The campaigns in which a task counts beside its own."""
    shared = SharedLine.objects.filter(line=task.line_id).values("campaign")
    rows = queries.campaigns(by).filter(pk__in=shared).exclude(pk=task.plan.campaign_id)
    return list(rows.order_by("-starts_on", "pk"))


# --- a part of a campaign ------------------------------------------------------------------


@dataclass(frozen=True)
class Countdown:
    """Where in its days a campaign stands."""

    days: int
    #: From 1 on its first day; None before it and after its last.
    day: int | None
    #: Days that are left after this one; of one that hasn't begun, days until it does.
    left: int
    state: str

    @property
    def percent(self) -> int:
        if self.state == "before":
            return 0
        return 100 if self.day is None else 100 * self.day // self.days


def countdown(campaign: Campaign, today: date) -> Countdown:
    days = campaign.days
    if today < campaign.starts_on:
        return Countdown(days, None, (campaign.starts_on - today).days, "before")
    if today > campaign.ends_on:
        return Countdown(days, None, 0, "over")
    day = (today - campaign.starts_on).days + 1
    return Countdown(days, day, days - day, "running")


@dataclass(frozen=True)
class Counted:
    """A counter with its figure; none where no capability counts it any more."""

    counter: Counter
    figure: Figure | None


def counters(
    campaign: Campaign, at: datetime, *, only: int | None = None, known: datetime | None = None,
    stage: Stage | None = None,
) -> list[Counted]:  # fmt: skip
    """What a campaign counts, in its own area and days, or in a stage's; the ledger is read once
    for all."""
    rows = campaign.counters.select_related("target").order_by("place")
    rows = rows.filter(pk=only) if only is not None else rows
    asked = [asked_of(campaign, row, stage) for row in rows]
    figures = progress.measured(asked, at=at, known=known)
    return [Counted(row, figures.get(row.pk)) for row in rows]


def asked_of(
    campaign: Campaign, row: Counter, stage: Stage | None = None, key: Any = None
) -> Asked:
    """A counter's figure in the campaign's days; of a stage in its days, with nothing wanted."""
    counted, where = row.counted, row.counted_where
    if row.target is not None:
        counted, where = row.target.counted, row.target.counted_where
    target = Target(
        kind="number", counted=counted, counted_where=where, value=row.wanted, object=row.name,
        comparator="<=" if row.is_ceiling else ">=",
    )  # fmt: skip
    wanted = None if row.wanted is None or stage else Decimal(row.wanted)
    if stage:
        target.value = None
    starts, ends = (stage or campaign).starts_on, (stage or campaign).ends_on
    return Asked(
        row.pk if key is None else key, target, campaign.area_id, starts, ends, wanted,
        starts.year - 1, ends,
    )  # fmt: skip
