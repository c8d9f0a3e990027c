"""How a sender lays its workbooks out, saved under a name by which its office chooses it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.kernel.accounts.models import Unit
from anlan.kernel.audit import trail

NAME_CHARS_MAX = 40
M = TypeVar("M", bound="SavedMapping")


class SavedMapping(models.Model):
    """``plan`` is what the app's reader holds against the next workbook.

    A batch holds a copy of its own, so that what was read years ago still says by what.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    plan = models.JSONField(default=dict)
    #: Counts up with each change; the audit trail holds what it was before.
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        abstract = True


def of_unit(model: type[M], unit: Unit) -> dict[str, Mapping[str, Any]]:
    """The mappings of an office, by name."""
    rows = model._default_manager.filter(unit=unit).order_by("name")
    return dict(rows.values_list("name", "plan"))


@transaction.atomic
def save(
    model: type[M], name: str, plan: Mapping[str, Any], *, unit: Unit, by: Actor, at: datetime
) -> M:
    """Keep a plan under a name of the office; under one that is there it is the next version."""
    row = model._default_manager.select_for_update().filter(unit=unit, name=name).first()
    before = {"plan": row.plan} if row else None
    row = row or model(unit=unit, name=name, version=0)
    row.plan, row.version, row.made_at, row.made_by = dict(plan), row.version + 1, at, by.name
    row.save()
    entry = trail.Entry(f"{_app(model)}.mapping", _object(model), str(row.pk), before=before,
                        after={"name": name, "version": row.version, "plan": row.plan})  # fmt: skip
    trail.record([entry], by=by, at=at)
    return row


@transaction.atomic
def forget(row: SavedMapping, *, by: Actor, at: datetime) -> None:
    """Take a saved mapping off the list; imports that were read by it keep their copies."""
    entry = trail.Entry(f"{_app(type(row))}.mapping_gone", _object(type(row)), str(row.pk),
                        before={"name": row.name, "plan": row.plan})  # fmt: skip
    row.delete()
    trail.record([entry], by=by, at=at)


def _app(model: type[models.Model]) -> str:
    return model._meta.app_label


def _object(model: type[models.Model]) -> str:
    return f"{_app(model).removesuffix('s')}_mapping"
