"""A team that stays at a listed hazard until its treatment is accepted (驻点)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.refusal import NotAllowed, NotFound
from anlan.domain.hazards.models import Hazard
from anlan.domain.supervision.commands.texts import written
from anlan.domain.supervision.loop import MOVED_OUT, RESIDENT_DAYS
from anlan.domain.supervision.models import LogEntry, Member, Team
from anlan.domain.supervision.refusals import PaperIncomplete, TeamRefused
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.models import Listing, PartyRole
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.loop.posting import labels_of
from anlan.kernel.notices import outbox
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role as FileRole

#: What photos of a log entry hang on.
LOG_FILES = "supervision.log"
MEMBERS_MAX = 60
#: More than this on one day is a slip of the keyboard.
MOVED_OUT_MAX = 1_000_000


@dataclass(frozen=True)
class NewMember:
    name: str
    unit: str
    post: str = ""


@transaction.atomic(durable=True)
def send_team(
    pk: UUID, *, since: date, task: str, members: Sequence[NewMember], **call: Unpack[Call]
) -> UUID:
    """The office that holds a listing sends a team that stays until it accepts the hazard."""
    given = {"since": since, "task": task, "members": members}
    hazard, claim = plain.begin(Hazard.objects.all(), "listed.send", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
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
                id=team_id, hazard=hazard, listing=listing, since=since, task=task,
                sent_at=claim.at, sender=claim.by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise TeamRefused(reason=_("a team is there already.")) from error
    Member.objects.bulk_create(
        Member(team_id=team_id, since=since, **vars(member)) for member in members
    )
    named = {"members": [member.name for member in members], "since": str(since)}
    claim.record("listed.send", "case", pk, reason=task, after=named)
    heard = case.parties.filter(role=PartyRole.RECTIFIER, until=None)
    outbox.post(
        "listed.team_sent", to_units=heard.values_list("unit_id", flat=True), about=pk,
        data={"number": case.number, "day": str(since)}, at=claim.at,
    )  # fmt: skip
    return claim.done(team_id)


def _begin(
    pk: UUID, permission: str, given: Mapping[str, Any], **call: Unpack[Call]
) -> tuple[Team, Claim]:
    """A resident team, where one may do this with its hazard; else what isn't there."""
    team = Team.objects.select_related("hazard").filter(pk=pk).first()
    if team is None:
        raise NotFound
    given = {"team": pk, **given}
    _hazard, claim = plain.begin(Hazard.objects.all(), permission, team.hazard_id, given, **call)
    if team.until is not None and not claim.repeated:
        raise TeamRefused(reason=_("it was accepted and has left."))
    return team, claim


@transaction.atomic(durable=True)
def change_member(
    pk: UUID,
    *,
    leaves: int | None = None,
    comes: NewMember | None = None,
    on: date,
    **call: Unpack[Call],
) -> UUID:
    """Somebody leaves the team, or joins it, on a day; nobody is struck off the list."""
    given = {"leaves": leaves, "comes": comes, "on": on}
    team, claim = _begin(pk, "listed.send", given, **call)
    if claim.repeated:
        return claim.answer[0]
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
    claim.record("listed.member", "case", team.hazard_id, after=after)
    return claim.done(team.hazard_id)


@transaction.atomic(durable=True)
def log_day(
    pk: UUID,
    *,
    day: date,
    action: str,
    moved_out: int,
    photos: Sequence[Prepared] = (),
    **call: Unpack[Call],
) -> UUID:
    """Enter a team's day: what was done, and how many people were moved out."""
    given = {"day": day, "action": action, "moved_out": moved_out}
    team, claim = _begin(pk, "listed.log", given, **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
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
    claim.record("listed.log", "case", case.pk, after=after)
    return claim.done(entry_id)


@transaction.atomic(durable=True)
def withdraw_entry(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Take a wrong log entry back; what it counted is reversed, and it stays to be read."""
    entry = LogEntry.objects.filter(pk=pk).first()
    if entry is None:
        raise NotFound
    team, claim = _begin(entry.team_id, "listed.log", {"entry": pk, "reason": reason}, **call)
    if claim.repeated:
        return claim.answer[0]
    engine.lock([team.hazard_id])
    reason = written(reason, "reason", _("Write what is wrong with it."), 200)
    hit = LogEntry.objects.filter(pk=pk, withdrawn_at=None).update(
        withdrawn_at=claim.at, withdrawn_why=reason, withdrawer=claim.by.name
    )
    if not hit:
        raise TeamRefused(reason=_("the entry was withdrawn before."))
    ledger.reverse(of_batch=pk, at=claim.at)
    after = {"entry": str(pk)}
    claim.record("listed.unlog", "case", team.hazard_id, reason=reason, after=after)
    return claim.done(team.hazard_id)


@transaction.atomic(durable=True)
def accept_team(pk: UUID, *, on: date, text: str, **call: Unpack[Call]) -> UUID:
    """The office that holds the listing accepts what the team achieved; the team leaves.

    Not by somebody who wrote its log: nobody judges their own work.
    """
    team, claim = _begin(pk, "listed.accept", {"on": on, "text": text}, **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
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
    claim.record("listed.accept", "case", team.hazard_id, reason=text, after={"on": str(on)})
    return claim.done(team.hazard_id)
