"""The loop's frame over accidents, and what their commands have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from anlan.base import sealed, text
from anlan.base.actor import Actor
from anlan.domain.accidents import counting
from anlan.domain.accidents.counting import Stand
from anlan.domain.accidents.models import LOSS_FEN_MAX, PEOPLE_MAX, Accident
from anlan.domain.accidents.permissions import sets_for
from anlan.domain.accidents.refusals import AccidentIncomplete
from anlan.kernel.calendar import within
from anlan.kernel.loop import frame
from anlan.kernel.loop.frame import Work
from anlan.kernel.regions.models import Region

begin = partial(frame.begin, Accident)
text_of = partial(text.stated, refusal=AccidentIncomplete)
short = partial(text.short, refusal=AccidentIncomplete)
day_within = partial(within.day_within, refusal=AccidentIncomplete)


@dataclass
class Turn(frame.Turn[Accident]):
    """One accident under its command's lock, and what it counted when the command began."""

    before: dict[str, Stand] = field(default_factory=dict)

    @property
    def accident(self) -> Accident:
        return self.row

    def recount(self) -> None:
        """Bring the ledger to what the accident counts now; the last thing a command does."""
        counting.recount([(self.accident, self.before)], at=self.work.at)
        self.before = counting.stands(self.accident)


def turns(work: Work) -> Iterator[Turn]:
    rows = Accident.objects.select_related("place_area")
    for turn in frame.turns(rows, Turn, work):
        turn.before = counting.stands(turn.accident)
        yield turn


def own_area(pk: int, by: Actor) -> Region:
    """An area of today that ``by`` sets targets, outputs and terms for."""
    area = Region.objects.filter(pk=pk, valid_to=None).first()
    if area is None or not sets_for(by, area):
        raise lacks("area", _("Choose an area of your own."))
    return area


def _with(reason: Any, names: Mapping[str, Any]) -> str:
    return str(reason) % names


#: A sentence with what it names, put together when it is read: a worker knows no reader's language.
_said: Any = lazy(_with, str)


def lacks(field: str, reason: Any, **names: Any) -> AccidentIncomplete:
    return AccidentIncomplete(field=field, reason=_said(reason, names) if names else reason)


@dataclass(frozen=True)
class Figures:
    """What is known by now: totals, and of those who died since the last report the day."""

    deaths: int = 0
    serious: int = 0
    light: int = 0
    missing: int = 0
    loss_fen: int = 0


def shown_everywhere(said: str, field: str) -> None:
    """Raises AccidentIncomplete where a person's number stands in what lists and notices show."""
    if sealed.without_numbers(said) != said:
        raise lacks(field, _("This stands in lists and notices: leave telephone and identity "
                             "numbers out, and write them into the course."))  # fmt: skip


PEOPLE = ("deaths", "serious", "light", "missing")


def check_figures(figures: Figures, tell: Any) -> None:
    """Raises AccidentIncomplete at the field; ``tell`` is the sentence for it."""
    for name in PEOPLE:
        if not 0 <= getattr(figures, name) <= PEOPLE_MAX:
            raise lacks(name, tell)
    if not 0 <= figures.loss_fen <= LOSS_FEN_MAX:
        raise lacks("loss", tell)
