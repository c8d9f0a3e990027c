"""Reading problem lists: counts that open to their rows, a list by filter, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.base.refusal import NotAllowed
from anlan.domain.lists.commands import demand_approver
from anlan.domain.lists.loop import ITEM
from anlan.domain.lists.models import Elsewhere, Item, KindVersion, ListKind, Promotion
from anlan.domain.lists.permissions import ANSWERS, LEADS
from anlan.domain.lists.rules import KindRules
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.reach import JUDGES
from anlan.kernel.loop.models import Event, Party, PartyRole
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region

#: Relations that a row of the list shows.
ROW = ("case", "case__area", "case__sector", "kind", "version", "enterprise")
#: Units offered to be told to look for the same.
SUGGESTED_MAX = 40
COUNTED_MAX = 99


def visible(by: Actor) -> QuerySet[Item]:
    return policy.permitted(Item.objects.all(), "lists.view", by)


def kinds(by: Actor) -> QuerySet[ListKind]:
    rows = policy.permitted(ListKind.objects.all(), "listkind.view", by)
    return rows.select_related("unit", "area").order_by("group", "place", "name", "pk")


def usable(by: Actor) -> list[ListKind]:
    """Kinds that take items: in use, and with nothing left open."""
    rows = list(kinds(by).filter(ended_on=None))
    rules = versions(rows)
    return [row for row in rows if not rules[row.pk].rules.gaps]


def versions(rows: Iterable[ListKind]) -> dict[int, KindVersion]:
    """The version in force of each kind, in one statement."""
    wanted = {row.pk: row.version for row in rows}
    found = KindVersion.objects.filter(kind__in=wanted)
    return {one.kind_id: one for one in found if wanted[one.kind_id] == one.version}


def late(today: date) -> Q:
    """Not rectified after the deadline, or a later step not taken after its own."""
    return Q(case__unsettled=True, case__due_on__lt=today, case__suspended_on=None) | Q(
        case__is_open=True, case__unsettled=False, step_due_on__lt=today
    )


def counts(today: date) -> dict[str, Count]:
    """The four figures of a list; each is what the list's own filters show."""
    return {
        "listed": Count("pk"),
        "open": Count("pk", filter=Q(case__is_open=True)),
        "closed": Count("pk", filter=Q(case__state="closed")),
        "late": Count("pk", filter=late(today)),
    }


FIGURES = ("listed", "open", "closed", "late")
#: What opens the rows behind each figure.
OPENS: Mapping[str, str] = {
    "listed": "", "open": "open=1", "closed": "state=closed", "late": "late=1",
}  # fmt: skip


def narrowed(rows: QuerySet[Item], asked: Any, by: Actor, today: date) -> QuerySet[Item]:
    """A list as its address asks."""
    where = Q()
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    if code := asked["here"]:
        where &= Q(case__area__code=code)
    plain = {
        "state": "case__state", "origin": "origin", "sector": "case__sector_id",
        "topic": "topic", "found_from": "case__opened_on__gte", "found_to": "case__opened_on__lte",
        "closed_from": "case__closed_on__gte", "closed_to": "case__closed_on__lte",
    }  # fmt: skip
    for name, column in plain.items():
        if value := asked[name]:
            where &= Q(**{column: value})
    if (kind := str(asked["kind"] or "")).isdecimal() and len(kind) < 19:
        where &= Q(kind_id=int(kind))
    where &= scripts.holding(asked["q"], "title", "description")
    if asked["open"]:
        where &= Q(case__is_open=True)
    if asked["late"]:
        where &= late(today)
    if not asked["state"]:
        where &= ~Q(case__state="void")
    if (code := asked["todo"]) and (heap := {each.code: each for each in heaps(by)}.get(code)):
        rows = policy.permitted(rows, heap.permission, by)
        where &= heap.where
    return rows.filter(where)


# --- what waits for whom -------------------------------------------------------------------


@dataclass(frozen=True)
class Heap:
    """What waits for one step of this person's."""

    code: str
    permission: str
    where: Q


def heaps(by: Actor) -> list[Heap]:
    units = policy.units_of(by, ANSWERS)
    parties = Party.objects.filter(unit__in=units, until=None)
    asked = Elsewhere.objects.filter(unit__in=units, answered_at=None)
    mine = Q(pk__in=parties.filter(role=PartyRole.RECTIFIER).values("case"))
    found = [
        Heap("receive", "lists.receive", Q(
            case__is_open=True, pk__in=parties.filter(received_at=None).values("case"))),
        Heap("rectify", "lists.rectify", Q(case__state="assigned") & mine),
        Heap("elsewhere", "lists.answer", Q(case__is_open=True, pk__in=asked.values("item"))),
        Heap("assign", "lists.assign", Q(case__state="found")),
        Heap("check", "lists.accept", Q(case__state__in=("rectified", "applied"))),
        Heap("judge", "lists.evaluate", Q(case__state="verified")),
        Heap("finish", "lists.close", Q(case__state__in=("evaluated", "analysed"))),
        Heap("track", "lists.track", Q(
            case__is_open=True, check_due_on__lte=policy.today_of(by))),
    ]  # fmt: skip
    return [heap for heap in found if policy.may(by, heap.permission)]


def waiting(by: Actor) -> dict[str, int]:
    """How many wait in each heap, up to "99+"."""
    return {
        heap.code: policy.permitted(Item.objects.all(), heap.permission, by)
        .filter(heap.where)[: COUNTED_MAX + 1]
        .count()
        for heap in heaps(by)
    }


def promotions(by: Actor) -> QuerySet[Promotion]:
    return (
        policy.permitted(Promotion.objects.all(), "promotion.view", by)
        .select_related("hazard__case__area", "kind", "unit", "item")
        .order_by("-proposed_at", "-pk")
    )


def permitted_to_decide(row: Promotion, rules: KindRules, by: Actor) -> bool:
    """Whether the decision is this person's to take."""
    if not policy.permitted(Promotion.objects.filter(pk=row.pk), "promotion.decide", by).exists():
        return False
    try:
        demand_approver(row, rules, by)
    except NotAllowed:
        return False
    return True


def to_decide(by: Actor) -> int:
    rows = policy.permitted(Promotion.objects.all(), "promotion.decide", by)
    rows = rows.filter(status=Promotion.Status.PROPOSED)
    if by.user_id is not None:
        rows = rows.exclude(proposed_by=by.user_id)
    return rows[: COUNTED_MAX + 1].count()


# --- one item ------------------------------------------------------------------------------


@dataclass
class Around:
    """What stands around one item; a constant number of statements."""

    events: list[Event]
    parties: list[Party]
    elsewhere: list[Elsewhere]
    evaluations: list[Any]
    promotion: Promotion | None

    @property
    def silent(self) -> list[Elsewhere]:
        return [row for row in self.elsewhere if row.answered_at is None]


def around(item: Item) -> Around:
    case = item.case
    return Around(
        events=list(Event.objects.filter(case=case).order_by("-seq")),
        parties=list(Party.objects.filter(case=case, until=None).select_related("unit")),
        elsewhere=list(item.elsewhere.select_related("unit").order_by("asked_at", "unit__path")),
        evaluations=list(item.evaluations.filter(round=case.round).order_by("at")),
        promotion=item.promotions.select_related("unit").first(),
    )


def neighbours(item: Item, parties: Iterable[Party], by: Actor) -> list[Unit]:
    """Units that are likely to have the same, as far as ``by`` may tell them: offices under one's
    own, and units of the same kind or place as the one that rectifies."""
    rectifiers = [party.unit for party in parties if party.role == PartyRole.RECTIFIER]
    where = Q(kind=UnitKind.COMMITTEE_OFFICE, parent__in=policy.units_of(by, JUDGES))
    for unit in rectifiers:
        where |= Q(kind=unit.kind, area=unit.area_id)
        if unit.parent_id:
            where |= Q(kind=unit.kind, parent=unit.parent_id)
    rows = policy.permitted(Unit.objects.all(), "lists.tell", by)
    return list(
        rows.filter(where, valid_to=None)
        .exclude(pk__in=[unit.pk for unit in rectifiers])
        .order_by("path", "name")[:SUGGESTED_MAX]
    )


def of_hazard(hazard: UUID, by: Actor) -> list[Promotion]:
    return list(promotions(by).filter(hazard=hazard)[:10])


def may_enter(by: Actor) -> bool:
    return policy.may(by, "lists.enter") and bool(policy.units_of(by, LEADS))


OPEN_STATES = [state for state in ITEM.order if ITEM.is_open(state)]
