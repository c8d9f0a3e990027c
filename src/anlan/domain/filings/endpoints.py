"""Filings for programs: what is asked, what the ledger says, and what a unit declares.

Every write is a PUT to a request id that the caller chooses: repeating it is safe.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from anlan.domain.filings import checking, columns, commands, entering, figuring, queries
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Entry, Filing
from anlan.domain.filings.vague import Bounds
from anlan.domain.filings.work import ROW
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of

router = Router(tags=["filings"])


class FilingOut(Schema):
    id: UUID = Field(alias="pk")
    number: str = Field(alias="case.number")
    state: str = Field(alias="case.state")
    version: int = Field(alias="case.version")
    form: UUID = Field(alias="form_id")
    title: str = Field(alias="form.title")
    unit: str = Field(alias="unit.code")
    area: str = Field(alias="case.area.code")
    period: str = Field(alias="code")
    due_on: date | None = Field(alias="case.due_on")
    first_on: date | None
    kind: str


class FilingPage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[FilingOut]
    after: str


class CellOut(Schema):
    """One cell: what it asks, and what stands in it in its smallest unit."""

    key: str
    label: str
    unit: str
    mode: str
    #: Whether this unit types it.
    typed: bool
    digits: int
    value: int | None
    #: Of an amount told as bounds, what was said and its ends; of a text cell, the text.
    said: str
    low: int | None
    high: int | None
    not_applicable: bool
    missing: str


class SheetOut(Schema):
    """A filing with its cells: as submitted where something stands, else as the ledger is now."""

    filing: FilingOut
    submitted: bool
    draft_seq: int
    cells: list[CellOut]


class ListQuery(Schema):
    """The filters of the page's address; all may be left out."""

    q: str = ""
    form: str = ""
    period: str = ""
    area: str = ""
    stands: str = ""
    mine: str = ""
    after: str = ""


class ValuesIn(Schema):
    """By cell a number as it is written, or "NA"; lists as rows of day, subject, what."""

    values: dict[str, str | int | float] = Field(default_factory=dict, max_length=2_000)
    lists: dict[str, list[list[str]]] = Field(default_factory=dict, max_length=50)
    reasons: dict[str, str] = Field(default_factory=dict, max_length=200)
    seen: int | None = None
    #: The draft that these were written over; refused where a colleague kept another since.
    draft_seq: int | None = None


class NilIn(Schema):
    note: str = Field("", max_length=500)
    seen: int | None = None


class IdsOut(Schema):
    ids: list[UUID]


def _rows() -> Any:
    return Filing.objects.select_related(*ROW, "asked", "unit__area", "form__unit")


@router.get("/", response=FilingPage, summary="Filings that one may see")
def list_filings(request: HttpRequest, asked: Query[ListQuery]) -> dict[str, Any]:
    by = actor_of(request)
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in asked.dict().items() if value})
    filters = columns.filters(params, columns.form_choices(queries.forms(by)))
    rows = queries.narrowed(queries.filings(by), filters, timezone.localdate()).select_related(*ROW)
    page: Any = columns.ORDERS["due"].page(rows, params)
    return {"items": page.rows, "after": page.after or ""}


@router.get("/{uuid:pk}", response=SheetOut, summary="One filing with its cells")
def get_filing(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    by, at = actor_of(request), timezone.now()
    row = policy.access(_rows(), "filings.view", by, pk)
    asked = Asked.of(row)
    entry = row.entries.filter(status__in=Entry.STANDING).first()
    if entry is not None:
        shown = figuring.entry_shown(asked, entry, at)
    else:
        shown = figuring.shown(asked, {}, at=at, judged=False)
    own = asked.typed
    cells = [
        {
            "key": key, "label": place.label, "unit": place.row.unit, "mode": place.cell.mode,
            "typed": key in own or place.cell.mode == "text", "digits": asked.digits[key],
            "value": value if isinstance(value := shown.values.get(key), int) else None,
            "said": entering.text_of(value, 0) if isinstance(value, dict) else "",
            "low": bounds.low if (bounds := Bounds.of(value)) else None,
            "high": bounds.high if bounds else None,
            "not_applicable": value in (checking.NA, checking.OVER_ZERO),
            "missing": checking.OVER_ZERO if value == checking.OVER_ZERO
            else shown.missing.get(key, ""),
        }
        for key, place in asked.known.items()
    ]  # fmt: skip
    return {"filing": row, "submitted": entry is not None, "draft_seq": row.draft_seq,
            "cells": cells}  # fmt: skip


def _given(body: ValuesIn) -> dict[str, Any]:
    return {"values": body.values, "lists": body.lists, "reasons": body.reasons,
            "seq": body.draft_seq}  # fmt: skip


@router.put("/{uuid:pk}/draft/{uuid:request_id}", response=IdsOut, summary="Keep a draft")
def put_draft(request: HttpRequest, pk: UUID, request_id: UUID, body: ValuesIn) -> dict[str, Any]:
    by, at = actor_of(request), timezone.now()
    commands.save(pk, **_given(body), by=by, at=at, request_id=request_id)
    return {"ids": [pk]}


@router.put("/{uuid:pk}/submission/{uuid:request_id}", response=IdsOut, summary="Submit a filing")
def put_submission(
    request: HttpRequest, pk: UUID, request_id: UUID, body: ValuesIn
) -> dict[str, Any]:
    """Every cell that the unit types must be there; what is wrong is told cell by cell."""
    by, at = actor_of(request), timezone.now()
    found = commands.submit(
        pk, **_given(body), seen=body.seen, by=by, at=at, request_id=request_id
    )  # fmt: skip
    return {"ids": found}


@router.put("/{uuid:pk}/nil/{uuid:request_id}", response=IdsOut, summary="File a nil report")
def put_nil(request: HttpRequest, pk: UUID, request_id: UUID, body: NilIn) -> dict[str, Any]:
    by, at = actor_of(request), timezone.now()
    found = commands.file_nil(
        pk, note=body.note, seen=body.seen, by=by, at=at, request_id=request_id
    )  # fmt: skip
    return {"ids": found}
