"""Units: made, renamed, ended, merged, and what they answer for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Unreadable
from anlan.kernel.accounts import policy, sessions, units
from anlan.kernel.accounts.commands.refusals import Taken
from anlan.kernel.accounts.models import (
    Jurisdiction,
    Post,
    Unit,
    UnitKind,
)
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry
from anlan.kernel.regions.models import Region


@dataclass(frozen=True)
class Land:
    """One line of a jurisdiction as it is given: None means every sector, every enterprise."""

    area: Region
    sector: str | None = None
    enterprise_id: int | None = None


@transaction.atomic
def create_unit(
    code: str,
    name: str,
    kind: str,
    area: Region,
    *,
    by: Actor,
    at: datetime,
    parent: Unit | None = None,
    lands: Sequence[Land] = (),
    valid_from: date | None = None,
) -> Unit:
    """Make a unit; without ``lands`` it answers for its own area in every sector.

    No page or list makes an enterprise's this way: ``units.for_enterprise`` does.
    """
    policy.demand(by, "units.edit", at)
    if units.FIRM_CODE.fullmatch(code):
        raise Unreadable(
            field=_("Code"),
            reason=_("codes of E and a number belong to enterprises' units; choose another"),
        )
    if Unit.objects.filter(code=code).exists():
        raise Taken(value=code)
    unit = Unit.objects.create(
        code=code,
        name=name,
        kind=kind,
        area=area,
        path=area.path,
        parent=parent,
        valid_from=valid_from,
    )
    add_lands([(unit, land) for land in (lands or [Land(area)])], valid_from)
    after = {"code": code, "name": name, "kind": kind, "area": area.code}
    trail.record(
        [Entry("accounts.unit_created", "accounts.unit", unit.pk, after=after)], by=by, at=at
    )
    return unit


def add_lands(pairs: Sequence[tuple[Unit, Land]], since: date | None) -> None:
    assert transaction.get_connection().in_atomic_block
    Jurisdiction.objects.bulk_create(
        [
            Jurisdiction(
                unit=unit,
                area=land.area,
                path=land.area.path,
                sector_id=land.sector,
                enterprise_id=land.enterprise_id,
                valid_from=since,
            )
            for unit, land in pairs
        ]
    )


@transaction.atomic
def rename_unit(unit_id: int, name: str, *, by: Actor, at: datetime) -> Unit:
    policy.demand(by, "units.edit", at)
    unit = _unit(unit_id)
    before, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    entry = Entry(
        "accounts.unit_renamed", "accounts.unit", unit.pk,
        before={"name": before}, after={"name": name},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return unit


@transaction.atomic
def set_jurisdictions(
    unit_id: int, lands: Sequence[Land], *, by: Actor, at: datetime
) -> list[Jurisdiction]:
    """Make a unit answer for exactly ``lands`` from today on; what it no longer has is ended."""
    policy.demand(by, "units.grant", at)
    unit = _unit(unit_id)
    if unit.kind == UnitKind.ENTERPRISE and any(land.enterprise_id is None for land in lands):
        raise Unreadable(
            field=_("What the unit answers for"),
            reason=_("an enterprise's unit answers for its enterprise alone, never for an area"),
        )
    today = timezone.localdate(at)
    held = {
        (row.area_id, row.sector_id, row.enterprise_id): row
        for row in unit.jurisdictions.filter(valid_to=None)
    }
    wanted = {(land.area.pk, land.sector, land.enterprise_id): land for land in lands}
    gone = [row for key, row in held.items() if key not in wanted]
    Jurisdiction.objects.filter(pk__in=[row.pk for row in gone]).update(
        valid_to=today - timedelta(days=1)
    )
    add_lands([(unit, land) for key, land in wanted.items() if key not in held], today)
    entry = Entry(
        "accounts.jurisdictions_set",
        "accounts.unit",
        unit.pk,
        before={
            "lands": [
                _land_words(row.area_id, row.sector_id, row.enterprise_id) for row in held.values()
            ]
        },
        after={"lands": [_land_words(*key) for key in wanted]},
    )
    trail.record([entry], by=by, at=at)
    return list(unit.jurisdictions.filter(valid_to=None))


@transaction.atomic
def join_enterprises(numbers: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Units that answer for one of these enterprises answer for all: it is one enterprise.

    Returns how many units now see more. Rights are the caller's, who merges the entries.
    """
    today = timezone.localdate(at)
    rows = Jurisdiction.objects.filter(enterprise_id__in=numbers, valid_to=None)
    held: dict[int, dict[int, Jurisdiction]] = {}
    for row in rows.select_related("unit", "area").order_by("pk"):
        held.setdefault(row.unit_id, {})[row.enterprise_id or 0] = row
    pairs, entries = [], []
    for unit_id, by_number in held.items():
        missing = [number for number in numbers if number not in by_number]
        if not missing:
            continue
        one = next(iter(by_number.values()))
        pairs += [(one.unit, Land(one.area, one.sector_id, number)) for number in missing]
        entries.append(
            Entry(
                "accounts.jurisdictions_set",
                "accounts.unit",
                unit_id,
                after={"lands": [_land_words(one.area_id, one.sector_id, n) for n in missing]},
            )
        )
    add_lands(pairs, today)
    trail.record(entries, by=by, at=at)
    return len(entries)


def _land_words(area_id: int, sector: str | None, enterprise_id: int | None) -> str:
    return f"{area_id}/{sector or '*'}/{enterprise_id or '*'}"


@transaction.atomic
def end_unit(unit_id: int, *, successor: Unit | None, by: Actor, at: datetime) -> Unit:
    """The unit exists until today; its posts end with it, and units below it go to the successor.

    Open cases are above this engine: domain/office ends a unit together with its work.
    """
    policy.demand(by, "units.edit", at)
    unit = _unit(unit_id)
    today = timezone.localdate(at)
    if successor is not None and successor.pk == unit.pk:
        raise Unreadable(field=_("Successor"), reason=_("a unit can't succeed itself"))
    unit.valid_to, unit.successor = today, successor
    unit.save(update_fields=["valid_to", "successor"])
    posts = list(unit.posts.filter(Q(valid_to=None) | Q(valid_to__gt=today)))
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(valid_to=today)
    below = unit.children.filter(valid_to=None)
    moved = below.exclude(pk=successor.pk).update(parent=successor) if successor else 0
    if successor is not None and successor.parent_id == unit.pk:
        Unit.objects.filter(pk=successor.pk).update(parent=unit.parent)
    after = {
        "valid_to": str(today),
        "successor": successor.code if successor else None,
        "children": moved,
    }
    trail.record(
        [Entry("accounts.unit_ended", "accounts.unit", unit.pk, after=after)], by=by, at=at
    )
    sessions.kill({post.user_id for post in posts})
    return unit


@transaction.atomic
def merge_units(
    unit_ids: Sequence[int], *, into: Unit, by: Actor, at: datetime, move_people: bool = True
) -> Unit:
    """机构改革: ``into`` takes over land and, unless told otherwise, people of the merged units."""
    policy.demand(by, "units.edit", at)
    today = timezone.localdate(at)
    tomorrow = today + timedelta(days=1)
    merged = [_unit(unit_id) for unit_id in unit_ids]
    lands = Jurisdiction.objects.filter(unit__in=merged, valid_to=None).select_related("area")
    have = set(
        into.jurisdictions.filter(valid_to=None).values_list(
            "area_id", "sector_id", "enterprise_id"
        )
    )
    new = {
        (row.area_id, row.sector_id, row.enterprise_id): row
        for row in lands
        if (row.area_id, row.sector_id, row.enterprise_id) not in have
        # An enterprise that was once entered as an office hands no area on.
        and (row.enterprise_id or into.kind != UnitKind.ENTERPRISE)
    }
    add_lands(
        [(into, Land(row.area, row.sector_id, row.enterprise_id)) for row in new.values()], tomorrow
    )
    posts = list(Post.objects.filter(unit__in=merged, valid_to=None, deputy_of=None))
    for unit in merged:
        end_unit(unit.pk, successor=into, by=by, at=at)
    if move_people:
        Post.objects.bulk_create(
            [
                Post(
                    user_id=post.user_id,
                    unit=into,
                    role=post.role,
                    title=post.title,
                    valid_from=tomorrow,
                    granted_by_id=post.granted_by_id,
                )
                for post in posts
            ]
        )
    after = {"from": [unit.code for unit in merged], "people": len(posts) if move_people else 0}
    trail.record(
        [Entry("accounts.units_merged", "accounts.unit", into.pk, after=after)], by=by, at=at
    )
    return into


def _unit(unit_id: int) -> Unit:
    unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    return unit
