"""Hazards for programs: the same commands, lists and rights as the pages have.

Every write is a PUT to a request id that the caller chooses: repeating it is safe, and gives the
first answer. A refusal answers {"error": {"code", "message", "data"}} with its own status.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import NotFound, Unreadable
from anlan.domain.hazards import columns, commands, objects, queries
from anlan.domain.hazards.commands import FINDERS, Finding
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy, readers, units
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import UnitUnknown, main_unit
from anlan.kernel.calendar import periods
from anlan.kernel.facts import figures as sums
from anlan.kernel.facts.kinds import declared
from anlan.kernel.loop import seals
from anlan.kernel.loop.models import Event
from anlan.kernel.regions.models import Region
from anlan.kernel.regions.queries import by_code

router = Router(tags=["hazards"])


class HazardOut(Schema):
    id: UUID = Field(alias="pk")
    number: str = Field(alias="case.number")
    kind: str = Field(alias="case.kind")
    state: str = Field(alias="case.state")
    version: int = Field(alias="case.version")
    description: str
    grade: str = Field(alias="case.grade")
    sector: str | None = Field(alias="case.sector_id")
    source: str = Field(alias="case.source")
    area: str = Field(alias="case.area.code")
    enterprise: str | None = Field(alias="enterprise.name", default=None)
    #: What it is about, where that is no enterprise as such: its kind, and what it is known by.
    about: str | None = Field(alias="about.kind", default=None)
    object: str = Field(alias="object_name")
    place: str
    found_on: date = Field(alias="case.opened_on")
    due_on: date | None = Field(alias="case.due_on")
    due_provisional: bool = Field(alias="case.due_provisional")
    settled_on: date | None = Field(alias="case.settled_on")
    closed_on: date | None = Field(alias="case.closed_on")
    listed: bool = Field(alias="case.listed")
    declared: bool = Field(alias="case.declared")


class HazardPage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[HazardOut]
    after: str


class EventOut(Schema):
    seq: int
    step: str
    source_state: str
    target_state: str
    at: datetime
    day: date
    actor: str
    reason: str
    changes: dict[str, Any]


class ListQuery(Schema):
    """The filters of the page's address; all may be left out."""

    q: str = ""
    area: str = ""
    state: str = ""
    grade: str = ""
    sector: str = ""
    source: str = ""
    object: str = ""
    kind: str = ""
    found_from: str = ""
    found_to: str = ""
    due_from: str = ""
    due_to: str = ""
    late: str = ""
    open: str = ""
    listed: str = ""
    after: str = ""


class FindIn(Schema):
    description: str = Field(max_length=TEXT_CHARS_MAX)
    area: str = Field(max_length=20)
    found_on: date
    kind: Literal["hazard", "problem"] = "hazard"
    sector: str | None = None
    grade: Literal["", "ordinary", "major"] = ""
    source: str = "inspection"
    place: str = Field("", max_length=200)
    due_on: date | None = None
    fixed: str = ""
    #: A kind of object, and its fields as the form has them: {"plate": "云A12345"}.
    about: str = Field("enterprise", max_length=20)
    object: dict[str, str] = Field(default_factory=dict)


class StepIn(Schema):
    """``seen`` is the version that was looked at; a newer one is refused with 409."""

    reason: str = Field("", max_length=TEXT_CHARS_MAX)
    seen: int | None = None


class AssignIn(StepIn):
    rectifier: str = Field(max_length=40)
    due_on: date | None = None


class RectifyIn(StepIn):
    result: str = Field(max_length=TEXT_CHARS_MAX)


class CasesOut(Schema):
    ids: list[UUID]


class FigureOut(Schema):
    region: str
    period: str
    kind: str
    labels: dict[str, str]
    value: int | None
    missing: str = ""


class FiguresOut(Schema):
    region: str
    period: str
    as_known_at: datetime
    cells: list[FigureOut]


@router.get("/", response=HazardPage, summary="Hazards that one may see")
def list_hazards(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in asked.dict().items() if value})
    filters = columns.filters(params)
    order = filters.order(columns.ORDERS, "found")
    page = queries.page(actor_of(request), filters, order, params, timezone.localdate())
    return {"items": page.rows, "after": page.after}


@router.get("/figures/{area}/{period}/", response=FiguresOut, summary="Sums of facts of an area")
def figures(
    request: HttpRequest, area: str, period: str, by: str = "", kind: str = ""
) -> dict[str, Any]:
    """``by``: region, sector, month, grade, source, with commas; ``kind``: kinds of fact.

    Whoever answers for some sectors gets the sums of those; another's area isn't there.
    """
    at, region, span = timezone.now(), by_code(area), periods.parse(period)
    sectors = readers.demand(actor_of(request), region, at)
    kinds = [name for name in kind.split(",") if name] or [f"hazard.{name}" for name in USUAL]
    unknown = set(kinds) - declared().keys()
    if unknown:
        raise Unreadable(field="kind", reason=", ".join(sorted(unknown)))
    cells = sums.figures(
        sums.Query(
            kinds=kinds, areas=[region.pk], periods=[span], at=at,
            by=[name for name in by.split(",") if name], where=readers.where_of(sectors),
        )
    )  # fmt: skip
    codes = dict(
        Region.objects.filter(pk__in={cell.area_id for cell in cells}).values_list("pk", "code")
    )
    return {
        "region": region.code, "period": span.code, "as_known_at": at,
        "cells": [
            {"region": codes[cell.area_id], "period": cell.period.code, "kind": cell.kind,
             "labels": dict(cell.labels), "value": cell.value, "missing": cell.missing}
            for cell in cells
        ],
    }  # fmt: skip


#: Kinds that are answered where none are asked for.
USUAL = ("found", "rectified", "closed", "open", "overdue", "listed")


@router.get("/{uuid:pk}/", response=HazardOut, summary="One hazard")
def get_hazard(request: HttpRequest, pk: UUID) -> Hazard:
    rows = Hazard.objects.select_related(*queries.ROW)
    found = policy.access(rows, "hazard.view", actor_of(request), pk)
    seals.demand([found.case])
    return found


@router.get("/{uuid:pk}/events/", response=list[EventOut], summary="Its history, oldest first")
def get_events(request: HttpRequest, pk: UUID) -> list[Event]:
    policy.access(Hazard.objects.all(), "hazard.view", actor_of(request), pk)
    return list(Event.objects.filter(case=pk).order_by("seq"))


@router.put("/{uuid:pk}/finding/{uuid:request_id}/", response=CasesOut, summary="Enter a hazard")
def put_finding(request: HttpRequest, pk: UUID, request_id: UUID, body: FindIn) -> dict[str, Any]:
    """The caller makes the hazard's id, too, so that a phone can name it before it is sent."""
    by = actor_of(request)
    policy.demand(by, "hazard.find")
    about, wrong = objects.read(body.about, body.object)
    for name, reason in wrong.items():
        raise commands.Incomplete(field=name, reason=reason)
    finding = Finding(
        pk=pk, description=body.description, area_id=by_code(body.area).pk,
        unit_id=main_unit(by, FINDERS).pk, opened_on=body.found_on, kind=body.kind,
        sector=body.sector, grade=body.grade, source=body.source, due_on=body.due_on,
        fields={"place": body.place}, fixed=body.fixed, about=about,
    )  # fmt: skip
    done = commands.find([finding], by=by, request_id=request_id, at=timezone.now())
    return {"ids": done}


@router.put("/{uuid:pk}/assignment/{uuid:request_id}/", response=CasesOut, summary="Assign it")
def put_assignment(
    request: HttpRequest, pk: UUID, request_id: UUID, body: AssignIn
) -> dict[str, Any]:
    by = actor_of(request)
    done = commands.assign(
        [pk], rectifier=_unit(body.rectifier, by).pk, due_on=body.due_on, reason=body.reason,
        seen=_seen(pk, body), by=by, request_id=request_id, at=timezone.now(),
    )  # fmt: skip
    return {"ids": done}


def _unit(code: str, by: Actor) -> Unit:
    unit = units.seen(code, by)
    if unit is None:
        raise UnitUnknown(code=code)
    return unit


@router.put("/{uuid:pk}/rectification/{uuid:request_id}/", response=CasesOut,
            summary="Report it rectified")  # fmt: skip
def put_rectification(
    request: HttpRequest, pk: UUID, request_id: UUID, body: RectifyIn
) -> dict[str, Any]:
    done = commands.rectify(
        pk, result=body.result, seen=body.seen, by=actor_of(request), request_id=request_id,
        at=timezone.now(),
    )  # fmt: skip
    return {"ids": done}


#: Steps that take a reason and nothing else, by their place in the address.
PLAIN: dict[str, Callable[..., list[UUID]]] = {
    "verification": commands.verify,
    "return": commands.reject,
    "closing": commands.close,
    "voiding": commands.void,
    "urging": commands.urge,
}


@router.put("/{uuid:pk}/receipt/{uuid:request_id}/", response=CasesOut, summary="Sign for receipt")
def put_receipt(request: HttpRequest, pk: UUID, request_id: UUID) -> dict[str, Any]:
    done = commands.receive([pk], by=actor_of(request), request_id=request_id, at=timezone.now())
    return {"ids": done}


@router.put("/{uuid:pk}/{step}/{uuid:request_id}/", response=CasesOut,
            summary="Verify, return, close, void or urge it")  # fmt: skip
def put_step(
    request: HttpRequest, pk: UUID, step: str, request_id: UUID, body: StepIn
) -> dict[str, Any]:
    """``step`` is verification, return, closing, voiding or urging."""
    command = PLAIN.get(step)
    if command is None:
        raise NotFound
    done = command(
        [pk], reason=body.reason, seen=_seen(pk, body), by=actor_of(request),
        request_id=request_id, at=timezone.now(),
    )  # fmt: skip
    return {"ids": done}


def _seen(pk: UUID, body: StepIn) -> dict[UUID, int] | None:
    return None if body.seen is None else {pk: body.seen}
