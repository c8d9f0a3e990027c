"""Hearings: which body hears of a campaign how often, each one held, and what it decided.

A rule keeps one hearing on the calendar. When that is held, the next one is set down, so many
months after the day on which this one was due. What a hearing decides becomes lines of a plan of
its own, which is published at once: each decision is a task of the unit that it names.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.carrying.commands.wanted import day_within, lacks, short, text_of
from anlan.domain.campaigns.carrying.loop import HEARING
from anlan.domain.campaigns.carrying.refusals import HearingRefused
from anlan.domain.campaigns.commands.plans import append_lines
from anlan.domain.campaigns.commands.plans_publishing import put_in_force
from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    Campaign,
    Decision,
    Hearing,
    HearingRule,
    Plan,
)
from anlan.kernel.calendar.periods import YEAR_MAX
from anlan.kernel.loop import engine, frame, plain
from anlan.kernel.loop.engine import Move, NewCase
from anlan.kernel.loop.frame import OnOne, Work
from anlan.kernel.loop.models import Party, PartyRole
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role as FileRole

#: What the papers of a hearing hang on.
FILES = "campaigns.hearing"
RULES_MAX, MONTHS_MAX, DECISIONS_MAX = 20, 60, 60
#: A decision that names no day is due so many days after the meeting; its form says so.
DUE_DAYS = 30
RULE_ENDED = stored.sentence(_("The rule by which it was due has ended."))

begin = partial(frame.begin, Hearing)


@dataclass(frozen=True)
class NewRule:
    body: str
    months: int
    first_on: date
    basis: str = ""


@dataclass(frozen=True)
class NewDecision:
    text: str
    #: The unit that is to do it, as the minutes name it.
    unit_name: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class NewHearing:
    """One that no rule asked for, or that was held before it stood here."""

    body: str
    due_on: date
    pk: UUID = field(default_factory=uuid7, repr=False)


class Turn(frame.Turn[Hearing]):
    @property
    def hearing(self) -> Hearing:
        return self.row


turns = partial(frame.turns, Hearing.objects.select_related("campaign__area", "rule"), Turn)


# --- rules ---------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def make_rule(campaign: UUID, new: NewRule, **call: Unpack[Call]) -> UUID:
    """From now on this body must hear of the campaign; its first hearing is set down."""
    rows = Campaign.objects.all()
    row, claim = plain.begin(rows, "campaigns.edit", campaign, {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    body = text_of(new.body, "body", _("Write which body hears of it."), NAME_CHARS_MAX)
    if not 1 <= new.months <= MONTHS_MAX:
        raise lacks("months", _("Write a number of months from 1 to 60."))
    day_within(new.first_on, "first_on")
    if not row.starts_on <= new.first_on <= row.ends_on:
        raise lacks("first_on", _("The day lies outside the campaign; choose one within it."))
    if row.hearing_rules.filter(ended_on=None).count() >= RULES_MAX:
        raise lacks("body", _("At most %(n)d bodies can be set.") % {"n": RULES_MAX})
    try:
        with transaction.atomic():
            rule = HearingRule.objects.create(
                campaign=row, body=body, months=new.months, first_on=new.first_on,
                basis=short(new.basis, "basis"), made_at=claim.at, made_by=claim.by.name,
            )  # fmt: skip
    except IntegrityError:
        raise lacks("body", _("That body hears of it already; end that rule first.")) from None
    pk = _set_down(row, body, new.first_on, rule, claim)
    after = {"body": body, "months": new.months, "from": str(new.first_on)}
    claim.record("hearings.rule", "campaign", campaign, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def end_rule(campaign: UUID, rule: int, **call: Unpack[Call]) -> UUID:
    """No further hearing is set down; the one that waits is dropped."""
    rows = Campaign.objects.all()
    row, claim = plain.begin(rows, "campaigns.edit", campaign, {"rule": rule}, **call)
    if claim.repeated:
        return campaign
    _hold_still(HearingRule.objects.filter(pk=rule))
    found = row.hearing_rules.filter(pk=rule, ended_on=None).first()
    if found is None:
        raise NotFound
    found.ended_on = timezone.localdate(claim.at)
    found.save()
    waiting = found.hearings.filter(case__state="awaited").values_list("pk", flat=True)
    cases = engine.lock(waiting).values()
    reason = RULE_ENDED.kept()
    moves = [Move(case) for case in cases if case.state == "awaited"]
    engine.take(HEARING, "void", moves, reason=reason, **claim.call)
    claim.record("hearings.end_rule", "campaign", campaign, after={"body": found.body})
    return claim.done(campaign)


def _hold_still(rules: QuerySet[HearingRule]) -> None:
    """Lock a rule until the end of the command, before any of its hearings: always in this order.

    Else one who ends it would not see the next hearing that another is just setting down by it.
    """
    assert connection.in_atomic_block, "the lock is its caller's"
    list(rules.select_for_update(of=("self",)).values_list("pk"))


def _set_down(
    campaign: Campaign, body: str, due_on: date, rule: HearingRule | None, claim: Claim | Work,
    pk: UUID | None = None,
) -> UUID:  # fmt: skip
    """Put a hearing on the calendar: it is the campaign's office that must bring it about."""
    today = timezone.localdate(claim.at)
    new = NewCase(pk=pk or uuid7(), area_id=campaign.area_id, path=campaign.path,
                  unit_id=campaign.unit_id, opened_on=today, due_on=due_on)  # fmt: skip
    engine.open_cases(HEARING, [new], **claim.call)
    Hearing.objects.create(case_id=new.pk, campaign=campaign, rule=rule, body=body)
    Party.objects.create(
        case_id=new.pk, role=PartyRole.RECTIFIER, unit_id=campaign.unit_id, since=today,
        received_at=claim.at, received_by=claim.by.user_id,
    )  # fmt: skip
    return new.pk


@transaction.atomic(durable=True)
def make_hearing(campaign: UUID, new: NewHearing, **call: Unpack[Call]) -> UUID:
    rows = Campaign.objects.all()
    row, claim = plain.begin(rows, "campaigns.edit", campaign, {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    body = text_of(new.body, "body", _("Write which body hears of it."), NAME_CHARS_MAX)
    day_within(new.due_on, "due_on")
    pk = _set_down(row, body, new.due_on, None, claim, new.pk)
    claim.record("hearings.make", "campaign", campaign, after={"body": body})
    return claim.done(pk)


# --- one hearing ---------------------------------------------------------------------------


@transaction.atomic(durable=True)
def hold(
    pk: UUID, *, held_on: date, meeting: str = "", note: str = "",
    files: Sequence[Prepared] = (), **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """It was held on that day; the rule's next one is set down."""
    _hold_still(HearingRule.objects.filter(hearings=pk))
    given = {"on": held_on, "meeting": meeting, "note": note, "files": [f.sent_sum for f in files]}
    work = begin("hearings.edit", [pk], given, **call)
    for turn in turns(work):
        day_within(held_on, "held_on")
        if held_on > timezone.localdate(work.at):
            raise lacks("held_on", _("The day lies ahead; choose today or earlier."))
        turn.save(held_on=held_on, meeting=short(meeting, "meeting"),
                  note=short(note, "note", 5_000))  # fmt: skip
        due = turn.case.due_on or held_on
        turn.take("hold", {"meeting": meeting, "held_on": str(held_on)}, day=held_on)
        _attach(turn, files)
        rule = turn.hearing.rule
        if rule is not None and rule.ended_on is None:
            _next(turn, rule, due, held_on)
    return work.done()


def months_on(day: date, months: int) -> date:
    """The same day so many months on; the last one of a month that is too short for it."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _next(turn: Turn, rule: HearingRule, due: date, held_on: date) -> None:
    """On the rule's own beat: a hearing held late doesn't put off the next one."""
    campaign = turn.hearing.campaign
    # The calendar ends before the years do, and so does the count of beats.
    ends = min(campaign.ends_on, date(YEAR_MAX, 12, 31))
    past, beats = min(max(due, held_on), ends), 1
    while (day := months_on(rule.first_on, beats * rule.months)) <= past:
        beats += 1
    if day <= ends:
        _set_down(campaign, rule.body, day, rule, turn.work)


@transaction.atomic(durable=True)
def put_off(pk: UUID, *, due_on: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    work = begin("hearings.edit", [pk], {"due_on": due_on, "reason": reason}, **call)
    for turn in turns(work):
        day_within(due_on, "due_on")
        if due_on < timezone.localdate(work.at):
            raise lacks("due_on", _("The day is in the past; choose a later one."))
        why = text_of(reason, "reason", _("Write why."), 1_000)
        turn.take("put_off", reason=why, fields={"due_on": due_on})
    return work.done()


@transaction.atomic(durable=True)
def drop(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """This one isn't held; the rule's next one is set down."""
    _hold_still(HearingRule.objects.filter(hearings=pk))
    work = begin("hearings.edit", [pk], {"step": "void", "reason": reason}, **call)
    for turn in turns(work):
        due = turn.case.due_on or timezone.localdate(work.at)
        turn.take("void", reason=text_of(reason, "reason", _("Write why."), 1_000))
        if turn.hearing.rule is not None and turn.hearing.rule.ended_on is None:
            _next(turn, turn.hearing.rule, due, due)
    return work.done()


@transaction.atomic(durable=True)
def add_papers(pk: UUID, *, files: Sequence[Prepared], **call: Unpack[OnOne]) -> list[UUID]:
    """Papers for a hearing, before it or after."""
    work = begin("hearings.edit", [pk], {"files": [file.sent_sum for file in files]}, **call)
    for turn in turns(work):
        if not files:
            raise lacks("files", _("Choose the papers."))
        turn.take("add_papers", {"files": "、".join(file.name for file in files)})
        _attach(turn, files)
    return work.done()


def _attach(turn: Turn, files: Sequence[Prepared]) -> None:
    by, at = turn.work.by, turn.work.at
    for file in files:
        attachments.attach(file, FILES, turn.hearing.pk, FileRole.EVIDENCE, by=by, at=at)


@transaction.atomic(durable=True)
def decide(pk: UUID, decisions: Sequence[NewDecision], **call: Unpack[OnOne]) -> list[UUID]:
    """What was decided, each as a task of the unit that it names, or waiting to be taken."""
    work = begin("hearings.edit", [pk], {"decisions": list(decisions)}, **call)
    for turn in turns(work):
        if not decisions:
            raise lacks("text_0", _("Write down at least one decision."))
        if len(decisions) > DECISIONS_MAX:
            raise lacks("text_0", _("At most %(n)d decisions at once.") % {"n": DECISIONS_MAX})
        held = turn.hearing.held_on
        if held is None:
            raise HearingRefused(
                reason=_("it decides nothing before it was held; record that first.")
            )
        plan, claim = _plan(turn), _claim(work)
        lines = append_lines(
            plan, [_line(n, one, held) for n, one in enumerate(decisions)], work.by
        )
        put_in_force(plan, lines, claim)
        Decision.objects.bulk_create(Decision(hearing=turn.hearing, line=line) for line in lines)
        turn.take("decide", {"decisions": "；".join(line.title for line in lines)})
    return work.done()


def _line(n: int, one: NewDecision, held: date) -> NewLine:
    day_within(one.due_on, f"due_on_{n}")
    words = text_of(one.text, f"text_{n}", _("Write what was decided."), 5_000)
    if one.due_on is not None and one.due_on < held:
        raise lacks(f"due_on_{n}", _("It is due before the meeting; choose a later day."))
    units = (NewLineUnit(one.unit_name.strip()),) if one.unit_name.strip() else ()
    due = one.due_on or held + timedelta(DUE_DAYS)
    return NewLine(words, kind="requirement", starts_on=held, due_on=due, units=units)


def _plan(turn: Turn) -> Plan:
    """The plan that holds what this hearing decided; made with its first decisions."""
    hearing = turn.hearing
    if hearing.plan_id is not None:
        return Plan.objects.select_related("area").get(pk=hearing.plan_id)
    campaign, held = hearing.campaign, hearing.held_on
    assert held is not None
    # The title of a paper: it doesn't depend on the language of whoever enters it.
    title = f"{hearing.meeting or hearing.body}议定事项（{held.isoformat()}）"
    plan = Plan.objects.create(
        campaign=campaign, kind=Plan.Kind.OTHER, area=campaign.area, path=campaign.path,
        unit=campaign.unit, title=title[:200], issuer=hearing.body, issued_on=held,
        starts_on=held, ends_on=max(campaign.ends_on, held), made_at=turn.work.at,
        made_by=turn.work.by.name,
    )  # fmt: skip
    turn.save(plan=plan)
    return plan


def _claim(work: Work) -> Claim:
    """The frame of a command on plain records, under the request that this one claimed."""
    return Claim(work.by, work.at, work.request_id, False, [])
