"""Reading lists by which units work: how far each is, by what it asks, by area and by unit.

Items stand as on a day: one that is done again counts in the period that holds the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.campaigns.checklists import turns
from anlan.domain.campaigns.models import (
    Campaign,
    Checklist,
    ChecklistCopy,
    ChecklistItem,
    ChecklistTick,
    ChecklistTurn,
)
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import BUSINESS_ROLES, Post
from anlan.kernel.regions.models import Region

State = ChecklistTick.State


@dataclass(frozen=True)
class Sum:
    """Of so many items (of all copies) that many are done; what doesn't apply counts in neither."""

    of: int
    done: int
    excepted: int = 0

    @property
    def rate(self) -> Decimal | None:
        """As a fraction; None where nothing applies."""
        return Decimal(self.done) / self.of if self.of else None

    @property
    def lacking(self) -> int:
        return self.of - self.done

    @property
    def is_whole(self) -> bool:
        """100 %, and not by rounding."""
        return bool(self.of) and self.done == self.of


def copies(by: Actor) -> QuerySet[ChecklistCopy]:
    return policy.permitted(ChecklistCopy.objects.all(), "checklists.view", by)


_TICKED = {
    "done": Count("pk", filter=Q(state=State.DONE)),
    "excepted": Count("pk", filter=Q(state=State.NOT_APPLICABLE)),
}


def _sum(items: int, ticked: Any) -> Sum:
    """Of so many items, with what a statement counted of their ticks, if there are any."""
    ticked = ticked or {}
    excepted = ticked.get("excepted", 0)
    return Sum(items - excepted, ticked.get("done", 0), excepted)


def _ticks(day: date, **where: Any) -> QuerySet[ChecklistTick]:
    return ChecklistTick.objects.filter(turns.on_day(day), **where).order_by()


@dataclass(frozen=True)
class Listed:
    """A list of a campaign, with how far the copies are that the reader may see."""

    row: Checklist
    items: int
    copies: int
    sum: Sum


def of_campaign(campaign: Campaign, by: Actor, day: date) -> list[Listed]:
    """All its lists, the newest first: four statements, however many."""
    rows = list(campaign.checklists.order_by("-pk"))
    items = _by(ChecklistItem.objects.filter(checklist__in=rows), "checklist")
    seen = copies(by).filter(checklist__in=rows)
    having = _by(seen, "checklist")
    ticks = _ticks(day, copy__in=seen.order_by().values("pk"))
    ticked = {
        one["copy__checklist"]: one for one in ticks.values("copy__checklist").annotate(**_TICKED)
    }
    return [
        Listed(row, n := items.get(row.pk, 0), m := having.get(row.pk, 0),
               _sum(n * m, ticked.get(row.pk)))
        for row in rows
    ]  # fmt: skip


def _by(rows: QuerySet[Any], name: str) -> dict[UUID, int]:
    found = rows.order_by().values(name).annotate(n=Count("pk"))
    return {one[name]: one["n"] for one in found}


@dataclass(frozen=True)
class Part:
    """Items that belong together (an indicator, a link with one of its aspects), and how far."""

    name: tuple[str, ...]
    items: int
    sum: Sum


class Standing:
    """A list as the reader may see it on a day, of those items that were asked for.

    Two statements tell every figure by items, and one more those by areas; nothing depends on how
    many units there are.
    """

    def __init__(self, row: Checklist, by: Actor, day: date, asked: Q | None = None,
                 area: Region | None = None) -> None:  # fmt: skip
        self.row, self.day = row, day
        self.items = list(row.items.filter(asked or Q()).order_by("place"))
        until = day + timedelta(1)
        self.copies = copies(by).filter(
            checklist=row, made_at__lt=timezone.make_aware(datetime.combine(until, time.min))
        )
        if area is not None:
            self.copies = self.copies.filter(below(area.path))

    def parts(self, name_of: Callable[[ChecklistItem], tuple[str, ...]]) -> list[Part]:
        """How far the items are by what ``name_of`` calls them, in the list's order."""
        count, ticked = self._by_item()
        found: dict[tuple[str, ...], list[int]] = {}
        for one in self.items:
            name = name_of(one)
            if not any(name):
                continue
            part = found.setdefault(name, [0, 0, 0])
            tick = ticked.get(one.pk) or {"done": 0, "excepted": 0}
            part[0] += 1
            part[1] += tick["done"]
            part[2] += tick["excepted"]
        return [
            Part(name, n, Sum(n * count - excepted, done, excepted))
            for name, (n, done, excepted) in found.items()
        ]

    def _by_item(self) -> tuple[int, dict[int, Any]]:
        if not hasattr(self, "_known"):
            ticks = _ticks(self.day, copy__in=self.copies.order_by().values("pk"))
            ticked = {one["item"]: one for one in ticks.values("item").annotate(**_TICKED)}
            self._known = self.copies.count(), ticked
        return self._known

    @property
    def total(self) -> Sum:
        count, ticked = self._by_item()
        mine = [ticked[one.pk] for one in self.items if one.pk in ticked]
        excepted = sum(one["excepted"] for one in mine)
        done = sum(one["done"] for one in mine)
        return Sum(len(self.items) * count - excepted, done, excepted)

    def areas(self) -> list[tuple[Region, int, Sum]]:
        """How far the units of each area next below are, and of the campaign's own."""
        campaign = self.row.campaign
        depth = campaign.path.count("/")
        per_copy = dict(self.copies.order_by().values_list("pk", "path"))
        ticks = _ticks(self.day, copy__in=self.copies.order_by().values("pk"), item__in=self.items)
        ticked: dict[UUID, Any] = {
            one["copy"]: one for one in ticks.values("copy").annotate(**_TICKED)
        }
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        for pk, path in per_copy.items():
            parts = [int(part) for part in path.split("/") if part]
            into = found[parts[min(depth, len(parts) - 1)]]
            tick = ticked.get(pk) or {"done": 0, "excepted": 0}
            into[0] += 1
            into[1] += tick["done"]
            into[2] += tick["excepted"]
        names = Region.objects.in_bulk(found)
        n = len(self.items)
        rows = [
            (names[pk], count, Sum(n * count - excepted, done, excepted))
            for pk, (count, done, excepted) in found.items()
        ]
        return sorted(rows, key=lambda row: row[0].path)

    def lacking(self) -> QuerySet[ChecklistCopy]:
        """The copies on which one of these items is still open."""
        settled = Count(
            "ticks",
            filter=turns.on_day(self.day, "ticks__") & ~Q(ticks__state=State.OPEN)
            & Q(ticks__item__in=[one.pk for one in self.items]),
        )  # fmt: skip
        return self.copies.annotate(settled=settled).filter(settled__lt=len(self.items))

    def dress(self, rows: Iterable[Any]) -> None:
        """Put beside the copies of a page how far each is, and what is open on it: one statement.

        ``late`` are its turns that are past their day.
        """
        rows = list(rows)
        of = {one.pk: one for one in self.items}
        ticks = _ticks(self.day, copy__in=[one.pk for one in rows], item__in=of)
        states: dict[UUID, dict[int, str]] = defaultdict(dict)
        for copy, item, state in ticks.values_list("copy", "item", "state"):
            states[copy][item] = state
        late = _by(
            ChecklistTurn.objects.filter(
                copy__in=[one.pk for one in rows], case__unsettled=True,
                case__due_on__lt=self.day,
            ),
            "copy",
        )  # fmt: skip
        for one in rows:
            stand = states[one.pk]
            excepted = sum(state == State.NOT_APPLICABLE for state in stand.values())
            done = sum(state == State.DONE for state in stand.values())
            one.sum = Sum(len(of) - excepted, done, excepted)
            one.open_items = [
                item for pk, item in of.items() if stand.get(pk, State.OPEN) == State.OPEN
            ]
            one.late = late.get(one.pk, 0)


def mine(units: Sequence[int], by: Actor, day: date) -> list[Any]:
    """The copies of these units with how far they are: three statements."""
    rows = list(
        copies(by).filter(unit__in=units).select_related("checklist__campaign", "unit")
        .order_by(F("checklist__due_on").asc(nulls_last=True), "-checklist")
    )  # fmt: skip
    lists = {one.checklist_id for one in rows}
    items = _by(ChecklistItem.objects.filter(checklist__in=lists), "checklist")
    ticks = _ticks(day, copy__in=[one.pk for one in rows])
    ticked = {one["copy"]: one for one in ticks.values("copy").annotate(**_TICKED)}
    found: list[Any] = []
    for one in rows:
        shown: Any = one
        shown.sum = _sum(items.get(one.checklist_id, 0), ticked.get(one.pk))
        found.append(shown)
    return found


def holders(unit: int, posts: Iterable[str], today: date) -> dict[str, list[str]]:
    """Who holds these posts at a unit today, by the posts' job titles: one statement."""
    rows = Post.objects.held_on(today).filter(
        unit=unit, title__in={post for post in posts if post}, role__in=BUSINESS_ROLES,
        user__is_active=True,
    )  # fmt: skip
    found: dict[str, list[str]] = defaultdict(list)
    for title, name in rows.order_by("user__name").values_list("title", "user__name"):
        found[title].append(name)
    return found
