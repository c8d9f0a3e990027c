"""The loop's frame over items, and what their commands have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from anlan.base import text
from anlan.domain.lists.models import Item
from anlan.domain.lists.refusals import Incomplete, StepNotNext
from anlan.domain.lists.rules import TAKEN, KindRules
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar import within
from anlan.kernel.loop import frame

begin = partial(frame.begin, Item)
text_of = partial(text.stated, refusal=Incomplete)
day_within = partial(within.day_within, refusal=Incomplete)


class Turn(frame.Turn[Item]):
    @property
    def item(self) -> Item:
        return self.row

    @property
    def rules(self) -> KindRules:
        return self.item.rules

    def take_next(self, wanted: str, changes: Mapping[str, Any], *, reason: str = "") -> None:
        """Take one of the six steps if it is its turn; then the deadline of the next one runs."""
        if self.rules.following(self.case.state) != wanted:
            raise StepNotNext(number=self.case.number, step=self.rules.step_name(wanted))
        self.take(TAKEN[wanted][0], changes, reason=reason)
        waits = self.rules.following(self.case.state)
        self.save(step_due_on=self.rules.due(waits, self.call["at"]) if waits else None)


turns = partial(frame.turns, Item.objects.select_related("version", "kind"), Turn)


def unit_of(pk: int, field: str, reason: Any) -> Unit:
    unit = Unit.objects.filter(pk=pk, valid_to=None).first()
    if unit is None:
        raise Incomplete(field=field, reason=reason)
    return unit
