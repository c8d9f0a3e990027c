"""What each change of a region is made of: the lock, the checks, the rows and their dates.

All run in their caller's transaction; each caller records the region that it changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX, child_path
from anlan.kernel.audit.trail import Entry
from anlan.kernel.regions import pinyin
from anlan.kernel.regions.models import (
    CODE_CHARS_MAX,
    NAME_CHARS_MAX,
    Change,
    Level,
    Lineage,
    Region,
    RegionCode,
    RegionName,
)
from anlan.kernel.regions.refusals import (
    CodeTaken,
    CodeUnreadable,
    DayUnfit,
    LevelWrong,
    NameMissing,
    RegionEnded,
)

_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{1,19}", re.ASCII)


@dataclass(frozen=True)
class NewArea:
    """A region to be made. Without a code it gets one below its parent's (530102-Z1)."""

    name: str
    parent: Region
    level: Level
    code: str = ""
    kind: str = ""
    is_division: bool = True
    lon: float | None = None
    lat: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Paper:
    """What a change is based on."""

    source: str = ""
    doc_no: str = ""


def lock(region: Region) -> Region:
    found = Region.objects.select_for_update().get(pk=region.pk)
    if found.valid_to is not None:
        raise RegionEnded(name=found.name, day=found.valid_to)
    return found


def refuse_unless_fit(region: Region, day: date, at: datetime) -> None:
    """A change takes effect after the region began, and isn't entered before it does."""
    today = timezone.localdate(at)
    first = region.valid_from + timedelta(1) if region.valid_from else date(1949, 10, 1)
    if not first <= day <= today:
        raise DayUnfit(day=day, first=first, last=today)


def checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX:
        raise NameMissing(most=NAME_CHARS_MAX)
    return name


def create(area: NewArea, day: date | None, at: datetime) -> Region:
    parent = area.parent
    name = checked_name(area.name)
    if parent.valid_to is not None:
        raise RegionEnded(name=parent.name, day=parent.valid_to)
    if area.level <= parent.level:
        raise LevelWrong(name=name, parent=parent.name)
    if day is not None and day > timezone.localdate(at):
        today = timezone.localdate(at)
        raise DayUnfit(day=day, first=parent.valid_from or date(1949, 10, 1), last=today)
    code = area.code or _next_code(parent)
    free(code, day)
    initials, full_pinyin = pinyin.of_name(name)
    above = parent.full_name if parent.level > Level.NATION else ""
    region = Region.objects.create(
        code=code,
        name=name,
        full_name=(above + name)[:200],
        level=area.level,
        kind=area.kind,
        parent=parent,
        # The id is part of the path, and only the database knows it.
        path=f"new/{uuid7()}/",
        is_division=area.is_division,
        valid_from=day,
        initials=initials[:80],
        pinyin=full_pinyin[:200],
        lon=None if area.lon is None else str(round(area.lon, 5)),
        lat=None if area.lat is None else str(round(area.lat, 5)),
        source=area.source,
    )
    region.path = child_path(parent.path, region.pk)
    assert len(region.path) <= PATH_CHARS_MAX, region.path
    region.save(update_fields=["path"])
    RegionCode.objects.create(region=region, code=code, valid_from=day)
    RegionName.objects.create(region=region, name=name, valid_from=day)
    return region


def _next_code(parent: Region) -> str:
    stem = f"{parent.code}-Z"
    taken = set(Region.objects.filter(code__startswith=stem).values_list("code", flat=True))
    number = 1 + len(taken)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def free(code: str, day: date | None) -> None:
    """Refuse a code that somebody has; an ended region's last code is free from its end on."""
    if not _CODE.fullmatch(code) or len(code) > CODE_CHARS_MAX:
        raise CodeUnreadable(code=code)
    holders = RegionCode.objects.filter(code=code).select_related("region")
    if day is not None:
        holders = holders.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    else:
        holders = holders.filter(valid_to=None)
    holder = holders.first()
    if holder is not None:
        raise CodeTaken(code=code, name=holder.region.full_name)
    for region in Region.objects.filter(code=code):
        _step_aside(region, region.valid_to or day)


def _step_aside(region: Region, day: date | None) -> None:
    """Take an ended region's code out of the way of whoever has it now."""
    year = day.year if day else 0
    name = f"{region.code[: CODE_CHARS_MAX - 7]}~{year}"
    while Region.objects.filter(code=name).exists():
        name += "~"
    region.code = name
    region.save(update_fields=["code"])


def close(region: Region, day: date) -> None:
    """End a region, its code and its name: ``day`` is the first on which they no longer exist."""
    region.valid_to = day - timedelta(1)
    region.save(update_fields=["valid_to"])
    until(RegionCode.objects.filter(region=region), day)
    until(RegionName.objects.filter(region=region), day)


def until(rows: QuerySet[Any], day: date) -> None:
    """End what is open on the day before; what began that very day never was."""
    still = rows.filter(valid_to=None)
    still.filter(valid_from__gte=day).delete()
    still.update(valid_to=day - timedelta(1))


def trace(
    kind: Change,
    old: Region,
    new: Region | None,
    day: date,
    note: str,
    paper: Paper | None,
    *,
    divisible: bool,
) -> None:
    """Say what became of a region. Figures of one that is divisible count for its successor."""
    paper = paper or Paper()
    Lineage.objects.create(
        old=old,
        new=new,
        kind=kind,
        day=day,
        divisible=divisible,
        note=note[:200],
        source=paper.source[:200],
        doc_no=paper.doc_no[:60],
    )


def facts(region: Region) -> dict[str, Any]:
    """What the audit keeps of a region."""
    return {
        "code": region.code,
        "name": region.full_name,
        "level": region.level,
        "kind": region.kind,
        "parent": region.parent_id,
        "valid_from": region.valid_from,
    }


def entry(
    action: str, region: Region, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Entry:
    return Entry(action, "regions.region", region.pk, "ok", "", before, after)
