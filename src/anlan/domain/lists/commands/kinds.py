"""Kinds of lists: taken up from what documents name, made, changed, taken out of use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.lists.models import KindVersion, ListKind
from anlan.domain.lists.permissions import LEADS
from anlan.domain.lists.presets import BY_CODE
from anlan.domain.lists.refusals import Incomplete, KindMovedOn
from anlan.domain.lists.rules import NAME_CHARS_MAX, SIDES_MAX
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.audit import trail


@transaction.atomic(durable=True)
def take_up(code: str, *, by: Actor, at: datetime, unit: Unit | None = None) -> list[int]:
    """Take up what a document names, for the area of one's office. Returns the kinds' ids."""
    policy.demand(by, "listkind.make", at)
    preset = BY_CODE.get(code)
    if preset is None:
        raise NotFound
    owner = unit or main_unit(by, LEADS)
    return [_make(owner, data, by, at, preset.document).pk for data in preset.lists]


@transaction.atomic(durable=True)
def make_kind(
    data: Mapping[str, Any], *, by: Actor, at: datetime, unit: Unit | None = None
) -> ListKind:
    policy.demand(by, "listkind.make", at)
    _check(data)
    return _make(unit or main_unit(by, LEADS), data, by, at, "")


def _make(unit: Unit, data: Mapping[str, Any], by: Actor, at: datetime, reason: str) -> ListKind:
    kind = ListKind.objects.create(
        area_id=unit.area_id, path=unit.path, unit=unit, **_columns(data)
    )
    KindVersion.objects.create(
        kind=kind, version=1, data=dict(data), made_at=at, made_by=by.name, reason=reason
    )
    trail.record(
        [trail.Entry("list_kind.make", "list_kind", kind.pk, after=dict(data))], by=by, at=at
    )
    return kind


@transaction.atomic(durable=True)
def change_kind(
    pk: int, data: Mapping[str, Any], *, version: int, reason: str, by: Actor, at: datetime
) -> ListKind:
    """Put a new version in force for what is listed from now on."""
    _access(pk, by, at)
    _check(data)
    kind = ListKind.objects.select_for_update().get(pk=pk)
    if kind.version != version:
        raise KindMovedOn
    before = KindVersion.objects.get(kind=kind, version=version).data
    # What the form doesn't show stays as it is.
    after = {**before, **data}
    kind.version = version + 1
    for name, value in _columns(after).items():
        setattr(kind, name, value)
    kind.save()
    KindVersion.objects.create(
        kind=kind, version=kind.version, data=after, made_at=at, made_by=by.name,
        reason=reason[:300],
    )  # fmt: skip
    trail.record(
        [trail.Entry("list_kind.change", "list_kind", pk, before=before, after=after,
                     reason=reason)],
        by=by, at=at,
    )  # fmt: skip
    return kind


@transaction.atomic(durable=True)
def end_kind(pk: int, *, ended: bool, by: Actor, at: datetime) -> None:
    """Take a kind out of use, or into it again; what is on it goes on."""
    _access(pk, by, at)
    kind = ListKind.objects.select_for_update().get(pk=pk)
    kind.ended_on = timezone.localdate(at) if ended else None
    kind.save(update_fields=["ended_on"])
    action = "list_kind.end" if ended else "list_kind.reopen"
    trail.record([trail.Entry(action, "list_kind", pk)], by=by, at=at)


def _access(pk: int, by: Actor, at: datetime) -> ListKind:
    return policy.access(ListKind.objects.all(), "listkind.edit", by, pk, at=at)


def _columns(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(data.get("name", ""))[:NAME_CHARS_MAX],
        "group": str(data.get("group", ""))[:NAME_CHARS_MAX],
        "place": int(data.get("place") or 0),
    }


def _check(data: Mapping[str, Any]) -> None:
    if not str(data.get("name", "")).strip():
        raise Incomplete(field="name", reason=_("Give the list its name."))
    sides = list(data.get("sides", ()))
    if len(sides) > SIDES_MAX:
        raise Incomplete(field="sides", reason=_("At most 12 sides can evaluate; leave some out."))
    if len(sides) != len(set(sides)):
        raise Incomplete(field="sides", reason=_("Each side once: two lines are the same."))
