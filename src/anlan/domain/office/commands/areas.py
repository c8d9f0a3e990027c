"""Areas: added, renamed, given another code, merged, transferred, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.domain.office.commands.named import areas_of
from anlan.domain.office.refusals import LevelUnfit
from anlan.kernel.accounts.policy import access
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions.commands import (
    REFORM_SIDES_MAX,
    LevelWrong,
    NewArea,
    Paper,
    ReformUnclear,
)
from anlan.kernel.regions.models import Change, Level, Region

#: What is added by hand: its word, whether GB/T 2260 would list it, and the level it may have.
KINDS: dict[str, tuple[bool, tuple[Level, ...]]] = {
    "开发区": (False, (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)),
    "功能区": (False, (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)),
    "省直管县": (False, (Level.COUNTY,)),
    "兵团师": (False, (Level.PREFECTURE,)),
    "兵团团场": (False, (Level.COUNTY, Level.TOWNSHIP)),
    "村": (True, (Level.VILLAGE,)),
    "社区": (True, (Level.VILLAGE,)),
    "网格": (False, (Level.GRID,)),
}


@dataclass(frozen=True)
class Added:
    """An area to be added under another."""

    kind: str
    name: str
    level: Level
    code: str = ""
    day: date | None = None
    lon: float | None = None
    lat: float | None = None


@transaction.atomic(durable=True)
def add_area(parent: int, area: Added, *, by: Actor, at: datetime) -> Region:
    """Add a zone, a village or a grid below ``parent``."""
    above = access(Region.objects.current(), "area.add", by, parent, at=at)
    is_division, levels = KINDS[area.kind]
    if area.level not in levels:
        raise LevelUnfit(kind=area.kind, level=area.level.label)
    new = NewArea(
        name=area.name,
        parent=above,
        level=area.level,
        code=area.code,
        kind=area.kind,
        is_division=is_division,
        lon=area.lon,
        lat=area.lat,
        source=by.name[:40],
    )
    return regions.add_area(new, day=area.day, by=by, at=at)


@transaction.atomic(durable=True)
def rename_area(pk: int, name: str, *, day: date, paper: Paper, by: Actor, at: datetime) -> Region:
    region = access(Region.objects.current(), "area.change", by, pk, at=at)
    return regions.rename(region, name, day=day, by=by, at=at, paper=paper)


@transaction.atomic(durable=True)
def recode_area(pk: int, code: str, *, day: date, paper: Paper, by: Actor, at: datetime) -> Region:
    region = access(Region.objects.current(), "area.change", by, pk, at=at)
    return regions.recode(region, code, day=day, by=by, at=at, paper=paper)


MERGE_INTO, MERGE_NEW, TRANSFER, ABOLISH = "into", "new", "transfer", "abolish"


@dataclass(frozen=True)
class Reform:
    """What happens to one area, and to those that share its fate.

    kind:     MERGE_INTO an area that stays, MERGE_NEW with others into a new one, TRANSFER under
              another area, or ABOLISH without a successor.
    others:   codes of the areas that end together with it.
    target:   code of the area that takes them in, or under which it comes to stand.
    name, code:  of the new area; for a transfer empty means as before.
    """

    kind: str
    day: date
    paper: Paper
    others: Sequence[str] = ()
    target: str = ""
    name: str = ""
    code: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What a reform would do; nothing of it was kept."""

    #: The areas that end, with what hangs on them: ids, for whoever counts units and cases.
    ending: tuple[Region, ...]
    #: The areas below that move along, by full name before and after.
    moving: tuple[tuple[str, str], ...]
    becomes: tuple[str, ...]


@transaction.atomic(durable=True)
def reform_area(pk: int, reform: Reform, *, by: Actor, at: datetime) -> Region:
    """Carry a reform out; returns the area to look at afterwards."""
    _ending, _successors, shown = _reform(pk, reform, by, at)
    return shown


@transaction.atomic(durable=True)
def rehearse(pk: int, reform: Reform, *, by: Actor, at: datetime) -> Rehearsal:
    """Do all of it and keep nothing, so that a refusal is met before anybody confirms."""
    ending, successors, shown = _reform(pk, reform, by, at)
    heads = {region.pk for region in ending}
    olds = Region.objects.in_bulk([old for old in successors if old not in heads])
    moving = tuple(
        (olds[old].full_name, new.full_name) for old, new in successors.items() if old in olds
    )
    becomes = () if reform.kind == ABOLISH else (shown.full_name,)
    transaction.set_rollback(True)
    return Rehearsal(tuple(ending), moving, becomes)


def _reform(
    pk: int, reform: Reform, by: Actor, at: datetime
) -> tuple[list[Region], dict[int, Region], Region]:
    current = Region.objects.current()
    region = access(current, "area.change", by, pk, at=at)
    if reform.kind == ABOLISH:
        ended = regions.end(region, day=reform.day, by=by, at=at, paper=reform.paper)
        return [ended], {}, ended
    ending = [region, *areas_of(reform.others, "area.change", by, most=REFORM_SIDES_MAX)]
    _apart(ending)
    kind, new = _sides(region, reform, by)
    taker = new if isinstance(new, Region) else new.parent
    if any(taker.path.startswith(each.path) and taker.pk != each.pk for each in ending):
        raise ReformUnclear(reason=_("%(name)s ends together with it") % {"name": taker.name})
    done = regions.reform(kind, ending, [new], day=reform.day, by=by, at=at, paper=reform.paper)
    return ending, done.successors, done.new[0]


def _apart(ending: Sequence[Region]) -> None:
    """What lies inside an area that ends moves along; it can't also end by itself."""
    for each in ending:
        for other in ending:
            if each.pk != other.pk and other.path.startswith(each.path):
                reason = _("%(name)s lies inside %(other)s; leave it out")
                raise ReformUnclear(reason=reason % {"name": other.name, "other": each.name})


def _sides(region: Region, reform: Reform, by: Actor) -> tuple[Change, NewArea | Region]:
    if reform.kind == MERGE_INTO:
        # Who is taken in changes the figures of whoever takes in, so the right is asked of both.
        taker = areas_of([reform.target], "area.change", by, most=REFORM_SIDES_MAX)[0]
        if taker.level > region.level:
            raise LevelWrong(name=region.name, parent=taker.name)
        return Change.MERGE, taker
    if reform.kind == MERGE_NEW:
        assert region.parent is not None  # The nation can't be changed here.
        return Change.MERGE, _new(region, region.parent, reform.name, reform.code)
    parent = areas_of([reform.target], "area.add", by, most=REFORM_SIDES_MAX)[0]
    if parent.pk == region.parent_id:
        raise ReformUnclear(reason=_("%(name)s is above it already") % {"name": parent.name})
    new = _new(region, parent, reform.name or region.name, reform.code or region.code)
    return Change.TRANSFER, new


def _new(region: Region, parent: Region, name: str, code: str) -> NewArea:
    return NewArea(
        name=name,
        parent=parent,
        level=Level(region.level),
        code=code,
        kind=region.kind,
        is_division=region.is_division,
        lon=float(region.lon) if region.lon is not None else None,
        lat=float(region.lat) if region.lat is not None else None,
        source=region.source,
    )
