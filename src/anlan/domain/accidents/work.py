"""Accidents in the worklist: reports that are owed, what is to be decided, inquiries, lessons."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.accidents.following_up import FOLLOWUP
from anlan.domain.accidents.following_up import STATES as FOLLOWUP_STATES
from anlan.domain.accidents.inquiring import KIND as INQUIRY
from anlan.domain.accidents.inquiring import state_label
from anlan.domain.accidents.loop import KIND
from anlan.domain.accidents.models import Accident, Finding, FollowUp, Inquiry, Wish
from anlan.kernel.loop.worklist import Tray, Work, among, opened

ROW = ("case", "case__area", "case__sector", "case__unit", "place_area")


def trays(by: Actor) -> list[Tray]:
    # Decided after the conclusion as well: mostly it is only then that anybody asks.
    known = Q(case__kind=KIND, case__state__in=("reported", "known", "concluded"))
    asked = Wish.objects.filter(granted=None)
    suspected = Finding.objects.filter(status=Finding.Status.SUSPECTED)
    return [
        Tray("pass_up", _("accidents to report upward"), opened([KIND], state="reported"),
             "accidents.edit"),
        Tray("conclude", _("accidents to conclude"), opened([KIND], state="known"),
             "accidents.lead"),
        Tray("scope", _("statistical scopes to decide"), known & among(asked, "accident"),
             "accidents.decide"),
        Tray("findings", _("reporting to look into"), known & among(suspected, "accident"),
             "accidents.lead"),
    ]  # fmt: skip


WORK = Work(
    kinds={KIND: _("accident")},
    model=Accident,
    related=ROW,
    view="accidents.view",
    trays=trays,
    title=lambda row: row.title,
    whose=lambda row: row.enterprise_name or row.place,
    state=lambda row: row.grade_label,
)


INQUIRY_ROW = ("case", "case__area", "case__sector", "case__unit", "accident__case", "lead")


def inquiry_trays(_by: Actor) -> list[Tray]:
    return [
        Tray("inquire", _("inquiries to hand in"), opened([INQUIRY], state="investigating"),
             "inquiries.edit"),
        Tray("approve", _("inquiries to approve"), opened([INQUIRY], state="submitted"),
             "inquiries.lead"),
        Tray("evaluate", _("inquiries to evaluate"), opened([INQUIRY], state="approved"),
             "inquiries.lead"),
    ]  # fmt: skip


INQUIRIES = Work(
    kinds={INQUIRY: _("accident inquiry")},
    model=Inquiry,
    related=INQUIRY_ROW,
    view="inquiries.view",
    trays=inquiry_trays,
    title=lambda row: row.accident.title,
    whose=lambda row: row.lead.name,
    state=lambda row: state_label(row.case.state),
)


def followup_trays(_by: Actor) -> list[Tray]:
    kinds = [FOLLOWUP.kind]
    return [
        Tray("answer_followup", _("follow-ups of accidents to answer"),
             opened(kinds, state="told"), "followups.answer"),
        Tray("judge_followup", _("follow-ups of accidents to judge"),
             opened(kinds, state="answered"), "followups.judge"),
    ]  # fmt: skip


FOLLOWUPS = Work(
    kinds={FOLLOWUP.kind: _("follow-up of an accident")},
    model=FollowUp,
    related=("case", "case__area", "case__sector", "case__unit", "accident", "unit"),
    view="followups.view",
    trays=followup_trays,
    title=lambda row: row.text,
    whose=lambda row: row.unit.name,
    state=lambda row: str(FOLLOWUP_STATES[row.case.state]),
)
