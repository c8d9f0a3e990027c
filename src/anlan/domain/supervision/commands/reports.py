"""Reports of major hazards: straight to the province (直报), and to both sides (双报告)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import ancestors
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.supervision import terms
from anlan.domain.supervision.commands.texts import written
from anlan.domain.supervision.models import DirectCopy, DirectReport, DualReport, Side, Terms
from anlan.domain.supervision.permissions import ANSWERS, OFFICE
from anlan.domain.supervision.refusals import (
    DirectRefused,
    DualRefused,
    PaperIncomplete,
    TermsMovedOn,
)
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role, Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.calendar import periods
from anlan.kernel.calendar.periods import PeriodUnreadable
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.papers import attachments
from anlan.kernel.papers.attachments import Prepared
from anlan.kernel.papers.models import Role as FileRole
from anlan.kernel.regions.models import Level

#: What the paper of a receipt hangs on.
DUAL_FILES = "supervision.dual"
#: A month: a longer limit is no direct report.
HOURS_MAX = 24 * 31
REPORTERS = (*ANSWERS, Role.DUTY, Role.GRID)


# --- straight to the province --------------------------------------------------------------


def offices_of(case: Case, on: date) -> list[Unit]:
    """The committee offices from the county up to the province, one of each level."""
    found: dict[int, Unit] = {}
    rows = Unit.objects.valid_on(on).filter(
        kind=UnitKind.COMMITTEE_OFFICE, area__in=ancestors(case.path),
        area__level__gte=Level.PROVINCE, area__level__lte=Level.COUNTY,
    )  # fmt: skip
    for unit in rows.select_related("area").order_by("code"):
        found.setdefault(unit.area.level, unit)
    return [found[level] for level in sorted(found)]


@transaction.atomic(durable=True)
def report_direct(pk: UUID, *, found_at: datetime, text: str, **call: Unpack[Call]) -> UUID:
    """Report a major hazard to the province from wherever one is; the tiers between get copies."""
    given, rows = {"found_at": found_at, "text": text}, Hazard.objects.select_related("case")
    hazard, claim = plain.begin(rows, "listed.report", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
    case = engine.lock([pk])[pk]
    if case.kind != "hazard" or case.grade != Grade.MAJOR or case.state == "void":
        raise DirectRefused(reason=_("only major hazards are; grade it first."))
    if timezone.localdate(found_at) != case.opened_on or found_at > at:
        raise PaperIncomplete(
            field="found_at",
            reason=_("It was found on %(day)s; state the time of that day, not later than now.")
            % {"day": case.opened_on},
        )  # fmt: skip
    text = written(text, "text", _("Write what was found, and what was done at once."))
    offices = offices_of(case, timezone.localdate(at))
    if not offices or offices[0].area.level != Level.PROVINCE:
        raise DirectRefused(
            reason=_("no committee office of the province is registered; add it under Units.")
        )
    limit = terms.in_force()
    bound = limit.hours is not None and limit.bound(case.opened_on)
    late = at - found_at > timedelta(hours=limit.hours or 0) if bound else None
    units = policy.units_of(by, REPORTERS)
    unit = by.unit_id if by.unit_id in units or not units else units[0]
    try:
        with transaction.atomic():
            report = DirectReport.objects.create(
                hazard=hazard, unit_id=unit or case.unit_id, found_at=found_at, reported_at=at,
                text=text, late=late, user_id=by.user_id, name=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise DirectRefused(reason=_("it was reported before.")) from error
    DirectCopy.objects.bulk_create(
        DirectCopy(report=report, unit=office, level=office.area.level) for office in offices
    )
    claim.record("listed.report", "case", pk, reason=text, after={"late": late})
    outbox.post(
        "listed.reported", to_units=[office.pk for office in offices], about=pk, at=at,
        data={"number": case.number, "unit": report.unit.name, "text": text[:200]},
    )  # fmt: skip
    return claim.done(pk)


@transaction.atomic(durable=True)
def receive_direct(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Sign for a direct report, for one's own offices among those that it went to."""
    _hazard, claim = plain.begin(Hazard.objects.all(), "listed.receive", pk, {}, **call)
    if claim.repeated:
        return claim.answer[0]
    waiting = DirectCopy.objects.filter(report=pk, received_at=None)
    if not claim.by.trusted:
        waiting = waiting.filter(unit__in=policy.units_of(claim.by, (*OFFICE, Role.DUTY)))
    if waiting.update(received_at=claim.at, receiver=claim.by.name):
        claim.record("listed.receive", "case", pk, after={})
    return claim.done(pk)


# --- to both sides -------------------------------------------------------------------------


@transaction.atomic(durable=True)
def file_dual(
    pk: UUID,
    *,
    side: str,
    period: str,
    text: str,
    signed_by: str,
    signed_on: date,
    files: Sequence[Prepared],
    **call: Unpack[Call],
) -> UUID:
    """Enter one side's report of a period, with who signed for it and the paper that shows it."""
    given = {
        "side": side, "period": period, "text": text, "signed_by": signed_by,
        "signed_on": signed_on,
    }  # fmt: skip
    hazard, claim = plain.begin(Hazard.objects.all(), "listed.dual", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    by, at = claim.by, claim.at
    case = engine.lock([pk])[pk]
    today = timezone.localdate(at)
    if case.kind != "hazard" or case.grade != Grade.MAJOR or case.state == "void":
        raise DualRefused(reason=_("only major hazards are; grade it first."))
    try:
        span = periods.parse(period)
    except PeriodUnreadable:
        span = None
    owed = terms.in_force().owed(case.opened_on, case.closed_on, today)
    if span is None or span not in owed:
        raise PaperIncomplete(field="period", reason=_("Choose one of the periods offered."))
    if side not in Side.values:
        raise PaperIncomplete(field="side", reason=_("Say to which side it was reported."))
    text = written(text, "text", _("Write how far the rectification is."))
    signed_by = written(signed_by, "signed_by", _("Write who signed the receipt."), 120)
    if not span.start <= signed_on <= today:
        raise PaperIncomplete(
            field="signed_on", reason=_("Choose a day from the period's first to today.")
        )
    if not files:
        raise PaperIncomplete(field="files", reason=_("Attach the paper with the signature."))
    row_id = uuid7()
    try:
        with transaction.atomic():
            DualReport.objects.create(
                id=row_id, hazard=hazard, side=side, start=span.start, end=span.end, text=text,
                signed_by=signed_by, signed_on=signed_on, at=at, user_id=by.user_id, name=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise DualRefused(reason=_("that side has a report of this period already.")) from error
    for file in files:
        attachments.attach(file, DUAL_FILES, row_id, FileRole.EVIDENCE, by=by, at=at)
    after = {"side": side, "period": period, "signed_by": signed_by}
    claim.record("listed.dual", "case", pk, after=after)
    return claim.done(row_id)


# --- what an office sets -------------------------------------------------------------------


@transaction.atomic(durable=True)
def set_terms(
    version: int,
    *,
    hours: int | None,
    since: date | None,
    period: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """Put new terms in force; what was judged late or in time before stays as it was."""
    policy.demand(by, "terms.edit", at)
    before = terms.in_force()
    if hours is not None and not 0 < hours <= HOURS_MAX:
        raise PaperIncomplete(
            field="hours", reason=_("Write hours between 1 and %(n)s.") % {"n": HOURS_MAX}
        )
    if period and period not in terms.PERIODS:
        raise PaperIncomplete(field="period", reason=_("Choose one of the periods offered."))
    reason = written(reason, "reason", _("Write on whose decision it is set."), 300)
    if before.version != version:
        raise TermsMovedOn
    try:
        with transaction.atomic():
            Terms.objects.create(
                version=version + 1, hours=hours, since=since, period=period, made_at=at,
                made_by=by.name, reason=reason,
            )  # fmt: skip
    except IntegrityError as error:
        raise TermsMovedOn from error
    after = {"hours": hours, "since": str(since or ""), "period": period}
    old = {"hours": before.hours, "since": str(before.since or ""), "period": before.period}
    entry = trail.Entry(
        "terms.set", "terms", str(version + 1), reason=reason, before=old, after=after
    )
    trail.record([entry], by=by, at=at)
    return version + 1
