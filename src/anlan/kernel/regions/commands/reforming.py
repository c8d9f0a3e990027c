"""Reforms: regions merge, are transferred or split, and what lies below them moves along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.audit.trail import record
from anlan.kernel.regions.models import Change, Level, Region
from anlan.kernel.regions.refusals import ChildrenLeft, ReformUnclear
from anlan.kernel.regions.writing import (
    NewArea,
    Paper,
    close,
    create,
    entry,
    facts,
    lock,
    refuse_unless_fit,
    trace,
)

#: Regions that one reform may touch: a prefecture with its counties and townships is about 300.
REFORM_REGIONS_MAX = 5_000
#: Regions on either side of one reform.
REFORM_SIDES_MAX = 50


@dataclass
class Reformed:
    """What a reform made: the regions of the new state, and of the children that moved along."""

    new: list[Region]
    #: Old region id → new region, for everything that ended and has one successor.
    successors: dict[int, Region] = field(default_factory=dict)


@transaction.atomic
def reform(
    kind: Change,
    old: Sequence[Region],
    new: Sequence[NewArea | Region],
    *,
    day: date,
    children_to: Mapping[int, int] | None = None,
    by: Actor,
    at: datetime,
    paper: Paper | None = None,
) -> Reformed:
    """Merge, transfer or split regions from ``day`` on.

    kind:         MERGE (several old, one new), TRANSFER (each old one to one new), SPLIT (one
                  old, several new).
    old:          the regions that end.
    new:          the regions that come: new ones, or existing ones that take an old one in.
    children_to:  for a split, by the id of each area directly below the old region: the index in
                  ``new`` of the region that it goes to.

    The areas below move along: each gets a new region with its old code and name, so that no
    figure changes its place afterwards. Figures of a merged or transferred region count for its
    successor; those of a split one can't be divided, and say so.
    """
    _sides(kind, old, new)
    ending = [lock(region) for region in old]
    for region in ending:
        refuse_unless_fit(region, day, at)
    children = _children(ending)
    if 2 * (len(children) + len(ending)) > REFORM_REGIONS_MAX:
        raise ReformUnclear(reason=_("it touches more areas than one reform can move"))
    before = {region.pk: region.code for region in (*ending, *children)}
    for region in (*ending, *children):
        close(region, day)
    coming = [item if isinstance(item, Region) else create(item, day, at) for item in new]
    done = Reformed(coming)
    heads = _pairs(kind, ending, coming)
    for region, target in heads:
        whole = kind is not Change.SPLIT
        note = f"{region.name} {before[region.pk]} → {target.name} {target.code}"
        trace(kind, region, target, day, note, paper, divisible=whole)
        if whole:
            done.successors[region.pk] = target
    _move_children(done, kind, children, coming, children_to, before, day, paper, at)
    entries = [entry(f"region.{kind}", region, None, {"day": day}) for region in ending]
    entries += [entry("region.add", region, None, facts(region)) for region in coming]
    record(entries, by=by, at=at)
    return done


def _sides(kind: Change, old: Sequence[Region], new: Sequence[NewArea | Region]) -> None:
    fits = {
        Change.MERGE: len(old) >= 1 and len(new) == 1,
        Change.TRANSFER: len(old) == len(new) >= 1,
        Change.SPLIT: len(old) == 1 and len(new) >= 2,
    }
    if kind not in fits:
        raise ReformUnclear(reason=_("choose merge, transfer or split"))
    if not fits[kind] or max(len(old), len(new)) > REFORM_SIDES_MAX:
        raise ReformUnclear(
            reason=_(
                "a merge has one new area, a transfer as many new as old ones, "
                "a split one old area and several new ones"
            )
        )
    ids = [item.pk for item in (*old, *new) if isinstance(item, Region)]
    if len(set(ids)) < len(ids):
        raise ReformUnclear(reason=_("an area is named twice"))


def _pairs(
    kind: Change, old: Sequence[Region], new: Sequence[Region]
) -> list[tuple[Region, Region]]:
    if kind is Change.MERGE:
        return [(region, new[0]) for region in old]
    if kind is Change.SPLIT:
        return [(old[0], region) for region in new]
    return list(zip(old, new, strict=True))


def _children(regions: Sequence[Region]) -> list[Region]:
    """Everything current below ``regions``, upper levels first."""
    found: dict[int, Region] = {}
    for region in regions:
        rows = Region.objects.current().below(region).exclude(pk=region.pk)
        found |= {child.pk: child for child in rows.select_for_update()}
    return sorted(found.values(), key=lambda child: (len(child.path), child.code))


def _move_children(
    done: Reformed,
    kind: Change,
    children: Sequence[Region],
    coming: Sequence[Region],
    children_to: Mapping[int, int] | None,
    before: Mapping[int, str],
    day: date,
    paper: Paper | None,
    at: datetime,
) -> None:
    for child in children:
        assert child.parent_id is not None  # A child has a parent by the database's word.
        parent = done.successors.get(child.parent_id)
        if parent is None:
            index = (children_to or {}).get(child.pk)
            if kind is not Change.SPLIT or index is None or not 0 <= index < len(coming):
                raise ChildrenLeft(count=1, name=child.name)
            parent = coming[index]
        area = NewArea(
            name=child.name,
            parent=parent,
            level=Level(child.level),
            code=before[child.pk],
            kind=child.kind,
            is_division=child.is_division,
            lon=float(child.lon) if child.lon is not None else None,
            lat=float(child.lat) if child.lat is not None else None,
            source=child.source,
        )
        moved = create(area, day, at)
        done.successors[child.pk] = moved
        note = f"{child.name} {area.code}"
        trace(Change.TRANSFER, child, moved, day, note, paper, divisible=True)
