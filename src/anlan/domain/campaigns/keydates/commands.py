"""Key dates: entered with the tasks that they want, drawn up ahead of time by the clock.

Each time is drawn up once. The tasks go into a plan beside the campaign's own, so that they count
in no code; the office publishes it, or it goes out at once where the office set it so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.actor import CLOCK
from anlan.base.refusal import MovedOn, NotFound, Refusal
from anlan.domain.campaigns.commands.base import day_within, short, text_of
from anlan.domain.campaigns.commands.plans import plan_within
from anlan.domain.campaigns.commands.plans_publishing import publish_within
from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit, NewPlan
from anlan.domain.campaigns.keydates.occurring import Time, times
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Campaign,
    KeyDate,
    KeyDateRun,
    Plan,
    Precaution,
)
from anlan.domain.campaigns.refusals import PlanIncomplete
from anlan.domain.campaigns.ruling import rules
from anlan.kernel.calendar.queries import holiday_names
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare(
    "campaigns.key_date_drafted",
    _("“%(name)s” begins on %(day)s. Its %(count)s tasks are drafted: look at them and publish."),
    "campaigns:plan",
)
declare(
    "campaigns.key_date_given",
    _("“%(name)s” begins on %(day)s. Its %(count)s tasks have gone out."),
    "campaigns:plan",
)
declare(
    "campaigns.key_date_near",
    _("“%(name)s” begins on %(day)s. No task is set for it."),
    "campaigns:key_date",
)
#: Of a campaign, and of a key date.
KEY_DATES_MAX, PRECAUTIONS_MAX = 60, 40
#: Tasks are drawn up a year ahead at most, and a time is half a year long at most.
LEAD_DAYS_MAX, TIME_DAYS_MAX = 366, 184
UNITS = re.compile(r"[、,，;；]+")


@dataclass(frozen=True)
class NewPrecaution:
    title: str
    text: str = ""
    #: Several with "、"; the first leads, the others support.
    units: str = ""
    days_before: int | None = None


@dataclass(frozen=True)
class NewKeyDate:
    name: str
    kind: str
    rule: str
    lead_days: int
    starts_on: date | None = None
    ends_on: date | None = None
    holiday: str = ""
    automatic: bool = False
    basis: str = ""
    precautions: tuple[NewPrecaution, ...] = ()


@transaction.atomic(durable=True)
def make_key_date(campaign: UUID, new: NewKeyDate, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(
        Campaign.objects.all(), "campaigns.edit", campaign, {"new": new}, **call
    )
    if claim.repeated:
        return claim.answer[0]
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign)
    if row.key_dates.count() >= KEY_DATES_MAX:
        raise lacks("name", _("A campaign has at most %(n)d key dates.") % {"n": KEY_DATES_MAX})
    made = KeyDate(campaign=row, made_at=claim.at, made_by=claim.by.name)
    _put(made, new)
    made.save(force_insert=True)
    _put_precautions(made, new.precautions)
    claim.record("key_dates.make", "campaign", campaign, after=_told(new))
    return claim.done(made.pk)


@transaction.atomic(durable=True)
def change_key_date(
    pk: UUID, new: NewKeyDate, *, seen: int | None = None, **call: Unpack[Call]
) -> UUID:
    """What holds for the times to come; what was drawn up stays as it is."""
    row, claim = _begin(pk, {"new": new}, **call)
    if claim.repeated:
        return pk
    _turn(row, seen)
    before = {"name": row.name, "rule": row.rule, "lead_days": row.lead_days}
    _put(row, new)
    row.save()
    row.precautions.all().delete()
    _put_precautions(row, new.precautions)
    claim.record("key_dates.change", "campaign", row.campaign_id, before=before, after=_told(new))
    return claim.done(pk)


@transaction.atomic(durable=True)
def end_key_date(pk: UUID, *, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """It comes around no more; what was drawn up stays."""
    row, claim = _begin(pk, {"end": True}, **call)
    if claim.repeated:
        return pk
    _turn(row, seen)
    if row.ended_on is None:
        row.ended_on = timezone.localdate(claim.at)
        row.save()
    claim.record("key_dates.end", "campaign", row.campaign_id, after={"name": row.name})
    return claim.done(pk)


@transaction.atomic(durable=True)
def draw_up(pk: UUID, starts_on: date, **call: Unpack[Call]) -> UUID:
    """Draw up the tasks of one time now, as a draft, without waiting for the clock."""
    row, claim = _begin(pk, {"draw_up": starts_on}, **call)
    if claim.repeated:
        return claim.answer[0]
    locked, time = _locked(row, starts_on)
    run = _draw_up(locked, time, by_hand=True, claim=claim)
    if run.plan_id is None:
        raise lacks("precautions", _("Write down at least one task first."))
    claim.record("key_dates.draw_up", "campaign", row.campaign_id, after=_time(row, time))
    return claim.done(run.plan_id)


@transaction.atomic(durable=True)
def skip(pk: UUID, starts_on: date, *, reason: str, **call: Unpack[Call]) -> UUID:
    """Leave one time out, for a reason that stands beside it."""
    row, claim = _begin(pk, {"skip": starts_on, "reason": reason}, **call)
    if claim.repeated:
        return pk
    why = text_of(reason, "reason", _("Say why it is left out this time."), TITLE_CHARS_MAX)
    locked, time = _locked(row, starts_on)
    _run(locked, time, claim, skipped_because=why)
    claim.record("key_dates.skip", "campaign", row.campaign_id, reason=why, after=_time(row, time))
    return claim.done(pk)


def draw_up_due(now: datetime) -> int:
    """Draw up what is near, each time once; a tick calls it. How many times were drawn up."""
    today, made = timezone.localdate(now), 0
    rows = KeyDate.objects.filter(
        ended_on=None, campaign__ended_on=None, campaign__ends_on__gte=today,
        campaign__starts_on__lte=today + timedelta(LEAD_DAYS_MAX),
    ).select_related("campaign")  # fmt: skip
    by_campaign: dict[UUID, list[KeyDate]] = {}
    for row in rows.order_by("campaign", "pk"):
        by_campaign.setdefault(row.campaign_id, []).append(row)
    for each in by_campaign.values():
        for row, found in times(each, each[0].campaign).items():
            near = [one for one in found if one.drawn_up_on(row.lead_days) <= today <= one.ends_on]
            for time in near:
                made += _by_clock(row.pk, time, now)
    return made


def _by_clock(pk: UUID, time: Time, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        row = KeyDate.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=pk)
        # Its days may have been announced anew: a time that overlaps is the same one.
        if row.ended_on is not None or _is_drawn(row, time):
            return False
        # A name of its own for each time: a clock that is killed and comes again finds it.
        request = uuid5(pk, f"{time.starts_on}")
        claim = plain.claim(
            "key_dates.clock", {"row": pk, "day": time.starts_on}, by=CLOCK, at=now,
            request_id=request,
        )  # fmt: skip
        if claim.repeated:
            return False
        run = _draw_up(row, time, by_hand=False, claim=claim)
        claim.keep([run.plan_id] if run.plan_id else [])
    return True


def _draw_up(row: KeyDate, time: Time, *, by_hand: bool, claim: Claim) -> KeyDateRun:
    """One time's plan with its tasks; without tasks the office is told that it is near."""
    lines = [
        _line(one, time, timezone.localdate(claim.at)) for one in row.precautions.order_by("place")
    ]
    said: dict[str, Any] = {
        "name": row.name, "day": str(time.starts_on), "count": len(lines),
    }  # fmt: skip
    unit = row.campaign.unit_id
    if not lines:
        outbox.post(
            "campaigns.key_date_near", to_units=[unit], about=row.pk, data=said, at=claim.at
        )
        return _run(row, time, claim)
    with stored.house_language():
        title = str(_("%(name)s of %(year)d")) % {"name": row.name, "year": time.starts_on.year}
    first = min(timezone.localdate(claim.at), time.starts_on)
    new = NewPlan(
        campaign=row.campaign_id, unit=unit, title=title, starts_on=first, ends_on=time.ends_on,
        kind=Plan.Kind.BESIDE, issuer=row.campaign.unit.name,
    )  # fmt: skip
    plan = Plan.objects.get(pk=plan_within(new, lines, claim))
    notice = "campaigns.key_date_drafted"
    if row.automatic and not by_hand and _may_go_out(plan):
        publish_within(plan, claim)
        notice = "campaigns.key_date_given"
    outbox.post(notice, to_units=[unit], about=plan.pk, data=said, at=claim.at)
    return _run(row, time, claim, plan=plan)


def _may_go_out(plan: Plan) -> bool:
    """Where the office's rule wants a reason, somebody has to give it."""
    try:
        rules.allow(plan, "")
    except Refusal:
        return False
    return True


def _line(one: Precaution, time: Time, today: date) -> NewLine:
    names = [name.strip() for name in UNITS.split(one.units) if name.strip()]
    due = time.ends_on
    if one.days_before is not None:
        # Drawn up late, it is due at once rather than in the past.
        due = max(time.starts_on - timedelta(one.days_before), min(today, time.ends_on))
    return NewLine(
        one.text or one.title, title=one.title, due_on=due,
        units=tuple(
            NewLineUnit(name, "lead" if n == 0 else "support") for n, name in enumerate(names)
        ),
    )  # fmt: skip


def _run(row: KeyDate, time: Time, claim: Claim, **more: Any) -> KeyDateRun:
    return KeyDateRun.objects.create(
        key_date=row, starts_on=time.starts_on, ends_on=time.ends_on, made_at=claim.at,
        made_by=claim.by.name, **more,
    )  # fmt: skip


def lacks(field: str, reason: Any) -> PlanIncomplete:
    return PlanIncomplete(field=field, reason=reason)


# --- in common -----------------------------------------------------------------------------


def _begin(pk: UUID, given: dict[str, Any], **call: Unpack[Call]) -> tuple[KeyDate, Claim]:
    """The key date, where one may write to its campaign; else what isn't there."""
    row = KeyDate.objects.select_related("campaign__unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    given = {"key_date": pk, **given}
    rows = Campaign.objects.all()
    _row, claim = plain.begin(rows, "campaigns.edit", row.campaign_id, given, **call)
    return row, claim


def _turn(row: KeyDate, seen: int | None) -> None:
    locked = KeyDate.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if seen is not None and locked.version != seen:
        raise MovedOn
    row.version = locked.version + 1


def _locked(row: KeyDate, starts_on: date) -> tuple[KeyDate, Time]:
    """The key date, locked, and a time of it that nothing was done about yet."""
    locked = (
        KeyDate.objects.select_for_update(of=("self",))
        .select_related("campaign__unit")
        .get(pk=row.pk)
    )
    found = [one for one in times([locked], row.campaign)[locked] if one.starts_on == starts_on]
    if not found or locked.ended_on is not None:
        raise NotFound
    if _is_drawn(locked, found[0]):
        raise MovedOn
    return locked, found[0]


def _is_drawn(row: KeyDate, time: Time) -> bool:
    return row.runs.filter(starts_on__lte=time.ends_on, ends_on__gte=time.starts_on).exists()


def _put(row: KeyDate, new: NewKeyDate) -> None:
    row.name = text_of(new.name, "name", _("Give it a name."), NAME_CHARS_MAX)
    if new.kind not in KeyDate.Kind.values:
        raise lacks("kind", _("Choose what kind of time it is."))
    if new.rule not in KeyDate.Rule.values:
        raise lacks("rule", _("Choose how it comes around."))
    row.kind, row.rule, row.automatic = new.kind, new.rule, new.automatic
    row.basis = short(new.basis, "basis", TITLE_CHARS_MAX)
    if not 0 <= new.lead_days <= LEAD_DAYS_MAX:
        reason = _("Choose from 0 to %(n)d days.") % {"n": LEAD_DAYS_MAX}
        raise lacks("lead_days", reason)
    row.lead_days = new.lead_days
    row.starts_on = row.ends_on = None
    row.holiday = ""
    if new.rule == KeyDate.Rule.HOLIDAY:
        if new.holiday not in holiday_names():
            raise lacks("holiday", _("Choose a holiday that the calendar knows."))
        row.holiday = new.holiday
        return
    if new.starts_on is None:
        raise lacks("starts_on", _("Choose its first day."))
    day_within(new.starts_on, "starts_on")
    day_within(new.ends_on, "ends_on")
    row.starts_on, row.ends_on = new.starts_on, new.ends_on or new.starts_on
    length = (row.ends_on - row.starts_on).days
    if not 0 <= length < TIME_DAYS_MAX:
        too_long = _("Its last day is before the first, or more than %(n)d days after it.")
        raise lacks("ends_on", too_long % {"n": TIME_DAYS_MAX})


def _put_precautions(row: KeyDate, new: Sequence[NewPrecaution]) -> None:
    if len(new) > PRECAUTIONS_MAX:
        raise lacks("name", _("A key date has at most %(n)d tasks.") % {"n": PRECAUTIONS_MAX})
    rows = []
    for place, one in enumerate(new):
        before = one.days_before
        if before is not None and not 0 <= before <= LEAD_DAYS_MAX:
            reason = _("Choose from 0 to %(n)d days.") % {"n": LEAD_DAYS_MAX}
            raise lacks(f"days_before_{place}", reason)
        title = text_of(one.title, f"title_{place}", _("Say what is to be done."), TITLE_CHARS_MAX)
        rows.append(
            Precaution(
                key_date=row, place=place, title=title, days_before=before,
                text=short(one.text, f"text_{place}", 2_000),
                units=short(one.units, f"units_{place}", TITLE_CHARS_MAX),
            )
        )  # fmt: skip
    Precaution.objects.bulk_create(rows)


def _told(new: NewKeyDate) -> dict[str, Any]:
    return {
        "name": new.name, "rule": new.rule, "lead_days": new.lead_days,
        "automatic": new.automatic, "tasks": [one.title for one in new.precautions],
    }  # fmt: skip


def _time(row: KeyDate, time: Time) -> dict[str, Any]:
    return {"name": row.name, "from": str(time.starts_on), "to": str(time.ends_on)}
