"""The frame of every command on one item: let the person in, claim the request, lock the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anlan.base.actor import Actor
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import MovedOn
from anlan.domain.lists.loop import ITEM
from anlan.domain.lists.models import Item
from anlan.domain.lists.refusals import Incomplete, StepNotNext
from anlan.domain.lists.rules import TAKEN, KindRules
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.models import Case


@dataclass
class Work:
    """One item, let in and locked."""

    item: Item
    case: Case
    by: Actor
    at: datetime
    request_id: UUID

    @property
    def rules(self) -> KindRules:
        return self.item.rules

    @property
    def common(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at, "request_id": self.request_id}

    def take(
        self,
        step: str,
        changes: Mapping[str, Any] | None = None,
        *,
        reason: str = "",
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        move = Move(self.case, dict(fields or {}), dict(changes or {}))
        engine.take(ITEM, step, [move], reason=reason, **self.common)

    def take_next(self, wanted: str, changes: Mapping[str, Any], *, reason: str = "") -> None:
        """Take one of the six steps if it is its turn; then the deadline of the next one runs."""
        if self.rules.following(self.case.state) != wanted:
            raise StepNotNext(number=self.case.number, step=self.rules.step_name(wanted))
        self.take(TAKEN[wanted][0], changes, reason=reason)
        self.save(step_due_on=self.next_due())

    def next_due(self) -> Any:
        waits = self.rules.following(self.case.state)
        return self.rules.due(waits, self.at) if waits else None

    def save(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self.item, name, value)
        Item.objects.filter(pk=self.item.pk).update(**fields)

    def done(self) -> UUID:
        engine.answered(self.request_id, [self.case.pk])
        return self.case.pk


def begin(
    permission: str,
    pk: UUID,
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    seen: int | None = None,
    **arguments: Any,
) -> Work | None:
    """None where this very call was answered before."""
    given = {"pk": str(pk), **arguments}
    if engine.answer_of(request_id, permission, by, given) is not None:
        return None
    item = policy.access(Item.objects.select_related("version", "kind"), permission, by, pk, at=at)
    if engine.once(request_id, permission, by, given, at) is not None:
        return None
    case = engine.lock([pk])[pk]
    if seen is not None and case.version != seen:
        raise MovedOn
    if seen is None and not policy.permitted(Item.objects.filter(pk=pk), permission, by).exists():
        # Between the look and the lock it may have gone to another unit.
        raise MovedOn
    item.case = case
    return Work(item, case, by, at, request_id)


def text_of(value: str, field: str, reason: Any, chars_max: int = TEXT_CHARS_MAX) -> str:
    """A text that must be there; raises Incomplete with how to mend it."""
    text = value.strip()
    if not text:
        raise Incomplete(field=field, reason=reason)
    return text[:chars_max]


def unit_of(pk: int, field: str, reason: Any) -> Unit:
    unit = Unit.objects.filter(pk=pk, valid_to=None).first()
    if unit is None:
        raise Incomplete(field=field, reason=reason)
    return unit
