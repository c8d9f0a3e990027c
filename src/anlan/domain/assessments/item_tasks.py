"""Reading which campaign tasks items assess."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q

from anlan.base.actor import Actor
from anlan.domain.assessments.models import ItemTask, Scheme, Version
from anlan.domain.assessments.spec import Item
from anlan.domain.campaigns import queries as campaigns
from anlan.domain.campaigns.models import Task
from anlan.kernel.accounts import policy


def of_item(scheme: UUID, item: str) -> Q:
    """Tasks that an item assesses and that stand."""
    linked = ItemTask.objects.filter(scheme=scheme, item=item)
    return Q(pk__in=linked.values("task")) & ~Q(case__state="void")


def counts(scheme: UUID, by: Actor) -> dict[str, int]:
    """By item, how many tasks its page lists to this reader."""
    seen = campaigns.tasks(by).exclude(case__state="void")
    rows = ItemTask.objects.filter(scheme=scheme, task__in=seen.order_by().values("pk"))
    return dict(rows.order_by().values_list("item").annotate(n=Count("pk")))


def items_of(task: Task, by: Actor) -> list[tuple[Scheme, Item]]:
    """The items in force that assess a task, or the task above of which it is a part."""
    seen = policy.permitted(Scheme.objects.filter(withdrawn_at=None), "schemes.view", by)
    linked = ItemTask.objects.filter(
        task__in=[pk for pk in (task.pk, task.parent_id) if pk], scheme__in=seen.values("pk")
    )
    links = linked.select_related("scheme").order_by("scheme__name", "scheme", "item", "pk")
    rows = list(links)
    in_force = Version.objects.filter(
        scheme__in={link.scheme_id for link in rows}, in_force_at__isnull=False
    )
    newest = dict(in_force.order_by("number").values_list("scheme", "pk"))
    specs = {each.scheme_id: each.read for each in in_force.filter(pk__in=newest.values())}
    found: dict[tuple[UUID, str], tuple[Scheme, Item]] = {}
    for link in rows:
        item = specs[link.scheme_id].item(link.item) if link.scheme_id in specs else None
        if item is not None:
            found[link.scheme_id, link.item] = (link.scheme, item)
    return list(found.values())
