"""What is said of a rectification: reviewed, closed, returned, or looked at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.prepared import Among
from anlan.kernel.loop import engine, settings, succession, told
from anlan.kernel.loop.commands.assigning import FIRMS
from anlan.kernel.loop.commands.signing import reason_in, signed_closing
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Party, PartyRole
from anlan.kernel.loop.refusals import NotAParty, ReviewsMissing
from anlan.kernel.loop.requests import Call

#: Double assignment (双重交办): the territory's line and the sector's.
BOTH_LINES = frozenset({PartyRole.TERRITORY, PartyRole.REGULATOR})


def review(
    machine: Machine,
    case: Case,
    *,
    units: Sequence[int],
    reason: str = "",
    **call: Unpack[Call],
) -> None:
    """Sign off the closing for one's unit, lowest level first (逐级审核, 双重交办)."""
    waiting = pending_reviews(machine, case)
    if not waiting:
        raise ReviewsMissing(units="—")
    # Between the two lines there is no order; upward there is one.
    own = (p for p in waiting if p.role in BOTH_LINES and p.unit_id in units)
    turn = next(own, waiting[0])
    if not call["by"].trusted and turn.unit_id not in units:
        raise NotAParty(reason=_("it is the turn of %(unit)s") % {"unit": turn.unit.name})
    move = Move(case, {}, {"unit": turn.unit_id})
    engine.take(machine, "review", [move], reason=reason, **call)
    Party.objects.filter(pk=turn.pk).update(
        confirmed_at=call["at"], confirmed_by=call["by"].user_id
    )


def pending_reviews(machine: Machine, case: Case) -> list[Party]:
    """Parties that must still confirm before closing, in their order: beside first, then upward.

    Assigning units review from the lowest up, all but the first: that one closes. Where the
    settings ask for double assignment, or the case was given to both lines, territory and
    regulator both confirm.
    """
    return pending_of(settings.current(machine.kind), case, _parties.rows([case.pk]))


_parties = Among(lambda: Party.objects.filter(until=None).select_related("unit"), "case_id")


def pending_of(rules: settings.Rules, case: Case, everybody: Iterable[Party]) -> list[Party]:
    """``pending_reviews`` among the parties that the case has, with their units."""
    everybody = sorted(everybody, key=lambda party: party.pk)
    parties = [p for p in everybody if p.confirmed_at is None]
    doubled = {PartyRole(p.role) for p in everybody} >= BOTH_LINES
    assigners = sorted((p for p in parties if p.role == PartyRole.ASSIGNER), key=lambda p: -p.rank)
    waiting = [p for p in assigners if p.rank > 1 and p.unit.kind not in FIRMS]
    if doubled or case.source in rules.data["double_assignment"]:
        waiting = [p for p in parties if p.role in BOTH_LINES] + waiting
    return waiting


def close(
    machine: Machine, cases: Sequence[Case], *, reason: str = "", **call: Unpack[Call]
) -> list[UUID]:
    """Close what is verified and reviewed. A grade that takes two people is closed by the second.

    Returns the ids that are closed now; the others have the first of two signatures.
    """
    rules = settings.current(machine.kind)
    first: list[Move] = []
    last: list[Move] = []
    having: dict[UUID, list[Party]] = defaultdict(list)
    for party in _parties.rows([case.pk for case in cases]):
        having[party.case_id].append(party)
    for case in cases:
        missing = pending_of(rules, case, having[case.pk])
        if missing:
            raise ReviewsMissing(units="、".join(party.unit.name for party in missing))
        signed = case.grade not in rules.data["two_to_close"] or signed_closing(case, call["by"])
        (last if signed else first).append(Move(case))
    engine.take(machine, "second", first, reason=reason, **call)
    engine.take(machine, "close", last, reason=reason, **call)
    return [move.case.pk for move in last]


def reject(
    machine: Machine,
    cases: Sequence[Case],
    *,
    reason: str,
    due_on: date | None = None,
    **call: Unpack[Call],
) -> None:
    """Return a rectification with a reason: a new round and a new deadline."""
    reason = reason_in(reason)
    stated = {"due_on": due_on, "due_rule": {"kind": "date"}} if due_on else {}
    moves = [Move(case, {**_new_round(case), **stated}) for case in cases]
    engine.take(machine, "reject", moves, reason=reason, **call)
    _nothing_confirmed(cases)
    told.parties(cases, PartyRole.RECTIFIER, "loop.rejected", at=call["at"], reason=reason)
    _release(machine, cases, **call)


def recall(
    machine: Machine, case: Case, *, reason: str, due_on: date, **call: Unpack[Call]
) -> None:
    """Unlock what was closed: as if it had never been handed in, and with everybody on the way up
    to look at it again."""
    fields = {**_new_round(case), "due_on": due_on, "due_rule": {"kind": "date"}}
    engine.take(machine, "recall", [Move(case, fields)], reason=reason, **call)
    _nothing_confirmed([case])


def look_back(
    machine: Machine, case: Case, *, holds: bool, reason: str, **call: Unpack[Call]
) -> None:
    """Look again after closing (回头看): it holds, or it broke out again (反弹)."""
    reason = reason_in(reason)
    if holds:
        engine.take(machine, "look_back", [Move(case)], reason=reason, **call)
        return
    move = Move(case, {"rebounds": case.rebounds + 1, **_new_round(case)})
    engine.take(machine, "reopen", [move], reason=reason, **call)
    _nothing_confirmed([case])
    succession.follow(machine, [case], **call)
    told.parties([case], PartyRole.RECTIFIER, "loop.rebound", at=call["at"], reason=reason)
    _release(machine, [case], **call)


def _release(machine: Machine, cases: Sequence[Case], **call: Unpack[Call]) -> None:
    """What was fixed on the spot, or came closed, has no unit: it would be nobody's work."""
    if not machine.has("release"):
        return
    parties = Party.objects.filter(case__in=cases, role=PartyRole.RECTIFIER, until=None)
    answered = set(parties.values_list("case_id", flat=True))
    left = [Move(case) for case in cases if case.pk not in answered]
    if left:
        engine.take(machine, "release", left, **call)


def _new_round(case: Case) -> dict[str, Any]:
    return {"round": case.round + 1}


def _nothing_confirmed(cases: Sequence[Case]) -> None:
    """In a new round everybody on the way up looks again."""
    Party.objects.filter(case__in=cases, until=None).update(confirmed_at=None, confirmed_by=None)
