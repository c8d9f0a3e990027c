"""Turns at a working list: asked for as their periods begin, and settled by what is ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
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
from anlan.kernel.facts.models import Fact
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Party, PartyRole

State = ChecklistTick.State
#: Copies whose turns one transaction opens, and turns that one drops.
PART, DROPPED_AT_ONCE = 200, 500


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
    due_on: date


def open_due(now: datetime) -> int:
    """Ask for the turns of periods that have begun, under every list in force; a tick calls it.

    A period in which the clock never ran is asked for no more: that is nobody's lateness.
    """
    today = timezone.localdate(now)
    running = Checklist.objects.filter(
        issued_on__lte=today, ended_on=None, campaign__ended_on=None,
        campaign__ends_on__gte=today,
    ).filter(Q(due_on=None) | Q(due_on__gte=today))  # fmt: skip
    asked = 0
    for pk in running.order_by("pk").values_list("pk", flat=True):
        copies = ChecklistCopy.objects.filter(checklist=pk).order_by("path", "pk")
        for part in bulk.slices(list(copies.values_list("pk", flat=True)), PART):
            asked += _by_clock(pk, part, now)
    return asked


def _by_clock(pk: UUID, copies: Sequence[UUID], now: datetime) -> int:
    with transaction.atomic(durable=True):
        rows = Checklist.objects.select_for_update(of=("self",)).select_related("campaign")
        row = rows.get(pk=pk)
        if row.ended_on is not None:
            return 0
        return open_turns(row, copies, by=CLOCK, at=now, request_id=uuid7())


def open_turns(row: Checklist, copies: Sequence[UUID], **call: Any) -> int:
    """Open the turns of copies, under their list's lock, that run now and aren't there yet."""
    assert connection.in_atomic_block, "the list is locked"
    wanted = _wanted(row, timezone.localdate(call["at"]))
    if not wanted:
        return 0
    codes = {one.period for one in wanted}
    have = set(
        ChecklistTurn.objects.filter(copy__in=copies, period__in=codes)
        .values_list("copy", "post", "period")
    )  # fmt: skip
    rows = ChecklistCopy.objects.filter(pk__in=copies, unit__valid_to=None).select_related("unit")
    missing = [
        (copy, one) for copy in rows.order_by("path", "pk") for one in wanted
        if (copy.pk, one.post, one.period) not in have
    ]  # fmt: skip
    if missing:
        # Nobody ticks meanwhile: what was ticked before its turn was asked for is done.
        lacking = {copy.pk for copy, _one in missing}
        list(ChecklistCopy.objects.select_for_update().filter(pk__in=lacking).order_by("pk"))
        _open(row, missing, **call)
    return len(missing)


def _wanted(row: Checklist, today: date) -> list[Wanted]:
    is_over = row.due_on is not None and row.due_on < today
    rests = row.workdays and not Calendar.load(today.year, today.year).is_workday(today)
    found = []
    items = row.items.order_by("post", "every").values_list("post", "every")
    for post, every in items.distinct():
        if not every:
            if row.due_on is not None:
                found.append(Wanted(post, "", "", row.due_on))
            continue
        period = periods.of(periods.Kind(every), today)
        if not is_over and not (rests and period.kind is periods.Kind.DAY):
            found.append(Wanted(post, every, period.code, period.end))
    return found


def _open(row: Checklist, wanted: Sequence[tuple[ChecklistCopy, Wanted]], **call: Any) -> None:
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
    rows = [
        bulk.make(ChecklistTurn, case_id=pk, copy_id=copy.pk, unit_id=copy.unit_id,
                  post=one.post, every=one.every, period=one.period)
        for pk, copy, one in asked
    ]  # fmt: skip
    bulk.insert(rows)
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
    settle(row.pk, rows, cases, **call)


def _fact(code: str, checklist: UUID, case: Case, unit: int, count: int) -> NewFact:
    assert case.due_on is not None
    labels = {LIST_LABEL: str(checklist)}
    return NewFact(code, labels, case.area_id, case.due_on, count, case.pk, unit_id=unit)


# --- settling ------------------------------------------------------------------------------


def settle(
    checklist: UUID, rows: Sequence[ChecklistTurn], cases: Mapping[UUID, Case], **call: Any
) -> None:
    """Bring turns into step with the ticks: done, open again, and what the ledger says.

    rows:   of copies of one list, which are locked.
    cases:  theirs, locked or new.
    """
    items = Counter(dict(_counted(ChecklistItem.objects.filter(checklist=checklist), *_OF)))
    ticks = ChecklistTick.objects.filter(
        copy__in={row.copy_id for row in rows}, period__in={row.period for row in rows}
    )
    named = (f"item__{name}" for name in _OF)
    ticked = Counter(dict(_counted(ticks, "copy", *named, "period", "state")))
    finished, again, facts = list[Move](), list[Move](), list[NewFact]()
    standing = [row for row in rows if cases[row.pk].state != "void"]
    for row in standing:
        case, of = cases[row.pk], items[row.post, row.every]
        key = (row.copy_id, row.post, row.every, row.period)
        done, excepted = ticked[*key, State.DONE], ticked[*key, State.NOT_APPLICABLE]
        facts += [_fact(kind.code, checklist, case, row.unit_id, count)
                  for kind, count in ((DUE, of - excepted), (DONE, done)) if count]  # fmt: skip
        is_done = done + excepted == of
        if is_done and case.state == "assigned":
            finished.append(Move(case))
        elif not is_done and case.state == "closed":
            again.append(Move(case))
    _restate([row.pk for row in standing], facts, call["at"])
    engine.take(TURN, "rectify", finished, **call)
    engine.take(TURN, "tick_off", [Move(move.case) for move in finished], **call)
    engine.take(TURN, "untick", again, **call)


#: What the items of one turn have in common.
_OF = ("post", "every")


def _restate(pks: Sequence[UUID], facts: Sequence[NewFact], at: datetime) -> None:
    """Let the ledger say of these turns' items what stands now."""
    ledger.reverse(case_ids=pks, kinds=(DUE.code, DONE.code), at=at)
    ledger.post(facts, at=at)


def _counted(rows: Any, *names: str) -> list[tuple[tuple[Any, ...], int]]:
    found = rows.order_by().values_list(*names).annotate(n=Count("pk"))
    return [(tuple(row[:-1]), row[-1]) for row in found]


def drop(row: Checklist, reason: str, **call: Any) -> int:
    """Ask no more for turns that weren't due when the list was ended; what was late stays.

    So many at once as one transaction carries. Answers how many went: fewer are the last.
    """
    assert row.ended_on is not None, "it is ended"
    waiting = ChecklistTurn.objects.filter(
        copy__checklist=row, case__state="assigned", case__due_on__gte=row.ended_on
    )
    cases = engine.lock(waiting.order_by("pk").values_list("pk", flat=True)[:DROPPED_AT_ONCE])
    moves = [Move(case) for case in cases.values() if case.state == "assigned"]
    engine.take(TURN, "void", moves, reason=reason, **call)
    _restate([move.case.pk for move in moves], [], call["at"])
    return len(cases)


def disagreeing() -> list[str]:
    """Turns that are done while an item is open, or open while all is done, or counted wrongly."""
    bad = []
    ticked = Counter(
        dict(_counted(ChecklistTick.objects.all(), "copy", "item__post", "period", "state"))
    )
    items = Counter(dict(_counted(ChecklistItem.objects.all(), "checklist", *_OF)))
    facts = Fact.objects.filter(kind__code__in=(DUE.code, DONE.code)).order_by()
    sums = facts.values_list("case_id", "kind__code").annotate(n=Sum("quantity"))
    counted = {(case, kind): n for case, kind, n in sums}
    for row in ChecklistTurn.objects.select_related("case", "copy").iterator():
        key = (row.copy_id, row.post, row.period)
        of = items[row.copy.checklist_id, row.post, row.every]
        done, due = ticked[*key, State.DONE], of - ticked[*key, State.NOT_APPLICABLE]
        is_void = row.case.state == "void"
        told = tuple(counted.get((row.pk, kind.code), 0) for kind in (DUE, DONE))
        is_settled = is_void or (done == due) == (row.case.state == "closed")
        if not is_settled or told != ((0, 0) if is_void else (due, done)):
            bad.append(row.case.number)
    return bad
