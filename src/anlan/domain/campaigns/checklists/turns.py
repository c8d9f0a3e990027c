"""Turns at a working list: asked for as their periods begin, and settled by what is ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from anlan.base import bulk
from anlan.base.actor import CLOCK
from anlan.base.ids import uuid7
from anlan.domain.campaigns.checklists.loop import DONE, DUE, LIST_LABEL, TURN
from anlan.domain.campaigns.models import (
    Checklist,
    ChecklistCopy,
    ChecklistItem,
    ChecklistTick,
    ChecklistTurn,
)
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Party, PartyRole

State = ChecklistTick.State
#: Turns opened by the statements of one step.
PART = 500


def code_of(every: str, day: date) -> str:
    """The period of that kind which holds the day; empty for what is done once."""
    return periods.of(periods.Kind(every), day).code if every else ""


def label_of(code: str) -> str:
    """The period as people read it."""
    return periods.parse(code).label if code else str(ChecklistItem.Every.ONCE.label)


def on_day(day: date, prefix: str = "") -> Q:
    """Ticks that tell how items stand in the periods that hold ``day``."""
    found = Q()
    for every in ChecklistItem.Every.values:
        found |= Q(**{f"{prefix}item__every": every, f"{prefix}period": code_of(every, day)})
    return found


# --- asking --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """One post's items of one frequency, in the period that runs."""

    post: str
    every: str
    period: str
    starts_on: date | None
    due_on: date
    items: int


def open_due(now: datetime) -> int:
    """Ask for the turns of periods that have begun, under every list in force; a tick calls it.

    A period in which the clock never ran is asked for no more: that is nobody's lateness.
    """
    today = timezone.localdate(now)
    running = Checklist.objects.filter(
        issued_on__lte=today, ended_on=None, campaign__ends_on__gte=today
    ).filter(Q(due_on=None) | Q(due_on__gte=today))
    asked = 0
    for pk in running.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            row = Checklist.objects.select_for_update(of=("self",)).get(pk=pk)
            if row.ended_on is None:
                asked += open_turns(row, by=CLOCK, at=now, request_id=uuid7())
    return asked


def open_turns(row: Checklist, **call: Any) -> int:
    """Open the turns of a list, under its lock, that run now and aren't there yet."""
    assert connection.in_atomic_block, "the list is locked"
    wanted = _wanted(row, timezone.localdate(call["at"]))
    if not wanted:
        return 0
    codes = {one.period for one in wanted}
    have = set(
        ChecklistTurn.objects.filter(copy__checklist=row, period__in=codes)
        .values_list("copy", "post", "period")
    )  # fmt: skip
    copies = row.copies.filter(unit__valid_to=None).select_related("unit").order_by("path", "pk")
    missing = [
        (copy, one) for copy in copies for one in wanted
        if (copy.pk, one.post, one.period) not in have
    ]  # fmt: skip
    for part in bulk.slices(missing, PART):
        _open_part(row, part, **call)
    return len(missing)


def _wanted(row: Checklist, today: date) -> list[Wanted]:
    items = row.items.order_by().values_list("post", "every").annotate(n=Count("pk"))
    found = []
    for post, every, count in items.order_by("post", "every"):
        if not every:
            if row.due_on is not None:
                found.append(Wanted(post, "", "", None, row.due_on, count))
            continue
        period = periods.of(periods.Kind(every), today)
        is_day = period.kind is periods.Kind.DAY
        if is_day and row.workdays and not Calendar.load().is_workday(today):
            continue
        found.append(Wanted(post, every, period.code, period.start, period.end, count))
    return found


def _open_part(row: Checklist, wanted: Sequence[tuple[ChecklistCopy, Wanted]], **call: Any) -> None:
    today = timezone.localdate(call["at"])
    new = [
        NewCase(
            pk=uuid7(), area_id=copy.unit.area_id, path=copy.unit.path,
            unit_id=row.campaign.unit_id, opened_on=min(today, one.due_on), due_on=one.due_on,
        )
        for copy, one in wanted
    ]  # fmt: skip
    cases = {case.pk: case for case in engine.open_cases(TURN, new, **call)}
    asked = [(each.pk, copy, one) for each, (copy, one) in zip(new, wanted, strict=True)]
    bulk.insert(
        [
            bulk.make(ChecklistTurn, case_id=pk, copy_id=copy.pk, unit_id=copy.unit_id,
                      post=one.post, every=one.every, period=one.period)
            for pk, copy, one in asked
        ]
    )  # fmt: skip
    moves = [
        Move(cases[pk], {"due_on": one.due_on}, {"rectifier": copy.unit_id})
        for pk, copy, one in asked
    ]
    engine.take(TURN, "assign", moves, **call)
    # Nobody signs for each day's turn: the list itself was given.
    signed = {"since": today, "received_at": call["at"]}
    bulk.insert(
        [
            bulk.make(Party, case_id=pk, role=role, unit_id=unit, rank=rank, **signed)
            for pk, copy, _one in asked
            for role, unit, rank in (
                (PartyRole.RECTIFIER, copy.unit_id, 0),
                (PartyRole.ASSIGNER, row.campaign.unit_id, 1),
            )
        ]
    )
    ledger.post(
        [_fact(DUE.code, row.pk, cases[pk], copy.unit_id, one.items) for pk, copy, one in asked],
        at=call["at"],
    )


def _fact(code: str, checklist: UUID, case: Case, unit: int, count: int) -> NewFact:
    assert case.due_on is not None
    labels = {LIST_LABEL: str(checklist)}
    return NewFact(code, labels, case.area_id, case.due_on, count, case.pk, unit_id=unit)


# --- settling ------------------------------------------------------------------------------


def settle(
    copy: ChecklistCopy, codes: Collection[str], cases: Mapping[UUID, Case], **call: Any
) -> None:
    """Bring turns of a copy into step with its ticks: done, open again, and what the ledger says.

    codes:  the periods in which something was ticked.
    cases:  of the copy's turns in these periods, locked.
    """
    rows = list(ChecklistTurn.objects.filter(pk__in=cases))
    items = Counter(dict(_counted(copy.checklist.items, "post", "every")))
    done, excepted = Counter[Any](), Counter[Any]()
    for state, into in ((State.DONE, done), (State.NOT_APPLICABLE, excepted)):
        ticks = copy.ticks.filter(state=state, period__in=codes)
        into.update(dict(_counted(ticks, "item__post", "item__every", "period")))
    finished, again, facts = list[Move](), list[Move](), list[NewFact]()
    standing = [row for row in rows if cases[row.pk].state != "void"]
    for row in standing:
        case, of = cases[row.pk], items[row.post, row.every]
        key = (row.post, row.every, row.period)
        counts = ((DUE, of - excepted[key]), (DONE, done[key]))
        facts += [_fact(kind.code, copy.checklist_id, case, row.unit_id, count)
                  for kind, count in counts if count]  # fmt: skip
        is_done = done[key] + excepted[key] == of
        if is_done and case.state == "assigned":
            finished.append(Move(case))
        elif not is_done and case.state == "closed":
            again.append(Move(case))
    _restate([row.pk for row in standing], facts, call["at"])
    engine.take(TURN, "rectify", finished, **call)
    engine.take(TURN, "tick_off", [Move(move.case) for move in finished], **call)
    engine.take(TURN, "untick", again, **call)


def _restate(pks: Sequence[UUID], facts: Sequence[NewFact], at: datetime) -> None:
    """Let the ledger say of these turns' items what stands now."""
    ledger.reverse(case_ids=pks, kinds=(DUE.code, DONE.code), at=at)
    ledger.post(facts, at=at)


def _counted(rows: Any, *names: str) -> list[tuple[tuple[Any, ...], int]]:
    found = rows.order_by().values_list(*names).annotate(n=Count("pk"))
    return [(tuple(row[:-1]), row[-1]) for row in found]


def locked(copy: ChecklistCopy, codes: Collection[str]) -> dict[UUID, Case]:
    """The cases of a copy's turns in these periods, locked."""
    rows = ChecklistTurn.objects.filter(copy=copy, period__in=codes)
    return engine.lock(rows.values_list("pk", flat=True))


def drop(row: Checklist, today: date, reason: str, **call: Any) -> int:
    """Ask no more for what isn't due yet; what is late stays. Answers how many turns went."""
    waiting = ChecklistTurn.objects.filter(
        copy__checklist=row, case__state="assigned", case__due_on__gte=today
    )
    cases = engine.lock(waiting.values_list("pk", flat=True))
    moves = [Move(case) for case in cases.values() if case.state == "assigned"]
    engine.take(TURN, "void", moves, reason=reason, **call)
    _restate([move.case.pk for move in moves], [], call["at"])
    return len(moves)


def disagreeing() -> list[str]:
    """Turns that are done while an item is open, or open while all is done."""
    bad = []
    ticked = dict(
        _counted(ChecklistTick.objects.exclude(state=State.OPEN), "copy", "item__post", "period")
    )
    items = dict(_counted(ChecklistItem.objects.all(), "checklist", "post", "every"))
    rows = ChecklistTurn.objects.exclude(case__state="void").select_related("case", "copy")
    for row in rows.iterator():
        of = items.get((row.copy.checklist_id, row.post, row.every), 0)
        is_done = ticked.get((row.copy_id, row.post, row.period), 0) == of
        if is_done != (row.case.state == "closed"):
            bad.append(row.case.number)
    return bad
