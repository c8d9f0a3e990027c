"""An inquiry from its beginning to its evaluation, each step by a command of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.accidents import chain, law
from anlan.domain.accidents.commands.base import lacks, short, text_of
from anlan.domain.accidents.commands.followups import check_judged
from anlan.domain.accidents.inquiring import (
    INQUIRY,
    approval_due,
    evaluation_due,
    report_due,
    rules,
)
from anlan.domain.accidents.models import (
    NUMBER_CHARS_MAX,
    PLACE_CHARS_MAX,
    Accident,
    Inquiry,
    Track,
)
from anlan.domain.accidents.permissions import LEADS
from anlan.domain.accidents.refusals import AlreadyAsked
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import engine, frame, plain, told
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.frame import OnOne, Work
from anlan.kernel.loop.models import Event, Party, PartyRole
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices.kinds import declare
from anlan.kernel.regions.models import Level

declare("accidents.inquiry", _("Your office leads an inquiry, due on %(due)s: %(number)s."),
        "accidents:inquiry")  # fmt: skip
begin_on = partial(frame.begin, Inquiry)


class Turn(frame.Turn[Inquiry]):
    @property
    def inquiry(self) -> Inquiry:
        return self.row

    def due(self, on: date | None) -> dict[str, Any]:
        return {"due_on": on, "due_at": None, "due_rule": {"kind": "date"} if on else {}}


def turns(work: Work) -> Iterator[Turn]:
    yield from frame.turns(Inquiry.objects.select_related("accident__case", "lead"), Turn, work)


@transaction.atomic(durable=True)
def open_inquiry(
    pk: UUID, *, inquiry: UUID, liability: bool = True, level: int | None = None,
    because: str = "", **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Begin the inquiry of an accident: led by the level of its grade, or by a higher one (提级).

    pk:  of the accident.  inquiry:  of the inquiry, made by the client.
    """
    given = {"inquiry": inquiry, "liability": liability, "level": level, "because": because}
    rows = Accident.objects.select_related("case")
    accident, claim = plain.begin(rows, "accidents.lead", pk, given, **call)
    if claim.repeated:
        return claim.answer[0]
    case = engine.lock([pk])[pk]
    if case.state == "void" or Inquiry.objects.filter(accident=pk).exists():
        raise AlreadyAsked(reason=_("it is void, or its inquiry has begun"))
    today = timezone.localdate(claim.at)
    by_grade = law.leads(case.grade)
    chosen = by_grade if level is None else level
    if not Level.NATION <= chosen <= by_grade:
        raise lacks("level", _("An inquiry is never led by a lower level than the grade gives."))
    why = short(because, "because")
    if chosen < by_grade:
        why = text_of(because, "because", _("Say why a higher level takes it, and by which rule."))
    lead = _lead(case, chosen, today, claim.by)
    tracks = law.law()["tracks"]["codes"]
    new = NewCase(
        pk=inquiry, area_id=case.area_id, path=case.path, unit_id=lead.pk, opened_on=today,
        sector=case.sector_id, grade=case.grade, enterprise_id=case.enterprise_id,
        due_on=report_due(accident.day), parent_id=pk,
    )  # fmt: skip
    made = engine.open_cases(INQUIRY, [new], **call)[0]
    row = Inquiry.objects.create(
        case=made, accident=accident, level=chosen, level_by_grade=by_grade, lead=lead,
        raised_because=why if chosen < by_grade else "", started_on=today, liability=liability,
    )  # fmt: skip
    if liability:
        Track.objects.bulk_create(Track(inquiry=row, code=code) for code in tracks)
    Party.objects.create(case=made, role=PartyRole.RECTIFIER, unit=lead, since=today)
    if chosen < by_grade:
        _count_raised(row, call)
    told.units([(made, [lead.pk])], "accidents.inquiry", at=claim.at)
    return claim.done(inquiry)


def _count_raised(row: Inquiry, call: Call) -> None:
    move = engine.Move(row.case, {}, {"level": [row.level_by_grade, row.level]})
    engine.take(INQUIRY, "raise", [move], reason=row.raised_because, **call)


def _lead(case: Any, level: int, today: date, by: Any) -> Unit:
    """The office of the level that leads; a nation's inquiry is kept by the province's office."""
    for each in range(level, Level.COUNTY + 1):
        if office := chain.office_of(case, each, today):
            return office
    units = policy.units_of(by, LEADS) or ([case.unit_id] if by.trusted else [])
    if not units:
        raise lacks("level", _("No committee office of that level is registered; add it first."))
    return Unit.objects.get(pk=units[0])


def keep_up(accident: Accident, call: Call) -> None:
    """An inquiry has grade, sector and area of its accident, and ends with one that is void.

    In the transaction that changed the accident. Its deadline follows where the grade gives it.
    """
    row = Inquiry.objects.filter(accident=accident.pk).first()
    if row is None:
        return
    case, theirs = engine.lock([row.pk])[row.pk], accident.case
    if case.state == "void":
        return
    if theirs.state == "void":
        if case.state != "investigating":
            raise AlreadyAsked(reason=_("the report of its inquiry was handed in"))
        engine.take(INQUIRY, "void", [engine.Move(case)], **call)
        return
    fields: dict[str, Any] = {
        name: getattr(theirs, name) for name in ("grade", "sector_id", "area_id", "path")
        if getattr(theirs, name) != getattr(case, name)
    }  # fmt: skip
    if not fields:
        return
    if "grade" in fields:
        Inquiry.objects.filter(pk=row.pk).update(level_by_grade=law.leads(theirs.grade))
        if case.state == "submitted" and row.submitted_on:
            fields["due_on"] = approval_due(row.submitted_on, theirs.grade)
    step = "move" if "area_id" in fields else "correct"
    engine.take(INQUIRY, step, [engine.Move(case, fields)], **call)


@transaction.atomic(durable=True)
def raise_level(pk: UUID, *, level: int, because: str, **call: Unpack[OnOne]) -> list[UUID]:
    """A higher level takes the inquiry over (提级调查)."""
    work = begin_on("inquiries.lead", [pk], {"level": level, "because": because}, **call)
    for turn in turns(work):
        row = turn.inquiry
        if not Level.NATION <= level < row.level:
            raise lacks("level", _("Choose a level above the one that leads it."))
        why = text_of(because, "because", _("Say why a higher level takes it, and by which rule."))
        lead = _lead(turn.case, level, turn.today, work.by)
        turn.take("raise", {"level": [row.level, level], "lead": [row.lead.name, lead.name]},
                  reason=why)  # fmt: skip
        turn.save(level=level, lead_id=lead.pk, raised_because=why)
        Party.objects.filter(case=pk, role=PartyRole.RECTIFIER, until=None).update(until=turn.today)
        Party.objects.create(case=turn.case, role=PartyRole.RECTIFIER, unit=lead, since=turn.today)
        told.units([(turn.case, [lead.pk])], "accidents.inquiry", at=work.at)
    return work.done()


@transaction.atomic(durable=True)
def extend_inquiry(pk: UUID, *, days: int, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Give more days, no more in all than the law lets: for the report, or for its approval."""
    work = begin_on("inquiries.lead", [pk], {"days": days, "reason": reason}, **call)
    for turn in turns(work):
        row, why = turn.inquiry, text_of(reason, "reason", _("Say why, and who approved it."))
        handed_in = turn.case.state == "submitted"
        used = 0 if handed_in else row.extended_days
        limit = rules()["approval_extension_days_max" if handed_in else "extension_days_max"]
        if handed_in:
            if turn.case.grade != "extraordinary":
                raise lacks("days", _("Only a particularly serious one has longer for approval."))
            due = approval_due(row.submitted_on or turn.today, turn.case.grade)
            used = ((turn.case.due_on or due) - due).days
        if not 1 <= days <= limit - used:
            raise lacks("days", _("%(n)d days are left of those that may be given.")
                        % {"n": max(0, limit - used)})  # fmt: skip
        if handed_in:
            until = approval_due(row.submitted_on or turn.today, turn.case.grade, used + days)
        else:
            turn.save(extended_days=row.extended_days + days)
            until = _report_due(row)
        turn.take("extend", {"days": ["", days]}, reason=why, fields=turn.due(until))
    return work.done()


def _report_due(row: Inquiry) -> date:
    return report_due(row.accident.day, extended=row.extended_days, appraisal=row.appraisal_days)


@transaction.atomic(durable=True)
def appraise(pk: UUID, *, on: date, reason: str = "", **call: Unpack[OnOne]) -> list[UUID]:
    """A technical appraisal begins: until it ends no day counts."""
    work = begin_on("inquiries.edit", [pk], {"step": "appraise", "on": on, "r": reason}, **call)
    for turn in turns(work):
        row = turn.inquiry
        if row.appraisal_since is not None:
            raise AlreadyAsked(reason=_("an appraisal runs already"))
        if not row.accident.day <= on <= turn.today:
            raise lacks("on", _("Choose a day between the accident and today."))
        free = _appraised_until(pk)
        if free and on < free:
            raise lacks("on", _("An appraisal ran until %(day)s: choose that day or a later one.")
                        % {"day": free})  # fmt: skip
        said = text_of(reason, "reason", _("Say what is appraised, and by whom."))
        turn.save(appraisal_since=on)
        turn.take("suspend", {}, reason=said, day=on, fields={"suspended_on": on})
    return work.done()


def _appraised_until(pk: UUID) -> date | None:
    """The end of the last appraisal: a day that lies in two is no further day of the deadline."""
    last = Event.objects.filter(case=pk, step="resume").order_by("-seq").first()
    if last is None:
        return None
    began = date.fromisoformat(str(last.changes["suspended_on"][0]))
    return began + timedelta(days=last.changes["days"][1])


@transaction.atomic(durable=True)
def end_appraisal(pk: UUID, *, on: date, **call: Unpack[OnOne]) -> list[UUID]:
    """The appraisal has ended: its days are added to the deadline."""
    work = begin_on("inquiries.edit", [pk], {"step": "appraised", "on": on}, **call)
    for turn in turns(work):
        row = turn.inquiry
        if row.appraisal_since is None:
            raise AlreadyAsked(reason=_("no appraisal runs"))
        if not row.appraisal_since <= on <= turn.today:
            raise lacks("on", _("Choose a day between its beginning and today."))
        days = (on - row.appraisal_since).days
        turn.save(appraisal_days=row.appraisal_days + days, appraisal_since=None)
        fields = {**turn.due(_report_due(row)), "suspended_on": None}
        turn.take("resume", {"days": ["", days]}, fields=fields)
    return work.done()


@transaction.atomic(durable=True)
def conclude_track(pk: UUID, *, code: str, conclusion: str, **call: Unpack[OnOne]) -> list[UUID]:
    """Conclude one of the four sides; that there was nothing is a conclusion, too."""
    work = begin_on("inquiries.edit", [pk], {"code": code, "conclusion": conclusion}, **call)
    for turn in turns(work):
        track = Track.objects.filter(inquiry=pk, code=code).first()
        if track is None:
            raise lacks("code", _("Choose one from the list."))
        said = text_of(conclusion, "conclusion", _("Write what was found, or that nothing was."))
        track.conclusion, track.concluded_on, track.who = said, turn.today, work.by.name
        track.save()
        turn.take("track", {"track": ["", code]}, reason=said)
    return work.done()


@transaction.atomic(durable=True)
def submit(
    pk: UUID, *, on: date, cause: str, responsibility: str, measures: str, **call: Unpack[OnOne]
) -> list[UUID]:
    """Hand the report in, with what Article 30 asks of it; every side must be concluded."""
    given = {"on": on, "cause": cause, "responsibility": responsibility, "measures": measures}
    work = begin_on("inquiries.edit", [pk], given, **call)
    for turn in turns(work):
        row = turn.inquiry
        left = [track.get_code_display() for track in row.tracks.filter(concluded_on=None)]
        if left:
            raise lacks("cause", _("Not concluded yet: %(sides)s.") % {"sides": "、".join(left)})
        if row.appraisal_since is not None:
            raise lacks("on", _("A technical appraisal runs; end it first."))
        if not row.started_on <= on <= turn.today:
            raise lacks("on", _("Choose a day since the inquiry began, and not ahead."))
        turn.save(
            submitted_on=on,
            cause=text_of(cause, "cause", _("Write the cause and the nature.")),
            responsibility=text_of(responsibility, "responsibility",
                                   _("Write who is responsible, and what is proposed.")),
            measures=text_of(measures, "measures", _("Write what is to be done, and by whom.")),
        )  # fmt: skip
        turn.take("submit", {}, day=on, fields=turn.due(approval_due(on, turn.case.grade)))
    return work.done()


@transaction.atomic(durable=True)
def hand_back(pk: UUID, *, reason: str, **call: Unpack[OnOne]) -> list[UUID]:
    """The government hands the report back: the first deadline stands again."""
    work = begin_on("inquiries.lead", [pk], {"step": "hand_back", "reason": reason}, **call)
    for turn in turns(work):
        why = text_of(reason, "reason", _("Say what must be mended."))
        turn.save(submitted_on=None)
        turn.take("hand_back", {}, reason=why, fields=turn.due(_report_due(turn.inquiry)))
    return work.done()


@transaction.atomic(durable=True)
def approve(pk: UUID, *, on: date, number: str, **call: Unpack[OnOne]) -> list[UUID]:
    """The government approved the report (批复); what was done is evaluated within a year."""
    work = begin_on("inquiries.lead", [pk], {"on": on, "number": number}, **call)
    for turn in turns(work):
        no = text_of(number, "number", _("Write the number of the approval."), NUMBER_CHARS_MAX)
        first = turn.inquiry.submitted_on or turn.today
        if not first <= on <= turn.today:
            raise lacks("on", _("Choose a day since it was handed in, and not ahead."))
        turn.save(approved_on=on, approval_number=no)
        turn.take("approve", {"number": ["", no]}, day=on, fields=turn.due(evaluation_due(on)))
    return work.done()


@transaction.atomic(durable=True)
def evaluate(
    pk: UUID, *, on: date, evaluation: str, published_at: str, **call: Unpack[OnOne]
) -> list[UUID]:
    """Whether what the report asked for was done, and where that was made public.

    The report's measures were laid down one by one before, and each was judged.
    """
    given = {"on": on, "evaluation": evaluation, "published_at": published_at}
    work = begin_on("inquiries.lead", [pk], given, **call)
    for turn in turns(work):
        check_judged(turn.inquiry.accident_id)
        said = text_of(evaluation, "evaluation", _("Write what was done, and what wasn't."))
        where = text_of(published_at, "published_at", _("Say where it was made public."),
                        PLACE_CHARS_MAX)  # fmt: skip
        first = turn.inquiry.approved_on or turn.today
        if not first <= on <= turn.today:
            raise lacks("on", _("Choose a day since the approval, and not ahead."))
        turn.save(evaluated_on=on, evaluation=said, published_at=where)
        turn.take("evaluate", {}, reason=said, day=on)
    return work.done()
