"""The loop's frame over items, and what their commands have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from anlan.base import text
from anlan.domain.lists.loop import ITEM
from anlan.domain.lists.models import Item
from anlan.domain.lists.refusals import Incomplete, StepNotNext
from anlan.domain.lists.rules import TAKEN, KindRules
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine, frame
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import Call, Work
from anlan.kernel.loop.models import Case

begin = partial(frame.begin, Item)
text_of = partial(text.stated, refusal=Incomplete)


@dataclass
class Turn:
    """One item on which a command works."""

    item: Item
    case: Case
    call: Call

    @property
    def rules(self) -> KindRules:
        return self.item.rules

    def take(self, step: str, changes: Mapping[str, Any], *, reason: str = "") -> None:
        engine.take(ITEM, step, [Move(self.case, {}, dict(changes))], reason=reason, **self.call)

    def take_next(self, wanted: str, changes: Mapping[str, Any], *, reason: str = "") -> None:
        """Take one of the six steps if it is its turn; then the deadline of the next one runs."""
        if self.rules.following(self.case.state) != wanted:
            raise StepNotNext(number=self.case.number, step=self.rules.step_name(wanted))
        self.take(TAKEN[wanted][0], changes, reason=reason)
        waits = self.rules.following(self.case.state)
        self.save(step_due_on=self.rules.due(waits, self.call["at"]) if waits else None)

    def save(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self.item, name, value)
        Item.objects.filter(pk=self.item.pk).update(**fields)


def turns(work: Work) -> Iterator[Turn]:
    """The items of a command, as they are under its lock; none at a repeat."""
    for _machine, case in work.each():
        item = Item.objects.select_related("version", "kind").get(pk=case.pk)
        item.case = case
        yield Turn(item, case, work.call)


def unit_of(pk: int, field: str, reason: Any) -> Unit:
    unit = Unit.objects.filter(pk=pk, valid_to=None).first()
    if unit is None:
        raise Incomplete(field=field, reason=reason)
    return unit
