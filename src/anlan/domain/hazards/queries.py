"""Reading hazards: lists by filter, one hazard with all that stands around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Value

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.enterprises import queries as enterprises
from anlan.domain.enterprises.models import ObjectKind
from anlan.domain.hazards import search
from anlan.domain.hazards.alike import Alike, alike
from anlan.domain.hazards.models import Hazard, HazardObject, HazardQuerySet, Sighting
from anlan.kernel.accounts import policy
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Event, Extension, Listing, Party, Proposal
from anlan.kernel.regions.models import Region


def visible(by: Actor) -> HazardQuerySet:
    rows: HazardQuerySet = policy.permitted(Hazard.objects.all(), "hazard.view", by)  # type: ignore[assignment]
    return rows


def narrowed(hazards: HazardQuerySet, asked: Any, today: date) -> HazardQuerySet:
    """A list as its address asks: ``asked`` is ui.lists.Filters or any mapping with a get.

    The names are those of the figures, so that each figure's link shows just what it counted.
    """
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        hazards = hazards.filter(below(region.path, "case__path")) if region else hazards.none()
    plain = {
        "state": "case__state", "grade": "case__grade", "source": "case__source",
        "sector": "case__sector_id", "batch": "case__batch_id",
        "found_from": "case__opened_on__gte",
        "found_to": "case__opened_on__lte", "due_from": "case__due_on__gte",
        "due_to": "case__due_on__lte", "closed_from": "case__closed_on__gte",
        "closed_to": "case__closed_on__lte", "settled_from": "case__settled_on__gte",
        "settled_to": "case__settled_on__lte",
    }  # fmt: skip
    hazards = hazards.filter(case__kind=asked["kind"] or "hazard")
    for name, column in plain.items():
        if (value := asked[name]) not in (None, "") and (name, value) != ("sector", "none"):
            hazards = hazards.filter(**{column: value})
    if (firm := str(asked["enterprise"] or "")) != "":
        hazards = hazards.filter(enterprise_id__in=_family(firm))
    if asked["sector"] == "none":
        hazards = hazards.filter(case__sector=None)
    if asked["open"]:
        hazards = hazards.filter(case__is_open=True)
    if asked["late"]:
        hazards = hazards.filter(
            case__unsettled=True, case__due_on__lt=today, case__suspended_on=None
        )
    if asked["listed"]:
        hazards = hazards.filter(case__listed=True, case__is_open=True)
    if kind := asked["object"]:
        hazards = _about(hazards, kind)
    if not asked["state"]:
        hazards = hazards.exclude(case__state="void")
    if text := asked["q"]:
        hazards = search.find(hazards, text)
    return hazards


def _about(hazards: HazardQuerySet, kind: str) -> HazardQuerySet:
    """Those that are about objects of a kind; an enterprise as such has no record of its own."""
    if kind == ObjectKind.ENTERPRISE:
        return hazards.filter(object_row=None).exclude(enterprise=None)
    return hazards.filter(pk__in=HazardObject.objects.filter(kind=kind).values("pk"))


#: Relations that a row of the list shows.
ROW = ("case", "case__area", "case__sector", "case__unit", "enterprise", "object_row")


def may_all(pk: UUID, permissions: Iterable[str], by: Actor) -> set[str]:
    """Which of the permissions a person has on one hazard: one statement for all of them."""
    named = {permission.replace(".", "__x__"): permission for permission in permissions}
    rules = {}
    for alias, permission in named.items():
        rule = policy.rule_of(permission, by)
        if policy.is_nothing(rule):
            continue
        rules[alias] = (
            Value(True, BooleanField())
            if by.trusted
            else ExpressionWrapper(rule, output_field=BooleanField())
        )
    if not rules:
        return set()
    row = Hazard.objects.filter(pk=pk).annotate(**rules).values(*rules).first() or {}
    return {named[alias] for alias, true in row.items() if true}


@dataclass
class Around:
    """What stands around one hazard."""

    events: list[Event]
    parties: list[Party]
    sightings: list[Sighting]
    extensions: list[Extension]
    listings: list[Listing]
    proposals: list[Proposal]
    reviews: list[Party]
    alike: list[Alike]


def around(hazard: Hazard, by: Actor) -> Around:
    """The history and relations of a hazard; the number of statements is constant."""
    case = hazard.case
    return Around(
        events=list(Event.objects.filter(case=case).order_by("-seq")),
        parties=list(Party.objects.filter(case=case, until=None).select_related("unit")),
        sightings=list(
            Sighting.objects.filter(case=case).select_related("batch", "unit").order_by("pk")[:20]
        ),
        extensions=list(Extension.objects.filter(case=case).order_by("-asked_at")),
        listings=list(Listing.objects.filter(case=case).select_related("supervisor")),
        proposals=list(Proposal.objects.filter(case=case).order_by("rung")),
        reviews=loop.pending_reviews(machines()[case.kind], case),
        alike=alike(hazard, by),
    )


def _family(firm: str) -> list[int]:
    """An enterprise by its number, with all that were merged into it: it is one firm now."""
    return enterprises.family(int(firm)) if firm.isdecimal() and len(firm) < 18 else []
