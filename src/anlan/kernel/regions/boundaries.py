"""Loads shapes from GeoJSON: an office's own approved map (审图号), or a sketch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.audit.trail import Entry, record
from anlan.kernel.regions.models import Boundary
from anlan.kernel.regions.queries import by_codes

FILE_BYTES_MAX = 128 * 1024 * 1024
FEATURES_MAX = 50_000
POINTS_MAX = 200_000
#: What the property with a region's code is called, in order of preference.
CODE_PROPERTIES = ("code", "adcode", "gb", "区划代码", "行政区划代码", "id")
#: Lists around the rings.
_DEPTH = {"Polygon": 1, "MultiPolygon": 2}


class BoundariesUnreadable(Refusal):
    """A file that holds no shapes which could be loaded."""

    code = "boundaries_unreadable"
    message = _(
        "%(file)s can't be loaded: %(reason)s. It must be GeoJSON with a FeatureCollection of "
        "polygons in degrees, and each feature must carry its region's code."
    )


@dataclass(frozen=True)
class BoundariesLoaded:
    loaded: int
    #: Codes that no region holds, and features without a shape, by code.
    unknown: tuple[str, ...]
    without_shape: tuple[str, ...]


def load_file(
    path: Path, *, approval_no: str, source: str, licence: str = "", by: Actor, at: datetime
) -> BoundariesLoaded:
    """Load the shapes in a file; those of regions that had one are replaced.

    approval_no:  审图号 of the map. Without one the shapes are marked as a sketch (示意图).
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise BoundariesUnreadable(file=path.name, reason=_("it is too large"))
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise BoundariesUnreadable(file=path.name, reason=_("it isn't JSON")) from None
    return load(
        data, file=path.name, approval_no=approval_no, source=source, licence=licence, by=by, at=at
    )


@transaction.atomic
def load(
    data: Any,
    *,
    file: str,
    approval_no: str,
    source: str,
    licence: str = "",
    by: Actor,
    at: datetime,
) -> BoundariesLoaded:
    """Load a FeatureCollection in one transaction; see `load_file`."""
    shapes = dict(_features(data, file))
    regions = by_codes(shapes)
    rows = [
        Boundary(
            region=regions[code],
            geometry=json.dumps(geometry, separators=(",", ":")),
            source=(source or file)[:200],
            licence=licence[:60],
            approval_no=approval_no[:40],
            is_sketch=not approval_no,
        )
        for code, geometry in shapes.items()
        if geometry is not None and code in regions
    ]
    Boundary.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["region"],
        update_fields=["geometry", "source", "licence", "approval_no", "is_sketch"],
    )
    done = BoundariesLoaded(
        len(rows),
        tuple(sorted(code for code in shapes if code not in regions)),
        tuple(sorted(code for code, shape in shapes.items() if shape is None)),
    )
    after = {"loaded": done.loaded, "approval_no": approval_no, "source": source}
    entry = Entry("boundaries.load", "regions.boundaries", file[:60], "ok", "", None, after)
    record([entry], by=by, at=at)
    return done


def _features(data: Any, file: str) -> Iterator[tuple[str, Any]]:
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not 0 < len(features) <= FEATURES_MAX:
        raise BoundariesUnreadable(file=file, reason=_("it has no features, or too many"))
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise BoundariesUnreadable(file=file, reason=_("a feature has no properties"))
        code = next((str(properties[key]) for key in CODE_PROPERTIES if properties.get(key)), "")
        if not code:
            continue  # Lines of the national border carry no code.
        geometry = feature.get("geometry")
        if geometry is not None and not _is_shape(geometry):
            raise BoundariesUnreadable(
                file=file, reason=_("feature %(number)s is no polygon") % {"number": number}
            )
        yield code, geometry


def _is_shape(geometry: Any) -> bool:
    """A polygon whose points are degrees; it is drawn by browsers, so nothing else may pass."""
    if not isinstance(geometry, dict) or set(geometry) != {"type", "coordinates"}:
        return False
    depth = _DEPTH.get(geometry["type"])
    if depth is None:
        return False
    level: list[Any] = [geometry["coordinates"]]
    for _step in range(depth):
        if not all(isinstance(part, list) for part in level):
            return False
        level = [inner for part in level for inner in part]
    if not all(isinstance(ring, list) for ring in level):
        return False
    points = [point for ring in level for point in ring]
    return 0 < len(points) <= POINTS_MAX and all(map(_is_point, points))


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(n, int | float) and not isinstance(n, bool) for n in point)
        and -180 <= point[0] <= 180
        and -90 <= point[1] <= 90
    )
