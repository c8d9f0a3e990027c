"""The register for programs: the same list, entry and commands as the pages have."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from anlan.base.limits import BATCH_ROWS
from anlan.domain.enterprises import columns, commands
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of
from anlan.kernel.regions.models import Region

router = Router(tags=["enterprises"])


class EnterpriseOut(Schema):
    id: int = Field(alias="pk")
    name: str
    credit_code: str | None
    code_missing: bool
    kind: str
    area: str = Field(alias="area.code")
    industry: str
    sector: str | None = Field(alias="sector_id")
    address: str
    lon: Decimal | None
    lat: Decimal | None
    scale: str
    status: str
    version: int
    updated_at: datetime


class EnterprisePage(Schema):
    """``after`` is the cursor of the next page; empty on the last one."""

    items: list[EnterpriseOut]
    after: str


class EnterpriseIn(Schema):
    """What is left out stays as it is. ``area`` is a division code."""

    name: str = Field(max_length=200)
    area: str = Field(max_length=20)
    credit_code: str = Field("", max_length=40)
    kind: str | None = None
    industry: str | None = None
    sector: str | None = None
    address: str | None = Field(None, max_length=200)
    lon: Decimal | None = None
    lat: Decimal | None = None
    scale: str | None = None


class PutIn(Schema):
    enterprises: list[EnterpriseIn] = Field(max_length=BATCH_ROWS)


class PutOut(Schema):
    outcome: str
    id: int | None
    code: str
    message: str


@router.get("", response=EnterprisePage)
def list_enterprises(
    request: HttpRequest, q: str = "", area: str = "", sector: str = "", after: str = ""
) -> dict[str, Any]:
    """Entries by area and name; the filters are those of the page (``q``, ``area``, ``sector``)."""
    by = actor_of(request)
    policy.demand(by, "enterprise.view")
    rows = policy.permitted(Enterprise.objects.select_related("area"), "enterprise.view", by)
    found = columns.narrowed(rows, columns.filters(request))  # type: ignore[arg-type]
    page = columns.ORDERS[columns.DEFAULT_ORDER].page(found, request.GET)
    # Rows as they are: ninja reads the schema's aliases from the model, and only once.
    return {"items": page.rows, "after": page.after}


@router.get("/{int:pk}", response=EnterpriseOut)
def get_enterprise(request: HttpRequest, pk: int) -> Enterprise:
    rows = Enterprise.objects.select_related("area")
    return policy.access(rows, "enterprise.view", actor_of(request), pk)


@router.put("", response=list[PutOut])
def put_enterprises(request: HttpRequest, body: PutIn) -> list[commands.PutResult]:
    """Make sure that these entries are there as stated. Safe to repeat; each row has its answer.

    An entry is known by its credit code, else by its name within its area.
    """
    by = actor_of(request)
    policy.demand(by, "enterprise.edit")
    wanted = {row.area for row in body.enterprises}
    areas = dict(Region.objects.current().filter(code__in=wanted).values_list("code", "pk"))
    rows = [
        NewEnterprise(
            name=row.name,
            area_id=areas.get(row.area, 0),
            credit_code=row.credit_code,
            kind=row.kind,
            industry=row.industry,
            sector_id=row.sector,
            address=row.address,
            lon=row.lon,
            lat=row.lat,
            scale=row.scale,
        )
        for row in body.enterprises
    ]
    return commands.put_enterprises(rows, by=by, at=timezone.now(), source="api")
