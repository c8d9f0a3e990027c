"""Entering what a look found: each violation becomes a hazard of that source."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anlan.base import stored
from anlan.base.ids import id_after
from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import MovedOn
from anlan.domain.hazards import commands as hazards
from anlan.domain.inspections.remote import facts, firms
from anlan.domain.inspections.remote.models import (
    NAME_CHARS_MAX,
    NOTE_CHARS_MAX,
    Look,
    Pick,
    Violation,
)
from anlan.domain.inspections.remote.permissions import LOOKS
from anlan.domain.inspections.remote.refusals import RemoteRefused, short, stated
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox

#: Findings of one look; more are entered on the problem list.
SEEN_MAX = 20
#: Which facts tell of each outcome.
COUNTED = {
    Pick.State.CLEAN: (facts.LOOKED,),
    Pick.State.FOUND: (facts.LOOKED, facts.FOUND),
    Pick.State.MISSING: (facts.MISSING,),
}


@dataclass(frozen=True)
class Seen:
    """One finding: which violation, in words, and when in the recording."""

    kind: str
    description: str
    at: datetime | None = None


@dataclass(frozen=True)
class NewLook:
    """``pk`` is made by the client. ``outcome`` says that nothing was found; silence isn't nil."""

    pk: UUID
    pick: UUID
    on: date
    looker: str
    outcome: str
    what: str = ""
    since: datetime | None = None
    until: datetime | None = None
    seen: tuple[Seen, ...] = ()
    note: str = ""


def hazard_id(look: UUID, place: int) -> UUID:
    """Made of the look's own id, so that a repeat names the same one."""
    return id_after(look, place)


@transaction.atomic(durable=True)
def enter(new: NewLook, **call: Unpack[Call]) -> UUID:
    """Enter what was looked at, and each thing found as a hazard of that source.

    Raises NotFound, NotAllowed, MovedOn where it was looked at already, RemoteRefused.
    """
    rows = Pick.objects.select_related("draw__plan")
    pick, claim = plain.begin(rows, "remote.look", new.pick, asdict(new), **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
    pick = rows.select_for_update(of=("self",)).get(pk=new.pick)
    if pick.state != Pick.State.WAITING or Look.objects.filter(pk=new.pk).exists():
        raise MovedOn
    _check(new, pick, timezone.localdate(at), at)
    unit = main_unit(by, LOOKS)
    findings = [
        _finding(new, pick, place, each, unit.pk) for place, each in enumerate(new.seen, 1)
    ]  # fmt: skip
    if findings:
        # Its own request, so that either may be repeated alone.
        hazards.find_within(findings, by=by, at=at, request_id=uuid5(call["request_id"], "hazards"))
    Look.objects.create(
        id=new.pk, pick=pick, on=new.on, looker=new.looker.strip(), unit=unit,
        user_id=by.user_id, entered_at=at, what=new.what.strip(), since=new.since,
        until=new.until, outcome=new.outcome, note=new.note.strip(),
    )  # fmt: skip
    Violation.objects.bulk_create(
        Violation(look_id=new.pk, place=place, kind=each.kind, seen_at=each.at,
                  hazard_id=hazard_id(new.pk, place))
        for place, each in enumerate(new.seen, 1)
    )  # fmt: skip
    pick.state = new.outcome
    pick.save(update_fields=["state"])
    for kind in COUNTED[Pick.State(new.outcome)]:
        facts.post(kind, [pick], 1, at)
    facts.post_violations(pick, [each.kind for each in new.seen], 1, at)
    after = {"pick": pick.pk, "outcome": new.outcome, "found": len(new.seen)}
    claim.record("remote.look", "remote_look", new.pk, after=after)
    return claim.done(pick.pk)


def _check(new: NewLook, pick: Pick, today: date, at: datetime) -> None:
    if new.outcome not in COUNTED:
        raise RemoteRefused(field="outcome", reason=_("Say what came of it."))
    if not pick.drawn_on <= new.on <= today:
        raise RemoteRefused(
            field="on", reason=_("Choose a day since it was drawn, today at the latest.")
        )
    stated(new.looker, "looker", _("Write who looked."), NAME_CHARS_MAX)
    if new.outcome == Pick.State.MISSING:
        stated(new.note, "note", _("Write why there was nothing to look at."), NOTE_CHARS_MAX)
        if new.seen:
            raise RemoteRefused(
                field="outcome", reason=_("Where there was nothing to look at, nothing is found.")
            )
        return
    short(new.note, "note", NOTE_CHARS_MAX)
    stated(new.what, "what", _("Name the camera, or the system and page."), NAME_CHARS_MAX)
    if new.since is None or new.until is None:
        raise RemoteRefused(
            field="until" if new.since else "since", reason=_("Write from when to when.")
        )
    if not new.since < new.until <= at:
        raise RemoteRefused(
            field="until", reason=_("The end lies before the beginning, or ahead of now.")
        )
    if bool(new.seen) != (new.outcome == Pick.State.FOUND):
        raise RemoteRefused(
            field="outcome",
            reason=_("Say that nothing was found, or describe what was: one of the two."),
        )
    if len(new.seen) > SEEN_MAX:
        raise RemoteRefused(
            field="outcome",
            reason=_("Enter at most %(n)d findings with a look, the others on the list.")
            % {"n": SEEN_MAX},
        )
    for n, each in enumerate(new.seen):
        _check_seen(n, each, new.since, new.until)


def _check_seen(n: int, each: Seen, since: datetime, until: datetime) -> None:
    if each.kind not in Violation.Kind.values:
        raise RemoteRefused(field=f"kind_{n}", reason=_("Say which violation it is."))
    stated(each.description, f"words_{n}", _("Describe what is wrong, and where."), TEXT_CHARS_MAX)
    if each.at is not None and not since <= each.at <= until:
        raise RemoteRefused(field=f"at_{n}", reason=_("That moment is outside what was looked at."))


def _finding(new: NewLook, pick: Pick, place: int, each: Seen, unit: int) -> hazards.Finding:
    assert new.since is not None, "checked"
    moment = timezone.localtime(each.at or new.since)
    plan = pick.draw.plan
    kind = Violation.Kind(each.kind)
    # The hazard keeps them for every reader, as it keeps what a workbook says of it: whoever
    # enters the look may read another language.
    with stored.house_language():
        where = _("%(way)s (%(plan)s): %(what)s, %(moment)s") % {
            "way": plan.get_way_display(), "plan": plan.name, "what": new.what.strip(),
            "moment": date_format(moment, "Y-m-d H:i"),
        }  # fmt: skip
        category = "" if kind is Violation.Kind.OTHER else str(kind.label)
    return hazards.Finding(
        pk=hazard_id(new.pk, place), description=each.description.strip(), area_id=pick.area_id,
        unit_id=unit, opened_on=new.on, sector=pick.sector_id, source=pick.way,
        enterprise_id=pick.enterprise_id,
        fields={"found_by": new.looker.strip(), "remarks": where, "category": category},
    )  # fmt: skip


@transaction.atomic(durable=True)
def withdraw(pk: UUID, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Take back a look that was entered by mistake: the enterprise is to be looked at again.

    Its hazards stay, to be voided one by one. Who was told of it hears that it is withdrawn.
    """
    rows = Pick.objects.select_related("enterprise")
    pick, claim = plain.begin(rows, "remote.look", pk, {"withdraw": reason}, **call)
    if claim.repeated:
        return pk
    pick = rows.select_for_update(of=("self",)).get(pk=pk)
    look = pick.looks.filter(withdrawn_at=None).first()
    if look is None:
        raise MovedOn
    look.withdrawn_because = stated(
        reason, "reason", _("Write why the look is withdrawn."), NOTE_CHARS_MAX
    )
    look.withdrawn_at = claim.at
    look.save(update_fields=["withdrawn_at", "withdrawn_because"])
    for kind in COUNTED[Pick.State(pick.state)]:
        facts.post(kind, [pick], -1, claim.at)
    facts.post_violations(pick, look.violations.values_list("kind", flat=True), -1, claim.at)
    if pick.told_at:
        facts.post(facts.TOLD, [pick], -1, claim.at)
        outbox.post(
            "remote.withdrawn", to_units=firms.units_of(pick.enterprise_id, claim.at),
            data={"unit": look.unit.name, "firm": pick.enterprise.name,
                  "reason": look.withdrawn_because},
            at=claim.at,
        )  # fmt: skip
    if pick.received_at:
        facts.post(facts.RECEIVED, [pick], -1, claim.at)
    before = {"told_to": pick.told_to, "received_by": pick.received_by, "answer": pick.answer}
    pick.state, pick.told_at, pick.received_at = Pick.State.WAITING, None, None
    pick.told_by = pick.told_to = pick.received_by = pick.answer = ""
    pick.save()
    claim.record("remote.withdraw", "remote_look", look.pk, reason=reason, before=before)
    return claim.done(pk)
