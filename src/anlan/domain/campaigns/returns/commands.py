"""Reporting duties and their returns: asked for, filed or nil, accepted, returned, dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.commands.base import text_of
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    Duty,
    DutyFigure,
    DutyUnit,
    Filing,
    Plan,
    Return,
)
from anlan.domain.campaigns.progress import evidence
from anlan.domain.campaigns.refusals import DutyEnded, PlanIncomplete, PlanNotPublished
from anlan.domain.campaigns.returns import feeding
from anlan.domain.campaigns.returns import rule as returns_rule
from anlan.domain.campaigns.returns.asking import open_due as open_due
from anlan.domain.campaigns.returns.asking import open_returns
from anlan.domain.campaigns.returns.loop import FIGURE, FIGURE_LABEL, RETURN
from anlan.domain.campaigns.returns.rule import DueDay, Rule
from anlan.kernel.accounts.models import Unit
from anlan.kernel.facts import ledger
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import engine, frame, plain, told
from anlan.kernel.loop.engine import Move
from anlan.kernel.loop.frame import OnOne, OnSet
from anlan.kernel.loop.models import Case, PartyRole
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices.kinds import declare
from anlan.kernel.papers.attachments import Prepared

declare(
    "campaigns.return_filed", _("%(unit)s filed “%(title)s” due on %(due)s."), "campaigns:return"
)
declare(
    "campaigns.return_back",
    _("Your return “%(title)s” was sent back: %(reason)s"),
    "campaigns:return",
)

UNITS_MAX, FIGURES_MAX, OPENS_DAYS_MAX = 2_000, 12, 90
FIGURE_MAX = 10**12
#: From today to a later day that is asked for.
EXTENDED_MAX = timedelta(366)
#: Years that a duty may name, and from its first day to its last: ten years.
FIRST_YEAR, LAST_YEAR, SPAN_MAX = 2000, 2100, timedelta(3_660)
#: Units that one press urges.
URGED_AT_ONCE = 500


@dataclass(frozen=True)
class NewDuty:
    """What is wanted of whom, and when. ``figures``: (name, unit of measure)."""

    title: str
    text: str
    rule: Rule
    starts_on: date
    ends_on: date
    units: tuple[int, ...]
    line: UUID | None = None
    opens_days: int = 20
    nil_allowed: bool = True
    figures: tuple[tuple[str, str], ...] = ()
    #: Not shown, so that a second press says the same as the first and gets its answer.
    pk: UUID = field(default_factory=uuid7, repr=False)


@transaction.atomic(durable=True)
def make_duty(plan_pk: UUID, new: NewDuty, **call: Unpack[Call]) -> UUID:
    """Put a reporting duty in force; what is due soon is asked for at once."""
    plan, claim = plain.begin(Plan.objects.all(), "plans.edit", plan_pk, {"new": new}, **call)
    if claim.repeated:
        return claim.answer[0]
    if plan.status != Plan.Status.PUBLISHED:
        raise PlanNotPublished(title=plan.title)
    _check(plan, new)
    units = tuple(dict.fromkeys(new.units))
    duty = Duty.objects.create(
        id=new.pk, plan=plan, line_id=new.line, unit_id=plan.unit_id, area_id=plan.area_id,
        path=plan.path, rule=new.rule.data(), starts_on=new.starts_on, ends_on=new.ends_on,
        title=text_of(new.title, "title", _("Give it a title."), TITLE_CHARS_MAX),
        text=text_of(new.text, "text", _("Say what is to be reported."), 5_000),
        opens_days=new.opens_days, nil_allowed=new.nil_allowed, made_at=claim.at,
        made_by=claim.by.name,
    )  # fmt: skip
    bulk.insert([bulk.make(DutyUnit, duty_id=duty.pk, unit_id=pk) for pk in units])
    bulk.insert(
        [
            bulk.make(DutyFigure, duty_id=duty.pk, place=n, name=name.strip(), unit=unit.strip())
            for n, (name, unit) in enumerate(new.figures)
        ]
    )
    asked = open_returns(duty, by=claim.by, at=claim.at, request_id=claim.request_id)
    after = {"title": duty.title, "units": len(units), "asked": asked, "rule": duty.rule}
    claim.record("duties.make", "duty", duty.pk, after=after)
    return claim.done(duty.pk)


def days_of(rule: Rule, first: date, last: date) -> list[DueDay]:
    """The days on which a duty would be due; refuses what can't be counted or has no bound."""
    if rule.problem:
        raise PlanIncomplete(
            field=rule.problem, reason=_("State the days so that they can be counted.")
        )
    for field_, day in (("starts_on", first), ("ends_on", last)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise PlanIncomplete(
                field=field_, reason=_("Enter a day in the years from %(first)s to %(last)s.")
                % {"first": FIRST_YEAR, "last": LAST_YEAR},
            )  # fmt: skip
    if last < first:
        raise PlanIncomplete(
            field="ends_on", reason=_("The last day is before the first; correct one.")
        )
    if last - first > SPAN_MAX:
        raise PlanIncomplete(
            field="ends_on",
            reason=_("Reports are asked for over ten years at most; choose an earlier last day."),
        )
    found = returns_rule.due_days(rule, first, last)
    if not found:
        raise PlanIncomplete(
            field="every", reason=_("No day falls between the first and the last; widen them.")
        )
    return found


def _check(plan: Plan, new: NewDuty) -> None:
    days_of(new.rule, new.starts_on, new.ends_on)
    if not 0 <= new.opens_days <= OPENS_DAYS_MAX:
        raise PlanIncomplete(field="opens_days", reason=_("Enter a number of days from 0 to 90."))
    if new.line is not None and not plan.lines.filter(pk=new.line).exists():
        raise PlanIncomplete(field="line", reason=_("Choose a line of this plan."))
    known = Unit.objects.filter(pk__in=new.units, valid_to=None).count()
    if not new.units or known != len(set(new.units)) or len(new.units) > UNITS_MAX:
        raise PlanIncomplete(field="units", reason=_("Choose the units that shall report."))
    names = [name.strip() for name, _unit in new.figures]
    if len(names) > FIGURES_MAX or len(set(names)) < len(names) or not all(names):
        raise PlanIncomplete(field="figures", reason=_("Give each figure a name of its own."))
    if any(len(name) > NAME_CHARS_MAX or len(unit) > 20 for name, unit in new.figures):
        raise PlanIncomplete(field="figures", reason=_("Write the figures' names shorter."))


@transaction.atomic(durable=True)
def end_duty(pk: UUID, *, reason: str, seen: int | None = None, **call: Unpack[Call]) -> UUID:
    """Ask for it no more. What isn't due yet and wasn't filed is dropped; what is late stays."""
    _duty, claim = plain.begin(Duty.objects.all(), "duties.edit", pk, {"reason": reason}, **call)
    if claim.repeated:
        return pk
    duty = Duty.objects.select_for_update(of=("self",)).get(pk=pk)
    if seen is not None and duty.version != seen:
        raise MovedOn
    if duty.ended_on is not None:
        raise DutyEnded(title=duty.title)
    end_within(pk, text_of(reason, "reason", _("Say why; the units will read it.")), claim)
    return claim.done(pk)


def end_within(pk: UUID, why: str, claim: Claim) -> None:
    """For a command that ends a duty within its own transaction, under its own claim."""
    assert connection.in_atomic_block, "it commits with what ends it"
    duty = Duty.objects.select_for_update(of=("self",)).get(pk=pk)
    today = timezone.localdate(claim.at)
    Duty.objects.filter(pk=pk).update(ended_on=today, version=duty.version + 1)
    waiting = duty.returns.filter(case__state="assigned", due_on__gte=today)
    cases = engine.lock(waiting.values_list("pk", flat=True))
    moves = [Move(case) for case in cases.values() if case.state == "assigned"]
    engine.take(RETURN, "void", moves, reason=why, by=claim.by, at=claim.at,
                request_id=claim.request_id)  # fmt: skip
    claim.record("duties.end", "duty", pk, reason=why, after={"dropped": len(moves)})


# --- filing --------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def file_return(
    pk: UUID, *, kind: str, text: str = "", figures: Mapping[int, Decimal] | None = None,
    files: Sequence[Prepared] = (), **call: Unpack[OnOne],
) -> list[UUID]:  # fmt: skip
    """File a report, or a nil report (零报告), which says that there was nothing to report."""
    figures = figures or {}
    given = {
        "kind": kind, "text": text, "figures": {str(k): v for k, v in figures.items()},
        "files": [file.sent_sum for file in files],
    }  # fmt: skip
    work = frame.begin(Return, "returns.file", [pk], given, **call)
    for _machine, case in work.each():
        row = _return(case)
        said, numbers = _filed(row.duty, kind, text, figures)
        day = timezone.localdate(work.at)
        changes = {"result": said} if said else {"kind": kind}
        engine.take(RETURN, "rectify", [Move(case, {}, changes)], **work.call)
        filing = Filing.objects.create(
            case=row, kind=kind, text=said, figures=numbers, at=work.at, day=day,
            user_id=work.by.user_id, who=work.by.name,
        )  # fmt: skip
        Return.objects.filter(pk=pk).update(kind=kind)
        evidence.hang(files, evidence.ON_FILING, filing.pk, work.by, work.at)
        ledger.post(
            [
                NewFact(FIGURE.code, {FIGURE_LABEL: key}, case.area_id, row.due_on, value,
                        unit_id=row.unit_id)
                for key, value in numbers.items() if value
            ],
            at=work.at, batch_id=filing.pk,
        )  # fmt: skip
        told.parties([case], PartyRole.ASSIGNER, "campaigns.return_filed", at=work.at,
                     title=row.duty.title, unit=row.unit.name)  # fmt: skip
    return work.done()


def _filed(
    duty: Duty, kind: str, text: str, figures: Mapping[int, Decimal]
) -> tuple[str, dict[str, int]]:
    """What a filing says, checked: a report has words and every figure, a nil report neither."""
    if kind not in Filing.Kind.values:
        raise PlanIncomplete(field="kind", reason=_("Choose whether it is a report or nil."))
    wanted = list(duty.figures.order_by("place"))
    if kind == Filing.Kind.NIL:
        if not duty.nil_allowed:
            raise PlanIncomplete(
                field="kind", reason=_("No nil report is taken here; say what was done.")
            )
        if any(figures.values()):
            raise PlanIncomplete(
                field="kind", reason=_("A nil report states no numbers; file a report instead.")
            )
        # Nothing to report is a zero, and not a gap.
        return text.strip()[:5_000], {str(one.pk): 0 for one in wanted}
    said = text_of(text, "text", _("Say what there is to report."), 5_000)
    if figures.keys() - {one.pk for one in wanted}:
        raise NotFound
    numbers: dict[str, int] = {}
    for one in wanted:
        value = figures.get(one.pk)
        if value is None or value != int(value) or not 0 <= value < FIGURE_MAX:
            raise PlanIncomplete(
                field=f"figure_{one.pk}", reason=_("%(name)s: enter a whole number, 0 or more.")
                % {"name": one.name},
            )  # fmt: skip
        numbers[str(one.pk)] = int(value)
    return said, numbers


def _return(case: Case) -> Return:
    return Return.objects.select_related("duty", "unit").get(pk=case.pk)


@transaction.atomic(durable=True)
def accept_returns(pks: Sequence[UUID], **call: Unpack[OnSet]) -> list[UUID]:
    """Take note of what was filed: of one, or of all that wait."""
    _hold(pks)
    work = frame.begin(Return, "returns.answer", pks, {}, **call)
    for _machine, cases in work:
        engine.take(RETURN, "accept", [Move(case) for case in cases], **work.call)
        pks = [case.pk for case in cases]
        Filing.objects.filter(case__in=pks, status="sent").update(
            status=Filing.Status.ACCEPTED, answered_at=work.at, answered_by=work.by.name
        )
        _settle(pks, work.at)
    return work.done()


def _hold(pks: Sequence[UUID]) -> None:
    """Lock the duties of these returns, before their cases as whoever ends or feeds a duty does.

    What counts a target is read from all accepted returns, so two can't be answered at once.
    """
    duties = Duty.objects.filter(pk__in=Return.objects.filter(pk__in=pks).values("duty"))
    list(duties.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _settle(pks: Sequence[UUID], at: datetime) -> None:
    """Let what these returns say by now count the targets that they feed."""
    rows = Return.objects.filter(pk__in=pks).order_by().values_list("duty", "unit")
    feeding.settle({duty for duty, _unit in rows}, {unit for _duty, unit in rows}, at)


@transaction.atomic(durable=True)
def urge_missing(pks: Sequence[UUID], *, reason: str = "", **call: Unpack[OnSet]) -> list[UUID]:
    """Urge the units whose returns are missing (催报): a notice at once, kept with the return."""
    given = {"urge": True, "reason": reason}
    work = frame.begin(Return, "returns.answer", pks, given, **call)
    for machine, cases in work:
        loop.urge(machine, cases, reason=reason, **work.call)
    return work.done()


def to_urge(rows: QuerySet[Return], by: Actor, today: date) -> list[UUID]:
    """Of these, the missing ones that the unit hasn't urged since the last working day."""
    late = Q(case__unsettled=True, case__state="assigned", case__due_on__lt=today,
             case__suspended_on=None)  # fmt: skip
    missing = rows.filter(late).exclude(unit=by.unit_id)
    pks = list(missing.order_by("pk").values_list("pk", flat=True)[:URGED_AT_ONCE])
    return loop.not_urged_lately(RETURN.kind, pks, by.unit_id, today)


@transaction.atomic(durable=True)
def send_back(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Return it with a reason, accepted or not: the filing stays, its numbers count no more."""
    _hold([pk])
    work = frame.begin(Return, "returns.answer", [pk], {"reason": reason}, **call)
    for _machine, case in work.each():
        why = text_of(reason, "reason", _("Say what is missing or wrong in it."))
        row = _return(case)
        filing = row.filings.filter(~Q(status="returned")).first()
        if case.state == "closed":
            again = {"round": case.round + 1, "due_rule": {"kind": "date"}}
            engine.take(RETURN, "recall", [Move(case, again)], reason=why, **work.call)
        else:
            loop.reject(RETURN, [case], reason=why, due_on=case.due_on, **work.call)
        if filing is not None:
            Filing.objects.filter(pk=filing.pk).update(
                status=Filing.Status.RETURNED, answer=why, answered_at=work.at,
                answered_by=work.by.name,
            )  # fmt: skip
            ledger.reverse(of_batch=filing.pk, at=work.at, batch_id=filing.pk)
        Return.objects.filter(pk=pk).update(kind="")
        _settle([pk], work.at)
        told.parties([case], PartyRole.RECTIFIER, "campaigns.return_back", at=work.at,
                     title=row.duty.title, reason=why)  # fmt: skip
    return work.done()


@transaction.atomic(durable=True)
def ask_extension(pk: UUID, *, until: date, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Ask for a later day for this one return; late is counted against what is granted."""
    given = {"until": until, "reason": reason}
    work = frame.begin(Return, "returns.ask_extension", [pk], given, **call)
    for machine, case in work.each():
        if case.due_on is not None and until <= case.due_on:
            raise PlanIncomplete(
                field="until", reason=_("Choose a day after the one it is due on now.")
            )
        if until - timezone.localdate(work.at) > EXTENDED_MAX:
            raise PlanIncomplete(field="until", reason=_("Choose a day within a year."))
        loop.ask_extension(machine, case, until=until, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def decide_extension(
    pk: UUID, *, grant: bool, reason: str = "", **call: Unpack[OnOne]
) -> list[UUID]:
    """Grant the later day, or refuse it with a reason; both stay on record."""
    given = {"grant": grant, "reason": reason}
    work = frame.begin(Return, "returns.decide_extension", [pk], given, **call)
    for machine, case in work.each():
        if not grant:
            reason = text_of(reason, "reason", _("Say why no more time is given."))
        loop.decide_extension(machine, case, grant=grant, reason=reason, **work.call)
    return work.done()


@transaction.atomic(durable=True)
def exempt(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """It doesn't apply to this unit on this day (不适用): neither missing nor nil."""
    work = frame.begin(Return, "returns.answer", [pk], {"exempt": reason}, **call)
    for _machine, case in work.each():
        why = text_of(reason, "reason", _("Say why it does not apply to this unit."))
        engine.take(RETURN, "void", [Move(case)], reason=why, **work.call)
        # What was filed before stays to be read and counts no more.
        for filing in Filing.objects.filter(case=pk).exclude(status="returned"):
            ledger.reverse(of_batch=filing.pk, at=work.at, batch_id=filing.pk)
            Filing.objects.filter(pk=filing.pk).update(
                status=Filing.Status.RETURNED, answer=why, answered_at=work.at,
                answered_by=work.by.name,
            )  # fmt: skip
        Return.objects.filter(pk=pk).update(kind="")
    return work.done()
