"""A hazard's own rows beside its case: texts, what it is about, what search finds it by.

Each function runs in its caller's transaction; the step that calls it is on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import search
from anlan.domain.hazards.loop import ENTERPRISES_FOUND, HAZARD
from anlan.domain.hazards.models import Hazard, HazardObject
from anlan.domain.hazards.objects import About
from anlan.domain.hazards.refusals import Incomplete
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop.models import Case
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared

#: Columns of Hazard that a person may change.
AMENDABLE = (
    "description",
    "category",
    "object_name",
    "place",
    "lon",
    "lat",
    "found_by",
    "measure",
    "responsible_unit",
    "responsible_person",
    "funds",
    "contingency",
    "result",
    "verifier",
    "remarks",
)


def put_records(
    rows: Sequence[tuple[Case, str, Mapping[str, Any], int | None]], *, by_hand: bool, at: datetime
) -> None:
    """Write the domain records of new cases, what search needs, and each enterprise's first."""
    hazards = [
        bulk.make(
            Hazard,
            case_id=case.pk,
            description=description,
            enterprise_id=enterprise,
            made_by_hand=by_hand,
            **fields,
        )
        for case, description, fields, enterprise in rows
    ]
    bulk.insert(hazards)
    index(hazards)
    ledger.post(
        [
            NewFact(
                kind=ENTERPRISES_FOUND.code,
                labels={},
                area_id=case.area_id,
                day=case.opened_on,
                quantity=1,
                case_id=case.pk,
                unit_id=case.unit_id,
                subject=f"enterprise:{enterprise}",
            )
            for case, _d, _f, enterprise in rows
            if enterprise and case.kind == HAZARD.kind
        ],
        at=at,
        batch_id=rows[0][0].batch_id if rows else None,
    )


def index(hazards: Sequence[Hazard]) -> None:
    """Make hazards findable by their texts and their enterprises' names."""
    wanted = {hazard.enterprise_id for hazard in hazards if hazard.enterprise_id}
    names = dict(Enterprise.objects.filter(pk__in=wanted).values_list("pk", "name"))
    search.index((hazard, names.get(hazard.enterprise_id or 0, "")) for hazard in hazards)


def put_objects(rows: Mapping[UUID, About | None]) -> None:
    """Write down what hazards are about; a new record takes the place of an older one."""
    assert transaction.get_connection().in_atomic_block
    HazardObject.objects.filter(hazard__in=list(rows)).delete()
    HazardObject.objects.bulk_create(
        HazardObject(hazard_id=pk, **vars(about)) for pk, about in rows.items() if about
    )


def set_fields(hazard: Hazard, fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set columns and give back what changed. A name that isn't amendable is the caller's slip."""
    assert transaction.get_connection().in_atomic_block
    diff = {}
    for name, value in fields.items():
        assert name in AMENDABLE, name
        limit = getattr(Hazard._meta.get_field(name), "max_length", None) or TEXT_CHARS_MAX
        if isinstance(value, str) and len(value) > limit:
            reason = _("Shorten the text to %(limit)s characters.") % {"limit": limit}
            raise Incomplete(field=name, reason=reason)
        before = getattr(hazard, name)
        if before != value:
            diff[name] = [_told(before), _told(value)]
            setattr(hazard, name, value)
    if diff:
        bulk.update(hazard, diff)
    if not diff.keys().isdisjoint(search.SEARCHED):
        index([hazard])
    return diff


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def attach(photos: Sequence[Prepared], pk: UUID, role: str, by: Actor, at: datetime) -> None:
    for photo in photos:
        attachments.attach(photo, "hazard", pk, role, by=by, at=at)
