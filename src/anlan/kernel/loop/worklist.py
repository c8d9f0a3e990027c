"""One worklist over all kinds of case: 待办 / 我发起的 / 已办. Counts are the lists' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.loop.models import Case, Event, Extension, Party, PartyRole

#: Beyond this a badge says "99+": no page counts a whole table.
COUNT_MAX = 99


@dataclass(frozen=True)
class Tray:
    """One heap of work: what it is called, and which cases lie in it."""

    code: str
    label: str | Promise
    cases: QuerySet[Case]

    @property
    def count(self) -> int:
        """At most COUNT_MAX + 1, which pages show as "99+"."""
        return len(self.cases.order_by().values_list("pk")[: COUNT_MAX + 1])


def of_my_units(units: Sequence[int], role: PartyRole | None = None) -> Exists:
    parties = Party.objects.filter(case=OuterRef("pk"), unit__in=units, until=None)
    return Exists(parties.filter(role=role) if role else parties)


def trays(
    cases: QuerySet[Case], by: Actor, *, answers: Sequence[int], judges: Q, decides: Q
) -> list[Tray]:
    """The heaps of one person's work.

    cases:    what the person may see (``policy.permitted``).
    answers:  units for which the person signs and rectifies.
    judges:   the cases that the person may assign, verify and close.
    decides:  the cases whose extensions the person may decide.
    """
    opened = cases.open()  # type: ignore[attr-defined]
    unsigned = Party.objects.filter(
        case=OuterRef("pk"), unit__in=answers, until=None, received_at=None
    )
    waiting = Extension.objects.filter(case=OuterRef("pk"), granted=None)
    own = Event.objects.filter(
        case=OuterRef("pk"), user_id=by.user_id, step__in=("rectify", "fix_on_spot")
    )
    mine = of_my_units(answers, PartyRole.RECTIFIER)
    return [
        Tray("receive", _("to sign for"), opened.filter(Exists(unsigned))),
        Tray("rectify", _("to rectify"), opened.filter(mine, state="assigned")),
        Tray("assign", _("to assign"), opened.filter(judges, state="found")),
        Tray("verify", _("to verify"), opened.filter(judges, ~Exists(own), state="rectified")),
        Tray("close", _("to close"), opened.filter(judges, state="verified")),
        Tray("extension", _("extensions to decide"), opened.filter(decides, Exists(waiting))),
    ]


def started(cases: QuerySet[Case], by: Actor) -> QuerySet[Case]:
    """我发起的: cases whose first event is this person's."""
    first = Event.objects.filter(case=OuterRef("pk"), seq=1, user_id=by.user_id)
    return cases.filter(Exists(first))


def handled(cases: QuerySet[Case], by: Actor) -> QuerySet[Case]:
    """已办: cases on which this person has taken a step."""
    return cases.filter(Exists(Event.objects.filter(case=OuterRef("pk"), user_id=by.user_id)))
