"""Hearings and duty letters in the worklist: to be brought about, to be sent out, to be signed."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns.carrying.loop import HEARING, HEARING_STATES, LETTER, LETTER_STATES
from anlan.domain.campaigns.models import Hearing, Letter, Signatory
from anlan.domain.campaigns.permissions import ANSWERS, LEADS
from anlan.kernel.accounts import policy
from anlan.kernel.loop.worklist import Tray, Work, opened


def hearing_trays(by: Actor) -> list[Tray]:
    return [
        Tray("hold", _("hearings to bring about"), opened((HEARING.kind,), state="awaited"),
             "hearings.edit"),
    ]  # fmt: skip


def letter_trays(by: Actor) -> list[Tray]:
    answers, leads = policy.units_of(by, ANSWERS), policy.units_of(by, LEADS)
    waiting = Signatory.objects.filter(letter=OuterRef("pk"), signed_on=None)
    # A letter of one's own office waits for whoever isn't in the system as well.
    mine = Q(Exists(waiting.filter(unit__in=answers)))
    paper = Q(case__unit__in=leads) & Q(Exists(waiting.filter(unit=None)))
    return [
        Tray("send_out", _("duty letters to send out"), opened((LETTER.kind,), state="drafted"),
             "duty_letters.edit"),
        Tray("sign_letter", _("duty letters to sign"),
             opened((LETTER.kind,), state="signing") & (mine | paper), "duty_letters.sign"),
        Tray("end_letter", _("duty letters in force"),
             opened((LETTER.kind,), state="signed") & Q(ends_on__lt=policy.today_of(by)),
             "duty_letters.edit"),
    ]  # fmt: skip


HEARING_WORK = Work(
    kinds={HEARING.kind: _("hearing of a campaign")},
    model=Hearing,
    related=("case", "case__area", "campaign"),
    view="hearings.view",
    trays=hearing_trays,
    title=lambda row: row.body,
    whose=lambda row: row.campaign.title,
    state=lambda row: str(HEARING_STATES[row.case.state]),
)
LETTER_WORK = Work(
    kinds={LETTER.kind: _("duty letter")},
    model=Letter,
    related=("case", "case__area", "unit"),
    view="duty_letters.view",
    trays=letter_trays,
    title=lambda row: row.title,
    whose=lambda row: row.unit.name,
    state=lambda row: str(LETTER_STATES[row.case.state]),
)
