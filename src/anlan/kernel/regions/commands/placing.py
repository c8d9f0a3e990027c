"""Assessment trees: begun, and who stands under whom in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.audit.trail import Entry, record
from anlan.kernel.regions.models import AssessmentNode, AssessmentTree, Region
from anlan.kernel.regions.refusals import TreeUnfit
from anlan.kernel.regions.writing import checked_name


@transaction.atomic
def make_tree(
    name: str, root: Region, *, valid_from: date, by: Actor, at: datetime
) -> AssessmentTree:
    """Begin a tree of who is assessed under whom; one of the same name before it ends."""
    earlier = AssessmentTree.objects.filter(name=name, valid_to=None)
    if earlier.filter(valid_from__gte=valid_from).exists():
        raise TreeUnfit(name=name, reason=_("a later tree of this name is in force"))
    earlier.update(valid_to=valid_from - timedelta(1))
    tree = AssessmentTree.objects.create(name=checked_name(name), valid_from=valid_from)
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
