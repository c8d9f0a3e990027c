"""The people concerned: entered one by one, opened only by those who may, each look on record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base import sealed
from anlan.base.actor import Actor
from anlan.domain.accidents.commands.base import begin, lacks, short, turns
from anlan.domain.accidents.models import NAME_CHARS_MAX, Accident, Casualty
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail
from anlan.kernel.loop.frame import OnOne

#: People of one accident.
PEOPLE_MAX = 2_000


@transaction.atomic(durable=True)
def add_person(
    pk: UUID, *, name: str, outcome: str, died_on: date | None = None, **call: Unpack[OnOne]
) -> list[UUID]:
    """Enter somebody concerned; no name of theirs stands in the history or the audit."""
    # The name is left out of what the request is told by: its fingerprint would be one of it.
    given = {"name": sealed.sum_of(Casualty, "name", name), "outcome": outcome, "died_on": died_on}
    work = begin("accidents.names", [pk], given, **call)
    for turn in turns(work):
        said = short(name, "name", NAME_CHARS_MAX)
        if not said:
            raise lacks("name", _("Write the name."))
        if outcome not in Casualty.Outcome.values:
            raise lacks("outcome", _("Choose one from the list."))
        dead = outcome == Casualty.Outcome.DEAD
        if died_on and (not dead or not turn.accident.day <= died_on <= turn.today):
            raise lacks("died_on", _("Choose a day between the accident and today."))
        if turn.accident.casualties.count() >= PEOPLE_MAX:
            raise lacks("name", _("No more than %(n)d people.") % {"n": PEOPLE_MAX})
        row = Casualty.objects.create(
            accident=turn.accident, outcome=outcome, died_on=died_on, at=work.at, who=work.by.name
        )
        sealed.put(row, "name", said)
        row.save()
        turn.take("person", {"outcome": ["", outcome]})
    return work.done()


@transaction.atomic(durable=True)
def open_names(pk: UUID, *, by: Actor, at: datetime) -> list[tuple[Casualty, str]]:
    """The people concerned with their names; that somebody looked is on record first."""
    row = policy.access(Accident.objects.all(), "accidents.names", by, pk)
    people = list(row.casualties.order_by("pk")[:PEOPLE_MAX])
    entry = trail.Entry("accidents.names", "case", str(pk), after={"people": len(people)})
    trail.record([entry], by=by, at=at)
    return [(person, sealed.read(person, "name")) for person in people]
