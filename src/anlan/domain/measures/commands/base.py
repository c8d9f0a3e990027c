"""The loop's frame over measures, and what their commands have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.domain.measures.loop import MEASURE
from anlan.domain.measures.models import Measure
from anlan.domain.measures.refusals import MeasureIncomplete
from anlan.kernel.accounts.models import Sector
from anlan.kernel.loop import engine, frame
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import Call, Work
from anlan.kernel.loop.models import Case

begin = partial(frame.begin, Measure)
text_of = partial(text.stated, refusal=MeasureIncomplete)
short = partial(text.short, refusal=MeasureIncomplete)


@dataclass
class Turn:
    """One measure on which a command works."""

    measure: Measure
    case: Case
    call: Call

    def take(
        self, step: str, changes: Mapping[str, Any], *, reason: str = "", day: date | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        # No step counts for a day before the measure stood on the list.
        day = max(day, self.case.opened_on) if day else None
        move = Move(self.case, dict(fields or {}), dict(changes), day)
        engine.take(MEASURE, step, [move], reason=reason, **self.call)

    def save(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self.measure, name, value)
        Measure.objects.filter(pk=self.measure.pk).update(**fields)

    @property
    def today(self) -> date:
        return timezone.localdate(self.call["at"])


def turns(work: Work) -> Iterator[Turn]:
    """The measures of a command, as they are under its lock; none at a repeat."""
    for _machine, case in work.each():
        measure = Measure.objects.select_related("lead").get(pk=case.pk)
        measure.case = case
        yield Turn(measure, case, work.call)


def lacks(field: str, reason: Any) -> MeasureIncomplete:
    return MeasureIncomplete(field=field, reason=reason)


def sectors_of(codes: Sequence[str], known: Iterable[str] | None = None) -> list[str]:
    """Sectors as they were chosen, each once."""
    wanted = list(dict.fromkeys(codes))
    there = set(known if known is not None else Sector.objects.values_list("pk", flat=True))
    if not set(wanted) <= there:
        raise lacks("sectors", _("Choose the sectors from the list."))
    return wanted


def kept(codes: Sequence[str]) -> str:
    return "".join(f",{code}" for code in codes) + ("," if codes else "")
