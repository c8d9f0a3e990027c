"""Shapes of areas for the maps: public geography, without figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.prepared import Prepared, slot
from anlan.base.refusal import NotFound
from anlan.domain.hazards.overview import Row
from anlan.kernel.accounts.gate import requires
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Boundary, Level, Region

SHAPES_SECONDS = 86_400
#: Beyond this a wish in an address is no code of ours.
_CODE_CHARS_MAX = 40


@require_GET
@requires("hazard.view")
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """Shapes of the areas right below one: public geography, without figures."""
    area = regions.by_code(code[:_CODE_CHARS_MAX])
    if area.level >= Level.TOWNSHIP:
        raise NotFound
    return _kept(regions.shapes(area))


@require_GET
@requires("hazard.view")
def shape(request: HttpRequest, code: str) -> HttpResponse:
    """The shape of one area itself: public geography, without figures."""
    area = regions.by_code(code[:_CODE_CHARS_MAX])
    return _kept(regions.shapes(area, of=[area]))


def _kept(shapes: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(shapes)
    response["Cache-Control"] = f"private, max-age={SHAPES_SECONDS}"
    return response


def note_of(area: Region, rows: Sequence[Row]) -> str | None:
    """What to say under the map: 审图号, or that it is a sketch; and how many shapes are missing.

    None where no part of the area has a shape.
    """
    parts = [row.region for row in rows if not row.own]
    found = _shapes_below.rows(area=area.pk)
    shapes = {pk: (sketch, approval) for pk, sketch, approval in found}
    if not shapes:
        return None
    words = []
    if any(sketch for sketch, _approval in shapes.values()):
        words.append(_("Sketch, no basis for boundaries"))
    words += sorted({approval for _sketch, approval in shapes.values() if approval})
    missing = sum(part.pk not in shapes for part in parts)
    if missing:
        words.append(_("%(n)d without a shape: see the table") % {"n": missing})
    return " · ".join(words)


_shapes_below = Prepared(
    lambda: (
        Boundary.objects.filter(region__parent=slot("area", BigIntegerField()))
        .order_by()
        .values_list("region_id", "is_sketch", "approval_no")
    )
)
