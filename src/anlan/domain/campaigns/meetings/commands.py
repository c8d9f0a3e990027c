"""Meetings: prepared, held, their minutes issued and, with a reason, written anew.

Minutes that were issued never change. What they decide becomes tasks by the commands of plans: a
plan of the unit's own, a line for each decision, published in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.campaigns.carrying.commands.hearings import months_on
from anlan.domain.campaigns.commands.base import day_within, own_unit, short, text_of
from anlan.domain.campaigns.commands.plans import plan_within
from anlan.domain.campaigns.commands.plans_publishing import publish_within
from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit, NewPlan
from anlan.domain.campaigns.meetings import changes as meetings
from anlan.domain.campaigns.meetings import papers as meetings_papers
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Campaign,
    Line,
    Meeting,
    MeetingItem,
    Minutes,
    Plan,
    Task,
)
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.plain import Call, Claim

#: Of one meeting.
ITEMS_MAX, POINTS_MAX, TEXT_CHARS_MAX = 100, 40, 4_000
#: Meetings planned ahead with one, and how far apart they may be.
SERIES_MAX = 11
SERIES_MONTHS = {
    1: _("a month"),
    2: _("two months"),
    3: _("a quarter"),
    6: _("half a year"),
    12: _("a year"),
}
Status, Kind = Meeting.Status, MeetingItem.Kind
#: Only what is new in minutes becomes a task when they are issued.
KIND_STANDS = _("It was issued as this kind; strike it out and write a new item instead.")


class MinutesAreIssued(Refusal):
    """What was sent round stands; a correction is a paper of its own."""

    code = "minutes_are_issued"
    message = _(
        "The minutes of “%(title)s” are issued, so nothing of them can be changed. Begin a "
        "correction first; the issued minutes stay beside it."
    )
    status = 409


@dataclass(frozen=True)
class NewMeeting:
    """``pk`` is made by the client; ``since``: left out, the day of the unit's last meeting."""

    campaign: UUID
    unit: int
    title: str
    held_on: date
    place: str = ""
    chair: str = ""
    present: str = ""
    since: date | None = None
    next_on: date | None = None
    #: So many more of the same are planned ahead, each so many months after the one before.
    more: int = 0
    months: int = 1
    pk: UUID = field(default_factory=uuid7, repr=False)


@dataclass(frozen=True)
class NewItem:
    """A decision names who does what until when; a promise the task and the day."""

    kind: str
    text: str
    unit: int | None = None
    due_on: date | None = None
    task: UUID | None = None


@transaction.atomic(durable=True)
def make_meeting(new: NewMeeting, **call: Unpack[Call]) -> UUID:
    claim = plain.claim("meetings.make", {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
    unit = own_unit(new.unit, by, "meetings.make", at)
    campaign = policy.access(Campaign.objects.all(), "campaigns.view", by, new.campaign, at=at)
    for one in _series(new):
        row = Meeting(id=one.pk, campaign=campaign, unit=unit, area=unit.area, path=unit.path,
                      made_at=at, made_by=by.name)  # fmt: skip
        _put(row, one)
        row.save(force_insert=True)
        claim.record("meetings.make", "meeting", row.pk, after=_told(row))
    return claim.done(new.pk)


def _series(new: NewMeeting) -> list[NewMeeting]:
    """The meeting and those planned ahead with it: each compares with the one before.

    A day that its month doesn't have is that month's last.
    """
    if not 0 <= new.more <= SERIES_MAX or new.months not in SERIES_MONTHS:
        reason = _("At most %(n)d more meetings can be planned ahead at once.") % {"n": SERIES_MAX}
        raise _lacks("more", reason)
    if not new.more:
        return [new]
    day_within(new.held_on, "held_on")
    days = [months_on(new.held_on, n * new.months) for n in range(new.more + 2)]
    found = []
    for n in range(new.more + 1):
        own: dict[str, Any] = {"held_on": days[n], "next_on": days[n + 1]}
        if n:
            own |= {"since": days[n - 1], "present": "", "pk": uuid7()}
        elif new.next_on:
            own["next_on"] = new.next_on
        found.append(replace(new, **own))
    return found


@transaction.atomic(durable=True)
def change_meeting(
    pk: UUID, new: NewMeeting, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """Day, place, who was there; the unit and the campaign stay."""
    row, claim = locked(pk, {"new": new}, seen, **call)
    if claim.repeated:
        return pk
    before = _told(row)
    _put(row, new)
    row.save()
    claim.record("meetings.change", "meeting", pk, before=before, after=_told(row))
    return claim.done(pk)


@transaction.atomic(durable=True)
def set_agenda(
    pk: UUID, points: Sequence[tuple[str, str]], *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """The points in their order, each with the code of the rule that made it; none: by rule."""
    row, claim = locked(pk, {"points": list(points)}, seen, **call)
    if claim.repeated:
        return pk
    kept = [{"text": text.strip(), "code": code} for text, code in points if text.strip()]
    if len(kept) > POINTS_MAX or any(len(one["text"]) > TITLE_CHARS_MAX for one in kept):
        raise PlanIncomplete(
            field="agenda",
            reason=_("An agenda has at most %(n)d points of %(m)d characters each.")
            % {"n": POINTS_MAX, "m": TITLE_CHARS_MAX},
        )
    row.agenda = kept
    row.save(update_fields=["agenda"])
    claim.record("meetings.set_agenda", "meeting", pk, after={"points": len(kept)})
    return claim.done(pk)


@transaction.atomic(durable=True)
def put_item(
    pk: UUID, new: NewItem, *, item: int | None = None, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Write down what was decided, promised or noted; or write an item anew.

    A decision that minutes were issued with is a task by now: it stays as it is, or is struck out.
    Anything else that was issued keeps its kind.
    """
    row, claim = locked(pk, {"item": item, "new": new}, seen, **call)
    if claim.repeated:
        return pk
    if item is None:
        last = row.items.aggregate(last=Max("place"))["last"]
        place = 0 if last is None else last + 1
        if place >= ITEMS_MAX:
            raise _lacks("text", _("A meeting has at most %(n)d items.") % {"n": ITEMS_MAX})
        found = MeetingItem(meeting=row, place=place)
    else:
        found = _item(row, item)
        if found.line_id or found.struck_number:
            raise _lacks("text", _("This decision is a task already; strike it out instead."))
        if found.since_number is not None and new.kind != found.kind:
            raise _lacks("kind", KIND_STANDS)
    _put_item(found, new, row, claim)
    found.save()
    claim.record("meetings.put_item", "meeting", pk, after={"kind": new.kind, "text": new.text})
    return claim.done(pk)


@transaction.atomic(durable=True)
def remove_item(
    pk: UUID, item: int, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """Take an item out. One that stood in issued minutes is struck out in the next ones.

    The task of a struck decision goes on: it is withdrawn on its own page, with its own reason.
    """
    row, claim = locked(pk, {"remove": item}, seen, **call)
    if claim.repeated:
        return pk
    found = _item(row, item)
    if found.since_number is None:
        found.delete()
    else:
        found.struck_number = row.minutes.count() + 1
        found.save(update_fields=["struck_number"])
    claim.record("meetings.remove_item", "meeting", pk, before={"text": found.text})
    return claim.done(pk)


@transaction.atomic(durable=True)
def issue(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Issue the minutes: they stand as they are, and each new decision becomes a task."""
    row, claim = locked(pk, {"issue": True}, seen, **call)
    if claim.repeated:
        return pk
    today = timezone.localdate(claim.at)
    if row.held_on > today:
        raise _lacks("held_on", _("The meeting is still to come; its minutes follow it."))
    # Rows of attendance say who was there, too. What lacks is told at once, not one by one.
    were_there = row.present.strip() or row.attendance.exists()
    lacking = {
        name: str(reason)
        for name, value, reason in (
            ("chair", row.chair.strip(), _("Write down who chaired the meeting.")),
            ("present", were_there, _("Write down who was there.")),
        )
        if not value
    }
    if lacking:
        raise _lacks(next(iter(lacking)), " ".join(lacking.values()))
    first = row.minutes.order_by("number").first()
    # Before the decisions become tasks: these aren't part of what the meeting went through.
    figures = first.data if first else meetings_papers.figures_of(row, claim.by, today)
    number = row.minutes.count() + 1
    fresh = list(row.items.filter(since_number=None, struck_number=None).order_by("place"))
    plan = _plan_of(row, [one for one in fresh if one.kind == Kind.DECISION], number, claim)
    row.items.filter(pk__in=[one.pk for one in fresh]).update(since_number=number)
    data = meetings_papers.taken(row, figures, number)
    Minutes.objects.create(
        meeting=row, number=number, data=data, plan=plan, why=row.why, issued_at=claim.at,
        issued_by=claim.by.name, user_id=claim.by.user_id,
    )  # fmt: skip
    Meeting.objects.filter(pk=pk).update(status=Status.ISSUED, why="")
    claim.record(
        "meetings.issue", "meeting", pk, reason=row.why,
        after={"number": number, "tasks": sum(one.line_id is not None for one in fresh)},
    )  # fmt: skip
    return claim.done(pk)


@transaction.atomic(durable=True)
def correct(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Begin to write issued minutes anew."""
    _row, claim = locked(pk, {"reason": reason}, seen, issued=True, **call)
    if claim.repeated:
        return pk
    why = text_of(reason, "reason", _("Say what is wrong with the minutes; readers will see it."))
    Meeting.objects.filter(pk=pk).update(status=Status.CORRECTED, why=why)
    claim.record("meetings.correct", "meeting", pk, reason=why)
    return claim.done(pk)


# --- what they have in common --------------------------------------------------------------


def locked(
    pk: UUID, given: dict[str, Any], seen: int | None, *, issued: bool = False, **call: Unpack[Call]
) -> tuple[Meeting, Claim]:
    """The meeting, locked, as long as its minutes aren't issued; its version goes one up."""
    row, claim = plain.begin(Meeting.objects.all(), "meetings.edit", pk, given, **call)
    if claim.repeated:
        return row, claim
    assert connection.in_atomic_block, "the lock is its caller's"
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("unit", "campaign")
    row = rows.get(pk=pk)
    if seen is not None and row.version != seen:
        raise MovedOn
    if (row.status == Status.ISSUED) != issued:
        raise MovedOn if issued else MinutesAreIssued(title=row.title)
    row.version += 1
    Meeting.objects.filter(pk=pk).update(version=row.version)
    return row, claim


def _lacks(name: str, reason: Any) -> PlanIncomplete:
    return PlanIncomplete(field=name, reason=reason)


def _put(row: Meeting, new: NewMeeting) -> None:
    row.title = text_of(new.title, "title", _("Give it a title."), TITLE_CHARS_MAX)
    for name in ("held_on", "since", "next_on"):
        day_within(getattr(new, name), name)
    row.held_on, row.next_on = new.held_on, new.next_on
    row.place = short(new.place, "place", TITLE_CHARS_MAX)
    row.chair = short(new.chair, "chair", NAME_CHARS_MAX)
    row.present = short(new.present, "present", TEXT_CHARS_MAX)
    row.since = new.since or meetings.since_of(row.unit_id, row.campaign, row.held_on)
    if row.since >= row.held_on:
        raise _lacks("since", _("Compare with a day before the meeting."))
    if row.next_on and row.next_on <= row.held_on:
        raise _lacks("next_on", _("The next meeting comes after this one; choose a later day."))


def _told(row: Meeting) -> dict[str, object]:
    return {
        "title": row.title, "held_on": row.held_on.isoformat(), "place": row.place,
        "since": row.since.isoformat(),
        "next_on": row.next_on.isoformat() if row.next_on else None,
    }  # fmt: skip


def _item(row: Meeting, pk: int) -> MeetingItem:
    found = row.items.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _put_item(item: MeetingItem, new: NewItem, row: Meeting, claim: Claim) -> None:
    if new.kind not in Kind.values:
        raise _lacks("kind", _("Choose what it is: a decision, a promise or a note."))
    item.kind = new.kind
    item.text = text_of(new.text, "text", _("Write what was decided or said."), TEXT_CHARS_MAX)
    item.unit = item.task = item.due_on = None
    if new.kind == Kind.NOTE:
        return
    if new.due_on is None or new.due_on < row.held_on:
        raise _lacks("due_on", _("Say until when: the day of the meeting or a later one."))
    day_within(new.due_on, "due_on")
    item.due_on = new.due_on
    if new.kind == Kind.DECISION:
        unit = Unit.objects.filter(pk=new.unit or 0, valid_to=None).first()
        if unit is None or not unit.path.startswith(row.path):
            raise _lacks("unit", _("Choose the unit that does it, of your own area or below."))
        item.unit = unit
        return
    rows = meetings.tasks_of(row.campaign, row.unit, claim.by)
    item.task = rows.filter(pk=new.task, case__is_open=True).first() if new.task else None
    if item.task is None:
        raise _lacks("task", _("Choose the open task that the promise is about."))
    parties = Party.objects.filter(case=item.task.pk, role=PartyRole.RECTIFIER, until=None)
    party = parties.select_related("unit").order_by("rank", "pk").first()
    item.unit = party.unit if party else None


def _plan_of(
    row: Meeting, decisions: Sequence[MeetingItem], number: int, claim: Claim
) -> Plan | None:
    """The plan of what was decided, in force: a line and a task for each; None of nothing."""
    if not decisions:
        return None
    lines = [
        NewLine(
            one.text, due_on=one.due_on, starts_on=row.held_on, basis=row.title,
            units=(NewLineUnit(one.unit.name, unit=one.unit.pk),),
        )
        for one in decisions if one.unit
    ]  # fmt: skip
    with stored.house_language():
        title = str(_("Decided at: %(title)s")) % {"title": row.title}
        if number > 1:
            title += str(_(" (correction %(n)d)")) % {"n": number - 1}
    new = NewPlan(
        campaign=row.campaign_id, unit=row.unit_id, title=title[:TITLE_CHARS_MAX], kind="other",
        starts_on=row.held_on, ends_on=max(one.due_on for one in decisions if one.due_on),
    )  # fmt: skip
    plan = Plan.objects.get(pk=plan_within(new, lines, claim))
    publish_within(plan, claim)
    made = list(Line.objects.filter(plan=plan).order_by("place"))
    for one, line in zip(decisions, made, strict=True):
        one.line = line
    MeetingItem.objects.bulk_update(decisions, ["line"])
    assert Task.objects.filter(plan=plan).count() == len(decisions), "a decision without a task"
    return plan
