"""Reading measures: a list by filter, counts that open to their rows, what stands around one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.models import Item
from anlan.domain.measures.loop import KIND
from anlan.domain.measures.models import Answered, Follows, Kind, Measure, Practice, TakenUp
from anlan.domain.measures.work import ROW
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Case, Event, Party
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region

#: Rows that a page shows of each kind of link.
AROUND_MAX = 200
#: What stands together on a list: states by a word.
GROUPS = {
    "making": ("planned", "drafting", "consulting"), "valid": ("adopted", "in_force"),
    "ended": ("amended", "repealed"),
}  # fmt: skip

PLAIN = {
    "kind": "case__grade", "level": "case__source", "adopted_from": "adopted_on__gte",
    "adopted_to": "adopted_on__lte",
}  # fmt: skip


def visible(by: Actor) -> QuerySet[Measure]:
    return policy.permitted(Measure.objects.all(), "measures.view", by)


def narrowed(rows: QuerySet[Measure], asked: Any, today: date) -> QuerySet[Measure]:
    """A list as its address asks; what was dropped shows only when asked for."""
    where = Q()
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        where &= below(region.path, "case__path") if region else policy.NOTHING
    if code := asked["here"]:
        where &= Q(case__area__code=code)
    for name, column in PLAIN.items():
        if value := asked[name]:
            where &= Q(**{column: value})
    if sector := asked["sector"]:
        where &= Q(sectors__contains=f",{sector},")
    where &= scripts.holding(asked["q"], "title", "number", "text", "problem", "lead__name")
    state = str(asked["state"] or "")
    if state:
        where &= Q(case__state__in=GROUPS.get(state, (state,)))
    else:
        where &= ~Q(case__state="void")
    if plan := uuid_of(asked.values.get("plan")):
        where &= Q(plan=plan)
    if asked["late"]:
        where &= Q(case__unsettled=True, case__due_on__lt=today)
    return rows.filter(where)


def uuid_of(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def counts() -> dict[str, Count]:
    """One figure for each kind and their total; the list shows each as ``?kind=``."""
    found = {kind: Count("pk", filter=Q(case__grade=kind)) for kind in Kind.values}
    return {**found, "total": Count("pk")}


FIGURES = (*Kind.values, "total")


@dataclass
class Around:
    """What the page of a measure shows beside it; problems only as far as ``by`` sees them."""

    answers: list[tuple[Answered, str, str, str]]
    hidden: int
    earlier: list[Follows]
    later: list[Follows]
    taken_up: list[TakenUp]
    parties: list[Party]
    events: list[Event]


def around(measure: Measure, by: Actor) -> Around:
    links = list(
        measure.answers.select_related("hazard__case", "item__case").order_by("pk")[:AROUND_MAX]
    )
    hazards = _seen(Hazard, "hazard.view", [row.hazard_id for row in links], by)
    items = _seen(Item, "lists.view", [row.item_id for row in links], by)
    shown = []
    for row in links:
        if row.hazard and row.hazard_id in hazards:
            shown.append((row, "hazards:page", row.hazard.case.number, row.hazard.description))
        elif row.item and row.item_id in items:
            shown.append((row, "lists:item", row.item.case.number, row.item.title))
    seen = visible(by)
    return Around(
        answers=shown,
        hidden=len(links) - len(shown),
        earlier=list(measure.earlier.filter(earlier__in=seen).select_related("earlier__case")),
        later=list(measure.later.filter(measure__in=seen).select_related("measure__case")),
        taken_up=list(measure.taken_up.select_related("unit").order_by("-day", "-pk")[:AROUND_MAX]),
        parties=list(Party.objects.filter(case=measure.pk, until=None).select_related("unit")),
        events=list(Event.objects.filter(case=measure.pk).order_by("-seq")[:AROUND_MAX]),
    )


def _seen(model: Any, permission: str, pks: list[UUID | None], by: Actor) -> set[UUID]:
    wanted = [pk for pk in pks if pk]
    if not wanted:
        return set()
    rows = policy.permitted(model.objects.filter(pk__in=wanted), permission, by)
    return set(rows.values_list("pk", flat=True))


def of_problem(by: Actor, **problem: UUID) -> list[Measure]:
    """Measures that answer one hazard or listed problem, as far as ``by`` sees them."""
    found = Answered.objects.filter(**problem).values("measure")
    return list(visible(by).filter(pk__in=found).select_related(*ROW).order_by("pk")[:AROUND_MAX])


def problem_by_number(number: str) -> dict[str, UUID]:
    """Which problem a number names: of a hazard or of one on a list; empty where of none."""
    case = Case.objects.filter(number=number.strip().upper()).values("pk", "kind").first()
    if case is None or case["kind"] == KIND:
        return {}
    if case["kind"] == "list_item":
        return {"item": case["pk"]}
    return {"hazard": case["pk"]} if Hazard.objects.filter(pk=case["pk"]).exists() else {}


def by_name(text: str, by: Actor) -> UUID | None:
    """The one measure in force of that number or title; None where there is none, or several."""
    name = text.strip()
    where = Q(number=name) | Q(case__number=name.upper()) | Q(title=name)
    rows = visible(by).filter(where, case__state="in_force").values_list("pk", flat=True)
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def practices(by: Actor) -> QuerySet[Practice]:
    rows = policy.permitted(Practice.objects.all(), "practices.view", by)
    return rows.filter(withdrawn_at=None).select_related("area", "unit")


def narrowed_practices(rows: QuerySet[Practice], asked: Any) -> QuerySet[Practice]:
    rows = rows.filter(scripts.holding(asked["q"], "title", "text"))
    if sector := asked["sector"]:
        rows = rows.filter(sectors__contains=f",{sector},")
    if status := asked["status"]:
        rows = rows.filter(status=status)
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        rows = rows.filter(below(region.path)) if region else rows.none()
    return rows
