"""Assessment trees: taking members out, and beginning a tree anew with the members it has."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.kernel.audit.trail import Entry, record
from anlan.kernel.regions.models import AssessmentNode, AssessmentTree
from anlan.kernel.regions.refusals import TreeUnfit


@transaction.atomic
def remove(tree: AssessmentTree, region: int, *, by: Actor, at: datetime) -> None:
    """Take a region out of a tree; its head stays, and so does who others stand under."""
    node = tree.nodes.select_for_update(of=("self",)).filter(region=region).first()
    if node is None:
        raise NotFound
    name = node.region.name
    if node.parent is None:
        raise TreeUnfit(name=name, reason=_("it is the head of the tree"))
    if node.children.exists():
        raise TreeUnfit(name=name, reason=_("others stand under it; take them out first"))
    before = {"region": node.region.code, "under": node.parent.region.code}
    node.delete()
    record([Entry("tree.remove", "regions.tree", tree.pk, "ok", "", before, None)], by=by, at=at)


@transaction.atomic
def copy_members(source: AssessmentTree, target: AssessmentTree, *, by: Actor, at: datetime) -> int:
    """Give a new tree of the same head the members of another; a statement for each level."""
    rows = list(source.nodes.select_related("region").order_by("pk"))
    head = target.nodes.get(parent=None)
    placed = {row.pk: head for row in rows if row.parent_id is None}
    left = [row for row in rows if row.parent_id is not None]
    while left:
        now = [row for row in left if row.parent_id in placed]
        assert now, "an assessment tree runs in a circle"
        # An area that ended since stands in the old tree only, and what stood under it moves up.
        kept = [row for row in now if row.region.valid_to is None]
        made = AssessmentNode.objects.bulk_create(
            AssessmentNode(
                tree=target, region=row.region, parent=placed[row.parent_id or 0], sort=row.sort
            )
            for row in kept
        )
        placed |= {row.pk: node for row, node in zip(kept, made, strict=True)}
        placed |= {row.pk: placed[row.parent_id or 0] for row in now if row not in kept}
        left = [row for row in left if row.pk not in placed]
    count = target.nodes.count() - 1
    after = {"from": source.pk, "members": count}
    record([Entry("tree.copy", "regions.tree", target.pk, "ok", "", None, after)], by=by, at=at)
    return count
