"""Entries on their way into the database: locked, changed in memory, written with the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import plain
from anlan.domain.enterprises.models import (
    Enterprise,
    EnterpriseQuerySet,
    FormerName,
    SectorChange,
)
from anlan.kernel.accounts.policy import access
from anlan.kernel.audit.trail import Entry, record

T = TypeVar("T")

#: How often a set is looked up again because somebody else made an entry of it meanwhile.
RACE_ATTEMPTS_MAX = 3

OBJECT = "enterprise"
_WRITTEN = (
    "name", "plain_name", "credit_code", "code_missing", "stated_code", "kind", "area", "path",
    "industry", "sector", "regulator", "address", "lon", "lat", "scale", "status", "version",
    "updated_at",
)  # fmt: skip


@dataclass
class Work:
    """One entry of a set on its way into the database."""

    row: Enterprise
    new: bool
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    former: str = ""

    @classmethod
    def made(cls, at: datetime, source: str) -> Self:
        """An entry that isn't in the register yet."""
        row = Enterprise(code_missing=True, source=source, created_at=at, updated_at=at, version=0)
        return cls(row, new=True)

    def set(self, name: str, value: Any) -> None:
        old = getattr(self.row, name)
        if old == value:
            return
        if not self.new:
            self.before.setdefault(name, _plain(old))
        self.after[name] = _plain(value)
        setattr(self.row, name, value)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def with_retries(work: Callable[[], T]) -> T:
    """A unique key that somebody else took first is looked up again, in a new savepoint."""
    for attempt in range(RACE_ATTEMPTS_MAX):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError):
            # A deadlock, where two name the same entries in another order, is such a meeting, too.
            if attempt == RACE_ATTEMPTS_MAX - 1:
                raise
    raise AssertionError  # the loop returns or raises


def locked(pks: Iterable[int]) -> dict[int, Enterprise]:
    return _by_pk(pks, Enterprise.objects.select_for_update())


def unlocked(pks: Iterable[int]) -> dict[int, Enterprise]:
    """The same to be looked at only."""
    return _by_pk(pks, Enterprise.objects.all())


def _by_pk(pks: Iterable[int], rows: EnterpriseQuerySet) -> dict[int, Enterprise]:
    found: dict[int, Enterprise] = {}
    for part in bulk.slices(sorted(pks)):
        found.update({row.pk: row for row in rows.filter(pk__in=part).order_by("pk")})
    return found


def entry_of(pk: int, permission: str, by: Actor) -> Enterprise:
    """The entry, locked; NotFound or NotAllowed where ``by`` may not."""
    access(Enterprise.objects.all(), permission, by, pk)
    return Enterprise.objects.select_for_update().get(pk=pk)


def write(work: Iterable[Work], *, by: Actor, at: datetime, reason: str = "") -> None:
    """New and changed entries, their history and the audit of it: one statement a table."""
    assert transaction.get_connection().in_atomic_block
    today = timezone.localdate(at)
    changed = [one for one in work if one.after]
    for one in changed:
        one.row.updated_at = at
        one.row.version += 1
    _insert([one.row for one in changed if one.new])
    old = [one.row for one in changed if not one.new]
    if old:
        Enterprise.objects.bulk_update(old, _WRITTEN, batch_size=200)
    bulk.insert(
        [
            FormerName(
                enterprise=one.row, name=one.former, plain_name=plain(one.former), until=today
            )
            for one in changed
            if one.former
        ]
    )
    bulk.insert(
        [
            SectorChange(
                enterprise=one.row, sector_id=one.row.sector_id, since=today, reason=reason[:200]
            )
            for one in changed
            if one.after.get("sector_id") or "sector_id" in one.before
        ]
    )
    record(
        [
            Entry(
                "enterprise.created" if one.new else "enterprise.changed",
                OBJECT,
                str(one.row.pk),
                reason=reason,
                before=None if one.new else one.before,
                after=one.after,
            )
            for one in changed
        ],
        by=by,
        at=at,
    )


def _insert(rows: Sequence[Enterprise]) -> None:
    """Add new entries and give each its id, which the database chose."""
    if not rows:
        return
    last = Enterprise.objects.aggregate(last=Max("pk"))["last"] or 0
    # Always in one order: two that wait for each other's keys would deadlock.
    ordered: list[Enterprise] = sorted(rows, key=lambda row: (row.area_id, row.plain_name))
    bulk.insert(ordered)
    # Of entries younger than ``last``, ours are those that have our keys: a key is unique.
    made = Enterprise.objects.filter(pk__gt=last)
    ids = {
        code or (area, name): pk
        for pk, code, area, name in made.values_list("pk", "credit_code", "area", "plain_name")
    }
    for row in rows:
        row.pk = ids[row.credit_code or (row.area_id, row.plain_name)]
        row._state.adding = False
