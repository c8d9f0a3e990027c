"""Where a hazard lies on a map: its point, and the shape of the area around it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BigIntegerField
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.paths import ancestors
from anlan.base.prepared import Prepared
from anlan.base.statements import among, filled
from anlan.domain.hazards.models import Hazard
from anlan.kernel.regions.models import Boundary, Region
from anlan.kernel.regions.queries import DEPTH_MAX
from anlan.ui.charts import AreaMap, Pin


@dataclass(frozen=True)
class Spot:
    """The map, where there is anything to draw, and what is known in words."""

    map: AreaMap | None
    words: str


def around(area: Region) -> Boundary | None:
    """The shape of the area, else of the smallest area around it that has one: one statement."""
    shapes = _shape.rows(**filled("area", ancestors(area.path), DEPTH_MAX, -1))
    return shapes[0] if shapes else None


_shape = Prepared(
    lambda: (
        Boundary.objects.filter(among("region", "area", DEPTH_MAX, BigIntegerField()))
        .select_related("region")
        .defer("geometry")
        .order_by("-region__level")[:1]
    )
)


def spot(hazard: Hazard, *, may_mend: bool) -> Spot:
    """What the hazard's page draws; a click chooses the point for those who may mend it."""
    shape = around(hazard.case.area)
    pins = []
    words = []
    if hazard.lon is not None and hazard.lat is not None:
        label = hazard.place or hazard.object_name or hazard.case.number
        pins.append(Pin(float(hazard.lon), float(hazard.lat), label))
        words.append(
            _("Longitude %(lon)s, latitude %(lat)s.") % {"lon": hazard.lon, "lat": hazard.lat}
        )
    elif may_mend:
        words.append(
            _("No point yet: choose it on the map, or enter its degrees.")
            if shape
            else _("No point yet, and no shape of the area is loaded: enter its degrees.")
        )
    else:
        words.append(_("No point was given."))
    if not shape and not pins:
        return Spot(None, words[0])
    if shape and shape.region_id != hazard.case.area_id:
        words.append(_("Shown is %(area)s, the smallest area around it that has a shape.")
                     % {"area": shape.region.name})  # fmt: skip
    note = ""
    if shape:
        note = shape.approval_no or _("Sketch, no basis for boundaries")
    return Spot(
        AreaMap(
            _("Where it is"),
            reverse("overview:shape", args=[shape.region.code]) if shape else "",
            (), note=note, pins=pins, choose=("lon", "lat") if may_mend else None,
        ),
        " ".join(words),
    )  # fmt: skip
