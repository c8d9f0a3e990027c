"""What can be done with a case of any kind, beside the plain steps: one function, one act.

Each runs in its caller's transaction and asks nothing about rights: the capability's own command
has let the person in (``policy.access``) and locked the cases (``engine.lock``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotAllowed, Refusal
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.calendar.deadlines import DeadlineRule, due
from anlan.kernel.facts import ledger
from anlan.kernel.loop import engine, settings, succession, told
from anlan.kernel.loop.engine import Move, NewCase, ReasonMissing
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.models import Case, Event, Extension, Listing, Party, PartyRole

#: Kinds of units that rectify and never review.
FIRMS = (UnitKind.ENTERPRISE, UnitKind.TEAM)


class NotAParty(NotAllowed):
    """The person's unit has no such part in the case."""

    code = "not_a_party"


class ReviewsMissing(Refusal):
    """A closing that a level above or beside has not signed off."""

    code = "reviews_missing"
    message = _("Not closed: %(units)s must confirm first.")
    status = 409


class ExtensionRefused(Refusal):
    """An extension that can't be asked for, or was decided before."""

    code = "extension_refused"
    message = _("The extension can't be entered: %(reason)s")
    status = 409


class ListingRefused(Refusal):
    """A listing or delisting that doesn't fit what stands."""

    code = "listing_refused"
    message = _("Listed supervision can't be changed: %(reason)s")
    status = 409


def _why(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()


# --- parties -------------------------------------------------------------------------------


def assign(
    machine: Machine,
    cases: Sequence[Case],
    *,
    rectifier: Mapping[UUID, int],
    others: Mapping[PartyRole, Mapping[UUID, int]] | None = None,
    due_on: date | None = None,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str = "",
    seen: Mapping[UUID, int] | None = None,
) -> None:
    """Give each case a rectifying unit and a deadline, and ask all parties to sign for receipt.

    rectifier:  by case, the unit (id) that must rectify it.
    others:     by role, further parties: regulator, territory, supervisor, verifier, leader.
    due_on:     a stated deadline; else the settings' rule counts one from ``at``.
    """
    fields = (
        {"due_on": due_on, "due_at": None, "due_provisional": False, "due_rule": {"kind": "date"}}
        if due_on
        else {}
    )
    kept = [case for case in cases if case.due_on and not due_on]
    moves = [
        Move(
            case,
            dict(fields) if case not in kept else {"due_on": case.due_on},
            {"rectifier": rectifier[case.pk]},
        )
        for case in cases
    ]
    engine.take(
        machine, "assign", moves, by=by, at=at, request_id=request_id, reason=reason, seen=seen
    )
    rules = settings.current(machine.kind)
    receipt = rules.deadline("receipt", "")
    receipt_due = due(receipt, at).on if receipt else None
    engine.parties(cases, PartyRole.RECTIFIER, rectifier, at=at, receipt_due=receipt_due)
    for role, units in (others or {}).items():
        engine.parties(cases, role, units, at=at, receipt_due=receipt_due)
    _assigner(cases, by, at)
    told.units([(case, [rectifier[case.pk]]) for case in cases], "loop.assigned", at=at)


def _assigner(cases: Sequence[Case], by: Actor, at: datetime) -> None:
    """Remember which unit assigned, in order: closing passes back through them (逐级审核)."""
    if by.unit_id is None or Unit.objects.filter(pk=by.unit_id, kind__in=FIRMS).exists():
        # An enterprise that passes on what isn't its own is no level that reviews.
        return
    ranks = dict(
        Party.objects.filter(case__in=cases, role=PartyRole.ASSIGNER, until=None)
        .values_list("case")
        .annotate(top=Max("rank"))
    )
    have = set(
        Party.objects.filter(
            case__in=cases, role=PartyRole.ASSIGNER, unit_id=by.unit_id, until=None
        ).values_list("case", flat=True)
    )
    Party.objects.bulk_create(
        Party(
            case=case,
            role=PartyRole.ASSIGNER,
            unit_id=by.unit_id,
            since=timezone.localdate(at),
            rank=ranks.get(case.pk, 0) + 1,
            received_at=at,
            received_by=by.user_id,
        )
        for case in cases
        if case.pk not in have
    )


def hand_over(
    machine: Machine,
    case: Case,
    *,
    to_unit: int,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    seen: int | None = None,
) -> None:
    """Another unit rectifies from now on. An office above passes it down, or it was wrong here.

    The deadline stays: handing over wins nobody time.
    """
    reason = _why(reason)
    old = Party.objects.filter(case=case, role=PartyRole.RECTIFIER, until=None)
    was = list(old.values_list("unit_id", flat=True))
    engine.take(
        machine,
        "hand_over",
        [Move(case, {}, {"rectifier": [was, to_unit]})],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )
    old.update(until=timezone.localdate(at))
    receipt = settings.current(machine.kind).deadline("receipt", "")
    engine.parties(
        [case],
        PartyRole.RECTIFIER,
        {case.pk: to_unit},
        at=at,
        receipt_due=due(receipt, at).on if receipt else None,
    )
    _assigner([case], by, at)
    told.units([(case, [to_unit])], "loop.assigned", at=at)


def receive(
    machine: Machine,
    cases: Sequence[Case],
    *,
    units: Sequence[int],
    by: Actor,
    at: datetime,
    request_id: UUID,
) -> int:
    """Sign for receipt (签收) for one's units. Returns how many parts were signed for."""
    waiting = Party.objects.filter(case__in=cases, unit__in=units, until=None, received_at=None)
    found = {party.case_id for party in waiting}
    if not found:
        return 0
    engine.take(
        machine,
        "receive",
        [Move(case) for case in cases if case.pk in found],
        by=by,
        at=at,
        request_id=request_id,
    )
    return waiting.update(received_at=at, received_by=by.user_id)


def review(
    machine: Machine,
    case: Case,
    *,
    units: Sequence[int],
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Sign off the closing for one's unit, lowest level first (逐级审核, 双重交办)."""
    waiting = pending_reviews(machine, case)
    if not waiting:
        raise ReviewsMissing(units="—")
    turn = waiting[0]
    if not by.trusted and turn.unit_id not in units:
        raise NotAParty(reason=_("it is the turn of %(unit)s") % {"unit": turn.unit.name})
    engine.take(
        machine,
        "review",
        [Move(case, {}, {"unit": turn.unit_id})],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )
    Party.objects.filter(pk=turn.pk).update(confirmed_at=at, confirmed_by=by.user_id)


def pending_reviews(machine: Machine, case: Case) -> list[Party]:
    """Parties that must still confirm before closing, in their order: beside first, then upward.

    Assigning units review from the lowest up, all but the first: that one closes. Where the
    settings ask for double assignment, territory and regulator both confirm.
    """
    rules = settings.current(machine.kind)
    parties = list(
        Party.objects.filter(case=case, until=None, confirmed_at=None).select_related("unit")
    )
    assigners = sorted((p for p in parties if p.role == PartyRole.ASSIGNER), key=lambda p: -p.rank)
    waiting = [p for p in assigners if p.rank > 1 and p.unit.kind not in FIRMS]
    if case.source in rules.data["double_assignment"]:
        waiting = [
            p for p in parties if p.role in (PartyRole.TERRITORY, PartyRole.REGULATOR)
        ] + waiting
    return waiting


def close(
    machine: Machine,
    cases: Sequence[Case],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str = "",
    seen: Mapping[UUID, int] | None = None,
) -> list[UUID]:
    """Close what is verified and reviewed. A grade that takes two people is closed by the second.

    Returns the ids that are closed now; the others have the first of two signatures.
    """
    rules = settings.current(machine.kind)
    first: list[Move] = []
    last: list[Move] = []
    for case in cases:
        missing = pending_reviews(machine, case)
        if missing:
            raise ReviewsMissing(units="、".join(party.unit.name for party in missing))
        two = case.grade in rules.data["two_to_close"]
        (first if two and not _signed(case, by) else last).append(Move(case))
    engine.take(
        machine, "second", first, by=by, at=at, request_id=request_id, reason=reason, seen=seen
    )
    engine.take(
        machine, "close", last, by=by, at=at, request_id=request_id, reason=reason, seen=seen
    )
    return [move.case.pk for move in last]


def _signed(case: Case, by: Actor) -> bool:
    """Whether another person put the first signature under closing this round."""
    for event in Event.objects.filter(case=case, step="second").order_by("-seq"):
        if event.changes.get("round") == case.round:
            if event.user_id == by.user_id and event.actor == by.name:
                raise engine.OwnWork(
                    step=engine.step_label("second"),
                    number=case.number,
                    reason=_("closing takes a second person"),
                )
            return True
    return False


def asked_by_another(case: Case, step: str, by: Actor, **wanted: object) -> bool:
    """Whether another person has asked for this since the case was graded last.

    Raises OwnWork where it was ``by``: the second signature is another person's.
    """
    for event in Event.objects.filter(case=case, step__in=(step, "move")).order_by("-seq"):
        if event.step == "move":
            if "grade" in event.changes:
                return False
        elif all(event.changes.get(name) == value for name, value in wanted.items()):
            if event.user_id == by.user_id and event.actor == by.name:
                raise engine.OwnWork(
                    step=engine.step_label(step),
                    number=case.number,
                    reason=_("it takes a second person"),
                )
            return True
    return False


# --- back and again ------------------------------------------------------------------------


def reject(
    machine: Machine,
    cases: Sequence[Case],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    due_on: date | None = None,
    seen: Mapping[UUID, int] | None = None,
) -> None:
    """Return a rectification with a reason: a new round and a new deadline."""
    reason = _why(reason)
    stated = {"due_on": due_on, "due_rule": {"kind": "date"}} if due_on else {}
    engine.take(
        machine,
        "reject",
        [Move(case, {"round": case.round + 1, **stated}) for case in cases],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=seen,
    )
    Party.objects.filter(case__in=cases, until=None).update(confirmed_at=None, confirmed_by=None)
    told.parties(cases, PartyRole.RECTIFIER, "loop.rejected", at=at, reason=reason)


def look_back(
    machine: Machine,
    case: Case,
    *,
    holds: bool,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    seen: int | None = None,
) -> None:
    """Look again after closing (回头看): it holds, or it broke out again (反弹)."""
    reason = _why(reason)
    if holds:
        engine.take(
            machine,
            "look_back",
            [Move(case)],
            by=by,
            at=at,
            request_id=request_id,
            reason=reason,
            seen=_seen(case, seen),
        )
        return
    fields = {"rebounds": case.rebounds + 1, "round": case.round + 1}
    engine.take(
        machine,
        "reopen",
        [Move(case, fields)],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )
    Party.objects.filter(case=case, until=None).update(confirmed_at=None, confirmed_by=None)
    succession.follow(machine, [case], by=by, at=at, request_id=request_id)
    told.parties([case], PartyRole.RECTIFIER, "loop.rebound", at=at, reason=reason)


def void(
    machine: Machine,
    cases: Sequence[Case],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    seen: Mapping[UUID, int] | None = None,
) -> None:
    engine.take(
        machine,
        "void",
        [Move(case) for case in cases],
        by=by,
        at=at,
        request_id=request_id,
        reason=_why(reason),
        seen=seen,
    )


def withdraw(
    machine: Machine,
    cases: Sequence[Case],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    batch_id: UUID | None,
    reason: str,
) -> None:
    """Take cases out as if they had never been reported: all they posted is reversed."""
    at_day = timezone.localdate(at)
    events = []
    for case in cases:
        case.version += 1
        source, case.state = case.state, "void"
        case.is_open = case.unsettled = case.listed = False
        case.settled_on, case.closed_on, case.step_due_on = None, case.closed_on or at_day, None
        events.append(
            engine.event(case, "withdraw", source, by, at, at_day, reason, {}, request_id, batch_id)
        )
    engine.save(cases)
    bulk.insert(events)
    ledger.reverse(case_ids=[case.pk for case in cases], at=at, batch_id=batch_id)
    engine.audited(machine, [(case, "withdraw", reason, {}) for case in cases], by, at, request_id)


def merge(
    machine: Machine,
    case: Case,
    into: Case,
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> None:
    """The same thing was entered twice: one stays, the other no longer counts."""
    if case.pk == into.pk or into.state == "void":
        raise engine.StepNotPossible(
            number=case.number,
            state=engine.state_label(case.state),
            step=engine.step_label("merge"),
        )
    engine.take(
        machine,
        "merge",
        [Move(case, {"merged_into_id": into.pk, "listed": False})],
        by=by,
        at=at,
        request_id=request_id,
        reason=_why(reason),
    )
    ledger.reverse(case_ids=[case.pk], at=at)
    engine.take(
        machine,
        "amend",
        [Move(into, {}, {"merged_from": case.number})],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
    )


def split(
    machine: Machine,
    case: Case,
    parts: int,
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
) -> list[Case]:
    """Several things were entered as one: ``parts`` more cases, found the same day."""
    engine.take(
        machine,
        "split",
        [Move(case, {}, {"parts": parts})],
        by=by,
        at=at,
        request_id=request_id,
        reason=_why(reason),
    )
    new = [
        NewCase(
            pk=uuid7(),
            area_id=case.area_id,
            path=case.path,
            unit_id=case.unit_id,
            opened_on=case.opened_on,
            sector=case.sector_id,
            grade=case.grade,
            source=case.source,
            topics=case.topics,
            enterprise_id=case.enterprise_id,
            changes={"split_from": case.number},
        )
        for _part in range(parts)
    ]
    made = engine.open_cases(machine, new, by=by, at=at, request_id=request_id)
    Case.objects.filter(pk__in=[item.pk for item in made]).update(split_from=case)
    return made


# --- time ----------------------------------------------------------------------------------


def suspend(
    machine: Machine,
    case: Case,
    *,
    on: bool,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    seen: int | None = None,
) -> None:
    """Stop the clock of a case, or start it again; the days it stood still are added (顺延)."""
    reason = _why(reason)
    today = timezone.localdate(at)
    fields: dict[str, Any] = {"suspended_on": today if on else None}
    if on == (case.suspended_on is not None):
        raise engine.StepNotPossible(
            number=case.number,
            state=engine.state_label(case.state),
            step=engine.step_label("suspend" if on else "resume"),
        )
    if not on and case.suspended_on and case.due_on and case.due_on >= case.suspended_on:
        fields["due_on"] = case.due_on + (today - case.suspended_on)
    engine.take(
        machine,
        "suspend" if on else "resume",
        [Move(case, fields)],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )


def ask_extension(
    machine: Machine,
    case: Case,
    *,
    until: date,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    seen: int | None = None,
) -> Extension:
    reason = _why(reason)
    if case.due_on is None or until <= case.due_on:
        raise ExtensionRefused(reason=_("choose a day after the present deadline"))
    granted = Extension.objects.filter(case=case, granted=True).count()
    if granted >= settings.current(machine.kind).data["extensions_max"]:
        raise ExtensionRefused(reason=_("no further extension is provided for"))
    try:
        with transaction.atomic():
            wish = Extension.objects.create(
                case=case, asked_by=by.user_id, asked_at=at, until=until, reason=reason
            )
    except IntegrityError as error:
        raise ExtensionRefused(reason=_("one is waiting to be decided")) from error
    engine.take(
        machine,
        "extension_asked",
        [Move(case, {}, {"until": until})],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )
    told.parties([case], PartyRole.ASSIGNER, "loop.extension_asked", at=at, reason=reason)
    return wish


def decide_extension(
    machine: Machine,
    case: Case,
    *,
    grant: bool,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Grant or refuse the extension that is waiting. Not by whoever asked for it."""
    wish = Extension.objects.select_for_update().filter(case=case, granted=None).first()
    if wish is None:
        raise ExtensionRefused(reason=_("none is waiting to be decided"))
    if wish.asked_by is not None and wish.asked_by == by.user_id:
        raise engine.OwnWork(
            step=engine.step_label("extension_asked"),
            number=case.number,
            reason=_("somebody else must decide"),
        )
    if not grant:
        reason = _why(reason)
    fields = {"due_on": wish.until, "due_at": None, "due_rule": {"kind": "date"}, "rung": 0}
    engine.take(
        machine,
        "extend" if grant else "extension_refused",
        [Move(case, fields if grant else {})],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )
    Extension.objects.filter(pk=wish.pk).update(
        granted=grant, decided_by=by.user_id, decided_at=at, answer=reason
    )
    told.parties([case], PartyRole.RECTIFIER, "loop.extension_decided", at=at, granted=grant)


def recount(machine: Machine, *, by: Actor, at: datetime, request_id: UUID) -> int:
    """Count provisional deadlines again, now that a year's holidays are announced (F11)."""
    waiting = Case.objects.filter(kind=machine.kind, unsettled=True, due_provisional=True)
    cases = engine.lock(waiting.values_list("pk", flat=True))
    moves = []
    for case in cases.values():
        rule = dict(case.due_rule)
        start = datetime.fromisoformat(rule.pop("from"))
        counted = due(DeadlineRule(**rule), start)
        if (counted.on, counted.provisional) != (case.due_on, case.due_provisional):
            moves.append(
                Move(
                    case,
                    {
                        "due_on": counted.on,
                        "due_at": counted.at,
                        "due_provisional": counted.provisional,
                    },
                )
            )
    engine.take(machine, "recount", moves, by=by, at=at, request_id=request_id)
    return len(moves)


# --- what it is and where ------------------------------------------------------------------


def move(
    machine: Machine,
    cases: Sequence[Case],
    fields: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str,
    seen: Mapping[UUID, int] | None = None,
) -> None:
    """Change area, sector, grade or source: stocks move along, flows stay where they counted."""
    assert fields.keys() <= {"area_id", "path", "sector_id", "grade", "source", "topics"}, fields
    engine.take(
        machine,
        "move",
        [Move(case, dict(fields)) for case in cases],
        by=by,
        at=at,
        request_id=request_id,
        reason=_why(reason),
        seen=seen,
    )


# --- listed supervision --------------------------------------------------------------------


def put_on_list(
    machine: Machine,
    case: Case,
    *,
    level: int,
    number: str,
    due_on: date,
    supervisor: int,
    by: Actor,
    at: datetime,
    request_id: UUID,
    reason: str = "",
    seen: int | None = None,
) -> Listing:
    """Put a case under listed supervision (挂牌督办) by a government's level."""
    if case.listed:
        raise ListingRefused(reason=_("it is listed already"))
    try:
        with transaction.atomic():
            listing = Listing.objects.create(
                case=case,
                level=level,
                number=number,
                listed_on=timezone.localdate(at),
                due_on=due_on,
                supervisor_id=supervisor,
                reason=reason,
            )
    except IntegrityError as error:
        raise ListingRefused(
            reason=_("the number %(number)s is taken; choose another") % {"number": number}
        ) from error
    engine.take(
        machine,
        "list",
        [Move(case, {"listed": True}, {"number": number, "level": level})],
        by=by,
        at=at,
        request_id=request_id,
        reason=reason,
        seen=_seen(case, seen),
    )
    engine.parties([case], PartyRole.SUPERVISOR, {case.pk: supervisor}, at=at)
    told.parties([case], PartyRole.RECTIFIER, "loop.listed", at=at, listing=number)
    return listing


def ask_delisting(
    machine: Machine, case: Case, *, by: Actor, at: datetime, request_id: UUID, reason: str
) -> None:
    """Ask for delisting (摘牌) once it is rectified and verified."""
    listing = Listing.objects.filter(case=case, status=Listing.Status.LISTED).first()
    if listing is None or case.unsettled:
        raise ListingRefused(reason=_("only a listed case that is rectified can be delisted"))
    engine.take(
        machine,
        "delisting_asked",
        [Move(case)],
        by=by,
        at=at,
        request_id=request_id,
        reason=_why(reason),
    )
    Listing.objects.filter(pk=listing.pk).update(
        status=Listing.Status.DELISTING, asked_by=by.user_id
    )


def delist(
    machine: Machine, case: Case, *, by: Actor, at: datetime, request_id: UUID, reason: str
) -> None:
    """Take a case off the list after acceptance. Not by whoever asked for it."""
    listing = Listing.objects.filter(case=case, status=Listing.Status.DELISTING).first()
    if listing is None:
        raise ListingRefused(reason=_("nobody has asked for delisting"))
    if listing.asked_by is not None and listing.asked_by == by.user_id:
        raise engine.OwnWork(
            step=engine.step_label("delisting_asked"),
            number=case.number,
            reason=_("somebody else must decide"),
        )
    engine.take(
        machine,
        "delist",
        [Move(case, {"listed": False}, {"number": listing.number})],
        by=by,
        at=at,
        request_id=request_id,
        reason=_why(reason),
    )
    Listing.objects.filter(pk=listing.pk).update(
        status=Listing.Status.DELISTED, delisted_on=timezone.localdate(at), delisted_by=by.user_id
    )


# --- small ---------------------------------------------------------------------------------


def _seen(case: Case, version: int | None) -> dict[UUID, int] | None:
    return None if version is None else {case.pk: version}
