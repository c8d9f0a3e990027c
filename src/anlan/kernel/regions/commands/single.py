"""One region: added, called something else, given another code, ended."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.kernel.audit.trail import record
from anlan.kernel.regions import pinyin
from anlan.kernel.regions.models import Change, Region, RegionCode, RegionName
from anlan.kernel.regions.refusals import ChildrenLeft
from anlan.kernel.regions.writing import (
    NewArea,
    Paper,
    checked_name,
    close,
    create,
    entry,
    facts,
    free,
    lock,
    refuse_unless_fit,
    trace,
    until,
)


@transaction.atomic
def add_area(area: NewArea, *, day: date | None = None, by: Actor, at: datetime) -> Region:
    """Add a development zone, a village, a grid, or a division that the tables lack.

    day:  the first day on which it existed, where it is known.
    """
    region = create(area, day, at)
    record([entry("region.add", region, None, facts(region))], by=by, at=at)
    return region


@transaction.atomic
def rename(
    region: Region, name: str, *, day: date, by: Actor, at: datetime, paper: Paper | None = None
) -> Region:
    """Call a region something else from ``day`` on; its id, figures and children stay."""
    region = lock(region)
    refuse_unless_fit(region, day, at)
    before = region.name
    name = checked_name(name)
    if name == before:
        return region
    note = f"{before} → {name}"
    old_full = region.full_name
    region.name = name
    region.full_name = old_full.removesuffix(before) + name
    region.initials, region.pinyin = pinyin.of_name(name)
    region.save(update_fields=["name", "full_name", "initials", "pinyin"])
    _move_full_names(region, old_full)
    until(RegionName.objects.filter(region=region), day)
    RegionName.objects.create(region=region, name=name, valid_from=day)
    trace(Change.RENAME, region, region, day, note, paper, divisible=True)
    record([entry("region.rename", region, {"name": before}, {"name": name})], by=by, at=at)
    return region


@transaction.atomic
def recode(
    region: Region, code: str, *, day: date, by: Actor, at: datetime, paper: Paper | None = None
) -> Region:
    """Give a region another code from ``day`` on; its id and figures stay."""
    region = lock(region)
    refuse_unless_fit(region, day, at)
    before = region.code
    if code == before:
        return region
    free(code, day)
    region.code = code
    region.save(update_fields=["code"])
    until(RegionCode.objects.filter(region=region), day)
    RegionCode.objects.create(region=region, code=code, valid_from=day)
    trace(Change.RECODE, region, region, day, f"{before} → {code}", paper, divisible=True)
    record([entry("region.recode", region, {"code": before}, {"code": code})], by=by, at=at)
    return region


@transaction.atomic
def end(
    region: Region, *, day: date, by: Actor, at: datetime, paper: Paper | None = None
) -> Region:
    """End a region without a successor; ``day`` is the first on which it no longer exists."""
    region = lock(region)
    refuse_unless_fit(region, day, at)
    left = Region.objects.current().filter(parent=region).count()
    if left:
        raise ChildrenLeft(count=left, name=region.name)
    close(region, day)
    trace(Change.ABOLISH, region, None, day, region.name, paper, divisible=False)
    after = {"valid_to": region.valid_to}
    record([entry("region.end", region, {"valid_to": None}, after)], by=by, at=at)
    return region


def _move_full_names(region: Region, old_full: str) -> None:
    inside = Region.objects.filter(below(region.path)).exclude(pk=region.pk)
    inside.filter(full_name__startswith=old_full).update(
        full_name=Concat(Value(region.full_name), Substr(F("full_name"), len(old_full) + 1))
    )
