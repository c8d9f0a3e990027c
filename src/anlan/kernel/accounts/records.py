"""Settings and papers with a MAC over what they say: what was changed from outside is refused.

A row is sealed when the ORM writes it, and looked at when it is read, once a night, and by
``./anlan check`` (S32). Whoever turns a switch in the database directly is found out at its next
use, and every administrator is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import CLOCK
from anlan.base.refusal import Refusal
from anlan.kernel.accounts.models import Sealed, SealedQuerySet
from anlan.kernel.accounts.seals import SEAL_CHARS_MAX, holds, seal
from anlan.kernel.audit import trail
from anlan.kernel.audit.models import AuditRow

ACT = "accounts.seal_broken"
#: One bent row is told of once in so long, however often it is looked at.
TOLD_EVERY = timedelta(hours=1)
#: Administrators are told while one was found in so long.
ALARM = timedelta(days=1)
ROWS_AT_ONCE = 2_000
#: Offenders that a finding names.
NAMED_MAX = 5


class RecordBent(Refusal):
    """Somebody changed a protected row in the database, past this program."""

    code = "record_bent"
    message = _(
        "A protected record (%(what)s) was changed from outside, so nothing is done with it. "
        "Tell the security administrator; “./anlan check” names every such record."
    )
    status = 503


class RecordQuerySet(SealedQuerySet):
    def update(self, **changes: Any) -> int:
        if set(changes) == {"mac"}:
            return super().update(**changes)
        keys = list(self.values_list("pk", flat=True))
        changed = models.QuerySet.update(self, **changes)
        seal_rows(self.model, self.model.label(), self.model.SEALED, keys)
        return changed


class SealedRecord(Sealed):
    """A row whose words must not change behind our back. ``SEALED`` names them by column."""

    #: Whether reading a bent row refuses at once; else whoever shows it asks ``demand_intact``.
    CHECKED_ON_READ: ClassVar[bool] = True
    mac = models.CharField(
        max_length=SEAL_CHARS_MAX, blank=True, editable=False, default="", db_default=""
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def label(cls) -> str:
        return cls._meta.label_lower

    @classmethod
    def from_db(cls, *args: Any, **more: Any) -> Self:
        row = super().from_db(*args, **more)
        if cls.CHECKED_ON_READ and not row.get_deferred_fields():
            row.demand_intact()
        return row

    def demand_intact(self) -> None:
        """Raises RecordBent, with an alarm, where the row isn't what was sealed."""
        demand(type(self), {**vars(self), "pk": self.pk})


def demand(model: type[Sealed], row: dict[str, Any]) -> None:
    """Raises RecordBent, with an alarm, where values read from the table aren't what was sealed.

    For those who read ``pk``, ``mac`` and the sealed columns without making objects of them.
    """
    label = model._meta.label_lower
    if not holds(row["mac"], label, *values_of(model, tuple(model.SEALED), row)):
        alarm(label, row["pk"])
        raise RecordBent(what=f"{label} {row['pk']}")


def values_of(
    model: type[models.Model], names: tuple[str, ...], row: dict[str, Any]
) -> Iterator[Any]:
    """As they come back from the database: "2024-06-25" is a date there."""
    for name in names:
        field = model._meta.get_field(name)
        assert isinstance(field, models.Field)
        yield field.to_python(row[name])


def seal_rows(
    model: type[models.Model], label: str, names: tuple[str, ...], keys: Collection[Any] | None
) -> int:
    """Give rows the MAC over what stands in the database now; all rows where no keys are named."""
    rows = model._default_manager.order_by("pk")
    found = rows if keys is None else rows.filter(pk__in=list(keys))
    macs = [
        (row["pk"], seal(label, *values_of(model, names, row)))
        for row in found.values("pk", *names)
    ]
    bulk.fill(model, "mac", macs)
    return len(macs)


def sealing(app: str, model: str, *names: str) -> Callable[[Any, Any], None]:
    """For a migration: rows that were there before are sealed as they are found."""

    def seal_all(registry: Any, _editor: Any) -> None:
        seal_rows(registry.get_model(app, model), f"{app}.{model}".lower(), names, None)

    return seal_all


def alarm(label: str, pk: object) -> None:
    """Put a bent row on record, which tells the administrators (``health``)."""
    now = timezone.now()
    told = AuditRow.objects.filter(
        action=ACT, object_type=label, object_id=str(pk), at__gte=now - TOLD_EVERY
    )
    if not told.exists():
        trail.denied(CLOCK, ACT, label, str(pk), "seal_broken", now)


def health(now: datetime) -> list[str]:
    found = AuditRow.objects.filter(action=ACT, at__gte=now - ALARM)
    return ["records_bent"] if found.exists() else []


def sealed_models() -> list[type[Sealed]]:
    """Grants, settings, papers: each table whose rows carry a MAC."""
    return [model for model in apps.get_models() if issubclass(model, Sealed)]


def bent(model: type[Sealed]) -> tuple[int, list[Any]]:
    """How many rows were looked at, and the keys of those that aren't what was sealed."""
    count, found = 0, []
    names = tuple(model.SEALED)
    # Values, not objects: reading an object may refuse, and here all are to be named.
    rows = model._default_manager.order_by("pk").values("pk", "mac", *names)
    for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
        count += 1
        if not holds(row["mac"], model._meta.label_lower, *values_of(model, names, row)):
            found.append(row["pk"])
    return count, found


def invariants(now: datetime) -> Iterator[tuple[str, bool, int, str]]:
    for model in sealed_models():
        count, wrong = bent(model)
        label = model._meta.label_lower
        told = "; ".join(f"{label} {pk}" for pk in wrong[:NAMED_MAX])
        yield f"S32 seals of {label}", not wrong, count, told


def look(now: datetime) -> int:
    """Once a night: every seal, whether anybody used the row or not."""
    wrong = [(model, pk) for model in sealed_models() for pk in bent(model)[1]]
    for model, pk in wrong:
        alarm(model._meta.label_lower, pk)
    return len(wrong)
