"""Hazards that may be the same as one: offered to a person, who merges them or lets them be.

Near in time and in words, and found at one enterprise, at one place, or a stone's throw away,
whoever reported them. Nothing is ever merged by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import BigIntegerField, DateField
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.prepared import Prepared, slot
from anlan.base.text import plain
from anlan.domain.hazards import search
from anlan.domain.hazards.matching import likeness
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Case

#: Two texts with this share of common bigrams are offered as perhaps the same.
ALIKE_PERCENT = 60
#: Days between two findings that may still be the same.
ALIKE_DAYS = 7
ALIKE_MAX = 5
#: Candidates that are compared by their words; of each way to find them.
COMPARED_MAX = 60
#: A shorter place ("车间") says nothing beyond its enterprise.
PLACE_CHARS_MIN = 4
NEAR_METRES_MAX = 150
#: Of latitude; a degree of longitude is shorter, by its cosine.
METRES_A_DEGREE = 111_320


@dataclass(frozen=True)
class Alike:
    """A hazard that may be the same, and why it is thought so."""

    hazard: Hazard
    why: str | Promise


def alike(hazard: Hazard, by: Actor) -> list[Alike]:
    """The likeliest first; only what ``by`` may see. Each statement starts from an index."""
    wanted = {*_at_enterprise(hazard), *_at_place(hazard), *_near(hazard)} - {hazard.pk}
    if not wanted:
        return []
    day, span = hazard.case.opened_on, timedelta(days=ALIKE_DAYS)
    rows = (
        policy.permitted(Hazard.objects.all(), "hazard.view", by)
        .filter(pk__in=wanted, case__kind=hazard.case.kind)
        .filter(case__opened_on__gte=day - span, case__opened_on__lte=day + span)
        .exclude(case__state="void")
        .select_related("case", "enterprise")
        .order_by("-case__opened_on", "-pk")[:COMPARED_MAX]
    )
    scored = [
        (score, Alike(other, why))
        for other in rows
        if (why := _why(hazard, other))
        and (score := likeness(hazard.description, other.description)) >= ALIKE_PERCENT
    ]
    scored.sort(key=lambda pair: -pair[0])
    return [one for _score, one in scored[:ALIKE_MAX]]


def _at_enterprise(hazard: Hazard) -> list[UUID]:
    if hazard.enterprise_id is None:
        return []
    day, span = hazard.case.opened_on, timedelta(days=ALIKE_DAYS)
    near = _near_in_time.rows(firm=hazard.enterprise_id, first=day - span, last=day + span)
    return [pk for (pk,) in near]


_near_in_time = Prepared(
    lambda: (
        Case.objects.filter(
            enterprise_id=slot("firm", BigIntegerField()),
            opened_on__gte=slot("first", DateField()),
            opened_on__lte=slot("last", DateField()),
        )
        .order_by("-opened_on")
        .values_list("pk")[:COMPARED_MAX]
    )
)


def _at_place(hazard: Hazard) -> list[UUID]:
    """Those whose texts hold the place, or the object; none where that is said of too many."""
    known = plain(hazard.object_name) or plain(hazard.place)
    return list(search.INDEX.hits(known) or ()) if len(known) >= PLACE_CHARS_MIN else []


def _near(hazard: Hazard) -> list[UUID]:
    if hazard.lon is None or hazard.lat is None:
        return []
    up = NEAR_METRES_MAX / METRES_A_DEGREE
    aside = up / math.cos(math.radians(float(hazard.lat)))
    lat, lon = float(hazard.lat), float(hazard.lon)
    near = Hazard.objects.filter(
        lat__gte=lat - up, lat__lte=lat + up, lon__gte=lon - aside, lon__lte=lon + aside
    )
    return list(near.order_by("-pk").values_list("pk", flat=True)[:COMPARED_MAX])


def _why(hazard: Hazard, other: Hazard) -> str:
    if hazard.enterprise_id is not None and hazard.enterprise_id == other.enterprise_id:
        return _("at the same enterprise")
    if hazard.object_name and plain(hazard.object_name) == plain(other.object_name):
        return _("about the same object")
    metres = _metres(hazard, other)
    if metres is not None:
        return _("%(metres)d m away") % {"metres": metres} if metres <= NEAR_METRES_MAX else ""
    place = plain(hazard.place)
    # The same words in another county are another place.
    together = hazard.case.path.startswith(other.case.path) or other.case.path.startswith(
        hazard.case.path
    )
    if len(place) >= PLACE_CHARS_MIN and place == plain(other.place) and together:
        return _("at the same place")
    return ""


def _metres(one: Hazard, other: Hazard) -> int | None:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    up = float(one.lat - other.lat)
    aside = float(one.lon - other.lon) * math.cos(math.radians(float(one.lat)))
    return round(math.hypot(up, aside) * METRES_A_DEGREE)
