"""The tasks that a reader may see, as tuples; and their sums by what the map is grouped by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from anlan.base.actor import Actor
from anlan.base.memory import Memory
from anlan.domain.campaigns.battlemap.lights import Rule, light_of
from anlan.domain.campaigns.models import Campaign, Plan, Task
from anlan.domain.campaigns.queries import in_campaign, plans_in
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Event, Party, PartyRole

#: Rows that one answer brings of an opened group, and all of its groups together.
ROWS_MAX, ROWS_OPEN_MAX = 100, 400
#: From how many tasks on sums are remembered, for how long, and how many of them.
KEPT_FROM, KEPT_SECONDS, KEPT_MAX = 5_000, 30, 50


class Row(NamedTuple):
    """A task as the map shows it."""

    pk: UUID
    no: str
    title: str
    plan: str
    area: str
    unit: str
    person: str
    start: date
    due: date | None
    opened: date
    settled: date | None
    state: str
    suspended: date | None
    progress: int
    #: The last day of its stage, else of its plan.
    bound: date
    light: str

    def days_late(self, today: date) -> int:
        """How long it ran, or runs, past its deadline."""
        if self.due is None or (self.suspended and not self.settled):
            return 0
        return max(0, ((self.settled or today) - self.due).days)

    def is_critical(self, today: date) -> bool:
        """Late, and what it belongs to should be over: it holds up what comes after."""
        return self.light == "late" and self.bound < today


class Summed(NamedTuple):
    """What is told of many tasks of one key and one light."""

    key: Any
    light: str
    tasks: int
    start: date
    due: date | None
    #: The earliest deadline among them: of those late, since when.
    due_first: date | None
    progress: int


_kept: Memory[list[Summed]] = Memory(KEPT_MAX)


def scope(campaign: Campaign, by: Actor) -> QuerySet[Task]:
    """The tasks of all its plans, without those that were withdrawn."""
    rows = Task.objects.filter(in_campaign(campaign.pk)).exclude(case__state="void")
    return policy.permitted(rows, "tasks.view", by)


def plans(campaign: Campaign, by: Actor) -> list[tuple[UUID, UUID | None, str, str]]:
    """Its plans that were published, as (id, id of the plan above, title, area)."""
    every = Plan.objects.filter(plans_in(campaign.pk))
    found = policy.permitted(every, "plans.view", by)
    rows = found.exclude(status=Plan.Status.DRAFT).order_by("path", "starts_on", "pk")
    return list(rows.values_list("pk", "parent_id", "title", "area__name"))


def unit_of(field: str = "unit_id") -> Subquery:
    """Whose task it is: the unit that it was given to."""
    parties = Party.objects.filter(case=OuterRef("pk"), role=PartyRole.RECTIFIER, until=None)
    return Subquery(parties.order_by("rank", "pk").values(field)[:1])


#: What tasks may be summed by, and where that stands.
KEYS: dict[str, Any] = {
    "plan": F("plan_id"),
    "region": F("case__path"),
    "sector": F("case__sector_id"),
    "unit": unit_of(),
}


def sums(rows: QuerySet[Task], group: str, rule: Rule, today: date) -> list[Summed]:
    """One statement, whatever the number of tasks."""
    found = (
        rows.annotate(key=KEYS[group], light=light_of(rule, today))
        .order_by()
        .values_list("key", "light")
        .annotate(
            Count("pk"), Min("starts_on"), Max("case__due_on"), Min("case__due_on"),
            Sum("progress"),
        )
    )  # fmt: skip
    return [Summed(*row) for row in found]


def sums_of(
    campaign: Campaign, by: Actor, rows: QuerySet[Task], group: str, rule: Rule, today: date
) -> list[Summed]:
    """The sums, remembered for a large campaign until anything happens to any case.

    Whatever changes a task writes an event, so the newest event says whether sums still hold.
    PostgreSQL may show a later event before an earlier one: for that they are kept only so long.
    """
    standing = policy.standing(by, "tasks.view")
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    key = (campaign.pk, campaign.version, group, rule, today, standing, newest)
    found = None if standing is None else _kept.get(key)
    if found is None:
        found = sums(rows, group, rule, today)
        if standing is not None and sum(line.tasks for line in found) >= KEPT_FROM:
            _kept.put(key, found, seconds=KEPT_SECONDS)
    return found


def read(
    rows: QuerySet[Task], rule: Rule, today: date, *, in_order: bool = False,
    after: int = 0, count: int = ROWS_MAX,
) -> list[Row]:  # fmt: skip
    """So many tasks from a place on, by deadline, or in the order of the plan's own lines.

    One more than ``count`` where there are more.
    """
    order: tuple[Any, ...] = ("line__place", "pk")
    if not in_order:
        order = (F("case__due_on").asc(nulls_last=True), "pk")
    found = rows.order_by(*order).values_list(
        "pk", "line__no", "line__title", "plan__title", "case__area__name",
        Coalesce(unit_of("unit__name"), F("case__unit__name")), "person", "starts_on",
        "case__due_on", "case__opened_on", "case__settled_on", "case__state",
        "case__suspended_on", "progress", Coalesce("line__stage__ends_on", "plan__ends_on"),
        light_of(rule, today),
    )  # fmt: skip
    return [Row(*row) for row in found[after : after + count + 1]]


def of_light(rows: QuerySet[Task], light: str, rule: Rule, today: date) -> QuerySet[Task]:
    """Those that show one light; all, where none is named."""
    if not light:
        return rows
    return rows.annotate(shows=light_of(rule, today)).filter(shows=light)


def of_node(rows: QuerySet[Task], group: str, key: Any) -> QuerySet[Task]:
    """The tasks that one group holds itself, without those of groups inside it."""
    if group == "unit":
        return rows.annotate(unit_key=unit_of()).filter(unit_key=key)
    field = {"plan": "plan", "region": "case__path", "sector": "case__sector"}[group]
    return rows.filter(**{field: key})


def of_pks(rows: QuerySet[Task], pks: Iterable[UUID]) -> QuerySet[Task]:
    return rows.filter(pk__in=list(pks))
