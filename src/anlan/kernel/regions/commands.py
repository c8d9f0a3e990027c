"""Everything that changes regions: each command is one transaction and one audit row a region.

A rename or a new code keeps the region's id. A merge, transfer or split makes new regions, ends
the old ones and says who came from whom; their figures stay where they were counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX, below, child_path
from anlan.base.refusal import Refusal
from anlan.kernel.audit.trail import Entry, record
from anlan.kernel.regions import pinyin
from anlan.kernel.regions.models import (
    CODE_CHARS_MAX,
    NAME_CHARS_MAX,
    AssessmentNode,
    AssessmentTree,
    Change,
    Level,
    Lineage,
    Region,
    RegionCode,
    RegionName,
)

#: Regions that one reform may touch: a prefecture with its counties and townships is about 300.
REFORM_REGIONS_MAX = 5_000
#: Regions on either side of one reform.
REFORM_SIDES_MAX = 50
_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{1,19}", re.ASCII)


class CodeTaken(Refusal):
    """Another region holds the code."""

    code = "region_code_taken"
    message = _("The code %(code)s belongs to %(name)s. Choose another code.")
    status = 409


class CodeUnreadable(Refusal):
    """A text that can't be a region's code."""

    code = "region_code_unreadable"
    message = _("“%(code)s” can't be a code. Use 2 to 20 digits, capital letters and hyphens.")


class NameMissing(Refusal):
    """A region without a name, or with one too long."""

    code = "region_name_missing"
    message = _("Enter a name of 1 to %(most)s characters.")


class LevelWrong(Refusal):
    """A region above or beside its own parent."""

    code = "region_level_wrong"
    message = _("%(name)s can't be placed under %(parent)s: its level must be lower.")


class RegionEnded(Refusal):
    """The region no longer exists."""

    code = "region_ended"
    message = _("%(name)s ended on %(day)s. Choose a region that exists.")
    status = 409


class ChildrenLeft(Refusal):
    """A region can't end while others hang on it."""

    code = "region_children_left"
    message = _("%(count)s areas still belong to %(name)s. Say first where they go.")
    status = 409


class DayUnfit(Refusal):
    """A change dated before the region began, or in the future."""

    code = "region_day_unfit"
    message = _("%(day)s doesn't fit: enter a day from %(first)s to %(last)s.")


class ReformUnclear(Refusal):
    """A reform whose sides don't say what happened."""

    code = "region_reform_unclear"
    message = _("This reform can't be recorded: %(reason)s")


class TreeUnfit(Refusal):
    """A place in an assessment tree that can't be."""

    code = "region_tree_unfit"
    message = _("%(name)s can't be placed there: %(reason)s")
    status = 409


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


@dataclass
class Reformed:
    """What a reform made: the regions of the new state, and of the children that moved along."""

    new: list[Region]
    #: Old region id → new region, for everything that ended and has one successor.
    successors: dict[int, Region] = field(default_factory=dict)


# Single regions


@transaction.atomic
def add_area(area: NewArea, *, day: date | None = None, by: Actor, at: datetime) -> Region:
    """Add a development zone, a village, a grid, or a division that the tables lack.

    day:  the first day on which it existed, where it is known.
    """
    region = _create(area, day, at)
    record([_entry("region.add", region, None, _facts(region))], by=by, at=at)
    return region


@transaction.atomic
def rename(
    region: Region, name: str, *, day: date, by: Actor, at: datetime, paper: Paper | None = None
) -> Region:
    """Call a region something else from ``day`` on; its id, figures and children stay."""
    region = _lock(region)
    _fits(region, day, at)
    before = region.name
    name = _name(name)
    if name == before:
        return region
    note = f"{before} → {name}"
    old_full = region.full_name
    region.name = name
    region.full_name = old_full.removesuffix(before) + name
    region.initials, region.pinyin = pinyin.of_name(name)
    region.save(update_fields=["name", "full_name", "initials", "pinyin"])
    _move_full_names(region, old_full)
    _close(RegionName.objects.filter(region=region), day)
    RegionName.objects.create(region=region, name=name, valid_from=day)
    _lineage(Change.RENAME, region, region, day, note, paper, divisible=True)
    record([_entry("region.rename", region, {"name": before}, {"name": name})], by=by, at=at)
    return region


@transaction.atomic
def recode(
    region: Region, code: str, *, day: date, by: Actor, at: datetime, paper: Paper | None = None
) -> Region:
    """Give a region another code from ``day`` on; its id and figures stay."""
    region = _lock(region)
    _fits(region, day, at)
    before = region.code
    if code == before:
        return region
    _free(code, day)
    region.code = code
    region.save(update_fields=["code"])
    _close(RegionCode.objects.filter(region=region), day)
    RegionCode.objects.create(region=region, code=code, valid_from=day)
    _lineage(Change.RECODE, region, region, day, f"{before} → {code}", paper, divisible=True)
    record([_entry("region.recode", region, {"code": before}, {"code": code})], by=by, at=at)
    return region


@transaction.atomic
def end(
    region: Region, *, day: date, by: Actor, at: datetime, paper: Paper | None = None
) -> Region:
    """End a region without a successor; ``day`` is the first on which it no longer exists."""
    region = _lock(region)
    _fits(region, day, at)
    left = Region.objects.current().filter(parent=region).count()
    if left:
        raise ChildrenLeft(count=left, name=region.name)
    _end(region, day)
    _lineage(Change.ABOLISH, region, None, day, region.name, paper, divisible=False)
    after = {"valid_to": region.valid_to}
    record([_entry("region.end", region, {"valid_to": None}, after)], by=by, at=at)
    return region


# Reforms


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
    ending = [_lock(region) for region in old]
    for region in ending:
        _fits(region, day, at)
    children = _children(ending)
    if 2 * (len(children) + len(ending)) > REFORM_REGIONS_MAX:
        raise ReformUnclear(reason=_("it touches more areas than one reform can move"))
    before = {region.pk: region.code for region in (*ending, *children)}
    for region in (*ending, *children):
        _end(region, day)
    coming = [item if isinstance(item, Region) else _create(item, day, at) for item in new]
    done = Reformed(coming)
    heads = _pairs(kind, ending, coming)
    for region, target in heads:
        whole = kind is not Change.SPLIT
        note = f"{region.name} {before[region.pk]} → {target.name} {target.code}"
        _lineage(kind, region, target, day, note, paper, divisible=whole)
        if whole:
            done.successors[region.pk] = target
    _move_children(done, kind, children, coming, children_to, before, day, paper, at)
    entries = [_entry(f"region.{kind}", region, None, {"day": day}) for region in ending]
    entries += [_entry("region.add", region, None, _facts(region)) for region in coming]
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
        moved = _create(area, day, at)
        done.successors[child.pk] = moved
        note = f"{child.name} {area.code}"
        _lineage(Change.TRANSFER, child, moved, day, note, paper, divisible=True)


# Assessment trees


@transaction.atomic
def make_tree(
    name: str, root: Region, *, valid_from: date, by: Actor, at: datetime
) -> AssessmentTree:
    """Begin a tree of who is assessed under whom; one of the same name before it ends."""
    earlier = AssessmentTree.objects.filter(name=name, valid_to=None)
    if earlier.filter(valid_from__gte=valid_from).exists():
        raise TreeUnfit(name=name, reason=_("a later tree of this name is in force"))
    earlier.update(valid_to=valid_from - timedelta(1))
    tree = AssessmentTree.objects.create(name=_name(name), valid_from=valid_from)
    AssessmentNode.objects.create(tree=tree, region=root, parent=None)
    after = {"name": name, "root": root.code, "valid_from": valid_from}
    record([Entry("tree.make", "regions.tree", tree.pk, "ok", "", None, after)], by=by, at=at)
    return tree


@transaction.atomic
def place(
    tree: AssessmentTree,
    regions: Iterable[Region],
    under: Region,
    *,
    by: Actor,
    at: datetime,
) -> list[AssessmentNode]:
    """Place regions under another in a tree; one that stands elsewhere in it moves."""
    nodes = {node.region_id: node for node in tree.nodes.select_for_update()}
    parent = nodes.get(under.pk)
    if parent is None:
        raise TreeUnfit(name=under.name, reason=_("it isn't in the tree itself"))
    by_pk = {node.pk: node for node in nodes.values()}
    entries: list[Entry] = []
    placed: list[AssessmentNode] = []
    for region in regions:
        node = nodes.get(region.pk)
        if region.pk == under.pk or (node and _is_above(node, parent, by_pk)):
            raise TreeUnfit(name=region.name, reason=_("it would stand below itself"))
        before = None
        if node is None:
            node = AssessmentNode.objects.create(tree=tree, region=region, parent=parent)
            nodes[region.pk] = by_pk[node.pk] = node
        else:
            before = {"under": by_pk[node.parent_id].region_id if node.parent_id else None}
            node.parent = parent
            node.save(update_fields=["parent"])
        placed.append(node)
        after = {"region": region.code, "under": under.code}
        entries.append(Entry("tree.place", "regions.tree", tree.pk, "ok", "", before, after))
    record(entries, by=by, at=at)
    return placed


def _is_above(
    node: AssessmentNode, other: AssessmentNode, by_pk: Mapping[int, AssessmentNode]
) -> bool:
    at: AssessmentNode | None = other
    for _step in range(len(by_pk) + 1):
        if at is None:
            return False
        if at.pk == node.pk:
            return True
        at = by_pk[at.parent_id] if at.parent_id else None
    raise AssertionError("an assessment tree runs in a circle")


# Parts


def _lock(region: Region) -> Region:
    found = Region.objects.select_for_update().get(pk=region.pk)
    if found.valid_to is not None:
        raise RegionEnded(name=found.name, day=found.valid_to)
    return found


def _fits(region: Region, day: date, at: datetime) -> None:
    """A change takes effect after the region began, and isn't entered before it does."""
    today = timezone.localdate(at)
    first = region.valid_from + timedelta(1) if region.valid_from else date(1949, 10, 1)
    if not first <= day <= today:
        raise DayUnfit(day=day, first=first, last=today)


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX:
        raise NameMissing(most=NAME_CHARS_MAX)
    return name


def _create(area: NewArea, day: date | None, at: datetime) -> Region:
    parent = area.parent
    name = _name(area.name)
    if parent.valid_to is not None:
        raise RegionEnded(name=parent.name, day=parent.valid_to)
    if area.level <= parent.level:
        raise LevelWrong(name=name, parent=parent.name)
    if day is not None and day > timezone.localdate(at):
        today = timezone.localdate(at)
        raise DayUnfit(day=day, first=parent.valid_from or date(1949, 10, 1), last=today)
    code = area.code or _next_code(parent)
    _free(code, day)
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


def _free(code: str, day: date | None) -> None:
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


def _end(region: Region, day: date) -> None:
    region.valid_to = day - timedelta(1)
    region.save(update_fields=["valid_to"])
    _close(RegionCode.objects.filter(region=region), day)
    _close(RegionName.objects.filter(region=region), day)


def _close(rows: QuerySet[Any], day: date) -> None:
    """End what is open on the day before; what began that very day never was."""
    still = rows.filter(valid_to=None)
    still.filter(valid_from__gte=day).delete()
    still.update(valid_to=day - timedelta(1))


def _move_full_names(region: Region, old_full: str) -> None:
    inside = Region.objects.filter(below(region.path)).exclude(pk=region.pk)
    inside.filter(full_name__startswith=old_full).update(
        full_name=Concat(Value(region.full_name), Substr(F("full_name"), len(old_full) + 1))
    )


def _lineage(
    kind: Change,
    old: Region,
    new: Region | None,
    day: date,
    note: str,
    paper: Paper | None,
    *,
    divisible: bool,
) -> None:
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


def _facts(region: Region) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": region.full_name,
        "level": region.level,
        "kind": region.kind,
        "parent": region.parent_id,
        "valid_from": region.valid_from,
    }


def _entry(
    action: str, region: Region, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Entry:
    return Entry(action, "regions.region", region.pk, "ok", "", before, after)
