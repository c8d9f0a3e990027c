"""What follows when a measure comes into force or ends: the stock, and the measures before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Unpack

from django.db import transaction
from django.utils import timezone

from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.base.limits import IN_LIST_MAX
from anlan.domain.measures.loop import IN_FORCE, KIND, MEASURE
from anlan.domain.measures.models import Follows, Measure
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import engine, posting
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.requests import Call


@dataclass(frozen=True)
class Ended:
    """A measure and the first day on which it is no longer in force."""

    measure: Measure
    on: date


def in_force(cases: Iterable[tuple[Case, date]], *, at: datetime, quantity: int = 1) -> None:
    """Count cases among those in force from their days on; −1 takes them out again."""
    facts = [
        NewFact(
            kind=IN_FORCE.code, labels=posting.labels_of(case), area_id=case.area_id, day=day,
            quantity=quantity, case_id=case.pk, unit_id=case.unit_id,
        )
        for case, day in cases
    ]  # fmt: skip
    ledger.post(facts, at=at)


def enforce(measures: Sequence[Measure], **call: Unpack[Call]) -> None:
    """Adopted measures whose cases are locked come into force; what they end, ends."""
    if not measures:
        return
    today = timezone.localdate(call["at"])
    days = {row.pk: max(row.in_force_on or today, row.case.opened_on) for row in measures}
    engine.take(
        MEASURE, "enforce", [Move(row.case, {}, {}, days[row.pk]) for row in measures], **call
    )
    in_force([(row.case, days[row.pk]) for row in measures], at=call["at"])
    for how, step in Follows.ENDS.items():
        rows = Follows.objects.filter(measure__in=[row.pk for row in measures], how=how)
        pairs = dict(rows.values_list("earlier_id", "measure_id"))
        cases = engine.lock(list(pairs))
        earlier = Measure.objects.filter(pk__in=[pk for pk, case in cases.items()
                                                 if case.state == "in_force"])  # fmt: skip
        ended = []
        for row in earlier:
            row.case = cases[row.pk]
            ended.append(Ended(row, days[pairs[row.pk]]))
        ends(step, ended, **call)


def ends(step: str, ended: Sequence[Ended], *, reason: str = "", **call: Unpack[Call]) -> None:
    """Measures are revised or repealed; those that were in force no longer are."""
    if not ended:
        return
    days = {each.measure.pk: max(each.on, each.measure.case.opened_on) for each in ended}
    stood = [each.measure.case for each in ended if each.measure.case.state == "in_force"]
    moves = [Move(each.measure.case, {}, {}, days[each.measure.pk]) for each in ended]
    engine.take(MEASURE, step, moves, reason=reason, **call)
    in_force([(case, max(days[case.pk], case.closed_on or days[case.pk])) for case in stood],
             at=call["at"], quantity=-1)  # fmt: skip
    for each in ended:
        each.measure.ended_on = each.on
    Measure.objects.bulk_update([each.measure for each in ended], ["ended_on"], batch_size=500)


def enforce_due(now: datetime) -> int:
    """What the clock does: adopted measures whose day has come. Safe to run twice."""
    today, done = timezone.localdate(now), 0
    due = Measure.objects.filter(
        case__kind=KIND, case__state="adopted", in_force_on__lte=today
    ).order_by("pk")
    while pks := list(due.values_list("pk", flat=True)[:IN_LIST_MAX]):
        with transaction.atomic(durable=True):
            cases = engine.lock(pks)
            rows = []
            for row in due.filter(pk__in=[pk for pk, case in cases.items()
                                          if case.state == "adopted"]):  # fmt: skip
                row.case = cases[row.pk]
                rows.append(row)
            enforce(rows, by=CLOCK, at=now, request_id=uuid7())
        done += len(rows)
        if not rows:
            break
    return done
