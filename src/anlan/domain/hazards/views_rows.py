"""The row of a workbook that told of a hazard, as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anlan.base import sealed
from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.hazards.commands import numbers
from anlan.domain.hazards.models import Hazard, Sighting
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.views_pickers import crumbs_of
from anlan.ui.pages import render_page


@require_GET
@requires("hazard.rows")
def row(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Every cell under its heading; telephone and identity numbers stay closed."""
    found = _of(actor_of(request), "hazard.rows", pk, number)
    return _page(request, found, sealed.quoted(found.raw, found.place))


@require_POST
@requires("hazard.numbers")
def row_numbers(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The same with its numbers opened, on record. Shown in the answer and kept nowhere: opening
    the page again shows them closed."""
    by = actor_of(request)
    found = _of(by, "hazard.numbers", pk, number)
    cells = numbers.show(found, by=by, at=timezone.now())
    return _page(request, found, cells, opened=True)


def _of(by: Actor, permission: str, pk: UUID, number: int) -> Sighting:
    policy.access(Hazard.objects.all(), permission, by, pk, at=timezone.now())
    rows = Sighting.objects.select_related("unit", "batch", "case__area")
    found = rows.filter(case=pk, pk=number).first()
    if found is None:
        raise NotFound
    return found


def _page(
    request: HttpRequest, row: Sighting, cells: Mapping[str, Any], opened: bool = False
) -> HttpResponse:
    """``cells``: by heading; None is closed."""
    closed = not opened and any(map(sealed.is_closed, row.raw.values()))
    may_open = policy.allowed(Hazard, row.case_id, {"hazard.numbers"}, actor_of(request))
    context = {
        "row": row, "case": row.case, "crumbs": crumbs_of(row.case.area),
        "cells": list(cells.items()), "opened": opened, "closed": closed,
        "may_open": closed and bool(may_open),
    }  # fmt: skip
    return render_page(request, "hazards/row.html", "hazards/row.html", context)
