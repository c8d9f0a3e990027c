"""Asking for filings as their periods end, and giving them other days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import CLOCK, Actor
from anlan.base.ids import uuid7
from anlan.domain.filings import judging, who
from anlan.domain.filings.loop import FILING
from anlan.domain.filings.models import Filing, Form, OtherDay, Version
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.periods import Period
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.loop import engine
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.notices.outbox import Post

declare(
    "filings.asked",
    _("“%(title)s” for %(period)s is due on %(due)s: fill it in, or file nil."),
    "filings:page",
)
#: Older periods get no filings of units that came later.
NEWEST_PERIODS = 2


@dataclass(frozen=True)
class _Wanted:
    pk: UUID
    unit: Unit
    period: Period
    due_on: date
    provisional: bool


def open_due(now: datetime) -> int:
    """Ask for what is due under every form in force; a tick calls it."""
    asked = 0
    today = timezone.localdate(now)
    rows = Form.objects.filter(status=Form.Status.OPEN, starts_on__lte=today + timedelta(60))
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            form = Form.objects.select_for_update(of=("self",)).get(pk=pk)
            if form.status == Form.Status.OPEN:
                asked += open_filings(form, by=CLOCK, at=now, request_id=uuid7())
    return asked


def open_filings(form: Form, *, by: Actor, at: datetime, request_id: UUID) -> int:
    """Open the filings of each period that is asked for by now, each once."""
    today = timezone.localdate(at)
    periods = who.periods_open(form, today)
    if not periods:
        return 0
    codes = [one.code for one in periods]
    newest = set(codes[-NEWEST_PERIODS:])
    there = set(form.filings.filter(code__in=newest).values_list("unit", "code"))
    begun = set(form.filings.filter(code__in=codes).order_by().values_list("code", flat=True)
                .distinct())  # fmt: skip
    units = list(who.units_of(form).select_related("area")[: who.UNITS_MAX])
    calendar = Calendar.load()
    others = who.exceptions(form, codes)
    rules: dict[tuple[str, int], Any] = {}
    wanted = []
    for period in periods:
        if period.code in begun and period.code not in newest:
            continue
        for unit in units:
            if (unit.pk, period.code) in there or _later(unit, period):
                continue
            level = unit.area.level
            found = rules.get((period.code, level))
            if found is None:
                found = rules[period.code, level] = who.due_of(form, period, level, calendar)
            other = who.day_for(others.get(period.code, ()), unit)
            wanted.append(
                _Wanted(uuid7(), unit, period, other or found.on, found.provisional and not other)
            )
    versions = list(form.versions.filter(status=Version.Status.ISSUED).order_by("number"))
    above = who.way_up(form, units) if form.reviewed else {}
    for part in bulk.slices(wanted, 500):
        _open_part(form, part, versions, above, by=by, at=at, request_id=request_id)
    return len(wanted)


def _later(unit: Unit, period: Period) -> bool:
    return unit.valid_from is not None and unit.valid_from > period.end


def version_for(versions: Sequence[Version], start: date) -> Version:
    """The newest that holds on a period's first day; the first for what lies before it."""
    found = [one for one in versions if one.since is None or one.since <= start]
    return found[-1] if found else versions[0]


def _open_part(
    form: Form, wanted: Sequence[_Wanted], versions: Sequence[Version],
    above: dict[int, list[int]], **call: Any,
) -> None:  # fmt: skip
    today, at = timezone.localdate(call["at"]), call["at"]
    new = [
        NewCase(
            pk=one.pk, area_id=one.unit.area_id, path=one.unit.path, unit_id=form.unit_id,
            # What was due before it was asked for is open from its own day on.
            opened_on=min(today, one.due_on), due_on=one.due_on,
        )
        for one in wanted
    ]  # fmt: skip
    cases = {case.pk: case for case in engine.open_cases(FILING, new, **call)}
    declaring = _declaring(form)
    bulk.insert(
        [
            bulk.make(
                Filing, case_id=one.pk, form_id=form.pk,
                asked_id=version_for(versions, one.period.start).pk, unit_id=one.unit.pk,
                code=one.period.code, start=one.period.start, end=one.period.end,
                line=who.line_of(one.unit), declares=_declares(declaring, one),
                due_on=one.due_on,
            )
            for one in wanted
        ]
    )  # fmt: skip
    moves = [
        Move(cases[one.pk], {"due_on": one.due_on, "due_provisional": one.provisional},
             {"rectifier": one.unit.pk})
        for one in wanted
    ]  # fmt: skip
    engine.take(FILING, "assign", moves, **call)
    judging.owe([(cases[one.pk], one.due_on) for one in wanted], at=at)
    # Nobody signs for each of a hundred filings: the form itself was given.
    signed = {"since": today, "received_at": at}
    parties = []
    for one in wanted:
        parties.append(bulk.make(Party, case_id=one.pk, role=PartyRole.RECTIFIER,
                                 unit_id=one.unit.pk, **signed))  # fmt: skip
        chain = [*above.get(one.unit.pk, ()), form.unit_id]
        # The one that wants it is rank 1 and receives; the nearest reviews first.
        parties += [
            bulk.make(Party, case_id=one.pk, role=PartyRole.ASSIGNER, unit_id=unit,
                      rank=len(chain) - n, **signed)
            for n, unit in enumerate(chain)
        ]  # fmt: skip
    bulk.insert(parties)
    outbox.post_many(
        [
            Post("filings.asked", str(one.pk),
                 {"title": form.title, "period": one.period.code, "due": str(one.due_on)},
                 to_units=(one.unit.pk,))
            for one in wanted
        ],
        at=at,
    )  # fmt: skip


def _declaring(form: Form) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = {}
    for unit, since, until in form.declarers.values_list("unit", "since", "until"):
        found.setdefault(unit, []).append((since, until))
    return found


def _declares(declaring: dict[int, list[tuple[date, date | None]]], one: _Wanted) -> bool:
    return any(
        since <= one.period.start and (until is None or until >= one.period.end)
        for since, until in declaring.get(one.unit.pk, ())
    )


def about(day: OtherDay) -> QuerySet[Filing]:
    """The filings that an exception is about, in the order in which they are moved."""
    rows = day.form.filings.filter(code=day.code).exclude(case__state="void")
    if day.unit_id is not None:
        rows = rows.filter(unit=day.unit_id)
    if day.area is not None:
        rows = rows.filter(case__path__startswith=day.area.path)
    return rows.order_by("pk")


def move_days(day: OtherDay, rows: QuerySet[Filing], **call: Any) -> int:
    """Give filings that an exception is about the day that holds for them now: a unit's own
    exception goes before its area's. Returns how many got another.

    What is owed gets it as its deadline, but what was sent back no less time than it had. What was
    filed meanwhile is judged by it where it is later: who filed before the exception was entered is
    no worse off than who files after.

    In the caller's transaction, under the lock of the form: of two exceptions that are carried out
    at once the later sees both, so that each filing ends with the day of the rule.
    """
    others = who.exceptions(day.form, [day.code])[day.code]
    found = list(rows.select_related("unit", "case"))
    locked = engine.lock([row.pk for row in found if row.case.unsettled or _late(row)])
    moves, judged = [], defaultdict(list)
    for row in found:
        case, due = locked.get(row.pk, row.case), who.day_for(others, row.unit) or row.due_on
        if _gets(row, case, due):
            fields = {"due_on": due, "due_at": None, "due_provisional": False, "rung": 0,
                      "due_rule": {"kind": "date"}}  # fmt: skip
            moves.append(Move(case, fields))
        if row.due_on != due and (case.unsettled or due > row.due_on):
            judged[due].append(row.pk)
    engine.take(FILING, "other_day", moves, reason=day.reason, **call)
    for due, pks in judged.items():
        for chunk in bulk.slices(pks):
            Filing.objects.filter(pk__in=chunk).update(due_on=due)
    judging.judge([pk for pks in judged.values() for pk in pks], at=call["at"])
    return len({move.case.pk for move in moves}.union(*judged.values()))


def _gets(row: Filing, case: Case, day: date) -> bool:
    """Whether its deadline becomes that day; what was sent back keeps a later one of its own, and
    what was filed late gets it where that was the deadline it missed."""
    if case.due_on == day:
        return False
    if not case.unsettled:
        return _late(row) and case.due_on == row.due_on < day
    return row.first_on is None or case.due_on is None or day > case.due_on


def _late(row: Filing) -> bool:
    return row.first_on is not None and row.first_on > row.due_on
