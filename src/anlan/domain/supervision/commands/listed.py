"""What is done with a listed hazard: the level above takes it over, a team stays there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.paths import ancestors
from anlan.base.refusal import NotAllowed, NotFound
from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision.loop import MOVED_OUT, RESIDENT_DAYS
from anlan.domain.supervision.models import Escalation, LogEntry, Member, Team
from anlan.domain.supervision.permissions import OFFICE
from anlan.domain.supervision.refusals import EscalationRefused, PaperIncomplete, TeamRefused
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import engine, escalating
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case, Listing, PartyRole
from anlan.kernel.loop.posting import labels_of
from anlan.kernel.notices import outbox
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role as FileRole
from anlan.kernel.regions.models import Level

#: What photos of a log entry hang on.
LOG_FILES = "supervision.log"
MEMBERS_MAX = 60
#: More than this on one day is a slip of the keyboard.
MOVED_OUT_MAX = 1_000_000


def written(text: str, field: str, reason: Any, most: int = TEXT_CHARS_MAX) -> str:
    text = text.strip()
    if not text:
        raise PaperIncomplete(field=field, reason=reason)
    if len(text) > most:
        raise PaperIncomplete(
            field=field, reason=_("Shorten it to %(n)s characters.") % {"n": most}
        )
    return text


# --- a level up ----------------------------------------------------------------------------


def office_above(case: Case, level: int, on: date) -> Unit | None:
    """The committee office of the nearest government above a level, on the way to the province."""
    offices = Unit.objects.valid_on(on).filter(
        kind=UnitKind.COMMITTEE_OFFICE, area__in=ancestors(case.path),
        area__level__lt=level, area__level__gte=Level.PROVINCE,
    )  # fmt: skip
    return offices.order_by("-area__level", "code").first()


@transaction.atomic(durable=True)
def ask_escalation(
    pk: UUID, *, reason: str, by: Actor, request_id: UUID, at: datetime
) -> UUID:  # fmt: skip
    """Ask the level above to take over the listing of a hazard that is hard to treat."""
    hazard = policy.access(Hazard.objects.select_related("case"), "listed.escalate", by, pk, at=at)
    earlier = engine.once(request_id, "listed.escalate", by, {"pk": pk, "reason": reason}, at)
    if earlier is not None:
        return UUID(earlier[0])
    reason = written(reason, "reason", _("Write why it is hard to treat at this level."))
    case = engine.lock([pk])[pk]
    listing = Listing.objects.filter(case=case, status=Listing.Status.LISTED).first()
    if listing is None:
        raise EscalationRefused(reason=_("it isn't listed, or its delisting is asked for."))
    above = office_above(case, listing.level, timezone.localdate(at))
    if above is None:
        raise EscalationRefused(reason=_("no committee office stands above that level."))
    row_id = uuid7()
    try:
        with transaction.atomic():
            Escalation.objects.create(
                id=row_id, hazard=hazard, listing=listing, from_unit_id=_acting(by, listing),
                to_unit=above, reason=reason, asked_at=at, asked_by=by.user_id, asker=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise EscalationRefused(reason=_("the level above is asked already.")) from error
    _record("listed.escalate", pk, by, at, request_id, reason, {"to": above.name})
    _tell("listed.escalation_asked", case, [above.pk], at, unit=listing.supervisor.name,
          reason=reason)  # fmt: skip
    engine.answered(request_id, [row_id])
    return row_id


def _acting(by: Actor, listing: Listing) -> int:
    units = policy.units_of(by, OFFICE)
    if listing.supervisor_id in units or not units:
        return listing.supervisor_id
    return by.unit_id if by.unit_id in units else units[0]


@transaction.atomic(durable=True)
def decide_escalation(
    pk: UUID,
    *,
    accept: bool,
    by: Actor,
    request_id: UUID,
    at: datetime,
    number: str = "",
    due_on: date | None = None,
    answer: str = "",
) -> UUID:
    """The level above takes the listing over, under a number of its own, or says why not."""
    rows = Escalation.objects.select_related("to_unit__area", "from_unit", "listing")
    row = policy.access(rows, "escalation.decide", by, pk, at=at)
    given = {"pk": pk, "accept": accept, "number": number, "due_on": due_on, "answer": answer}
    if engine.once(request_id, "escalation.decide", by, given, at) is not None:
        return _hazard(row)
    if row.asked_by is not None and row.asked_by == by.user_id:
        raise NotAllowed(reason=_("you asked for it yourself; somebody else must decide."))
    case = engine.lock([row.hazard_id])[row.hazard_id]
    if Escalation.objects.filter(pk=pk, accepted=None).first() is None:
        raise EscalationRefused(reason=_("it was decided before."))
    after = None
    if accept:
        number = written(number, "number", _("Enter the number of the listing notice."), 60)
        if due_on is None or due_on < timezone.localdate(at):
            raise PaperIncomplete(
                field="due_on", reason=_("The day is in the past; choose a later one.")
            )
        after = escalating.escalate(
            machines()[case.kind], case, level=row.to_unit.area.level, number=number,
            due_on=due_on, supervisor=row.to_unit_id, by=by, at=at, request_id=request_id,
            reason=row.reason,
        )  # fmt: skip
    else:
        answer = written(answer, "answer", _("Write why it stays where it is."))
    Escalation.objects.filter(pk=pk).update(
        accepted=accept, decided_at=at, decider=by.name, answer=answer, taken_over=after
    )
    _record("escalation.decide", row.hazard_id, by, at, request_id, answer, {"accepted": accept})
    _tell(f"listed.escalation_{'taken' if accept else 'refused'}", case, [row.from_unit_id], at,
          unit=row.to_unit.name, reason=answer)  # fmt: skip
    engine.answered(request_id, [row.hazard_id])
    return _hazard(row)


# --- a team that stays ---------------------------------------------------------------------


@dataclass(frozen=True)
class NewMember:
    name: str
    unit: str
    post: str = ""


@transaction.atomic(durable=True)
def send_team(
    pk: UUID,
    *,
    since: date,
    task: str,
    members: Sequence[NewMember],
    by: Actor,
    request_id: UUID,
    at: datetime,
) -> UUID:
    """The office that holds a listing sends a team that stays until it accepts the hazard."""
    hazard = policy.access(Hazard.objects.all(), "listed.send", by, pk, at=at)
    given = {"pk": pk, "since": since, "task": task, "members": members}
    earlier = engine.once(request_id, "listed.send", by, given, at)
    if earlier is not None:
        return UUID(earlier[0])
    case = engine.lock([pk])[pk]
    listing = Listing.objects.filter(case=case, status__in=Listing.STANDING).first()
    if listing is None or not case.is_open:
        raise TeamRefused(reason=_("a team is sent to a listed hazard only."))
    task = written(task, "task", _("Write what the team is there for."))
    if not 0 < len(members) <= MEMBERS_MAX:
        raise PaperIncomplete(
            field="members", reason=_("Name the members, one a line: name, unit, post.")
        )
    if since < listing.listed_on:
        raise PaperIncomplete(
            field="since", reason=_("It was listed on %(day)s; the team comes that day or later.")
            % {"day": listing.listed_on},
        )  # fmt: skip
    team_id = uuid7()
    try:
        with transaction.atomic():
            Team.objects.create(
                id=team_id, hazard=hazard, listing=listing, since=since, task=task, sent_at=at,
                sender=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise TeamRefused(reason=_("a team is there already.")) from error
    Member.objects.bulk_create(
        Member(team_id=team_id, since=since, **vars(member)) for member in members
    )
    named = {"members": [member.name for member in members], "since": str(since)}
    _record("listed.send", pk, by, at, request_id, task, named)
    heard = case.parties.filter(role=PartyRole.RECTIFIER, until=None)
    _tell("listed.team_sent", case, list(heard.values_list("unit_id", flat=True)), at,
          day=str(since))  # fmt: skip
    engine.answered(request_id, [team_id])
    return team_id


@transaction.atomic(durable=True)
def change_member(
    pk: UUID,
    *,
    leaves: int | None = None,
    comes: NewMember | None = None,
    on: date,
    by: Actor,
    request_id: UUID,
    at: datetime,
) -> UUID:
    """Somebody leaves the team, or joins it, on a day; nobody is struck off the list."""
    team = _team(pk, "listed.send", by, at)
    given = {"pk": pk, "leaves": leaves, "comes": comes, "on": on}
    if engine.once(request_id, "listed.member", by, given, at) is not None:
        return _hazard(team)
    if leaves is not None:
        row = Member.objects.filter(pk=leaves, team=team, until=None).first()
        if row is None:
            raise NotFound
        if on < row.since:
            raise PaperIncomplete(field="on", reason=_("The day is before they came."))
        Member.objects.filter(pk=leaves).update(until=on)
    if comes is not None:
        if on < team.since:
            raise PaperIncomplete(field="on", reason=_("The day is before the team came."))
        Member.objects.create(team=team, since=on, **vars(comes))
    after = {"leaves": leaves, "comes": comes.name if comes else "", "on": str(on)}
    _record("listed.member", team.hazard_id, by, at, request_id, "", after)
    engine.answered(request_id, [team.hazard_id])
    return _hazard(team)


@transaction.atomic(durable=True)
def log_day(
    pk: UUID,
    *,
    day: date,
    action: str,
    moved_out: int,
    by: Actor,
    request_id: UUID,
    at: datetime,
    photos: Sequence[Prepared] = (),
) -> UUID:
    """Enter a team's day: what was done, and how many people were moved out."""
    team = _team(pk, "listed.log", by, at)
    given = {"pk": pk, "day": day, "action": action, "moved_out": moved_out}
    earlier = engine.once(request_id, "listed.log", by, given, at)
    if earlier is not None:
        return UUID(earlier[0])
    case = engine.lock([team.hazard_id])[team.hazard_id]
    if not team.since <= day <= timezone.localdate(at):
        raise PaperIncomplete(field="day", reason=_("Choose a day from the team's first to today."))
    if not 0 <= moved_out <= MOVED_OUT_MAX:
        raise PaperIncomplete(
            field="moved_out", reason=_("Write how many people were moved out; 0 if nobody.")
        )
    action = written(action, "action", _("Write what the team did that day."))
    entry_id = uuid7()
    try:
        with transaction.atomic():
            LogEntry.objects.create(
                id=entry_id, team=team, day=day, action=action, moved_out=moved_out, at=at,
                user_id=by.user_id, name=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise TeamRefused(
            reason=_("that day has an entry; withdraw it first, with a reason.")
        ) from error
    for photo in photos:
        attachments.attach(photo, LOG_FILES, entry_id, FileRole.EVIDENCE, by=by, at=at)
    counted = [(RESIDENT_DAYS.code, 1), (MOVED_OUT.code, moved_out)]
    ledger.post(
        [
            NewFact(
                kind=kind, labels=labels_of(case), area_id=case.area_id, day=day,
                quantity=quantity, case_id=case.pk, unit_id=by.unit_id,
            )
            for kind, quantity in counted
            if quantity
        ],
        at=at,
        batch_id=entry_id,
    )  # fmt: skip
    after = {"day": str(day), "action": action, "moved_out": moved_out}
    _record("listed.log", team.hazard_id, by, at, request_id, "", after)
    engine.answered(request_id, [entry_id])
    return entry_id


@transaction.atomic(durable=True)
def withdraw_entry(pk: UUID, *, reason: str, by: Actor, request_id: UUID, at: datetime) -> UUID:
    """Take a wrong log entry back; what it counted is reversed, and it stays to be read."""
    entry = LogEntry.objects.select_related("team").filter(pk=pk).first()
    if entry is None:
        raise NotFound
    team = _team(entry.team_id, "listed.log", by, at)
    if engine.once(request_id, "listed.unlog", by, {"pk": pk, "reason": reason}, at) is not None:
        return _hazard(team)
    engine.lock([team.hazard_id])
    reason = written(reason, "reason", _("Write what is wrong with it."), 200)
    hit = LogEntry.objects.filter(pk=pk, withdrawn_at=None).update(
        withdrawn_at=at, withdrawn_why=reason, withdrawer=by.name
    )
    if not hit:
        raise TeamRefused(reason=_("the entry was withdrawn before."))
    ledger.reverse(of_batch=pk, at=at)
    _record("listed.unlog", team.hazard_id, by, at, request_id, reason, {"entry": str(pk)})
    engine.answered(request_id, [team.hazard_id])
    return _hazard(team)


@transaction.atomic(durable=True)
def accept_team(
    pk: UUID, *, on: date, text: str, by: Actor, request_id: UUID, at: datetime
) -> UUID:
    """The office that holds the listing accepts what the team achieved; the team leaves.

    Not by somebody who wrote its log: nobody judges their own work.
    """
    team = _team(pk, "listed.accept", by, at)
    given = {"pk": pk, "on": on, "text": text}
    if engine.once(request_id, "listed.accept", by, given, at) is not None:
        return _hazard(team)
    engine.lock([team.hazard_id])
    entries = LogEntry.objects.filter(team=team, withdrawn_at=None)
    last = entries.order_by("-day").values_list("day", flat=True).first()
    if last is None:
        raise TeamRefused(reason=_("its log has no entry yet."))
    if by.user_id is not None and entries.filter(user_id=by.user_id).exists():
        raise NotAllowed(reason=_("you wrote the team's log; somebody else must accept it."))
    if not last <= on <= timezone.localdate(at):
        raise PaperIncomplete(field="on", reason=_("Choose a day from the last entry's to today."))
    text = written(text, "text", _("Write what was found at the acceptance."))
    Team.objects.filter(pk=pk).update(until=on, acceptance=text, accepter=by.name, accepted_at=at)
    Member.objects.filter(team=team, until=None).update(until=on)
    _record("listed.accept", team.hazard_id, by, at, request_id, text, {"on": str(on)})
    engine.answered(request_id, [team.hazard_id])
    return _hazard(team)


def _hazard(row: Escalation | Team) -> UUID:
    pk: UUID = row.hazard_id
    return pk


def _team(pk: UUID, permission: str, by: Actor, at: datetime) -> Team:
    """A team that is resident, where one may do this with its hazard; else what isn't there."""
    team = Team.objects.select_related("hazard").filter(pk=pk).first()
    if team is None:
        raise NotFound
    policy.access(Hazard.objects.all(), permission, by, team.hazard_id, at=at)
    if team.until is not None:
        raise TeamRefused(reason=_("it was accepted and has left."))
    return team


def _record(
    action: str, pk: UUID, by: Actor, at: datetime, request_id: UUID, reason: str, after: Any
) -> None:
    entry = trail.Entry(action, "case", str(pk), reason=reason, after=after, request_id=request_id)
    trail.record([entry], by=by, at=at)


def _tell(kind: str, case: Case, units: Sequence[int], at: datetime, **data: str) -> None:
    outbox.post(kind, to_units=units, about=case.pk, data={"number": case.number, **data}, at=at)
