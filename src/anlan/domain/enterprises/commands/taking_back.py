"""Taking back what an import told of entries that nobody has worked with since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.domain.enterprises.commands.writing import OBJECT, Work, locked, write
from anlan.domain.enterprises.models import Enterprise, FormerName, Line, SectorChange
from anlan.domain.enterprises.queries import by_names
from anlan.kernel.audit import trail

#: What belongs to an entry itself, and goes with it.
OWN = (FormerName, SectorChange, Line)
_NUMBERS = ("lon", "lat")


@dataclass
class Told:
    """What a batch told of one entry."""

    created: bool = False
    #: The entry's version after the last of it.
    version: int = 0
    #: By column, what it was before the first of it.
    before: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def take_back(batch_id: UUID, pks: Sequence[int], *, by: Actor, at: datetime) -> list[int]:
    """Entries that a batch made are gone, those that it changed are as before.

    Returns those that stay: somebody changed them since, or something was reported of them. Rights
    are the caller's, whose import it was.
    """
    told, entries = _told(batch_id, pks), locked(pks)
    untouched = {pk for pk, row in entries.items() if _is_as_told(row, told[pk])}
    made = {pk for pk in untouched if told[pk].created}
    gone = made - named_elsewhere(made)
    back = [Work(entries[pk], new=False) for pk in sorted(untouched - made)]
    for one in back:
        for name, value in told[one.row.pk].before.items():
            one.set(name, Decimal(value) if name in _NUMBERS and value is not None else value)
    standing = _in_the_way([one.row for one in back])
    back = [one for one in back if one.row.pk not in standing]
    write(back, by=by, at=at)
    for part in bulk.slices([one.row for one in back]):
        # What is a name again is no former one.
        names = [row.plain_name for row in part]
        former = FormerName.objects.filter(enterprise__in=part, plain_name__in=names)
        own = {row.pk: row.plain_name for row in part}
        again = [one.pk for one in former if own[one.enterprise_id] == one.plain_name]
        FormerName.objects.filter(pk__in=again).delete()
    _delete(sorted(gone), entries, by=by, at=at)
    for told_of in bulk.slices(list(pks)):
        Line.objects.filter(batch=batch_id, enterprise__in=told_of).update(version=0)
    return sorted(set(pks) - gone - {one.row.pk for one in back})


def _is_as_told(row: Enterprise, told: Told) -> bool:
    # To propose a merge changes nothing yet, but somebody has looked at the entry.
    return row.version == told.version and row.merge_proposed_into_id is None


def _told(batch_id: UUID, pks: Sequence[int]) -> dict[int, Told]:
    found: dict[int, Told] = defaultdict(Told)
    for part in bulk.slices(list(pks)):
        lines = Line.objects.filter(batch=batch_id, enterprise__in=part, version__gt=0)
        for line in lines.order_by("pk"):
            assert line.enterprise_id is not None
            one = found[line.enterprise_id]
            one.created = one.created or line.outcome == Line.Outcome.CREATED
            one.version = max(one.version, line.version)
            for name, (old, _new) in line.changes.items():
                one.before.setdefault(name, old)
    return found


def _in_the_way(rows: Iterable[Enterprise]) -> set[int]:
    """Of code-less entries those whose name and area another has by now."""
    bare = [row for row in rows if not row.credit_code]
    named = by_names(row.plain_name for row in bare)
    return {
        row.pk
        for row in bare
        for other in named.get(row.plain_name, ())
        if other.pk != row.pk and other.area_id == row.area_id and not other.credit_code
        and other.plain_name == row.plain_name
    }  # fmt: skip


def _delete(pks: Sequence[int], entries: dict[int, Enterprise], *, by: Actor, at: datetime) -> None:
    for part in bulk.slices(pks):
        Line.objects.filter(enterprise__in=part).update(enterprise=None, version=0)
        FormerName.objects.filter(enterprise__in=part).delete()
        SectorChange.objects.filter(enterprise__in=part).delete()
        Enterprise.objects.filter(pk__in=part).delete()
    trail.record(
        [
            trail.Entry(
                "enterprise.withdrawn", OBJECT, str(pk),
                before={"name": entries[pk].name, "credit_code": entries[pk].credit_code},
            )
            for pk in pks
        ],
        by=by, at=at,
    )  # fmt: skip


def named_elsewhere(pks: Iterable[int]) -> set[int]:
    """Entries that something of another app names: a hazard, a unit, an inspection …"""
    found: set[int] = set()
    wanted = sorted(pks)
    for model, column in _naming():
        for part in bulk.slices(wanted):
            rows = model._default_manager.filter(**{f"{column}__in": part}).order_by()
            found.update(rows.values_list(column, flat=True).distinct())
    return found


@cache
def _naming() -> Sequence[tuple[type[Model], str]]:
    """Columns of the whole house that hold an entry's number.

    The kernel knows no enterprises: there such a column is a plain number called ``enterprise_id``.
    """
    found = []
    for model in apps.get_models():
        if model in OWN:
            continue
        for each in model._meta.concrete_fields:
            if each.related_model is Enterprise or each.name == "enterprise_id":
                found.append((model, each.attname))
    return found
