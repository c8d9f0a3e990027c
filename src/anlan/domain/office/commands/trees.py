"""Assessment trees: begun, begun anew from a day, and who stands where in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anlan.base.actor import Actor
from anlan.domain.office.commands.named import areas_of
from anlan.domain.office.refusals import CodesUnknown, TreeClosed, TreeNameTaken
from anlan.kernel.accounts.policy import access, permitted
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions import trees
from anlan.kernel.regions.models import AssessmentTree, Region

#: Areas that one press of the button places.
PLACED_MAX = 200


@transaction.atomic(durable=True)
def make_tree(name: str, root: int, *, valid_from: date, by: Actor, at: datetime) -> AssessmentTree:
    """Begin a tree whose head is ``root``.

    One of the same name ends by it, so a name that another office's tree has is refused: nobody
    ends a tree that isn't theirs to change.
    """
    region = access(Region.objects.current(), "area.assess", by, root, at=at)
    _own_name(name, by)
    return regions.make_tree(name, region, valid_from=valid_from, by=by, at=at)


@transaction.atomic(durable=True)
def renew(pk: int, *, valid_from: date, by: Actor, at: datetime) -> AssessmentTree:
    """Begin the tree anew from a day, with the members that it has; the old one ends before."""
    tree = _open(pk, by, at)
    root = tree.nodes.select_related("region").get(parent=None).region
    new = regions.make_tree(tree.name, root, valid_from=valid_from, by=by, at=at)
    trees.copy_members(tree, new, by=by, at=at)
    return new


@transaction.atomic(durable=True)
def place(pk: int, codes: Sequence[str], under: int, *, by: Actor, at: datetime) -> int:
    """Place areas under a member; returns how many."""
    tree = _open(pk, by, at)
    if not codes:
        raise CodesUnknown(codes="—")
    areas = areas_of(codes, "area.view", by, most=PLACED_MAX)
    parent = access(Region.objects.all(), "area.view", by, under, at=at)
    return len(regions.place(tree, areas, parent, by=by, at=at))


@transaction.atomic(durable=True)
def remove(pk: int, region: int, *, by: Actor, at: datetime) -> None:
    """Take a member out of the tree; whoever stands under it must go first."""
    tree = _open(pk, by, at)
    trees.remove(tree, region, by=by, at=at)


def _open(pk: int, by: Actor, at: datetime) -> AssessmentTree:
    tree = access(AssessmentTree.objects.all(), "tree.edit", by, pk, at=at)
    if tree.valid_to is not None:
        raise TreeClosed(day=tree.valid_to)
    return tree


def _own_name(name: str, by: Actor) -> None:
    named = AssessmentTree.objects.filter(name=name.strip(), valid_to=None)
    theirs = named.exclude(pk__in=permitted(named, "tree.edit", by).values("pk"))
    if theirs.exists():
        raise TreeNameTaken(name=name.strip())
