"""The loop's frame over measures, and what their commands have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.domain.measures.models import Measure
from anlan.domain.measures.refusals import MeasureIncomplete
from anlan.kernel.accounts.models import Sector
from anlan.kernel.calendar import within
from anlan.kernel.loop import frame

begin = partial(frame.begin, Measure)
text_of = partial(text.stated, refusal=MeasureIncomplete)
short = partial(text.short, refusal=MeasureIncomplete)
day_within = partial(within.day_within, refusal=MeasureIncomplete)


class Turn(frame.Turn[Measure]):
    @property
    def measure(self) -> Measure:
        return self.row


turns = partial(frame.turns, Measure.objects.select_related("lead"), Turn)


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
