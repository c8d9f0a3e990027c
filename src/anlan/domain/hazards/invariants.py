"""What must hold of imports and of the figures over hazards (I5, I1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from anlan.domain.hazards.loop import LOOPS
from anlan.domain.hazards.models import Batch, Hazard, Leftover, Sighting
from anlan.kernel.loop.invariants import figures_are_cases
from anlan.kernel.loop.models import Event

Finding = tuple[str, bool, int, str]


def invariants(now: datetime | None = None) -> Iterator[Finding]:
    yield _rows_add_up()
    yield _sightings_stand()
    listed = {"listed": Q(is_open=True, listed=True)}
    for kind in LOOPS:
        name = f"I5 figures of {kind} are its cases"
        yield figures_are_cases(name, kind, None, now or timezone.now(), listed)


def _rows_add_up() -> Finding:
    """Rows in = created + updated + unchanged + duplicates + ignored + rejected."""
    bad = []
    batches = list(Batch.objects.exclude(status=Batch.Status.PLANNED))
    told = dict(Sighting.objects.order_by().values_list("batch").annotate(n=Count("pk")))
    refused = dict(
        Leftover.objects.filter(rejected=True)
        .order_by()
        .values_list("batch")
        .annotate(n=Count("pk"))
    )
    ignored = dict(
        Leftover.objects.filter(rejected=False)
        .order_by()
        .values_list("batch")
        .annotate(n=Sum(F("last_row") - F("row") + 1))
    )
    for batch in batches:
        rows = batch.created + batch.updated + batch.unchanged + batch.duplicates
        if (
            rows != told.get(batch.pk, 0)
            or batch.rejected != refused.get(batch.pk, 0)
            or batch.ignored != ignored.get(batch.pk, 0)
        ):
            bad.append(str(batch.pk))
    return "I5 imports add up", not bad, len(batches), "; ".join(bad[:5])


def _sightings_stand() -> Finding:
    """Behind each hazard that counts stands a living sighting, or a person who entered it."""
    living = Sighting.objects.filter(case=OuterRef("case"), withdrawn_at=None)
    loose = Hazard.objects.filter(~Exists(living), made_by_hand=False).exclude(case__state="void")
    touched = Event.objects.filter(case=OuterRef("case"), batch_id=None, seq__gt=1)
    bad = loose.filter(~Exists(touched)).values_list("case__number", flat=True)[:5]
    return "I5 hazards stand on sightings", not bad, Hazard.objects.count(), "; ".join(bad)
