"""Own checks of enterprises: plans, checks and what they found, reports, the nil rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Unpack
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.base.ids import id_after
from anlan.base.paths import below
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.models import Hazard, Source
from anlan.domain.inspections import permissions
from anlan.domain.inspections.commands.visits import HAZARDS_MAX, Found
from anlan.domain.inspections.loop import CHECKED, SELF_FOUND
from anlan.domain.inspections.models import (
    VALUE_CHARS_MAX,
    Check,
    CheckHazard,
    CheckPlan,
    Every,
    NilRule,
)
from anlan.domain.inspections.refusals import CheckRefused
from anlan.kernel.accounts import policy
from anlan.kernel.audit import trail
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts import ledger, reports
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import Region

OWN_CHECK = stored.sentence(_("found by an own check"))

#: Months and hazards that a nil rule may name.
MONTHS_MAX, FOUND_MAX = 36, 10_000
_PLAN, _CHECK, _RULE = "inspections.checkplan", "inspections.check", "inspections.nilrule"


@dataclass(frozen=True)
class NewPlan:
    enterprise_id: int
    unit_id: int
    what: str
    every: str
    starts_on: date


@dataclass(frozen=True)
class NewCheck:
    """``pk`` is made by the client; ``start`` is the first day of the period it is done for."""

    pk: UUID
    plan_id: int
    start: date
    on: date
    checker: str
    nil: bool
    found: tuple[Found, ...] = ()
    note: str = ""


@transaction.atomic(durable=True)
def make_plan(new: NewPlan, *, by: Actor, at: datetime) -> CheckPlan:
    """An enterprise says what it checks and how often."""
    policy.demand(by, "selfcheck.do", at)
    if not by.trusted and (new.enterprise_id, new.unit_id) not in permissions.own_firms(by):
        raise NotFound
    if not new.what.strip() or len(new.what) > VALUE_CHARS_MAX:
        raise CheckRefused(
            field="what", reason=_("Say what is checked, in 200 characters at most.")
        )
    if new.every not in Every.values:
        raise CheckRefused(field="every", reason=_("Choose how often from the list."))
    firm = Enterprise.objects.get(pk=new.enterprise_id)
    plan = CheckPlan.objects.create(
        enterprise=firm, unit_id=new.unit_id, area_id=firm.area_id, path=firm.path,
        sector_id=firm.sector_id, what=new.what.strip(), every=new.every,
        starts_on=new.starts_on, made_at=at, made_by=by.name,
    )  # fmt: skip
    after = {"enterprise_id": firm.pk, "name": plan.what}
    trail.record([trail.Entry("selfcheck.plan", _PLAN, plan.pk, after=after)], by=by, at=at)
    return plan


@transaction.atomic(durable=True)
def end_plan(plan_id: int, *, by: Actor, at: datetime) -> CheckPlan:
    """No check is due any more from the next period on."""
    rows = CheckPlan.objects.select_for_update(of=("self",))
    plan = policy.access(rows, "selfcheck.do", by, plan_id, at=at)
    plan.ends_on = timezone.localdate(at)
    plan.save(update_fields=["ends_on"])
    trail.record([trail.Entry("selfcheck.end", _PLAN, plan.pk)], by=by, at=at)
    return plan


def period_of(plan: CheckPlan, day: date) -> Period:
    return periods.of(periods.Kind(plan.every), day)


def open_periods(plan: CheckPlan, today: date) -> list[Period]:
    """The periods that a check may be entered for: the present one, and one missed before it."""
    now = period_of(plan, today)
    before = now.previous()
    found = [now] if plan.ends_on is None or plan.ends_on >= now.start else []
    is_due = before.end >= plan.starts_on and (plan.ends_on is None or plan.ends_on >= before.start)
    if is_due and not plan.checks.filter(start=before.start).exists():
        found.append(before)
    return found


@transaction.atomic(durable=True)
def do_check(new: NewCheck, **call: Unpack[Call]) -> UUID:
    """Enter a check. What it found goes into the loop, self-found, to be rectified by oneself.

    Verifying it is somebody else's: the loop lets nobody judge their own work, and an enterprise
    has no right to verify.
    """
    by, at = call["by"], call["at"]
    plan = policy.access(CheckPlan.objects.all(), "selfcheck.do", by, new.plan_id, at=at)
    claim = plain.claim("selfcheck.do", asdict(new), **call)
    if claim.repeated:
        return new.pk  # The period that it was for may be past entering by now.
    period = _checked(new, plan, timezone.localdate(at))
    ids = [id_after(new.pk, n) for n in range(1, len(new.found) + 1)]
    taken = Check.objects.filter(pk=new.pk).exists() or Hazard.objects.filter(pk__in=ids).exists()
    if taken:
        raise MovedOn
    if ids:
        _find(new, plan, ids, claim)
    _enter(new, plan, period, ids, claim)
    return claim.done(new.pk)


def _find(new: NewCheck, plan: CheckPlan, ids: Sequence[UUID], claim: plain.Claim) -> None:
    """Put what was found into the loop, in this transaction, and give it to whoever found it.

    Assigning takes an office's right; here the rule stands in its place: one's own, to oneself.
    """
    by, at = claim.by, claim.at
    findings = [
        hazards.Finding(
            pk=pk, description=each.description.strip(), area_id=plan.area_id,
            unit_id=plan.unit_id, opened_on=new.on, sector=plan.sector_id,
            source=Source.SELF_CHECK, enterprise_id=plan.enterprise_id,
            fields={"found_by": new.checker.strip()}, fixed=each.fixed.strip(),
        )
        for pk, each in zip(ids, new.found, strict=True)
    ]  # fmt: skip
    # Requests of their own under this one.
    hazards.find_within(findings, by=by, at=at, request_id=uuid5(claim.request_id, "hazards"))
    if waiting := [each.pk for each in findings if not each.fixed]:
        self_ruled = Actor(by.user_id, by.name, by.unit_id, by.address, trusted=True)
        hazards.assign_within(
            waiting, rectifier=plan.unit_id, by=self_ruled, at=at,
            request_id=uuid5(claim.request_id, "assign"), reason=OWN_CHECK.kept(),
        )  # fmt: skip


def _checked(new: NewCheck, plan: CheckPlan, today: date) -> Period:
    period = next((p for p in open_periods(plan, today) if p.start == new.start), None)
    if period is None:
        raise CheckRefused(field="start", reason=_("Choose the period from the list."))
    if not period.start <= new.on <= today:
        raise CheckRefused(
            field="on", reason=_("The day lies before the period or ahead of today; correct it.")
        )
    if not new.checker.strip():
        raise CheckRefused(field="checker", reason=_("Write who checked."))
    if new.nil == bool(new.found):
        raise CheckRefused(
            field="nil",
            reason=_("Say that nothing was found, or describe what was: one of the two."),
        )
    if len(new.found) > HAZARDS_MAX or any(not f.description.strip() for f in new.found):
        raise CheckRefused(field="nil", reason=_("Describe each hazard: what is wrong, and where."))
    return period


def _enter(
    new: NewCheck, plan: CheckPlan, period: Period, ids: Sequence[UUID], claim: plain.Claim
) -> None:
    """Write the check, its facts and what is on record."""
    by, at = claim.by, claim.at
    row = Check.objects.create(
        id=new.pk, plan=plan, start=period.start, end=period.end, on=new.on,
        checker=new.checker.strip()[:120], user_id=by.user_id, entered_at=at, found=len(ids),
        note=new.note.strip()[:VALUE_CHARS_MAX],
    )  # fmt: skip
    CheckHazard.objects.bulk_create(CheckHazard(check_row=row, hazard_id=pk) for pk in ids)
    labels = {"sector": plan.sector_id} if plan.sector_id else {}
    facts = [NewFact(CHECKED.code, labels, plan.area_id, new.on, unit_id=plan.unit_id)]
    if ids:
        found = NewFact(SELF_FOUND.code, labels, plan.area_id, new.on, len(ids))
        facts.append(found._replace(unit_id=plan.unit_id))
    ledger.post(facts, at=at)
    after = {"plan": plan.pk, "found": len(ids)}
    claim.record("selfcheck.do", _CHECK, row.pk, after=after)


# --- the office's side ---------------------------------------------------------------------


@transaction.atomic(durable=True)
def ask_month(area_id: int, month: Period, *, by: Actor, at: datetime, due_days: int = 5) -> int:
    """Ask every enterprise of an area that has a plan for its month's report; returns how many.

    The reports are the same that offices owe each other: on time, late, nil and missing are told
    apart there. What was found by own checks in the month decides whether nil may be said.
    """
    policy.demand(by, "reports.ask", at)
    area = _asked_area(area_id, by, "reports.ask")
    plans = CheckPlan.objects.filter(below(area.path), starts_on__lte=month.end)
    rows = plans.exclude(ends_on__lt=month.start).order_by("unit", "area")
    owing = [
        reports.Owing(*row) for row in rows.values_list("unit", "area", "path").distinct()
    ]  # fmt: skip
    made = 0
    for start in range(0, len(owing), reports.ASKED_MAX):
        part = owing[start : start + reports.ASKED_MAX]
        due_on = month.end + timedelta(days=due_days)
        made += reports.expect(part, SELF_FOUND.code, month, due_on, by=by, at=at)
    return made


@transaction.atomic(durable=True)
def set_nil_rule(area_id: int, months: int, found_min: int, *, by: Actor, at: datetime) -> NilRule:
    """Say from how many nil reports on, against how many hazards, an enterprise is shown."""
    policy.demand(by, "nilrule.set", at)
    area = _asked_area(area_id, by, "nilrule.set")
    if not 1 <= months <= MONTHS_MAX:
        raise CheckRefused(field="months", reason=_("Choose 1 to 36 months."))
    if not 1 <= found_min <= FOUND_MAX:
        raise CheckRefused(field="found_min", reason=_("Choose 1 to 10,000 hazards."))
    before = NilRule.objects.filter(area=area).order_by("-pk").first()
    rule = NilRule.objects.create(
        area=area, path=area.path, months=months, found_min=found_min, set_at=at, set_by=by.name
    )
    entry = trail.Entry(
        "selfcheck.rule", _RULE, rule.pk,
        before={"months": before.months, "found_min": before.found_min} if before else None,
        after={"area_id": area.pk, "months": months, "found_min": found_min},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return rule


def _asked_area(area_id: int, by: Actor, permission: str) -> Region:
    """The area, where the rule of ``permission`` over paths holds it."""
    rule = policy.rule_of(permission, by)
    rows = Region.objects.filter(pk=area_id)
    found = (rows if rule == policy.EVERYTHING else rows.filter(rule)).first()
    if found is None:
        raise NotFound
    return found
