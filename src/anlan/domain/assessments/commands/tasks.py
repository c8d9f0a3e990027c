"""Saying which campaign tasks an item assesses: neither task, nor score, nor any count changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotFound
from anlan.domain.assessments.commands.base import lacks
from anlan.domain.assessments.models import ItemTask, Scheme
from anlan.domain.campaigns.models import Task
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Tasks that one call names, and that an item has.
AT_ONCE_MAX, TASKS_MAX = 100, 500
#: Numbers that one sentence names.
NAMED_MAX = 10


@transaction.atomic(durable=True)
def link_tasks(pk: UUID, item: str, numbers: Sequence[str], **call: Unpack[Call]) -> UUID:
    """Tasks, by their numbers, whose work the item assesses; one that it has already stays."""
    scheme, claim = plain.begin(
        Scheme.objects.filter(withdrawn_at=None), "schemes.edit", pk,
        {"item": item, "numbers": list(numbers)}, **call,
    )  # fmt: skip
    if claim.repeated:
        return pk
    # Two that link at once: the second sees what the first has linked.
    Scheme.objects.select_for_update(of=("self",)).get(pk=pk)
    if not any(version.read.item(item) for version in scheme.versions.all()):
        raise NotFound
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    if not wanted:
        raise lacks("numbers", _("Write the number of a task."))
    if len(wanted) > AT_ONCE_MAX:
        raise lacks("numbers", _("At most %(n)d tasks at a time.") % {"n": AT_ONCE_MAX})
    seen = policy.permitted(Task.objects.exclude(case__state="void"), "tasks.view", claim.by)
    found = dict(seen.filter(case__number__in=wanted).values_list("case__number", "pk"))
    if missing := [number for number in wanted if number not in found]:
        reason = _("There is no task that you may see with the number %(numbers)s.")
        raise lacks("numbers", reason % {"numbers": _named(missing)})
    have = set(scheme.tasks.filter(item=item).values_list("task", flat=True))
    fresh = [found[number] for number in wanted if found[number] not in have]
    if len(have) + len(fresh) > TASKS_MAX:
        raise lacks("numbers", _("An item has at most %(n)d tasks.") % {"n": TASKS_MAX})
    ItemTask.objects.bulk_create(
        ItemTask(scheme=scheme, item=item, task_id=task, made_at=claim.at, made_by=claim.by.name)
        for task in fresh
    )
    claim.record("scheme.link_tasks", "scheme", pk, after={"item": item, "tasks": wanted})
    return claim.done(pk)


@transaction.atomic(durable=True)
def unlink_task(pk: UUID, item: str, task: UUID, **call: Unpack[Call]) -> UUID:
    """The item doesn't assess that task's work."""
    scheme, claim = plain.begin(
        Scheme.objects.filter(withdrawn_at=None), "schemes.edit", pk,
        {"item": item, "task": task}, **call,
    )  # fmt: skip
    if claim.repeated:
        return pk
    gone, _each = scheme.tasks.filter(item=item, task=task).delete()
    if not gone:
        raise NotFound
    claim.record("scheme.unlink_task", "scheme", pk, before={"item": item, "task": str(task)})
    return claim.done(pk)


def _named(numbers: Sequence[str]) -> str:
    """As many as a sentence holds, and how many more there are."""
    said = "、".join(numbers[:NAMED_MAX])
    return said if len(numbers) <= NAMED_MAX else f"{said} … (+{len(numbers) - NAMED_MAX})"
